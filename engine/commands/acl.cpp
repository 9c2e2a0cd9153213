// SPDX-License-Identifier: Apache-2.0
//
// ACL and its subcommands. What they do is in engine/acl; here are the arguments and the replies.
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/acl/access_control.h"
#include "engine/acl/description.h"
#include "engine/commands/call.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {

constexpr std::int64_t kGeneratedBitsMax = 4096, kGeneratedBits = 256;
constexpr std::int64_t kLogEntriesShown = 10;
constexpr std::size_t kCategoryShownMax = 128;

bool wrong_subcommand(Call& call) {
    return call.error("ERR unknown subcommand or wrong number of arguments for '" +
                      std::string(call.arg(1)) + "'. Try ACL HELP.");
}

Bytes until_nul(Bytes text) {
    return text.substr(0, text.find('\0'));
}

// -- Users
// -----------------------------------------------------------------------------------------------

void acl_setuser(Call& call) {
    acl::AccessControl& access = call.server().acl();
    if (acl::has_blank(call.arg(2)))
        return static_cast<void>(
            call.error("ERR Usernames can't contain spaces or null characters"));
    std::vector<std::string> rules;
    const auto words = call.args().subspan(3);
    if (const auto open = acl::join_selectors(words, rules)) {
        call.error("ERR Unmatched parenthesis in acl selector starting at '" +
                   std::string(until_nul(words[*open])) + "'.");
        return;
    }
    const acl::ChannelDefault channels = access.channel_default();
    const auto account = access.accounts().find(call.arg(2));
    acl::User user = account ? *account->user() : acl::User(access.index(), channels);
    for (const std::string& rule : rules) {
        const acl::RuleError error = user.apply(rule, channels);
        if (error == acl::RuleError::none) continue;
        call.error("ERR Error in ACL SETUSER modifier '" + std::string(until_nul(rule)) +
                   "': " + std::string(acl::describe(error)));
        return;
    }
    access.change_user(call.arg(2), std::move(user), call.session());
    call.reply().ok();
}

void acl_deluser(Call& call) {
    const auto names = call.args().subspan(2);
    if (std::ranges::find(names, acl::Accounts::kDefault) != names.end())
        return static_cast<void>(call.error("ERR The 'default' user cannot be removed"));
    std::int64_t removed = 0;
    for (const Bytes name : names) {
        if (call.server().acl().remove_user(name, call.session())) ++removed;
    }
    call.reply().integer(removed);
}

void write_words(resp::ReplyWriter& reply, std::span<const std::string_view> words) {
    for (const std::string_view word : words) reply.bulk(word);
}

void write_selector(resp::ReplyWriter& reply, const acl::Selector& selector) {
    reply.bulk("commands");
    reply.bulk(acl::describe_commands(selector));
    reply.bulk("keys");
    reply.bulk(acl::describe_keys(selector));
    reply.bulk("channels");
    reply.bulk(acl::describe_channels(selector));
}

void acl_getuser(Call& call) {
    const auto account = call.server().acl().accounts().find(call.arg(2));
    if (!account) return call.reply().null();
    const acl::User& user = *account->user();
    resp::ReplyWriter& reply = call.reply();
    reply.map(6);
    reply.bulk("flags");
    const std::vector<std::string_view> flags = acl::flag_words(user);
    reply.set(flags.size());
    write_words(reply, flags);
    reply.bulk("passwords");
    reply.array(user.passwords().size());
    for (const std::string& hash : user.passwords()) reply.bulk(hash);
    write_selector(reply, user.root());
    reply.bulk("selectors");
    reply.array(user.others().size());
    for (const acl::Selector& selector : user.others()) {
        reply.map(3);
        write_selector(reply, selector);
    }
}

void acl_list(Call& call) {
    const std::vector<std::string> lines = call.server().acl().user_lines();
    call.reply().array(lines.size());
    for (const std::string& line : lines) call.reply().bulk(line);
}

void acl_users(Call& call) {
    const auto accounts = call.server().acl().accounts().all();
    call.reply().array(accounts.size());
    for (const auto& account : accounts) call.reply().bulk(account->name());
}

void acl_whoami(Call& call) {
    if (!call.session().account) return call.reply().null();
    call.reply().bulk(call.session().account->name());
}

// -- Categories, passwords
// --------------------------------------------------------------------------------

