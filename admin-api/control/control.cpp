// SPDX-License-Identifier: Apache-2.0
//
// What the use cases share, and those that only read the state or its history.
#include "admin-api/control/control.h"

#include <algorithm>

#include "admin-api/control/compile.h"
#include "admin-api/control/network.h"
#include "admin-api/control/validation.h"
#include "admin-api/schema/time.h"

namespace millpond::admin {
namespace {

constexpr int list_limit_max = 1000;

int bounded(int limit) {
    return std::clamp(limit, 1, list_limit_max);
}

}  // namespace

Error no_such_cluster(std::string_view id) {
    return Error{"ReplicationGroupNotFoundFault",
                 "There is no cluster \"" + std::string(id.substr(0, 60)) + "\".", "", 404};
}

Error no_such_group(std::string_view id) {
    return Error{"InvalidGroup.NotFound",
                 "There is no security group \"" + std::string(id.substr(0, 60)) + "\".", "", 404};
}

Result<void> check_revision(const Caller& caller, schema::Revision revision) {
    if (!caller.if_match || *caller.if_match == revision) return boost::outcome_v2::success();
    return Error{"PreconditionFailed",
                 "It has changed since you read it (its revision is " + std::to_string(revision) +
                     " now): read it again.",
                 "", 412};
}

Control::Control(Catalog& catalog, Store& store, Fleet& fleet, MetricsBoard& metrics,
                 SourceBoard& sources, ControlOptions options)
    : catalog_(catalog),
      store_(store),
      fleet_(fleet),
      metrics_(metrics),
      sources_(sources),
      options_(std::move(options)),
      started_at_(schema::iso_time(catalog.now_ms())) {}

std::string Control::new_id(std::string_view prefix, std::size_t digits) const {
    return std::string(prefix) + options_.random_hex(digits);
}

void Control::audit_refusal(const Caller& caller, const std::string& action,
                            const std::string& target, const Error& error) {
    // A store that cannot be written has raised its alarm already; the refusal itself still stands.
    (void)catalog_.change(Persist::best_effort, [&](Draft& draft) -> Result<void> {
        draft.audit(caller.who, action, target, "refused: " + error.code);
        return boost::outcome_v2::success();
    });
}

Result<void> Control::prepare() {
    return catalog_.change(Persist::required, [&](Draft& draft) -> Result<void> {
        const auto& state = draft.state();
        const auto range = parse_cidr(options_.node_range);
        const auto loopback = parse_cidr("127.0.0.0/8");
        if (!range || range->bits != 16 || !loopback->contains(range->base))
            return invalid_value("node_range", "\"" + options_.node_range +
                                                   "\" is no node range: give a /16 within "
                                                   "127.0.0.0/8, such as 127.10.0.0/16.");
        if (state.vpc.empty()) draft.set_vpc(new_id("vpc-", 17), loopback->text());
        const auto subnet_cidr = [&](std::uint32_t third) {
            return Cidr{range->base | third << 8, 24}.text();
        };
        const bool same = !state.subnets.empty() &&
                          std::any_of(state.subnets.begin(), state.subnets.end(),
                                      [&](const auto& one) { return one.cidr == subnet_cidr(1); });
        if (!same && !state.clusters.empty()) {
            const auto old = parse_cidr(state.subnets.front().cidr);
            return Error{"InvalidSubnet.Conflict",
                         "The clusters of this state folder live in " +
                             Cidr{old->base & 0xffff0000, 16}.text() +
                             ": start with that --node-range, or delete them first.",
                         "node_range", 400};
        }
        if (!same) {
            std::vector<SubnetRecord> subnets;
            for (std::uint32_t i = 1; i <= 3; ++i)
                subnets.push_back({new_id("subnet-", 17), state.vpc, subnet_cidr(i),
                                   std::string("local-1") + static_cast<char>('a' + i - 1)});
            draft.replace_subnets(std::move(subnets));
        }
        const bool has_default =
            std::any_of(state.groups.begin(), state.groups.end(),
                        [](const auto& entry) { return entry.second->is_default; });
        if (has_default) return boost::outcome_v2::success();
        schema::SecurityGroup group;
        group.id = new_id("sg-", 17);
        group.name = "default";
        group.description = "default VPC security group";
        group.vpc = state.vpc;
        group.is_default = true;
        group.created_at = draft.now_text();
        schema::InboundRule self;
        self.id = new_id("sgr-", 17);
        self.protocol = "-1";
        self.from_port = self.to_port = -1;
        self.group = group.id;
        group.inbound.push_back(self);
        draft.put(group);
        return boost::outcome_v2::success();
    });
}

schema::DaemonInfo Control::info() {
    return {MILLPOND_VERSION,    catalog_.read()->revision, options_.state_dir, options_.listen,
            options_.node_range, std::string(region),       options_.hostname,  started_at_};
}

Listing<schema::Cluster> Control::clusters() {
    const auto state = catalog_.read();
    Listing<schema::Cluster> out{state->revision, {}};
    for (const auto& [id, cluster] : state->clusters) out.items.push_back(shown(*state, *cluster));
    return out;
}

Result<schema::Cluster> Control::cluster(std::string_view id) {
    const auto state = catalog_.read();
    const auto* cluster = state->cluster(id);
    if (!cluster) return no_such_cluster(id);
    return shown(*state, *cluster);
}

std::vector<schema::NodeType> Control::node_types() {
    return all_node_types();
}

Listing<schema::Vpc> Control::vpcs() {
    const auto state = catalog_.read();
    return {state->revision, shown_vpcs(*state)};
}

Result<std::vector<schema::ConnectionSource>> Control::sources(std::string_view id) {
    const auto state = catalog_.read();
    const auto* cluster = state->cluster(id);
    if (!cluster) return no_such_cluster(id);
    std::vector<schema::ConnectionSource> out;
    for (const auto& node : cluster->nodes)
        for (const auto& count : sources_.of(node.id)) {
            schema::ConnectionSource source;
            source.cluster = cluster->id;
            source.node = node.id;
            source.address = count.address;
            source.accepted = static_cast<std::int64_t>(count.accepted);
            source.refused = static_cast<std::int64_t>(count.refused);
            source.uid = count.uid;
            source.process = count.process;
            source.reason = count.reason;
            source.last_seen = schema::iso_time(count.last_seen_ms);
            out.push_back(std::move(source));
        }
    return out;
}

Result<schema::Reachability> Control::reachability(const schema::ReachabilityQuery& query) {
    const auto state = catalog_.read();
    const auto* cluster = state->cluster(query.cluster);
    if (!cluster) {
        auto error = no_such_cluster(query.cluster);
        error.field = "cluster";
        return error;
    }
    const auto source = parse_address(query.source);
    if (!source)
        return invalid_value("source", "\"" + query.source.substr(0, 60) +
                                           "\" is no IPv4 address: write one such as 127.0.0.1.");
    return reachable(*state, *cluster, *source);
}

std::vector<schema::Event> Control::events(const EventFilter& filter) {
    EventQuery query{filter.source_type,   filter.source, filter.cluster, filter.after_id, 0, 0,
                     bounded(filter.limit)};
    if (const auto from = schema::parse_iso_time(filter.from_time)) query.from_ms = *from;
    if (const auto to = schema::parse_iso_time(filter.to_time)) query.to_ms = *to;
    return store_.events(query);
}

std::vector<schema::Operation> Control::operations(std::string_view target, int limit) {
    const auto state = catalog_.read();
    std::vector<schema::Operation> out;
    for (auto& record : store_.operations(target, bounded(limit))) {
        // The state knows more of an unfinished one than the store: its latest words of progress.
        // One that the store calls finished has ended since the state was read.
        const auto* live =
            is_finished(record.operation) ? nullptr : state->operation(record.operation.id);
        out.push_back(live ? live->operation : std::move(record.operation));
    }
    return out;
}

Result<schema::Operation> Control::operation(std::string_view id) {
    if (const auto state = catalog_.read(); const auto* live = state->operation(id))
        return live->operation;
    auto record = store_.operation(id);
    if (!record)
        return Error{"OperationNotFound",
                     "There is no operation \"" + std::string(id.substr(0, 60)) + "\".", "", 404};
    return std::move(record->operation);
}

std::vector<schema::AuditEntry> Control::audit(int limit) {
    return store_.audit(bounded(limit));
}

std::vector<schema::NodeMetrics> Control::latest_metrics() {
    return metrics_.latest();
}

Result<std::vector<schema::MetricSeries>> Control::metrics(std::string_view id,
                                                           const std::vector<std::string>& names,
                                                           std::int64_t from_ms, std::int64_t to_ms,
                                                           std::int64_t step_ms) {
    const auto state = catalog_.read();
    const auto* cluster = state->cluster(id);
    if (!cluster) return no_such_cluster(id);
    const auto& known = MetricsBoard::names();
    for (const auto& name : names)
        if (std::find(known.begin(), known.end(), name) == known.end())
            return invalid_value("metrics", "There is no metric \"" + name.substr(0, 60) + "\".");
    if (step_ms < 1000)
        return invalid_value("step_ms", "The step must be at least 1000 (a second).");
    if (from_ms < 0 || to_ms < from_ms)
        return invalid_value("to_ms", "The end must not be before the start.");
    if ((to_ms - from_ms) / step_ms >= MetricsBoard::points_max)
        return invalid_value("step_ms", "That is more than " +
                                            std::to_string(MetricsBoard::points_max) +
                                            " points: take a longer step.");
    std::vector<std::string> nodes;
    for (const auto& node : cluster->nodes) nodes.push_back(node.id);
    return metrics_.series(nodes, names.empty() ? known : names, from_ms, to_ms, step_ms);
}

}  // namespace millpond::admin
