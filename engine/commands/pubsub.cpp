// SPDX-License-Identifier: Apache-2.0
//
// Publish and subscribe. Who is subscribed to what is the bus's; dispatch has taken it, and brought
// the session's output up to date, before SUBSCRIBE and its kin get here.
#include <string>
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/client.h"
#include "engine/commands/glob.h"
#include "engine/commands/help.h"
#include "engine/commands/record.h"
#include "engine/commands/table.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {

struct Words {
    std::string_view subscribe, unsubscribe;
};

Words words_of(ChannelKind kind) {
    switch (kind) {
        case ChannelKind::channel:
            return {"subscribe", "unsubscribe"};
        case ChannelKind::pattern:
            return {"psubscribe", "punsubscribe"};
        case ChannelKind::shard:
            break;
    }
    return {"ssubscribe", "sunsubscribe"};
}

/// Shard channels are counted apart.
std::uint32_t count_of(const Observation& observing, ChannelKind kind) {
    if (kind == ChannelKind::shard) return observing.count(kind);
    return observing.count(ChannelKind::channel) + observing.count(ChannelKind::pattern);
}

/// What tells of subscriptions is sent even when the client has turned replies off.
resp::ReplyWriter writer_of(Call& call) {
    return {call.session().out(), call.reply().protocol()};
}

void confirm(Call& call, std::string_view word, const Bytes* name, std::uint32_t count) {
    resp::ReplyWriter writer = writer_of(call);
    writer.push(3);
    writer.bulk(word);
    if (name) {
        writer.bulk(*name);
    } else {
        writer.null();
    }
    writer.integer(count);
}

template <ChannelKind kind>
void subscribe(Call& call) {
    if (!observes(call)) return;
    if (kind == ChannelKind::shard && call.nested()) {
        return static_cast<void>(
            call.error("ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client"));
    }
    for (const Bytes name : call.args().subspan(1)) {
        call.server().bus().subscribe(call.session(), kind, name);
        confirm(call, words_of(kind).subscribe, &name, count_of(call.session().observing, kind));
    }
}

template <ChannelKind kind>
void unsubscribe(Call& call) {
    if (!observes(call)) return;
    Observation& observing = call.session().observing;
    const NameSet& mine = observing.names[static_cast<std::size_t>(kind)];
    std::vector<std::string> all;
    std::vector<Bytes> names(call.args().begin() + 1, call.args().end());
    if (names.empty()) {
        all.assign(mine.begin(), mine.end());
        names.assign(all.begin(), all.end());
        if (names.empty()) {
            return confirm(call, words_of(kind).unsubscribe, nullptr, count_of(observing, kind));
        }
    }
    for (const Bytes name : names) {
        call.server().bus().unsubscribe(call.session(), kind, name);
        confirm(call, words_of(kind).unsubscribe, &name, count_of(observing, kind));
    }
}

template <ChannelKind kind>
void publish(Call& call) {
    const std::size_t receivers = call.record().events().publish(kind, call.arg(1), call.arg(2));
    // Replicas publish to their own subscribers.
    call.effect(call.args());
    call.reply().integer(static_cast<std::int64_t>(receivers));
}

template <ChannelKind kind>
void list_channels(Call& call) {
    if (call.argc() > 3) {
        std::string upper(call.arg(1));
        return static_cast<void>(
            call.error("ERR unknown subcommand or wrong number of arguments for '" + upper +
                       "'. Try PUBSUB HELP."));
    }
    std::vector<std::string> names;
    Bus& bus = call.server().bus();
    call.record().events().hold();
    bus.list_names(kind, [&](const std::string& name) {
        if (call.argc() == 2 || glob_matches(call.arg(2), name)) names.push_back(name);
    });
    call.reply().array(names.size());
    for (const std::string& name : names) call.reply().bulk(name);
}

template <ChannelKind kind>
void count_subscribers(Call& call) {
    call.record().events().hold();
    call.reply().array(2 * (call.argc() - 2));
    for (const Bytes name : call.args().subspan(2)) {
        call.reply().bulk(name);
        call.reply().integer(
            static_cast<std::int64_t>(call.server().bus().subscribers(kind, name)));
    }
}

