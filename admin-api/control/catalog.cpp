// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/catalog.h"

#include <spdlog/spdlog.h>

#include "admin-api/schema/json.h"
#include "admin-api/schema/time.h"

namespace millpond::admin {
namespace {

template <class T>
boost::json::value upsert(const std::string& id, const T& object) {
    return boost::json::object{
        {"change", "upsert"}, {"id", id}, {"object", schema::to_json(object)}};
}

boost::json::value deletion(const std::string& id) {
    return boost::json::object{{"change", "delete"}, {"id", id}};
}

std::shared_ptr<const State> loaded(Store& store) {
    auto state = std::make_shared<State>();
    state->revision = store.first_revision();
    state->vpc = store.setting("vpc").value_or("");
    state->vpc_range = store.setting("vpc_range").value_or("");
    state->subnets = store.subnets();
    for (auto& cluster : store.clusters())
        state->clusters[cluster.id] = std::make_shared<const ClusterRecord>(cluster);
    for (auto& group : store.groups())
        state->groups[group.id] = std::make_shared<const schema::SecurityGroup>(group);
    for (auto& record : store.unfinished_operations())
        state->operations[record.operation.id] = std::make_shared<const OperationRecord>(record);
    return state;
}

}  // namespace

std::string Draft::now_text() const {
    return schema::iso_time(now_ms_);
}

void Draft::write(const std::function<void(Store::Writer&)>& write) {
    if (!failure_.empty()) return;
    try {
        if (!writer_) writer_ = std::make_unique<Store::Writer>(store_);
        write(*writer_);
    } catch (const DatabaseError& failure) {
        if (persist_ == Persist::required) throw;
        failure_ = failure.what();
        writer_.reset();
    }
}

void Draft::commit() {
    if (!writer_) return;
    write([&](Store::Writer& writer) {
        writer.set("revision", std::to_string(next_.revision));
        writer.commit();
    });
}

void Draft::put(ClusterRecord cluster) {
    cluster.revision = next_.revision + 1;
    groups_touched_.insert(cluster.security_groups.begin(), cluster.security_groups.end());
    if (const auto* before = next_.cluster(cluster.id))
        groups_touched_.insert(before->security_groups.begin(), before->security_groups.end());
    clusters_touched_.insert(cluster.id);
    write([&](Store::Writer& writer) { writer.put(cluster); });
    auto id = cluster.id;
    next_.clusters[std::move(id)] = std::make_shared<const ClusterRecord>(std::move(cluster));
}

void Draft::erase_cluster(const std::string& id) {
    if (const auto* before = next_.cluster(id)) {
        groups_touched_.insert(before->security_groups.begin(), before->security_groups.end());
        for (const auto& node : before->nodes) next_.live.erase(node.id);
    }
    clusters_touched_.insert(id);
    write([&](Store::Writer& writer) { writer.erase_cluster(id); });
    next_.clusters.erase(id);
}

void Draft::put(schema::SecurityGroup group) {
    group.revision = next_.revision + 1;
    group.used_by.clear();
    groups_touched_.insert(group.id);
    write([&](Store::Writer& writer) { writer.put(group); });
    auto id = group.id;
    next_.groups[std::move(id)] = std::make_shared<const schema::SecurityGroup>(std::move(group));
}

void Draft::erase_group(const std::string& id) {
    groups_touched_.insert(id);
    write([&](Store::Writer& writer) { writer.erase_group(id); });
    next_.groups.erase(id);
}

void Draft::put(OperationRecord record) {
    record.operation.revision = next_.revision + 1;
    write([&](Store::Writer& writer) { writer.put(record); });
    keep(std::move(record));
}

void Draft::show(OperationRecord record) {
    record.operation.revision = next_.revision + 1;
    keep(std::move(record));
}

void Draft::keep(OperationRecord record) {
    std::erase_if(operations_touched_,
                  [&](const schema::Operation& one) { return one.id == record.operation.id; });
    operations_touched_.push_back(record.operation);
    auto id = record.operation.id;
    if (is_finished(record.operation))
        next_.operations.erase(id);
    else
        next_.operations[std::move(id)] =
            std::make_shared<const OperationRecord>(std::move(record));
}

void Draft::put(const SubnetRecord& subnet) {
    write([&](Store::Writer& writer) { writer.put(subnet); });
    for (auto& one : next_.subnets)
        if (one.id == subnet.id) one = subnet;
}

void Draft::replace_subnets(std::vector<SubnetRecord> subnets) {
    write([&](Store::Writer& writer) {
        writer.erase_subnets();
        for (const auto& subnet : subnets) writer.put(subnet);
    });
    next_.subnets = std::move(subnets);
}

void Draft::set_vpc(const std::string& id, const std::string& range) {
    set("vpc", id);
    set("vpc_range", range);
    next_.vpc = id;
    next_.vpc_range = range;
}

void Draft::set(const std::string& key, const std::string& value) {
    write([&](Store::Writer& writer) { writer.set(key, value); });
}

void Draft::add_event(std::string source_type, std::string source, std::string cluster,
                      std::string severity, std::string message) {
    schema::Event event{0,
                        now_text(),
                        std::move(source_type),
                        std::move(source),
                        std::move(cluster),
                        std::move(severity),
                        std::move(message)};
    write([&](Store::Writer& writer) { event.id = writer.add(event, now_ms_); });
    events_added_.push_back(std::move(event));
}

void Draft::audit(const std::string& who, const std::string& action, const std::string& target,
                  const std::string& outcome) {
    write([&](Store::Writer& writer) {
        writer.add_audit({0, now_text(), who, action, target, outcome}, now_ms_);
    });
}

void Draft::remember(const std::string& key, const RememberedAnswer& answer) {
    write([&](Store::Writer& writer) { writer.remember(key, answer, now_ms_); });
}

void Draft::prune(std::int64_t events_before_ms, std::int64_t keys_before_ms, int operations_kept) {
    write([&](Store::Writer& writer) {
        writer.prune(events_before_ms, keys_before_ms, operations_kept);
    });
}

void Draft::set_live(const std::string& node, const LiveNode& live) {
    const auto* cluster = next_.cluster_of_node(node);
    if (!cluster) return;
    clusters_touched_.insert(cluster->id);
    next_.live[node] = live;
}

void Draft::erase_live(const std::string& node) {
    if (const auto* cluster = next_.cluster_of_node(node)) clusters_touched_.insert(cluster->id);
    next_.live.erase(node);
}

Catalog::Catalog(Store& store, Clock clock)
    : store_(store),
      clock_(std::move(clock)),
      state_(loaded(store)),
      feed_(store.first_revision()) {}

std::shared_ptr<const State> Catalog::read() const {
    std::lock_guard lock(swap_);
    return state_;
}

void Catalog::settle(Draft& draft) {
    // Each frame of the stream gets a revision of its own, so that a reader who is cut off between
    // two frames of one change can still go on behind the first.
    const auto frames = draft.clusters_touched_.size() + draft.groups_touched_.size() +
                        draft.operations_touched_.size() + draft.events_added_.size();
    const auto first = draft.next_.revision + 1;
    draft.next_.revision += static_cast<schema::Revision>(frames);
    draft.commit();
    if (!draft.failure_.empty())
        alarm("The state store cannot be written: " + draft.failure_ + ".");
    // Published and made readable in one: nobody may ask the stream for a revision that it has not
    // reached, nor read a state that is older than what the stream has told. The draft's writer
    // still keeps readers from the store: nor may a state be older than what its history has told.
    std::lock_guard lock(swap_);
    publish(draft, first);
    state_ = std::make_shared<const State>(std::move(draft.next_));
}

void Catalog::publish(const Draft& draft, schema::Revision revision) {
    const State& state = draft.next_;
    for (const auto& id : draft.clusters_touched_) {
        const auto* cluster = state.cluster(id);
        feed_.publish(revision++, "cluster",
                      cluster ? upsert(id, shown(state, *cluster)) : deletion(id));
    }
    for (const auto& id : draft.groups_touched_) {
        const auto* group = state.group(id);
        feed_.publish(revision++, "security-group",
                      group ? upsert(id, shown(state, *group)) : deletion(id));
    }
    for (const auto& operation : draft.operations_touched_)
        feed_.publish(revision++, "operation", upsert(operation.id, operation));
    for (const auto& event : draft.events_added_)
        feed_.publish(revision++, "event", upsert(std::to_string(event.id), event));
}

Error Catalog::store_failed(const DatabaseError& failure) {
    alarm(std::string("The state store cannot be written: ") + failure.what() + ".");
    return Error{"ServiceUnavailable",
                 std::string("The request was not carried out, because the state store cannot be "
                             "written: ") +
                     failure.what() + ". Check the disk of the state folder.",
                 "", 503};
}

void Catalog::alarm(const std::string& message) {
    spdlog::error("{}", message);
    schema::Event event{0,      schema::iso_time(clock_()), "daemon", "millpond-admin", "", "error",
                        message};
    feed_.publish_passing("event", upsert("0", event));
}

}  // namespace millpond::admin
