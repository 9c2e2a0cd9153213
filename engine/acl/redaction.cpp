// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/redaction.h"

#include "engine/commands/numbers.h"

namespace millpond::engine::acl {

namespace {

void hide(std::vector<Bytes>& shown, std::size_t from, std::size_t end) {
    for (std::size_t i = from; i < end && i < shown.size(); ++i) shown[i] = kRedacted;
}

/// What stands behind a word, so many arguments of it.
void hide_behind(std::vector<Bytes>& shown, std::size_t from, std::string_view word,
                 std::size_t count) {
    for (std::size_t i = from; i < shown.size(); ++i) {
        if (is_word(shown[i], word)) hide(shown, i + 1, i + 1 + count);
    }
}

}  // namespace

bool redact(const CommandSpec& spec, std::span<const Bytes> args, std::vector<Bytes>& shown) {
    const bool config = spec.name == "config|set", migrate = spec.name == "migrate";
    const bool auth = spec.name == "auth", hello = spec.name == "hello";
    if (!auth && !hello && !config && !migrate && spec.name != "acl|setuser") return false;
    shown.assign(args.begin(), args.end());
    if (auth) {
        // With more it is no AUTH, and shown as it came, as in redis-server.
        if (args.size() <= 3) hide(shown, 1, 3);
    } else if (hello) {
        hide_behind(shown, 2, "auth", 2);
    } else if (migrate) {
        hide_behind(shown, 6, "auth", 1);
        hide_behind(shown, 6, "auth2", 2);
    } else if (config) {
        for (const std::string_view name : {"requirepass", "masterauth", "masteruser"})
            hide_behind(shown, 2, name, 1);
    } else {
        hide(shown, 2, shown.size());
    }
    return true;
}

}  // namespace millpond::engine::acl
