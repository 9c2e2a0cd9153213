// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/user_files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

namespace millpond::engine::acl {

namespace {

std::string_view trim(std::string_view text, std::string_view blanks) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// At every single one: two behind each other have an empty word between them.
std::vector<std::string_view> split_at(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

/// The rules of one line: all errors of unknown names, and the first of another kind.
void apply_rules(User& user, std::span<const std::string> rules, const std::string& where,
                 ChannelDefault channels, std::string& errors) {
    bool syntax_error = false;
    for (const std::string& rule : rules) {
        const std::string_view trimmed = trim(rule, "\t\r\n");
        const RuleError error = user.apply(trimmed, channels);
        if (error == RuleError::none) continue;
        if (error == RuleError::unknown_name) {
            errors += where + ": Error in applying operation '" + std::string(trimmed) +
                      "': " + std::string(describe(error)) + ". ";
        } else if (!syntax_error) {
            errors += where + ": " + std::string(describe(error)) + ". ";
            syntax_error = true;
        }
    }
}

void parse_file_line(std::string_view line, const std::string& where, std::size_t number,
                     const CommandIndex& index, ChannelDefault channels, UserMap& users,
                     std::string& errors) {
    const std::vector<std::string_view> words = split_at(line, ' ');
    if (words[0] != "user" || words.size() < 2) {
        errors += where + " should start with user keyword followed by the username. ";
        return;
    }
    const std::string name(words[1]);
    if (has_blank(name)) {
        errors += "'" + where + ": username '" + name + "' contains invalid characters. ";
        return;
    }
    const auto [at, fresh] = users.try_emplace(name, index, channels);
    if (!fresh) {
        errors +=
            "WARNING: Duplicate user '" + name + "' found on line " + std::to_string(number) + ". ";
        return;
    }
    std::vector<std::string> rules;
    if (join_selectors(std::span(words).subspan(2), rules)) {
        errors += where + ": Unmatched parenthesis in selector definition.";
    }
    apply_rules(at->second, rules, where, channels, errors);
}

}  // namespace

std::optional<std::string> parse_users(std::string_view text, std::string_view name,
                                       const CommandIndex& index, ChannelDefault channels,
                                       UserMap& users) {
    std::string errors;
    std::size_t number = 0;
    for (const std::string_view raw : split_at(text, '\n')) {
        ++number;
        const std::string_view line = trim(raw, " \t\r\n");
        if (line.empty()) continue;
        const std::string where = std::string(name) + ":" + std::to_string(number);
        parse_file_line(line, where, number, index, channels, users, errors);
    }
    if (errors.empty()) return std::nullopt;
    return errors +
           "WARNING: ACL errors detected, no change to the previously active ACL rules was "
           "performed";
}

std::optional<std::string> parse_user_line(std::span<const std::string> words,
                                           const CommandIndex& index, ChannelDefault channels,
                                           UserMap& users) {
    const auto wrong = [](std::string_view what, RuleError error) {
        return "Error in user declaration '" + std::string(what) +
               "': " + std::string(describe(error));
    };
    if (words.empty()) return wrong("user", RuleError::syntax);
    if (has_blank(words[0])) return "Spaces not allowed in ACL usernames";
    const auto [at, fresh] = users.try_emplace(words[0], index, channels);
    if (!fresh) return wrong(words[0], RuleError::duplicate_user);
    if (words[0] == "default") at->second.apply("reset", channels);
    const std::vector<std::string_view> views(words.begin() + 1, words.end());
    std::vector<std::string> rules;
    if (const auto open = join_selectors(views, rules))
        return wrong(views[*open], RuleError::syntax);
    for (const std::string& rule : rules) {
        const RuleError error = at->second.apply(rule, channels);
        if (error != RuleError::none) return wrong(rule, error);
    }
    return std::nullopt;
}

std::optional<std::string> read_file(const std::string& path, std::string& error) {
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (in) text << in.rdbuf();
    // An empty file gives nothing to stream, which is no error.
    if (!in && (!in.is_open() || in.bad())) {
        error = "Error loading ACLs, opening file '" + path + "': " + std::strerror(errno);
        return std::nullopt;
    }
    return text.str();
}

}  // namespace millpond::engine::acl
