// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/overview_tab.h"

#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <map>

#include "gui/models/format.h"
#include "gui/models/words.h"
#include "gui/widgets/copy_label.h"
#include "gui/widgets/form.h"
#include "gui/widgets/topology.h"

namespace millpond::console {

OverviewTab::OverviewTab(Workspace& workspace, QWidget* parent) : ClusterTab(workspace, parent) {
    auto* inner = new QWidget;
    setRole(inner, "page");
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(0, 14, 0, 0);
    column->setSpacing(14);

    Card facts = card(tr("Cluster details"));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(28);
    grid->setVerticalSpacing(14);
    for (int i = 0; i < 4; ++i) grid->setColumnStretch(i, 1);
    primary_ = new CopyLabel(tr("Primary endpoint"));
    primary_->setObjectName(QStringLiteral("primary-endpoint"));
    reader_ = new CopyLabel(tr("Reader endpoint"));
    reader_->setObjectName(QStringLiteral("reader-endpoint"));
    arn_ = new CopyLabel(tr("ARN"));
    engine_ = label({});
    type_ = label({});
    memory_ = label({});
    mode_ = label({});
    failover_ = label({});
    durability_ = label({});
    created_ = label({});
    pending_ = wrappingLabel({});
    addFact(grid, tr("Primary endpoint"), primary_, 0, 0);
    addFact(grid, tr("Reader endpoint"), reader_, 0, 1);
    addFact(grid, tr("Engine"), engine_, 0, 2);
    addFact(grid, tr("Node type"), type_, 0, 3);
    addFact(grid, tr("Memory"), memory_, 1, 0);
    addFact(grid, tr("Cluster mode"), mode_, 1, 1);
    addFact(grid, tr("Auto failover"), failover_, 1, 2);
    addFact(grid, tr("Durability"), durability_, 1, 3);
    addFact(grid, tr("Created"), created_, 2, 0);
    addFact(grid, tr("Pending changes"), pending_, 2, 1);
    addFact(grid, tr("ARN"), arn_, 2, 2);
    facts.body->addLayout(grid);
    column->addWidget(facts.frame);

    Card drawing = card(tr("Topology"));
    topology_ = new Topology;
    drawing.body->addWidget(topology_);
    column->addWidget(drawing.frame);

    Card tags = card(tr("Tags"));
    QPushButton* manage = button(tr("Manage tags"));
    tags.head->addWidget(manage);
    tags_ = wrappingLabel({});
    tags.body->addWidget(tags_);
    column->addWidget(tags.frame);
    column->addStretch();

    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(inner);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(scroll);
    connect(manage, &QPushButton::clicked, this, [this] { Q_EMIT action(QStringLiteral("tags")); });
    for (CopyLabel* each : {primary_, reader_, arn_})
        connect(each, &CopyLabel::copied, this,
                [this](const QString& what) { Q_EMIT said(tr("%1 copied").arg(what)); });
}

void OverviewTab::addFact(QGridLayout* grid, const QString& caption, QWidget* value, int row,
                          int column) {
    auto* box = new QVBoxLayout;
    box->setSpacing(2);
    box->addWidget(label(caption, "label"));
    box->addWidget(value);
    box->addStretch();
    const int span = caption == tr("ARN") ? 2 : 1;
    grid->addLayout(box, row, column, 1, span);
}

void OverviewTab::refresh() {
    const schema::Cluster* now = cluster();
    if (!now) return;
    primary_->setValue(endpointText(now->primary_endpoint));
    reader_->setValue(endpointText(now->reader_endpoint));
    arn_->setValue(text(now->arn));
    engine_->setText(tr("Redis %1").arg(text(now->engine_version)));
    type_->setText(text(now->node_type));
    mode_->setText(now->cluster_mode ? tr("Enabled") : tr("Disabled"));
    failover_->setText(statusWord(text(now->automatic_failover)));
    durability_->setText(now->durability == "sync" ? tr("Synchronous: a write waits for a replica")
                                                   : tr("Asynchronous"));
    created_->setText(formatTime(now->created_at));
    QStringList pending;
    if (now->pending) {
        if (now->pending->node_type)
            pending.append(tr("node type %1").arg(text(*now->pending->node_type)));
        if (now->pending->replicas)
            pending.append(tr("%n replica(s)", nullptr, *now->pending->replicas));
        if (now->pending->automatic_failover)
            pending.append(*now->pending->automatic_failover ? tr("auto failover on")
                                                             : tr("auto failover off"));
    }
    pending_->setText(pending.isEmpty() ? tr("None") : pending.join(QStringLiteral(", ")));
    QStringList tags;
    for (const schema::Tag& tag : now->tags)
        tags.append(text(tag.key) + QStringLiteral(" = ") + text(tag.value));
    tags_->setText(tags.isEmpty() ? tr("No tags.") : tags.join(QStringLiteral("      ")));
    refreshLive();
}

void OverviewTab::refreshLive() {
    const schema::Cluster* now = cluster();
    if (!now) return;
    std::map<std::string, schema::NodeMetrics> metrics;
    for (const schema::Node& node : now->nodes)
        if (const schema::NodeMetrics* m = workspace().metrics().node(node.id))
            metrics[node.id] = *m;
    topology_->show(*now, metrics);
    const ClusterNumbers numbers = workspace().metrics().cluster(now->id);
    const QString limit = formatBytes(double(now->max_memory));
    memory_->setText(numbers.known
                         ? tr("%1 of %2 per node").arg(formatBytes(numbers.used_memory), limit)
                         : tr("%1 per node").arg(limit));
}

}  // namespace millpond::console
