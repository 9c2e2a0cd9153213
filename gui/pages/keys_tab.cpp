// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/keys_tab.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/models/words.h"
#include "gui/pages/value_view.h"
#include "gui/theme/icons.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"

namespace millpond::console {

KeysTab::KeysTab(Workspace& workspace, QWidget* parent) : ClusterTab(workspace, parent) {
    pattern_ = named(new QLineEdit, tr("Key pattern"));
    pattern_->setObjectName(QStringLiteral("keys-pattern"));
    pattern_->setPlaceholderText(tr("Pattern, for example order:*"));
    pattern_->setClearButtonEnabled(true);
    pattern_->addAction(icon(QStringLiteral("search"), Tint::Muted), QLineEdit::LeadingPosition);
    type_ = named(new QComboBox, tr("Key type"));
    type_->addItem(tr("All types"), QString());
    for (const char* type : {"string", "hash", "list", "set", "zset"})
        type_->addItem(icon(QStringLiteral("type-") + QLatin1String(type), Tint::Accent),
                       keyTypeWord(type), QLatin1String(type));
    db_ = named(new QSpinBox, tr("Database"));
    db_->setRange(0, 15);
    db_->setPrefix(tr("Database "));
    go_ = button(tr("Continue"), ButtonRole::Normal, QStringLiteral("play"));
    go_->setObjectName(QStringLiteral("keys-go"));
    progress_ = label({}, "muted");
    progress_->setObjectName(QStringLiteral("keys-progress"));
    table_ = new DataTable(QStringLiteral("keys-table"), tr("Keys"), &model_, false);
    table_->setEmptyWords(tr("No keys found"),
                          tr("Change the pattern or the type, or write something to the cluster."));
    table_->setColumnWidths({240, 110, 110, 80});
    value_ = new ValueView(workspace);

    auto* left = new QFrame;
    setRole(left, "card");
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(1, 12, 1, 8);
    column->setSpacing(8);
    auto* filters = new QHBoxLayout;
    filters->setContentsMargins(14, 0, 14, 0);
    filters->addWidget(pattern_, 1);
    filters->addWidget(type_);
    filters->addWidget(db_);
    column->addLayout(filters);
    column->addWidget(table_, 1);
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(14, 0, 14, 0);
    foot->addWidget(progress_, 1);
    foot->addWidget(go_);
    column->addLayout(foot);
    auto* split = new QSplitter;
    split->addWidget(left);
    split->addWidget(value_);
    split->setStretchFactor(0, 5);
    split->setStretchFactor(1, 4);
    split->setChildrenCollapsible(false);
    split->setHandleWidth(10);
    split->setStyleSheet(QStringLiteral("QSplitter::handle { background: transparent; }"));
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 14, 0, 0);
    all->addWidget(split);

    connect(pattern_, &QLineEdit::returnPressed, this, &KeysTab::restart);
    connect(pattern_, &QLineEdit::textChanged, this, [this](const QString& now) {
        if (now.isEmpty()) restart();
    });
    connect(type_, &QComboBox::currentIndexChanged, this, &KeysTab::restart);
    connect(db_, &QSpinBox::valueChanged, this, &KeysTab::restart);
    connect(go_, &QPushButton::clicked, this, [this] {
        running_ ? stop() : complete_ ? restart() : run();
    });
    connect(table_, &DataTable::currentChangedTo, this, [this](const QString& key) {
        if (!key.isEmpty()) value_->show(clusterId(), key.toStdString(), db_->value());
    });
    connect(table_, &DataTable::copied, this,
            [this](const QString& words) { Q_EMIT said(tr("%1 copied").arg(words)); });
}

void KeysTab::onCluster() {
    started_ = false;
    ++scan_;
    running_ = false;
    model_.clear();
    value_->clear();
}

void KeysTab::refresh() {
    if (!started_ && cluster() && cluster()->status != "creating") restart();
}

void KeysTab::restart() {
    started_ = true;
    ++scan_;
    cursor_.assign(1, '0');
    complete_ = false;
    model_.clear();
    value_->clear();
    run();
}

void KeysTab::run() {
    running_ = true;
    run_keys_ = run_steps_ = 0;
    step();
}

void KeysTab::stop() {
    running_ = false;
    ++scan_;
    showProgress();
}

void KeysTab::step() {
    KeysQuery query;
    query.cursor = cursor_;
    query.match = pattern_->text().trimmed().toStdString();
    query.type = type_->currentData().toString().toStdString();
    query.db = db_->value();
    showProgress();
    workspace().backend().keys(clusterId(), query, this, [this, scan = scan_](const auto& answer) {
        if (scan == scan_) onPage(answer);
    });
}

void KeysTab::onPage(const Answer<schema::KeyPage>& answer) {
    if (!answer) {
        running_ = false;
        showProgress();
        progress_->setText(answer.problem.message);
        return;
    }
    model_.append(answer.value->keys);
    cursor_ = answer.value->cursor;
    total_ = answer.value->total;
    complete_ = cursor_ == "0";
    run_keys_ += int(answer.value->keys.size());
    ++run_steps_;
    running_ = !complete_ && run_keys_ < kKeysPerRun && run_steps_ < kStepsPerRun;
    if (running_)
        step();
    else
        showProgress();
}

void KeysTab::showProgress() {
    const QString found = formatCount(model_.rowCount());
    const QString all = formatCount(double(total_));
    progress_->setText(complete_ ? tr("%1 keys found, all of %2 scanned").arg(found, all)
                                 : tr("%1 keys found, about %2 in the database").arg(found, all));
    go_->setText(running_ ? tr("Stop") : complete_ ? tr("Scan again") : tr("Continue"));
    go_->setAccessibleName(go_->text());
    go_->setIcon(icon(running_    ? QStringLiteral("stop")
                      : complete_ ? QStringLiteral("refresh")
                                  : QStringLiteral("play")));
}

}  // namespace millpond::console
