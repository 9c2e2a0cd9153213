// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/client.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "engine/acl/access_control.h"
#include "engine/commands/blocking.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/net/network.h"
#include "engine/server/client_eviction.h"
#include "engine/server/clock.h"
#include "engine/server/pause.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {

bool is_printable(Bytes text) {
    return std::ranges::all_of(text, [](char c) { return c >= '!' && c <= '~'; });
}

std::string flags_of(const Session& session) {
    std::string flags;
    const std::uint32_t tracking = session.observing.tracking.load(std::memory_order_relaxed);
    if (session.observing.monitor) flags += 'O';
    if (session.observing.subscribed()) flags += 'P';
    if (session.in_multi) flags += 'x';
    if (session.state() == Session::State::suspended || session.state() == Session::State::parked)
        flags += 'b';
    if (tracking & kTracking) flags += 't';
    if (tracking & kTrackingBrokenRedirect) flags += 'R';
    if (tracking & kTrackingBroadcast) flags += 'B';
    if (session.state() == Session::State::closing) flags += 'c';
    if (session.via == Session::Via::unix_socket) flags += 'U';
    if (session.no_evict) flags += 'e';
    if (session.no_touch) flags += 'T';
    return flags.empty() ? "N" : flags;
}

std::string_view type_of(const Session& session) {
    return session.observing.subscribed() ? "pubsub" : "normal";
}

std::string_view type_of(const DetachedClients::Client& client) {
    return client.kind == DetachedClients::Client::Kind::primary ? "master" : "replica";
}

/// What CLIENT LIST and CLIENT KILL choose by. A session is "normal" or "pubsub": replicas'
/// connections have left for the replication thread, as has that to the primary.
struct Filter {
    std::optional<std::set<std::uint64_t>> ids;
    std::optional<std::string> type;
    std::optional<std::string> address, local, user;
    std::optional<std::uint64_t> skip;
    std::int64_t age_min_s = 0;

    bool takes(const Session& session) const {
        return (!ids || ids->contains(session.id())) && (!type || *type == type_of(session)) &&
               (!address || session.peer == *address) && (!local || session.local == *local) &&
               (!user || session.text().user == *user) && (!skip || session.id() != *skip) &&
               old_enough(session.created_ms);
    }
    bool takes(const DetachedClients::Client& client) const {
        return (!ids || ids->contains(client.id)) && (!type || *type == type_of(client)) &&
               (!address || client.peer == *address) && (!local || client.local == *local) &&
               (!user || client.user == *user) && old_enough(client.created_ms);
    }
    bool old_enough(std::int64_t created_ms) const {
        return age_min_s == 0 || (steady_ms() - created_ms) / 1000 >= age_min_s;
    }
};

std::vector<DetachedClients::Client> detached_clients(Call& call) {
    const DetachedClients* detached = call.server().detached_clients();
    return detached ? detached->clients() : std::vector<DetachedClients::Client>();
}

/// Its line of CLIENT LIST: what a session shows, as far as it has it.
std::string describe_detached(const DetachedClients::Client& client) {
    const std::int64_t now = steady_ms();
    const std::string pending = std::to_string(client.pending_bytes);
    return "id=" + std::to_string(client.id) + " addr=" + client.peer + " laddr=" + client.local +
           " fd=" + std::to_string(client.fd) +
           " name= age=" + std::to_string((now - client.created_ms) / 1000) +
           " idle=" + std::to_string((now - client.last_active_ms) / 1000) +
           " flags=" + (client.kind == DetachedClients::Client::Kind::primary ? "M" : "S") +
           " db=" + std::to_string(client.db) +
           " sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=0 argv-mem=0 "
           "multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=" +
           pending + " tot-mem=" + pending + " events=" + (client.pending_bytes ? "rw" : "r") +
           " cmd=" + std::string(client.command) + " user=" + client.user +
           " redir=-1 resp=2 lib-name= lib-ver=";
}

bool parse_type(Call& call, Bytes word, Filter& filter) {
    for (const std::string_view known : {"normal", "master", "replica", "slave", "pubsub"}) {
        if (!is_word(word, known)) continue;
        filter.type = known == "slave" ? "replica" : known;
        return true;
    }
    return call.error("ERR Unknown client type '" + std::string(c_text(word)) + "'");
}

bool parse_id(Call& call, Bytes text, Filter& filter, std::int64_t min, std::string_view error) {
    const auto id = parse_integer(text);
    if (!id || *id < min) return call.error(error);
    if (!filter.ids) filter.ids.emplace();
    filter.ids->insert(static_cast<std::uint64_t>(*id));
    return true;
}

