// SPDX-License-Identifier: Apache-2.0
//
// Overview: endpoints to copy, the topology drawing, what the cluster is, its tags. UI thread.
#pragma once

#include "gui/pages/cluster_tab.h"

class QGridLayout;
class QLabel;

namespace millpond::console {

class CopyLabel;
class Topology;

class OverviewTab : public ClusterTab {
    Q_OBJECT

public:
    explicit OverviewTab(Workspace& workspace, QWidget* parent = nullptr);

protected:
    void refresh() override;
    void refreshLive() override;

private:
    void addFact(QGridLayout* grid, const QString& caption, QWidget* value, int row, int column);

    CopyLabel* primary_;
    CopyLabel* reader_;
    CopyLabel* arn_;
    QLabel* engine_;
    QLabel* type_;
    QLabel* memory_;
    QLabel* mode_;
    QLabel* failover_;
    QLabel* durability_;
    QLabel* created_;
    QLabel* pending_;
    QLabel* tags_;
    Topology* topology_;
};

}  // namespace millpond::console
