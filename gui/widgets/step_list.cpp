// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/step_list.h"

#include <QHBoxLayout>
#include <QHash>
#include <QLabel>

#include "gui/models/format.h"
#include "gui/widgets/form.h"
#include "gui/widgets/status_label.h"

namespace millpond::console {

QString stepName(const std::string& name) {
    static const QHash<QString, const char*> phases{
        {"pause", QT_TRANSLATE_NOOP("millpond::console::StepList", "Pause writes on the primary")},
        {"pause writes",
         QT_TRANSLATE_NOOP("millpond::console::StepList", "Pause writes on the primary")},
        {"catch-up", QT_TRANSLATE_NOOP("millpond::console::StepList", "Let the replica catch up")},
        {"catch up", QT_TRANSLATE_NOOP("millpond::console::StepList", "Let the replica catch up")},
        {"promote", QT_TRANSLATE_NOOP("millpond::console::StepList", "Promote the replica")},
        {"promote it", QT_TRANSLATE_NOOP("millpond::console::StepList", "Promote the replica")},
        {"resume",
         QT_TRANSLATE_NOOP("millpond::console::StepList", "Resume writes on the new primary")},
        {"fence", QT_TRANSLATE_NOOP("millpond::console::StepList", "Fence the old primary")},
        {"fence the old primary",
         QT_TRANSLATE_NOOP("millpond::console::StepList", "Fence the old primary")},
        {"elect",
         QT_TRANSLATE_NOOP("millpond::console::StepList", "Choose the replica furthest ahead")},
        {"elect its successor",
         QT_TRANSLATE_NOOP("millpond::console::StepList", "Choose the replica furthest ahead")},
    };
    const QString key = text(name);
    const char* known = phases.value(key.toLower(), nullptr);
    return known ? StepList::tr(known) : key;
}

StepList::StepList(QWidget* parent) : QWidget(parent), layout_(new QVBoxLayout(this)) {
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setSpacing(6);
    setAccessibleName(tr("Steps"));
}

void StepList::show(const std::vector<schema::OperationStep>& steps) {
    while (layout_->count() > int(steps.size())) {
        QLayoutItem* last = layout_->takeAt(layout_->count() - 1);
        delete last->widget();
        delete last;
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (int(i) >= layout_->count()) layout_->addWidget(new StatusLabel);
        auto* line = static_cast<StatusLabel*>(layout_->itemAt(int(i))->widget());
        QString words = stepName(steps[i].name);
        if (!steps[i].detail.empty()) words += QStringLiteral(" - ") + text(steps[i].detail);
        line->setStatus(text(steps[i].status), words);
    }
}

}  // namespace millpond::console
