// SPDX-License-Identifier: Apache-2.0
#include "gui/api/backend.h"

namespace millpond::console {

void Backend::setLink(Link link) {
    link_ = std::move(link);
    Q_EMIT linkChanged();
}

}  // namespace millpond::console
