// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/metrics_board.h"

#include <algorithm>
#include <boost/mp11/algorithm.hpp>
#include <cmath>
#include <limits>
#include <type_traits>

namespace millpond::admin {
namespace {

// A disk that cannot be written for a long time costs history, not memory.
constexpr std::size_t minutes_waiting_max = 20'000;

constexpr std::int64_t minute_ms = 60'000;

using Members = boost::describe::describe_members<schema::NodeMetrics, boost::describe::mod_public>;

// Calls `use(name, value)` for every metric; the node's names and the time are none.
template <class Use>
void for_each_metric(const schema::NodeMetrics& metrics, Use&& use) {
    boost::mp11::mp_for_each<Members>([&](auto member) {
        using Field = std::remove_cvref_t<decltype(metrics.*member.pointer)>;
        if constexpr (std::is_arithmetic_v<Field>)
            if (std::string_view(member.name) != "time_ms")
                use(member.name, static_cast<double>(metrics.*member.pointer));
    });
}

double value_of(const NodeSample& sample, const std::string& name) {
    const auto at = sample.values.find(name);
    return at == sample.values.end() ? 0 : at->second;
}

// A counter that fell was reset by a restart: its rate is unknown for that second, and shown as
// none.
double rate_of(const NodeSample& before, const NodeSample& now, const std::string& name) {
    const double seconds = static_cast<double>(now.time_ms - before.time_ms) / 1000.0;
    const double change = value_of(now, name) - value_of(before, name);
    if (seconds <= 0 || change < 0 || !before.values.contains(name)) return 0;
    return change / seconds;
}

schema::NodeMetrics as_rates(const NodeSample& before, const NodeSample& now) {
    const auto whole = [&](const char* name) {
        return static_cast<std::int64_t>(value_of(now, name));
    };
    schema::NodeMetrics out;
    out.node = now.node;
    out.cluster = now.cluster;
    out.time_ms = now.time_ms;
    out.used_memory = whole("used_memory");
    out.max_memory = whole("maxmemory");
    out.connections = whole("connections");
    out.ops_per_second = rate_of(before, now, "total_commands_processed");
    out.hits_per_second = rate_of(before, now, "keyspace_hits");
    out.misses_per_second = rate_of(before, now, "keyspace_misses");
    out.keys = whole("keys");
    out.evicted = whole("evicted_keys");
    out.expired = whole("expired_keys");
    out.offset = whole("offset");
    out.lag_bytes = whole("lag_bytes");
    out.lag_ms = value_of(now, "lag_ms");
    out.cpu_percent = rate_of(before, now, "used_cpu_us") / 10'000.0;
    out.bytes_in_per_second = rate_of(before, now, "total_net_input_bytes");
    out.bytes_out_per_second = rate_of(before, now, "total_net_output_bytes");
    return out;
}

// Adds values into the mean of each step.
class Means {
public:
    Means(std::int64_t from_ms, std::int64_t step_ms, std::size_t count)
        : from_ms_(from_ms), step_ms_(step_ms), sums_(count, 0), counts_(count, 0) {}

    void add(std::int64_t time_ms, double value) {
        if (time_ms < from_ms_) return;
        const auto index = static_cast<std::size_t>((time_ms - from_ms_) / step_ms_);
        if (index >= sums_.size()) return;
        sums_[index] += value;
        ++counts_[index];
    }
    std::vector<double> values() const {
        std::vector<double> out(sums_.size(), std::numeric_limits<double>::quiet_NaN());
        for (std::size_t i = 0; i < sums_.size(); ++i)
            if (counts_[i] > 0) out[i] = sums_[i] / counts_[i];
        return out;
    }

private:
    std::int64_t from_ms_;
    std::int64_t step_ms_;
    std::vector<double> sums_;
    std::vector<int> counts_;
};

}  // namespace

const std::vector<std::string>& MetricsBoard::names() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> out;
        for_each_metric({}, [&](const char* name, double) { out.emplace_back(name); });
        return out;
    }();
    return all;
}

MetricsBoard::MetricsBoard(const std::filesystem::path& path) {
    if (!path.empty()) store_ = std::make_unique<MetricsStore>(path);
}

