// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/network_tab.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/models/rules.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"
#include "gui/widgets/status_label.h"

namespace millpond::console {

NetworkTab::NetworkTab(Workspace& workspace, QWidget* parent) : ClusterTab(workspace, parent) {
    auto* top = new QHBoxLayout;
    top->setSpacing(14);
    top->addWidget(makeRulesCard(), 3);
    top->addWidget(makeReachabilityCard(), 2);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 14, 0, 0);
    all->setSpacing(14);
    all->addLayout(top, 2);
    all->addWidget(makeSourcesCard(), 3);
    again_.setInterval(kReadAgainMs);
    connect(&again_, &QTimer::timeout, this, [this] {
        if (isVisible()) readSources();
    });
    again_.start();
}

QWidget* NetworkTab::makeRulesCard() {
    Card box = card(tr("Inbound rules"));
    QPushButton* change = button(tr("Change security groups"));
    box.head->addWidget(change);
    where_ = wrappingLabel({}, "muted");
    box.body->addWidget(where_);
    rules_table_ = new DataTable(QStringLiteral("cluster-rules"), tr("Inbound rules"), &rules_);
    rules_table_->hideColumn(RuleModel::Protocol);
    rules_table_->setEmptyWords(
        tr("Nobody is let in"),
        tr("Apply a security group with an inbound rule: press \"Change security groups\"."));
    rules_table_->setColumnWidths({140, 110, 0, 100, 190, 120});
    box.body->addWidget(rules_table_, 1);
    connect(change, &QPushButton::clicked, this,
            [this] { Q_EMIT action(QStringLiteral("modify")); });
    return box.frame;
}

QWidget* NetworkTab::makeReachabilityCard() {
    Card box =
        card(tr("Reachability"), tr("Would a client at this address get in, and by which rule?"));
    address_ = named(new QLineEdit(QStringLiteral("127.0.0.1")), tr("Source address"));
    address_->setObjectName(QStringLiteral("reach-address"));
    QPushButton* ask = button(tr("Test"));
    ask->setObjectName(QStringLiteral("reach-test"));
    auto* row = new QHBoxLayout;
    row->addWidget(address_, 1);
    row->addWidget(ask);
    box.body->addLayout(row);
    verdict_ = new StatusLabel;
    verdict_->setObjectName(QStringLiteral("reach-verdict"));
    verdict_->hide();
    reason_ = wrappingLabel({}, "muted");
    box.body->addWidget(verdict_);
    box.body->addWidget(reason_);
    box.body->addStretch();
    box.body->addWidget(wrappingLabel(tr("A refused client is connected and reset at once: test "
                                         "with PING, not with a port scan."),
                                      "muted"));
    connect(ask, &QPushButton::clicked, this, &NetworkTab::test);
    connect(address_, &QLineEdit::returnPressed, this, &NetworkTab::test);
    return box.frame;
}

QWidget* NetworkTab::makeSourcesCard() {
    Card box =
        card(tr("Connections by source"), tr("Accepted and refused since the nodes started."));
    sources_table_ =
        new DataTable(QStringLiteral("sources-table"), tr("Connections by source"), &sources_);
    sources_table_->setEmptyWords(
        tr("Nobody has connected yet"),
        tr("Clients that connect, and those that are refused, appear here."));
    sources_table_->setColumnWidths({130, 180, 90, 90, 170, 200, 120, 120});
    filter_ = sources_table_->makeFilterField(tr("Filter sources"));
    filter_->setMinimumWidth(220);
    allow_ = button(tr("Allow this source"), ButtonRole::Normal, QStringLiteral("allow"));
    allow_->setObjectName(QStringLiteral("allow-source"));
    box.head->addWidget(filter_);
    box.head->addWidget(allow_);
    box.body->addWidget(sources_table_, 1);
    connect(allow_, &QPushButton::clicked, this, [this] {
        if (const auto* source = sources_.find(sources_table_->currentId().toStdString()))
            Q_EMIT action(QStringLiteral("allow:") + text(source->address));
    });
    connect(sources_table_, &DataTable::currentChangedTo, this, &NetworkTab::refreshActions);
    return box.frame;
}

void NetworkTab::onCluster() {
    sources_.apply({true, {}, {}});
    verdict_->hide();
    reason_->clear();
}

void NetworkTab::refresh() {
    const schema::Cluster* now = cluster();
    if (!now) return;
    rules_.show(workspace().groups().rows(), now->security_groups);
    QStringList groups;
    for (const std::string& id : now->security_groups) groups.append(workspace().groupName(id));
    QString range;
    for (const schema::Vpc& vpc : workspace().backend().vpcs())
        if (vpc.id == now->vpc) range = text(vpc.cidr);
    where_->setText(tr("VPC %1 (%2)   ·   port %3   ·   security groups: %4")
                        .arg(text(now->vpc), range)
                        .arg(now->port)
                        .arg(groups.join(QStringLiteral(", "))));
    readSources();
    refreshActions();
}

void NetworkTab::readSources() {
    if (!cluster()) return;
    workspace().backend().sources(clusterId(), this, [this, id = clusterId()](const auto& answer) {
        if (!answer || id != clusterId()) return;
        sources_.apply({true, *answer.value, {}});
        refreshActions();
    });
}

void NetworkTab::refreshActions() {
    const schema::ConnectionSource* source =
        sources_.find(sources_table_->currentId().toStdString());
    QString why;
    if (!source)
        why = tr("Select a source first.");
    else if (source->refused == 0)
        why = tr("This source is not refused.");
    else
        for (const schema::Vpc& vpc : workspace().backend().vpcs())
            if (cluster() && vpc.id == cluster()->vpc &&
                !contains(text(vpc.cidr), text(source->address)))
                why = tr("The address is outside the VPC's range %1: no rule can let it in.")
                          .arg(text(vpc.cidr));
    setAvailable(allow_, why);
}

void NetworkTab::test() {
    workspace().backend().reachability(
        {clusterId(), address_->text().trimmed().toStdString()}, this,
        [this](const Answer<schema::Reachability>& answer) {
            verdict_->setVisible(bool(answer));
            if (!answer) return reason_->setText(answer.problem.message);
            verdict_->setStatus(
                answer.value->allowed ? QStringLiteral("accepted") : QStringLiteral("refused"),
                answer.value->allowed ? tr("Allowed") : tr("Refused"));
            reason_->setText(text(answer.value->reason));
        });
}

}  // namespace millpond::console
