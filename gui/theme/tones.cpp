// SPDX-License-Identifier: Apache-2.0
#include "gui/theme/tones.h"

#include <QGuiApplication>

namespace millpond::console {

const Tones& lightTones() {
    static const Tones tones{
        .dark = false,
        .page = QColor("#f3f5f7"),
        .surface = QColor("#ffffff"),
        .raised = QColor("#f8f9fb"),
        .border = QColor("#d9dfe5"),
        .outline = QColor("#8593a1"),
        .text = QColor("#14202b"),
        .muted = QColor("#556372"),
        .accent = QColor("#0b6e8f"),
        .onAccent = QColor("#ffffff"),
        .accentSoft = QColor("#e2f1f6"),
        .ok = QColor("#18794a"),
        .warning = QColor("#8f5a00"),
        .error = QColor("#c22f22"),
        .info = QColor("#1f66c1"),
        .topBar = QColor("#12202c"),
        .onTopBar = QColor("#eef3f7"),
        .series = {QColor("#0b6e8f"), QColor("#c4561a"), QColor("#6a4fc4"), QColor("#2a8a4a"),
                   QColor("#b8306f"), QColor("#7a6a00"), QColor("#3b6fd4"), QColor("#8a5a44")}};
    return tones;
}

const Tones& darkTones() {
    static const Tones tones{
        .dark = true,
        .page = QColor("#0f1720"),
        .surface = QColor("#17212c"),
        .raised = QColor("#1d2935"),
        .border = QColor("#2c3947"),
        .outline = QColor("#66788a"),
        .text = QColor("#e4eaf0"),
        .muted = QColor("#9badbe"),
        .accent = QColor("#56bfe0"),
        .onAccent = QColor("#08202a"),
        .accentSoft = QColor("#1b3a49"),
        .ok = QColor("#4cc98a"),
        .warning = QColor("#f0b64a"),
        .error = QColor("#ff8274"),
        .info = QColor("#7db5ff"),
        .topBar = QColor("#0a1017"),
        .onTopBar = QColor("#e4eaf0"),
        .series = {QColor("#56bfe0"), QColor("#f2955c"), QColor("#a994f5"), QColor("#63cf86"),
                   QColor("#f07fb2"), QColor("#d8c34a"), QColor("#8fb4ff"), QColor("#d0a48c")}};
    return tones;
}

const Tones& tones() {
    const bool dark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    return dark ? darkTones() : lightTones();
}

QColor blend(const QColor& over, const QColor& under, double share) {
    const auto mix = [share](double a, double b) { return a * share + b * (1 - share); };
    return QColor::fromRgbF(static_cast<float>(mix(over.redF(), under.redF())),
                            static_cast<float>(mix(over.greenF(), under.greenF())),
                            static_cast<float>(mix(over.blueF(), under.blueF())));
}

QPalette paletteOf(const Tones& t) {
    QPalette palette;
    palette.setColor(QPalette::Window, t.page);
    palette.setColor(QPalette::WindowText, t.text);
    palette.setColor(QPalette::Base, t.surface);
    palette.setColor(QPalette::AlternateBase, t.raised);
    palette.setColor(QPalette::Text, t.text);
    palette.setColor(QPalette::Button, t.surface);
    palette.setColor(QPalette::ButtonText, t.text);
    palette.setColor(QPalette::BrightText, t.error);
    palette.setColor(QPalette::ToolTipBase, t.raised);
    palette.setColor(QPalette::ToolTipText, t.text);
    palette.setColor(QPalette::PlaceholderText, t.muted);
    palette.setColor(QPalette::Highlight, t.accent);
    palette.setColor(QPalette::HighlightedText, t.onAccent);
    palette.setColor(QPalette::Link, t.accent);
    palette.setColor(QPalette::LinkVisited, t.accent);
    palette.setColor(QPalette::Mid, t.border);
    palette.setColor(QPalette::Midlight, t.border);
    palette.setColor(QPalette::Light, t.raised);
    palette.setColor(QPalette::Dark, t.outline);
    palette.setColor(QPalette::Shadow, t.dark ? QColor("#000000") : t.outline);
    const QColor faded = blend(t.muted, t.surface, 0.7);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faded);
    return palette;
}

}  // namespace millpond::console
