// SPDX-License-Identifier: Apache-2.0
//
// A control of a form with its label above, a hint below, and a place for what is wrong with it. UI
// thread.
#pragma once

#include <QWidget>

class QLabel;

namespace millpond::console {

class Field : public QWidget {
    Q_OBJECT

public:
    /// Takes over `control` and names it after `caption` for a screen reader.
    Field(const QString& caption, QWidget* control, const QString& hint = {},
          QWidget* parent = nullptr);

    void setProblem(const QString& problem);  ///< empty: all is well
    QString problem() const { return problem_text_; }
    void setHint(const QString& hint);

private:
    QWidget* control_;
    QLabel* hint_;
    QLabel* problem_;
    QString problem_text_;
};

}  // namespace millpond::console
