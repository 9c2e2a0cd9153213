// SPDX-License-Identifier: Apache-2.0
//
// The users of the configuration and of the ACL file.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>

#include "engine/acl/access_control.h"
#include "engine/acl/description.h"
#include "engine/acl/user_files.h"
#include "engine/server/config.h"
#include "engine/server/replace_file.h"
#include "engine/server/server.h"
#include "resp/words.h"

namespace millpond::engine::acl {

namespace {

constexpr mode_t kNewFileMode = 0600;  ///< hashes are no passwords, but need nobody's eyes either

void warn_of_disabled(const UserMap& users) {
    for (const auto& [name, user] : users) {
        if (user.enabled()) continue;
        spdlog::info(
            "The user '{}' is disabled (there is no 'on' modifier in the user description). Make "
            "sure this is not a configuration error.",
            name);
    }
}

/// A line for a configuration file, where quotes within words have a meaning.
std::string with_quotes(const std::string& line) {
    std::string out;
    for (std::string_view rest = line; !rest.empty();) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (!out.empty()) out += ' ';
        if (word.find_first_of("\"'") == std::string_view::npos) {
            out += word;
        } else {
            resp::append_quoted(out, word);
        }
    }
    return out;
}

}  // namespace

void AccessControl::load_configured() {
    Config& config = server_.config();
    config.on_change("requirepass", [this]() -> std::optional<std::string> {
        set_default_password(server_.config().requirepass.get());
        return std::nullopt;
    });
    config.on_rewrite_users(
        [this](std::vector<std::string>& lines) { return configuration_lines(lines); });
    server_.add_info("Stats", [this](std::string& out) { write_info(out); });
    if (const std::string password = config.requirepass.get(); !password.empty())
        set_default_password(password);
    const std::string file = config.aclfile.get();
    if (!file.empty() && !config.user_lines.empty()) {
        throw ConfigError(
            "Users are described in the configuration and in an ACL file (aclfile): they can be "
            "in one of the two only");
    }
    load_user_lines();
    if (file.empty()) return;
    std::string error;
    const auto text = read_file(file, error);
    if (!text) throw ConfigError(error);
    UserMap users;
    if (const auto errors = parse_users(*text, file, index_, channel_default(), users))
        throw ConfigError(*errors);
    accounts_.replace(users);
}

void AccessControl::write_info(std::string& out) const {
    const std::pair<std::string_view, Reason> counted[] = {{"auth", Reason::auth},
                                                           {"cmd", Reason::command},
                                                           {"key", Reason::key},
                                                           {"channel", Reason::channel}};
    for (const auto& [word, reason] : counted) {
        out.append("acl_access_denied_").append(word).append(":");
        out.append(std::to_string(log_.count(reason))).append("\r\n");
    }
}

void AccessControl::load_user_lines() {
    UserMap users;
    for (const Config::UserLine& line : server_.config().user_lines) {
        if (const auto why = parse_user_line(line.words, index_, channel_default(), users))
            throw ConfigError(line.where + ": " + *why);
    }
    warn_of_disabled(users);
    for (auto& [name, user] : users) set_user(name, std::move(user));
}

std::optional<std::string> AccessControl::load_file(Session& caller) {
    const std::string file = server_.config().aclfile.get();
    std::string error;
    const auto text = read_file(file, error);
    if (!text) return error;
    UserMap users;
    if (auto errors = parse_users(*text, file, index_, channel_default(), users)) return errors;
    kill_clients(accounts_.replace(users), caller);
    return std::nullopt;
}

bool AccessControl::save_file() {
    const std::string file = server_.config().aclfile.get();
    std::string text;
    for (const std::string& line : user_lines()) text += line + "\n";
    // A file that cannot be read again would stop the next start; redis-server writes it.
    UserMap users;
    auto why = parse_users(text, file, index_, channel_default(), users);
    if (const int error = why ? 0 : replace_file(file, text, kNewFileMode))
        why = "Writing '" + file + "': " + std::strerror(error);
    if (why) spdlog::warn("{} (ACL SAVE)", *why);
    return !why;
}

std::optional<std::string> AccessControl::configuration_lines(
    std::vector<std::string>& lines) const {
    // With an ACL file they belong there, and ACL SAVE writes it.
    if (!server_.config().aclfile.get().empty()) return std::nullopt;
    UserMap read;
    for (const std::string& line : user_lines()) {
        lines.push_back(with_quotes(line));
        const auto words = resp::split_words(lines.back());
        // redis-server writes what it cannot read again, and does not start with it.
        const auto why =
            parse_user_line(std::span(*words).subspan(1), index_, channel_default(), read);
        if (why) return "a user's rules could not be read again: " + *why;
    }
    return std::nullopt;
}

std::vector<std::string> AccessControl::user_lines() const {
    std::vector<std::string> lines;
    for (const auto& account : accounts_.all())
        lines.push_back("user " + account->name() + " " + describe(*account->user()));
    return lines;
}

}  // namespace millpond::engine::acl
