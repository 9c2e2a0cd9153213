// SPDX-License-Identifier: Apache-2.0
#include "gui/widgets/data_table.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QSettings>

#include "gui/models/resource_table.h"
#include "gui/models/row_filter.h"
#include "gui/theme/icons.h"
#include "gui/theme/tones.h"
#include "gui/widgets/cell_delegate.h"
#include "gui/widgets/form.h"

namespace millpond::console {
namespace {
constexpr int kRowHeight = 40;
constexpr double kSqueezeMax =
    0.72;  // narrower than this share of its widths a table scrolls instead
}  // namespace

DataTable::DataTable(const QString& name, const QString& accessible, QAbstractItemModel* source,
                     bool filtered, QWidget* parent)
    : QTableView(parent), name_(name) {
    setObjectName(name);
    setAccessibleName(accessible);
    if (filtered) filter_ = new RowFilter(source, this);
    setModel(filtered ? static_cast<QAbstractItemModel*>(filter_) : source);
    setItemDelegate(new CellDelegate(this));
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setMouseTracking(true);
    setHorizontalScrollMode(ScrollPerPixel);
    setFrameShape(NoFrame);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(kRowHeight);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setMinimumSectionSize(48);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setAccessibleName(accessible);
    if (filtered) {
        setSortingEnabled(true);
        horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    }
    connect(this, &QTableView::activated, this, [this] {
        if (!currentId().isEmpty()) Q_EMIT opened(currentId());
    });
    for (auto signal : {&QHeaderView::sectionResized, &QHeaderView::sectionMoved})
        connect(horizontalHeader(), signal, this, [this] {
            if (restored_ && horizontalHeader()->underMouse()) saveColumns();
        });
}

void DataTable::setEmptyWords(const QString& title, const QString& hint) {
    empty_title_ = title;
    empty_hint_ = hint;
    viewport()->update();
}

void DataTable::setColumnWidths(const QList<int>& widths) {
    for (qsizetype i = 0; i < widths.size(); ++i) setColumnWidth(int(i), widths[i]);
    restoreColumns();
    restored_ = true;
}

void DataTable::restoreColumns() {
    const QByteArray state = QSettings().value(QStringLiteral("columns/") + name_).toByteArray();
    chosen_ = !state.isEmpty() && horizontalHeader()->restoreState(state);
    // The sort of a past visit would surprise: rows come in the API's order until a head is
    // clicked.
    horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
}

void DataTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    fitColumns();
}

void DataTable::fitColumns() {
    const int total = horizontalHeader()->length();
    const int room = viewport()->width();
    if (chosen_ || !restored_ || total <= room || room < total * kSqueezeMax) return;
    for (int column = 0; column < model()->columnCount(); ++column)
        if (!isColumnHidden(column)) setColumnWidth(column, columnWidth(column) * room / total);
}

void DataTable::saveColumns() const {
    QSettings().setValue(QStringLiteral("columns/") + name_, horizontalHeader()->saveState());
}

QString DataTable::currentId() const {
    return currentIndex().data(IdRole).toString();
}

bool DataTable::select(const QString& id) {
    for (int row = 0; row < model()->rowCount(); ++row) {
        const QModelIndex index = model()->index(row, 0);
        if (index.data(IdRole).toString() != id) continue;
        setCurrentIndex(index);
        return true;
    }
    return false;
}

QStringList DataTable::selectedIds() const {
    QStringList ids;
    for (const QModelIndex& index : selectionModel()->selectedRows())
        ids.append(index.data(IdRole).toString());
    return ids;
}

QLineEdit* DataTable::makeFilterField(const QString& placeholder) {
    auto* field = named(new QLineEdit, placeholder);
    field->setObjectName(name_ + QStringLiteral("-filter"));
    field->setPlaceholderText(placeholder);
    field->setClearButtonEnabled(true);
    field->addAction(icon(QStringLiteral("search"), Tint::Muted), QLineEdit::LeadingPosition);
    connect(field, &QLineEdit::textChanged, this, [this](const QString& needle) {
        filter_->setNeedle(needle);
        viewport()->update();
    });
    return field;
}

void DataTable::copyCurrent() {
    const QString words = currentIndex().data(CopyRole).toString();
    if (words.isEmpty()) return;
    QGuiApplication::clipboard()->setText(words);
    Q_EMIT copied(words);
}

void DataTable::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    if (current.row() != previous.row() || !previous.isValid())
        Q_EMIT currentChangedTo(current.data(IdRole).toString());
}

void DataTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) return copyCurrent();
    if (event->key() == Qt::Key_Delete) return void(Q_EMIT deleteRequested());
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && !currentId().isEmpty())
        return void(Q_EMIT opened(currentId()));
    QTableView::keyPressEvent(event);
}

void DataTable::paintEvent(QPaintEvent* event) {
    QTableView::paintEvent(event);
    if (model()->rowCount() > 0) return;
    QPainter painter(viewport());
    const bool nothing_matches = filter_ && filter_->sourceModel()->rowCount() > 0;
    const QString title = nothing_matches ? tr("No matches") : empty_title_;
    const QString hint =
        nothing_matches ? tr("Change or clear the filter to see more.") : empty_hint_;
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(tones().text);
    const QRect all = viewport()->rect().adjusted(24, 16, -24, -8);
    const QRect upper(all.left(), std::max(all.top(), all.center().y() - 30), all.width(), 24);
    painter.drawText(upper, int(Qt::AlignHCenter | Qt::AlignVCenter), title);
    painter.setFont(font());
    painter.setPen(tones().muted);
    painter.drawText(QRect(all.left(), upper.bottom() + 4, all.width(), 44),
                     int(Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap), hint);
}

}  // namespace millpond::console
