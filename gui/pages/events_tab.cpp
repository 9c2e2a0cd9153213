// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/events_tab.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"

namespace millpond::console {

EventsTab::EventsTab(Workspace& workspace, QWidget* parent) : ClusterTab(workspace, parent) {
    table_ =
        new DataTable(QStringLiteral("cluster-events-table"), tr("Events of the cluster"), &model_);
    table_->setEmptyWords(tr("Nothing has happened yet"),
                          tr("What happens to this cluster and its nodes is told here."));
    table_->setColumnWidths({170, 130, 110, 150, 400});
    filter_ = table_->makeFilterField(tr("Filter events"));
    filter_->setMaximumWidth(420);
    auto* box = new QFrame;
    setRole(box, "card");
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(1, 12, 1, 6);
    column->setSpacing(10);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(15, 0, 15, 0);
    row->addWidget(filter_, 1);
    row->addStretch();
    column->addLayout(row);
    column->addWidget(table_, 1);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 14, 0, 0);
    all->addWidget(box);
    connect(&workspace, &Workspace::eventsChanged, this, [this] {
        if (isVisible()) refresh();
    });
}

void EventsTab::onCluster() {
    fill({}, true);
}

void EventsTab::refresh() {
    fill(workspace().events().rows(), false);
}

void EventsTab::fill(const std::vector<schema::Event>& events, bool reset) {
    std::vector<schema::Event> mine;
    for (const schema::Event& event : events)
        if (event.cluster == clusterId()) mine.push_back(event);
    // The workspace keeps them newest first; a batch of changes brings the newest last.
    if (!reset) std::ranges::reverse(mine);
    model_.apply({reset, std::move(mine), {}});
}

}  // namespace millpond::console
