// SPDX-License-Identifier: Apache-2.0
//
// Create a security group with its rules, edit the rules of one, and let in a source that was
// refused. UI thread.
#pragma once

#include "gui/dialogs/action_dialog.h"

class QComboBox;
class QLineEdit;

namespace millpond::console {

class Field;
class RuleEditor;
class Workspace;

/// Creates a group (`group` empty) or edits the rules of one.
class GroupDialog : public ActionDialog {
    Q_OBJECT

public:
    explicit GroupDialog(Workspace& workspace, const std::string& group = {},
                         QWidget* parent = nullptr);

    RuleEditor* rules() const { return rules_; }

Q_SIGNALS:
    void saved(const schema::SecurityGroup& group);

protected:
    void act() override;

private:
    void refresh();
    /// Adds first, then removes one by one: a rule that is edited never leaves a moment without it.
    void save(const schema::SecurityGroup& group, std::vector<schema::NewInboundRule> added,
              std::vector<std::string> removed);

    Workspace& workspace_;
    std::string group_;
    QLineEdit* name_ = nullptr;
    Field* name_field_ = nullptr;
    QLineEdit* description_ = nullptr;
    RuleEditor* rules_;
    QLabel* rule_problem_;
    bool typed_ = false;
};

/// "Allow this source": adds a rule for one address to one of the cluster's groups.
class AllowSourceDialog : public ActionDialog {
    Q_OBJECT

public:
    /// Requires: the workspace knows the cluster.
    AllowSourceDialog(Workspace& workspace, const std::string& cluster, const QString& address,
                      QWidget* parent = nullptr);

Q_SIGNALS:
    void allowed(const QString& address, const QString& group);

protected:
    void act() override;

private:
    Workspace& workspace_;
    schema::Cluster cluster_;
    QString address_;
    QComboBox* group_;
    QLineEdit* description_;
};

}  // namespace millpond::console
