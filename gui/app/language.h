// SPDX-License-Identifier: Apache-2.0
//
// The language of the console, switched at run time: our own texts and Qt's. Owned by `main`; UI
// thread.
#pragma once

#include <QObject>
#include <QTranslator>

namespace millpond::console {

class Language : public QObject {
    Q_OBJECT

public:
    explicit Language(QObject* parent = nullptr);

    /// system, en or ko; anything else counts as system.
    QString choice() const { return choice_; }
    void choose(const QString& choice);

private:
    QString choice_ = QStringLiteral("system");
    QTranslator ours_;
    QTranslator qts_;
};

}  // namespace millpond::console
