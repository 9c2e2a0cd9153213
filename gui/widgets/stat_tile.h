// SPDX-License-Identifier: Apache-2.0
//
// One figure of the dashboard: a caption, a big number, a line of words, perhaps a bar or a
// sparkline. UI thread.
#pragma once

#include <QFrame>
#include <QVariantList>

class QLabel;

namespace millpond::console {

class StatTile : public QFrame {
    Q_OBJECT

public:
    explicit StatTile(const QString& caption, QWidget* parent = nullptr);

    void setNumber(const QString& number, const QString& words);
    void setUsage(double used, double limit);
    void setSpark(const QVariantList& line);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString caption_;
    QLabel* number_;
    QLabel* words_;
    double used_ = -1;
    double limit_ = 0;
    QVariantList spark_;
};

}  // namespace millpond::console
