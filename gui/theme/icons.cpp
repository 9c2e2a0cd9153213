// SPDX-License-Identifier: Apache-2.0
#include "gui/theme/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "gui/theme/tones.h"

// Q_INIT_RESOURCE must be called outside any namespace; the icons live in a static library.
static void initIconResources() {
    Q_INIT_RESOURCE(icons);
}

namespace millpond::console {
namespace {

QByteArray sourceOf(const QString& name) {
    initIconResources();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

class PaletteIconEngine : public QIconEngine {
public:
    PaletteIconEngine(QString name, Tint tint) : name_(std::move(name)), tint_(tint) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        QByteArray svg = sourceOf(name_);
        QColor colour = colourOf(tint_);
        if (mode == QIcon::Disabled) colour = blend(tones().muted, tones().surface, 0.55);
        svg.replace("#000000", colour.name().toLatin1());
        QSvgRenderer renderer(svg);
        renderer.render(painter, QRectF(rect));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        const QString key = QStringLiteral("millpond-icon/%1/%2/%3/%4x%5")
                                .arg(name_, colourOf(tint_).name())
                                .arg(int(mode))
                                .arg(size.width())
                                .arg(size.height());
        QPixmap pixmap;
        if (QPixmapCache::find(key, &pixmap)) return pixmap;
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        painter.end();
        QPixmapCache::insert(key, pixmap);
        return pixmap;
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override {
        return pixmap(size, mode, state);
    }

    QIconEngine* clone() const override { return new PaletteIconEngine(name_, tint_); }
    QString key() const override { return QStringLiteral("millpond"); }
    QString iconName() override { return name_; }
    bool isNull() override { return false; }

private:
    QString name_;
    Tint tint_;
};

}  // namespace

QColor colourOf(Tint tint) {
    const Tones& t = tones();
    switch (tint) {
        case Tint::Text:
            return t.text;
        case Tint::Muted:
            return t.muted;
        case Tint::Accent:
            return t.accent;
        case Tint::OnAccent:
            return t.onAccent;
        case Tint::Ok:
            return t.ok;
        case Tint::Warning:
            return t.warning;
        case Tint::Error:
            return t.error;
        case Tint::Info:
            return t.info;
        case Tint::OnTopBar:
            return t.onTopBar;
    }
    return t.text;
}

QIcon icon(const QString& name, Tint tint) {
    return QIcon(new PaletteIconEngine(name, tint));
}

QIcon productIcon() {
    initIconResources();
    return QIcon(QStringLiteral(":/icons/millpond.svg"));
}

}  // namespace millpond::console
