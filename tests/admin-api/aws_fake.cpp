// SPDX-License-Identifier: Apache-2.0
#include "tests/admin-api/aws_fake.h"

#include <algorithm>

#include "admin-api/schema/time.h"

namespace millpond::tests {
namespace {

using admin::Error;
using schema::wall_clock_ms;

Error not_found(const char* code, std::string_view what) {
    return Error{code, std::string(what) + " not found.", "", 404};
}

std::string number(int value) {
    auto text = std::to_string(value);
    return std::string(3 - text.size(), '0') + text;
}

}  // namespace

FakeUseCases::FakeUseCases() {
    schema::SecurityGroup group;
    group.id = "sg-00000000000000001";
    group.name = "default";
    group.description = "default VPC security group";
    group.vpc = "vpc-00000000000000001";
    group.is_default = true;
    groups_[group.id] = group;
}

void FakeUseCases::add_event(std::int64_t id, std::string type, std::string source,
                             std::string message, std::int64_t time_ms) {
    const std::lock_guard lock(mutex_);
    events_.push_back({id, schema::iso_time(time_ms), std::move(type), std::move(source), "",
                       "info", std::move(message)});
}

schema::DaemonInfo FakeUseCases::info() {
    schema::DaemonInfo info;
    info.region = "local-1";
    return info;
}

schema::Cluster FakeUseCases::shown(const Record& record) const {
    auto cluster = record.cluster;
    if (cluster.status != "deleting" && wall_clock_ms() >= record.settles_ms) {
        cluster.status = "available";
        for (auto& node : cluster.nodes) node.status = "available";
    }
    return cluster;
}

void FakeUseCases::drop_deleted() {
    std::erase_if(clusters_, [](const auto& entry) {
        return entry.second.cluster.status == "deleting" &&
               wall_clock_ms() >= entry.second.settles_ms;
    });
}

FakeUseCases::Record* FakeUseCases::find(std::string_view id) {
    drop_deleted();
    const auto found = clusters_.find(id);
    return found == clusters_.end() ? nullptr : &found->second;
}

FakeUseCases::Record* FakeUseCases::by_arn(std::string_view arn) {
    for (auto& [id, record] : clusters_) {
        if (record.cluster.arn == arn) return &record;
        for (const auto& node : record.cluster.nodes)
            if (arn.ends_with(":cluster:" + node.id)) return &record;
    }
    return nullptr;
}

schema::Operation FakeUseCases::begin(const Caller& caller, Record& record, std::string status) {
    callers.push_back(caller);
    record.cluster.status = std::move(status);
    record.settles_ms = wall_clock_ms() + busy_ms;
    schema::Operation operation;
    operation.id = "op-" + std::to_string(next_++);
    operation.target = record.cluster.id;
    return operation;
}

void FakeUseCases::set_nodes(schema::Cluster& cluster, int replicas) const {
    cluster.replicas = replicas;
    cluster.nodes.resize(static_cast<std::size_t>(replicas) + 1);
    int index = 0;
    for (auto& node : cluster.nodes) {
        ++index;
        if (!node.id.empty()) continue;
        node.id = cluster.id + "-" + number(index);
        node.cluster = cluster.id;
        node.address =
            "127.10." + std::to_string((index - 1) % 3 + 1) + ".1" + std::to_string(index);
        node.port = cluster.port;
        node.zone = std::string("local-1") + static_cast<char>('a' + (index - 1) % 3);
        node.status = "creating";
        node.role = index == 1 ? "primary" : "replica";
        node.created_at = schema::iso_time(wall_clock_ms());
    }
}

Listing<schema::Cluster> FakeUseCases::clusters() {
    const std::lock_guard lock(mutex_);
    drop_deleted();
    Listing<schema::Cluster> list;
    for (const auto& [id, record] : clusters_) list.items.push_back(shown(record));
    return list;
}

Result<schema::Cluster> FakeUseCases::cluster(std::string_view id) {
    const std::lock_guard lock(mutex_);
    const auto* record = find(id);
    if (!record) return not_found("ReplicationGroupNotFoundFault", id);
    return shown(*record);
}

Result<schema::Operation> FakeUseCases::create_cluster(const Caller& caller,
                                                       const schema::CreateCluster& create) {
    const std::lock_guard lock(mutex_);
    if (find(create.id))
        return Error{"ReplicationGroupAlreadyExists", create.id + " exists already.", "id", 409};
    if (create.automatic_failover.value_or(false) && create.replicas.value_or(0) == 0)
        return admin::invalid_value("automatic_failover", "Automatic failover needs a replica.");
    Record record;
    auto& cluster = record.cluster;
    cluster.id = create.id;
    cluster.description = create.description.value_or("");
    cluster.engine = "redis";
    cluster.engine_version = create.engine_version.value_or("7.0");
    cluster.node_type = create.node_type.value_or("cache.t4g.micro");
    cluster.port = create.port.value_or(6379);
    cluster.automatic_failover = create.automatic_failover.value_or(false) ? "enabled" : "disabled";
    cluster.vpc = "vpc-00000000000000001";
    cluster.subnet_group = "default";
    cluster.security_groups =
        create.security_groups.value_or(std::vector<std::string>{"sg-00000000000000001"});
    cluster.tags = create.tags.value_or(std::vector<schema::Tag>{});
    cluster.primary_endpoint = {"127.10.1.100", cluster.port};
    cluster.reader_endpoint = {"127.10.1.101", cluster.port};
    cluster.created_at = schema::iso_time(wall_clock_ms());
    cluster.arn = "arn:aws:elasticache:local-1:000000000000:replicationgroup:" + cluster.id;
    set_nodes(cluster, create.replicas.value_or(0));
    auto& stored = clusters_[cluster.id] = record;
    return begin(caller, stored, "creating");
}

Result<schema::Operation> FakeUseCases::modify_cluster(const Caller& caller, std::string_view id,
                                                       const schema::ModifyCluster& modify) {
    const std::lock_guard lock(mutex_);
    auto* record = find(id);
    if (!record) return not_found("ReplicationGroupNotFoundFault", id);
    last_modify = modify;
    auto& cluster = record->cluster;
    if (modify.description) cluster.description = *modify.description;
    if (modify.automatic_failover)
        cluster.automatic_failover = *modify.automatic_failover ? "enabled" : "disabled";
    if (modify.security_groups) cluster.security_groups = *modify.security_groups;
    if (modify.replicas) set_nodes(cluster, *modify.replicas);
    if (modify.node_type && modify.apply_immediately.value_or(true))
        cluster.node_type = *modify.node_type;
    if (modify.node_type && !modify.apply_immediately.value_or(true))
        cluster.pending = schema::PendingChange{modify.node_type, {}, {}};
    return begin(caller, *record, "modifying");
}

Result<schema::Operation> FakeUseCases::delete_cluster(const Caller& caller, std::string_view id) {
    const std::lock_guard lock(mutex_);
    auto* record = find(id);
    if (!record) return not_found("ReplicationGroupNotFoundFault", id);
    return begin(caller, *record, "deleting");
}

Result<schema::Operation> FakeUseCases::failover(const Caller& caller, std::string_view id,
                                                 const schema::FailoverRequest& request) {
    const std::lock_guard lock(mutex_);
    auto* record = find(id);
    if (!record) return not_found("ReplicationGroupNotFoundFault", id);
    auto& nodes = record->cluster.nodes;
    if (nodes.size() < 2)
        return Error{"TestFailoverNotAvailableFault", "There is no replica to promote.", "", 400};
    const auto target = request.node.value_or(nodes[nodes[0].role == "primary" ? 1 : 0].id);
    for (auto& node : nodes) node.role = node.id == target ? "primary" : "replica";
    return begin(caller, *record, "modifying");
}

Result<schema::Operation> FakeUseCases::reboot(const Caller& caller, std::string_view id,
                                               const schema::RebootRequest& request) {
    const std::lock_guard lock(mutex_);
    auto* record = find(id);
    if (!record) return not_found("ReplicationGroupNotFoundFault", id);
    for (auto& node : record->cluster.nodes)
        if (std::find(request.nodes.begin(), request.nodes.end(), node.id) != request.nodes.end())
            node.status = "rebooting";
    return begin(caller, *record, "modifying");
}

Result<std::vector<schema::Tag>> FakeUseCases::tags(std::string_view arn) {
    const std::lock_guard lock(mutex_);
    const auto* record = by_arn(arn);
    if (!record) return not_found("ReplicationGroupNotFoundFault", arn);
    return record->cluster.tags;
}

Result<std::vector<schema::Tag>> FakeUseCases::add_tags(const Caller& caller, std::string_view arn,
                                                        const std::vector<schema::Tag>& added) {
    const std::lock_guard lock(mutex_);
    auto* record = by_arn(arn);
    if (!record) return not_found("ReplicationGroupNotFoundFault", arn);
    callers.push_back(caller);
    for (const auto& tag : added) {
        std::erase_if(record->cluster.tags, [&](const auto& old) { return old.key == tag.key; });
        record->cluster.tags.push_back(tag);
    }
    return record->cluster.tags;
}

Result<std::vector<schema::Tag>> FakeUseCases::remove_tags(const Caller& caller,
                                                           std::string_view arn,
                                                           const std::vector<std::string>& keys) {
    const std::lock_guard lock(mutex_);
    auto* record = by_arn(arn);
    if (!record) return not_found("ReplicationGroupNotFoundFault", arn);
    callers.push_back(caller);
    for (const auto& key : keys)
        if (std::erase_if(record->cluster.tags, [&](const auto& tag) { return tag.key == key; }) ==
            0)
            return not_found("TagNotFound", key);
    return record->cluster.tags;
}

Result<schema::Cluster> FakeUseCases::replace_tags(const Caller& caller, std::string_view cluster,
                                                   const std::vector<schema::Tag>& tags) {
    const std::lock_guard lock(mutex_);
    auto* record = find(cluster);
    if (!record) return not_found("ReplicationGroupNotFoundFault", cluster);
    callers.push_back(caller);
    record->cluster.tags = tags;
    return shown(*record);
}

Listing<schema::Vpc> FakeUseCases::vpcs() {
    schema::Vpc vpc{"vpc-00000000000000001", "this machine", "127.0.0.0/8", true, {}};
    for (int i = 1; i <= 3; ++i)
        vpc.subnets.push_back({"subnet-0000000000000000" + std::to_string(i), vpc.id,
                               "127.10." + std::to_string(i) + ".0/24",
                               std::string("local-1") + static_cast<char>('a' + i - 1), 200});
    return {1, {vpc}};
}

Listing<schema::SecurityGroup> FakeUseCases::security_groups() {
    const std::lock_guard lock(mutex_);
    Listing<schema::SecurityGroup> list;
    for (const auto& [id, group] : groups_) list.items.push_back(group);
    return list;
}

Result<schema::SecurityGroup> FakeUseCases::security_group(std::string_view id) {
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(id);
    if (found == groups_.end()) return not_found("InvalidGroup.NotFound", id);
    return found->second;
}

Result<schema::SecurityGroup> FakeUseCases::create_security_group(
    const Caller& caller, const schema::CreateSecurityGroup& create) {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, group] : groups_)
        if (group.name == create.name)
            return Error{"InvalidGroup.Duplicate", create.name + " exists already.", "name", 409};
    callers.push_back(caller);
    schema::SecurityGroup group;
    group.id = "sg-000000000000001" + number(next_++);
    group.name = create.name;
    group.description = create.description.value_or("");
    group.vpc = create.vpc.value_or("vpc-00000000000000001");
    group.tags = create.tags.value_or(std::vector<schema::Tag>{});
    return groups_[group.id] = group;
}

