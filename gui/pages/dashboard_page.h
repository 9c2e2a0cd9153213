// SPDX-License-Identifier: Apache-2.0
//
// The dashboard: clusters by status, memory, operations, hit rate, failovers, what needs attention,
// what happened last. UI thread.
#pragma once

#include "gui/pages/page.h"

class QLabel;

namespace millpond::console {

class StatTile;

class DashboardPage : public Page {
    Q_OBJECT

public:
    explicit DashboardPage(Workspace& workspace, QWidget* parent = nullptr);
    void create() override { Q_EMIT createClusterRequested(); }

private:
    void refresh();
    void refreshAlarms();
    QWidget* makeAttentionCard();
    QWidget* makeClustersCard();
    QWidget* makeEventsCard();

    StatTile* clusters_;
    StatTile* memory_;
    StatTile* ops_;
    StatTile* hits_;
    StatTile* failovers_;
    QVBoxLayout* alarms_;
    QString alarms_shown_;
    QVariantList ops_line_;
};

}  // namespace millpond::console
