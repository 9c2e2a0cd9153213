// SPDX-License-Identifier: Apache-2.0
//
// The keys that a scan has brought so far. Rows are only appended, page by page, and strings are
// made when a row is painted: a million keys cost their bytes and nothing more. UI thread.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "gui/models/resource_table.h"

namespace millpond::console {

class KeyModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Key, Type, Ttl, Size, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void clear();
    void append(const std::vector<schema::KeySummary>& keys);
    const schema::KeySummary& at(int row) const { return keys_[std::size_t(row)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<schema::KeySummary> keys_;
};

/// The elements of one value, as the API gives them, in one or two columns.
class ValueModel : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void show(schema::KeyValue value);
    /// More elements of the same value.
    void append(const schema::KeyValue& more);
    const schema::KeyValue& value() const { return value_; }
    int elements() const { return rowCount(); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    bool paired() const { return value_.type == "hash" || value_.type == "zset"; }
    schema::KeyValue value_;
};

/// Bytes for a person: UTF-8 as it is, control and broken bytes as \xNN.
QString readable(const QByteArray& bytes);
QByteArray decoded(const std::string& base64);

}  // namespace millpond::console
