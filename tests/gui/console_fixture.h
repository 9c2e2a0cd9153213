// SPDX-License-Identifier: Apache-2.0
//
// A real MainWindow over a played daemon, and the small hands that tests drive it with. Settings go
// to a folder of the test's own.
#pragma once

#include <QApplication>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>
#include <memory>

#include "gui/app/language.h"
#include "gui/app/main_window.h"
#include "gui/theme/theme.h"

namespace millpond::console {

/// Before the QApplication: QSettings must not touch the person's own.
inline void useOwnSettings(const QTemporaryDir& folder) {
    QCoreApplication::setOrganizationName(QStringLiteral("millpond-test"));
    QCoreApplication::setApplicationName(QStringLiteral("console"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
}

struct Console {
    explicit Console(std::unique_ptr<Backend> given) : backend(std::move(given)) {
        theme.choose(ThemeChoice::Light);
        language.choose(QStringLiteral("en"));
        window = std::make_unique<MainWindow>(*backend, theme, language);
        window->show();
        backend->start();
    }

    template <class W>
    W* find(const char* name) const {
        return window->findChild<W*>(QLatin1String(name));
    }
    /// The modal dialog that is open, once it is.
    template <class D>
    D* dialog() const {
        D* found = nullptr;
        (void)QTest::qWaitFor(
            [&] {
                return (found = qobject_cast<D*>(QApplication::activeModalWidget())) != nullptr;
            },
            5000);
        return found;
    }
    static void click(QWidget* widget) { QTest::mouseClick(widget, Qt::LeftButton); }

    Theme theme;
    Language language;
    std::unique_ptr<Backend> backend;
    std::unique_ptr<MainWindow> window;
};

}  // namespace millpond::console
