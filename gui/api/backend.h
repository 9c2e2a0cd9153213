// SPDX-License-Identifier: Apache-2.0
//
// What the console asks of the admin API, and what it hears from it. Pages and models know this
// interface alone: `ClientBackend` speaks to a daemon, `DemoBackend` (gui/demo) plays one. UI
// thread only: every call returns at once, every reply and signal comes on the UI thread.
//
// A reply is called once, and never after `context` (the page or dialog that asked) is gone.
#pragma once

#include <QDateTime>
#include <QObject>
#include <QPointer>
#include <QString>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "admin-api/schema/cluster.h"
#include "admin-api/schema/history.h"
#include "admin-api/schema/keys.h"
#include "admin-api/schema/network.h"

namespace millpond::console {

namespace schema = millpond::admin::schema;

/// Why a request failed: what happened, why and what to do, as the API says it.
struct Problem {
    QString code;
    QString message;
    QString field;  ///< of the request; empty when no single one is at fault
};

template <class T>
struct Answer {
    std::optional<T> value;
    Problem problem;  ///< valid without a value
    explicit operator bool() const { return value.has_value(); }
};

template <class T>
using Reply = std::function<void(const Answer<T>&)>;

struct Nothing {};

/// Changes of one kind of resource, gathered over at most a tenth of a second. With `reset`,
/// `upserts` is all there is; without it, what is not named is as it was.
template <class T>
struct Batch {
    bool reset = false;
    std::vector<T> upserts;
    std::vector<std::string> removed;
    bool empty() const { return !reset && upserts.empty() && removed.empty(); }
};

struct Link {
    enum class State { Connecting, Online, Lost };
    State state = State::Connecting;
    QDateTime since;
    QString reason;  ///< while lost
    QString target;  ///< a socket's path or an address, for a person
};

struct KeysQuery {
    std::string cursor = "0";
    std::string match;
    std::string type;
    int count = 200;
    int db = 0;
};

struct MetricsQuery {
    std::vector<std::string> names;
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;
    std::int64_t step_ms = 1000;
};

class Backend : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    virtual void start() = 0;
    /// Reads every list again, at once: F5.
    virtual void refresh() = 0;

    const Link& link() const { return link_; }
    const schema::DaemonInfo& info() const { return info_; }
    const std::vector<schema::Vpc>& vpcs() const { return vpcs_; }
    const std::vector<schema::NodeType>& nodeTypes() const { return node_types_; }

    virtual void createCluster(const schema::CreateCluster&, QObject* context,
                               Reply<schema::Operation>) = 0;
    virtual void modifyCluster(const std::string& id, const schema::ModifyCluster&,
                               QObject* context, Reply<schema::Operation>) = 0;
    virtual void deleteCluster(const std::string& id, QObject* context,
                               Reply<schema::Operation>) = 0;
    virtual void failover(const std::string& id, const schema::FailoverRequest&, QObject* context,
                          Reply<schema::Operation>) = 0;
    virtual void reboot(const std::string& id, const schema::RebootRequest&, QObject* context,
                        Reply<schema::Operation>) = 0;
    virtual void setTags(const std::string& id, const std::vector<schema::Tag>&, QObject* context,
                         Reply<schema::Cluster>) = 0;

    virtual void sources(const std::string& cluster, QObject* context,
                         Reply<std::vector<schema::ConnectionSource>>) = 0;
    virtual void reachability(const schema::ReachabilityQuery&, QObject* context,
                              Reply<schema::Reachability>) = 0;
    virtual void metrics(const std::string& cluster, const MetricsQuery&, QObject* context,
                         Reply<std::vector<schema::MetricSeries>>) = 0;
    virtual void keys(const std::string& cluster, const KeysQuery&, QObject* context,
                      Reply<schema::KeyPage>) = 0;
    /// `key` in base64, as KeySummary gives it.
    virtual void value(const std::string& cluster, const std::string& key, int db,
                       std::int64_t offset, int count, QObject* context,
                       Reply<schema::KeyValue>) = 0;

    virtual void createSecurityGroup(const schema::CreateSecurityGroup&, QObject* context,
                                     Reply<schema::SecurityGroup>) = 0;
    virtual void deleteSecurityGroup(const std::string& id, QObject* context, Reply<Nothing>) = 0;
    virtual void authorizeInbound(const std::string& id, const schema::AuthorizeInbound&,
                                  QObject* context, Reply<schema::SecurityGroup>) = 0;
    virtual void revokeInbound(const std::string& id, const std::string& rule, QObject* context,
                               Reply<schema::SecurityGroup>) = 0;

Q_SIGNALS:
    void linkChanged();
    /// The daemon's description, the VPCs or the node types have been read.
    void infoChanged();
    void clustersChanged(const Batch<schema::Cluster>& batch);
    void securityGroupsChanged(const Batch<schema::SecurityGroup>& batch);
    void operationsChanged(const Batch<schema::Operation>& batch);
    void eventsChanged(const Batch<schema::Event>& batch);
    void metricsArrived(const std::vector<schema::NodeMetrics>& items);

protected:
    void setLink(Link link);

    Link link_;
    schema::DaemonInfo info_;
    std::vector<schema::Vpc> vpcs_;
    std::vector<schema::NodeType> node_types_;
};

/// `reply`, silenced once `context` is gone.
template <class T>
Reply<T> guarded(QObject* context, Reply<T> reply) {
    return
        [context = QPointer<QObject>(context), reply = std::move(reply)](const Answer<T>& answer) {
            if (context) reply(answer);
        };
}

}  // namespace millpond::console
