// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/value_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QJsonDocument>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "gui/models/format.h"
#include "gui/models/words.h"
#include "gui/models/workspace.h"
#include "gui/widgets/cell_delegate.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/form.h"

namespace millpond::console {
namespace {
enum As { Text, Json, Hex };
constexpr qsizetype kHexWidth = 16;
}  // namespace

QString hexDump(const QByteArray& bytes) {
    QString dump;
    for (qsizetype at = 0; at < bytes.size(); at += kHexWidth) {
        const QByteArray line = bytes.mid(at, kHexWidth);
        QString printable;
        for (const char c : line)
            printable += c >= 0x20 && c < 0x7f ? QLatin1Char(c) : QLatin1Char('.');
        dump += QStringLiteral("%1  %2  %3\n")
                    .arg(at, 8, 16, QLatin1Char('0'))
                    .arg(QString::fromLatin1(line.toHex(' ')), -int(kHexWidth * 3 - 1))
                    .arg(printable);
    }
    return dump;
}

ValueView::ValueView(Workspace& workspace, QWidget* parent)
    : QFrame(parent), workspace_(workspace) {
    setRole(this, "card");
    setAccessibleName(tr("Value"));
    name_ = label({}, "heading");
    name_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    name_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    facts_ = wrappingLabel({}, "muted");
    as_ = named(new QComboBox, tr("Show as"));
    as_->addItems({tr("Text"), tr("JSON"), tr("Hex")});
    more_ = button(tr("Load more"));
    table_ = new DataTable(QStringLiteral("value-table"), tr("Elements"), &model_, false);
    table_->setEmptyWords(tr("Empty"), {});
    table_->setColumnWidths({170, 200});
    text_ = named(new QPlainTextEdit, tr("Value"));
    text_->setReadOnly(true);
    text_->setTabChangesFocus(true);
    text_->setFont(monospace(font()));
    empty_ = wrappingLabel(tr("Select a key to see its value."), "muted");
    empty_->setAlignment(Qt::AlignCenter);
    stack_ = new QStackedWidget;
    stack_->addWidget(empty_);
    stack_->addWidget(table_);
    stack_->addWidget(text_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 14, 16, 12);
    column->setSpacing(8);
    auto* top = new QHBoxLayout;
    top->addWidget(name_, 1);
    top->addWidget(as_);
    column->addLayout(top);
    column->addWidget(facts_);
    column->addWidget(stack_, 1);
    column->addWidget(more_, 0, Qt::AlignLeft);
    connect(as_, &QComboBox::currentIndexChanged, this, &ValueView::fillText);
    connect(more_, &QPushButton::clicked, this, &ValueView::more);
    clear();
}

void ValueView::clear() {
    ++asked_;
    key_.clear();
    name_->clear();
    facts_->clear();
    as_->hide();
    more_->hide();
    empty_->setText(tr("Select a key to see its value."));
    stack_->setCurrentWidget(empty_);
}

void ValueView::show(const std::string& cluster, const std::string& key, int db) {
    cluster_ = cluster;
    key_ = key;
    db_ = db;
    workspace_.backend().value(cluster, key, db, 0, kPage, this,
                               [this, asked = ++asked_](const Answer<schema::KeyValue>& answer) {
                                   if (asked != asked_) return;
                                   if (answer) return fill(*answer.value);
                                   clear();
                                   empty_->setText(answer.problem.message);
                               });
}

void ValueView::fill(const schema::KeyValue& value) {
    const QString name = readable(decoded(value.key));
    name_->setText(name_->fontMetrics().elidedText(name, Qt::ElideMiddle, 360));
    name_->setToolTip(name);
    const bool is_string = value.type == "string";
    facts_->setText(QStringList{
        keyTypeWord(value.type), text(value.encoding),
        is_string ? formatBytes(double(value.length))
                  : tr("%n element(s)", nullptr, int(value.length)),
        tr("%1 of memory").arg(formatBytes(double(value.bytes))),
        value.ttl_ms < 0 ? formatTtl(-1) : tr("expires in %1").arg(formatTtl(value.ttl_ms))}
                        .join(QStringLiteral("   ·   ")));
    model_.show(value);
    as_->setVisible(is_string);
    more_->setVisible(value.truncated && !is_string);
    if (is_string) fillText();
    stack_->setCurrentWidget(is_string ? static_cast<QWidget*>(text_) : table_);
}

void ValueView::fillText() {
    const schema::KeyValue& value = model_.value();
    if (value.type != "string" || value.items.empty()) return text_->clear();
    const QByteArray bytes = decoded(value.items.front());
    QString shown = readable(bytes);
    if (as_->currentIndex() == Hex) shown = hexDump(bytes);
    if (as_->currentIndex() == Json) {
        QJsonParseError error;
        const QJsonDocument json = QJsonDocument::fromJson(bytes, &error);
        shown = json.isNull() ? tr("Not JSON: %1").arg(error.errorString())
                              : QString::fromUtf8(json.toJson());
    }
    if (value.truncated)
        shown += QLatin1Char('\n') +
                 tr("(the first %1 of %2)")
                     .arg(formatBytes(double(bytes.size())), formatBytes(double(value.length)));
    text_->setPlainText(shown);
}

void ValueView::more() {
    workspace_.backend().value(cluster_, key_, db_, model_.elements(), kPage, this,
                               [this, asked = asked_](const Answer<schema::KeyValue>& answer) {
                                   if (asked != asked_ || !answer) return;
                                   model_.append(*answer.value);
                                   more_->setVisible(model_.value().truncated);
                               });
}

}  // namespace millpond::console
