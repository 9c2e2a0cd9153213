// SPDX-License-Identifier: Apache-2.0
#include "gui/pages/cluster_menu.h"

#include <QAction>
#include <QCoreApplication>
#include <QMenu>

#include "gui/pages/page.h"
#include "gui/theme/icons.h"

namespace millpond::console {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("millpond::console", text);
}

QString whyNot(const QString& action, const schema::Cluster* cluster) {
    if (action == QStringLiteral("failover")) return whyNotFailover(cluster);
    if (action == QStringLiteral("delete")) return whyNotDelete(cluster);
    if (action == QStringLiteral("tags")) return cluster ? QString() : whyNotModify(cluster);
    return whyNotModify(cluster);
}

}  // namespace

QList<QAction*> fillClusterMenu(QMenu* menu, const std::function<void(const QString&)>& run) {
    menu->setToolTipsVisible(true);
    struct Entry {
        const char* name;
        const char* icon;
        QString title;
    };
    const Entry entries[] = {{"modify", "edit", tr("Modify...")},
                             {"failover", "failover", tr("Failover primary...")},
                             {"reboot", "reboot", tr("Reboot nodes...")},
                             {"tags", "tag", tr("Manage tags...")},
                             {"delete", "delete", tr("Delete...")}};
    QList<QAction*> actions;
    for (const Entry& entry : entries) {
        const QString name = QLatin1String(entry.name);
        if (name == QStringLiteral("delete")) menu->addSeparator();
        QAction* action = menu->addAction(icon(QLatin1String(entry.icon)), entry.title);
        action->setObjectName(QStringLiteral("action-") + name);
        action->setData(name);
        QObject::connect(action, &QAction::triggered, menu, [run, name] { run(name); });
        actions.append(action);
    }
    return actions;
}

void updateClusterMenu(const QList<QAction*>& actions, const schema::Cluster* cluster) {
    for (QAction* action : actions) {
        const QString why = whyNot(action->data().toString(), cluster);
        action->setEnabled(why.isEmpty());
        action->setToolTip(why.isEmpty() ? action->text() : why);
    }
}

}  // namespace millpond::console
