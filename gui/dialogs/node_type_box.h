// SPDX-License-Identifier: Apache-2.0
//
// The choice of a node type, with the memory that it stands for. UI thread.
#pragma once

#include <vector>

#include "gui/api/backend.h"

class QComboBox;

namespace millpond::console {

QComboBox* makeNodeTypeBox(const std::vector<schema::NodeType>& types);
std::int64_t memoryOf(const QComboBox* box);  ///< of the chosen type, in bytes

}  // namespace millpond::console
