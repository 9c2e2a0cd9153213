// SPDX-License-Identifier: Apache-2.0
#include "admin-api/client/location.h"

#include <cstdlib>

namespace millpond::admin {

Environment process_environment() {
    return [](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        if (!value || !*value) return std::nullopt;
        return value;
    };
}

std::string default_state_dir(const Environment& environment) {
    if (auto chosen = environment("MILLPOND_STATE_DIR")) return *chosen;
    if (auto state = environment("XDG_STATE_HOME")) return *state + "/millpond";
    return environment("HOME").value_or("") + "/.local/state/millpond";
}

std::string socket_in(std::string_view state_dir) {
    return std::string(state_dir) + "/admin.sock";
}

}  // namespace millpond::admin