Result<schema::SecurityGroup> FakeUseCases::authorize_inbound(
    const Caller& caller, std::string_view id, const schema::AuthorizeInbound& wanted) {
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(id);
    if (found == groups_.end()) return not_found("InvalidGroup.NotFound", id);
    callers.push_back(caller);
    for (const auto& rule : wanted.rules) {
        schema::InboundRule added;
        added.id = "sgr-00000000000001" + number(next_++);
        added.protocol = rule.protocol.value_or("tcp");
        added.from_port = rule.from_port;
        added.to_port = rule.to_port;
        added.cidr = rule.cidr;
        added.group = rule.group;
        added.description = rule.description.value_or("");
        for (const auto& old : found->second.inbound)
            if (old.protocol == added.protocol && old.from_port == added.from_port &&
                old.cidr == added.cidr && old.group == added.group)
                return Error{"InvalidPermission.Duplicate", "The rule exists already.", "rules",
                             409};
        found->second.inbound.push_back(added);
    }
    return found->second;
}

Result<schema::SecurityGroup> FakeUseCases::revoke_inbound(const Caller& caller,
                                                           std::string_view id,
                                                           const std::vector<std::string>& rules) {
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(id);
    if (found == groups_.end()) return not_found("InvalidGroup.NotFound", id);
    callers.push_back(caller);
    std::erase_if(found->second.inbound, [&](const auto& rule) {
        return std::find(rules.begin(), rules.end(), rule.id) != rules.end();
    });
    return found->second;
}

