// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/history_pages.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/models/row_filter.h"
#include "gui/models/words.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"
#include "gui/widgets/step_list.h"

namespace millpond::console {

EventsPage::EventsPage(Workspace& workspace, QWidget* parent)
    : Page(workspace, tr("Events"), parent) {
    setObjectName(QStringLiteral("events"));
    table_ = new DataTable(QStringLiteral("events-table"), tr("Events"), &workspace.events());
    table_->setEmptyWords(tr("Nothing has happened yet"),
                          tr("What happens to clusters, nodes and security groups is told here."));
    table_->setColumnWidths({170, 130, 140, 160, 500});
    filter_ = table_->makeFilterField(tr("Filter events by source or words"));
    auto* severity = named(new QComboBox, tr("Severity"));
    severity->addItem(tr("All severities"), QString());
    for (const char* each : {"info", "warning", "error"})
        severity->addItem(severityWord(each), QLatin1String(each));
    body()->addWidget(tableCard(table_, filter_, {severity}), 1);
    connect(severity, &QComboBox::currentIndexChanged, this, [this, severity] {
        table_->rowFilter()->setExact(EventModel::Severity, StatusRole,
                                      severity->currentData().toString());
    });
    connect(table_, &DataTable::copied, this, [this] { Q_EMIT said(tr("Event copied")); });
    connect(table_, &DataTable::opened, this, [this](const QString& id) {
        const schema::Event* event = this->workspace().events().find(id.toStdString());
        if (event && this->workspace().clusters().find(event->cluster))
            Q_EMIT openCluster(text(event->cluster), QStringLiteral("events"));
    });
}

void EventsPage::copyCurrent() {
    table_->copyCurrent();
}

OperationsPage::OperationsPage(Workspace& workspace, QWidget* parent)
    : Page(workspace, tr("Operations"), parent) {
    setObjectName(QStringLiteral("operations"));
    table_ = new DataTable(QStringLiteral("operations-table"), tr("Operations"),
                           &workspace.operations());
    table_->setEmptyWords(tr("No operations yet"),
                          tr("Creating, modifying, failing over: each shows its steps here."));
    table_->setColumnWidths({160, 140, 130, 120, 130, 300, 90, 140});
    filter_ = table_->makeFilterField(tr("Filter operations by target, kind or status"));
    body()->addWidget(tableCard(table_, filter_), 3);
    Card detail = card(tr("Steps"));
    title_ = label({}, "muted");
    steps_ = new StepList;
    result_ = wrappingLabel({});
    result_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    detail.body->addWidget(title_);
    detail.body->addWidget(steps_);
    detail.body->addWidget(result_);
    detail.body->addStretch();
    body()->addWidget(detail.frame, 2);
    connect(table_, &DataTable::currentChangedTo, this, &OperationsPage::refresh);
    connect(&workspace, &Workspace::operationsChanged, this, &OperationsPage::refresh);
    refresh();
}

void OperationsPage::copyCurrent() {
    table_->copyCurrent();
}

void OperationsPage::refresh() {
    const schema::Operation* now = workspace().operations().find(table_->currentId().toStdString());
    title_->setText(now ? tr("%1 of %2   ·   %3")
                              .arg(operationKindWord(now->kind), text(now->target), text(now->id))
                        : tr("Select an operation to see its steps."));
    steps_->show(now ? now->steps : std::vector<schema::OperationStep>{});
    const bool ended = now && !isUnderWay(*now);
    result_->setText(ended && (now->status == "failed" || now->failover) ? stepText(*now)
                                                                         : QString());
    setRole(result_, now && now->status == "failed" ? "problem" : "strong");
}

}  // namespace millpond::console
