// SPDX-License-Identifier: Apache-2.0
//
// Security groups: the table, and the rules of the selected one. UI thread.
#pragma once

#include "gui/pages/page.h"

class QLabel;

namespace millpond::console {

class GroupsPage : public Page {
    Q_OBJECT

public:
    explicit GroupsPage(Workspace& workspace, QWidget* parent = nullptr);

    void create() override { Q_EMIT createGroupRequested(); }
    void removeCurrent() override;
    void copyCurrent() override;
    QLineEdit* filterField() const override { return filter_; }
    void select(const QString& group);

private:
    void refresh();
    QString whyNotDelete();

    DataTable* table_;
    QLineEdit* filter_;
    RuleModel rules_;
    DataTable* rules_table_;
    QLabel* rules_title_;
    QPushButton* edit_;
    QPushButton* delete_;
};

}  // namespace millpond::console
