// SPDX-License-Identifier: Apache-2.0
//
// The console's own icons (icons/*.svg), drawn in a tone of the palette in force at the moment of
// painting: a change of theme recolours every icon already handed out. UI thread.
#pragma once

#include <QIcon>
#include <QString>

namespace millpond::console {

enum class Tint { Text, Muted, Accent, OnAccent, Ok, Warning, Error, Info, OnTopBar };

/// The icon icons/NAME.svg. Requires: `name` is one of the set.
QIcon icon(const QString& name, Tint tint = Tint::Text);

/// The mark of the product, in its own colours.
QIcon productIcon();

QColor colourOf(Tint tint);

}  // namespace millpond::console
