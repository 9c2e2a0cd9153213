// SPDX-License-Identifier: Apache-2.0
//
// One key's value, read-only: elements of a collection in a table, a string as text, JSON or hex.
// UI thread.
#pragma once

#include <QFrame>

#include "gui/models/key_model.h"

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;

namespace millpond::console {

class DataTable;
class Workspace;

class ValueView : public QFrame {
    Q_OBJECT

public:
    static constexpr int kPage = 200;

    explicit ValueView(Workspace& workspace, QWidget* parent = nullptr);
    void show(const std::string& cluster, const std::string& key, int db);
    void clear();

private:
    void fill(const schema::KeyValue& value);
    void fillText();
    void more();

    Workspace& workspace_;
    std::string cluster_;
    std::string key_;
    int db_ = 0;
    int asked_ = 0;
    ValueModel model_;
    QLabel* name_;
    QLabel* facts_;
    QComboBox* as_;
    QPushButton* more_;
    QStackedWidget* stack_;
    QLabel* empty_;
    DataTable* table_;
    QPlainTextEdit* text_;
};

/// `bytes` as lines of offset, hex and text.
QString hexDump(const QByteArray& bytes);

}  // namespace millpond::console
