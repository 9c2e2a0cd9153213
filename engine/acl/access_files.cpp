// SPDX-License-Identifier: Apache-2.0
//
// The users of the configuration and of the ACL file.
#include <spdlog/spdlog.h>

#include "engine/acl/access_control.h"
#include "engine/acl/description.h"
#include "engine/acl/user_files.h"
#include "engine/server/config.h"
#include "engine/server/server.h"

namespace millpond::engine::acl {

namespace {

void warn_of_disabled(const UserMap& users) {
    for (const auto& [name, user] : users) {
        if (user.enabled()) continue;
        spdlog::info(
            "The user '{}' is disabled (there is no 'on' modifier in the user description). Make "
            "sure this is not a configuration error.",
            name);
    }
}

}  // namespace

void AccessControl::load_configured() {
    Config& config = server_.config();
    config.on_change("requirepass", [this]() -> std::optional<std::string> {
        set_default_password(server_.config().requirepass.get());
        return std::nullopt;
    });
    config.on_rewrite_users([this] {
        // With an ACL file they belong there, and ACL SAVE writes it.
        return server_.config().aclfile.get().empty() ? user_lines() : std::vector<std::string>();
    });
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
    if (!why) why = replace_file(file, text);
    if (why) spdlog::warn("{} (ACL SAVE)", *why);
    return !why;
}

std::vector<std::string> AccessControl::user_lines() const {
    std::vector<std::string> lines;
    for (const auto& account : accounts_.all())
        lines.push_back("user " + account->name() + " " + describe(*account->user()));
    return lines;
}

}  // namespace millpond::engine::acl
