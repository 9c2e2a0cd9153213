// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/group_dialogs.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/models/rules.h"
#include "gui/models/workspace.h"
#include "gui/widgets/field.h"
#include "gui/widgets/rule_editor.h"

namespace millpond::console {

GroupDialog::GroupDialog(Workspace& workspace, const std::string& group, QWidget* parent)
    : ActionDialog(group.empty() ? tr("Create security group")
                                 : tr("Inbound rules of %1").arg(workspace.groupName(group)),
                   group.empty() ? tr("Create security group") : tr("Save rules"),
                   ButtonRole::Primary, parent),
      workspace_(workspace),
      group_(group) {
    setObjectName(QStringLiteral("group-dialog"));
    resize(1060, group.empty() ? 640 : 520);
    auto* form = new QWidget;
    setRole(form, "page");
    auto* column = new QVBoxLayout(form);
    column->setContentsMargins(0, 0, 8, 0);
    column->setSpacing(14);
    if (group.empty()) {
        name_ = new QLineEdit;
        name_->setObjectName(QStringLiteral("group-name"));
        name_->setPlaceholderText(QStringLiteral("redis-sg"));
        name_field_ = new Field(tr("Name"), name_);
        description_ = new QLineEdit;
        description_->setObjectName(QStringLiteral("group-description"));
        Card basics = card(tr("Basics"));
        basics.body->addWidget(name_field_);
        basics.body->addWidget(new Field(tr("Description"), description_));
        column->addWidget(basics.frame);
        connect(name_, &QLineEdit::textEdited, this, [this] {
            typed_ = true;
            refresh();
        });
    }
    Card inbound =
        card(tr("Inbound rules"),
             tr("What is not allowed here is refused. Anywhere means anywhere within the VPC."));
    rules_ = new RuleEditor(workspace.groups().rows());
    if (const schema::SecurityGroup* now = workspace.groups().find(group))
        rules_->setRules(now->inbound);
    inbound.body->addWidget(rules_);
    rule_problem_ = wrappingLabel({}, "problem");
    inbound.body->addWidget(rule_problem_);
    inbound.body->addWidget(wrappingLabel(
        tr("On this machine's own range any local process may choose its source address: rules "
           "separate well-behaved programs, not users. Against local users, set AUTH."),
        "muted"));
    column->addWidget(inbound.frame);
    column->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setWidget(form);
    scroll->setFocusPolicy(Qt::NoFocus);
    body()->addWidget(scroll, 1);
    connect(rules_, &RuleEditor::changed, this, &GroupDialog::refresh);
    refresh();
    if (name_) name_->setFocus();
}

void GroupDialog::refresh() {
    QString why = rules_->problem();
    rule_problem_->setText(why);
    rule_problem_->setVisible(!why.isEmpty());
    if (name_) {
        const QString bad = groupNameProblem(name_->text());
        name_field_->setProblem(typed_ ? bad : QString());
        if (why.isEmpty()) why = bad;
    } else if (why.isEmpty() && !rules_->isChanged()) {
        why = tr("Nothing has been changed.");
    }
    setAvailable(actionButton(), why);
}

void GroupDialog::act() {
    setWaiting(true);
    const auto added = rules_->added();
    if (!name_) return save(*workspace_.groups().find(group_), added, rules_->removed());
    schema::CreateSecurityGroup wanted;
    wanted.name = name_->text().trimmed().toStdString();
    if (!description_->text().trimmed().isEmpty())
        wanted.description = description_->text().trimmed().toStdString();
    workspace_.backend().createSecurityGroup(
        wanted, this, [this, added](const Answer<schema::SecurityGroup>& answer) {
            if (answer) return save(*answer.value, added, {});
            setWaiting(false);
            showProblem(answer.problem);
        });
}

void GroupDialog::save(const schema::SecurityGroup& group,
                       std::vector<schema::NewInboundRule> added,
                       std::vector<std::string> removed) {
    const Reply<schema::SecurityGroup> on = [this,
                                             removed](const Answer<schema::SecurityGroup>& answer) {
        if (answer) return save(*answer.value, {}, removed);
        setWaiting(false);
        showProblem(answer.problem);
    };
    if (!added.empty())
        return workspace_.backend().authorizeInbound(group.id, {std::move(added)}, this, on);
    if (!removed.empty()) {
        const std::string last = removed.back();
        removed.pop_back();
        return workspace_.backend().revokeInbound(
            group.id, last, this, [this, removed](const Answer<schema::SecurityGroup>& answer) {
                if (answer) return save(*answer.value, {}, removed);
                setWaiting(false);
                showProblem(answer.problem);
            });
    }
    setWaiting(false);
    Q_EMIT saved(group);
    accept();
}

AllowSourceDialog::AllowSourceDialog(Workspace& workspace, const std::string& cluster,
                                     const QString& address, QWidget* parent)
    : ActionDialog(tr("Allow %1").arg(address), tr("Add rule"), ButtonRole::Primary, parent),
      workspace_(workspace),
      cluster_(*workspace.clusters().find(cluster)),
      address_(address) {
    setObjectName(QStringLiteral("allow-dialog"));
    body()->addWidget(
        wrappingLabel(tr("Adds an inbound rule for this address and the cluster's port %1. Every "
                         "cluster that uses the group lets the address in.")
                          .arg(cluster_.port)));
    group_ = new QComboBox;
    group_->setObjectName(QStringLiteral("allow-group"));
    for (const std::string& id : cluster_.security_groups) {
        group_->addItem(QStringLiteral("%1 (%2)").arg(workspace.groupName(id), text(id)), text(id));
        // The default group is everybody's: a rule belongs into another one when there is one.
        if (const schema::SecurityGroup* group = workspace.groups().find(id);
            group && !group->is_default)
            group_->setCurrentIndex(group_->count() - 1);
    }
    body()->addWidget(new Field(tr("Security group"), group_));
    description_ = new QLineEdit;
    description_->setPlaceholderText(tr("Optional"));
    body()->addWidget(new Field(tr("Description"), description_));
    body()->addStretch();
}

void AllowSourceDialog::act() {
    schema::NewInboundRule rule;
    rule.protocol = "tcp";
    rule.from_port = rule.to_port = cluster_.port;
    rule.cidr = asCidr(address_).toStdString();
    if (!description_->text().trimmed().isEmpty())
        rule.description = description_->text().trimmed().toStdString();
    setWaiting(true);
    workspace_.backend().authorizeInbound(group_->currentData().toString().toStdString(), {{rule}},
                                          this,
                                          [this](const Answer<schema::SecurityGroup>& answer) {
                                              setWaiting(false);
                                              if (!answer) return showProblem(answer.problem);
                                              Q_EMIT allowed(address_, text(answer.value->name));
                                              accept();
                                          });
}

}  // namespace millpond::console
