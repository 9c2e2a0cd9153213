// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/group_picker.h"

#include <QCheckBox>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/models/format.h"
#include "gui/models/network_models.h"
#include "gui/widgets/form.h"

namespace millpond::console {
namespace {

constexpr int kIndent = 24;  // under the words of a check box

QString letsIn(const schema::SecurityGroup& group) {
    if (group.inbound.empty()) return GroupPicker::tr("lets nobody in");
    QStringList words;
    for (const schema::InboundRule& rule : group.inbound) {
        const QString source = rule.group                 ? text(*rule.group)
                               : rule.cidr == "0.0.0.0/0" ? GroupPicker::tr("Anywhere")
                                                          : text(rule.cidr.value_or(""));
        words.append(GroupPicker::tr("%1 from %2").arg(rulePortsText(rule), source));
    }
    return words.join(QStringLiteral(", "));
}

}  // namespace

GroupPicker::GroupPicker(QWidget* parent) : QWidget(parent), rows_(new QVBoxLayout(this)) {
    rows_->setContentsMargins(0, 0, 0, 0);
    rows_->setSpacing(8);
    setAccessibleName(tr("Security groups"));
}

void GroupPicker::setGroups(const std::vector<schema::SecurityGroup>& groups,
                            const std::string& vpc) {
    const auto before = chosen();
    while (QLayoutItem* item = rows_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const schema::SecurityGroup& group : groups) {
        if (group.vpc != vpc) continue;
        auto* box = new QCheckBox(QStringLiteral("%1   %2").arg(text(group.name), text(group.id)));
        named(box, QStringLiteral("%1, %2").arg(text(group.name), letsIn(group)));
        box->setProperty("group", text(group.id));
        box->setObjectName(QStringLiteral("group-") + text(group.name));
        auto* row = new QWidget;
        auto* column = new QVBoxLayout(row);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(1);
        column->addWidget(box);
        QLabel* meaning = wrappingLabel(letsIn(group), "muted");
        meaning->setIndent(kIndent);
        column->addWidget(meaning);
        rows_->addWidget(row);
        connect(box, &QCheckBox::toggled, this, &GroupPicker::changed);
    }
    setChosen(before);
}

void GroupPicker::setChosen(const std::vector<std::string>& ids) {
    for (auto* box : findChildren<QCheckBox*>())
        box->setChecked(std::ranges::find(ids, box->property("group").toString().toStdString()) !=
                        ids.end());
}

std::vector<std::string> GroupPicker::chosen() const {
    std::vector<std::string> ids;
    for (int i = 0; i < rows_->count(); ++i)
        if (const auto* box = rows_->itemAt(i)->widget()->findChild<QCheckBox*>(); box->isChecked())
            ids.push_back(box->property("group").toString().toStdString());
    return ids;
}

}  // namespace millpond::console
