// SPDX-License-Identifier: Apache-2.0
//
// The tables of events and of operations, newest first. UI thread.
#pragma once

#include "gui/models/resource_table.h"

namespace millpond::console {

class EventModel : public ResourceTable<schema::Event> {
    Q_OBJECT

public:
    enum Column { Time, Severity, SourceType, Source, Message, ColumnCount };
    explicit EventModel(QObject* parent = nullptr);

protected:
    std::string idOf(const schema::Event& row) const override { return std::to_string(row.id); }
    QVariant cell(const schema::Event& row, int column, int role) const override;
    QString title(int column) const override;
};

class OperationModel : public ResourceTable<schema::Operation> {
    Q_OBJECT

public:
    enum Column { Started, Kind, Target, Status, Progress, Step, Took, RequestedBy, ColumnCount };
    explicit OperationModel(QObject* parent = nullptr);

    int running() const;
    /// Failovers and recoveries that promoted a replica within the last `ms` milliseconds.
    int failoversWithin(qint64 ms) const;

protected:
    std::string idOf(const schema::Operation& row) const override { return row.id; }
    QVariant cell(const schema::Operation& row, int column, int role) const override;
    QString title(int column) const override;
};

bool isUnderWay(const schema::Operation& operation);
/// What it is doing, or what it came to, in words.
QString stepText(const schema::Operation& operation);

}  // namespace millpond::console