bool wrong_arguments(Call& call, const std::string& subcommand) {
    return call.error("ERR unknown subcommand or wrong number of arguments for '" + subcommand +
                      "'. Try CLIENT HELP.");
}

void client_id(Call& call) {
    call.reply().integer(static_cast<std::int64_t>(call.session().id()));
}

void client_info(Call& call) {
    call.reply().verbatim("txt", describe_client(call.session()) + "\n");
}

void client_list(Call& call) {
    Filter filter;
    std::vector<std::uint64_t> order;  // of ID: theirs
    if (call.argc() == 4 && is_word(call.arg(2), "type")) {
        if (!parse_type(call, call.arg(3), filter)) return;
    } else if (call.argc() > 3 && is_word(call.arg(2), "id")) {
        for (std::size_t i = 3; i < call.argc(); ++i) {
            if (!parse_id(call, call.arg(i), filter, INT64_MIN, "ERR Invalid client ID")) return;
            order.push_back(static_cast<std::uint64_t>(*parse_integer(call.arg(i))));
        }
    } else if (call.argc() != 2) {
        return static_cast<void>(call.syntax_error());
    }
    evict_clients(call.server());
    std::map<std::uint64_t, std::string> lines;
    call.server().network().visit_sessions([&](Session& session) {
        // Who has been killed is gone, though its thread may not have come to it yet.
        if (session.killed && &session != &call.session()) return;
        if (filter.takes(session)) lines.emplace(session.id(), describe_client(session));
    });
    for (const auto& client : detached_clients(call)) {
        if (filter.takes(client)) lines.emplace(client.id, describe_detached(client));
    }
    if (!filter.ids) {
        for (const auto& [id, line] : lines) order.push_back(id);
    }
    std::string text;
    for (const std::uint64_t id : order) {
        if (const auto found = lines.find(id); found != lines.end()) text += found->second + "\n";
    }
    call.reply().verbatim("txt", text);
}

bool parse_kill(Call& call, Filter& filter) {
    if (call.argc() % 2 != 0) return call.syntax_error();
    bool skip_me = true;
    for (std::size_t i = 2; i + 1 < call.argc(); i += 2) {
        const Bytes value = call.arg(i + 1);
        if (is_word(call.arg(i), "id")) {
            if (!parse_id(call, value, filter, 1, "ERR client-id should be greater than 0"))
                return false;
        } else if (is_word(call.arg(i), "type")) {
            if (!parse_type(call, value, filter)) return false;
        } else if (is_word(call.arg(i), "addr")) {
            filter.address = value;
        } else if (is_word(call.arg(i), "laddr")) {
            filter.local = value;
        } else if (is_word(call.arg(i), "user")) {
            if (!call.server().acl().accounts().find(value))
                return call.error("ERR No such user '" + std::string(value) + "'");
            filter.user = value;
        } else if (is_word(call.arg(i), "maxage")) {
            const auto age = parse_integer(value);
            if (!age) return call.error("ERR maxage is not an integer or out of range");
            if (*age <= 0) return call.error("ERR maxage should be greater than 0");
            filter.age_min_s = *age;
        } else if (is_word(call.arg(i), "skipme") &&
                   (is_word(value, "yes") || is_word(value, "no"))) {
            skip_me = is_word(value, "yes");
        } else {
            return call.syntax_error();
        }
    }
    if (skip_me) filter.skip = call.session().id();
    return true;
}

void client_kill(Call& call) {
    Filter filter;
    const bool old_form = call.argc() == 3;
    if (old_form) {
        filter.address = call.arg(2);
    } else if (!parse_kill(call, filter)) {
        return;
    }
    std::vector<std::uint64_t> killed;
    call.server().network().visit_sessions([&](Session& session) {
        if (!filter.takes(session)) return;
        killed.push_back(session.id());
        if (&session != &call.session()) session.killed = true;
    });
    std::size_t detached = 0;
    for (const auto& client : detached_clients(call)) {
        if (!filter.takes(client)) continue;
        ++detached;
        call.server().detached_clients()->close(client.id);
    }
    for (const std::uint64_t id : killed) {
        if (id == call.session().id()) {
            call.session().close_after_reply();
        } else {
            call.server().network().close(id, false);
        }
    }
    if (!old_form) {
        call.reply().integer(static_cast<std::int64_t>(killed.size() + detached));
    } else if (killed.empty() && detached == 0) {
        call.error("ERR No such client");
    } else {
        call.reply().ok();
    }
}

