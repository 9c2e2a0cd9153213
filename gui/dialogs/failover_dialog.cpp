// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/failover_dialog.h"

#include <QComboBox>
#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/models/format.h"
#include "gui/models/node_model.h"
#include "gui/models/workspace.h"
#include "gui/widgets/field.h"
#include "gui/widgets/step_list.h"

namespace millpond::console {

bool isProduction(const schema::Cluster& cluster) {
    return std::ranges::any_of(cluster.tags,
                               [](const schema::Tag& tag) { return tag.value == "production"; });
}

FailoverDialog::FailoverDialog(Workspace& workspace, const std::string& cluster,
                               const std::string& node, QWidget* parent)
    : ActionDialog(tr("Fail over %1").arg(text(cluster)), tr("Failover"), ButtonRole::Primary,
                   parent),
      workspace_(workspace),
      cluster_(cluster) {
    setObjectName(QStringLiteral("failover-dialog"));
    const schema::Cluster& now = *workspace.clusters().find(cluster);
    before_ = new QWidget;
    auto* column = new QVBoxLayout(before_);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    column->addWidget(
        wrappingLabel(tr("A replica becomes the primary. Writes pause for a few milliseconds and "
                         "none that was acknowledged is lost; clients keep the same endpoint.")));
    target_ = new QComboBox;
    target_->setObjectName(QStringLiteral("failover-target"));
    target_->addItem(tr("The replica furthest ahead"), QString());
    for (const schema::Node& each : now.nodes) {
        if (each.role != "replica") continue;
        const schema::NodeMetrics* metrics = workspace.metrics().node(each.id);
        target_->addItem(
            QStringLiteral("%1   %2   %3")
                .arg(text(each.id), text(each.zone), metrics ? lagText(*metrics) : QString()),
            text(each.id));
    }
    target_->setCurrentIndex(std::max(0, target_->findData(text(node))));
    column->addWidget(new Field(tr("Promote"), target_));
    if (isProduction(now)) {
        name_ = new QLineEdit;
        name_->setObjectName(QStringLiteral("failover-name"));
        name_->setPlaceholderText(text(cluster));
        column->addWidget(new Field(tr("Type %1 to confirm").arg(text(cluster)), name_,
                                    tr("The cluster is tagged production.")));
        connect(name_, &QLineEdit::textChanged, this, &FailoverDialog::refresh);
    }
    body()->addWidget(before_);

    during_ = new QWidget;
    auto* progress = new QVBoxLayout(during_);
    progress->setContentsMargins(0, 0, 0, 0);
    Card phases = card(tr("Phases"));
    steps_ = new StepList;
    phases.body->addWidget(steps_);
    progress->addWidget(phases.frame);
    outcome_ = wrappingLabel({}, "heading");
    outcome_->setObjectName(QStringLiteral("failover-outcome"));
    outcome_more_ = wrappingLabel({}, "muted");
    progress->addWidget(outcome_);
    progress->addWidget(outcome_more_);
    during_->hide();
    body()->addWidget(during_);
    body()->addStretch();
    connect(&workspace, &Workspace::operationsChanged, this, &FailoverDialog::follow);
    refresh();
}

QString FailoverDialog::outcome() const {
    return outcome_->text();
}

void FailoverDialog::refresh() {
    if (name_)
        setAvailable(actionButton(), name_->text() == text(cluster_)
                                         ? QString()
                                         : tr("Type the name of the cluster first."));
}

void FailoverDialog::act() {
    schema::FailoverRequest request;
    if (const auto chosen = target_->currentData().toString().toStdString(); !chosen.empty())
        request.node = chosen;
    setWaiting(true);
    workspace_.backend().failover(cluster_, request, this,
                                  [this](const Answer<schema::Operation>& answer) {
                                      setWaiting(false);
                                      if (!answer) return showProblem(answer.problem);
                                      operation_ = answer.value->id;
                                      before_->hide();
                                      during_->show();
                                      actionButton()->hide();
                                      cancelButton()->setText(tr("Close"));
                                      cancelButton()->setAccessibleName(cancelButton()->text());
                                      steps_->show(answer.value->steps);
                                      outcome_->setText(tr("Under way..."));
                                      follow();
                                  });
}

void FailoverDialog::follow() {
    const schema::Operation* operation =
        operation_.empty() ? nullptr : workspace_.operations().find(operation_);
    if (!operation) return;
    steps_->show(operation->steps);
    if (operation->status == "failed") {
        outcome_->setText(tr("The failover did not happen"));
        outcome_more_->setText(text(operation->error));
    } else if (operation->status == "succeeded" && operation->failover) {
        outcome_->setText(tr("%1 is the primary: writes paused for %2, %3 lost")
                              .arg(text(operation->failover->new_primary),
                                   formatMilliseconds(operation->failover->pause_ms),
                                   formatBytes(double(operation->failover->bytes_lost))));
        outcome_more_->setText(
            tr("%1 now follows it as a replica.").arg(text(operation->failover->old_primary)));
    }
}

}  // namespace millpond::console
