// SPDX-License-Identifier: Apache-2.0
//
// F1: the keys. UI thread.
#pragma once

#include <QDialog>

namespace millpond::console {

class ShortcutsDialog : public QDialog {
    Q_OBJECT

public:
    explicit ShortcutsDialog(QWidget* parent = nullptr);
};

}  // namespace millpond::console
