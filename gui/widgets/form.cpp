// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/form.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

#include "gui/theme/icons.h"

namespace millpond::console {

void setRole(QWidget* widget, const char* role) {
    widget->setProperty("role", QString::fromLatin1(role));
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

QLabel* label(const QString& text, const char* role) {
    auto* made = new QLabel(text);
    made->setTextFormat(Qt::PlainText);
    if (role) setRole(made, role);
    return made;
}

QLabel* wrappingLabel(const QString& text, const char* role) {
    QLabel* made = label(text, role);
    made->setWordWrap(true);
    return made;
}

QFrame* divider() {
    auto* line = new QFrame;
    setRole(line, "divider");
    return line;
}

QPushButton* button(const QString& text, ButtonRole role, const QString& iconName) {
    auto* made = new QPushButton(text);
    made->setAutoDefault(false);
    made->setCursor(Qt::PointingHandCursor);
    Tint tint = Tint::Text;
    switch (role) {
        case ButtonRole::Primary:
            setRole(made, "primary");
            tint = Tint::OnAccent;
            break;
        case ButtonRole::Danger:
            setRole(made, "danger");
            tint = Tint::OnAccent;
            break;
        case ButtonRole::Link:
            setRole(made, "link");
            tint = Tint::Accent;
            break;
        case ButtonRole::Normal:
            break;
    }
    if (!iconName.isEmpty()) made->setIcon(icon(iconName, tint));
    QString accessible = text;
    made->setAccessibleName(accessible.remove(QLatin1Char('&')));
    return made;
}

QToolButton* iconButton(const QString& iconName, const QString& accessible) {
    auto* made = new QToolButton;
    made->setIcon(icon(iconName, Tint::Muted));
    made->setIconSize({16, 16});
    made->setToolTip(accessible);
    made->setAccessibleName(accessible);
    made->setFocusPolicy(Qt::StrongFocus);
    made->setCursor(Qt::PointingHandCursor);
    return made;
}

Card card(const QString& heading, const QString& hint) {
    Card made;
    made.frame = new QFrame;
    setRole(made.frame, "card");
    auto* outer = new QVBoxLayout(made.frame);
    outer->setContentsMargins(18, 14, 18, 16);
    outer->setSpacing(10);
    made.head = new QHBoxLayout;
    made.head->setSpacing(8);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(label(heading, "heading"));
    if (!hint.isEmpty()) words->addWidget(wrappingLabel(hint, "muted"));
    made.head->addLayout(words, 1);
    outer->addLayout(made.head);
    made.body = new QVBoxLayout;
    made.body->setSpacing(10);
    outer->addLayout(made.body, 1);
    return made;
}

void setAvailable(QWidget* control, const QString& why_not) {
    control->setEnabled(why_not.isEmpty());
    control->setToolTip(why_not);
    control->setAccessibleDescription(why_not);
}

}  // namespace millpond::console
