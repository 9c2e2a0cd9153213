// SPDX-License-Identifier: Apache-2.0
//
// The nodes of a cluster, each with Promote and Reboot. UI thread.
#pragma once

#include "gui/models/node_model.h"
#include "gui/pages/cluster_tab.h"

class QPushButton;

namespace millpond::console {

class DataTable;

class NodesTab : public ClusterTab {
    Q_OBJECT

public:
    explicit NodesTab(Workspace& workspace, QWidget* parent = nullptr);
    QLineEdit* filterField() const override { return filter_; }

protected:
    void refresh() override;
    void refreshLive() override { model_.refreshLive(); }

private:
    void refreshActions();

    NodeModel model_;
    DataTable* table_;
    QLineEdit* filter_;
    QPushButton* promote_;
    QPushButton* reboot_;
};

}  // namespace millpond::console
