// SPDX-License-Identifier: Apache-2.0
//
// Rows of key and value. UI thread.
#pragma once

#include <QWidget>

#include "gui/api/backend.h"

class QVBoxLayout;

namespace millpond::console {

class TagEditor : public QWidget {
    Q_OBJECT

public:
    static constexpr int kTagsMax = 50;  ///< AWS's limit

    explicit TagEditor(QWidget* parent = nullptr);
    void setTags(const std::vector<schema::Tag>& tags);
    std::vector<schema::Tag> tags() const;  ///< rows with an empty key are left out
    QString problem() const;                ///< empty when the tags can be sent

Q_SIGNALS:
    void changed();

private:
    void addRow(const QString& key, const QString& value);
    QVBoxLayout* rows_;
};

}  // namespace millpond::console
