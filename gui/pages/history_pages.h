// SPDX-License-Identifier: Apache-2.0
//
// The pages Events and Operations. UI thread.
#pragma once

#include "gui/pages/page.h"

class QLabel;

namespace millpond::console {

class StepList;

class EventsPage : public Page {
    Q_OBJECT

public:
    explicit EventsPage(Workspace& workspace, QWidget* parent = nullptr);
    QLineEdit* filterField() const override { return filter_; }
    void copyCurrent() override;

private:
    DataTable* table_;
    QLineEdit* filter_;
};

class OperationsPage : public Page {
    Q_OBJECT

public:
    explicit OperationsPage(Workspace& workspace, QWidget* parent = nullptr);
    QLineEdit* filterField() const override { return filter_; }
    void copyCurrent() override;

private:
    void refresh();

    DataTable* table_;
    QLineEdit* filter_;
    QLabel* title_;
    QLabel* result_;
    StepList* steps_;
};

}  // namespace millpond::console
