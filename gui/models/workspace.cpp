// SPDX-License-Identifier: Apache-2.0
#include "gui/models/workspace.h"

#include "gui/models/format.h"

namespace millpond::console {

Workspace::Workspace(Backend& backend, QObject* parent)
    : QObject(parent), backend_(backend), clusters_(metrics_) {
    connect(&backend, &Backend::clustersChanged, this, [this](const Batch<schema::Cluster>& batch) {
        clusters_.apply(batch);
        std::vector<std::string> ids;
        for (const schema::Cluster& cluster : clusters_.rows()) ids.push_back(cluster.id);
        metrics_.keepOnly(ids);
        Q_EMIT clustersChanged();
    });
    connect(&backend, &Backend::securityGroupsChanged, this,
            [this](const Batch<schema::SecurityGroup>& batch) {
                groups_.apply(batch);
                Q_EMIT groupsChanged();
            });
    connect(&backend, &Backend::operationsChanged, this, &Workspace::onOperations);
    connect(&backend, &Backend::eventsChanged, this, [this](const Batch<schema::Event>& batch) {
        events_.apply(batch);
        Q_EMIT eventsChanged();
    });
    connect(&backend, &Backend::metricsArrived, this,
            [this](const std::vector<schema::NodeMetrics>& items) {
                metrics_.add(items);
                clusters_.refreshLive();
            });
}

void Workspace::onOperations(const Batch<schema::Operation>& batch) {
    // An operation so quick that its first report is its last has ended too, but not one that an
    // opening console finds in the history.
    std::vector<schema::Operation> ended;
    for (const schema::Operation& operation : batch.upserts) {
        const schema::Operation* before = operations_.find(operation.id);
        const bool news = before ? isUnderWay(*before) : !batch.reset;
        if (news && !isUnderWay(operation)) ended.push_back(operation);
    }
    operations_.apply(batch);
    Q_EMIT operationsChanged();
    for (const schema::Operation& operation : ended) Q_EMIT operationEnded(operation);
}

QString Workspace::groupName(const std::string& id) const {
    const schema::SecurityGroup* group = groups_.find(id);
    return text(group ? group->name : id);
}

}  // namespace millpond::console
