// SPDX-License-Identifier: Apache-2.0
//
// One delegate for every table: it draws a cell by what the model says it is (a status, a use of
// memory, a line of numbers, a progress) and plain text otherwise. UI thread.
#pragma once

#include <QStyledItemDelegate>

namespace millpond::console {

class CellDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

/// A bar of `used` out of `limit`; it turns to warning at 75 % and to error at 90 %.
void paintUsage(QPainter& painter, const QRect& rect, double used, double limit);
/// A line of numbers, scaled to its own maximum.
void paintSpark(QPainter& painter, const QRect& rect, const QVariantList& line);

QFont monospace(const QFont& like);

}  // namespace millpond::console
