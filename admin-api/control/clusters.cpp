// SPDX-License-Identifier: Apache-2.0
//
// The use cases that change clusters. Each writes the desired state, the new status and an
// operation; the reconciler takes it from there.
#include <algorithm>
#include <map>
#include <set>

#include "admin-api/control/control.h"
#include "admin-api/control/validation.h"

namespace millpond::admin {
namespace {

constexpr std::string_view default_node_type = "cache.t4g.micro";
constexpr int default_port = 6379;

std::string node_id(const std::string& cluster, int number) {
    auto digits = std::to_string(number);
    return cluster + "-" + std::string(3 - std::min<std::size_t>(3, digits.size()), '0') + digits;
}

// The lowest number that no node of the cluster has, one that is leaving included.
std::string next_node_id(const ClusterRecord& cluster) {
    for (int number = 1;; ++number) {
        auto id = node_id(cluster.id, number);
        if (std::none_of(cluster.nodes.begin(), cluster.nodes.end(),
                         [&](const NodeRecord& node) { return node.id == id; }))
            return id;
    }
}

int replicas_of(const ClusterRecord& cluster) {
    const auto staying = std::count_if(cluster.nodes.begin(), cluster.nodes.end(),
                                       [](const NodeRecord& node) { return !node.leaving; });
    return static_cast<int>(staying) - 1;
}

bool fails_over(const ClusterRecord& cluster) {
    return cluster.automatic_failover == "enabled";
}

// The zones in the order in which new nodes should fill them: the emptiest first.
std::vector<std::string> emptiest_zones(const ClusterRecord& cluster,
                                        std::vector<std::string> zones) {
    std::map<std::string, int> used;
    for (const auto& node : cluster.nodes)
        if (!node.leaving) ++used[node.zone];
    std::stable_sort(zones.begin(), zones.end(),
                     [&](const auto& a, const auto& b) { return used[a] < used[b]; });
    return zones;
}

Result<void> must_be_available(const ClusterRecord& cluster, std::string_view what) {
    if (cluster.status == "available") return boost::outcome_v2::success();
    return Error{"InvalidReplicationGroupState",
                 "The cluster " + cluster.id + " cannot be " + std::string(what) + " while it is " +
                     cluster.status + ": wait until it is available.",
                 "", 400};
}

bool changes_nothing(const schema::ModifyCluster& change) {
    return !change.description && !change.node_type && !change.replicas &&
           !change.automatic_failover && !change.security_groups && !change.remove_nodes &&
           !change.apply_immediately.value_or(false);
}

bool is_member(const ClusterRecord& cluster, std::string_view id) {
    return std::any_of(cluster.nodes.begin(), cluster.nodes.end(),
                       [&](const NodeRecord& node) { return node.id == id && !node.leaving; });
}

void add_step(OperationRecord& record, std::string name) {
    record.operation.steps.push_back({std::move(name), "pending", ""});
}

}  // namespace

OperationRecord Control::new_operation(const Draft& draft, const Caller& caller, std::string kind,
                                       const std::string& target) const {
    OperationRecord record;
    record.operation.id = new_id("op-", 17);
    record.operation.kind = std::move(kind);
    record.operation.target = target;
    record.operation.status = "pending";
    record.operation.requested_by = caller.who;
    record.operation.started_at = draft.now_text();
    record.operation.revision = draft.state().revision + 1;
    return record;
}

Result<std::vector<std::string>> Control::existing_groups(
    const State& state, const std::vector<std::string>& ids) const {
    if (ids.empty())
        return invalid_value("security_groups", "A cluster has at least one security group.");
    if (ids.size() > groups_per_cluster_max)
        return invalid_value("security_groups", "A cluster has at most 5 security groups.");
    std::vector<std::string> out;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!state.group(ids[i])) {
            auto error = no_such_group(ids[i]);
            error.field = "security_groups[" + std::to_string(i) + "]";
            error.code = "InvalidParameterValue";
            error.http_status = 400;
            return error;
        }
        if (std::find(out.begin(), out.end(), ids[i]) == out.end()) out.push_back(ids[i]);
    }
    return out;
}

