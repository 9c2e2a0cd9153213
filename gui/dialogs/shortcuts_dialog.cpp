// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/shortcuts_dialog.h"

#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/widgets/cell_delegate.h"
#include "gui/widgets/form.h"

namespace millpond::console {

ShortcutsDialog::ShortcutsDialog(QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("shortcuts-dialog"));
    setWindowTitle(tr("Keyboard shortcuts"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(22, 18, 22, 18);
    column->setSpacing(14);
    column->addWidget(label(tr("Keyboard shortcuts"), "title"));
    const std::pair<QString, QString> lines[] = {
        {QStringLiteral("Ctrl+K"),
         tr("Command palette: actions, clusters, nodes, security groups")},
        {QStringLiteral("Ctrl+N"), tr("Create a cluster, or a security group on that page")},
        {QStringLiteral("Ctrl+F"), tr("Filter the table of the page")},
        {QStringLiteral("Ctrl+C"), tr("Copy the endpoint of the selected cluster")},
        {QStringLiteral("F5"), tr("Read everything again")},
        {tr("Del"), tr("Delete the selected cluster or security group")},
        {tr("Return"), tr("Open the selected row")},
        {tr("Alt+Left"), tr("Back to the list")},
        {tr("Alt+1 to Alt+9"), tr("Pages, in the order of the navigation")},
        {QStringLiteral("F1"), tr("This list")},
    };
    Card box = card(tr("Everywhere"));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(28);
    grid->setVerticalSpacing(8);
    int row = 0;
    for (const auto& [key, meaning] : lines) {
        QLabel* keys = label(key, "strong");
        grid->addWidget(keys, row, 0);
        grid->addWidget(label(meaning), row++, 1);
    }
    box.body->addLayout(grid);
    column->addWidget(box.frame);
    QPushButton* close = button(tr("Close"), ButtonRole::Primary);
    column->addWidget(close, 0, Qt::AlignRight);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
}

}  // namespace millpond::console
