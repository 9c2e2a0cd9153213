// SPDX-License-Identifier: Apache-2.0
//
// The backend that speaks to a daemon, over the client library that `millpondctl` uses too. The
// client's thread hands answers and stream messages to the UI thread; changes are gathered for a
// tenth of a second and the latest state of each resource wins, so a storm of events is ten batches
// a second.
#pragma once

#include <QTimer>
#include <memory>

#include "gui/api/gathered.h"

namespace millpond::admin {
class Client;
struct ClientOptions;
struct StreamEvent;
struct StreamState;
}  // namespace millpond::admin

namespace millpond::console {

class ClientBackend : public Backend {
    Q_OBJECT

public:
    /// `target` is how the connection is called in the top bar.
    ClientBackend(const admin::ClientOptions& options, QString target, QObject* parent = nullptr);
    ~ClientBackend() override;

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

private:
    void onState(const admin::StreamState& state);
    void onStreamEvent(const admin::StreamEvent& event);
    void flush();
    template <class T>
    auto list(Gathered<T>& gathered, void (Backend::*changed)(const Batch<T>&));

    std::unique_ptr<admin::Client> client_;
    QTimer flush_timer_;
    Gathered<schema::Cluster> clusters_;
    Gathered<schema::SecurityGroup> groups_;
    Gathered<schema::Operation> operations_;
    Gathered<schema::Event> events_;
    std::vector<schema::NodeMetrics> metrics_;
};

}  // namespace millpond::console
