// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/cell_delegate.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPainter>
#include <QPainterPath>

#include "gui/models/resource_table.h"
#include "gui/theme/tones.h"
#include "gui/widgets/status_label.h"

namespace millpond::console {
namespace {

constexpr int kMargin = 8;
constexpr int kBarHeight = 5;

void paintBar(QPainter& painter, const QRectF& track, double share, const QColor& colour) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(tones().border);
    painter.drawRoundedRect(track, kBarHeight / 2.0, kBarHeight / 2.0);
    QRectF filled = track;
    filled.setWidth(std::max(share > 0 ? double(kBarHeight) : 0.0,
                             track.width() * std::clamp(share, 0.0, 1.0)));
    if (share <= 0) return;
    painter.setBrush(colour);
    painter.drawRoundedRect(filled, kBarHeight / 2.0, kBarHeight / 2.0);
}

}  // namespace

QFont monospace(const QFont& like) {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(like.pointSizeF() - 0.5);
    return font;
}

void paintUsage(QPainter& painter, const QRect& rect, double used, double limit) {
    const double share = limit > 0 ? used / limit : 0;
    const QColor colour = share >= 0.9    ? tones().error
                          : share >= 0.75 ? tones().warning
                                          : tones().accent;
    paintBar(painter, QRectF(rect.left(), rect.bottom() - kBarHeight + 1, rect.width(), kBarHeight),
             share, colour);
}

void paintSpark(QPainter& painter, const QRect& rect, const QVariantList& line) {
    if (line.size() < 2 || rect.width() < 8) return;
    double top = 0;
    for (const QVariant& value : line) top = std::max(top, value.toDouble());
    const double step = double(rect.width()) / double(std::max<qsizetype>(line.size() - 1, 29));
    QPolygonF points;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const double share = top > 0 ? line[i].toDouble() / top : 0;
        points << QPointF(rect.right() - step * double(line.size() - 1 - i),
                          rect.bottom() - share * (rect.height() - 2));
    }
    QPolygonF area = points;
    area << QPointF(points.last().x(), rect.bottom() + 1)
         << QPointF(points.first().x(), rect.bottom() + 1);
    QColor fill = tones().accent;
    fill.setAlphaF(0.16f);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawPolygon(area);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(tones().accent, 1.4));
    painter.drawPolyline(points);
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.rwidth() += 2 * kMargin;
    if (index.data(StatusRole).isValid()) size.rwidth() += 22;
    if (index.data(UsageRole).isValid()) size.setWidth(std::max(size.width(), 150));
    if (index.data(SparkRole).isValid()) size.setWidth(std::max(size.width(), 160));
    if (index.data(MonospaceRole).toBool())
        size.setWidth(
            QFontMetrics(monospace(option.font)).horizontalAdvance(index.data().toString()) +
            2 * kMargin + 6);
    return size;
}

void CellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& given,
                         const QModelIndex& index) const {
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    const QString words = option.text;
    option.text.clear();
    option.icon = QIcon();
    option.state &= ~QStyle::State_HasFocus;
    const QWidget* view = option.widget;
    (view ? view->style() : QApplication::style())
        ->drawControl(QStyle::CE_ItemViewItem, &option, painter, view);

    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(index.data(MonospaceRole).toBool() ? monospace(option.font) : option.font);
    const QRect rect = option.rect.adjusted(kMargin, 0, -kMargin, 0);
    painter->setPen(tones().text);
    const auto plain = [&](const QRect& where) {
        painter->drawText(
            where, int(Qt::AlignVCenter | Qt::AlignLeft),
            painter->fontMetrics().elidedText(words, option.textElideMode, where.width()));
    };
    if (const QVariant status = index.data(StatusRole); status.isValid()) {
        paintStatus(*painter, rect, status.toString(), words);
    } else if (const QVariant usage = index.data(UsageRole); usage.isValid()) {
        const QPointF use = usage.toPointF();
        plain(rect.adjusted(0, 2, 0, -12));
        paintUsage(*painter, rect.adjusted(0, 0, 0, -8), use.x(), use.y());
    } else if (const QVariant spark = index.data(SparkRole); spark.isValid()) {
        const int width = std::max(64, painter->fontMetrics().horizontalAdvance(words) + 10);
        plain(QRect(rect.left(), rect.top(), width, rect.height()));
        paintSpark(*painter, rect.adjusted(width, 8, 0, -9), spark.toList());
    } else if (const QVariant progress = index.data(ProgressRole); progress.isValid()) {
        plain(rect.adjusted(0, 2, 0, -12));
        const QRect bar = rect.adjusted(0, 0, 0, -8);
        paintBar(*painter,
                 QRectF(bar.left(), bar.bottom() - kBarHeight + 1, bar.width(), kBarHeight),
                 progress.toDouble() / 100, tones().accent);
    } else {
        plain(rect);
    }
    if (given.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(tones().accent, 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5));
    }
    painter->restore();
}

}  // namespace millpond::console
