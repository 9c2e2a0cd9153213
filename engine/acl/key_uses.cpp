// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/key_uses.h"

#include <algorithm>

#include "engine/commands/dispatch.h"
#include "engine/commands/numbers.h"

namespace millpond::engine::acl {

namespace {

Permissions permissions_of(std::string_view flags) {
    Permissions permissions = 0;
    if (flags.find("ACCESS") != std::string_view::npos) permissions |= kMayRead;
    for (const std::string_view word : {"INSERT", "UPDATE", "DELETE"}) {
        if (flags.find(word) != std::string_view::npos) permissions |= kMayWrite;
    }
    return permissions;
}

/// SET only reads with the option GET.
std::string_view set_flags(std::span<const Bytes> args) {
    const auto options = args.size() > 3 ? args.subspan(3) : std::span<const Bytes>();
    const bool gets = std::ranges::any_of(options, [](Bytes word) { return is_word(word, "get"); });
    return gets ? "RW ACCESS UPDATE" : "OW UPDATE";
}

/// BITFIELD only writes with SET or INCRBY.
std::string_view bitfield_flags(std::span<const Bytes> args) {
    for (std::size_t i = 2; i < args.size();) {
        if (is_word(args[i], "get") && i + 2 < args.size()) {
            i += 3;
        } else if ((is_word(args[i], "set") || is_word(args[i], "incrby")) && i + 3 < args.size()) {
            return "RW ACCESS UPDATE";
        } else if (is_word(args[i], "overflow") && i + 1 < args.size()) {
            i += 2;
        } else {
            return "RW ACCESS UPDATE";
        }
    }
    return "RO ACCESS";
}

}  // namespace

KeyUses::KeyUses(const CommandSpec& spec) {
    if (!spec.find_keys && spec.keys.first == 0) return;
    spec_ = &spec;
    if (spec.name == "set") variable_ = set_flags;
    if (spec.name == "bitfield") variable_ = bitfield_flags;
    std::string_view rest = spec.key_flags;
    if (rest.empty()) rest = spec.flags & kWrite ? "RW" : "RO";
    for (;;) {
        const std::size_t bar = rest.find('|');
        parts_.push_back({rest.substr(0, bar), permissions_of(rest.substr(0, bar))});
        if (bar == std::string_view::npos) break;
        rest.remove_prefix(bar + 1);
    }
}

void KeyUses::find(std::span<const Bytes> args, std::vector<Use>& uses) const {
    if (!spec_) return;
    std::vector<std::uint32_t> indexes;
    if (!Executor::find_keys(*spec_, args, indexes)) return;
    if (variable_) {
        const std::string_view flags = variable_(args);
        for (const std::uint32_t i : indexes) uses.push_back({i, permissions_of(flags), flags});
        return;
    }
    for (std::size_t i = 0; i < indexes.size(); ++i) {
        const Part& part = parts_[std::min(i, parts_.size() - 1)];
        uses.push_back({indexes[i], part.permissions, part.flags});
    }
}

}  // namespace millpond::engine::acl