void client_setname(Call& call) {
    if (set_client_name(call, call.arg(2))) call.reply().ok();
}

void client_getname(Call& call) {
    const std::string name = call.session().text().name;
    if (name.empty()) {
        call.reply().null();
    } else {
        call.reply().bulk(name);
    }
}

void client_setinfo(Call& call) {
    const bool name = is_word(call.arg(2), "lib-name");
    if (!name && !is_word(call.arg(2), "lib-ver")) {
        return static_cast<void>(
            call.error("ERR Unrecognized option '" + std::string(call.arg(2)) + "'"));
    }
    if (!is_printable(call.arg(3))) {
        call.error("ERR " + std::string(name ? "lib-name" : "lib-ver") +
                   " cannot contain spaces, newlines or special characters.");
        return;
    }
    call.session().edit_text(
        [&](Session::Text& text) { (name ? text.lib_name : text.lib_version) = call.arg(3); });
    call.reply().ok();
}

void client_pause(Call& call) {
    const auto ms = parse_integer(call.arg(2));
    bool all = true;
    if (call.argc() == 4) {
        if (!is_word(call.arg(3), "write") && !is_word(call.arg(3), "all")) {
            return static_cast<void>(call.error("ERR CLIENT PAUSE mode must be WRITE or ALL"));
        }
        all = is_word(call.arg(3), "all");
    } else if (call.argc() > 4) {
        return static_cast<void>(wrong_arguments(call, "PAUSE"));
    }
    if (!ms) return static_cast<void>(call.error("ERR timeout is not an integer or out of range"));
    if (*ms < 0) return static_cast<void>(call.error("ERR timeout is negative"));
    constexpr std::int64_t kPauseMsMax = 1LL << 40;
    call.server().pause().pause_clients(std::min(*ms, kPauseMsMax), all);
    call.reply().ok();
}

void client_unpause(Call& call) {
    call.server().pause().unpause_clients();
    call.reply().ok();
}

/// ON or OFF as the argument at 2.
bool parse_switch(Call& call, bool& on) {
    on = is_word(call.arg(2), "on");
    return on || is_word(call.arg(2), "off") || call.syntax_error();
}

void client_no_evict(Call& call) {
    bool on = false;
    if (!parse_switch(call, on)) return;
    call.session().no_evict = on;
    call.reply().ok();
}

void client_no_touch(Call& call) {
    bool on = false;
    if (!parse_switch(call, on)) return;
    call.session().no_touch = on;
    call.reply().ok();
}

void client_reply(Call& call) {
    using Mode = Session::ReplyMode;
    const Mode before = call.session().reply_mode;
    if (is_word(call.arg(2), "on")) {
        call.session().reply_mode = Mode::on;
        // The reply that says so is the first one that is heard again.
        resp::ReplyWriter(call.session().out(), call.session().protocol()).ok();
    } else if (is_word(call.arg(2), "off")) {
        call.session().reply_mode = Mode::off;
    } else if (is_word(call.arg(2), "skip")) {
        if (before != Mode::off) call.session().reply_mode = Mode::skip_next;
    } else {
        call.syntax_error();
    }
}

void client_unblock(Call& call) {
    std::int64_t id = 0;
    bool with_error = false;
    if (call.argc() == 4) {
        with_error = is_word(call.arg(3), "error");
        if (!with_error && !is_word(call.arg(3), "timeout")) {
            return static_cast<void>(
                call.error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"));
        }
    } else if (call.argc() > 4) {
        return static_cast<void>(wrong_arguments(call, "UNBLOCK"));
    }
    if (!call.integer(2, id)) return;
    Server& server = call.server();
    const auto session = static_cast<std::uint64_t>(id);
    if (const auto waiter = server.waiters().find(session)) {
        // In the exclusive lane it is certain that nobody serves it.
        server.waiters().remove(*waiter, true);
        if (with_error) call.executor().count_unblocked(*waiter);
        server.resume(waiter->token, ended_wait_reply(waiter->session, with_error));
        return call.reply().integer(1);
    }
    call.reply().integer(server.network().unblock(session, with_error) ? 1 : 0);
}

}  // namespace

bool set_client_name(Call& call, Bytes name) {
    if (!is_printable(name)) {
        return call.error(
            "ERR Client names cannot contain spaces, newlines or special characters.");
    }
    call.session().edit_text([&](Session::Text& text) { text.name = name; });
    return true;
}

