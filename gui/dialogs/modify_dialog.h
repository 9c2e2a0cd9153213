// SPDX-License-Identifier: Apache-2.0
//
// Modify a cluster: description, node type, replicas, auto failover, security groups; it shows what
// will change before it is asked for, and sends only that. UI thread.
#pragma once

#include "gui/dialogs/action_dialog.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QSpinBox;

namespace millpond::console {

class GroupPicker;
class Workspace;

class ModifyDialog : public ActionDialog {
    Q_OBJECT

public:
    /// Requires: the workspace knows the cluster.
    ModifyDialog(Workspace& workspace, const std::string& cluster, QWidget* parent = nullptr);

    schema::ModifyCluster change() const;  ///< only what differs
    QStringList changeWords() const;

protected:
    void act() override;

private:
    void refresh();

    Workspace& workspace_;
    schema::Cluster before_;
    QLineEdit* description_;
    QComboBox* node_type_;
    QSpinBox* replicas_;
    QCheckBox* failover_;
    GroupPicker* groups_;
    QLabel* changes_;
};

}  // namespace millpond::console
