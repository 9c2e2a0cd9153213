// SPDX-License-Identifier: Apache-2.0
//
// A value that one wants elsewhere (an endpoint, an id), with a button that copies it. UI thread.
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace millpond::console {

class CopyLabel : public QWidget {
    Q_OBJECT

public:
    /// `what` names the value to a screen reader and in the confirmation: "Primary endpoint".
    explicit CopyLabel(const QString& what, QWidget* parent = nullptr);

    void setValue(const QString& value);
    QString value() const { return value_; }
    void copy();

Q_SIGNALS:
    void copied(const QString& what);

private:
    QString what_;
    QString value_;
    QLabel* text_;
    QToolButton* button_;
};

}  // namespace millpond::console