std::string describe_client(const Session& session) {
    const Session::Text text = session.text();
    const std::int64_t now = steady_ms();
    const CommandSpec* last = session.last_command.load(std::memory_order_relaxed);
    const bool multi = session.in_multi.load(std::memory_order_relaxed);
    const std::uint64_t pending = session.output_pending.load(std::memory_order_relaxed);
    const std::uint64_t input = session.input_pending.load(std::memory_order_relaxed);
    const std::uint64_t capacity = session.input_capacity.load(std::memory_order_relaxed);
    std::string out =
        "id=" + std::to_string(session.id()) + " addr=" + session.peer + " laddr=" + session.local +
        " fd=" + std::to_string(session.fd.load(std::memory_order_relaxed)) + " name=" + text.name +
        " age=" + std::to_string((now - session.created_ms) / 1000) + " idle=" +
        std::to_string((now - session.last_active_ms.load(std::memory_order_relaxed)) / 1000) +
        " flags=" + flags_of(session) + " db=" + std::to_string(session.db()) +
        " sub=" + std::to_string(session.observing.count(ChannelKind::channel)) +
        " psub=" + std::to_string(session.observing.count(ChannelKind::pattern)) +
        " ssub=" + std::to_string(session.observing.count(ChannelKind::shard)) + " multi=" +
        (multi ? std::to_string(session.queued.load(std::memory_order_relaxed)) : "-1") +
        " watch=" + std::to_string(session.watched.load(std::memory_order_relaxed)) +
        " qbuf=" + std::to_string(input) +
        " qbuf-free=" + std::to_string(capacity - std::min(capacity, input)) +
        " argv-mem=0 multi-mem=" +
        std::to_string(session.queued_bytes.load(std::memory_order_relaxed)) +
        " rbs=0 rbp=0 obl=0 oll=0 omem=" + std::to_string(pending) +
        " tot-mem=" + std::to_string(session.memory_bytes());
    out += " events=" + std::string(pending > 0 ? "rw" : "r") +
           " cmd=" + (last ? std::string(last->name) : "NULL") + " user=" + text.user +
           " redir=" + std::to_string(redirection_of(session)) +
           " resp=" + std::to_string(static_cast<int>(session.protocol())) +
           " lib-name=" + text.lib_name + " lib-ver=" + text.lib_version;
    return out;
}

void add_client_commands(CommandTable& table) {
    constexpr std::uint32_t kUsual = kNoscript | kLoading | kStale;
    table.add({.name = "client",
               .arity = -2,
               .since = "2.4.0",
               .group = "connection",
               .complexity = "Depends on subcommand.",
               .summary = "A container for client connection commands"});
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags, Handler handler,
                         std::string_view since, std::string_view summary,
                         Lane lane = Lane::shared) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = flags,
                   .categories = kCatConnection,
                   .lane = lane,
                   .handler = handler,
                   .since = since,
                   .group = "connection",
                   .complexity = "O(1)",
                   .summary = summary});
    };
    add("client|getname", 2, kUsual, client_getname, "2.6.9", "Answers the connection's name");
    add("client|help", 2, kLoading | kStale, help, "5.0.0", "Says what the subcommands are");
    add("client|id", 2, kUsual, client_id, "5.0.0", "Answers the connection's id");
    add("client|info", 2, kUsual, client_info, "6.2.0", "Describes this connection");
    add("client|kill", -3, kUsual | kAdmin, client_kill, "2.4.0", "Closes connections",
        Lane::exclusive);
    add("client|list", -2, kUsual | kAdmin, client_list, "2.4.0", "Describes the connections");
    add("client|no-evict", 3, kUsual | kAdmin, client_no_evict, "7.0.0",
        "Exempts the connection from eviction");
    add("client|no-touch", 3, kUsual, client_no_touch, "7.2.0",
        "Leaves the clocks of the keys it reads alone");
    add("client|pause", -3, kUsual | kAdmin, client_pause, "2.9.50", "Lets commands wait",
        Lane::exclusive);
    add("client|reply", 3, kUsual, client_reply, "3.2.0", "Turns replies off and on");
    add("client|setinfo", 4, kUsual, client_setinfo, "7.2.0",
        "Tells the client library's name and version");
    add("client|setname", 3, kUsual, client_setname, "2.6.9", "Names the connection");
    add("client|unblock", -3, kUsual | kAdmin, client_unblock, "5.0.0",
        "Ends the wait of a blocked client", Lane::exclusive);
    add("client|unpause", 2, kUsual | kAdmin, client_unpause, "6.2.0", "Lets paused commands run",
        Lane::exclusive);
    add_client_tracking_commands(table);
}

}  // namespace millpond::engine
