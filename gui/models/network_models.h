// SPDX-License-Identifier: Apache-2.0
//
// The tables of security groups, of inbound rules, and of the sources that a cluster has let in or
// refused. UI thread.
#pragma once

#include "gui/models/resource_table.h"

namespace millpond::console {

class SecurityGroupModel : public ResourceTable<schema::SecurityGroup> {
    Q_OBJECT

public:
    enum Column { Name, Id, Vpc, Rules, UsedBy, Description, ColumnCount };
    explicit SecurityGroupModel(QObject* parent = nullptr);

protected:
    std::string idOf(const schema::SecurityGroup& row) const override { return row.id; }
    QVariant cell(const schema::SecurityGroup& row, int column, int role) const override;
    QString title(int column) const override;
};

/// A rule and the group it belongs to.
struct GroupRule {
    schema::InboundRule rule;
    std::string group_id;
    std::string group_name;
    std::string source_name;  ///< the source group's name, for a rule with one
};

class RuleModel : public ResourceTable<GroupRule> {
    Q_OBJECT

public:
    enum Column { Group, Type, Protocol, Ports, Source, Description, ColumnCount };
    explicit RuleModel(QObject* parent = nullptr);

    /// The rules of those of `groups` that `ids` names.
    void show(const std::vector<schema::SecurityGroup>& groups,
              const std::vector<std::string>& ids);

protected:
    std::string idOf(const GroupRule& row) const override {
        return row.group_id + "/" + row.rule.id;
    }
    QVariant cell(const GroupRule& row, int column, int role) const override;
    QString title(int column) const override;
};

class SourceModel : public ResourceTable<schema::ConnectionSource> {
    Q_OBJECT

public:
    enum Column {
        Address,
        Outcome,
        Accepted,
        Refused,
        Process,
        Reason,
        Node,
        LastSeen,
        ColumnCount
    };
    explicit SourceModel(QObject* parent = nullptr);

protected:
    std::string idOf(const schema::ConnectionSource& row) const override;
    QVariant cell(const schema::ConnectionSource& row, int column, int role) const override;
    QString title(int column) const override;
};

QString ruleTypeWord(const schema::InboundRule& rule);   ///< "Redis", "Custom TCP", "All traffic"
QString rulePortsText(const schema::InboundRule& rule);  ///< "6379", "6379 - 6399", "All"

}  // namespace millpond::console
