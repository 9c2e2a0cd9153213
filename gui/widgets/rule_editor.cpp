// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/rule_editor.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <algorithm>

#include "gui/widgets/form.h"
#include "gui/widgets/rule_row.h"

namespace millpond::console {
namespace {

bool same(const schema::InboundRule& a, const schema::InboundRule& b) {
    return a.protocol == b.protocol && a.from_port == b.from_port && a.to_port == b.to_port &&
           a.cidr == b.cidr && a.group == b.group && a.description == b.description;
}

QWidget* heads() {
    auto* line = new QWidget;
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    const std::pair<QString, int> columns[] = {{RuleEditor::tr("Type"), 132},
                                               {RuleEditor::tr("Protocol"), 84},
                                               {RuleEditor::tr("Port range"), 116},
                                               {RuleEditor::tr("Source"), 142 + 8 + 206}};
    for (const auto& [title, width] : columns) {
        QLabel* head = label(title, "label");
        head->setFixedWidth(width);
        row->addWidget(head);
    }
    row->addWidget(label(RuleEditor::tr("Description"), "label"), 1);
    return line;
}

}  // namespace

RuleEditor::RuleEditor(const std::vector<schema::SecurityGroup>& groups, QWidget* parent)
    : QWidget(parent), groups_(groups), rows_(new QVBoxLayout) {
    setAccessibleName(tr("Inbound rules"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(heads());
    rows_->setSpacing(8);
    column->addLayout(rows_);
    empty_ = wrappingLabel(tr("No inbound rules: nobody is let in. Add a rule to open a port."),
                           "muted");
    column->addWidget(empty_);
    QPushButton* add = button(tr("Add rule"), ButtonRole::Normal, QStringLiteral("add"));
    add->setObjectName(QStringLiteral("add-rule"));
    column->addWidget(add, 0, Qt::AlignLeft);
    connect(add, &QPushButton::clicked, this, [this] {
        schema::InboundRule rule;
        rule.cidr = kMyAddress;
        addRule(rule);
        Q_EMIT changed();
    });
}

std::vector<RuleRow*> RuleEditor::rows() const {
    std::vector<RuleRow*> all;
    for (int i = 0; i < rows_->count(); ++i)
        all.push_back(static_cast<RuleRow*>(rows_->itemAt(i)->widget()));
    return all;
}

int RuleEditor::rowCount() const {
    return rows_->count();
}

void RuleEditor::setRules(const std::vector<schema::InboundRule>& rules) {
    for (RuleRow* row : rows()) {
        rows_->removeWidget(row);
        delete row;
    }
    original_ = rules;
    for (const schema::InboundRule& rule : rules) addRule(rule);
    empty_->setVisible(rules.empty());
}

void RuleEditor::addRule(const schema::InboundRule& rule) {
    if (rowCount() >= kRulesMax) return;
    auto* row = new RuleRow(rule, groups_);
    rows_->addWidget(row);
    empty_->hide();
    connect(row, &RuleRow::changed, this, &RuleEditor::changed);
    connect(row, &RuleRow::removeRequested, this, [this, row] {
        rows_->removeWidget(row);
        row->hide();
        row->deleteLater();
        empty_->setVisible(rowCount() == 0);
        Q_EMIT changed();
    });
}

QString RuleEditor::problem() const {
    const auto all = rows();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (const QString bad = all[i]->problem(); !bad.isEmpty())
            return tr("Rule %1: %2").arg(i + 1).arg(bad);
        for (std::size_t j = 0; j < i; ++j) {
            schema::InboundRule a = all[i]->rule(), b = all[j]->rule();
            a.description = b.description;
            if (same(a, b)) return tr("Rules %1 and %2 are the same.").arg(j + 1).arg(i + 1);
        }
    }
    return {};
}

std::vector<schema::NewInboundRule> RuleEditor::added() const {
    std::vector<schema::NewInboundRule> fresh;
    for (const RuleRow* row : rows()) {
        if (!row->problem().isEmpty()) continue;
        const schema::InboundRule rule = row->rule();
        const auto before = std::ranges::find(original_, rule.id, &schema::InboundRule::id);
        if (!rule.id.empty() && before != original_.end() && same(*before, rule)) continue;
        schema::NewInboundRule added{rule.protocol, rule.from_port, rule.to_port,
                                     rule.cidr,     rule.group,     {}};
        if (!rule.description.empty()) added.description = rule.description;
        fresh.push_back(std::move(added));
    }
    return fresh;
}

std::vector<std::string> RuleEditor::removed() const {
    std::vector<std::string> gone;
    const auto all = rows();
    for (const schema::InboundRule& before : original_) {
        const auto kept = [&](const RuleRow* row) {
            return row->id() == before.id && row->problem().isEmpty() && same(row->rule(), before);
        };
        if (std::ranges::none_of(all, kept)) gone.push_back(before.id);
    }
    return gone;
}

}  // namespace millpond::console
