// SPDX-License-Identifier: Apache-2.0
//
// A check list of security groups, each with what it lets in. UI thread.
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "gui/api/backend.h"

class QVBoxLayout;

namespace millpond::console {

class GroupPicker : public QWidget {
    Q_OBJECT

public:
    explicit GroupPicker(QWidget* parent = nullptr);

    /// Offers the groups of `vpc`; those already ticked stay so.
    void setGroups(const std::vector<schema::SecurityGroup>& groups, const std::string& vpc);
    void setChosen(const std::vector<std::string>& ids);
    std::vector<std::string> chosen() const;

Q_SIGNALS:
    void changed();

private:
    QVBoxLayout* rows_;
};

}  // namespace millpond::console
