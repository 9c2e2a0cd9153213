// SPDX-License-Identifier: Apache-2.0
#include "gui/dialogs/node_type_box.h"

#include <QComboBox>
#include <QCoreApplication>

#include "gui/models/format.h"

namespace millpond::console {

QComboBox* makeNodeTypeBox(const std::vector<schema::NodeType>& types) {
    auto* box = new QComboBox;
    for (const schema::NodeType& type : types) {
        box->addItem(QCoreApplication::translate("NodeTypeBox", "%1 - %2 of memory")
                         .arg(text(type.name), formatBytes(double(type.max_memory))),
                     text(type.name));
        box->setItemData(box->count() - 1, qlonglong(type.max_memory), Qt::UserRole + 1);
    }
    return box;
}

std::int64_t memoryOf(const QComboBox* box) {
    return box->currentData(Qt::UserRole + 1).toLongLong();
}

}  // namespace millpond::console
