// SPDX-License-Identifier: Apache-2.0
//
// DescribeEvents: of the last hour unless told otherwise, of the last 14 days at most, oldest
// first.
#include <algorithm>
#include <array>
#include <map>

#include "admin-api/aws/elasticache.h"
#include "admin-api/schema/time.h"

namespace millpond::admin::aws {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr int duration_default_minutes = 60;
constexpr int duration_max_minutes = 14 * 24 * 60;
/// The use cases give the newest so many at a time; one request asks at most so many times.
constexpr int batch_size = 1000;
constexpr int batches_max = 100;

constexpr std::array<std::string_view, 8> source_types{
    "cache-cluster",      "cache-parameter-group", "cache-security-group",
    "cache-subnet-group", "replication-group",     "user",
    "user-group",         "serverless-cache"};
/// The sources that Millpond has too; its other events are for /v1.
bool is_aws_source(const std::string& type) {
    return type == "cache-cluster" || type == "replication-group";
}

Result<std::optional<std::int64_t>> read_time(Params& params, const char* name) {
    const auto text = params.text(name);
    if (!text) return std::optional<std::int64_t>();
    const auto time = schema::parse_iso_time(*text);
    if (time) return time;
    return invalid_value(
        name,
        std::string(name) + " must be a UTC time like 2026-03-01T12:00:00Z, not '" + *text + "'.");
}

/// StartTime to EndTime, or the Duration before now.
Result<EventFilter> read_window(Call& call) {
    auto& params = call.params;
    BOOST_OUTCOME_TRY(const auto start, read_time(params, "StartTime"));
    BOOST_OUTCOME_TRY(const auto end, read_time(params, "EndTime"));
    BOOST_OUTCOME_TRY(const auto minutes, params.integer("Duration"));
    if (minutes && (start || end))
        return Error{"InvalidParameterCombination",
                     "Give either Duration or StartTime and EndTime.", "", 400};
    const int span = minutes.value_or(duration_default_minutes);
    if (span < 1 || span > duration_max_minutes)
        return invalid_value("Duration", "Duration must be from 1 to 20160 minutes (14 days).");
    const auto to = end.value_or(call.now_ms);
    const auto from = start.value_or(to - span * minute_ms);
    if (from > to) return invalid_value("StartTime", "StartTime must not be after EndTime.");
    EventFilter filter;
    filter.from_time = schema::iso_time(from);
    // Without an end the events of this very millisecond count too.
    if (end) filter.to_time = schema::iso_time(to);
    filter.limit = batch_size;
    return filter;
}

Result<void> read_source(Params& params, EventFilter& filter) {
    filter.source_type = params.text("SourceType").value_or("");
    if (!filter.source_type.empty() && std::find(source_types.begin(), source_types.end(),
                                                 filter.source_type) == source_types.end())
        return invalid_value("SourceType", "SourceType cannot be '" + filter.source_type + "'.");
    filter.source = lower_id(params.text("SourceIdentifier").value_or(""));
    if (!filter.source.empty() && filter.source_type.empty())
        return Error{"InvalidParameterCombination", "SourceIdentifier needs a SourceType.", "",
                     400};
    return done();
}

/// Event ids as text that sorts as the numbers do.
std::string sortable(std::int64_t id) {
    auto digits = std::to_string(id);
    return std::string(20 - digits.size(), '0') + digits;
}

/// All events of the window, from the newest back: each batch ends where the one before began.
std::vector<schema::Event> all_events(Call& call, EventFilter filter) {
    std::map<std::int64_t, schema::Event> found;
    for (int i = 0; i < batches_max; ++i) {
        const auto before = found.size();
        const auto batch = call.use_cases.events(filter);
        for (const auto& event : batch) found.emplace(event.id, event);
        if (batch.size() < static_cast<std::size_t>(batch_size) || found.size() == before) break;
        filter.to_time = batch.back().time;
    }
    std::vector<schema::Event> events;
    for (auto& [id, event] : found)
        if (is_aws_source(event.source_type)) events.push_back(std::move(event));
    return events;
}

}  // namespace

Result<void> describe_events(Call& call) {
    BOOST_OUTCOME_TRY(auto filter, read_window(call));
    BOOST_OUTCOME_TRYV(read_source(call.params, filter));
    BOOST_OUTCOME_TRY(const auto request, read_page(call.params, elasticache_pages));
    BOOST_OUTCOME_TRYV(call.params.all_read());
    auto found = all_events(call, filter);
    const auto page =
        cut(std::move(found), request, [](const auto& event) { return sortable(event.id); });
    if (!page.next.empty()) put(call.out, "Marker", page.next);
    auto events = put(call.out, "Events");
    for (const auto& event : page.items) {
        auto item = put(events, "Event");
        put(item, "SourceIdentifier", event.source);
        put(item, "SourceType", event.source_type);
        put(item, "Message", event.message);
        put(item, "Date", event.time);
    }
    return done();
}

}  // namespace millpond::admin::aws
