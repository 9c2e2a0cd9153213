// SPDX-License-Identifier: Apache-2.0
//
// The inbound rule editor: one row per rule with Type, Protocol, Port range, Source and
// Description. It changes nothing by itself; the caller asks what to add and what to remove. UI
// thread.
#pragma once

#include <QWidget>
#include <vector>

#include "gui/api/backend.h"

class QGridLayout;
class QVBoxLayout;

namespace millpond::console {

class RuleRow;

class RuleEditor : public QWidget {
    Q_OBJECT

public:
    static constexpr int kRulesMax = 60;  ///< AWS's limit per group

    /// `groups` can be named as sources.
    explicit RuleEditor(const std::vector<schema::SecurityGroup>& groups,
                        QWidget* parent = nullptr);

    void setRules(const std::vector<schema::InboundRule>& rules);
    void addRule(const schema::InboundRule& rule);
    int rowCount() const;
    QString problem() const;  ///< of the first row at fault; empty when the rules can be sent

    std::vector<schema::NewInboundRule> added() const;
    std::vector<std::string> removed() const;  ///< ids of rules that are gone or edited
    bool isChanged() const { return !added().empty() || !removed().empty(); }

Q_SIGNALS:
    void changed();

private:
    std::vector<RuleRow*> rows() const;

    std::vector<schema::SecurityGroup> groups_;
    std::vector<schema::InboundRule> original_;
    QVBoxLayout* rows_;
    QWidget* empty_;
};

}  // namespace millpond::console
