// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/groups_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"

namespace millpond::console {

GroupsPage::GroupsPage(Workspace& workspace, QWidget* parent)
    : Page(workspace, tr("Security groups"), parent) {
    setObjectName(QStringLiteral("groups"));
    table_ =
        new DataTable(QStringLiteral("groups-table"), tr("Security groups"), &workspace.groups());
    table_->setEmptyWords(tr("No security groups"),
                          tr("Press \"Create security group\" (Ctrl+N) to open a port."));
    table_->setColumnWidths({160, 220, 210, 110, 200, 240});
    filter_ = table_->makeFilterField(tr("Filter security groups by name, ID or cluster"));
    delete_ = button(tr("Delete"), ButtonRole::Normal, QStringLiteral("delete"));
    delete_->setObjectName(QStringLiteral("group-delete"));
    QPushButton* make =
        button(tr("Create security group"), ButtonRole::Primary, QStringLiteral("add"));
    make->setObjectName(QStringLiteral("create-group"));
    head()->addWidget(delete_);
    head()->addWidget(make);
    body()->addWidget(tableCard(table_, filter_), 3);

    Card detail = card(tr("Inbound rules"));
    rules_title_ = label({}, "muted");
    edit_ = button(tr("Edit inbound rules"), ButtonRole::Normal, QStringLiteral("edit"));
    edit_->setObjectName(QStringLiteral("group-edit"));
    detail.head->addWidget(edit_);
    detail.body->addWidget(rules_title_);
    rules_table_ = new DataTable(QStringLiteral("group-rules"), tr("Inbound rules"), &rules_);
    rules_table_->hideColumn(RuleModel::Group);
    rules_table_->setColumnWidths({0, 130, 100, 130, 240, 240});
    detail.body->addWidget(rules_table_, 1);
    body()->addWidget(detail.frame, 2);

    connect(make, &QPushButton::clicked, this, &Page::createGroupRequested);
    connect(edit_, &QPushButton::clicked, this,
            [this] { Q_EMIT groupAction(table_->currentId(), QStringLiteral("edit")); });
    connect(delete_, &QPushButton::clicked, this, &GroupsPage::removeCurrent);
    connect(table_, &DataTable::opened, this,
            [this](const QString& id) { Q_EMIT groupAction(id, QStringLiteral("edit")); });
    connect(table_, &DataTable::deleteRequested, this, &GroupsPage::removeCurrent);
    connect(table_, &DataTable::currentChangedTo, this, &GroupsPage::refresh);
    connect(table_, &DataTable::copied, this,
            [this](const QString& words) { Q_EMIT said(tr("%1 copied").arg(words)); });
    connect(&workspace, &Workspace::groupsChanged, this, &GroupsPage::refresh);
    refresh();
}

void GroupsPage::select(const QString& group) {
    table_->select(group);
}

QString GroupsPage::whyNotDelete() {
    const schema::SecurityGroup* group =
        workspace().groups().find(table_->currentId().toStdString());
    if (!group) return tr("Select a security group first.");
    if (group->is_default) return tr("The default group of a VPC cannot be deleted.");
    if (!group->used_by.empty())
        return tr("The group is in use by %1. Take it off with Modify first.")
            .arg(text(group->used_by.front()));
    return {};
}

void GroupsPage::refresh() {
    const std::string id = table_->currentId().toStdString();
    const schema::SecurityGroup* group = workspace().groups().find(id);
    rules_.show(workspace().groups().rows(), group ? std::vector{id} : std::vector<std::string>{});
    rules_title_->setText(group ? tr("%1 (%2)").arg(text(group->name), text(group->id))
                                : QString());
    rules_title_->setVisible(group != nullptr);
    if (group)
        rules_table_->setEmptyWords(tr("No inbound rules: nobody is let in"),
                                    tr("Press \"Edit inbound rules\" to open a port."));
    else
        rules_table_->setEmptyWords(tr("No group selected"),
                                    tr("Select a security group to see its rules."));
    setAvailable(edit_, group ? QString() : tr("Select a security group first."));
    setAvailable(delete_, whyNotDelete());
}

void GroupsPage::removeCurrent() {
    if (whyNotDelete().isEmpty()) Q_EMIT groupAction(table_->currentId(), QStringLiteral("delete"));
}

void GroupsPage::copyCurrent() {
    table_->copyCurrent();
}

}  // namespace millpond::console
