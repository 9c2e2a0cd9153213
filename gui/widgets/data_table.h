// SPDX-License-Identifier: Apache-2.0
//
// The table of every page: filtered and sorted through a RowFilter, drawn by CellDelegate, its
// columns remembered under a name, Ctrl+C copying what the model offers, and words in place of an
// empty table that say what to do next. UI thread.
#pragma once

#include <QTableView>

class QAbstractItemModel;
class QLineEdit;

namespace millpond::console {

class RowFilter;

class DataTable : public QTableView {
    Q_OBJECT

public:
    /// `name` keys the remembered columns and is the object name; `accessible` is read aloud.
    /// Without `filtered` the model is shown as it is (key lists: no proxy).
    DataTable(const QString& name, const QString& accessible, QAbstractItemModel* source,
              bool filtered = true, QWidget* parent = nullptr);

    void setEmptyWords(const QString& title, const QString& hint);
    /// Widths of a table seen for the first time; the last column takes what is left.
    void setColumnWidths(const QList<int>& widths);

    QString currentId() const;
    bool select(const QString& id);
    QStringList selectedIds() const;
    RowFilter* rowFilter() const { return filter_; }
    /// A field that filters this table as one types.
    QLineEdit* makeFilterField(const QString& placeholder);
    void copyCurrent();

Q_SIGNALS:
    void currentChangedTo(const QString& id);
    void opened(const QString& id);  ///< Return or double click
    void copied(const QString& text);
    void deleteRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

    void resizeEvent(QResizeEvent* event) override;

private:
    void restoreColumns();
    void fitColumns();
    void saveColumns() const;

    QString name_;
    RowFilter* filter_ = nullptr;
    QString empty_title_;
    QString empty_hint_;
    bool restored_ = false;
    bool chosen_ = false;  ///< the widths are the person's own
};

}  // namespace millpond::console
