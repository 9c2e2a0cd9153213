// SPDX-License-Identifier: Apache-2.0
#include "gui/app/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>

// Q_INIT_RESOURCE must be called outside any namespace; the texts live in a static library.
static void initTranslationResources() {
    Q_INIT_RESOURCE(translations);
}

namespace millpond::console {

Language::Language(QObject* parent) : QObject(parent) {
    initTranslationResources();
}

void Language::choose(const QString& choice) {
    choice_ = choice == QStringLiteral("en") || choice == QStringLiteral("ko")
                  ? choice
                  : QStringLiteral("system");
    const QLocale system = QLocale::system();
    const bool korean = choice_ == QStringLiteral("ko") || (choice_ == QStringLiteral("system") &&
                                                            system.language() == QLocale::Korean);
    QCoreApplication::removeTranslator(&ours_);
    QCoreApplication::removeTranslator(&qts_);
    QLocale::setDefault(choice_ == QStringLiteral("system") ? system
                        : korean ? QLocale(QLocale::Korean, QLocale::SouthKorea)
                                 : QLocale(QLocale::English, QLocale::UnitedStates));
    // English texts are in the source, but for their plurals.
    if (ours_.load(korean ? QStringLiteral(":/translations/millpond_ko.qm")
                          : QStringLiteral(":/translations/millpond_en.qm")))
        QCoreApplication::installTranslator(&ours_);
    if (korean &&
        qts_.load(QStringLiteral("qtbase_ko"), QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(&qts_);
}

}  // namespace millpond::console
