// SPDX-License-Identifier: Apache-2.0
#include "gui/demo/demo_backend.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "gui/demo/demo_keys.h"

namespace millpond::console {
namespace {

constexpr std::int64_t kMiB = 1024 * 1024;
const std::string kVpc = "vpc-0a1b2c3d4e5f60718";
const std::string kDefaultGroup = "sg-0d5f7e91b2c3a4860";

std::string isoNow(qint64 shift_ms = 0) {
    return QDateTime::currentDateTimeUtc()
        .addMSecs(shift_ms)
        .toString(Qt::ISODateWithMs)
        .toStdString();
}

std::vector<schema::NodeType> demoNodeTypes() {
    return {{"cache.t4g.micro", 512 * kMiB},
            {"cache.t4g.small", 1403 * kMiB},
            {"cache.t4g.medium", 3164 * kMiB},
            {"cache.m7g.large", 6530 * kMiB},
            {"cache.r7g.large", 13'387 * kMiB}};
}

std::vector<schema::Vpc> demoVpcs() {
    return {{kVpc,
             "default",
             "127.0.0.0/8",
             true,
             {{"subnet-01a", kVpc, "127.10.1.0/24", "local-1a", 250},
              {"subnet-01b", kVpc, "127.10.2.0/24", "local-1b", 250},
              {"subnet-01c", kVpc, "127.10.3.0/24", "local-1c", 250}}}};
}

std::string hexId(const std::string& prefix, std::int64_t number) {
    return prefix + QStringLiteral("0%1")
                        .arg(number * 0x9e3779b97f4aLL & 0xffffffffffffLL, 16, 16, QLatin1Char('0'))
                        .toStdString();
}

}  // namespace

DemoBackend::DemoBackend() : DemoBackend(Options{}) {}

DemoBackend::DemoBackend(Options options, QObject* parent)
    : Backend(parent), options_(options), random_(options.seed) {
    info_ = {"0.1.0",
             1,
             "/home/kim/.local/state/millpond",
             "127.0.0.1:4566",
             "127.10.0.0/16",
             "local-1",
             "mill",
             isoNow()};
    node_types_ = demoNodeTypes();
    vpcs_ = demoVpcs();
    link_.target = QStringLiteral("demo");
    link_.since = QDateTime::currentDateTime();
    groups_[kDefaultGroup] = {
        kDefaultGroup, "default", "default VPC security group", kVpc, true, {}, {}, {},
        isoNow(),      1};
    if (options_.furnished) furnish();
    ticker_.setInterval(options_.metrics_ms);
    connect(&ticker_, &QTimer::timeout, this, &DemoBackend::tick);
}

template <class T>
void DemoBackend::answer(QObject* context, Reply<T> reply, Answer<T> value) {
    // As with a daemon, the answer never comes before the call has returned.
    QMetaObject::invokeMethod(
        this,
        [reply = guarded<T>(context, std::move(reply)), value = std::move(value)] { reply(value); },
        Qt::QueuedConnection);
}

template <class T>
void DemoBackend::fail(QObject* context, Reply<T> reply, const QString& code,
                       const QString& message, const QString& field) {
    answer<T>(context, std::move(reply), Answer<T>{std::nullopt, Problem{code, message, field}});
}

void DemoBackend::start() {
    setLost(false);
    ticker_.start();
}

void DemoBackend::setLost(bool lost) {
    Link link = link_;
    link.state = lost ? Link::State::Lost : Link::State::Online;
    link.since = QDateTime::currentDateTime();
    link.reason = lost ? QStringLiteral("The daemon closed the connection.") : QString();
    setLink(link);
    if (lost)
        ticker_.stop();
    else
        refresh();
}

void DemoBackend::refresh() {
    Q_EMIT infoChanged();
    const auto all = [](const auto& map) {
        std::vector<typename std::decay_t<decltype(map)>::mapped_type> list;
        list.reserve(map.size());
        for (const auto& [id, value] : map) list.push_back(value);
        return list;
    };
    Q_EMIT clustersChanged({true, all(clusters_), {}});
    Q_EMIT securityGroupsChanged({true, all(groups_), {}});
    auto operations = all(operations_);
    std::ranges::sort(operations, std::greater<>{}, &schema::Operation::started_at);
    Q_EMIT operationsChanged({true, operations, {}});
    Q_EMIT eventsChanged({true, {events_.rbegin(), events_.rend()}, {}});
    tick();
}

const schema::Cluster* DemoBackend::cluster(const std::string& id) const {
    const auto it = clusters_.find(id);
    return it == clusters_.end() ? nullptr : &it->second;
}

void DemoBackend::publish(const schema::Cluster& cluster) {
    Q_EMIT clustersChanged({false, {cluster}, {}});
}
void DemoBackend::publish(const schema::SecurityGroup& group) {
    Q_EMIT securityGroupsChanged({false, {group}, {}});
}
void DemoBackend::publish(const schema::Operation& operation) {
    Q_EMIT operationsChanged({false, {operation}, {}});
}

void DemoBackend::event(const std::string& type, const std::string& source,
                        const std::string& cluster, const std::string& severity,
                        const std::string& message) {
    events_.push_back({next_id_++, isoNow(), type, source, cluster, severity, message});
    Q_EMIT eventsChanged({false, {events_.back()}, {}});
}

void DemoBackend::relinkGroups() {
    for (auto& [id, group] : groups_) {
        group.used_by.clear();
        for (const auto& [name, cluster] : clusters_)
            if (std::ranges::find(cluster.security_groups, id) != cluster.security_groups.end())
                group.used_by.push_back(name);
        publish(group);
    }
}

schema::Node DemoBackend::makeNode(const schema::Cluster& cluster, int number) {
    static const char* zones[] = {"local-1a", "local-1b", "local-1c"};
    const int zone = (number - 1) % 3;
    schema::Node node;
    node.cluster = cluster.id;
    node.id = cluster.id + QStringLiteral("-%1").arg(number, 3, 10, QLatin1Char('0')).toStdString();
    node.address = "127.10." + std::to_string(zone + 1) + "." + std::to_string(next_address_++);
    node.zone = zones[zone];
    node.subnet = vpcs_.front().subnets[std::size_t(zone)].id;
    node.status = "creating";
    node.role = number == 1 ? "primary" : "replica";
    node.link = number == 1 ? "none" : "syncing";
    node.created_at = isoNow();
    return node;
}

schema::Cluster DemoBackend::makeCluster(const schema::CreateCluster& wanted) {
    schema::Cluster cluster;
    cluster.id = wanted.id;
    cluster.description = wanted.description.value_or("");
    cluster.status = "creating";
    cluster.engine = "redis";
    cluster.engine_version = wanted.engine_version.value_or("7.0");
    cluster.node_type = wanted.node_type.value_or("cache.t4g.micro");
    const auto type = std::ranges::find(node_types_, cluster.node_type, &schema::NodeType::name);
    cluster.max_memory = type == node_types_.end() ? 0 : type->max_memory;
    cluster.replicas = wanted.replicas.value_or(0);
    cluster.automatic_failover = wanted.automatic_failover.value_or(false) ? "enabled" : "disabled";
    cluster.durability = "async";
    cluster.vpc = kVpc;
    cluster.subnet_group = "default";
    cluster.security_groups = wanted.security_groups.value_or(std::vector{kDefaultGroup});
    cluster.tags = wanted.tags.value_or(std::vector<schema::Tag>{});
    cluster.created_at = isoNow();
    cluster.arn = "arn:aws:elasticache:local-1:000000000000:replicationgroup:" + wanted.id;
    for (int number = 1; number <= cluster.replicas + 1; ++number)
        cluster.nodes.push_back(makeNode(cluster, number));
    cluster.primary_endpoint = {"127.10.0." + std::to_string(next_address_++), 6379};
    cluster.reader_endpoint = {"127.10.0." + std::to_string(next_address_++), 6379};
    return cluster;
}

schema::Operation DemoBackend::begin(const std::string& kind, const std::string& target,
                                     const std::vector<Step>& steps) {
    schema::Operation operation;
    operation.id = hexId("op-", next_id_++);
    operation.kind = kind;
    operation.target = target;
    operation.status = "running";
    operation.requested_by = "uid 1000 (kim)";
    operation.started_at = isoNow();
    for (const Step& step : steps) operation.steps.push_back({step.name, "pending", ""});
    operation.steps.front().status = "running";
    operations_[operation.id] = operation;
    publish(operation);
    QTimer::singleShot(options_.step_ms, this,
                       [this, id = operation.id, steps] { advance(id, steps, 0); });
    return operation;
}

void DemoBackend::advance(const std::string& id, std::vector<Step> steps, std::size_t at) {
    schema::Operation& operation = operations_[id];
    operation.steps[at].status = "done";
    operation.progress = int(100 * (at + 1) / steps.size());
    if (const auto it = clusters_.find(operation.target); it != clusters_.end() && steps[at].done) {
        steps[at].done(it->second);
        if (clusters_.contains(operation.target)) publish(it->second);
    }
    if (at + 1 < steps.size()) {
        operation.steps[at + 1].status = "running";
        QTimer::singleShot(options_.step_ms, this,
                           [this, id, steps, at] { advance(id, steps, at + 1); });
    } else {
        operation.status = "succeeded";
        operation.ended_at = isoNow();
    }
    publish(operation);
}

void DemoBackend::createCluster(const schema::CreateCluster& wanted, QObject* context,
                                Reply<schema::Operation> reply) {
    if (clusters_.contains(wanted.id))
        return fail(context, std::move(reply), QStringLiteral("ReplicationGroupAlreadyExistsFault"),
                    QStringLiteral("There is already a cluster named %1. Choose another name.")
                        .arg(QString::fromStdString(wanted.id)),
                    QStringLiteral("id"));
    clusters_[wanted.id] = makeCluster(wanted);
    publish(clusters_[wanted.id]);
    relinkGroups();
    std::vector<Step> steps;
    for (const schema::Node& node : clusters_[wanted.id].nodes)
        steps.push_back({"Start node " + node.id, [id = node.id](schema::Cluster& cluster) {
                             auto it = std::ranges::find(cluster.nodes, id, &schema::Node::id);
                             it->status = "available";
                             it->pid = 4000 + std::int64_t(it - cluster.nodes.begin());
                             if (it->role == "replica") it->link = "up";
                         }});
    steps.push_back({"Open the endpoints", [this](schema::Cluster& cluster) {
                         cluster.status = "available";
                         event("replication-group", cluster.id, cluster.id, "info",
                               "Replication group " + cluster.id + " created");
                     }});
    answer<schema::Operation>(context, std::move(reply),
                              {begin("create-cluster", wanted.id, steps), {}});
}

void DemoBackend::modifyCluster(const std::string& id, const schema::ModifyCluster& change,
                                QObject* context, Reply<schema::Operation> reply) {
    const auto it = clusters_.find(id);
    if (it == clusters_.end())
        return fail(context, std::move(reply), QStringLiteral("ReplicationGroupNotFoundFault"),
                    QStringLiteral("There is no such cluster."));
    it->second.status = "modifying";
    publish(it->second);
    std::vector<Step> steps{
        {"Apply the change", [this, change](schema::Cluster& cluster) {
             if (change.description) cluster.description = *change.description;
             if (change.automatic_failover)
                 cluster.automatic_failover = *change.automatic_failover ? "enabled" : "disabled";
             if (change.security_groups) cluster.security_groups = *change.security_groups;
             if (change.node_type) {
                 cluster.node_type = *change.node_type;
                 cluster.max_memory =
                     std::ranges::find(node_types_, *change.node_type, &schema::NodeType::name)
                         ->max_memory;
             }
             if (change.replicas) {
                 cluster.replicas = *change.replicas;
                 while (int(cluster.nodes.size()) > cluster.replicas + 1) cluster.nodes.pop_back();
                 while (int(cluster.nodes.size()) < cluster.replicas + 1) {
                     cluster.nodes.push_back(makeNode(cluster, int(cluster.nodes.size()) + 1));
                     cluster.nodes.back().status = "available";
                     cluster.nodes.back().link = "up";
                 }
             }
             cluster.status = "available";
             relinkGroups();
             event("replication-group", cluster.id, cluster.id, "info",
                   "Replication group " + cluster.id + " modified");
         }}};
    answer<schema::Operation>(context, std::move(reply), {begin("modify-cluster", id, steps), {}});
}

void DemoBackend::deleteCluster(const std::string& id, QObject* context,
                                Reply<schema::Operation> reply) {
    const auto it = clusters_.find(id);
    if (it == clusters_.end())
        return fail(context, std::move(reply), QStringLiteral("ReplicationGroupNotFoundFault"),
                    QStringLiteral("There is no such cluster."));
    it->second.status = "deleting";
    publish(it->second);
    std::vector<Step> steps{{"End the nodes", nullptr},
                            {"Remove the data", [this](schema::Cluster& cluster) {
                                 const std::string gone = cluster.id;
                                 clusters_.erase(gone);
                                 Q_EMIT clustersChanged({false, {}, {gone}});
                                 relinkGroups();
                                 event("replication-group", gone, gone, "info",
                                       "Replication group " + gone + " deleted");
                             }}};
    answer<schema::Operation>(context, std::move(reply), {begin("delete-cluster", id, steps), {}});
}

void DemoBackend::failover(const std::string& id, const schema::FailoverRequest& request,
                           QObject* context, Reply<schema::Operation> reply) {
    const auto it = clusters_.find(id);
    if (it == clusters_.end() || it->second.nodes.size() < 2)
        return fail(context, std::move(reply), QStringLiteral("InvalidReplicationGroupState"),
                    QStringLiteral("The cluster has no replica to promote. Add one first."));
    const auto old = std::ranges::find(it->second.nodes, "primary", &schema::Node::role);
    const auto chosen = std::ranges::find_if(it->second.nodes, [&](const auto& node) {
        return node.role == "replica" && (!request.node || node.id == *request.node);
    });
    const std::string from = old->id, to = chosen->id;
    std::vector<Step> steps{{"pause", nullptr},
                            {"catch-up", nullptr},
                            {"promote", [from, to](schema::Cluster& cluster) {
                                 for (schema::Node& node : cluster.nodes) {
                                     if (node.id == from) {
                                         node.role = "replica";
                                         node.link = "up";
                                     }
                                     if (node.id == to) {
                                         node.role = "primary";
                                         node.link = "none";
                                     }
                                 }
                             }}};
    // The outcome belongs to the operation, whose id the steps learn through `key` once it has
    // begun.
    const auto key = std::make_shared<std::string>();
    steps.push_back(
        {"resume", [this, key, from, to](schema::Cluster& cluster) {
             operations_[*key].failover = schema::FailoverOutcome{from, to, 11.8, 0, true};
             event("replication-group", cluster.id, cluster.id, "info",
                   "Failover from primary node " + from + " to replica node " + to + " completed");
         }});
    const schema::Operation operation = begin("failover", id, steps);
    *key = operation.id;
    answer<schema::Operation>(context, std::move(reply), {operation, {}});
}

void DemoBackend::reboot(const std::string& id, const schema::RebootRequest& request,
                         QObject* context, Reply<schema::Operation> reply) {
    const auto it = clusters_.find(id);
    if (it == clusters_.end())
        return fail(context, std::move(reply), QStringLiteral("CacheClusterNotFound"),
                    QStringLiteral("There is no such cluster."));
    std::vector<Step> steps;
    for (const std::string& name : request.nodes) {
        const auto set = [name](const std::string& status) {
            return [name, status](schema::Cluster& cluster) {
                std::ranges::find(cluster.nodes, name, &schema::Node::id)->status = status;
            };
        };
        steps.push_back({"Stop node " + name, set("rebooting")});
        steps.push_back({"Start node " + name, set("available")});
    }
    event("cache-cluster", request.nodes.front(), id, "info",
          "Cache node " + request.nodes.front() + " restarted");
    answer<schema::Operation>(context, std::move(reply), {begin("reboot", id, steps), {}});
}

void DemoBackend::setTags(const std::string& id, const std::vector<schema::Tag>& tags,
                          QObject* context, Reply<schema::Cluster> reply) {
    clusters_[id].tags = tags;
    publish(clusters_[id]);
    answer<schema::Cluster>(context, std::move(reply), {clusters_[id], {}});
}

void DemoBackend::sources(const std::string& id, QObject* context,
                          Reply<std::vector<schema::ConnectionSource>> reply) {
    const auto it = clusters_.find(id);
    std::vector<schema::ConnectionSource> list;
    if (it != clusters_.end() && !it->second.nodes.empty()) {
        const std::string node = it->second.nodes.front().id;
        const bool open = std::ranges::any_of(it->second.security_groups, [&](const auto& group) {
            return !groups_[group].inbound.empty();
        });
        if (open) {
            list.push_back({id, node, "127.0.0.1", 1284, 0, 1000, "redis-cli", "", isoNow(-2000)});
            list.push_back({id, node, "127.30.0.4", 96'212, 3, 1000, "orders-api",
                            "no security group rule", isoNow(-400)});
        }
        list.push_back({id, node, "127.44.0.9", 0, 17, 1002, "crawler", "no security group rule",
                        isoNow(-61'000)});
        list.push_back({id, node, "192.168.0.23", 0, 2, std::nullopt, std::nullopt,
                        "outside the VPC", isoNow(-3'600'000)});
    }
    answer<std::vector<schema::ConnectionSource>>(context, std::move(reply), {list, {}});
}

void DemoBackend::reachability(const schema::ReachabilityQuery& query, QObject* context,
                               Reply<schema::Reachability> reply) {
    schema::Reachability result;
    result.reason = "No inbound rule of the cluster's security groups covers " + query.source + ".";
    for (const std::string& id : clusters_[query.cluster].security_groups)
        if (!groups_[id].inbound.empty() && query.source.starts_with("127."))
            result = {true, "Allowed by a rule of security group " + groups_[id].name + ".", id,
                      groups_[id].inbound.front().id};
    answer<schema::Reachability>(context, std::move(reply), {result, {}});
}

schema::NodeMetrics DemoBackend::measure(const schema::Cluster& cluster, const schema::Node& node,
                                         std::int64_t time_ms) {
    const bool primary = node.role == "primary";
    const double seed = double(std::hash<std::string>{}(cluster.id) % 97) / 97;
    const double t = double(time_ms) / 1000;
    std::normal_distribution<double> noise(0, 1);
    const double wave = 0.62 + 0.25 * std::sin(t / 47 + seed * 6) +
                        0.1 * std::sin(t / 9 + seed * 11) + 0.03 * noise(random_);
    schema::NodeMetrics m;
    m.node = node.id;
    m.cluster = cluster.id;
    m.time_ms = time_ms;
    m.max_memory = cluster.max_memory;
    m.used_memory =
        std::int64_t(double(cluster.max_memory) * (0.18 + seed * 0.62 + 0.015 * std::sin(t / 80)));
    m.connections = primary ? 42 + std::int64_t(18 * wave) : 12 + std::int64_t(5 * wave);
    m.ops_per_second = std::max(0.0, (primary ? 18'400 : 7'200) * wave * (0.3 + seed));
    m.hits_per_second = m.ops_per_second * 0.71;
    m.misses_per_second = m.ops_per_second * 0.04;
    m.keys = 184'203;
    m.lag_bytes = primary ? 0 : std::max<std::int64_t>(0, std::int64_t(260 + 420 * noise(random_)));
    m.lag_ms = m.lag_bytes > 0 ? 0.4 + 0.2 * wave : 0;
    m.cpu_percent = 34 * wave;
    return m;
}

void DemoBackend::tick() {
    std::vector<schema::NodeMetrics> items;
    const std::int64_t now = QDateTime::currentMSecsSinceEpoch();
    for (const auto& [id, cluster] : clusters_)
        for (const schema::Node& node : cluster.nodes)
            if (node.status == "available") items.push_back(measure(cluster, node, now));
    if (!items.empty()) Q_EMIT metricsArrived(items);
}

void DemoBackend::metrics(const std::string& id, const MetricsQuery& query, QObject* context,
                          Reply<std::vector<schema::MetricSeries>> reply) {
    std::vector<schema::MetricSeries> all;
    for (const schema::Node& node : clusters_[id].nodes) {
        std::map<std::string, schema::MetricSeries> by_name;
        for (const std::string& name : query.names)
            by_name[name] = {node.id, name, query.from_ms, query.step_ms, {}};
        for (std::int64_t at = query.from_ms; at <= query.to_ms; at += query.step_ms) {
            const schema::NodeMetrics m = measure(clusters_[id], node, at);
            const std::map<std::string, double> values{{"used_memory", double(m.used_memory)},
                                                       {"ops_per_second", m.ops_per_second},
                                                       {"connections", double(m.connections)},
                                                       {"lag_bytes", double(m.lag_bytes)},
                                                       {"lag_ms", m.lag_ms},
                                                       {"cpu_percent", m.cpu_percent},
                                                       {"hits_per_second", m.hits_per_second},
                                                       {"misses_per_second", m.misses_per_second}};
            for (auto& [name, series] : by_name)
                series.values.push_back(values.contains(name) ? values.at(name) : 0);
        }
        for (auto& [name, series] : by_name) all.push_back(std::move(series));
    }
    answer<std::vector<schema::MetricSeries>>(context, std::move(reply), {all, {}});
}

void DemoBackend::keys(const std::string&, const KeysQuery& query, QObject* context,
                       Reply<schema::KeyPage> reply) {
    answer<schema::KeyPage>(context, std::move(reply), {demoKeys(query), {}});
}

void DemoBackend::value(const std::string&, const std::string& key, int, std::int64_t offset,
                        int count, QObject* context, Reply<schema::KeyValue> reply) {
    answer<schema::KeyValue>(context, std::move(reply), {demoValue(key, offset, count), {}});
}

void DemoBackend::createSecurityGroup(const schema::CreateSecurityGroup& wanted, QObject* context,
                                      Reply<schema::SecurityGroup> reply) {
    for (const auto& [id, group] : groups_)
        if (group.name == wanted.name)
            return fail(
                context, std::move(reply), QStringLiteral("InvalidGroup.Duplicate"),
                QStringLiteral("There is already a security group of that name in the VPC."),
                QStringLiteral("name"));
    schema::SecurityGroup group{hexId("sg-", next_id_++),
                                wanted.name,
                                wanted.description.value_or(""),
                                kVpc,
                                false,
                                {},
                                {},
                                {},
                                isoNow(),
                                1};
    groups_[group.id] = group;
    publish(group);
    answer<schema::SecurityGroup>(context, std::move(reply), {group, {}});
}

void DemoBackend::deleteSecurityGroup(const std::string& id, QObject* context,
                                      Reply<Nothing> reply) {
    const auto it = groups_.find(id);
    if (it == groups_.end() || it->second.is_default || !it->second.used_by.empty())
        return fail(context, std::move(reply), QStringLiteral("DependencyViolation"),
                    QStringLiteral("The group is in use. Take it off every cluster first."));
    groups_.erase(it);
    Q_EMIT securityGroupsChanged({false, {}, {id}});
    answer<Nothing>(context, std::move(reply), {Nothing{}, {}});
}

void DemoBackend::authorizeInbound(const std::string& id, const schema::AuthorizeInbound& wanted,
                                   QObject* context, Reply<schema::SecurityGroup> reply) {
    schema::SecurityGroup& group = groups_[id];
    for (const schema::NewInboundRule& rule : wanted.rules)
        group.inbound.push_back({hexId("sgr-", next_id_++), rule.protocol.value_or("tcp"),
                                 rule.from_port, rule.to_port, rule.cidr, rule.group,
                                 rule.description.value_or("")});
    publish(group);
    answer<schema::SecurityGroup>(context, std::move(reply), {group, {}});
}

void DemoBackend::revokeInbound(const std::string& id, const std::string& rule, QObject* context,
                                Reply<schema::SecurityGroup> reply) {
    std::erase_if(groups_[id].inbound, [&](const auto& each) { return each.id == rule; });
    publish(groups_[id]);
    answer<schema::SecurityGroup>(context, std::move(reply), {groups_[id], {}});
}

void DemoBackend::furnish() {
    schema::SecurityGroup redis{
        hexId("sg-", 3), "redis-sg", "Clients of the shop", kVpc, false, {}, {}, {}, isoNow(), 1};
    redis.inbound.push_back(
        {"sgr-0a41", "tcp", 6379, 6379, "0.0.0.0/0", std::nullopt, "Everyone in the VPC"});
    schema::SecurityGroup admin{
        hexId("sg-", 5), "admin-sg", "Administrators", kVpc, false, {}, {}, {}, isoNow(), 1};
    admin.inbound.push_back(
        {"sgr-0a42", "tcp", 6379, 6379, "127.0.0.1/32", std::nullopt, "redis-cli"});
    admin.inbound.push_back({"sgr-0a43", "tcp", 6379, 6399, std::nullopt, redis.id, ""});
    groups_[redis.id] = redis;
    groups_[admin.id] = admin;

    const auto add = [&](const char* id, const char* description, const char* type, int replicas,
                         bool failover, std::vector<std::string> groups) {
        schema::CreateCluster wanted;
        wanted.id = id;
        wanted.description = description;
        wanted.node_type = type;
        wanted.replicas = replicas;
        wanted.automatic_failover = failover;
        wanted.security_groups = std::move(groups);
        schema::Cluster cluster = makeCluster(wanted);
        cluster.status = "available";
        for (schema::Node& node : cluster.nodes) {
            node.status = "available";
            node.pid = 4000 + next_address_;
            if (node.role == "replica") node.link = "up";
        }
        clusters_[cluster.id] = cluster;
    };
    add("orders", "Open orders and carts", "cache.t4g.medium", 2, true, {redis.id});
    add("sessions", "Sessions of the web shop", "cache.t4g.small", 1, true, {redis.id, admin.id});
    add("search", "Query results", "cache.m7g.large", 0, false, {admin.id});
    add("rate-limits", "Counters per client", "cache.t4g.micro", 2, true, {kDefaultGroup});
    clusters_["orders"].tags = {{"env", "production"}, {"team", "shop"}};
    clusters_["search"].status = "modifying";
    clusters_["rate-limits"].nodes[2].status = "recovering";
    clusters_["rate-limits"].nodes[2].link = "syncing";
    relinkGroups();

    const auto past = [&](qint64 ago_ms, const char* type, const char* source, const char* cluster,
                          const char* severity, const char* message) {
        events_.push_back({next_id_++, isoNow(-ago_ms), type, source, cluster, severity, message});
    };
    past(86'000'000, "replication-group", "search", "search", "info",
         "Replication group search created");
    past(7'200'000, "replication-group", "orders", "orders", "info",
         "Replication group orders created");
    past(3'600'000, "cache-cluster", "orders-001", "orders", "error",
         "Cache node orders-001 ended without being asked to (signal 9)");
    past(3'599'900, "replication-group", "orders", "orders", "warning",
         "Failover from primary node orders-001 to replica node orders-002 completed in 38 ms, 0 "
         "bytes lost");
    past(3'598'000, "cache-cluster", "orders-001", "orders", "info",
         "Cache node orders-001 recovered and follows orders-002");
    past(900'000, "security-group", "redis-sg", "", "info",
         "Inbound rule TCP 6379 from 0.0.0.0/0 added to redis-sg");
    past(4'000, "cache-cluster", "rate-limits-003", "rate-limits", "warning",
         "Cache node rate-limits-003 is being recovered");
    for (schema::Node& node : clusters_["orders"].nodes) {
        node.role = node.id == "orders-002" ? "primary" : "replica";
        node.link = node.role == "primary" ? "none" : "up";
    }

    schema::Operation made{"op-0001",
                           "create-cluster",
                           "orders",
                           "succeeded",
                           100,
                           {{"Open the endpoints", "done", ""}},
                           std::nullopt,
                           "",
                           "uid 1000 (kim)",
                           isoNow(-7'200'400),
                           isoNow(-7'200'000),
                           1};
    schema::Operation recovered{
        "op-0002",
        "recover",
        "orders",
        "succeeded",
        100,
        {{"fence", "done", ""}, {"elect", "done", ""}, {"promote", "done", ""}},
        schema::FailoverOutcome{"orders-001", "orders-002", 38.2, 0, false},
        "",
        "millpond-admin",
        isoNow(-3'600'000),
        isoNow(-3'599'900),
        2};
    schema::Operation refused{"op-0003",
                              "modify-cluster",
                              "rate-limits",
                              "failed",
                              40,
                              {{"Start node rate-limits-004", "failed", ""}},
                              std::nullopt,
                              "Node rate-limits-004 did not start: 127.10.1.9:6379 is taken by "
                              "redis-server (pid 811). Stop it or choose another port.",
                              "token",
                              isoNow(-1'800'000),
                              isoNow(-1'795'000),
                              3};
    schema::Operation running{
        "op-0004",
        "modify-cluster",
        "search",
        "running",
        55,
        {{"Apply the change", "done", ""}, {"Resize node search-001", "running", ""}},
        std::nullopt,
        "",
        "uid 1000 (kim)",
        isoNow(-3000),
        "",
        4};
    for (const schema::Operation& operation : {made, recovered, refused, running})
        operations_[operation.id] = operation;
}

}  // namespace millpond::console
