// SPDX-License-Identifier: Apache-2.0
//
// Which arguments of a command are keys. By itself, since access control asks it too.
#include "engine/commands/dispatch.h"

namespace millpond::engine {

bool Executor::find_keys(const CommandSpec& spec, std::span<const Bytes> args,
                         std::vector<std::uint32_t>& indexes) {
    if (spec.find_keys) return spec.find_keys(args, indexes);
    // Shard channels go where keys of their name would, but are none.
    if (spec.keys.first == 0 || spec.key_flags == "not_key") return true;
    const auto argc = static_cast<int>(args.size());
    const int last = spec.keys.last < 0 ? argc + spec.keys.last : spec.keys.last;
    for (int i = spec.keys.first; i <= last && i < argc; i += spec.keys.step) {
        indexes.push_back(static_cast<std::uint32_t>(i));
    }
    return true;
}

}  // namespace millpond::engine
