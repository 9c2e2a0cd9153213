// SPDX-License-Identifier: Apache-2.0
//
// millpond-console: composes the backend, the theme, the language and the window.
#include <QApplication>
#include <QCommandLineParser>
#include <QFile>
#include <QSettings>
#include <QTemporaryDir>
#include <QTextStream>
#include <QTimer>
#include <QUrl>
#include <memory>

#include "admin-api/client/client.h"
#include "admin-api/client/location.h"
#include "gui/api/client_backend.h"
#include "gui/app/language.h"
#include "gui/app/main_window.h"
#include "gui/app/screenshots.h"
#include "gui/demo/demo_backend.h"
#include "gui/theme/theme.h"

using namespace millpond;
using namespace millpond::console;

namespace {

constexpr int kUsage = 2;
constexpr int kDefaultPort = 4566;

int refuse(const QString& why) {
    QTextStream(stderr) << "millpond-console: " << why << '\n';
    return kUsage;
}

void addOptions(QCommandLineParser& parser) {
    parser.setApplicationDescription(QStringLiteral("The desktop console of Millpond."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption(
        {QStringLiteral("socket"),
         QStringLiteral(
             "The admin API's unix socket (default: $XDG_STATE_HOME/millpond/admin.sock)."),
         QStringLiteral("path")});
    parser.addOption(
        {QStringLiteral("url"),
         QStringLiteral("The admin API's TCP listener instead, for example http://127.0.0.1:4566."),
         QStringLiteral("url")});
    parser.addOption({QStringLiteral("token-file"),
                      QStringLiteral("The file with the bearer token for --url."),
                      QStringLiteral("path")});
    parser.addOption({QStringLiteral("theme"), QStringLiteral("system, light or dark."),
                      QStringLiteral("theme")});
    parser.addOption({QStringLiteral("language"), QStringLiteral("system, en or ko."),
                      QStringLiteral("language")});
    parser.addOption({QStringLiteral("demo"),
                      QStringLiteral("Play with clusters that exist only in this window.")});
    parser.addOption(
        {QStringLiteral("screenshots"),
         QStringLiteral("Write a picture of every page of the demo into the folder, and exit."),
         QStringLiteral("folder")});
}

/// Fills `options` and `target`; returns what is wrong with the command line, or an empty string.
QString whereTo(const QCommandLineParser& parser, admin::ClientOptions& options, QString& target) {
    options.program = "millpond-console/" MILLPOND_VERSION;
    if (!parser.isSet(QStringLiteral("url"))) {
        options.socket_path =
            parser.isSet(QStringLiteral("socket"))
                ? parser.value(QStringLiteral("socket")).toStdString()
                : admin::socket_in(admin::default_state_dir(admin::process_environment()));
        target = QString::fromStdString(options.socket_path);
        return {};
    }
    const QUrl url(parser.value(QStringLiteral("url")), QUrl::StrictMode);
    if (!url.isValid() || url.scheme() != QStringLiteral("http") || url.host().isEmpty())
        return QStringLiteral("--url must look like http://127.0.0.1:4566");
    options.host = url.host().toStdString();
    options.port = std::uint16_t(url.port(kDefaultPort));
    target = url.toString();
    if (!parser.isSet(QStringLiteral("token-file")))
        return QStringLiteral("--url needs --token-file: the TCP listener asks for a token");
    QFile file(parser.value(QStringLiteral("token-file")));
    if (!file.open(QIODevice::ReadOnly))
        return QStringLiteral("%1: %2").arg(file.fileName(), file.errorString());
    options.token = file.readAll().trimmed().toStdString();
    return options.token.empty() ? file.fileName() + QStringLiteral(" is empty") : QString();
}

}  // namespace

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("millpond"));
    QApplication::setApplicationName(QStringLiteral("console"));
    QApplication::setApplicationVersion(QStringLiteral(MILLPOND_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("millpond-console"));
    QCommandLineParser parser;
    addOptions(parser);
    parser.process(app);

    // Pictures are taken of a console without a past, and leave none.
    const bool pictures = parser.isSet(QStringLiteral("screenshots"));
    QTemporaryDir scratch;
    if (pictures) {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, scratch.path());
    }

    admin::ClientOptions options;
    QString target;
    std::unique_ptr<Backend> backend;
    if (pictures || parser.isSet(QStringLiteral("demo"))) {
        backend = std::make_unique<DemoBackend>();
    } else {
        if (const QString wrong = whereTo(parser, options, target); !wrong.isEmpty())
            return refuse(wrong);
        backend = std::make_unique<ClientBackend>(options, target);
    }

    Theme theme;
    Language language;
    const QSettings settings;
    const auto chosen = [&](const QString& name) {
        return parser.isSet(name) ? parser.value(name) : settings.value(name).toString();
    };
    theme.choose(themeChoiceOf(chosen(QStringLiteral("theme"))));
    language.choose(chosen(QStringLiteral("language")));

    MainWindow window(*backend, theme, language);
    backend->start();
    if (pictures) {
        const QString wrong = takeScreenshots(window, parser.value(QStringLiteral("screenshots")));
        return wrong.isEmpty() ? 0 : refuse(wrong);
    }
    window.show();
    return QApplication::exec();
}
