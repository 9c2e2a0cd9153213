// SPDX-License-Identifier: Apache-2.0
#include "gui/models/history_models.h"

#include <algorithm>

#include "gui/models/format.h"
#include "gui/models/words.h"

namespace millpond::console {

EventModel::EventModel(QObject* parent) : ResourceTable(ColumnCount, Order::NewestFirst, parent) {}

QString EventModel::title(int column) const {
    switch (column) {
        case Time:
            return tr("Time");
        case Severity:
            return tr("Severity");
        case SourceType:
            return tr("Source type");
        case Source:
            return tr("Source");
        case Message:
            return tr("Event");
    }
    return {};
}

QVariant EventModel::cell(const schema::Event& row, int column, int role) const {
    switch (role) {
        case Qt::DisplayRole:
        case Qt::ToolTipRole:
            switch (column) {
                case Time:
                    return role == Qt::ToolTipRole ? formatTime(row.time)
                                                   : formatTimeOfDay(row.time);
                case Severity:
                    return severityWord(row.severity);
                case SourceType:
                    return sourceTypeWord(row.source_type);
                case Source:
                    return text(row.source);
                case Message:
                    return text(row.message);
            }
            return {};
        case SortRole:
            return column == Time ? QVariant::fromValue(qlonglong(row.id))
                                  : cell(row, column, Qt::DisplayRole);
        case StatusRole:
            return column == Severity ? QVariant(text(row.severity)) : QVariant();
        case CopyRole:
            return QStringLiteral("%1 %2 %3")
                .arg(formatTime(row.time), text(row.source), text(row.message));
        case FilterRole:
            return QStringList{text(row.source), text(row.message), severityWord(row.severity)}
                .join(QLatin1Char('\n'));
    }
    return {};
}

bool isUnderWay(const schema::Operation& operation) {
    return operation.status == "pending" || operation.status == "running";
}

QString stepText(const schema::Operation& operation) {
    if (operation.status == "failed") return text(operation.error);
    if (operation.failover && operation.status == "succeeded")
        return OperationModel::tr("%1 is primary; writes paused for %2, %3 lost")
            .arg(text(operation.failover->new_primary),
                 formatMilliseconds(operation.failover->pause_ms),
                 formatBytes(double(operation.failover->bytes_lost)));
    const auto at = std::ranges::find(operation.steps, "running", &schema::OperationStep::status);
    if (at != operation.steps.end())
        return text(at->detail.empty() ? at->name : at->name + ": " + at->detail);
    return operation.steps.empty() ? QString() : text(operation.steps.back().name);
}

OperationModel::OperationModel(QObject* parent)
    : ResourceTable(ColumnCount, Order::NewestFirst, parent) {}

int OperationModel::running() const {
    return int(std::ranges::count_if(rows(), isUnderWay));
}

int OperationModel::failoversWithin(qint64 ms) const {
    const QDateTime since = QDateTime::currentDateTimeUtc().addMSecs(-ms);
    return int(std::ranges::count_if(rows(), [&](const schema::Operation& operation) {
        return operation.failover && !operation.failover->new_primary.empty() &&
               parseTime(operation.started_at) >= since;
    }));
}

QString OperationModel::title(int column) const {
    switch (column) {
        case Started:
            return tr("Started");
        case Kind:
            return tr("Operation");
        case Target:
            return tr("Target");
        case Status:
            return tr("Status");
        case Progress:
            return tr("Progress");
        case Step:
            return tr("Step");
        case Took:
            return tr("Took");
        case RequestedBy:
            return tr("Requested by");
    }
    return {};
}

QVariant OperationModel::cell(const schema::Operation& row, int column, int role) const {
    switch (role) {
        case Qt::DisplayRole:
        case Qt::ToolTipRole:
            switch (column) {
                case Started:
                    return role == Qt::ToolTipRole ? formatTime(row.started_at)
                                                   : formatTimeOfDay(row.started_at);
                case Kind:
                    return operationKindWord(row.kind);
                case Target:
                    return text(row.target);
                case Status:
                    return statusWord(text(row.status));
                case Progress:
                    return QStringLiteral("%1 %").arg(row.progress);
                case Step:
                    return stepText(row);
                case Took:
                    return row.ended_at.empty()
                               ? QString()
                               : formatDuration(
                                     parseTime(row.started_at).msecsTo(parseTime(row.ended_at)));
                case RequestedBy:
                    return text(row.requested_by);
            }
            return {};
        case SortRole:
            if (column == Started) return text(row.started_at);
            if (column == Progress) return row.progress;
            return cell(row, column, Qt::DisplayRole);
        case StatusRole:
            return column == Status ? QVariant(text(row.status)) : QVariant();
        case ProgressRole:
            return column == Progress ? QVariant(row.progress) : QVariant();
        case CopyRole:
            return text(row.id);
        case FilterRole:
            return QStringList{text(row.target), operationKindWord(row.kind),
                               statusWord(text(row.status))}
                .join(QLatin1Char('\n'));
    }
    return {};
}

}  // namespace millpond::console
