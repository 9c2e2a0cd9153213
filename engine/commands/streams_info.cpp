// SPDX-License-Identifier: Apache-2.0
//
// XINFO: what a stream, its groups and their consumers are like inside.
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/streams.h"

namespace millpond::engine {

namespace {

/// Fields of maps whose size is written before them.
struct InfoMap {
    resp::ReplyWriter& reply;
    void number(std::string_view name, std::uint64_t value) const {
        reply.bulk(name);
        reply.integer(static_cast<std::int64_t>(value));
    }
    void optional(std::string_view name, std::optional<std::int64_t> value) const {
        reply.bulk(name);
        if (value) {
            reply.integer(*value);
        } else {
            reply.null();
        }
    }
    void text(std::string_view name, std::string_view value) const {
        reply.bulk(name);
        reply.bulk(value);
    }
};

std::optional<std::int64_t> entries_read(const StreamGroup& group) {
    if (group.entries_read == StreamGroup::kEntriesReadUnknown) return std::nullopt;
    return group.entries_read;
}

bool find_existing(Call& call, Stream*& stream) {
    if (!find_stream(call, call.arg(2), stream)) return false;
    return stream != nullptr || call.error("ERR no such key");
}

void consumers(Call& call) {
    Stream* stream = nullptr;
    if (!find_existing(call, stream)) return;
    const StreamGroup* group = stream->find_group(call.arg(3));
    if (group == nullptr) {
        return void(call.error("NOGROUP No such consumer group '" + error_word(call.arg(3)) +
                               "' for key name '" + error_word(call.arg(2)) + "'"));
    }
    const InfoMap map{call.reply()};
    call.reply().array(group->consumers().size());
    for (const auto& [name, consumer] : group->consumers()) {
        call.reply().map(3);
        map.text("name", name);
        map.number("pending", consumer.pending.size());
        map.number("idle", static_cast<std::uint64_t>(
                               std::max<std::int64_t>(call.now() - consumer.seen_ms, 0)));
    }
}

void groups(Call& call) {
    Stream* stream = nullptr;
    if (!find_existing(call, stream)) return;
    const InfoMap map{call.reply()};
    call.reply().array(stream->groups().size());
    for (const auto& [name, group] : stream->groups()) {
        call.reply().map(6);
        map.text("name", name);
        map.number("consumers", group->consumers().size());
        map.number("pending", group->pending().size());
        map.text("last-delivered-id", group->last_id.text());
        map.optional("entries-read", entries_read(*group));
        map.optional("lag", stream->lag(*group));
    }
}

/// At most so many items; 0: all of them.
template <class Map, class Visit>
void reply_some(Call& call, const Map& map, std::size_t count, Visit visit) {
    const std::size_t shown = count == 0 ? map.size() : std::min(count, map.size());
    call.reply().array(shown);
    auto at = map.begin();
    for (std::size_t i = 0; i < shown; ++i, at = map.next(at)) visit(map.at(at));
}

void reply_full_consumer(Call& call, StreamGroup& group, const StreamConsumer& consumer,
                         std::size_t count) {
    const InfoMap map{call.reply()};
    call.reply().map(4);
    map.text("name", *consumer.name);
    map.number("seen-time", static_cast<std::uint64_t>(consumer.seen_ms));
    map.number("pel-count", consumer.pending.size());
    call.reply().bulk("pending");
    reply_some(call, consumer.pending, count, [&](const auto& item) {
        const StreamPending& pending = *group.find_pending(item.id);
        call.reply().array(3);
        call.reply().bulk(item.id.text());
        call.reply().integer(pending.delivered_ms);
        call.reply().integer(static_cast<std::int64_t>(pending.deliveries));
    });
}

void reply_full_group(Call& call, const Stream& stream, const std::string& name, StreamGroup& group,
                      std::size_t count) {
    const InfoMap map{call.reply()};
    call.reply().map(7);
    map.text("name", name);
    map.text("last-delivered-id", group.last_id.text());
    map.optional("entries-read", entries_read(group));
    map.optional("lag", stream.lag(group));
    map.number("pel-count", group.pending().size());
    call.reply().bulk("pending");
    reply_some(call, group.pending(), count, [&](const auto& item) {
        call.reply().array(4);
        call.reply().bulk(item.id.text());
        call.reply().bulk(*item.value.consumer->name);
        call.reply().integer(item.value.delivered_ms);
        call.reply().integer(static_cast<std::int64_t>(item.value.deliveries));
    });
    call.reply().bulk("consumers");
    call.reply().array(group.consumers().size());
    for (const auto& [consumer_name, consumer] : group.consumers()) {
        reply_full_consumer(call, group, consumer, count);
    }
}

void reply_full(Call& call, const Stream& stream, std::size_t count) {
    call.reply().bulk("entries");
    LateHeader header(call);
    std::size_t found = 0;
    stream.for_range({}, StreamId::max(), false, [&](const StreamEntry& entry) {
        reply_entry(call, entry);
        return ++found != count;
    });
    header.array(found);
    call.reply().bulk("groups");
    call.reply().array(stream.groups().size());
    for (const auto& [name, group] : stream.groups()) {
        reply_full_group(call, stream, name, *group, count);
    }
}

void reply_edge(Call& call, const Stream& stream, std::string_view name, bool last) {
    call.reply().bulk(name);
    bool found = false;
    stream.for_range({}, StreamId::max(), last, [&](const StreamEntry& entry) {
        reply_entry(call, entry);
        found = true;
        return false;
    });
    if (!found) call.reply().null();
}

/// FULL and its COUNT; false: an error has been written.
bool read_full(Call& call, bool& full, std::int64_t& count) {
    constexpr std::int64_t kCount = 10;
    full = call.argc() > 3;
    count = kCount;
    if (!full) return true;
    const bool counted = call.argc() == 6;
    if ((call.argc() != 4 && !counted) || !is_word(call.arg(3), "full") ||
        (counted && !is_word(call.arg(4), "count"))) {
        return wrong_subcommand(call);
    }
    if (counted && !call.integer(5, count)) return false;
    if (count < 0) count = kCount;
    return true;
}

void stream_info(Call& call) {
    Stream* stream = nullptr;
    bool full = false;
    std::int64_t count = 0;
    if (!find_existing(call, stream) || !read_full(call, full, count)) return;
    const InfoMap map{call.reply()};
    call.reply().map(full ? 9 : 10);
    map.number("length", stream->length());
    map.number("radix-tree-keys", stream->runs().size());
    map.number("radix-tree-nodes", stream->radix_tree_nodes());
    map.text("last-generated-id", stream->last_id().text());
    map.text("max-deleted-entry-id", stream->max_deleted_id().text());
    map.number("entries-added", stream->entries_added());
    map.text("recorded-first-entry-id", stream->first_id().text());
    if (full) return reply_full(call, *stream, static_cast<std::size_t>(count));
    map.number("groups", stream->groups().size());
    reply_edge(call, *stream, "first-entry", false);
    reply_edge(call, *stream, "last-entry", true);
}

}  // namespace

void add_stream_info_commands(CommandTable& table) {
    table.add({.name = "xinfo",
               .arity = -2,
               .since = "5.0.0",
               .group = "stream",
               .complexity = "Depends on the subcommand",
               .summary = "Looks into streams."});
    const auto add = [&](std::string_view name, int arity, Handler handler,
                         std::string_view complexity, std::string_view summary) {
        CommandSpec spec = kStreams.one_key(name, arity, kReadonly, handler, "5.0.0", complexity,
                                            "RO ACCESS", summary);
        spec.keys = {2, 2, 1};
        table.add(spec);
    };
    add("xinfo|stream", -3, stream_info, "O(N) in the number of the stream's runs",
        "Tells what a stream is like inside.");
    add("xinfo|groups", 3, groups, "O(N) in the number of groups",
        "Lists the consumer groups of a stream.");
    add("xinfo|consumers", 4, consumers, "O(N) in the number of consumers",
        "Lists the consumers of a group.");
    table.add({.name = "xinfo|help",
               .arity = 2,
               .flags = kLoading | kStale,
               .categories = kCatStream,
               .handler = help,
               .since = "5.0.0",
               .group = "stream",
               .complexity = "O(1)",
               .summary = "Explains XINFO's subcommands."});
}

}  // namespace millpond::engine
