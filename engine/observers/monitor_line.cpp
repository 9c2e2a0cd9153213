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

std::string source_of(Call& call, bool from_script) {
    if (from_script) return "lua";
    const Session& session = call.session();
    if (session.via == Session::Via::unix_socket) {
        return "unix:" + call.server().config().unixsocket.get();
    }
    return session.peer.empty() ? "?:0" : session.peer;
}

}  // namespace

bool is_script(const CommandSpec& spec) {
    return (spec.flags & kSkipMonitor) && spec.group == "scripting";
}

bool monitored(Call& call) {
    return !(call.spec().flags & (kSkipMonitor | kAdmin)) && !call.server().loading();
}

std::string monitor_line(Call& call, bool from_script) {
    const std::int64_t now_us = unix_us();
    char time[48];
    std::snprintf(time, sizeof time, "+%lld.%06lld [%d ", static_cast<long long>(now_us / 1000000),
                  static_cast<long long>(now_us % 1000000), call.session().db());
    std::string line = time + source_of(call, from_script) + "]";
    std::vector<Bytes> shown;
    const bool secret = acl::redact(call.spec(), call.args(), shown);
    for (const Bytes arg : secret ? std::span<const Bytes>(shown) : call.args()) {
        line += ' ';
        resp::append_quoted(line, arg);
    }
    return line + "\r\n";
}

}  // namespace millpond::engine
