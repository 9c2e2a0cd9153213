// SPDX-License-Identifier: Apache-2.0
#include "gui/theme/theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QStyleFactory>

#include "gui/theme/style_sheet.h"
#include "gui/theme/system_scheme.h"
#include "gui/theme/tones.h"

namespace millpond::console {
namespace {

// A desktop that has chosen a font keeps it. Where fontconfig only falls back to DejaVu Sans, a
// face that holds Korean and Latin of one design reads better.
void improveFallbackFont() {
    QFont font = QApplication::font();
    const QString family = QFontInfo(font).family();
    if (!family.startsWith(QStringLiteral("DejaVu")) && family != QStringLiteral("Sans Serif"))
        return;
    for (const char* better : {"Inter", "Noto Sans", "Noto Sans CJK KR"}) {
        if (!QFontDatabase::hasFamily(QLatin1String(better))) continue;
        font.setFamilies({QLatin1String(better), QStringLiteral("Noto Sans CJK KR")});
        font.setPointSizeF(10);
        QApplication::setFont(font);
        return;
    }
}

}  // namespace

ThemeChoice themeChoiceOf(const QString& word) {
    if (word == QStringLiteral("light")) return ThemeChoice::Light;
    if (word == QStringLiteral("dark")) return ThemeChoice::Dark;
    return ThemeChoice::System;
}

QString wordOf(ThemeChoice choice) {
    switch (choice) {
        case ThemeChoice::Light:
            return QStringLiteral("light");
        case ThemeChoice::Dark:
            return QStringLiteral("dark");
        case ThemeChoice::System:
            break;
    }
    return QStringLiteral("system");
}

Theme::Theme(QObject* parent) : QObject(parent), system_(new SystemScheme(this)) {
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    improveFallbackFont();
    connect(system_, &SystemScheme::changed, this, [this] {
        if (choice_ == ThemeChoice::System) apply();
    });
    apply();
}

bool Theme::isDark() const {
    return choice_ == ThemeChoice::Dark ||
           (choice_ == ThemeChoice::System && system_->prefersDark());
}

void Theme::choose(ThemeChoice choice) {
    choice_ = choice;
    apply();
}

void Theme::apply() {
    const Tones& chosen = isDark() ? darkTones() : lightTones();
    QApplication::setPalette(paletteOf(chosen));
    qApp->setStyleSheet(styleSheetOf(chosen));
    Q_EMIT changed();
}

}  // namespace millpond::console
