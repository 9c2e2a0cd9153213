// SPDX-License-Identifier: Apache-2.0
//
// Applies a theme to the whole application: Fusion, the palette, the style sheet. Owned by `main`;
// UI thread.
#pragma once

#include <QObject>
#include <QString>

namespace millpond::console {

class SystemScheme;

enum class ThemeChoice { System, Light, Dark };

ThemeChoice themeChoiceOf(const QString& word);
QString wordOf(ThemeChoice choice);

class Theme : public QObject {
    Q_OBJECT

public:
    explicit Theme(QObject* parent = nullptr);

    ThemeChoice choice() const { return choice_; }
    /// Applies the choice at once, to windows already open too.
    void choose(ThemeChoice choice);
    bool isDark() const;

Q_SIGNALS:
    void changed();

private:
    void apply();

    ThemeChoice choice_ = ThemeChoice::System;
    SystemScheme* system_;
};

}  // namespace millpond::console
