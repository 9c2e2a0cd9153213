// SPDX-License-Identifier: Apache-2.0
//
// A daemon played in memory: clusters that are created, modified, failed over and deleted on
// timers, with metrics, keys and connections. For `--demo`, for the screenshots and for tests that
// need no processes. The numbers come from a seeded generator, so a picture can be taken twice. UI
// thread.
#pragma once

#include <QTimer>
#include <functional>
#include <map>
#include <random>

#include "gui/api/backend.h"

namespace millpond::console {

class DemoBackend : public Backend {
    Q_OBJECT

public:
    struct Options {
        int step_ms = 400;      ///< between two steps of an operation
        int metrics_ms = 1000;  ///< between two metrics events
        unsigned seed = 1;
        bool furnished = true;  ///< with clusters and a history; otherwise as a fresh daemon is
    };

    DemoBackend();
    explicit DemoBackend(Options options, QObject* parent = nullptr);

    void start() override;
    void refresh() override;

    void createCluster(const schema::CreateCluster&, QObject*, Reply<schema::Operation>) override;
    void modifyCluster(const std::string&, const schema::ModifyCluster&, QObject*,
                       Reply<schema::Operation>) override;
    void deleteCluster(const std::string&, QObject*, Reply<schema::Operation>) override;
    void failover(const std::string&, const schema::FailoverRequest&, QObject*,
                  Reply<schema::Operation>) override;
    void reboot(const std::string&, const schema::RebootRequest&, QObject*,
                Reply<schema::Operation>) override;
    void setTags(const std::string&, const std::vector<schema::Tag>&, QObject*,
                 Reply<schema::Cluster>) override;
    void sources(const std::string&, QObject*,
                 Reply<std::vector<schema::ConnectionSource>>) override;
    void reachability(const schema::ReachabilityQuery&, QObject*,
                      Reply<schema::Reachability>) override;
    void metrics(const std::string&, const MetricsQuery&, QObject*,
                 Reply<std::vector<schema::MetricSeries>>) override;
    void keys(const std::string&, const KeysQuery&, QObject*, Reply<schema::KeyPage>) override;
    void value(const std::string&, const std::string&, int, std::int64_t, int, QObject*,
               Reply<schema::KeyValue>) override;
    void createSecurityGroup(const schema::CreateSecurityGroup&, QObject*,
                             Reply<schema::SecurityGroup>) override;
    void deleteSecurityGroup(const std::string&, QObject*, Reply<Nothing>) override;
    void authorizeInbound(const std::string&, const schema::AuthorizeInbound&, QObject*,
                          Reply<schema::SecurityGroup>) override;
    void revokeInbound(const std::string&, const std::string&, QObject*,
                       Reply<schema::SecurityGroup>) override;

    /// The connection breaks, or is there again.
    void setLost(bool lost);
    /// One metrics event, at once.
    void tick();
    /// The demo's state of a cluster, or nullptr.
    const schema::Cluster* cluster(const std::string& id) const;

private:
    struct Step {
        std::string name;
        std::function<void(schema::Cluster&)> done;
    };

    template <class T>
    void answer(QObject* context, Reply<T> reply, Answer<T> value);
    template <class T>
    void fail(QObject* context, Reply<T> reply, const QString& code, const QString& message,
              const QString& field = {});

    void furnish();
    schema::Cluster makeCluster(const schema::CreateCluster& wanted);
    schema::Node makeNode(const schema::Cluster& cluster, int number);
    schema::Operation begin(const std::string& kind, const std::string& target,
                            const std::vector<Step>& steps);
    void advance(const std::string& operation, std::vector<Step> steps, std::size_t at);
    void event(const std::string& type, const std::string& source, const std::string& cluster,
               const std::string& severity, const std::string& message);
    void publish(const schema::Cluster& cluster);
    void publish(const schema::SecurityGroup& group);
    void publish(const schema::Operation& operation);
    schema::NodeMetrics measure(const schema::Cluster& cluster, const schema::Node& node,
                                std::int64_t time_ms);
    void relinkGroups();

    Options options_;
    std::mt19937 random_;
    QTimer ticker_;
    std::map<std::string, schema::Cluster> clusters_;
    std::map<std::string, schema::SecurityGroup> groups_;
    std::map<std::string, schema::Operation> operations_;
    std::vector<schema::Event> events_;
    std::int64_t next_id_ = 1;
    int next_address_ = 2;
};

}  // namespace millpond::console