void count_patterns(Call& call) {
    call.reply().integer(
        static_cast<std::int64_t>(call.server().bus().names(ChannelKind::pattern)));
}

}  // namespace

void add_pubsub_commands(CommandTable& table) {
    constexpr std::uint32_t kListen = kPubsub | kNoscript | kLoading | kStale;
    constexpr std::uint32_t kSpeak = kPubsub | kLoading | kStale | kFast | kMayReplicate;
    const auto add = [&](std::string_view name, int arity, std::uint32_t flags, KeyRange keys,
                         Handler handler, std::string_view since, std::string_view complexity,
                         std::string_view summary) {
        table.add({.name = name,
                   .arity = arity,
                   .flags = flags,
                   .keys = keys,
                   .handler = handler,
                   .since = since,
                   .group = "pubsub",
                   .complexity = complexity,
                   .summary = summary,
                   .key_flags = keys.first ? "not_key" : ""});
    };
    add("subscribe", -2, kListen, {}, subscribe<ChannelKind::channel>, "2.0.0",
        "O(N) in the number of channels", "Listens to channels");
    add("unsubscribe", -1, kListen, {}, unsubscribe<ChannelKind::channel>, "2.0.0",
        "O(N) in the number of channels' subscribers", "Listens to channels no more");
    add("psubscribe", -2, kListen, {}, subscribe<ChannelKind::pattern>, "2.0.0",
        "O(N) in the number of patterns", "Listens to channels whose names match patterns");
    add("punsubscribe", -1, kListen, {}, unsubscribe<ChannelKind::pattern>, "2.0.0",
        "O(N) in the number of patterns' subscribers", "Listens to patterns no more");
    add("ssubscribe", -2, kListen, {1, -1, 1}, subscribe<ChannelKind::shard>, "7.0.0",
        "O(N) in the number of shard channels", "Listens to shard channels");
    add("sunsubscribe", -1, kListen, {1, -1, 1}, unsubscribe<ChannelKind::shard>, "7.0.0",
        "O(N) in the number of shard channels' subscribers", "Listens to shard channels no more");
    add("publish", 3, kSpeak, {}, publish<ChannelKind::channel>, "2.0.0",
        "O(N+M) in the channel's subscribers and all patterns", "Sends a message to a channel");
    add("spublish", 3, kSpeak, {1, 1, 1}, publish<ChannelKind::shard>, "7.0.0",
        "O(N) in the shard channel's subscribers", "Sends a message to a shard channel");
    table.add({.name = "pubsub",
               .arity = -2,
               .since = "2.8.0",
               .group = "pubsub",
               .complexity = "Depends on subcommand.",
               .summary = "A container for commands that look at subscriptions"});
    constexpr std::uint32_t kLook = kPubsub | kLoading | kStale;
    add("pubsub|channels", -2, kLook, {}, list_channels<ChannelKind::channel>, "2.8.0",
        "O(N) in the number of channels", "Lists channels that have subscribers");
    add("pubsub|help", 2, kLoading | kStale, {}, help, "6.2.0", "O(1)",
        "Says what the subcommands are");
    add("pubsub|numpat", 2, kLook, {}, count_patterns, "2.8.0", "O(1)",
        "Counts the patterns that have subscribers");
    add("pubsub|numsub", -2, kLook, {}, count_subscribers<ChannelKind::channel>, "2.8.0",
        "O(N) in the number of channels", "Counts the subscribers of channels");
    add("pubsub|shardchannels", -2, kLook, {}, list_channels<ChannelKind::shard>, "7.0.0",
        "O(N) in the number of shard channels", "Lists shard channels that have subscribers");
    add("pubsub|shardnumsub", -2, kLook, {}, count_subscribers<ChannelKind::shard>, "7.0.0",
        "O(N) in the number of shard channels", "Counts the subscribers of shard channels");
}

}  // namespace millpond::engine
