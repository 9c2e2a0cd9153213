// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/status_label.h"

#include <QPainter>

namespace millpond::console {
namespace {
constexpr int kIcon = 16;
constexpr int kGap = 6;
}  // namespace

QString statusIconName(const QString& word) {
    if (word.startsWith(QStringLiteral("type-"))) return word;
    if (word == QStringLiteral("primary") || word == QStringLiteral("replica")) return word;
    if (word == QStringLiteral("info")) return QStringLiteral("info");
    switch (statusKind(word)) {
        case StatusKind::Good:
            return QStringLiteral("ok");
        case StatusKind::Busy:
            return QStringLiteral("busy");
        case StatusKind::Warning:
            return QStringLiteral("warning");
        case StatusKind::Bad:
            return QStringLiteral("error");
        case StatusKind::Idle:
            break;
    }
    return word == QStringLiteral("pending") ? QStringLiteral("pending")
                                             : QStringLiteral("stopped");
}

Tint statusTint(const QString& word) {
    if (word.startsWith(QStringLiteral("type-")) || word == QStringLiteral("primary"))
        return Tint::Accent;
    if (word == QStringLiteral("info")) return Tint::Info;
    switch (statusKind(word)) {
        case StatusKind::Good:
            return Tint::Ok;
        case StatusKind::Busy:
            return Tint::Info;
        case StatusKind::Warning:
            return Tint::Warning;
        case StatusKind::Bad:
            return Tint::Error;
        case StatusKind::Idle:
            break;
    }
    return Tint::Muted;
}

void paintStatus(QPainter& painter, const QRect& rect, const QString& word, const QString& said) {
    const Tint tint = statusTint(word);
    const QRect at(rect.left(), rect.center().y() - kIcon / 2 + 1, kIcon, kIcon);
    icon(statusIconName(word), tint).paint(&painter, at);
    const bool coloured = tint != Tint::Muted && !word.startsWith(QStringLiteral("type-"));
    painter.setPen(coloured ? colourOf(tint) : colourOf(Tint::Text));
    const QRect words = rect.adjusted(kIcon + kGap, 0, 0, 0);
    painter.drawText(words, int(Qt::AlignVCenter | Qt::AlignLeft),
                     painter.fontMetrics().elidedText(said, Qt::ElideRight, words.width()));
}

StatusLabel::StatusLabel(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void StatusLabel::setStatus(const QString& word, const QString& said) {
    word_ = word;
    said_ = said.isEmpty() ? statusWord(word) : said;
    setAccessibleName(said_);
    updateGeometry();
    update();
}

QSize StatusLabel::sizeHint() const {
    return {kIcon + kGap + fontMetrics().horizontalAdvance(said_) + 4,
            std::max(kIcon, fontMetrics().height()) + 4};
}

void StatusLabel::paintEvent(QPaintEvent*) {
    if (word_.isEmpty()) return;
    QPainter painter(this);
    paintStatus(painter, rect(), word_, said_);
}

}  // namespace millpond::console
