// SPDX-License-Identifier: Apache-2.0
//
// The console's colours, by what they mean. Every painter asks for the tones of the application's
// palette when it paints, so a change of theme needs no more than a repaint. UI thread.
#pragma once

#include <QColor>
#include <QPalette>
#include <array>

namespace millpond::console {

struct Tones {
    bool dark = false;
    QColor page;     ///< behind everything
    QColor surface;  ///< cards, tables
    QColor raised;   ///< table heads, hovered rows
    QColor border;
    QColor outline;  ///< of fields and buttons
    QColor text;
    QColor muted;
    QColor accent;
    QColor onAccent;
    QColor accentSoft;  ///< selected rows
    QColor ok;
    QColor warning;
    QColor error;
    QColor info;
    QColor topBar;
    QColor onTopBar;
    std::array<QColor, 8> series;  ///< lines of a chart, told apart in both themes
};

const Tones& lightTones();
const Tones& darkTones();

/// The tones in force: those of the application's palette.
const Tones& tones();

QPalette paletteOf(const Tones& tones);

/// `over` at `share` (0 to 1) on top of `under`.
QColor blend(const QColor& over, const QColor& under, double share);

}  // namespace millpond::console