Result<void> Control::place_nodes(Draft& draft, ClusterRecord& cluster, int count,
                                  const std::vector<std::string>& zones) const {
    AddressBook book(draft.state(), options_.port_probe);
    if (cluster.primary_address.empty()) {
        const auto all = book.zones();
        BOOST_OUTCOME_TRY(auto primary, book.next(all[0], cluster.port, false));
        BOOST_OUTCOME_TRY(auto reader, book.next(all[1 % all.size()], cluster.port, false));
        cluster.primary_address = primary.address;
        cluster.reader_address = reader.address;
    }
    for (int i = 0; i < count; ++i) {
        const bool asked = static_cast<std::size_t>(i) < zones.size();
        const auto zone = asked ? zones[static_cast<std::size_t>(i)]
                                : emptiest_zones(cluster, book.zones()).front();
        BOOST_OUTCOME_TRY(auto node, book.next(zone, cluster.port, asked));
        node.id = next_node_id(cluster);
        node.created_at = draft.now_text();
        cluster.nodes.push_back(std::move(node));
    }
    for (const auto& subnet : book.subnets()) draft.put(subnet);
    return boost::outcome_v2::success();
}

Result<ClusterRecord> Control::new_record(Draft& draft,
                                          const schema::CreateCluster& request) const {
    const auto& state = draft.state();
    ClusterRecord cluster;
    BOOST_OUTCOME_TRY(auto id, valid_cluster_id(request.id));
    cluster.id = id;
    if (state.cluster(id))
        return Error{"ReplicationGroupAlreadyExists",
                     "There is already a cluster \"" + id + "\": choose another name.", "id", 400};
    cluster.description = request.description.value_or("");
    BOOST_OUTCOME_TRYV(valid_description(cluster.description, "description"));
    BOOST_OUTCOME_TRY(auto engine, valid_engine(request.engine));
    BOOST_OUTCOME_TRY(auto version, valid_engine_version(request.engine_version));
    BOOST_OUTCOME_TRY(auto type,
                      valid_node_type(request.node_type.value_or(std::string(default_node_type))));
    cluster.engine = engine;
    cluster.engine_version = version;
    cluster.node_type = type;
    cluster.port = request.port.value_or(default_port);
    BOOST_OUTCOME_TRYV(valid_port(cluster.port));
    const int replicas = request.replicas.value_or(0);
    BOOST_OUTCOME_TRYV(valid_replicas(replicas, request.automatic_failover.value_or(false)));
    cluster.automatic_failover =
        request.automatic_failover.value_or(false) ? "enabled" : "disabled";
    cluster.vpc = request.vpc.value_or(state.vpc);
    if (cluster.vpc != state.vpc)
        return Error{"InvalidVpcID.NotFound",
                     "There is no VPC \"" + cluster.vpc.substr(0, 60) + "\".", "vpc", 400};
    cluster.subnet_group = request.subnet_group.value_or("default");
    if (cluster.subnet_group != "default")
        return Error{
            "CacheSubnetGroupNotFoundFault",
            "There is no subnet group \"" + cluster.subnet_group.substr(0, 60) + "\": use default.",
            "subnet_group", 400};
    BOOST_OUTCOME_TRY(
        auto groups,
        existing_groups(state, request.security_groups.value_or(
                                   std::vector<std::string>{state.default_group().id})));
    cluster.security_groups = groups;
    cluster.tags = request.tags.value_or(std::vector<schema::Tag>{});
    BOOST_OUTCOME_TRYV(valid_tags(cluster.tags));
    const auto zones = request.zones.value_or(std::vector<std::string>{});
    if (zones.size() > static_cast<std::size_t>(replicas) + 1)
        return invalid_value("zones",
                             "There are more zones than nodes: name at most one per node.");
    BOOST_OUTCOME_TRYV(place_nodes(draft, cluster, replicas + 1, zones));
    cluster.initial_primary = cluster.nodes.front().id;
    cluster.created_at = draft.now_text();
    return cluster;
}

Result<schema::Operation> Control::create_cluster(const Caller& caller,
                                                  const schema::CreateCluster& request) {
    return audited<schema::Operation>(
        caller, "create-cluster", request.id, schema::to_json_text(request),
        [&](Draft& draft) -> Result<schema::Operation> {
            BOOST_OUTCOME_TRY(auto cluster, new_record(draft, request));
            auto record = new_operation(draft, caller, "create-cluster", cluster.id);
            add_step(record, "Start " + std::to_string(cluster.nodes.size()) +
                                 (cluster.nodes.size() == 1 ? " node" : " nodes"));
            cluster.status = "creating";
            cluster.operation = record.operation.id;
            draft.put(std::move(cluster));
            draft.put(record);
            return record.operation;
        });
}

