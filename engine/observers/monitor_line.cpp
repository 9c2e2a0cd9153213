// SPDX-License-Identifier: Apache-2.0
#include "engine/observers/monitor_line.h"

#include <cstdio>
#include <vector>

#include "engine/acl/redaction.h"
#include "engine/commands/table.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

std::string source_of(Server& server, const Session& session) {
    if (session.via == Session::Via::unix_socket) {
        return "unix:" + server.config().unixsocket.get();
    }
    return session.peer.empty() ? "?:0" : session.peer;
}

std::string line_of(const std::string& source, int db, const CommandSpec& spec,
                    std::span<const Bytes> args) {
    const std::int64_t now_us = unix_us();
    char time[48];
    std::snprintf(time, sizeof time, "+%lld.%06lld [%d ", static_cast<long long>(now_us / 1000000),
                  static_cast<long long>(now_us % 1000000), db);
    std::string line = time + source + "]";
    std::vector<Bytes> shown;
    const bool secret = acl::redact(spec, args, shown);
    for (const Bytes arg : secret ? std::span<const Bytes>(shown) : args) {
        line += ' ';
        resp::append_quoted(line, arg);
    }
    return line + "\r\n";
}

}  // namespace

bool is_script(const CommandSpec& spec) {
    return (spec.flags & kSkipMonitor) && spec.group == "scripting";
}

bool monitored(Call& call) {
    return !(call.spec().flags & (kSkipMonitor | kAdmin)) && !call.server().loading();
}

std::string monitor_line(Call& call, bool from_script) {
    const Session& session = call.session();
    return line_of(from_script ? "lua" : source_of(call.server(), session), session.db(),
                   call.spec(), call.args());
}

std::string monitor_line(Server& server, const Session& session, const CommandSpec& spec,
                         std::span<const Bytes> args) {
    return line_of(source_of(server, session), session.db(), spec, args);
}

}  // namespace millpond::engine
