// SPDX-License-Identifier: Apache-2.0
//
// What is pending in a group: XPENDING looks, XCLAIM and XAUTOCLAIM hand it to another consumer.
// Claims are logged entry by entry, each as the XCLAIM that gives the replica the same state.
#include "engine/commands/numbers.h"
#include "engine/commands/streams.h"

namespace millpond::engine {

namespace {

struct PendingQuery {
    bool summary = false;
    std::int64_t idle_ms = 0;
    std::int64_t count = 0;
    StreamId start;
    StreamId end;
    std::optional<Bytes> consumer;

    bool read(Call& call);
};

bool PendingQuery::read(Call& call) {
    if (call.argc() == 3) {
        summary = true;
        return true;
    }
    if (call.argc() < 6 || call.argc() > 9) return call.syntax_error();
    std::size_t at = 3;
    if (is_word(call.arg(at), "idle")) {
        if (!call.integer(at + 1, idle_ms)) return false;
        if (call.argc() < 8) return call.syntax_error();
        at += 2;
    }
    if (!call.integer(at + 2, count) || !stream_range_start(call, at, start) ||
        !stream_range_end(call, at + 1, end)) {
        return false;
    }
    if (at + 3 < call.argc()) consumer = call.arg(at + 3);
    return true;
}

void reply_summary(Call& call, const StreamGroup& group) {
    const auto& pending = group.pending();
    call.reply().array(4);
    call.reply().integer(static_cast<std::int64_t>(pending.size()));
    if (pending.empty()) {
        call.reply().null();
        call.reply().null();
        call.reply().null_array();
        return;
    }
    call.reply().bulk(pending.at(pending.begin()).id.text());
    call.reply().bulk(pending.at(pending.last()).id.text());
    LateHeader header(call);
    std::size_t consumers = 0;
    for (const auto& [name, consumer] : group.consumers()) {
        if (consumer.pending.empty()) continue;
        ++consumers;
        call.reply().array(2);
        call.reply().bulk(name);
        call.reply().bulk_integer(static_cast<std::int64_t>(consumer.pending.size()));
    }
    header.array(consumers);
}

void reply_pending(Call& call, const StreamId& id, const StreamPending& pending) {
    call.reply().array(4);
    call.reply().bulk(id.text());
    call.reply().bulk(*pending.consumer->name);
    call.reply().integer(std::max<std::int64_t>(call.now() - pending.delivered_ms, 0));
    call.reply().integer(static_cast<std::int64_t>(pending.deliveries));
}

void reply_range(Call& call, const PendingQuery& query, StreamGroup& group) {
    LateHeader header(call);
    std::int64_t found = 0;
    const auto take = [&](const StreamId& id, const StreamPending& pending) {
        if (query.idle_ms != 0 && call.now() - pending.delivered_ms < query.idle_ms) return;
        ++found;
        reply_pending(call, id, pending);
    };
    const auto walk = [&](const auto& map, auto look) {
        for (auto at = map.lower_bound(query.start);
             found < query.count && at != map.end() && map.at(at).id <= query.end;
             at = map.next(at)) {
            take(map.at(at).id, look(map.at(at)));
        }
    };
    if (!query.consumer) {
        walk(group.pending(), [](const auto& item) -> const StreamPending& { return item.value; });
    } else if (const StreamConsumer* consumer = group.find(*query.consumer)) {
        walk(consumer->pending, [&](const auto& item) -> const StreamPending& {
            return *group.find_pending(item.id);
        });
    }
    header.array(static_cast<std::size_t>(found));
}

void xpending(Call& call) {
    PendingQuery query;
    Stream* stream = nullptr;
    StreamGroup* group = nullptr;
    if (!query.read(call) || !find_group(call, false, stream, group)) return;
    if (query.summary) {
        reply_summary(call, *group);
    } else {
        reply_range(call, query, *group);
    }
}

/// What XCLAIM and XAUTOCLAIM have in common.
class Claim {
public:
    Claim(Call& call, Stream& stream, StreamGroup& group)
        : call_(call), stream_(stream), group_(group) {}

    std::int64_t idle_ms = 0;                ///< at least
    std::int64_t delivered_ms = 0;           ///< to be noted
    std::optional<std::int64_t> deliveries;  ///< to be noted; else one more
    bool only_ids = false;