void add_names(const std::vector<acl::CommandIndex::Entry>& entries, acl::CategoryMask category,
               std::vector<std::string_view>& names) {
    for (const auto& entry : entries) {
        if (entry.categories & category) names.push_back(entry.spec->name);
        add_names(entry.subcommands, category, names);
    }
}

void acl_cat(Call& call) {
    if (call.argc() > 3) return static_cast<void>(wrong_subcommand(call));
    std::vector<std::string_view> names;
    if (call.argc() == 2) {
        for (const acl::CategoryName& category : acl::categories()) names.push_back(category.name);
    } else {
        const acl::CategoryMask category = acl::find_category(until_nul(call.arg(2)));
        if (category == 0) {
            call.error("ERR Unknown category '" +
                       std::string(until_nul(call.arg(2)).substr(0, kCategoryShownMax)) + "'");
            return;
        }
        add_names(call.server().acl().index().commands(), category, names);
    }
    call.reply().array(names.size());
    write_words(call.reply(), names);
}

void acl_genpass(Call& call) {
    if (call.argc() > 3) return static_cast<void>(wrong_subcommand(call));
    std::int64_t bits = kGeneratedBits;
    if (call.argc() == 3 && !call.integer(2, bits)) return;
    if (bits <= 0 || bits > kGeneratedBitsMax) {
        call.error(
            "ERR ACL GENPASS argument must be the number of bits for the output password, a "
            "positive number up to 4096");
        return;
    }
    const auto digits = static_cast<std::size_t>((bits + 3) / 4);
    std::array<unsigned char, kGeneratedBitsMax / 8> random{};
    // Up to 256 bytes come whole; what is more may be cut short by a signal.
    for (std::size_t have = 0; have < (digits + 1) / 2;) {
        const ssize_t n = ::getrandom(random.data() + have, (digits + 1) / 2 - have, 0);
        if (n > 0) have += static_cast<std::size_t>(n);
    }
    std::string hex;
    for (std::size_t i = 0; i < digits; ++i)
        hex += "0123456789abcdef"[i % 2 == 0 ? random[i / 2] >> 4 : random[i / 2] & 15];
    call.reply().bulk(hex);
}

// -- The log
// ---------------------------------------------------------------------------------------------

std::string_view word_of(acl::Reason reason) {
    switch (reason) {
        case acl::Reason::key:
            return "key";
        case acl::Reason::auth:
            return "auth";
        case acl::Reason::channel:
            return "channel";
        default:
            return "command";
    }
}

std::string_view word_of(acl::Context context) {
    switch (context) {
        case acl::Context::multi:
            return "multi";
        case acl::Context::lua:
            return "lua";
        default:
            return "toplevel";
    }
}

void write_entry(resp::ReplyWriter& reply, const acl::DenialLog::Entry& entry, std::int64_t now) {
    reply.map(7);
    reply.bulk("count");
    reply.integer(static_cast<std::int64_t>(entry.count));
    const std::pair<std::string_view, std::string_view> texts[] = {
        {"reason", word_of(entry.reason)},
        {"context", word_of(entry.context)},
        {"object", entry.object},
        {"username", entry.user}};
    for (const auto& [name, value] : texts) {
        reply.bulk(name);
        reply.bulk(value);
    }
    reply.bulk("age-seconds");
    reply.real(static_cast<double>(now - entry.unix_ms) / 1000);
    reply.bulk("client-info");
    reply.bulk(entry.client);
}

