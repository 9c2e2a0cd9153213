// SPDX-License-Identifier: Apache-2.0
//
// The steps of an operation as they happen: one line each, with its state as icon and word. UI
// thread.
#pragma once

#include <QWidget>

#include "gui/api/backend.h"

class QVBoxLayout;

namespace millpond::console {

class StepList : public QWidget {
    Q_OBJECT

public:
    explicit StepList(QWidget* parent = nullptr);
    void show(const std::vector<schema::OperationStep>& steps);

private:
    QVBoxLayout* layout_;
};

/// Phases of a failover in the person's language; other steps as the API words them.
QString stepName(const std::string& name);

}  // namespace millpond::console
