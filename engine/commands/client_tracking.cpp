// SPDX-License-Identifier: Apache-2.0
//
// CLIENT TRACKING, CACHING, GETREDIR and TRACKINGINFO. Dispatch holds the bus when TRACKING gets
// here.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "engine/commands/client.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/net/network.h"
#include "engine/observers/bus.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {

struct Options {
    std::shared_ptr<Inbox> redirect;
    std::uint32_t flags = 0;
    std::vector<Bytes> prefixes;
};

bool parse_redirect(Call& call, std::size_t index, Options& options) {
    if (options.redirect) {
        return call.error("ERR A client can only redirect to a single other client");
    }
    std::int64_t id = 0;
    if (!call.integer(index, id)) return false;
    call.server().network().visit_session(static_cast<std::uint64_t>(id), [&](Session& session) {
        options.redirect = session.inbox;
    });
    return options.redirect || call.error("ERR The client ID you want redirect to does not exist");
}

bool parse(Call& call, Options& options) {
    for (std::size_t i = 3; i < call.argc(); ++i) {
        const bool more = i + 1 < call.argc();
        if (is_word(call.arg(i), "redirect") && more) {
            if (!parse_redirect(call, ++i, options)) return false;
        } else if (is_word(call.arg(i), "bcast")) {
            options.flags |= kTrackingBroadcast;
        } else if (is_word(call.arg(i), "optin")) {
            options.flags |= kTrackingOptIn;
        } else if (is_word(call.arg(i), "optout")) {
            options.flags |= kTrackingOptOut;
        } else if (is_word(call.arg(i), "noloop")) {
            options.flags |= kTrackingNoLoop;
        } else if (is_word(call.arg(i), "prefix") && more) {
            options.prefixes.push_back(call.arg(++i));
        } else {
            return call.syntax_error();
        }
    }
    return true;
}

bool overlap(Call& call, Bytes a, std::string_view what, Bytes b) {
    if (!a.starts_with(b) && !b.starts_with(a)) return false;
    call.error("ERR Prefix '" + std::string(a) + "' overlaps with " + std::string(what) +
               " prefix '" + std::string(b) + "'. Prefixes for a single client must not overlap.");
    return true;
}

bool prefixes_fit(Call& call, const std::vector<Bytes>& prefixes) {
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
        std::vector<std::string> mine = call.session().observing.prefixes;
        std::ranges::sort(mine);
        for (const std::string& old : mine) {
            if (overlap(call, prefixes[i], "an existing", old)) return false;
        }
        for (std::size_t j = i + 1; j < prefixes.size(); ++j) {
            if (overlap(call, prefixes[i], "another provided", prefixes[j])) return false;
        }
    }
    return true;
}

/// May a session that tracks as `now` go over to `wanted`?
bool compatible(Call& call, std::uint32_t now, const Options& options) {
    const std::uint32_t wanted = options.flags;
    if (!(wanted & kTrackingBroadcast) && !options.prefixes.empty()) {
        return call.error("ERR PREFIX option requires BCAST mode to be enabled");
    }
    if ((now & kTracking) && (now & kTrackingBroadcast) != (wanted & kTrackingBroadcast)) {
        return call.error(
            "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and "
            "then re-enabling it with a different mode.");
    }
    constexpr std::uint32_t kOpt = kTrackingOptIn | kTrackingOptOut;
    if ((wanted & kTrackingBroadcast) && (wanted & kOpt)) {
        return call.error("ERR OPTIN and OPTOUT are not compatible with BCAST");
    }
    if ((wanted & kOpt) == kOpt) {
        return call.error("ERR You can't specify both OPTIN mode and OPTOUT mode");
    }
    if (((wanted & kTrackingOptIn) && (now & kTrackingOptOut)) ||
        ((wanted & kTrackingOptOut) && (now & kTrackingOptIn))) {
        return call.error(
            "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and "
            "then re-enabling it with a different mode.");
    }
    return !(wanted & kTrackingBroadcast) || prefixes_fit(call, options.prefixes);
}

