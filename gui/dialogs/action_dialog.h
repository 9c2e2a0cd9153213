// SPDX-License-Identifier: Apache-2.0
//
// What every dialog that changes something has: a title, a body, Cancel and one action, a place for
// the API's objection, and a state of waiting for its answer. Deletes itself when closed. UI
// thread.
#pragma once

#include <QDialog>

#include "gui/api/backend.h"
#include "gui/widgets/form.h"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace millpond::console {

class ActionDialog : public QDialog {
    Q_OBJECT

public:
    ActionDialog(const QString& title, const QString& action, ButtonRole role, QWidget* parent);

    QPushButton* actionButton() const { return action_; }

Q_SIGNALS:
    void started(const schema::Operation& operation);

protected:
    void showEvent(QShowEvent* event) override;
    QVBoxLayout* body() const { return body_; }
    QPushButton* cancelButton() const { return cancel_; }
    virtual void act() = 0;

    void setWaiting(bool waiting);
    void showProblem(const Problem& problem);
    void clearProblem();
    /// Closes on success with started(), shows the problem otherwise.
    Reply<schema::Operation> operationReply();

private:
    QVBoxLayout* body_;
    QLabel* problem_;
    QPushButton* cancel_;
    QPushButton* action_;
};

}  // namespace millpond::console