void acl_log(Call& call) {
    if (call.argc() > 3) return static_cast<void>(wrong_subcommand(call));
    acl::DenialLog& log = call.server().acl().log();
    std::int64_t count = kLogEntriesShown;
    if (call.argc() == 3) {
        if (is_word(call.arg(2), "reset")) {
            log.clear();
            return call.reply().ok();
        }
        if (!call.integer(2, count)) return;
    }
    const auto entries = log.newest(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
    call.reply().array(entries.size());
    const std::int64_t now = unix_ms();
    for (const acl::DenialLog::Entry& entry : entries) write_entry(call.reply(), entry, now);
}

// -- Files
// -----------------------------------------------------------------------------------------------

bool has_file(Call& call) {
    return !call.server().config().aclfile.get().empty() ||
           call.error(
               "ERR This Redis instance is not configured to use an ACL file. You may want to "
               "specify users via the ACL SETUSER command and then issue a CONFIG REWRITE "
               "(assuming you have a Redis configuration file set) in order to store users in the "
               "Redis configuration.");
}

void acl_load(Call& call) {
    if (!has_file(call)) return;
    if (const auto errors = call.server().acl().load_file(call.session())) {
        call.error("ERR " + *errors);
    } else {
        call.reply().ok();
    }
}

void acl_save(Call& call) {
    if (!has_file(call)) return;
    if (call.server().acl().save_file()) return call.reply().ok();
    call.error(
        "ERR There was an error trying to save the ACLs. Please check the server logs for more "
        "information");
}

// -- A rehearsal
// -----------------------------------------------------------------------------------------

void write_verdict(Call& call, const CommandSpec& spec, const acl::Verdict& verdict) {
    const std::string no_permissions = "This user has no permissions to ";
    if (verdict.allowed()) return call.reply().ok();
    if (verdict.reason == acl::Reason::command) {
        call.reply().bulk(no_permissions + "run the '" + std::string(spec.name) + "' command");
        return;
    }
    const Bytes object = until_nul(call.arg(3 + verdict.argument));
    call.reply().bulk(no_permissions + "access the '" + std::string(object) + "' " +
                      std::string(word_of(verdict.reason)));
}

void acl_dryrun(Call& call) {
    acl::AccessControl& access = call.server().acl();
    const auto account = access.accounts().find(call.arg(2));
    if (!account) {
        call.error("ERR User '" + std::string(until_nul(call.arg(2))) + "' not found");
        return;
    }
    const auto args = call.args().subspan(3);
    const CommandSpec* spec = Executor::resolve(call.server().commands(), args);
    if (!spec) {
        call.error("ERR Command '" + std::string(until_nul(args[0])) + "' not found");
        return;
    }
    const auto argc = static_cast<int>(args.size());
    if (spec->arity >= 0 ? argc != spec->arity : argc < -spec->arity) {
        call.error("ERR wrong number of arguments for '" + std::string(spec->name) + "' command");
        return;
    }
    write_verdict(call, *spec, acl::check(access.index(), *account->user(), *spec, args));
}

}  // namespace

void add_acl_commands(CommandTable& table) {
    constexpr std::uint32_t kOpen = kNoscript | kLoading | kStale, kUsual = kOpen | kAdmin;
    table.add({.name = "acl",
               .arity = -2,
               .since = "6.0.0",
               .group = "server",
               .complexity = "Depends on subcommand.",
               .summary = "A container for access control commands"});
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags, Handler handler,
                         std::string_view complexity, std::string_view summary,
                         std::string_view since = "6.0.0", Lane lane = Lane::shared) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = flags,
                   .lane = lane,
                   .handler = handler,
                   .since = since,
                   .group = "server",
                   .complexity = complexity,
                   .summary = summary});
    };
    constexpr std::string_view kUsers = "O(N) in the number of users",
                               kCommands = "O(N) in the number of commands";
    add("acl|cat", -2, kOpen, acl_cat, kCommands, "Lists the categories, or one's commands");
    add("acl|deluser", -3, kUsual, acl_deluser, "O(N) in the number of connections",
        "Removes users and closes their connections", "6.0.0", Lane::exclusive);
    add("acl|dryrun", -4, kUsual, acl_dryrun, "O(N) in the number of the user's rules",
        "Tells whether a user may run a command, without running it", "7.0.0");
    add("acl|genpass", -2, kOpen, acl_genpass, "O(1)", "Makes up a password");
    add("acl|getuser", 3, kUsual, acl_getuser, kCommands, "Answers a user's rules");
    add("acl|help", 2, kLoading | kStale, help, "O(1)", "Says what the subcommands are");
    add("acl|list", 2, kUsual, acl_list, kUsers,
        "Lists the users as configuration files hold them");
    add("acl|load", 2, kUsual, acl_load, kUsers, "Reads the users from the ACL file", "6.0.0",
        Lane::exclusive);
    add("acl|log", -2, kUsual, acl_log, "O(N) in the number of entries",
        "Tells what was refused for lack of permissions");
    add("acl|save", 2, kUsual, acl_save, kUsers, "Writes the users to the ACL file");
    add("acl|setuser", -3, kUsual, acl_setuser, "O(N) in the number of rules",
        "Makes a user, or changes its rules", "6.0.0", Lane::exclusive);
    add("acl|users", 2, kUsual, acl_users, kUsers, "Lists the users' names");
    add("acl|whoami", 2, kOpen, acl_whoami, "O(1)", "Answers the connection's user");
}

}  // namespace millpond::engine