void tracking(Call& call) {
    Options options;
    if (!observes(call) || !parse(call, options)) return;
    Session& session = call.session();
    Bus& bus = call.server().bus();
    if (is_word(call.arg(2), "on")) {
        const std::uint32_t now = session.observing.tracking.load(std::memory_order_relaxed);
        if (!compatible(call, now, options)) return;
        const std::uint32_t kept = now & kTrackingCaching;
        bus.track(session, options.flags | kept, options.redirect, options.prefixes);
    } else if (is_word(call.arg(2), "off")) {
        bus.stop_tracking(session);
    } else {
        return static_cast<void>(call.syntax_error());
    }
    call.reply().ok();
}

void caching(Call& call) {
    std::atomic<std::uint32_t>& flags = call.session().observing.tracking;
    const std::uint32_t now = flags.load(std::memory_order_relaxed);
    if (!(now & kTracking)) {
        call.error(
            "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN "
            "or OPTOUT mode enabled");
        return;
    }
    if (is_word(call.arg(2), "yes")) {
        if (!(now & kTrackingOptIn)) {
            call.error(
                "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
            return;
        }
    } else if (is_word(call.arg(2), "no")) {
        if (!(now & kTrackingOptOut)) {
            call.error(
                "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
            return;
        }
    } else {
        return static_cast<void>(call.syntax_error());
    }
    flags.fetch_or(kTrackingCaching, std::memory_order_relaxed);
    call.reply().ok();
}

void getredir(Call& call) {
    call.reply().integer(redirection_of(call.session()));
}

void trackinginfo(Call& call) {
    const Observation& observing = call.session().observing;
    const std::uint32_t now = observing.tracking.load(std::memory_order_relaxed);
    std::vector<std::string_view> flags{now & kTracking ? "on" : "off"};
    const bool caching_now = (now & kTrackingCaching) != 0;
    if (now & kTrackingBroadcast) flags.emplace_back("bcast");
    if (now & kTrackingOptIn) {
        flags.emplace_back("optin");
        if (caching_now) flags.emplace_back("caching-yes");
    }
    if (now & kTrackingOptOut) {
        flags.emplace_back("optout");
        if (caching_now) flags.emplace_back("caching-no");
    }
    if (now & kTrackingNoLoop) flags.emplace_back("noloop");
    if (now & kTrackingBrokenRedirect) flags.emplace_back("broken_redirect");
    resp::ReplyWriter& reply = call.reply();
    reply.map(3);
    reply.bulk("flags");
    reply.set(flags.size());
    for (const std::string_view flag : flags) reply.bulk(flag);
    reply.bulk("redirect");
    reply.integer(redirection_of(call.session()));
    reply.bulk("prefixes");
    std::vector<std::string> prefixes = observing.prefixes;
    std::ranges::sort(prefixes);
    reply.array(prefixes.size());
    for (const std::string& prefix : prefixes) reply.bulk(prefix);
}

}  // namespace

bool observes(Call& call) {
    return call.session().inbox || call.error("ERR there is no client to tell");
}

std::int64_t redirection_of(const Session& session) {
    const Observation& observing = session.observing;
    if (!observing.tracks()) return -1;
    return static_cast<std::int64_t>(observing.redirect.load(std::memory_order_relaxed));
}

void add_client_tracking_commands(CommandTable& table) {
    constexpr std::uint32_t kUsual = kNoscript | kLoading | kStale;
    const auto add = [&](std::string_view name, int arity, Handler handler, std::string_view since,
                         std::string_view complexity, std::string_view summary) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = kUsual,
                   .categories = kCatConnection,
                   .handler = handler,
                   .since = since,
                   .group = "connection",
                   .complexity = complexity,
                   .summary = summary});
    };
    add("client|caching", 3, caching, "6.0.0", "O(1)",
        "Says whether the next command's keys are tracked");
    add("client|getredir", 2, getredir, "6.0.0", "O(1)",
        "Answers where tracking messages are redirected to");
    add("client|tracking", -3, tracking, "6.0.0", "O(1)",
        "Turns messages about changed keys on or off");
    add("client|trackinginfo", 2, trackinginfo, "6.2.0", "O(1)",
        "Describes the connection's tracking");
}

}  // namespace millpond::engine