    /// An entry that is pending, but deleted, is not pending any more.
    void drop(const StreamId& id, const StreamPending& pending) {
        log_claim(call_, call_.arg(1), call_.arg(2), group_, id, pending);
        call_.changed();
        group_.acknowledge(id);
    }
    bool is_idle(const StreamPending& pending) const {
        return idle_ms == 0 || call_.now() - pending.delivered_ms >= idle_ms;
    }
    /// Hands the entry over and answers it. Requires: it is in the stream.
    void take(const StreamId& id) {
        if (consumer_ == nullptr) {
            consumer_ = &use_consumer(call_, call_.arg(1), group_, call_.arg(3), nullptr);
        }
        const bool known = group_.find_pending(id) != nullptr;
        StreamPending& pending = group_.give(id, *consumer_);
        if (!known) pending.deliveries = 1;
        pending.delivered_ms = delivered_ms;
        if (deliveries) {
            pending.deliveries = static_cast<std::uint64_t>(*deliveries);
        } else if (!only_ids) {
            ++pending.deliveries;
        }
        if (only_ids) {
            call_.reply().bulk(id.text());
        } else {
            reply_entry_of(call_, stream_, id);
        }
        log_claim(call_, call_.arg(1), call_.arg(2), group_, id, pending);
        call_.changed();
    }

private:
    Call& call_;
    Stream& stream_;
    StreamGroup& group_;
    StreamConsumer* consumer_ = nullptr;
};

struct ClaimOptions {
    std::int64_t idle_ms = 0;
    std::vector<StreamId> ids;
    std::optional<std::int64_t> deliveries;
    std::int64_t delivered_ms = -1;  ///< -1: not given
    bool force = false;
    bool only_ids = false;
    StreamId last_id;

    bool read(Call& call);

private:
    bool read_option(Call& call, std::size_t& i);
};

bool read_number(Call& call, std::size_t index, std::string_view what, std::int64_t& out) {
    const auto value = parse_integer(call.arg(index));
    if (!value) {
        return call.error("ERR Invalid " + std::string(what) + " argument for XCLAIM");
    }
    out = *value;
    return true;
}

bool ClaimOptions::read_option(Call& call, std::size_t& i) {
    const Bytes word = call.arg(i);
    const bool more = i + 1 < call.argc();
    if (is_word(word, "force")) {
        force = true;
    } else if (is_word(word, "justid")) {
        only_ids = true;
    } else if (more && is_word(word, "idle")) {
        if (!read_number(call, ++i, "IDLE option", delivered_ms)) return false;
        // An idle time beyond the clock's range wraps in Redis, and is then put right.
        delivered_ms = static_cast<std::int64_t>(static_cast<std::uint64_t>(call.now()) -
                                                 static_cast<std::uint64_t>(delivered_ms));
    } else if (more && is_word(word, "time")) {
        return read_number(call, ++i, "TIME option", delivered_ms);
    } else if (more && is_word(word, "retrycount")) {
        std::int64_t count = 0;
        if (!read_number(call, ++i, "RETRYCOUNT option", count)) return false;
        deliveries = count >= 0 ? std::optional(count) : std::nullopt;
    } else if (more && is_word(word, "lastid")) {
        return stream_id(call, ++i, last_id);
    } else {
        return call.error("ERR Unrecognized XCLAIM option '" + error_word(word) + "'");
    }
    return true;
}

bool ClaimOptions::read(Call& call) {
    if (!read_number(call, 4, "min-idle-time", idle_ms)) return false;
    idle_ms = std::max<std::int64_t>(idle_ms, 0);
    std::size_t i = 5;
    for (StreamId id; i < call.argc() && parse_stream_id(call.arg(i), id); ++i) ids.push_back(id);
    for (; i < call.argc(); ++i) {
        if (!read_option(call, i)) return false;
    }
    return true;
}

void xclaim(Call& call) {
    Stream* stream = nullptr;
    StreamGroup* group = nullptr;
    ClaimOptions options;
    if (!find_group(call, true, stream, group) || !options.read(call)) return;
    call.effects_only();
    call.unwatched();
    bool advanced = options.last_id > group->last_id;
    if (advanced) group->last_id = options.last_id;

    Claim claim(call, *stream, *group);
    claim.idle_ms = options.idle_ms;
    claim.only_ids = options.only_ids;
    claim.deliveries = options.deliveries;
    const bool bogus = options.delivered_ms < 0 || options.delivered_ms > call.now();
    claim.delivered_ms = bogus ? call.now() : options.delivered_ms;

    LateHeader header(call);
    std::size_t claimed = 0;
    for (const StreamId& id : options.ids) {
        const StreamPending* pending = group->find_pending(id);
        if (!stream->contains(id)) {
            if (pending == nullptr) continue;
            claim.drop(id, *pending);
        } else {
            if (pending == nullptr ? !options.force : !claim.is_idle(*pending)) continue;
            claim.take(id);
            ++claimed;
        }
        advanced = false;  // the XCLAIM that was logged carries the group's last id
    }
    if (advanced) {
        log_group_id(call, call.arg(1), call.arg(2), *group);
        call.changed();
    }
    header.array(claimed);
}

struct AutoClaimOptions {
    std::int64_t idle_ms = 0;
    StreamId start;
    std::int64_t count = 100;
    bool only_ids = false;

