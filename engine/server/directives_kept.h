// SPDX-License-Identifier: Apache-2.0
//
// Directives of redis-server 7.0 that have nothing to steer here: they are checked, kept, shown and
// written back as redis-server does, so that its configuration files and the tools that read them
// work. What could mislead is fixed: only the value that is true here can be set.
#pragma once

#include <memory>
#include <vector>

#include "engine/server/directive.h"

namespace millpond::engine {

/// Adds those that nobody else has described.
void add_kept_directives(std::vector<std::unique_ptr<Config::Directive>>& to);

}  // namespace millpond::engine
