// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/flags.h"

#include "engine/commands/table.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

void read_flags(std::string_view list, Shebang& shebang) {
    if (list.empty()) return;
    for (;;) {
        const std::size_t comma = list.find(',');
        const std::string_view name = list.substr(0, comma);
        const auto flag = find_script_flag(name);
        if (!flag) {
            shebang.error = "Unexpected flag in script shebang: " + std::string(name);
            return;
        }
        shebang.flags |= *flag;
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace

std::uint32_t command_flags(std::uint32_t command, std::uint32_t script) {
    if (script & kScriptSaysNothing) return command;
    command &= ~(kStale | kDenyOom | kWrite);
    if (script & kScriptNoWrites) {
        command &= ~kMayReplicate;
    } else {
        command |= kWrite;
        if (!(script & kScriptAllowOom)) command |= kDenyOom;
    }
    if (script & kScriptAllowStale) command |= kStale;
    return command;
}

std::optional<ScriptFlag> find_script_flag(std::string_view name) {
    for (const auto& [known, flag] : kScriptFlags) {
        if (known == name) return flag;
    }
    return std::nullopt;
}

Shebang read_shebang(std::string_view script) {
    Shebang shebang;
    if (!script.starts_with("#!")) return shebang;
    shebang.size = script.find('\n');
    if (shebang.size == std::string_view::npos) {
        shebang.error = "Invalid script shebang";
        return shebang;
    }
    const auto words = resp::split_words(script.substr(0, shebang.size));
    if (!words || words->empty()) {
        shebang.error = "Invalid engine in script shebang";
        return shebang;
    }
    if (words->front() != "#!lua") {
        shebang.error = "Unexpected engine in script shebang: " + words->front();
        return shebang;
    }
    shebang.flags = 0;
    for (std::size_t i = 1; i < words->size() && shebang.error.empty(); ++i) {
        const std::string_view word = (*words)[i];
        if (word.starts_with("flags=")) {
            read_flags(word.substr(6), shebang);
        } else {
            shebang.error = "Unknown lua shebang option: " + std::string(word);
        }
    }
    return shebang;
}

}  // namespace millpond::engine
