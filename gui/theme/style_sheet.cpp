// SPDX-License-Identifier: Apache-2.0
#include "gui/theme/style_sheet.h"

#include <utility>

#include "gui/theme/tones.h"

namespace millpond::console {
namespace {

// @name is replaced by the tone of that name. A widget opts in by its `role` property.
constexpr auto kSheet = R"(
QToolTip { background: @raised; color: @text; border: 1px solid @border; padding: 4px 6px; }
*[role="page"] { background: @page; }
*[role="card"] { background: @surface; border: 1px solid @border; border-radius: 8px; }
*[role="title"] { font-size: 17pt; font-weight: 600; }
*[role="heading"] { font-size: 12pt; font-weight: 600; }
*[role="big"] { font-size: 19pt; font-weight: 600; }
*[role="muted"] { color: @muted; }
*[role="label"] { color: @muted; font-weight: 500; }
*[role="strong"] { font-weight: 600; }
*[role="problem"] { color: @error; }
*[role="code"] { background: @raised; border: 1px solid @border; border-radius: 6px; padding: 8px; }
*[role="divider"] { background: @border; border: none; max-height: 1px; min-height: 1px; }

*[role="topbar"] { background: @topBar; }
*[role="topbar"] QLabel { color: @onTopBar; background: transparent; }
*[role="topbar"] QPushButton { color: @onTopBar; background: transparent; border: 1px solid transparent;
  border-radius: 6px; padding: 4px 9px; font-weight: 500; }
*[role="topbar"] QPushButton:hover, *[role="topbar"] QPushButton:focus { border-color: @outline; }
*[role="topbar"] QLineEdit { background: @topField; color: @onTopBar; border: 1px solid @topLine; }
*[role="topbar"] QLineEdit:focus { border: 2px solid @topAccent; }

QListWidget[role="navigation"] { background: @surface; border: none; border-right: 1px solid @border;
  outline: none; padding: 8px 0px; }
QListWidget[role="navigation"]::item { height: 34px; padding-left: 10px; border-left: 3px solid transparent;
  color: @text; }
QListWidget[role="navigation"]::item:hover { background: @raised; }
QListWidget[role="navigation"]::item:selected { background: @accentSoft; color: @accent;
  border-left: 3px solid @accent; }
QListWidget[role="navigation"]::item:disabled { color: @faded; }

QPushButton { background: @surface; color: @text; border: 1px solid @outline; border-radius: 7px;
  padding: 5px 14px; font-weight: 600; min-height: 19px; }
QPushButton:hover { background: @raised; border-color: @accent; color: @accent; }
QPushButton:focus { border: 2px solid @accent; padding: 4px 13px; }
QPushButton:pressed { background: @accentSoft; }
QPushButton:disabled { color: @faded; border-color: @border; background: @surface; }
QPushButton:checked { background: @accentSoft; border-color: @accent; color: @accent; }
QPushButton::menu-indicator { image: none; width: 0px; }
QPushButton[role="primary"] { background: @accent; color: @onAccent; border-color: @accent; }
QPushButton[role="primary"]:hover { background: @accentHover; color: @onAccent; }
QPushButton[role="primary"]:focus { border: 2px solid @text; }
QPushButton[role="primary"]:disabled { background: @border; color: @faded; border-color: @border; }
QPushButton[role="danger"] { background: @error; color: @onError; border-color: @error; }
QPushButton[role="danger"]:hover { background: @errorHover; color: @onError; }
QPushButton[role="danger"]:focus { border: 2px solid @text; }
QPushButton[role="danger"]:disabled { background: @border; color: @faded; border-color: @border; }
QPushButton[role="link"] { border: none; background: transparent; color: @accent; padding: 1px 2px; text-align: left; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QPushButton[role="link"]:focus { border: 1px solid @accent; padding: 0px 1px; }
QPushButton[role="link"]:disabled { color: @faded; }

QToolButton { border: 1px solid transparent; border-radius: 5px; padding: 3px; background: transparent; }
QToolButton:hover { background: @raised; border-color: @border; }
QToolButton:focus { border-color: @accent; }

QLineEdit, QSpinBox, QComboBox, QPlainTextEdit, QTextEdit { background: @field; color: @text;
  border: 1px solid @outline; border-radius: 7px; selection-background-color: @accent;
  selection-color: @onAccent; }
QLineEdit, QSpinBox, QComboBox { padding: 4px 8px; min-height: 20px; }
QLineEdit:focus, QSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid @accent; }
QLineEdit:focus, QSpinBox:focus, QComboBox:focus { padding: 3px 7px; }
QLineEdit[invalid="true"], QComboBox[invalid="true"], QSpinBox[invalid="true"] { border: 2px solid @error; padding: 3px 7px; }
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: @faded; border-color: @border; background: @raised; }
QLineEdit[readOnly="true"] { background: @raised; }
QComboBox::drop-down { width: 22px; border: none; subcontrol-position: center right; }
QComboBox::down-arrow { image: url(:/icons/@arrow); width: 11px; height: 11px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @border; padding: 4px; outline: none;
  selection-background-color: @accentSoft; selection-color: @text; }
QSpinBox { padding-right: 4px; }
QSpinBox::up-button, QSpinBox::down-button { width: 18px; border: none; background: transparent; }
QSpinBox::up-arrow { image: url(:/icons/@upArrow); width: 9px; height: 9px; }
QSpinBox::down-arrow { image: url(:/icons/@arrow); width: 9px; height: 9px; }
QCheckBox, QRadioButton { spacing: 8px; background: transparent; }
QCheckBox:focus, QRadioButton:focus { color: @accent; }
QCheckBox:disabled, QRadioButton:disabled { color: @faded; }
QCheckBox::indicator, QRadioButton::indicator { width: 15px; height: 15px; border: 1px solid @outline; background: @field; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 1px solid @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(:/icons/@check); }
QRadioButton::indicator:checked { background: @field; border: 5px solid @accent; width: 7px; height: 7px; }
QCheckBox::indicator:disabled { border-color: @border; background: @raised; image: none; }

QTableView, QListView, QTreeView { background: @surface; border: none; outline: none; gridline-color: @border;
  selection-background-color: @accentSoft; selection-color: @text; alternate-background-color: @raised; }
QTableView::item { border-bottom: 1px solid @border; padding: 0px 6px; }
QTableView::item:selected { background: @accentSoft; color: @text; }
QHeaderView { background: @raised; border: none; }
QHeaderView::section { background: @raised; color: @muted; border: none; border-bottom: 1px solid @border;
  border-right: 1px solid @border; padding: 7px 8px; font-weight: 600; }
QHeaderView::section:last { border-right: none; }
QTableCornerButton::section { background: @raised; border: none; }

QTabWidget::pane { border: none; border-top: 1px solid @border; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: @muted; padding: 9px 16px 8px 16px; border: none;
  border-bottom: 3px solid transparent; font-weight: 600; }
QTabBar::tab:hover { color: @accent; }
QTabBar::tab:selected { color: @accent; border-bottom: 3px solid @accent; }
QTabBar::tab:focus { color: @text; }

QMenu { background: @surface; border: 1px solid @border; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 12px; border-radius: 5px; color: @text; }
QMenu::item:selected { background: @accentSoft; color: @accent; }
QMenu::item:disabled { color: @faded; }
QMenu::icon { padding-left: 10px; }
QMenu::separator { height: 1px; background: @border; margin: 5px 6px; }

QProgressBar { background: @border; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QStatusBar { background: @surface; border-top: 1px solid @border; color: @muted; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @muted; padding: 3px 10px; }
QScrollArea { border: none; background: transparent; }
QScrollArea > QWidget > QWidget[role="page"] { background: @page; }
QScrollBar:vertical { background: transparent; width: 11px; margin: 0px; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0px; }
QScrollBar::handle { background: @thumb; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @outline; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: @border; }
QDialog { background: @page; }
)";

QString iconFor(const Tones& tones, const char* name) {
    // A style sheet's image cannot be recoloured: the few that it needs are there for either theme.
    return QLatin1String(name) +
           (tones.dark ? QLatin1String("-dark.svg") : QLatin1String("-light.svg"));
}

}  // namespace

