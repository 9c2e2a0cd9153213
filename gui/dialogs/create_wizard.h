// SPDX-License-Identifier: Apache-2.0
//
// The Create wizard: engine and name, nodes, network, tags, review. Fields are checked as one
// types, and by the API when the button is pressed; its objection leads back to the step at fault.
// UI thread.
#pragma once

#include <QDialog>

#include "gui/api/backend.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QVBoxLayout;

namespace millpond::console {

class Field;
class GroupPicker;
class TagEditor;
class Workspace;

class CreateWizard : public QDialog {
    Q_OBJECT

public:
    enum Step { Engine, Nodes, Network, Tags, Review, StepCount };

    CreateWizard(Workspace& workspace, QWidget* parent = nullptr);

    schema::CreateCluster request() const;
    /// What keeps the step from being left, or an empty string.
    QString problemOf(Step step) const;
    Step step() const;
    void goTo(Step step);

Q_SIGNALS:
    void started(const schema::Operation& operation);

private:
    QWidget* makeEngineStep();
    QWidget* makeNodesStep();
    QWidget* makeNetworkStep();
    QWidget* makeTagsStep();
    QWidget* makeReviewStep();
    void addStep(const QString& title, QWidget* page);
    void validate();
    void fillReview();
    void next();
    void create();
    void refuse(const Problem& problem);
    std::string vpc() const;

    Workspace& workspace_;
    QListWidget* steps_;
    QStackedWidget* pages_;
    QPushButton* back_;
    QPushButton* next_;
    QLabel* problem_;

    QLineEdit* name_;
    Field* name_field_;
    QLineEdit* description_;
    Field* description_field_;
    QComboBox* node_type_;
    QSpinBox* replicas_;
    QSpinBox* port_;
    QCheckBox* failover_;
    QLabel* total_;
    QComboBox* vpc_;
    QLabel* vpc_range_;
    GroupPicker* groups_;
    TagEditor* tags_;
    QVBoxLayout* review_;
    QPlainTextEdit* command_;
    bool typed_name_ = false;
};

}  // namespace millpond::console
