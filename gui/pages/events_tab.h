// SPDX-License-Identifier: Apache-2.0
//
// The events of one cluster and its nodes. UI thread.
#pragma once

#include "gui/pages/cluster_tab.h"

namespace millpond::console {

class DataTable;

class EventsTab : public ClusterTab {
    Q_OBJECT

public:
    explicit EventsTab(Workspace& workspace, QWidget* parent = nullptr);
    QLineEdit* filterField() const override { return filter_; }

protected:
    void onCluster() override;
    void refresh() override;

private:
    void fill(const std::vector<schema::Event>& events, bool reset);

    EventModel model_;
    DataTable* table_;
    QLineEdit* filter_;
};

}  // namespace millpond::console
