// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/flags.h"

namespace millpond::engine {

namespace {

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// A "quoted" word's escape at `at` (on the backslash), which is moved behind it.
char unescape(std::string_view line, std::size_t& at) {
    const char c = line[at + 1];
    if (c == 'x' && at + 3 < line.size() && hex_digit(line[at + 2]) >= 0 &&
        hex_digit(line[at + 3]) >= 0) {
        const int value = hex_digit(line[at + 2]) * 16 + hex_digit(line[at + 3]);
        at += 4;
        return static_cast<char>(value);
    }
    at += 2;
    switch (c) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'b':
            return '\b';
        case 'a':
            return '\a';
        default:
            return c;
    }
}

/// The quoted part that begins at `at`; false when it does not end, or not at the word's end.
bool quoted(std::string_view line, std::size_t& at, std::string& word) {
    const char quote = line[at++];
    while (at < line.size()) {
        if (line[at] == quote) {
            ++at;
            return at == line.size() || is_blank(line[at]);
        }
        if (quote == '"' && line[at] == '\\' && at + 1 < line.size()) {
            word += unescape(line, at);
        } else if (quote == '\'' && line.substr(at, 2) == "\\'") {
            word += '\'';
            at += 2;
        } else {
            word += line[at++];
        }
    }
    return false;
}

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

std::optional<ScriptFlag> find_script_flag(std::string_view name) {
    for (const auto& [known, flag] : kScriptFlags) {
        if (known == name) return flag;
    }
    return std::nullopt;
}

std::optional<std::vector<std::string>> split_words(std::string_view line) {
    std::vector<std::string> words;
    std::size_t at = 0;
    for (;;) {
        while (at < line.size() && is_blank(line[at])) ++at;
        if (at == line.size()) return words;
        std::string word;
        while (at < line.size() && !is_blank(line[at])) {
            if (line[at] == '"' || line[at] == '\'') {
                if (!quoted(line, at, word)) return std::nullopt;
                break;
            }
            word += line[at++];
        }
        words.push_back(std::move(word));
    }
}

Shebang read_shebang(std::string_view script) {
    Shebang shebang;
    if (!script.starts_with("#!")) return shebang;
    shebang.size = script.find('\n');
    if (shebang.size == std::string_view::npos) {
        shebang.error = "Invalid script shebang";
        return shebang;
    }
    const auto words = split_words(script.substr(0, shebang.size));
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
