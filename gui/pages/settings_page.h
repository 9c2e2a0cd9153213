// SPDX-License-Identifier: Apache-2.0
//
// Settings: theme, language, and what the console is connected to. UI thread.
#pragma once

#include "gui/pages/page.h"

class QComboBox;
class QLabel;

namespace millpond::console {

class SettingsPage : public Page {
    Q_OBJECT

public:
    /// `theme`: system, light, dark. `language`: system, en, ko.
    SettingsPage(Workspace& workspace, const QString& theme, const QString& language,
                 QWidget* parent = nullptr);

    /// The theme was changed elsewhere.
    void showTheme(const QString& theme);

Q_SIGNALS:
    void themeChosen(const QString& theme);
    void languageChosen(const QString& language);

private:
    void refresh();

    QComboBox* themes_;
    QLabel* target_;
    QLabel* state_;
    QLabel* version_;
    QLabel* state_dir_;
    QLabel* listen_;
    QLabel* range_;
};

}  // namespace millpond::console
