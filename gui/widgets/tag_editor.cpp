// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/tag_editor.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSet>
#include <QToolButton>

#include "gui/models/format.h"
#include "gui/widgets/form.h"

namespace millpond::console {

TagEditor::TagEditor(QWidget* parent) : QWidget(parent), rows_(new QVBoxLayout) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    rows_->setSpacing(6);
    column->addLayout(rows_);
    QPushButton* add = button(tr("Add tag"), ButtonRole::Normal, QStringLiteral("add"));
    add->setObjectName(QStringLiteral("add-tag"));
    column->addWidget(add, 0, Qt::AlignLeft);
    connect(add, &QPushButton::clicked, this, [this] {
        if (rows_->count() < kTagsMax) addRow({}, {});
    });
}

void TagEditor::addRow(const QString& key, const QString& value) {
    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    auto* keyField = named(new QLineEdit(key), tr("Tag key"));
    keyField->setPlaceholderText(tr("Key"));
    keyField->setMaxLength(128);
    auto* valueField = named(new QLineEdit(value), tr("Tag value"));
    valueField->setPlaceholderText(tr("Value (optional)"));
    valueField->setMaxLength(256);
    QToolButton* remove = iconButton(QStringLiteral("close"), tr("Remove tag"));
    line->addWidget(keyField, 1);
    line->addWidget(valueField, 1);
    line->addWidget(remove);
    rows_->addWidget(row);
    connect(keyField, &QLineEdit::textChanged, this, &TagEditor::changed);
    connect(valueField, &QLineEdit::textChanged, this, &TagEditor::changed);
    connect(remove, &QToolButton::clicked, this, [this, row] {
        rows_->removeWidget(row);
        row->deleteLater();
        Q_EMIT changed();
    });
    keyField->setFocus();
}

void TagEditor::setTags(const std::vector<schema::Tag>& tags) {
    while (QLayoutItem* item = rows_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const schema::Tag& tag : tags) addRow(text(tag.key), text(tag.value));
}

std::vector<schema::Tag> TagEditor::tags() const {
    std::vector<schema::Tag> tags;
    for (int i = 0; i < rows_->count(); ++i) {
        const auto fields = rows_->itemAt(i)->widget()->findChildren<QLineEdit*>();
        if (!fields[0]->text().trimmed().isEmpty())
            tags.push_back({fields[0]->text().trimmed().toStdString(),
                            fields[1]->text().trimmed().toStdString()});
    }
    return tags;
}

QString TagEditor::problem() const {
    QSet<QString> seen;
    for (const schema::Tag& tag : tags()) {
        if (tag.key.starts_with("aws:")) return tr("A tag key may not begin with \"aws:\".");
        if (seen.contains(text(tag.key)))
            return tr("The tag key \"%1\" is used twice.").arg(text(tag.key));
        seen.insert(text(tag.key));
    }
    return {};
}

}  // namespace millpond::console
