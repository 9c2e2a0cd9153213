// SPDX-License-Identifier: Apache-2.0
//
// The live table of Redis clusters. UI thread.
#pragma once

#include "gui/pages/page.h"

class QAction;
class QPushButton;

namespace millpond::console {

class ClustersPage : public Page {
    Q_OBJECT

public:
    explicit ClustersPage(Workspace& workspace, QWidget* parent = nullptr);

    void create() override { Q_EMIT createClusterRequested(); }
    void removeCurrent() override;
    void copyCurrent() override;
    QLineEdit* filterField() const override { return filter_; }
    DataTable* table() const { return table_; }

private:
    void refreshActions();

    DataTable* table_;
    QLineEdit* filter_;
    QPushButton* open_;
    QPushButton* actions_;
    QList<QAction*> menu_;
};

}  // namespace millpond::console