Result<void> Control::change_replicas(Draft& draft, ClusterRecord& cluster,
                                      const schema::ModifyCluster& change) const {
    const int now = replicas_of(cluster);
    const auto named = change.remove_nodes.value_or(std::vector<std::string>{});
    const int wanted = change.replicas.value_or(now - static_cast<int>(named.size()));
    const bool failover = change.automatic_failover.value_or(fails_over(cluster));
    BOOST_OUTCOME_TRYV(valid_replicas(wanted, failover));
    if (wanted > now) return place_nodes(draft, cluster, wanted - now, {});
    const auto primary = draft.state().primary_of(cluster);
    std::set<std::string> leaving;
    for (std::size_t i = 0; i < named.size(); ++i) {
        const auto field = "remove_nodes[" + std::to_string(i) + "]";
        if (!is_member(cluster, named[i]))
            return invalid_value(field, "There is no node \"" + named[i].substr(0, 60) + "\" in " +
                                            cluster.id + ".");
        if (named[i] == primary)
            return invalid_value(
                field, named[i] + " is the primary: fail over first, or remove a replica.");
        leaving.insert(named[i]);
    }
    if (!named.empty() && static_cast<int>(leaving.size()) != now - wanted)
        return Error{"InvalidParameterCombination",
                     "To go from " + std::to_string(now) + " to " + std::to_string(wanted) +
                         " replicas, name exactly " + std::to_string(now - wanted) + " to remove.",
                     "remove_nodes", 400};
    // The youngest go first.
    for (auto node = cluster.nodes.rbegin(); node != cluster.nodes.rend(); ++node)
        if (static_cast<int>(leaving.size()) < now - wanted && node->id != primary &&
            !node->leaving)
            leaving.insert(node->id);
    for (auto& node : cluster.nodes) node.leaving = node.leaving || leaving.contains(node.id);
    return boost::outcome_v2::success();
}

Result<void> Control::change_settings(Draft& draft, ClusterRecord& cluster,
                                      const schema::ModifyCluster& change) const {
    schema::PendingChange pending;
    if (change.description) {
        BOOST_OUTCOME_TRYV(valid_description(*change.description, "description"));
        cluster.description = *change.description;
    }
    if (change.security_groups) {
        BOOST_OUTCOME_TRY(auto groups, existing_groups(draft.state(), *change.security_groups));
        cluster.security_groups = groups;
    }
    if (change.node_type) {
        BOOST_OUTCOME_TRY(auto type, valid_node_type(*change.node_type));
        cluster.deferred_node_type = type;
    }
    if (change.apply_immediately.value_or(true) && cluster.deferred_node_type) {
        pending.node_type = cluster.node_type = *cluster.deferred_node_type;
        cluster.deferred_node_type.reset();
    }
    if (change.replicas || change.remove_nodes) {
        BOOST_OUTCOME_TRYV(change_replicas(draft, cluster, change));
        pending.replicas = replicas_of(cluster);
    }
    if (change.automatic_failover) {
        BOOST_OUTCOME_TRYV(valid_replicas(replicas_of(cluster), *change.automatic_failover));
        if (*change.automatic_failover != fails_over(cluster)) {
            cluster.automatic_failover = *change.automatic_failover ? "enabling" : "disabling";
            pending.automatic_failover = *change.automatic_failover;
        }
    }
    if (pending.node_type || pending.replicas || pending.automatic_failover)
        cluster.pending = pending;
    return boost::outcome_v2::success();
}

Result<schema::Operation> Control::modify_cluster(const Caller& caller, std::string_view id,
                                                  const schema::ModifyCluster& change) {
    return audited<schema::Operation>(
        caller, "modify-cluster", std::string(id), schema::to_json_text(change),
        [&](Draft& draft) -> Result<schema::Operation> {
            const auto* found = draft.state().cluster(id);
            if (!found) return no_such_cluster(id);
            BOOST_OUTCOME_TRYV(check_revision(caller, found->revision));
            BOOST_OUTCOME_TRYV(must_be_available(*found, "modified"));
            if (changes_nothing(change))
                return Error{"InvalidParameterCombination", "No modification was asked for.", "",
                             400};
            ClusterRecord cluster = *found;
            BOOST_OUTCOME_TRYV(change_settings(draft, cluster, change));
            auto record = new_operation(draft, caller, "modify-cluster", cluster.id);
            add_step(record, "Bring the nodes to the new settings");
            cluster.status = "modifying";
            cluster.operation = record.operation.id;
            draft.put(std::move(cluster));
            draft.put(record);
            return record.operation;
        });
}

