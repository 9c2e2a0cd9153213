// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/flash_bar.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QTimer>
#include <QToolButton>

#include "gui/theme/icons.h"
#include "gui/theme/tones.h"
#include "gui/widgets/form.h"

namespace millpond::console {
namespace {

class Flash : public QWidget {
public:
    Flash(FlashBar::Kind kind, const QString& title, const QString& detail) : kind_(kind) {
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(18, 9, 12, 9);
        row->setSpacing(12);
        auto* mark = new QLabel;
        mark->setPixmap(icon(iconName(), tint()).pixmap(18, 18));
        row->addWidget(mark, 0, Qt::AlignTop);
        auto* words = new QVBoxLayout;
        words->setSpacing(1);
        words->addWidget(wrappingLabel(title, "strong"));
        if (!detail.isEmpty()) {
            QLabel* more = wrappingLabel(detail);
            more->setTextInteractionFlags(Qt::TextSelectableByMouse);
            words->addWidget(more);
        }
        row->addLayout(words, 1);
        QToolButton* close = iconButton(QStringLiteral("close"), FlashBar::tr("Dismiss message"));
        row->addWidget(close, 0, Qt::AlignTop);
        connect(close, &QToolButton::clicked, this, &QObject::deleteLater);
        setAccessibleName(detail.isEmpty() ? title : title + QStringLiteral(". ") + detail);
    }

    bool isGoodNews() const {
        return kind_ == FlashBar::Kind::Success || kind_ == FlashBar::Kind::Info;
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.fillRect(rect(),
                         blend(colourOf(tint()), tones().surface, tones().dark ? 0.20 : 0.10));
        painter.fillRect(QRect(0, 0, 4, height()), colourOf(tint()));
        painter.fillRect(QRect(0, height() - 1, width(), 1), tones().border);
    }

private:
    QString iconName() const {
        switch (kind_) {
            case FlashBar::Kind::Success:
                return QStringLiteral("ok");
            case FlashBar::Kind::Info:
                return QStringLiteral("info");
            case FlashBar::Kind::Warning:
                return QStringLiteral("warning");
            case FlashBar::Kind::Error:
                break;
        }
        return QStringLiteral("error");
    }
    Tint tint() const {
        switch (kind_) {
            case FlashBar::Kind::Success:
                return Tint::Ok;
            case FlashBar::Kind::Info:
                return Tint::Info;
            case FlashBar::Kind::Warning:
                return Tint::Warning;
            case FlashBar::Kind::Error:
                break;
        }
        return Tint::Error;
    }

    FlashBar::Kind kind_;
};

}  // namespace

FlashBar::FlashBar(QWidget* parent) : QWidget(parent), layout_(new QVBoxLayout(this)) {
    setObjectName(QStringLiteral("flash-bar"));
    setAccessibleName(tr("Messages"));
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setSpacing(0);
}

void FlashBar::show(Kind kind, const QString& title, const QString& detail) {
    const bool good_news = kind == Kind::Success || kind == Kind::Info;
    // "Creating" gives way to "created": good news never pushes the page down by more than a line.
    for (int i = layout_->count() - 1; good_news && i >= 0; --i) {
        auto* older = static_cast<Flash*>(layout_->itemAt(i)->widget());
        if (!older->isGoodNews()) continue;
        layout_->removeWidget(older);
        older->hide();
        older->deleteLater();
    }
    auto* flash = new Flash(kind, title, detail);
    layout_->insertWidget(0, flash);
    if (good_news) QTimer::singleShot(kGoodNewsMs, flash, &QObject::deleteLater);
    while (layout_->count() > kMessages) {
        QLayoutItem* oldest = layout_->takeAt(layout_->count() - 1);
        oldest->widget()->deleteLater();
        delete oldest;
    }
}

void FlashBar::dismissAll() {
    while (QLayoutItem* item = layout_->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
}

QStringList FlashBar::messages() const {
    QStringList all;
    for (int i = 0; i < layout_->count(); ++i)
        all.append(layout_->itemAt(i)->widget()->accessibleName());
    return all;
}

}  // namespace millpond::console
