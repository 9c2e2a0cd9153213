// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notation.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <tuple>

namespace millpond::engine {

namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

std::string token_of(std::string_view name) {
    std::string token(name);
    for (char& c : token) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
        if (c == '_') c = '-';
    }
    return token;
}

class ArgumentReader {
public:
    explicit ArgumentReader(std::string_view text) : rest_(text) {}

    std::vector<Argument> read_all() {
        std::vector<Argument> found;
        while (!rest_.empty() && rest_[0] != ')' && rest_[0] != '>') {
            found.push_back(read());
            take(' ');
        }
        return found;
    }

private:
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view cut(std::size_t size) {
        const std::string_view part = rest_.substr(0, size);
        rest_.remove_prefix(part.size());
        return part;
    }

    std::string_view word() {
        if (take('\'')) {
            const std::string_view quoted = cut(rest_.find('\''));
            take('\'');
            return quoted;
        }
        const auto end = std::ranges::find_if_not(rest_, is_plain);
        return cut(static_cast<std::size_t>(end - rest_.begin()));
    }

    std::string_view version() {
        const auto end =
            std::ranges::find_if_not(rest_, [](char c) { return is_plain(c) || c == '.'; });
        return cut(static_cast<std::size_t>(end - rest_.begin()));
    }

    void read_type(Argument& argument) {
        const std::string_view letters = word();
        switch (letters[0]) {
            case 'i':
                argument.type = "integer";
                break;
            case 'd':
                argument.type = "double";
                break;
            case 't':
                argument.type = "unix-time";
                break;
            case 'k':
                argument.type = "key";
                break;
            default:
                argument.type = "pattern";
        }
        if (letters.size() > 1) argument.key_spec = letters[1] - '0';
    }

    Argument read() {
        Argument argument{.name = word(), .type = "string"};
        assert(!argument.name.empty());
        if (take(':')) read_type(argument);
        if (take('!')) {
            argument.type = "pure-token";
            argument.token = token_of(argument.name);
        }
        if (take('=')) argument.token = word();
        for (const auto& [open, close, type] :
             {std::tuple('(', ')', "block"), std::tuple('<', '>', "oneof")}) {
            if (!take(open)) continue;
            argument.type = type;
            argument.arguments = read_all();
            take(close);
        }
        argument.optional = take('?');
        argument.multiple = take('*');
        argument.multiple_token = take('+');
        if (take('^')) argument.since = version();
        if (take('~')) argument.deprecated_since = version();
        return argument;
    }

    std::string_view rest_;
};

std::vector<int> numbers(std::string_view text) {
    std::vector<int> found;
    for (const std::string_view part : split(text, ",")) {
        int number = 0;
        std::from_chars(part.data(), part.data() + part.size(), number);
        found.push_back(number);
    }
    return found;
}

void read_begin(std::string_view text, KeySpec& spec) {
    if (text == "?") return;
    const std::size_t comma = text.find(',');
    spec.begin = comma == std::string_view::npos ? KeySpec::Begin::index : KeySpec::Begin::keyword;
    spec.find = KeySpec::Find::range;
    if (comma != std::string_view::npos) spec.keyword = text.substr(0, comma);
    spec.index = numbers(text.substr(comma == std::string_view::npos ? 0 : comma + 1))[0];
}

KeySpec read_key_spec(std::string_view text) {
    KeySpec spec;
    if (const std::size_t brace = text.find('{'); brace != std::string_view::npos) {
        spec.note = text.substr(brace + 1, text.size() - brace - 2);
        text = text.substr(0, brace);
    }
    for (const std::string_view word : split(text, " ")) {
        if (word[0] == '@') {
            read_begin(word.substr(1), spec);
        } else if (word[0] == ':') {
            const auto parts = numbers(word.substr(1));
            spec.last = parts[0], spec.step = parts[1], spec.limit = parts[2];
        } else if (word[0] == '#') {
            const auto parts = numbers(word.substr(1));
            spec.find = KeySpec::Find::count;
            spec.count = parts[0], spec.first = parts[1], spec.step = parts[2];
        } else {
            spec.flags.push_back(word);
        }
    }
    return spec;
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> found;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) found.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + separator.size(), text.size()));
    }
    return found;
}

std::vector<Argument> parse_arguments(std::string_view text) {
    return ArgumentReader(text).read_all();
}

std::vector<KeySpec> parse_key_specs(std::string_view text) {
    std::vector<KeySpec> specs;
    for (const std::string_view part : split(text, "; ")) specs.push_back(read_key_spec(part));
    return specs;
}

}  // namespace millpond::engine
