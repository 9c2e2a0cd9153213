// SPDX-License-Identifier: Apache-2.0
//
// The server's access control: its users, the log of refusals, and the tests that dispatch, EXEC
// and scripts make. Owned by the server. What runs commands calls it in a lane.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/acl/accounts.h"
#include "engine/acl/denial_log.h"

namespace millpond::engine {
class Config;
class Server;
class Session;
}  // namespace millpond::engine

namespace millpond::engine::acl {

class AccessControl {
public:
    explicit AccessControl(Server& server);
    /// The users of the configuration: requirepass, "user" lines, the ACL file. Throws ConfigError.
    /// Before threads start.
    void load_configured();

    const CommandIndex& index() const { return index_; }
    Accounts& accounts() { return accounts_; }
    DenialLog& log() { return log_; }
    ChannelDefault channel_default() const;

    // -- Connections: on the session's own thread
    /// A new connection, or one after RESET: the default user's. Any thread state.
    void welcome(Session& session);
    /// Must it still authenticate?
    bool must_authenticate(const Session& session) const;
    /// AUTH and HELLO: in a lane. False: refused, and logged as that command.
    bool authenticate(Session& session, std::string_view command, std::string_view name,
                      std::string_view password);

    // -- May it run? An error reply, or nothing. A refusal is logged. In a lane.
    /// As it is received: to be run or queued.
    std::optional<std::string> refuse(Session& session, const CommandSpec& spec,
                                      std::span<const Bytes> args);
    /// A queued command when EXEC comes to it: rules may have changed since.
    std::optional<std::string> refuse_in_exec(Session& session, const CommandSpec& spec,
                                              std::span<const Bytes> args);
    /// A command that a script calls; what redis.call throws, without an error code.
    std::optional<std::string> refuse_in_script(Session& session, const CommandSpec& spec,
                                                std::span<const Bytes> args);
    /// The same test without log, for redis.acl_check_cmd.
    bool allows(const Session& session, const CommandSpec& spec, std::span<const Bytes> args) const;
    /// SORT's BY and GET read keys that nobody named.
    bool allows_with_every_key(const Session& session, const CommandSpec& spec,
                               std::span<const Bytes> args, Permissions wanted) const;

    // -- Changes: in the exclusive lane
    void set_user(std::string_view name, User user);
    /// ACL SETUSER: clients of the user that are subscribed to what it may no longer are killed;
    /// the caller, if it is one, gets its reply first.
    void change_user(std::string_view name, User user, Session& caller);
    /// Its clients are killed; the caller, if it is one, gets its reply first.
    bool remove_user(std::string_view name, Session& caller);
    /// ACL LOAD: what is wrong with the file, or nothing. Clients of users other than the default
    /// one are killed.
    std::optional<std::string> load_file(Session& caller);
    /// ACL SAVE: in a lane. False: it could not be written, and the server's log says why.
    bool save_file();
    /// "user NAME ..." for each, as ACL LIST shows them and ACL files hold them.
    std::vector<std::string> user_lines() const;
    /// The same for a configuration file, or why they could not be read again; none where there is
    /// an ACL file.
    std::optional<std::string> configuration_lines(std::vector<std::string>& lines) const;
    /// CONFIG SET requirepass: the default user's only password, or none.
    void set_default_password(std::string_view password);

private:
    Verdict judge(Session& session, const CommandSpec& spec, std::span<const Bytes> args,
                  Context context);
    void note(Session& session, Reason reason, Context context, std::string object,
              std::string user);
    void kill_clients(std::span<const std::shared_ptr<Account>> gone, Session& caller);
    void close_clients(const std::function<bool(Session&)>& which, Session& caller);
    void load_user_lines();
    void write_info(std::string& out) const;

    Server& server_;
    CommandIndex index_;
    Accounts accounts_;
    DenialLog log_;
};

}  // namespace millpond::engine::acl
