// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/aws_command.h"

#include <QRegularExpression>
#include <QStringList>

#include "gui/models/format.h"

namespace millpond::console {

QString shellQuoted(const QString& word) {
    static const QRegularExpression plain(QStringLiteral(R"(^[A-Za-z0-9_./:=,@%+-]+$)"));
    if (plain.match(word).hasMatch()) return word;
    QString inner = word;
    return QLatin1Char('\'') + inner.replace(QLatin1Char('\''), QStringLiteral("'\\''")) +
           QLatin1Char('\'');
}

QString awsCreateCommand(const schema::CreateCluster& wanted, const QString& endpoint_url) {
    QStringList lines{QStringLiteral("aws elasticache create-replication-group")};
    if (!endpoint_url.isEmpty())
        lines.append(QStringLiteral("--endpoint-url ") + shellQuoted(endpoint_url));
    lines.append(QStringLiteral("--replication-group-id ") + shellQuoted(text(wanted.id)));
    lines.append(QStringLiteral("--replication-group-description ") +
                 shellQuoted(text(wanted.description.value_or(wanted.id))));
    lines.append(QStringLiteral("--engine ") + text(wanted.engine.value_or("redis")));
    if (wanted.engine_version)
        lines.append(QStringLiteral("--engine-version ") + text(*wanted.engine_version));
    if (wanted.node_type)
        lines.append(QStringLiteral("--cache-node-type ") + text(*wanted.node_type));
    if (wanted.port) lines.append(QStringLiteral("--port %1").arg(*wanted.port));
    lines.append(QStringLiteral("--num-cache-clusters %1").arg(wanted.replicas.value_or(0) + 1));
    if (wanted.automatic_failover)
        lines.append(*wanted.automatic_failover
                         ? QStringLiteral("--automatic-failover-enabled")
                         : QStringLiteral("--no-automatic-failover-enabled"));
    if (wanted.subnet_group)
        lines.append(QStringLiteral("--cache-subnet-group-name ") +
                     shellQuoted(text(*wanted.subnet_group)));
    if (wanted.security_groups && !wanted.security_groups->empty()) {
        QStringList ids;
        for (const std::string& id : *wanted.security_groups) ids.append(text(id));
        lines.append(QStringLiteral("--security-group-ids ") + ids.join(QLatin1Char(' ')));
    }
    if (wanted.tags && !wanted.tags->empty()) {
        QStringList tags;
        for (const schema::Tag& tag : *wanted.tags)
            tags.append(
                shellQuoted(QStringLiteral("Key=%1,Value=%2").arg(text(tag.key), text(tag.value))));
        lines.append(QStringLiteral("--tags ") + tags.join(QLatin1Char(' ')));
    }
    return lines.join(QStringLiteral(" \\\n    "));
}

}  // namespace millpond::console
