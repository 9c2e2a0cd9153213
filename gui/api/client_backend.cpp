// SPDX-License-Identifier: Apache-2.0
#include "gui/api/client_backend.h"

#include <chrono>
#include <functional>
#include <limits>

#include "admin-api/client/client.h"
#include "admin-api/schema/json.h"

namespace millpond::console {
namespace {

constexpr int kGatherMs = 100;
constexpr int kHistoryLimit = 200;

Problem problemOf(const admin::Error& error) {
    return {QString::fromStdString(error.code), QString::fromStdString(error.message),
            QString::fromStdString(error.field)};
}

// Wraps a reply for the client's thread: the answer is made there and delivered on the UI thread.
// The backend outlives its client, so `owner` is alive whenever the callback runs.
template <class T, class Wire = T, class Convert = std::identity>
auto delivered(QObject* owner, QObject* context, std::type_identity_t<Reply<T>> reply,
               Convert convert = {}) {
    return [owner, reply = guarded<T>(context, std::move(reply)),
            convert](admin::Result<Wire> result) {
        Answer<T> answer;
        if (result.has_value())
            answer.value = convert(std::move(result.value()));
        else
            answer.problem = problemOf(result.error());
        QMetaObject::invokeMethod(
            owner, [reply, answer = std::move(answer)] { reply(answer); }, Qt::QueuedConnection);
    };
}

constexpr auto items = [](auto listed) { return std::move(listed.items); };

template <class T>
void take(const admin::StreamEvent& event, Gathered<T>& gathered) {
    const auto* body = event.data.if_object();
    if (body == nullptr || !body->contains("id")) return;
    const auto& id_value = body->at("id");
    const std::string id = id_value.is_string()
                               ? std::string(id_value.as_string())
                               : std::to_string(id_value.to_number<std::int64_t>());
    const std::int64_t revision = event.revision.value_or(std::numeric_limits<std::int64_t>::max());
    const auto* change = body->if_contains("change");
    if (change != nullptr && change->is_string() && change->as_string() == "delete") {
        gathered.remove(id, revision);
        return;
    }
    const auto* object = body->if_contains("object");
    if (object == nullptr) return;
    // A newer daemon may say what this console cannot read; the next list will tell.
    if (auto read = schema::from_json<T>(*object, schema::UnknownMembers::skip))
        gathered.upsert(id, std::move(read.value()), revision);
}

}  // namespace

ClientBackend::ClientBackend(const admin::ClientOptions& options, QString target, QObject* parent)
    : Backend(parent), client_(std::make_unique<admin::Client>(options)) {
    link_.target = std::move(target);
    link_.since = QDateTime::currentDateTime();
    flush_timer_.setInterval(kGatherMs);
    flush_timer_.setSingleShot(true);
    connect(&flush_timer_, &QTimer::timeout, this, &ClientBackend::flush);
}

ClientBackend::~ClientBackend() {
    client_->stop();
}

void ClientBackend::start() {
    admin::StreamHandlers handlers;
    handlers.on_event = [this](const admin::StreamEvent& event) {
        QMetaObject::invokeMethod(
            this, [this, event] { onStreamEvent(event); }, Qt::QueuedConnection);
    };
    handlers.on_state = [this](const admin::StreamState& state) {
        QMetaObject::invokeMethod(
            this, [this, state] { onState(state); }, Qt::QueuedConnection);
    };
    client_->stream({}, std::move(handlers));
}

void ClientBackend::onState(const admin::StreamState& state) {
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(state.since.time_since_epoch());
    Link link = link_;
    link.since = QDateTime::fromMSecsSinceEpoch(since.count());
    link.reason = QString::fromStdString(state.reason);
    link.state = state.connected ? Link::State::Online : Link::State::Lost;
    setLink(std::move(link));
    // After a gap the lists are the truth: the stream's resumption only saves the wait for them.
    if (state.connected) refresh();
}

void ClientBackend::onStreamEvent(const admin::StreamEvent& event) {
    if (event.type == "cluster")
        take(event, clusters_);
    else if (event.type == "security-group")
        take(event, groups_);
    else if (event.type == "operation")
        take(event, operations_);
    else if (event.type == "event")
        take(event, events_);
    else if (event.type == "reset")
        refresh();
    else if (event.type == "metrics" && event.data.is_object()) {
        if (const auto* list = event.data.as_object().if_contains("items"))
            if (auto read = schema::from_json<std::vector<schema::NodeMetrics>>(
                    *list, schema::UnknownMembers::skip))
                metrics_ = std::move(read.value());
    }
    if (!flush_timer_.isActive()) flush_timer_.start();
}

void ClientBackend::flush() {
    if (auto batch = clusters_.take(); !batch.empty()) Q_EMIT clustersChanged(batch);
    if (auto batch = groups_.take(); !batch.empty()) Q_EMIT securityGroupsChanged(batch);
    if (auto batch = operations_.take(); !batch.empty()) Q_EMIT operationsChanged(batch);
    if (auto batch = events_.take(); !batch.empty()) Q_EMIT eventsChanged(batch);
    if (!metrics_.empty()) Q_EMIT metricsArrived(std::exchange(metrics_, {}));
}

template <class T>
auto ClientBackend::list(Gathered<T>& gathered, void (Backend::*changed)(const Batch<T>&)) {
    gathered.listAsked();
    return delivered<admin::Listed<T>>(
        this, this, [this, &gathered, changed](const Answer<admin::Listed<T>>& answer) {
            gathered.listArrived(answer ? std::optional(answer.value->revision) : std::nullopt);
            if (answer) Q_EMIT(this->*changed)({true, answer.value->items, {}});
            if (!flush_timer_.isActive()) flush_timer_.start();
        });
}

void ClientBackend::refresh() {
    client_->info(delivered<schema::DaemonInfo>(this, this, [this](const auto& answer) {
        if (!answer) return;
        info_ = *answer.value;
        Q_EMIT infoChanged();
    }));
    client_->node_types(delivered<std::vector<schema::NodeType>, admin::Listed<schema::NodeType>>(
        this, this,
        [this](const auto& answer) {
            if (!answer) return;
            node_types_ = *answer.value;
            Q_EMIT infoChanged();
        },
        items));
    client_->vpcs(delivered<std::vector<schema::Vpc>, admin::Listed<schema::Vpc>>(
        this, this,
        [this](const auto& answer) {
            if (!answer) return;
            vpcs_ = *answer.value;
            Q_EMIT infoChanged();
        },
        items));
    client_->clusters(list(clusters_, &Backend::clustersChanged));
    client_->security_groups(list(groups_, &Backend::securityGroupsChanged));
    client_->operations({}, kHistoryLimit, list(operations_, &Backend::operationsChanged));
    admin::Client::EventsQuery newest;
    newest.limit = kHistoryLimit;
    client_->events(newest, list(events_, &Backend::eventsChanged));
}

void ClientBackend::createCluster(const schema::CreateCluster& body, QObject* context,
                                  Reply<schema::Operation> reply) {
    client_->create_cluster(body, delivered<schema::Operation>(this, context, std::move(reply)));
}

void ClientBackend::modifyCluster(const std::string& id, const schema::ModifyCluster& body,
                                  QObject* context, Reply<schema::Operation> reply) {
    client_->modify_cluster(id, body,
                            delivered<schema::Operation>(this, context, std::move(reply)));
}

void ClientBackend::deleteCluster(const std::string& id, QObject* context,
                                  Reply<schema::Operation> reply) {
    client_->delete_cluster(id, delivered<schema::Operation>(this, context, std::move(reply)));
}

void ClientBackend::failover(const std::string& id, const schema::FailoverRequest& body,
                             QObject* context, Reply<schema::Operation> reply) {
    client_->failover(id, body, delivered<schema::Operation>(this, context, std::move(reply)));
}

void ClientBackend::reboot(const std::string& id, const schema::RebootRequest& body,
                           QObject* context, Reply<schema::Operation> reply) {
    client_->reboot(id, body, delivered<schema::Operation>(this, context, std::move(reply)));
}

void ClientBackend::setTags(const std::string& id, const std::vector<schema::Tag>& tags,
                            QObject* context, Reply<schema::Cluster> reply) {
    client_->set_tags(id, tags, delivered<schema::Cluster>(this, context, std::move(reply)));
}

void ClientBackend::sources(const std::string& cluster, QObject* context,
                            Reply<std::vector<schema::ConnectionSource>> reply) {
    client_->sources(
        cluster,
        delivered<std::vector<schema::ConnectionSource>, admin::Listed<schema::ConnectionSource>>(
            this, context, std::move(reply), items));
}

void ClientBackend::reachability(const schema::ReachabilityQuery& query, QObject* context,
                                 Reply<schema::Reachability> reply) {
    client_->reachability(query, delivered<schema::Reachability>(this, context, std::move(reply)));
}

void ClientBackend::metrics(const std::string& cluster, const MetricsQuery& query, QObject* context,
                            Reply<std::vector<schema::MetricSeries>> reply) {
    client_->metrics(
        cluster, {query.names, query.from_ms, query.to_ms, query.step_ms},
        delivered<std::vector<schema::MetricSeries>, admin::Listed<schema::MetricSeries>>(
            this, context, std::move(reply), items));
}

void ClientBackend::keys(const std::string& cluster, const KeysQuery& query, QObject* context,
                         Reply<schema::KeyPage> reply) {
    client_->keys(cluster, {query.cursor, query.match, query.type, query.count, query.db},
                  delivered<schema::KeyPage>(this, context, std::move(reply)));
}

void ClientBackend::value(const std::string& cluster, const std::string& key, int db,
                          std::int64_t offset, int count, QObject* context,
                          Reply<schema::KeyValue> reply) {
    client_->value(cluster, {key, db, offset, count},
                   delivered<schema::KeyValue>(this, context, std::move(reply)));
}

void ClientBackend::createSecurityGroup(const schema::CreateSecurityGroup& body, QObject* context,
                                        Reply<schema::SecurityGroup> reply) {
    client_->create_security_group(
        body, delivered<schema::SecurityGroup>(this, context, std::move(reply)));
}

void ClientBackend::deleteSecurityGroup(const std::string& id, QObject* context,
                                        Reply<Nothing> reply) {
    client_->delete_security_group(
        id, delivered<Nothing, admin::Reply>(this, context, std::move(reply),
                                             [](const admin::Reply&) { return Nothing{}; }));
}

void ClientBackend::authorizeInbound(const std::string& id, const schema::AuthorizeInbound& body,
                                     QObject* context, Reply<schema::SecurityGroup> reply) {
    client_->authorize_inbound(id, body,
                               delivered<schema::SecurityGroup>(this, context, std::move(reply)));
}

void ClientBackend::revokeInbound(const std::string& id, const std::string& rule, QObject* context,
                                  Reply<schema::SecurityGroup> reply) {
    client_->revoke_inbound(id, rule,
                            delivered<schema::SecurityGroup>(this, context, std::move(reply)));
}

}  // namespace millpond::console
