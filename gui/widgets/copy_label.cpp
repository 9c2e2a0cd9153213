// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/copy_label.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QTimer>
#include <QToolButton>

#include "gui/theme/icons.h"
#include "gui/widgets/cell_delegate.h"
#include "gui/widgets/form.h"

namespace millpond::console {

CopyLabel::CopyLabel(const QString& what, QWidget* parent) : QWidget(parent), what_(what) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    button_ = iconButton(QStringLiteral("copy"), tr("Copy %1").arg(what));
    text_ = label({});
    text_->setFont(monospace(font()));
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row->addWidget(button_);
    row->addWidget(text_);
    row->addStretch();
    connect(button_, &QToolButton::clicked, this, &CopyLabel::copy);
    setValue({});
}

void CopyLabel::setValue(const QString& value) {
    value_ = value;
    text_->setText(value.isEmpty() ? QStringLiteral("-") : value);
    button_->setEnabled(!value.isEmpty());
    setAccessibleName(QStringLiteral("%1: %2").arg(what_, value));
}

void CopyLabel::copy() {
    QGuiApplication::clipboard()->setText(value_);
    button_->setIcon(icon(QStringLiteral("ok"), Tint::Ok));
    QTimer::singleShot(1500, this,
                       [this] { button_->setIcon(icon(QStringLiteral("copy"), Tint::Muted)); });
    Q_EMIT copied(what_);
}

}  // namespace millpond::console
