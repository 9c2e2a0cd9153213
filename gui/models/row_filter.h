// SPDX-License-Identifier: Apache-2.0
//
// The filter and the sort of a table. Rows are sorted when the person asks for it, and not when a
// value changes: nothing moves under the cursor. UI thread.
#pragma once

#include <QSortFilterProxyModel>

namespace millpond::console {

class RowFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit RowFilter(QAbstractItemModel* source, QObject* parent = nullptr);

    const QString& needle() const { return needle_; }
    void setNeedle(const QString& needle);
    /// Only rows whose text in `column` under `role` is `value`; an empty value lets all through.
    void setExact(int column, int role, const QString& value);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QString needle_;
    int exact_column_ = -1;
    int exact_role_ = 0;
    QString exact_value_;
};

}  // namespace millpond::console
