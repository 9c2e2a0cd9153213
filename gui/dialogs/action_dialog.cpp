// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/action_dialog.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace millpond::console {

ActionDialog::ActionDialog(const QString& title, const QString& action, ButtonRole role,
                           QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(22, 18, 22, 18);
    column->setSpacing(14);
    column->addWidget(wrappingLabel(title, "title"));
    body_ = new QVBoxLayout;
    body_->setSpacing(12);
    column->addLayout(body_, 1);
    problem_ = wrappingLabel({}, "problem");
    problem_->setObjectName(QStringLiteral("dialog-problem"));
    problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    problem_->hide();
    column->addWidget(problem_);
    column->addWidget(divider());
    auto* foot = new QHBoxLayout;
    cancel_ = button(tr("Cancel"));
    action_ = button(action, role);
    action_->setObjectName(QStringLiteral("dialog-action"));
    action_->setDefault(true);
    foot->addStretch();
    foot->addWidget(cancel_);
    foot->addWidget(action_);
    column->addLayout(foot);
    connect(cancel_, &QPushButton::clicked, this, &QDialog::reject);
    connect(action_, &QPushButton::clicked, this, [this] {
        clearProblem();
        act();
    });
    setMinimumWidth(520);
}

void ActionDialog::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    // The first thing to fill in, rather than Cancel. The body's controls come before the foot's.
    for (QWidget* next = nextInFocusChain(); next && next != this;
         next = next->nextInFocusChain()) {
        const bool button = qobject_cast<QAbstractButton*>(next) && !qobject_cast<QCheckBox*>(next);
        if (!isAncestorOf(next) || !next->isVisible() || !next->isEnabled() || button ||
            !(next->focusPolicy() & Qt::TabFocus))
            continue;
        return next->setFocus();
    }
}

void ActionDialog::setWaiting(bool waiting) {
    action_->setEnabled(!waiting);
}

void ActionDialog::showProblem(const Problem& problem) {
    problem_->setText(problem.message.isEmpty() ? problem.code : problem.message);
    problem_->show();
    problem_->setAccessibleName(problem_->text());
}

void ActionDialog::clearProblem() {
    problem_->hide();
}

Reply<schema::Operation> ActionDialog::operationReply() {
    setWaiting(true);
    return [this](const Answer<schema::Operation>& answer) {
        setWaiting(false);
        if (!answer) return showProblem(answer.problem);
        Q_EMIT started(*answer.value);
        accept();
    };
}

}  // namespace millpond::console
