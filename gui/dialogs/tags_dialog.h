// SPDX-License-Identifier: Apache-2.0
//
// The tags of a cluster. UI thread.
#pragma once

#include "gui/dialogs/action_dialog.h"

namespace millpond::console {

class TagEditor;
class Workspace;

class TagsDialog : public ActionDialog {
    Q_OBJECT

public:
    /// Requires: the workspace knows the cluster.
    TagsDialog(Workspace& workspace, const std::string& cluster, QWidget* parent = nullptr);

protected:
    void act() override;

private:
    Workspace& workspace_;
    std::string cluster_;
    TagEditor* tags_;
};

}  // namespace millpond::console
