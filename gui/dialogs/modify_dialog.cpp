// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/modify_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/dialogs/node_type_box.h"
#include "gui/models/format.h"
#include "gui/models/rules.h"
#include "gui/models/workspace.h"
#include "gui/widgets/field.h"
#include "gui/widgets/group_picker.h"

namespace millpond::console {
namespace {
constexpr int kReplicasMax = 5;

bool isOn(const std::string& word) {
    return word == "enabled" || word == "enabling";
}

std::vector<std::string> sorted(std::vector<std::string> ids) {
    std::ranges::sort(ids);
    return ids;
}

}  // namespace

ModifyDialog::ModifyDialog(Workspace& workspace, const std::string& cluster, QWidget* parent)
    : ActionDialog(tr("Modify %1").arg(text(cluster)), tr("Apply changes"), ButtonRole::Primary,
                   parent),
      workspace_(workspace),
      before_(*workspace.clusters().find(cluster)) {
    setObjectName(QStringLiteral("modify-dialog"));
    resize(680, 790);
    description_ = new QLineEdit(text(before_.description));
    description_->setObjectName(QStringLiteral("modify-description"));
    description_->setMaxLength(255);
    node_type_ = makeNodeTypeBox(workspace.backend().nodeTypes());
    node_type_->setObjectName(QStringLiteral("modify-node-type"));
    node_type_->setCurrentIndex(node_type_->findData(text(before_.node_type)));
    replicas_ = new QSpinBox;
    replicas_->setObjectName(QStringLiteral("modify-replicas"));
    replicas_->setRange(0, kReplicasMax);
    replicas_->setValue(before_.replicas);
    replicas_->setFixedWidth(140);
    failover_ = named(new QCheckBox(tr("Promote a replica by itself when the primary fails")),
                      tr("Auto failover"));
    failover_->setObjectName(QStringLiteral("modify-failover"));
    failover_->setChecked(isOn(before_.automatic_failover));
    groups_ = new GroupPicker;
    groups_->setGroups(workspace.groups().rows(), before_.vpc);
    groups_->setChosen(before_.security_groups);

    auto* form = new QWidget;
    setRole(form, "page");
    auto* column = new QVBoxLayout(form);
    column->setContentsMargins(0, 0, 8, 0);
    column->setSpacing(14);
    column->addWidget(new Field(tr("Description"), description_));
    column->addWidget(
        new Field(tr("Node type"), node_type_,
                  tr("Changes each node's memory limit in place: no node restarts.")));
    column->addWidget(
        new Field(tr("Replicas"), replicas_,
                  tr("Added replicas copy the primary first; removed ones lose their data.")));
    column->addWidget(new Field(tr("Auto failover"), failover_));
    column->addWidget(new Field(tr("Security groups"), groups_,
                                tr("Connections that no rule allows any more are closed.")));
    column->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(form);
    scroll->setFocusPolicy(Qt::NoFocus);
    body()->addWidget(scroll, 1);
    Card box = card(tr("What changes"));
    changes_ = wrappingLabel({});
    changes_->setObjectName(QStringLiteral("modify-changes"));
    box.body->addWidget(changes_);
    body()->addWidget(box.frame);

    connect(description_, &QLineEdit::textChanged, this, &ModifyDialog::refresh);
    connect(node_type_, &QComboBox::currentIndexChanged, this, &ModifyDialog::refresh);
    connect(replicas_, &QSpinBox::valueChanged, this, &ModifyDialog::refresh);
    connect(failover_, &QCheckBox::toggled, this, &ModifyDialog::refresh);
    connect(groups_, &GroupPicker::changed, this, &ModifyDialog::refresh);
    refresh();
}

schema::ModifyCluster ModifyDialog::change() const {
    schema::ModifyCluster change;
    if (const auto now = description_->text().trimmed().toStdString(); now != before_.description)
        change.description = now;
    if (const auto now = node_type_->currentData().toString().toStdString();
        !now.empty() && now != before_.node_type)
        change.node_type = now;
    if (replicas_->value() != before_.replicas) change.replicas = replicas_->value();
    const bool wanted = failover_->isChecked() && replicas_->value() > 0;
    if (wanted != isOn(before_.automatic_failover)) change.automatic_failover = wanted;
    if (sorted(groups_->chosen()) != sorted(before_.security_groups))
        change.security_groups = groups_->chosen();
    return change;
}

QStringList ModifyDialog::changeWords() const {
    const schema::ModifyCluster now = change();
    QStringList words;
    if (now.description)
        words.append(tr("Description: \"%1\" becomes \"%2\"")
                         .arg(text(before_.description), text(*now.description)));
    if (now.node_type)
        words.append(tr("Node type: %1 becomes %2; no node restarts")
                         .arg(text(before_.node_type), text(*now.node_type)));
    if (now.replicas)
        words.append(tr("Replicas: %1 becomes %2; the primary keeps running")
                         .arg(before_.replicas)
                         .arg(*now.replicas));
    if (now.automatic_failover)
        words.append(*now.automatic_failover ? tr("Auto failover is switched on")
                                             : tr("Auto failover is switched off"));
    if (now.security_groups) {
        QStringList from, to;
        for (const std::string& id : before_.security_groups) from.append(workspace_.groupName(id));
        for (const std::string& id : *now.security_groups) to.append(workspace_.groupName(id));
        words.append(tr("Security groups: %1 becomes %2")
                         .arg(from.join(QStringLiteral(", ")), to.join(QStringLiteral(", "))));
    }
    return words;
}

void ModifyDialog::refresh() {
    setAvailable(failover_, replicas_->value() == 0
                                ? tr("Auto failover needs at least one replica.")
                                : QString());
    const QStringList words = changeWords();
    changes_->setText(words.isEmpty()
                          ? tr("Nothing yet.")
                          : QStringLiteral("•  ") + words.join(QStringLiteral("\n•  ")));
    const bool nobody = groups_->chosen().empty();
    setAvailable(actionButton(), nobody            ? tr("Choose at least one security group.")
                                 : words.isEmpty() ? tr("Nothing has been changed.")
                                                   : QString());
}

void ModifyDialog::act() {
    workspace_.backend().modifyCluster(before_.id, change(), this, operationReply());
}

}  // namespace millpond::console
