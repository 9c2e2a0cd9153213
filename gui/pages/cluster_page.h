// SPDX-License-Identifier: Apache-2.0
//
// One cluster: its title, its state, its actions, and the tabs. UI thread.
#pragma once

#include "gui/pages/page.h"

class QAction;
class QLabel;
class QTabWidget;

namespace millpond::console {

class ClusterTab;
class StatusLabel;

class ClusterPage : public Page {
    Q_OBJECT

public:
    explicit ClusterPage(Workspace& workspace, QWidget* parent = nullptr);

    void show(const QString& cluster, const QString& tab = {});
    QString cluster() const { return QString::fromStdString(cluster_); }
    QString tab() const;
    QTabWidget* tabs() const { return tabs_; }

    void create() override { Q_EMIT createClusterRequested(); }
    void removeCurrent() override;
    void copyCurrent() override;
    QLineEdit* filterField() const override;

private:
    void addTab(ClusterTab* tab, const QString& name, const QString& title);
    void refresh();

    std::string cluster_;
    QLabel* name_;
    QLabel* description_;
    StatusLabel* status_;
    QTabWidget* tabs_;
    QPushButton* modify_;
    QPushButton* failover_;
    QPushButton* actions_;
    QList<QAction*> menu_;
};

}  // namespace millpond::console
