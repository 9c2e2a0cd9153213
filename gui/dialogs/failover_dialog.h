// SPDX-License-Identifier: Apache-2.0
//
// Fail the primary over: which replica takes its place, then the phases as they happen, and at the
// end what it took: milliseconds without writes, bytes lost. A cluster tagged production asks for
// its name. UI thread.
#pragma once

#include "gui/dialogs/action_dialog.h"

class QComboBox;
class QLineEdit;

namespace millpond::console {

class StepList;
class Workspace;

class FailoverDialog : public ActionDialog {
    Q_OBJECT

public:
    /// Requires: the workspace knows the cluster. `node`: the replica to promote, or empty.
    FailoverDialog(Workspace& workspace, const std::string& cluster, const std::string& node = {},
                   QWidget* parent = nullptr);

    QString outcome() const;

protected:
    void act() override;

private:
    void refresh();
    void follow();

    Workspace& workspace_;
    std::string cluster_;
    std::string operation_;  ///< empty until it has begun
    QComboBox* target_;
    QLineEdit* name_ = nullptr;
    QWidget* before_;
    QWidget* during_;
    StepList* steps_;
    QLabel* outcome_;
    QLabel* outcome_more_;
};

bool isProduction(const schema::Cluster& cluster);

}  // namespace millpond::console
