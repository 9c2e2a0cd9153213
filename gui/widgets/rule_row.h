// SPDX-License-Identifier: Apache-2.0
//
// One row of the inbound rule editor. UI thread.
#pragma once

#include <QWidget>

#include "gui/api/backend.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace millpond::console {

class RuleRow : public QWidget {
    Q_OBJECT

public:
    RuleRow(const schema::InboundRule& rule, const std::vector<schema::SecurityGroup>& groups,
            QWidget* parent = nullptr);

    schema::InboundRule rule() const;  ///< with the id that it came with. Requires: no problem
    QString problem() const;
    const std::string& id() const { return id_; }

Q_SIGNALS:
    void changed();
    void removeRequested();

private:
    void onType();
    void onSource();
    void validate();

    std::string id_;
    QComboBox* type_;
    QComboBox* protocol_;
    QLineEdit* ports_;
    QComboBox* source_;
    QLineEdit* range_;
    QComboBox* group_;
    QLineEdit* description_;
    QLabel* problem_;
};

/// The address that "My IP" stands for: an unbound client on this machine comes from 127.0.0.1.
inline constexpr auto kMyAddress = "127.0.0.1/32";

}  // namespace millpond::console
