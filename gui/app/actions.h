// SPDX-License-Identifier: Apache-2.0
//
// What the command palette offers at this moment. UI thread.
#pragma once

#include <vector>

#include "gui/widgets/command_palette.h"

namespace millpond::console {

class MainWindow;

/// Requires: `window` outlives the entries.
std::vector<PaletteEntry> paletteEntries(MainWindow& window);

}  // namespace millpond::console