QString styleSheetOf(const Tones& t) {
    const QColor onError = t.dark ? QColor("#2b0906") : QColor("#ffffff");
    // Longer names first: @accentSoft must not be taken for @accent.
    const std::pair<const char*, QString> names[] = {
        {"@accentSoft", t.accentSoft.name()},
        {"@accentHover", blend(t.text, t.accent, 0.18).name()},
        {"@accent", t.accent.name()},
        {"@errorHover", blend(t.text, t.error, 0.15).name()},
        {"@error", t.error.name()},
        {"@onError", onError.name()},
        {"@onAccent", t.onAccent.name()},
        {"@onTopBar", t.onTopBar.name()},
        {"@topBar", t.topBar.name()},
        {"@topField", blend(t.onTopBar, t.topBar, 0.10).name()},
        {"@topLine", blend(t.onTopBar, t.topBar, 0.35).name()},
        {"@topAccent", darkTones().accent.name()},
        {"@check", iconFor(t, "check")},
        {"@upArrow", iconFor(t, "arrow-up")},
        {"@arrow", iconFor(t, "arrow-down")},
        {"@outline", t.outline.name()},
        {"@border", t.border.name()},
        {"@page", t.page.name()},
        {"@surface", t.surface.name()},
        {"@raised", t.raised.name()},
        {"@field", (t.dark ? t.page : t.surface).name()},
        {"@faded", blend(t.muted, t.surface, 0.6).name()},
        {"@thumb", blend(t.outline, t.surface, 0.5).name()},
        {"@muted", t.muted.name()},
        {"@text", t.text.name()},
    };
    QString sheet = QString::fromLatin1(kSheet);
    for (const auto& [name, value] : names) sheet.replace(QLatin1String(name), value);
    return sheet;
}

}  // namespace millpond::console
