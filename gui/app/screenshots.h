// SPDX-License-Identifier: Apache-2.0
//
// Pictures of every page and dialog, light and dark, English and Korean, for the tests and the
// docs. UI thread.
#pragma once

#include <QString>

namespace millpond::console {

class Language;
class MainWindow;
class Theme;

/// Writes PNG files into `folder`; returns what went wrong, or an empty string. Requires: the
/// window's backend has clusters, of which the first is shown in detail.
QString takeScreenshots(MainWindow& window, const QString& folder);

}  // namespace millpond::console
