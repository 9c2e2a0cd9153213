// SPDX-License-Identifier: Apache-2.0
//
// Commands about the connection itself; the CLIENT family is in client.cpp.
#include <optional>

#include "engine/acl/access_control.h"
#include "engine/commands/call.h"
#include "engine/commands/client.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/generic.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/commands/transaction.h"
#include "engine/observers/bus.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"
#include "engine/server/version.h"

namespace millpond::engine {

namespace {

constexpr std::string_view kWrongPassword =
    "WRONGPASS invalid username-password pair or user is disabled.";

bool authenticate(Call& call, Bytes user, Bytes password) {
    return call.server().acl().authenticate(call.session(), call.arg(0), user, password) ||
           call.error(kWrongPassword);
}

void auth(Call& call) {
    if (call.argc() > 3) return static_cast<void>(call.syntax_error());
    if (call.argc() == 2 && call.server().acl().accounts().default_without_password()) {
        call.error(
            "ERR AUTH <password> called without any password configured for the default user. Are "
            "you sure your "
            "configuration is correct?");
        return;
    }
    const bool named = call.argc() == 3;
    if (authenticate(call, named ? call.arg(1) : Bytes("default"), call.arg(named ? 2 : 1)))
        call.reply().ok();
}

void write_hello(Call& call) {
    resp::ReplyWriter reply(call.reply().buffer(), call.session().protocol());
    reply.map(7);
    reply.bulk("server");
    reply.bulk("redis");
    reply.bulk("version");
    reply.bulk(kRedisVersion);
    reply.bulk("proto");
    reply.integer(static_cast<std::int64_t>(call.session().protocol()));
    reply.bulk("id");
    reply.integer(static_cast<std::int64_t>(call.session().id()));
    reply.bulk("mode");
    reply.bulk("standalone");
    reply.bulk("role");
    reply.bulk(call.server().role() == Role::replica ? "replica" : "master");
    reply.bulk("modules");
    reply.array(0);
}

struct HelloOptions {
    std::optional<std::pair<Bytes, Bytes>> credentials;
    std::optional<Bytes> name;
};

bool parse_hello(Call& call, HelloOptions& options) {
    for (std::size_t i = 2; i < call.argc(); ++i) {
        if (is_word(call.arg(i), "auth") && i + 2 < call.argc()) {
            options.credentials.emplace(call.arg(i + 1), call.arg(i + 2));
            i += 2;
        } else if (is_word(call.arg(i), "setname") && i + 1 < call.argc()) {
            options.name = call.arg(++i);
        } else {
            return call.error("ERR Syntax error in HELLO option '" + std::string(call.arg(i)) +
                              "'");
        }
    }
    return true;
}

void hello(Call& call) {
    std::int64_t version = 0;
    if (call.argc() >= 2) {
        const auto parsed = parse_integer(call.arg(1));
        if (!parsed)
            return static_cast<void>(
                call.error("ERR Protocol version is not an integer or out of range"));
        version = *parsed;
        if (version != 2 && version != 3)
            return static_cast<void>(call.error("NOPROTO unsupported protocol version"));
    }
    HelloOptions options;
    if (!parse_hello(call, options)) return;
    if (options.credentials &&
        !authenticate(call, options.credentials->first, options.credentials->second))
        return;
    if (!call.session().authenticated()) {
        call.error(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the "
            "HELLO AUTH <user> <pass> option can be used to authenticate the client and select "
            "the RESP protocol version at the same time");
        return;
    }
    if (options.name && !set_client_name(call, *options.name)) return;
    if (version != 0) call.session().set_protocol(static_cast<Session::Protocol>(version));
    write_hello(call);
}

void ping(Call& call) {
    const bool message_like =
        call.session().observing.subscribed() && !call.reply().resp3() && !call.applying();
    if (call.argc() > 2) {
        call.error("ERR wrong number of arguments for 'ping' command");
    } else if (message_like) {
        // A subscribed RESP2 client reads messages only, so the answer looks like one.
        call.reply().array(2);
        call.reply().bulk("pong");
        call.reply().bulk(call.argc() == 2 ? call.arg(1) : Bytes());
    } else if (call.argc() == 2) {
        call.reply().bulk(call.arg(1));
    } else {
        call.reply().simple("PONG");
    }
}

void echo(Call& call) {
    call.reply().bulk(call.arg(1));
}

void select(Call& call) {
    int index = 0;
    if (!read_database(call, 1, index)) return;
    call.session().select(index);
    call.reply().ok();
}

void quit(Call& call) {
    call.reply().ok();
    call.session().close_after_reply();
}

void reset(Call& call) {
    Session& session = call.session();
    session.end_transaction();  // dispatch has seen to what it watched
    call.server().bus().clear(session);
    session.select(0);
    session.set_protocol(Session::Protocol::resp2);
    const bool silent = session.reply_mode == Session::ReplyMode::off;
    session.reply_mode = Session::ReplyMode::on;
    session.no_touch = session.no_evict = false;
    session.edit_text([](Session::Text& text) { text.name.clear(); });
    call.server().acl().welcome(session);
    // Where the replies went nowhere, this is the first that does not.
    if (silent) return resp::ReplyWriter(session.out(), session.protocol()).simple("RESET");
    call.reply().simple("RESET");
}

}  // namespace

void add_connection_commands(CommandTable& table) {
    constexpr std::uint32_t kAlways = kNoscript | kLoading | kStale | kFast | kNoAuth | kAllowBusy;
    table.add({.name = "auth",
               .arity = -2,
               .flags = kAlways,
               .categories = kCatConnection,
               .handler = auth,
               .while_busy = auth,
               .group = "connection",
               .complexity = "O(1)",
               .summary = "Authenticates the connection"});
    table.add(
        {.name = "hello",
         .arity = -1,
         .flags = kAlways,
         .categories = kCatConnection,
         .handler = hello,
         .while_busy = hello,
         .since = "6.0.0",
         .group = "connection",
         .complexity = "O(1)",
         .summary = "Chooses the protocol version, and may authenticate and name the connection"});
    table.add({.name = "ping",
               .arity = -1,
               .flags = kFast,
               .categories = kCatConnection,
               .handler = ping,
               .group = "connection",
               .complexity = "O(1)",
               .summary = "Answers PONG, or its argument"});
    table.add({.name = "echo",
               .arity = 2,
               .flags = kFast | kLoading | kStale,
               .categories = kCatConnection,
               .handler = echo,
               .group = "connection",
               .complexity = "O(1)",
               .summary = "Answers its argument"});
    table.add({.name = "select",
               .arity = 2,
               .flags = kLoading | kStale | kFast,
               .categories = kCatConnection,
               .handler = select,
               .group = "connection",
               .complexity = "O(1)",
               .summary = "Chooses the connection's database"});
    table.add({.name = "quit",
               .arity = -1,
               .flags = kAlways,
               .categories = kCatConnection,
               .handler = quit,
               .while_busy = quit,
               .group = "connection",
               .complexity = "O(1)",
               .summary = "Closes the connection after an OK"});
    table.add({.name = "reset",
               .arity = 1,
               .flags = kAlways,
               .categories = kCatConnection,
               .handler = reset,
               .while_busy = reset,
               .since = "6.2.0",
               .group = "connection",
               .complexity = "O(1)",
               .summary = "Brings the connection back to the state of a new one"});
    add_client_commands(table);
}

}  // namespace millpond::engine