Result<schema::Operation> Control::delete_cluster(const Caller& caller, std::string_view id) {
    return audited<schema::Operation>(
        caller, "delete-cluster", std::string(id), "",
        [&](Draft& draft) -> Result<schema::Operation> {
            const auto* found = draft.state().cluster(id);
            if (!found) return no_such_cluster(id);
            BOOST_OUTCOME_TRYV(check_revision(caller, found->revision));
            if (found->status != "create-failed") {
                BOOST_OUTCOME_TRYV(must_be_available(*found, "deleted"));
            }
            ClusterRecord cluster = *found;
            auto record = new_operation(draft, caller, "delete-cluster", cluster.id);
            add_step(record, "Stop the nodes and remove their data");
            cluster.status = "deleting";
            cluster.operation = record.operation.id;
            draft.put(std::move(cluster));
            draft.put(record);
            return record.operation;
        });
}

Result<schema::Operation> Control::failover(const Caller& caller, std::string_view id,
                                            const schema::FailoverRequest& request) {
    return audited<schema::Operation>(
        caller, "failover", std::string(id), schema::to_json_text(request),
        [&](Draft& draft) -> Result<schema::Operation> {
            const auto* found = draft.state().cluster(id);
            if (!found) return no_such_cluster(id);
            BOOST_OUTCOME_TRYV(check_revision(caller, found->revision));
            BOOST_OUTCOME_TRYV(must_be_available(*found, "failed over"));
            if (replicas_of(*found) < 1)
                return Error{
                    "TestFailoverNotAvailableFault",
                    "The cluster " + found->id + " has no replica to fail over to: add one first.",
                    "", 400};
            const auto primary = draft.state().primary_of(*found);
            if (request.node && !is_member(*found, *request.node))
                return Error{"NodeGroupNotFoundFault",
                             "There is no node \"" + request.node->substr(0, 60) + "\" in " +
                                 found->id + ".",
                             "node", 404};
            if (request.node && *request.node == primary)
                return invalid_value("node",
                                     *request.node + " is the primary already: name a replica.");
            ClusterRecord cluster = *found;
            auto record = new_operation(draft, caller, "failover", cluster.id);
            record.old_primary = primary;
            if (request.node) record.nodes.push_back(*request.node);
            for (const auto* phase : {"Pause writes", "Catch up", "Promote", "Resume"})
                add_step(record, phase);
            cluster.status = "modifying";
            cluster.operation = record.operation.id;
            draft.add_event("replication-group", cluster.id, cluster.id, "info",
                            "Test Failover API called for node group 0001");
            draft.put(std::move(cluster));
            draft.put(record);
            return record.operation;
        });
}

Result<schema::Operation> Control::reboot(const Caller& caller, std::string_view id,
                                          const schema::RebootRequest& request) {
    return audited<schema::Operation>(
        caller, "reboot", std::string(id), schema::to_json_text(request),
        [&](Draft& draft) -> Result<schema::Operation> {
            const auto* found = draft.state().cluster(id);
            if (!found) return no_such_cluster(id);
            BOOST_OUTCOME_TRYV(check_revision(caller, found->revision));
            BOOST_OUTCOME_TRYV(must_be_available(*found, "rebooted"));
            if (request.nodes.empty())
                return invalid_value("nodes", "Name at least one node to reboot.");
            ClusterRecord cluster = *found;
            auto record = new_operation(draft, caller, "reboot", cluster.id);
            for (std::size_t i = 0; i < request.nodes.size(); ++i) {
                const auto& node = request.nodes[i];
                if (!is_member(cluster, node))
                    return Error{
                        "CacheClusterNotFound",
                        "There is no node \"" + node.substr(0, 60) + "\" in " + cluster.id + ".",
                        "nodes[" + std::to_string(i) + "]", 404};
                if (std::find(record.nodes.begin(), record.nodes.end(), node) != record.nodes.end())
                    continue;
                record.nodes.push_back(node);
                add_step(record, "Reboot node " + node);
            }
            cluster.status = "modifying";
            cluster.operation = record.operation.id;
            draft.put(std::move(cluster));
            draft.put(record);
            return record.operation;
        });
}

}  // namespace millpond::admin
