// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/field.h"

#include <QLabel>
#include <QStyle>
#include <QVBoxLayout>

#include "gui/widgets/form.h"

namespace millpond::console {

Field::Field(const QString& caption, QWidget* control, const QString& hint, QWidget* parent)
    : QWidget(parent), control_(control) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    QLabel* title = label(caption, "strong");
    title->setBuddy(control);
    column->addWidget(title);
    column->addWidget(control);
    problem_ = wrappingLabel({}, "problem");
    problem_->hide();
    column->addWidget(problem_);
    hint_ = wrappingLabel(hint, "muted");
    hint_->setVisible(!hint.isEmpty());
    column->addWidget(hint_);
    if (control->accessibleName().isEmpty()) control->setAccessibleName(caption);
    if (!hint.isEmpty()) control->setAccessibleDescription(hint);
}

void Field::setHint(const QString& hint) {
    hint_->setText(hint);
    hint_->setVisible(!hint.isEmpty());
}

void Field::setProblem(const QString& problem) {
    if (problem == problem_text_) return;
    problem_text_ = problem;
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    control_->setAccessibleDescription(problem.isEmpty() ? hint_->text() : problem);
    control_->setProperty("invalid", !problem.isEmpty());
    control_->style()->unpolish(control_);
    control_->style()->polish(control_);
}

}  // namespace millpond::console