    /// As many entries are looked at for each that is claimed.
    static constexpr std::int64_t kAttempts = 10;
    /// Redis makes room for that many ids of 16 bytes first, in an address space of 2^47.
    static constexpr std::int64_t kCountAllocated = std::int64_t{1} << 43;

    bool read(Call& call);
};

bool AutoClaimOptions::read(Call& call) {
    constexpr std::int64_t kCountMax = kIntegerMax / 16;
    const auto idle = parse_integer(call.arg(4));
    if (!idle) return call.error("ERR Invalid min-idle-time argument for XAUTOCLAIM");
    idle_ms = std::max<std::int64_t>(*idle, 0);
    if (!stream_range_start(call, 5, start)) return false;
    for (std::size_t i = 6; i < call.argc(); ++i) {
        if (is_word(call.arg(i), "count") && i + 1 < call.argc()) {
            if (!integer_between(call, ++i, 1, kCountMax, count, "COUNT must be > 0")) return false;
        } else if (is_word(call.arg(i), "justid")) {
            only_ids = true;
        } else {
            return call.syntax_error();
        }
    }
    return true;
}

void xautoclaim(Call& call) {
    Stream* stream = nullptr;
    StreamGroup* group = nullptr;
    AutoClaimOptions options;
    if (!options.read(call)) {
        // Redis has looked for the key before it reads the options: who listens for misses hears
        // one.
        call.db().find_read(call.arg(1));
        return;
    }
    if (!find_group(call, true, stream, group)) return;
    if (options.count > AutoClaimOptions::kCountAllocated) {
        return void(
            call.error("ERR Insufficient memory, failed allocating transient memory, COUNT too "
                       "high."));
    }
    call.effects_only();
    call.unwatched();

    Claim claim(call, *stream, *group);
    claim.idle_ms = options.idle_ms;
    claim.only_ids = options.only_ids;
    claim.delivered_ms = call.now();

    call.reply().array(3);
    LateHeader header(call);
    std::vector<StreamId> deleted;
    std::size_t claimed = 0;
    std::int64_t left = options.count;
    std::int64_t attempts = options.count * AutoClaimOptions::kAttempts;
    const auto& all = group->pending();
    auto at = all.lower_bound(options.start);
    for (; left > 0 && attempts > 0 && at != all.end(); --attempts) {
        const StreamId id = all.at(at).id;
        if (!stream->contains(id)) {
            claim.drop(id, all.at(at).value);
            deleted.push_back(id);
            --left;
            at = all.lower_bound(id);
            continue;
        }
        if (claim.is_idle(all.at(at).value)) {
            claim.take(id);
            ++claimed;
            --left;
        }
        at = all.next(at);
    }
    header.array(claimed);
    header.bulk((at == all.end() ? StreamId{} : all.at(at).id).text());
    call.reply().array(deleted.size());
    for (const StreamId& id : deleted) call.reply().bulk(id.text());
}

}  // namespace

void add_stream_pending_commands(CommandTable& table) {
    table.add(kStreams.one_key("xpending", -3, kReadonly, xpending, "5.0.0",
                               "O(log N + M) for N entries pending and M of them looked at",
                               "RO ACCESS",
                               "Tells what a group has been given and not acknowledged."));
    table.add(kStreams.one_key("xclaim", -6, kWrite | kFast, xclaim, "5.0.0",
                               "O(log N) for each entry, N being pending", "RW UPDATE",
                               "Hands entries that are pending to another consumer."));
    table.add(kStreams.one_key("xautoclaim", -6, kWrite | kFast, xautoclaim, "6.2.0",
                               "O(log N + M) for N entries pending and M of them looked at",
                               "RW DELETE",
                               "Hands entries that have been pending for long to a consumer."));
}

}  // namespace millpond::engine
