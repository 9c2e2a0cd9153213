// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/command_palette.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/theme/icons.h"
#include "gui/widgets/form.h"

namespace millpond::console {

CommandPalette::CommandPalette(std::vector<PaletteEntry> entries, QWidget* parent)
    : QDialog(parent, Qt::Dialog | Qt::FramelessWindowHint), entries_(std::move(entries)) {
    setObjectName(QStringLiteral("command-palette"));
    setWindowTitle(tr("Command palette"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    resize(620, 420);
    field_ = named(new QLineEdit, tr("Search actions, clusters, nodes and security groups"));
    field_->setPlaceholderText(field_->accessibleName());
    field_->addAction(icon(QStringLiteral("search"), Tint::Muted), QLineEdit::LeadingPosition);
    list_ = named(new QListWidget, tr("Matches"));
    list_->setIconSize({18, 18});
    list_->setSpacing(2);
    list_->setUniformItemSizes(true);
    list_->setFocusPolicy(Qt::NoFocus);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->addWidget(field_);
    column->addWidget(list_, 1);
    column->addWidget(label(tr("Up and Down to move, Return to go, Esc to close"), "muted"));
    connect(field_, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(field_, &QLineEdit::returnPressed, this, &CommandPalette::runCurrent);
    connect(list_, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
    field_->installEventFilter(this);
    fill({});
    field_->setFocus();
}

void CommandPalette::fill(const QString& needle) {
    list_->clear();
    const QStringList words = needle.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const PaletteEntry& entry = entries_[i];
        const QString all = entry.title + QLatin1Char(' ') + entry.kind;
        if (!std::ranges::all_of(words, [&](const QString& word) {
                return all.contains(word, Qt::CaseInsensitive);
            }))
            continue;
        auto* item =
            new QListWidgetItem(icon(entry.icon, Tint::Accent),
                                QStringLiteral("%1   ·   %2").arg(entry.title, entry.kind), list_);
        item->setData(Qt::UserRole, int(i));
        item->setSizeHint({0, 32});
    }
    if (list_->count() == 0) {
        auto* none = new QListWidgetItem(tr("No matches"), list_);
        none->setFlags(Qt::NoItemFlags);
    }
    list_->setCurrentRow(0);
}

void CommandPalette::runCurrent() {
    const QListWidgetItem* item = list_->currentItem();
    if (!item || !item->data(Qt::UserRole).isValid()) return;
    const auto run = entries_[std::size_t(item->data(Qt::UserRole).toInt())].run;
    accept();
    // After the palette is gone, so that a dialog it opens is not its child.
    QMetaObject::invokeMethod(qApp, run, Qt::QueuedConnection);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
        if (step != 0 && list_->count() > 0) {
            list_->setCurrentRow((list_->currentRow() + step + list_->count()) % list_->count());
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

}  // namespace millpond::console
