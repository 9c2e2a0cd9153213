// SPDX-License-Identifier: Apache-2.0
//
// A table of one kind of resource: rows keyed by id, changed in place as batches arrive. A row
// never moves while it exists, so selection and scroll position survive every change. UI thread.
#pragma once

#include <QAbstractTableModel>
#include <string>
#include <unordered_map>
#include <vector>

#include "gui/api/backend.h"

namespace millpond::console {

/// What a cell says beyond its text. Proxies sort by SortRole; the delegates of gui/widgets draw
/// the rest.
enum CellRole {
    IdRole = Qt::UserRole + 1,  ///< the row's id, on every column
    SortRole,
    StatusRole,    ///< a status word of the API, to be drawn as icon, word and colour
    UsageRole,     ///< QPointF(used, limit), to be drawn as a bar
    SparkRole,     ///< QVariantList of numbers, to be drawn as a line
    ProgressRole,  ///< per cent
    CopyRole,      ///< what Ctrl+C copies of this row
    FilterRole,    ///< everything that Ctrl+F looks through
    MonospaceRole,
};

template <class T>
class ResourceTable : public QAbstractTableModel {
public:
    enum class Order { OldestFirst, NewestFirst };

    ResourceTable(int columns, Order order, QObject* parent)
        : QAbstractTableModel(parent), columns_(columns), order_(order) {}

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : int(rows_.size());
    }
    int columnCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : columns_;
    }

    QVariant data(const QModelIndex& index, int role) const override {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
        const T& row = rows_[std::size_t(index.row())];
        if (role == IdRole) return QString::fromStdString(idOf(row));
        return cell(row, index.column(), role);
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (orientation != Qt::Horizontal || section < 0 || section >= columns_) return {};
        if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole) return title(section);
        if (role == Qt::TextAlignmentRole) return int(Qt::AlignLeft | Qt::AlignVCenter);
        return {};
    }

    const std::vector<T>& rows() const { return rows_; }
    const T* find(const std::string& id) const {
        const auto it = row_of_.find(id);
        return it == row_of_.end() ? nullptr : &rows_[it->second];
    }
    int rowOf(const std::string& id) const {
        const auto it = row_of_.find(id);
        return it == row_of_.end() ? -1 : int(it->second);
    }

    void apply(const Batch<T>& batch) {
        if (batch.reset) removeAllBut(batch.upserts);
        for (const std::string& id : batch.removed) remove(id);
        insertOrChange(batch.upserts, batch.reset);
    }

protected:
    virtual std::string idOf(const T& row) const = 0;
    virtual QVariant cell(const T& row, int column, int role) const = 0;
    virtual QString title(int column) const = 0;

    void touch(int row) {
        if (row >= 0) Q_EMIT dataChanged(index(row, 0), index(row, columns_ - 1));
    }

private:
    void removeAllBut(const std::vector<T>& kept) {
        std::unordered_map<std::string, bool> wanted;
        for (const T& row : kept) wanted.emplace(idOf(row), true);
        for (int row = int(rows_.size()) - 1; row >= 0; --row)
            if (!wanted.contains(idOf(rows_[std::size_t(row)]))) removeRow(row);
    }
    void remove(const std::string& id) {
        if (const int row = rowOf(id); row >= 0) removeRow(row);
    }
    void removeRow(int row) {
        beginRemoveRows({}, row, row);
        rows_.erase(rows_.begin() + row);
        reindex();
        endRemoveRows();
    }
    void insertOrChange(const std::vector<T>& upserts, bool list) {
        std::vector<T> fresh;
        for (const T& item : upserts) {
            const int row = rowOf(idOf(item));
            if (row < 0) {
                fresh.push_back(item);
                continue;
            }
            rows_[std::size_t(row)] = item;
            touch(row);
        }
        if (!fresh.empty()) insertFresh(fresh, list);
    }
    // A list of the API is newest first where the table is; a stream brings the newest last.
    void insertFresh(const std::vector<T>& fresh, bool list) {
        const bool top = order_ == Order::NewestFirst;
        const int at = top ? 0 : int(rows_.size());
        beginInsertRows({}, at, at + int(fresh.size()) - 1);
        if (top && !list)
            rows_.insert(rows_.begin(), fresh.rbegin(), fresh.rend());
        else
            rows_.insert(rows_.begin() + at, fresh.begin(), fresh.end());
        reindex();
        endInsertRows();
    }
    void reindex() {
        row_of_.clear();
        for (std::size_t row = 0; row < rows_.size(); ++row) row_of_[idOf(rows_[row])] = row;
    }

    int columns_;
    Order order_;
    std::vector<T> rows_;
    std::unordered_map<std::string, std::size_t> row_of_;
};

}  // namespace millpond::console
