// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/access_control.h"

#include <algorithm>
#include <mutex>

#include "engine/commands/client.h"
#include "engine/net/network.h"
#include "engine/observers/bus.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine::acl {

namespace {

/// May the user be subscribed to all that is there? Requires: the bus lock.
bool may_hear(const User& user, const Observation& observing) {
    if (!observing.subscribed()) return true;
    const auto allowed = [&](std::string_view name, bool literal) {
        return user.root().allows_channel(name, literal) ||
               std::ranges::any_of(user.others(), [&](const Selector& selector) {
                   return selector.allows_channel(name, literal);
               });
    };
    for (const ChannelKind kind :
         {ChannelKind::channel, ChannelKind::pattern, ChannelKind::shard}) {
        for (const std::string& name : observing.names[static_cast<std::size_t>(kind)]) {
            if (!allowed(name, kind == ChannelKind::pattern)) return false;
        }
    }
    return true;
}

}  // namespace

AccessControl::AccessControl(Server& server)
    : server_(server), index_(server.commands()), accounts_(index_) {}

ChannelDefault AccessControl::channel_default() const {
    return server_.config().acl_pubsub_default.get() == "allchannels" ? ChannelDefault::all
                                                                      : ChannelDefault::none;
}

// -- Connections
// ------------------------------------------------------------------------------------------

void AccessControl::welcome(Session& session) {
    session.account = accounts_.default_account();
    session.edit_text([](Session::Text& text) { text.user = Accounts::kDefault; });
    session.set_authenticated(accounts_.open_to_all());
}

bool AccessControl::must_authenticate(const Session& session) const {
    return !session.authenticated() && !accounts_.open_to_all();
}

bool AccessControl::authenticate(Session& session, std::string_view command, std::string_view name,
                                 std::string_view password) {
    std::shared_ptr<Account> account = accounts_.find(name);
    if (!account || !account->user()->accepts(password)) {
        note(session, Reason::auth, session.in_multi ? Context::multi : Context::toplevel,
             std::string(command), std::string(name));
        return false;
    }
    session.account = std::move(account);
    session.edit_text([&](Session::Text& text) { text.user = name; });
    session.set_authenticated(true);
    return true;
}

// -- Tests
// -----------------------------------------------------------------------------------------------

void AccessControl::note(Session& session, Reason reason, Context context, std::string object,
                         std::string user) {
    log_.add({.reason = reason,
              .context = context,
              .object = std::move(object),
              .user = std::move(user),
              .client = describe_client(session),
              .unix_ms = unix_ms()},
             static_cast<std::size_t>(server_.config().acllog_max_len.load()));
}

Verdict AccessControl::judge(Session& session, const CommandSpec& spec, std::span<const Bytes> args,
                             Context context) {
    const Account* account = session.account.get();
    if (!account || account->unrestricted()) return {};
    const Verdict verdict = check(index_, *account->user(), spec, args);
    if (verdict.allowed()) return verdict;
    note(session, verdict.reason, context,
         std::string(verdict.reason == Reason::command ? spec.name : args[verdict.argument]),
         account->name());
    return verdict;
}

std::optional<std::string> AccessControl::refuse(Session& session, const CommandSpec& spec,
                                                 std::span<const Bytes> args) {
    const Context context = session.in_multi ? Context::multi : Context::toplevel;
    switch (judge(session, spec, args, context).reason) {
        case Reason::none:
            return std::nullopt;
        case Reason::key:
            return "NOPERM this user has no permissions to access one of the keys used as "
                   "arguments";
        case Reason::channel:
            return "NOPERM this user has no permissions to access one of the channels used as "
                   "arguments";
        default:
            return "NOPERM this user has no permissions to run the '" + std::string(spec.name) +
                   "' command";
    }
}

