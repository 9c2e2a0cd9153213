// SPDX-License-Identifier: Apache-2.0
//
// Whether the desktop asks for dark windows: the portal's org.freedesktop.appearance color-scheme,
// over D-Bus (Qt 6.4 has no QStyleHints::colorScheme). Without a portal the answer is light. UI
// thread; the question is asked asynchronously, so a desktop that does not answer delays nothing.
#pragma once

#include <QDBusVariant>
#include <QObject>
#include <QString>

namespace millpond::console {

class SystemScheme : public QObject {
    Q_OBJECT

public:
    explicit SystemScheme(QObject* parent = nullptr);
    bool prefersDark() const { return prefersDark_; }

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void onSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void set(bool dark);
    bool prefersDark_ = false;
};

}  // namespace millpond::console