Result<void> FakeUseCases::delete_security_group(const Caller& caller, std::string_view id) {
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(id);
    if (found == groups_.end()) return not_found("InvalidGroup.NotFound", id);
    if (found->second.is_default)
        return Error{"CannotDelete", "The default group cannot be deleted.", "", 400};
    for (const auto& [name, record] : clusters_)
        for (const auto& used : record.cluster.security_groups)
            if (used == id) return Error{"DependencyViolation", name + " uses it.", "", 409};
    callers.push_back(caller);
    groups_.erase(found);
    return boost::outcome_v2::success();
}

std::vector<schema::Event> FakeUseCases::events(const admin::EventFilter& filter) {
    const std::lock_guard lock(mutex_);
    std::vector<schema::Event> found;
    for (const auto& event : events_) {
        if (!filter.source_type.empty() && event.source_type != filter.source_type) continue;
        if (!filter.source.empty() && event.source != filter.source) continue;
        if (!filter.from_time.empty() && event.time < filter.from_time) continue;
        if (!filter.to_time.empty() && event.time > filter.to_time) continue;
        found.push_back(event);
    }
    std::reverse(found.begin(), found.end());
    if (found.size() > static_cast<std::size_t>(filter.limit))
        found.resize(static_cast<std::size_t>(filter.limit));
    return found;
}