std::vector<schema::NodeMetrics> MetricsBoard::take(const std::vector<NodeSample>& samples) {
    std::vector<schema::NodeMetrics> out;
    std::lock_guard lock(mutex_);
    for (const auto& sample : samples) {
        auto& history = nodes_[sample.node];
        auto metrics = as_rates(history.last, sample);
        history.last = sample;
        history.latest = metrics;
        remember(history, metrics);
        out.push_back(std::move(metrics));
    }
    return out;
}

void MetricsBoard::remember(NodeHistory& history, const schema::NodeMetrics& metrics) {
    Point point{metrics.time_ms, {}};
    for_each_metric(metrics, [&](const char*, double value) {
        point.values.push_back(static_cast<float>(value));
    });
    const auto minute = metrics.time_ms / minute_ms;
    if (history.minute.minute != minute) {
        close_minute(metrics.node, history.minute);
        history.minute = {minute, 0, std::vector<double>(point.values.size(), 0)};
    }
    std::size_t index = 0;
    for_each_metric(metrics,
                    [&](const char*, double value) { history.minute.sums[index++] += value; });
    ++history.minute.count;
    history.seconds.push_back(std::move(point));
    if (history.seconds.size() > seconds_kept) history.seconds.pop_front();
}

void MetricsBoard::close_minute(const std::string& node, MinuteSum& minute) {
    if (minute.count == 0 || ended_.size() >= minutes_waiting_max) return;
    for (double& sum : minute.sums) sum /= minute.count;
    ended_.push_back({minute.minute, node, std::move(minute.sums)});
}

std::string MetricsBoard::flush() {
    std::vector<MetricsStore::Minute> ended;
    {
        std::lock_guard lock(mutex_);
        ended.swap(ended_);
    }
    if (ended.empty() || !store_) return {};
    std::lock_guard lock(disk_);
    try {
        store_->put(ended);
        store_->forget(ended.back().minute / (24 * 60));
        return {};
    } catch (const DatabaseError& failure) {
        return failure.what();
    }
}

std::vector<schema::NodeMetrics> MetricsBoard::latest() const {
    std::lock_guard lock(mutex_);
    std::vector<schema::NodeMetrics> out;
    for (const auto& [id, history] : nodes_) out.push_back(history.latest);
    return out;
}

std::vector<schema::MetricSeries> MetricsBoard::series(const std::vector<std::string>& nodes,
                                                       const std::vector<std::string>& wanted,
                                                       std::int64_t from_ms, std::int64_t to_ms,
                                                       std::int64_t step_ms) {
    const auto count = static_cast<std::size_t>((to_ms - from_ms) / step_ms + 1);
    std::vector<schema::MetricSeries> out;
    for (const auto& node : nodes) {
        std::deque<Point> seconds;
        {
            std::lock_guard lock(mutex_);
            if (const auto at = nodes_.find(node); at != nodes_.end()) seconds = at->second.seconds;
        }
        const auto seconds_from = seconds.empty() ? to_ms + 1 : seconds.front().time_ms;
        std::vector<MetricsStore::Minute> minutes;
        if (store_ && from_ms < seconds_from) {
            std::lock_guard lock(disk_);
            minutes =
                store_->read(node, from_ms / minute_ms, std::min(seconds_from, to_ms) / minute_ms);
        }
        for (const auto& name : wanted) {
            const auto at = std::find(names().begin(), names().end(), name) - names().begin();
            const auto column = static_cast<std::size_t>(at);
            Means means(from_ms, step_ms, count);
            for (const auto& minute : minutes)
                if (column < minute.values.size() && minute.minute * minute_ms < seconds_from)
                    means.add(std::max(minute.minute * minute_ms, from_ms), minute.values[column]);
            for (const auto& point : seconds)
                if (point.time_ms <= to_ms) means.add(point.time_ms, point.values[column]);
            out.push_back({node, name, from_ms, step_ms, means.values()});
        }
    }
    return out;
}

void MetricsBoard::forget_node(const std::string& node) {
    std::lock_guard lock(mutex_);
    nodes_.erase(node);
}

}  // namespace millpond::admin
