// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/restricted.h"

namespace millpond::engine {

std::span<const std::string_view> restricted_commands() {
    static constexpr std::string_view kNames[] = {
        "acl|deluser", "acl|load", "acl|save", "acl|setuser", "bgrewriteaof", "bgsave",
        "config",      "debug",    "failover", "migrate",     "psync",        "replconf",
        "replicaof",   "save",     "shutdown", "slaveof",     "sync",
    };
    return kNames;
}

}  // namespace millpond::engine
