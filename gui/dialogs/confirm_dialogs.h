// SPDX-License-Identifier: Apache-2.0
//
// Reboot (choose the nodes), delete a cluster (type its name), delete a security group. UI thread.
#pragma once

#include "gui/dialogs/action_dialog.h"

class QCheckBox;
class QLineEdit;

namespace millpond::console {

class Workspace;

class RebootDialog : public ActionDialog {
    Q_OBJECT

public:
    /// Requires: the workspace knows the cluster. `node` is ticked; empty: none.
    RebootDialog(Workspace& workspace, const std::string& cluster, const std::string& node = {},
                 QWidget* parent = nullptr);

protected:
    void act() override;

private:
    std::vector<std::string> chosen() const;
    void refresh();

    Workspace& workspace_;
    std::string cluster_;
    std::vector<QCheckBox*> nodes_;
};

class DeleteClusterDialog : public ActionDialog {
    Q_OBJECT

public:
    DeleteClusterDialog(Workspace& workspace, const std::string& cluster,
                        QWidget* parent = nullptr);

protected:
    void act() override;

private:
    Workspace& workspace_;
    std::string cluster_;
    QLineEdit* name_;
};

class DeleteGroupDialog : public ActionDialog {
    Q_OBJECT

public:
    /// Requires: the workspace knows the group.
    DeleteGroupDialog(Workspace& workspace, const std::string& group, QWidget* parent = nullptr);

Q_SIGNALS:
    void deleted(const QString& name);

protected:
    void act() override;

private:
    Workspace& workspace_;
    std::string group_;
};

}  // namespace millpond::console
