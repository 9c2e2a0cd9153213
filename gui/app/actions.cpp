// SPDX-License-Identifier: Apache-2.0
#include "gui/app/actions.h"

#include <QCoreApplication>

#include "gui/app/main_window.h"
#include "gui/models/format.h"

namespace millpond::console {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("millpond::console", text);
}

void addPages(std::vector<PaletteEntry>& entries, MainWindow& window) {
    const struct {
        const char* name;
        const char* icon;
        QString title;
    } pages[] = {{"dashboard", "dashboard", tr("Dashboard")},
                 {"clusters", "cluster", tr("Redis clusters")},
                 {"groups", "security", tr("Security groups")},
                 {"events", "events", tr("Events")},
                 {"operations", "operations", tr("Operations")},
                 {"settings", "settings", tr("Settings")}};
    for (const auto& page : pages)
        entries.push_back(
            {QLatin1String(page.icon), page.title, tr("Page"),
             [&window, name = QString::fromLatin1(page.name)] { window.openPage(name); }});
}

void addClusters(std::vector<PaletteEntry>& entries, MainWindow& window) {
    for (const schema::Cluster& cluster : window.workspace().clusters().rows()) {
        const QString id = text(cluster.id);
        entries.push_back({QStringLiteral("cluster"), id, tr("Cluster"),
                           [&window, id] { window.openCluster(id); }});
        entries.push_back({QStringLiteral("key"), tr("Browse the keys of %1").arg(id), tr("Action"),
                           [&window, id] { window.openCluster(id, QStringLiteral("keys")); }});
        if (cluster.status == "available") {
            entries.push_back(
                {QStringLiteral("edit"), tr("Modify %1").arg(id), tr("Action"),
                 [&window, id] { window.clusterAction(id, QStringLiteral("modify")); }});
            if (cluster.nodes.size() > 1)
                entries.push_back(
                    {QStringLiteral("failover"), tr("Fail over %1").arg(id), tr("Action"),
                     [&window, id] { window.clusterAction(id, QStringLiteral("failover")); }});
            entries.push_back(
                {QStringLiteral("reboot"), tr("Reboot nodes of %1").arg(id), tr("Action"),
                 [&window, id] { window.clusterAction(id, QStringLiteral("reboot")); }});
        }
        if (cluster.status != "deleting")
            entries.push_back(
                {QStringLiteral("delete"), tr("Delete %1").arg(id), tr("Action"),
                 [&window, id] { window.clusterAction(id, QStringLiteral("delete")); }});
        for (const schema::Node& node : cluster.nodes)
            entries.push_back({QStringLiteral("node"), text(node.id), tr("Node"),
                               [&window, id] { window.openCluster(id, QStringLiteral("nodes")); }});
    }
}

}  // namespace

std::vector<PaletteEntry> paletteEntries(MainWindow& window) {
    std::vector<PaletteEntry> entries;
    entries.push_back({QStringLiteral("add"), tr("Create cluster"), tr("Action"),
                       [&window] { window.createCluster(); }});
    entries.push_back({QStringLiteral("add"), tr("Create security group"), tr("Action"),
                       [&window] { window.createGroup(); }});
    addPages(entries, window);
    addClusters(entries, window);
    for (const schema::SecurityGroup& group : window.workspace().groups().rows())
        entries.push_back(
            {QStringLiteral("security"), text(group.name), tr("Security group"),
             [&window, id = text(group.id)] { window.groupAction(id, QStringLiteral("edit")); }});
    entries.push_back({QStringLiteral("sun"), tr("Light theme"), tr("Action"),
                       [&window] { window.setThemeChoice(QStringLiteral("light")); }});
    entries.push_back({QStringLiteral("moon"), tr("Dark theme"), tr("Action"),
                       [&window] { window.setThemeChoice(QStringLiteral("dark")); }});
    entries.push_back({QStringLiteral("globe"), QStringLiteral("English"), tr("Language"),
                       [&window] { window.setLanguageChoice(QStringLiteral("en")); }});
    entries.push_back({QStringLiteral("globe"), QStringLiteral("한국어"), tr("Language"),
                       [&window] { window.setLanguageChoice(QStringLiteral("ko")); }});
    return entries;
}

}  // namespace millpond::console
