// SPDX-License-Identifier: Apache-2.0
//
// The bar on top: the product, search, the connection, the region. UI thread.
#pragma once

#include <QWidget>

#include "gui/api/backend.h"

class QPushButton;

namespace millpond::console {

class TopBar : public QWidget {
    Q_OBJECT

public:
    explicit TopBar(QWidget* parent = nullptr);

    void setLink(const Link& link);
    void setInfo(const schema::DaemonInfo& info);

Q_SIGNALS:
    void searchRequested();
    void connectionClicked();
    void themeToggled();
    void helpRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QPushButton* connection_;
    QPushButton* region_;
};

}  // namespace millpond::console
