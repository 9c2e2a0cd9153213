// SPDX-License-Identifier: Apache-2.0
//
// Small makers that every page uses, so that a label, a button or a card looks the same everywhere
// and no control goes without an accessible name. The parent is the layout's to give. UI thread.
#pragma once

#include <QString>

class QBoxLayout;
class QFrame;
class QLabel;
class QLayout;
class QLineEdit;
class QPushButton;
class QToolButton;
class QWidget;

namespace millpond::console {

/// `widget` with its accessible name; returns it.
template <class W>
W* named(W* widget, const QString& accessible) {
    widget->setAccessibleName(accessible);
    return widget;
}

/// Sets the property that the style sheet selects by, and repolishes.
void setRole(QWidget* widget, const char* role);

QLabel* label(const QString& text, const char* role = nullptr);
QLabel* wrappingLabel(const QString& text, const char* role = nullptr);
QFrame* divider();

enum class ButtonRole { Normal, Primary, Danger, Link };
QPushButton* button(const QString& text, ButtonRole role = ButtonRole::Normal,
                    const QString& icon = {});
QToolButton* iconButton(const QString& icon, const QString& accessible);

/// A white box with a border, a heading and room for `actions` at its right.
struct Card {
    QFrame* frame;
    QBoxLayout* body;
    QBoxLayout* head;  ///< heading first, then a stretch; append actions
};
Card card(const QString& heading, const QString& hint = {});

/// Enables the button, or disables it and says why in its tool tip.
void setAvailable(QWidget* control, const QString& why_not);

}  // namespace millpond::console
