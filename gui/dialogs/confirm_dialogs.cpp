// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/confirm_dialogs.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/models/words.h"
#include "gui/models/workspace.h"
#include "gui/widgets/field.h"

namespace millpond::console {

RebootDialog::RebootDialog(Workspace& workspace, const std::string& cluster,
                           const std::string& node, QWidget* parent)
    : ActionDialog(tr("Reboot nodes of %1").arg(text(cluster)), tr("Reboot"), ButtonRole::Primary,
                   parent),
      workspace_(workspace),
      cluster_(cluster) {
    setObjectName(QStringLiteral("reboot-dialog"));
    body()->addWidget(wrappingLabel(
        tr("A rebooted replica comes back and copies what it missed. A primary hands over to a "
           "replica first, so nothing is lost; without a replica its data is gone.")));
    Card box = card(tr("Nodes"));
    for (const schema::Node& each : workspace.clusters().find(cluster)->nodes) {
        auto* check = new QCheckBox(QStringLiteral("%1   %2   %3")
                                        .arg(text(each.id), roleWord(each.role), text(each.zone)));
        named(check, check->text());
        check->setProperty("node", text(each.id));
        check->setObjectName(QStringLiteral("reboot-") + text(each.id));
        check->setChecked(each.id == node);
        box.body->addWidget(check);
        nodes_.push_back(check);
        connect(check, &QCheckBox::toggled, this, &RebootDialog::refresh);
    }
    body()->addWidget(box.frame);
    body()->addStretch();
    refresh();
}

std::vector<std::string> RebootDialog::chosen() const {
    std::vector<std::string> ids;
    for (const QCheckBox* check : nodes_)
        if (check->isChecked()) ids.push_back(check->property("node").toString().toStdString());
    return ids;
}

void RebootDialog::refresh() {
    setAvailable(actionButton(), chosen().empty() ? tr("Choose at least one node.") : QString());
}
void RebootDialog::act() {
    workspace_.backend().reboot(cluster_, {chosen()}, this, operationReply());
}

DeleteClusterDialog::DeleteClusterDialog(Workspace& workspace, const std::string& cluster,
                                         QWidget* parent)
    : ActionDialog(tr("Delete %1").arg(text(cluster)), tr("Delete"), ButtonRole::Danger, parent),
      workspace_(workspace),
      cluster_(cluster) {
    setObjectName(QStringLiteral("delete-dialog"));
    body()->addWidget(
        wrappingLabel(tr("All nodes of the cluster end and their data is removed. This cannot be "
                         "undone. Its endpoints stop answering.")));
    name_ = new QLineEdit;
    name_->setObjectName(QStringLiteral("delete-name"));
    name_->setPlaceholderText(text(cluster));
    body()->addWidget(new Field(tr("Type %1 to confirm").arg(text(cluster)), name_));
    body()->addStretch();
    const auto refresh = [this] {
        setAvailable(actionButton(), name_->text() == text(cluster_)
                                         ? QString()
                                         : tr("Type the name of the cluster first."));
    };
    connect(name_, &QLineEdit::textChanged, this, refresh);
    refresh();
}

void DeleteClusterDialog::act() {
    workspace_.backend().deleteCluster(cluster_, this, operationReply());
}

DeleteGroupDialog::DeleteGroupDialog(Workspace& workspace, const std::string& group,
                                     QWidget* parent)
    : ActionDialog(tr("Delete %1").arg(workspace.groupName(group)), tr("Delete"),
                   ButtonRole::Danger, parent),
      workspace_(workspace),
      group_(group) {
    setObjectName(QStringLiteral("delete-group-dialog"));
    body()->addWidget(wrappingLabel(
        tr("The security group and its inbound rules are removed. No cluster uses it.")));
    body()->addStretch();
}

void DeleteGroupDialog::act() {
    setWaiting(true);
    const QString name = workspace_.groupName(group_);
    workspace_.backend().deleteSecurityGroup(group_, this,
                                             [this, name](const Answer<Nothing>& answer) {
                                                 setWaiting(false);
                                                 if (!answer) return showProblem(answer.problem);
                                                 Q_EMIT deleted(name);
                                                 accept();
                                             });
}

}  // namespace millpond::console
