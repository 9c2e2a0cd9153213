// SPDX-License-Identifier: Apache-2.0
//
// The words shown while the connection is lost: since when, why, and that it is being tried again.
// UI thread.
#pragma once

#include <QString>

#include "gui/api/backend.h"

class QLabel;
class QWidget;

namespace millpond::console {

/// `words` gets the label to fill with lostWords().
QWidget* makeLostBanner(QLabel** words);
QString lostWords(const Link& link);

}  // namespace millpond::console
