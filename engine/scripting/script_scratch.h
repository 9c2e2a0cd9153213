// SPDX-License-Identifier: Apache-2.0
//
// What script runs share so that none allocates anew. The exclusive lane.
#pragma once

#include <string>
#include <vector>

#include "engine/server/session.h"
#include "engine/types/object.h"

namespace millpond::engine {

struct ScriptScratch {
    static constexpr std::size_t kBytesKept = 64 << 10;

    explicit ScriptScratch(Server& server) : session(server, 0) { session.scripted = true; }

    Session session;  ///< whose database and protocol the script's commands see
    std::string reply;
    std::string numbers;  ///< the digits of arguments that were numbers
    std::vector<Bytes> arguments;
    long runs = 0;
};

}  // namespace millpond::engine