std::optional<std::string> AccessControl::refuse_in_exec(Session& session, const CommandSpec& spec,
                                                         std::span<const Bytes> args) {
    const std::string changed =
        "NOPERM ACLs rules changed between the moment the transaction was accumulated and the "
        "EXEC call. This command is no longer allowed for the following reason: ";
    switch (judge(session, spec, args, Context::multi).reason) {
        case Reason::none:
            return std::nullopt;
        case Reason::key:
            return changed + "no permission to touch the specified keys";
        case Reason::channel:
            return changed +
                   "no permission to access one of the channels used as arguments to the command";
        default:
            return changed + "no permission to execute the command or subcommand";
    }
}

std::optional<std::string> AccessControl::refuse_in_script(Session& session,
                                                           const CommandSpec& spec,
                                                           std::span<const Bytes> args) {
    switch (judge(session, spec, args, Context::lua).reason) {
        case Reason::none:
            return std::nullopt;
        case Reason::key:
            return "The user executing the script can't access at least one of the keys mentioned "
                   "in the command arguments";
        case Reason::channel:
            return "The user executing the script can't publish to the channel mentioned in the "
                   "command";
        default:
            return "The user executing the script can't run this command or subcommand";
    }
}

bool AccessControl::allows(const Session& session, const CommandSpec& spec,
                           std::span<const Bytes> args) const {
    const Account* account = session.account.get();
    return !account || account->unrestricted() ||
           check(index_, *account->user(), spec, args).allowed();
}

bool AccessControl::allows_with_every_key(const Session& session, const CommandSpec& spec,
                                          std::span<const Bytes> args, Permissions wanted) const {
    const Account* account = session.account.get();
    return !account || account->unrestricted() ||
           acl::allows_with_every_key(index_, *account->user(), spec, args, wanted);
}

// -- Changes
// ---------------------------------------------------------------------------------------------

void AccessControl::set_user(std::string_view name, User user) {
    accounts_.set(name, std::move(user));
}

bool AccessControl::remove_user(std::string_view name, Session& caller) {
    const std::shared_ptr<Account> gone = accounts_.remove(name);
    if (gone) kill_clients({&gone, 1}, caller);
    return gone != nullptr;
}

void AccessControl::change_user(std::string_view name, User user, Session& caller) {
    set_user(name, std::move(user));
    const std::shared_ptr<Account> account = accounts_.find(name);
    // A connection that ends takes its names out of the registries in no lane.
    const std::lock_guard lock(server_.bus());
    close_clients(
        [&](Session& session) {
            return session.account == account && !may_hear(*account->user(), session.observing);
        },
        caller);
}

void AccessControl::kill_clients(std::span<const std::shared_ptr<Account>> gone, Session& caller) {
    close_clients(
        [&](Session& session) {
            if (!session.account || std::ranges::find(gone, session.account) == gone.end())
                return false;
            // Whatever still comes of it comes as a stranger.
            session.account = accounts_.default_account();
            session.set_authenticated(false);
            return true;
        },
        caller);
    DetachedClients* detached = server_.detached_clients();
    if (detached == nullptr) return;
    for (const auto& client : detached->clients()) {
        if (std::ranges::any_of(gone, [&](const auto& one) { return one->name() == client.user; }))
            detached->close(client.id);
    }
}

void AccessControl::close_clients(const std::function<bool(Session&)>& which, Session& caller) {
    std::vector<std::uint64_t> ids;
    server_.network().visit_sessions([&](Session& session) {
        if (!which(session)) return;
        if (&session == &caller) return session.close_after_reply();
        session.killed = true;
        ids.push_back(session.id());
    });
    for (const std::uint64_t id : ids) server_.network().close(id, false);
}

void AccessControl::set_default_password(std::string_view password) {
    User user = *accounts_.default_account()->user();
    user.apply("resetpass", channel_default());
    user.apply(password.empty() ? "nopass" : ">" + std::string(password), channel_default());
    set_user(Accounts::kDefault, std::move(user));
}

}  // namespace millpond::engine::acl
