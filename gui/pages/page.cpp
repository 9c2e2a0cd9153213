// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/page.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"

namespace millpond::console {

Page::Page(Workspace& workspace, const QString& title, QWidget* parent)
    : QWidget(parent), workspace_(workspace), title_(title) {
    setRole(this, "page");
    setAccessibleName(title);
    body_ = new QVBoxLayout(this);
    body_->setContentsMargins(24, 18, 24, 18);
    body_->setSpacing(14);
    head_ = new QHBoxLayout;
    head_->setSpacing(8);
    head_->addWidget(label(title, "title"));
    head_->addStretch();
    body_->addLayout(head_);
}

QWidget* Page::tableCard(DataTable* table, QLineEdit* filter, const QList<QWidget*>& beside) {
    auto* box = new QFrame;
    setRole(box, "card");
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(1, 12, 1, 6);
    column->setSpacing(10);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(15, 0, 15, 0);
    filter->setMaximumWidth(420);
    row->addWidget(filter, 1);
    for (QWidget* widget : beside) row->addWidget(widget);
    row->addStretch();
    column->addLayout(row);
    column->addWidget(table, 1);
    return box;
}

QString whyNotModify(const schema::Cluster* cluster) {
    if (!cluster) return Page::tr("Select a cluster first.");
    if (cluster->status == "available") return {};
    return Page::tr("The cluster is not available at the moment: an operation is under way.");
}

QString whyNotFailover(const schema::Cluster* cluster) {
    if (const QString why = whyNotModify(cluster); !why.isEmpty()) return why;
    return cluster->nodes.size() < 2
               ? Page::tr("The cluster has no replica that could take over. Add one with Modify.")
               : QString();
}

QString whyNotDelete(const schema::Cluster* cluster) {
    if (!cluster) return Page::tr("Select a cluster first.");
    return cluster->status == "deleting" ? Page::tr("The cluster is being deleted already.")
                                         : QString();
}

}  // namespace millpond::console
