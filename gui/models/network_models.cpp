// SPDX-License-Identifier: Apache-2.0
#include "gui/models/network_models.h"

#include <algorithm>

#include "gui/models/format.h"
#include "gui/models/words.h"

namespace millpond::console {
namespace {

constexpr int kRedisPort = 6379;
constexpr int kMemcachedPort = 11211;

QString joined(const std::vector<std::string>& words) {
    QStringList list;
    for (const std::string& word : words) list.append(text(word));
    return list.join(QStringLiteral(", "));
}

}  // namespace

QString ruleTypeWord(const schema::InboundRule& rule) {
    if (rule.protocol == "-1") return RuleModel::tr("All traffic");
    if (rule.from_port == kRedisPort && rule.to_port == kRedisPort) return RuleModel::tr("Redis");
    if (rule.from_port == kMemcachedPort && rule.to_port == kMemcachedPort)
        return RuleModel::tr("Memcached");
    return RuleModel::tr("Custom TCP");
}

QString rulePortsText(const schema::InboundRule& rule) {
    if (rule.protocol == "-1") return RuleModel::tr("All");
    if (rule.from_port == rule.to_port) return QString::number(rule.from_port);
    return QStringLiteral("%1 - %2").arg(rule.from_port).arg(rule.to_port);
}

SecurityGroupModel::SecurityGroupModel(QObject* parent)
    : ResourceTable(ColumnCount, Order::OldestFirst, parent) {}

QString SecurityGroupModel::title(int column) const {
    switch (column) {
        case Name:
            return tr("Name");
        case Id:
            return tr("Security group ID");
        case Vpc:
            return tr("VPC");
        case Rules:
            return tr("Inbound rules");
        case UsedBy:
            return tr("Used by");
        case Description:
            return tr("Description");
    }
    return {};
}

QVariant SecurityGroupModel::cell(const schema::SecurityGroup& row, int column, int role) const {
    switch (role) {
        case Qt::DisplayRole:
        case Qt::ToolTipRole:
        case SortRole:
            switch (column) {
                case Name:
                    return text(row.name);
                case Id:
                    return text(row.id);
                case Vpc:
                    return text(row.vpc);
                case Rules:
                    return int(row.inbound.size());
                case UsedBy:
                    return row.used_by.empty() ? tr("No cluster") : joined(row.used_by);
                case Description:
                    return text(row.description);
            }
            return {};
        case CopyRole:
            return text(row.id);
        case MonospaceRole:
            return column == Id || column == Vpc;
        case FilterRole:
            return QStringList{text(row.name), text(row.id), text(row.description),
                               joined(row.used_by)}
                .join(QLatin1Char('\n'));
    }
    return {};
}

RuleModel::RuleModel(QObject* parent) : ResourceTable(ColumnCount, Order::OldestFirst, parent) {}

void RuleModel::show(const std::vector<schema::SecurityGroup>& groups,
                     const std::vector<std::string>& ids) {
    std::vector<GroupRule> rules;
    for (const schema::SecurityGroup& group : groups) {
        if (std::ranges::find(ids, group.id) == ids.end()) continue;
        for (const schema::InboundRule& rule : group.inbound) {
            GroupRule row{rule, group.id, group.name, {}};
            if (rule.group)
                if (const auto it =
                        std::ranges::find(groups, *rule.group, &schema::SecurityGroup::id);
                    it != groups.end())
                    row.source_name = it->name;
            rules.push_back(std::move(row));
        }
    }
    apply({true, std::move(rules), {}});
}

QString RuleModel::title(int column) const {
    switch (column) {
        case Group:
            return tr("Security group");
        case Type:
            return tr("Type");
        case Protocol:
            return tr("Protocol");
        case Ports:
            return tr("Port range");
        case Source:
            return tr("Source");
        case Description:
            return tr("Description");
    }
    return {};
}

QVariant RuleModel::cell(const GroupRule& row, int column, int role) const {
    switch (role) {
        case Qt::DisplayRole:
        case Qt::ToolTipRole:
        case SortRole:
            switch (column) {
                case Group:
                    return text(row.group_name);
                case Type:
                    return ruleTypeWord(row.rule);
                case Protocol:
                    return row.rule.protocol == "-1" ? tr("All")
                                                     : text(row.rule.protocol).toUpper();
                case Ports:
                    return rulePortsText(row.rule);
                case Source:
                    if (row.rule.group)
                        return row.source_name.empty()
                                   ? text(*row.rule.group)
                                   : QStringLiteral("%1 (%2)").arg(text(row.source_name),
                                                                   text(*row.rule.group));
                    if (row.rule.cidr == "0.0.0.0/0") return tr("Anywhere (0.0.0.0/0)");
                    return text(row.rule.cidr.value_or(""));
                case Description:
                    return text(row.rule.description);
            }
            return {};
        case CopyRole:
            return text(row.rule.id);
        case FilterRole:
            return QStringList{text(row.group_name), text(row.rule.cidr.value_or("")),
                               text(row.rule.description)}
                .join(QLatin1Char('\n'));
    }
    return {};
}

SourceModel::SourceModel(QObject* parent)
    : ResourceTable(ColumnCount, Order::OldestFirst, parent) {}

std::string SourceModel::idOf(const schema::ConnectionSource& row) const {
    return row.node + "/" + row.address + "/" + row.process.value_or("") + "/" +
           (row.uid ? std::to_string(*row.uid) : "");
}

QString SourceModel::title(int column) const {
    switch (column) {
        case Address:
            return tr("Source address");
        case Outcome:
            return tr("Outcome");
        case Accepted:
            return tr("Accepted");
        case Refused:
            return tr("Refused");
        case Process:
            return tr("Process");
        case Reason:
            return tr("Reason");
        case Node:
            return tr("Node");
        case LastSeen:
            return tr("Last seen");
    }
    return {};
}

QVariant SourceModel::cell(const schema::ConnectionSource& row, int column, int role) const {
    const QString outcome = row.refused == 0    ? QStringLiteral("accepted")
                            : row.accepted == 0 ? QStringLiteral("refused")
                                                : QStringLiteral("mixed");
    switch (role) {
        case Qt::DisplayRole:
        case Qt::ToolTipRole:
            switch (column) {
                case Address:
                    return text(row.address);
                case Outcome:
                    return statusWord(outcome);
                case Accepted:
                    return formatCount(double(row.accepted));
                case Refused:
                    return formatCount(double(row.refused));
                case Process:
                    if (row.process && row.uid)
                        return tr("%1 (uid %2)").arg(text(*row.process)).arg(*row.uid);
                    return row.process ? text(*row.process) : QString();
                case Reason:
                    return text(row.reason);
                case Node:
                    return text(row.node);
                case LastSeen:
                    return formatTimeOfDay(row.last_seen);
            }
            return {};
        case SortRole:
            if (column == Accepted) return qlonglong(row.accepted);
            if (column == Refused) return qlonglong(row.refused);
            if (column == LastSeen) return text(row.last_seen);
            return cell(row, column, Qt::DisplayRole);
        case StatusRole:
            return column == Outcome ? QVariant(outcome) : QVariant();
        case CopyRole:
            return text(row.address);
        case MonospaceRole:
            return column == Address;
        case FilterRole:
            return QStringList{text(row.address), text(row.process.value_or("")), text(row.reason)}
                .join(QLatin1Char('\n'));
    }
    return {};
}

}  // namespace millpond::console
