// SPDX-License-Identifier: Apache-2.0
//
// The shapes that a palette cannot give: cards, buttons, fields, tabs, table heads.
#pragma once

#include <QString>

namespace millpond::console {

struct Tones;

QString styleSheetOf(const Tones& tones);

}  // namespace millpond::console
