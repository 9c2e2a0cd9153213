// SPDX-License-Identifier: Apache-2.0
#include "gui/models/row_filter.h"

#include "gui/models/resource_table.h"

namespace millpond::console {

RowFilter::RowFilter(QAbstractItemModel* source, QObject* parent) : QSortFilterProxyModel(parent) {
    setDynamicSortFilter(false);
    setSortRole(SortRole);
    setSortCaseSensitivity(Qt::CaseInsensitive);
    setSourceModel(source);
}

void RowFilter::setNeedle(const QString& needle) {
    needle_ = needle.trimmed();
    invalidateFilter();
}

void RowFilter::setExact(int column, int role, const QString& value) {
    exact_column_ = column;
    exact_role_ = role;
    exact_value_ = value;
    invalidateFilter();
}

bool RowFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const QAbstractItemModel* source = sourceModel();
    if (!exact_value_.isEmpty() &&
        source->index(row, exact_column_, parent).data(exact_role_).toString() != exact_value_)
        return false;
    if (needle_.isEmpty()) return true;
    return source->index(row, 0, parent)
        .data(FilterRole)
        .toString()
        .contains(needle_, Qt::CaseInsensitive);
}

}  // namespace millpond::console
