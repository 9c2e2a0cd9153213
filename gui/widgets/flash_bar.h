// SPDX-License-Identifier: Apache-2.0
//
// What came of what one did, under the top bar. Errors and warnings stay until dismissed; good news
// goes by itself and gives way to newer good news. At most kMessages are kept, the newest on top.
// UI thread.
#pragma once

#include <QWidget>

class QVBoxLayout;

namespace millpond::console {

class FlashBar : public QWidget {
    Q_OBJECT

public:
    enum class Kind { Success, Info, Warning, Error };
    static constexpr int kMessages = 4;
    static constexpr int kGoodNewsMs = 12'000;

    explicit FlashBar(QWidget* parent = nullptr);

    void show(Kind kind, const QString& title, const QString& detail = {});
    void dismissAll();
    QStringList messages() const;  ///< newest first

private:
    QVBoxLayout* layout_;
};

}  // namespace millpond::console
