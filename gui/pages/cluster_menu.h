// SPDX-License-Identifier: Apache-2.0
//
// The actions on a cluster, as a menu: the same on the table and on the cluster's own page. UI
// thread.
#pragma once

#include <QList>
#include <QString>
#include <functional>

#include "gui/api/backend.h"

class QAction;
class QMenu;

namespace millpond::console {

QList<QAction*> fillClusterMenu(QMenu* menu, const std::function<void(const QString& action)>& run);
/// Enables what can be done to `cluster` now (nullptr: nothing) and says why not of the rest.
void updateClusterMenu(const QList<QAction*>& actions, const schema::Cluster* cluster);

}  // namespace millpond::console
