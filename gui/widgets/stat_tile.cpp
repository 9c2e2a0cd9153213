// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/stat_tile.h"

#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "gui/widgets/cell_delegate.h"
#include "gui/widgets/form.h"

namespace millpond::console {

StatTile::StatTile(const QString& caption, QWidget* parent) : QFrame(parent), caption_(caption) {
    setRole(this, "card");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 26);
    column->setSpacing(1);
    column->addWidget(label(caption, "label"));
    number_ = label(QStringLiteral("-"), "big");
    words_ = label({}, "muted");
    column->addWidget(number_);
    column->addWidget(words_);
    setMinimumWidth(150);
    setMinimumHeight(124);
}

void StatTile::setNumber(const QString& number, const QString& words) {
    number_->setText(number);
    words_->setText(words);
    setAccessibleName(QStringLiteral("%1: %2, %3").arg(caption_, number, words));
}

void StatTile::setUsage(double used, double limit) {
    used_ = used;
    limit_ = limit;
    update();
}

void StatTile::setSpark(const QVariantList& line) {
    spark_ = line;
    update();
}

void StatTile::paintEvent(QPaintEvent* event) {
    QFrame::paintEvent(event);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRect foot(16, height() - 24, width() - 32, 14);
    if (used_ >= 0) paintUsage(painter, foot, used_, limit_);
    if (!spark_.isEmpty()) paintSpark(painter, foot, spark_);
}

}  // namespace millpond::console