Result<std::vector<schema::ConnectionSource>> FakeUseCases::sources(std::string_view id) {
    return not_found("ReplicationGroupNotFoundFault", id);
}
Result<schema::Reachability> FakeUseCases::reachability(const schema::ReachabilityQuery& query) {
    return not_found("ReplicationGroupNotFoundFault", query.cluster);
}
Result<schema::Operation> FakeUseCases::operation(std::string_view id) {
    return not_found("OperationNotFound", id);
}
Result<std::vector<schema::MetricSeries>> FakeUseCases::metrics(std::string_view id,
                                                                const std::vector<std::string>&,
                                                                std::int64_t, std::int64_t,
                                                                std::int64_t) {
    return not_found("ReplicationGroupNotFoundFault", id);
}
void FakeUseCases::keys(std::string_view id, const KeyQuery&,
                        std::function<void(Result<schema::KeyPage>)> done) {
    done(not_found("ReplicationGroupNotFoundFault", id));
}
void FakeUseCases::value(std::string_view id, std::string_view, int, std::int64_t, int,
                         std::function<void(Result<schema::KeyValue>)> done) {
    done(not_found("ReplicationGroupNotFoundFault", id));
}
void FakeUseCases::exec(const Caller&, std::string_view node, const schema::ExecRequest&,
                        std::function<void(Result<boost::json::value>)> done) {
    done(not_found("CacheClusterNotFound", node));
}

}  // namespace millpond::tests
