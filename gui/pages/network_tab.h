// SPDX-License-Identifier: Apache-2.0
//
// Network and security of a cluster: where it listens, the rules that let clients in, who was
// accepted and who was refused (with "Allow this source"), and whether an address would get in. The
// API has no event for connections, so the list is read again every two seconds while it is seen.
// UI thread.
#pragma once

#include <QTimer>

#include "gui/models/network_models.h"
#include "gui/pages/cluster_tab.h"

class QLabel;
class QPushButton;

namespace millpond::console {

class DataTable;
class StatusLabel;

class NetworkTab : public ClusterTab {
    Q_OBJECT

public:
    static constexpr int kReadAgainMs = 2000;

    explicit NetworkTab(Workspace& workspace, QWidget* parent = nullptr);
    QLineEdit* filterField() const override { return filter_; }

protected:
    void onCluster() override;
    void refresh() override;

private:
    QWidget* makeRulesCard();
    QWidget* makeSourcesCard();
    QWidget* makeReachabilityCard();
    void readSources();
    void refreshActions();
    void test();

    RuleModel rules_;
    SourceModel sources_;
    QTimer again_;
    QLabel* where_;
    DataTable* rules_table_;
    DataTable* sources_table_;
    QLineEdit* filter_;
    QPushButton* allow_;
    QLineEdit* address_;
    StatusLabel* verdict_;
    QLabel* reason_;
};

}  // namespace millpond::console
