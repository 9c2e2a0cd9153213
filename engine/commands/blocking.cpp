// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/blocking.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/commands/call.h"
#include "engine/commands/numbers.h"
#include "engine/server/clock.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

constexpr std::int64_t kMsMax = std::numeric_limits<std::int64_t>::max();

bool check(Call& call, std::int64_t ms, Timeout& timeout) {
    if (ms < 0) return call.error("ERR timeout is negative");
    timeout.ms = ms;
    return true;
}

}  // namespace

std::int64_t Timeout::deadline_ms() const {
    return ms == 0 ? 0 : steady_ms() + std::min(ms, kMsMax / 2);
}

bool read_timeout(Call& call, std::size_t index, Timeout& timeout) {
    const auto seconds = parse_long_real(call.arg(index));
    if (!seconds) return call.error("ERR timeout is not a float or out of range");
    const long double ms = std::ceil(*seconds * 1000);
    // What no integer of milliseconds holds has always been answered like this, however big it is.
    if (std::abs(ms) > static_cast<long double>(kMsMax))
        return call.error("ERR timeout is negative");
    return check(call, static_cast<std::int64_t>(ms), timeout);
}

bool read_timeout_ms(Call& call, std::size_t index, Timeout& timeout) {
    const auto ms = parse_integer(call.arg(index));
    if (!ms) return call.error("ERR timeout is not an integer or out of range");
    return check(call, *ms, timeout);
}

std::string ended_wait_reply(const Session& session, bool with_error) {
    if (with_error) return "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n";
    std::string out;
    resp::ReplyWriter(out, session.protocol()).null_array();
    return out;
}

void wait_for_keys(Call& call, Wait wait) {
    Session& session = call.session();
    auto waiter = std::make_shared<Waiter>(session, OwnedCommand(call.spec(), call.args()));
    waiter->db = call.db().index();
    waiter->type = wait.type;
    waiter->minds_absence = wait.minds_absence;
    waiter->serve = std::move(wait.serve);
    for (const Bytes key : wait.keys) {
        if (std::ranges::find(waiter->keys, key) == waiter->keys.end())
            waiter->keys.emplace_back(key);
    }
    waiter->token = session.suspend(
        [&session](bool with_error) { return ended_wait_reply(session, with_error); },
        wait.timeout.deadline_ms());
    session.waiter = waiter;
    call.server().waiters().add(waiter);
}

void end_waits(Server& server) {
    for (const auto& waiter : server.waiters().all()) {
        server.waiters().remove(*waiter, true);
        server.resume(waiter->token,
                      "-UNBLOCKED force unblock from blocking operation, instance state changed "
                      "(master -> replica?)\r\n",
                      Resumed::closes);
    }
}

}  // namespace millpond::engine
