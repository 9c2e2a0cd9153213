// SPDX-License-Identifier: Apache-2.0
#include "gui/app/screenshots.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QLineEdit>
#include <algorithm>

#include "gui/app/main_window.h"
#include "gui/dialogs/create_wizard.h"
#include "gui/models/format.h"
#include "gui/widgets/data_table.h"

namespace millpond::console {
namespace {

constexpr int kSettleMs = 250;

void settle() {
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < kSettleMs) QApplication::processEvents(QEventLoop::AllEvents, 20);
}

class Album {
public:
    Album(MainWindow& window, QString folder, QString suffix)
        : window_(window), folder_(std::move(folder)), suffix_(std::move(suffix)) {}

    void take(QWidget* widget, const QString& name) {
        settle();
        if (!widget->grab().save(QStringLiteral("%1/%2-%3.png").arg(folder_, name, suffix_)))
            problem_ = QStringLiteral("could not write into ") + folder_;
    }
    void page(const QString& name) {
        window_.openPage(name);
        for (DataTable* table : window_.findChildren<DataTable*>())
            if (table->isVisible() && table->objectName() != QStringLiteral("dashboard-clusters"))
                table->selectRow(0);
        take(&window_, name);
    }
    template <class Open>
    void dialog(const QString& name, Open open) {
        open();
        settle();
        if (QWidget* shown = QApplication::activeModalWidget()) {
            take(shown, name);
            shown->close();
        } else {
            problem_ = name + QStringLiteral(" did not open");
        }
        settle();
    }
    const QString& problem() const { return problem_; }

private:
    MainWindow& window_;
    QString folder_;
    QString suffix_;
    QString problem_;
};

void fillWizard(CreateWizard* wizard, CreateWizard::Step step) {
    wizard->findChild<QLineEdit*>(QStringLiteral("wizard-name"))->setText(QStringLiteral("carts"));
    wizard->goTo(step);
}

}  // namespace

QString takeScreenshots(MainWindow& window, const QString& folder) {
    if (!QDir().mkpath(folder)) return QStringLiteral("could not make the folder ") + folder;
    window.show();
    settle();
    QString problem;
    for (const QString& language : {QStringLiteral("en"), QStringLiteral("ko")}) {
        window.setLanguageChoice(language);
        for (const QString& theme : {QStringLiteral("light"), QStringLiteral("dark")}) {
            window.setThemeChoice(theme);
            Album album(window, folder, theme + QLatin1Char('-') + language);
            for (const char* page :
                 {"dashboard", "clusters", "groups", "events", "operations", "settings"})
                album.page(QLatin1String(page));
            const QString cluster = text(window.workspace().clusters().rows().front().id);
            for (const char* tab : {"overview", "nodes", "metrics", "keys", "network", "events"}) {
                window.openCluster(cluster, QLatin1String(tab));
                settle();
                for (DataTable* table : window.findChildren<DataTable*>())
                    if (table->isVisible()) table->selectRow(0);
                album.take(&window, QStringLiteral("cluster-") + QLatin1String(tab));
            }
            for (const int step : {CreateWizard::Engine, CreateWizard::Nodes, CreateWizard::Network,
                                   CreateWizard::Review})
                album.dialog(QStringLiteral("create-%1").arg(step + 1), [&] {
                    window.createCluster();
                    fillWizard(window.findChild<CreateWizard*>(), CreateWizard::Step(step));
                });
            for (const char* action : {"modify", "failover", "reboot", "delete", "tags"})
                album.dialog(QLatin1String(action),
                             [&] { window.clusterAction(cluster, QLatin1String(action)); });
            const auto& groups = window.workspace().groups().rows();
            const auto richest = std::ranges::max_element(
                groups, {}, [](const auto& group) { return group.inbound.size(); });
            album.dialog(QStringLiteral("rules"),
                         [&] { window.groupAction(text(richest->id), QStringLiteral("edit")); });
            album.dialog(QStringLiteral("create-group"), [&] { window.createGroup(); });
            album.dialog(QStringLiteral("palette"), [&] { window.showPalette(); });
            if (!album.problem().isEmpty()) problem = album.problem();
        }
    }
    return problem;
}

}  // namespace millpond::console
