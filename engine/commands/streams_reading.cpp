// SPDX-License-Identifier: Apache-2.0
//
// XREAD and XREADGROUP. A group's reading is logged as the XCLAIMs of what was delivered (XGROUP
// SETID with NOACK), never as the command itself.
#include <deque>
#include <memory>

#include "engine/commands/blocking.h"
#include "engine/commands/numbers.h"
#include "engine/commands/streams.h"
#include "engine/server/session.h"

namespace millpond::engine {

namespace {

constexpr std::string_view kGroupOnly = "You called XREAD instead.";

bool read_block(Call& call, std::size_t index, StreamRead& read) {
    if (call.session().scripted) {
        return call.error("ERR " + error_word(call.arg(0)) +
                          " command is not allowed with BLOCK option from scripts");
    }
    Timeout timeout;
    if (!read_timeout_ms(call, index, timeout)) return false;
    read.block_ms = timeout.ms;
    return true;
}

/// One option at `i`, which is moved to its last word; false: an error has been written.
bool read_option(Call& call, std::size_t& i, StreamRead& read) {
    const Bytes word = call.arg(i);
    const std::size_t more = call.argc() - i - 1;
    if (more > 0 && is_word(word, "block")) return read_block(call, ++i, read);
    if (more > 0 && is_word(word, "count")) {
        std::int64_t count = 0;
        if (!call.integer(++i, count)) return false;
        read.count = count > 0 ? static_cast<std::size_t>(count) : 0;
        return true;
    }
    if (more > 1 && is_word(word, "group")) {
        if (!read.group) {
            return call.error("ERR The GROUP option is only supported by XREADGROUP. " +
                              std::string(kGroupOnly));
        }
        read.group_name = call.arg(++i);
        read.consumer = call.arg(++i);
        return true;
    }
    if (is_word(word, "noack")) {
        read.no_ack = true;
        return read.group || call.error("ERR The NOACK option is only supported by XREADGROUP. " +
                                        std::string(kGroupOnly));
    }
    return call.syntax_error();
}

/// Where the keys begin; 0: an error has been written.
std::size_t read_options(Call& call, StreamRead& read) {
    for (std::size_t i = 1; i < call.argc(); ++i) {
        if (i + 1 == call.argc() || !is_word(call.arg(i), "streams")) {
            if (!read_option(call, i, read)) return 0;
            continue;
        }
        if ((call.argc() - i - 1) % 2 == 0) return i + 1;
        // XREADGROUP is told the same, as by redis-server 7.0.
        call.error(
            "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be "
            "specified.");
        return 0;
    }
    call.syntax_error();
    return 0;
}

bool settle_id(Call& call, std::size_t index, const StreamRead& read, const Stream* stream,
               StreamRead::Source& source) {
    const Bytes text = call.arg(index).substr(0, call.arg(index).find('\0'));
    if (text == "$") {
        if (read.group) {
            return call.error(
                "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the "
                "history of this consumer by specifying a proper ID, or use the > ID to get new "
                "messages. The $ ID would just return an empty result set.");
        }
        if (stream != nullptr) source.after = stream->last_id();
        return true;
    }
    if (text == ">") {
        source.fresh = true;
        return read.group ||
               call.error(
                   "ERR The > ID can be specified only when calling XREADGROUP using the "
                   "GROUP <group> <consumer> option.");
    }
    if (!stream_id(call, index, source.after)) return false;
    // The greatest id of all is how Redis notes ">".
    source.fresh = read.group && source.after == StreamId::max();
    return true;
}

/// What a consumer has been given and has not acknowledged.
void reply_history(Call& call, const Stream& stream, StreamGroup& group, StreamConsumer& consumer,
                   const StreamId& start, std::size_t count) {
    LateHeader header(call);
    std::size_t found = 0;
    const IdSet& owned = consumer.pending;
    for (auto at = owned.lower_bound(start); at != owned.end(); at = owned.next(at)) {
        if (count != 0 && found == count) break;
        const StreamId id = owned.at(at).id;
        ++found;
        if (reply_entry_of(call, stream, id)) {
            StreamPending* pending = group.find_pending(id);
            pending->delivered_ms = call.now();
            ++pending->deliveries;
            continue;
        }
        call.reply().array(2);
        call.reply().bulk(id.text());
        call.reply().null_array();
    }
    header.array(found);
}

/// The group has been given this entry, the next after its last.
void advance(const Stream& stream, StreamGroup& group, const StreamId& id) {
    if (group.entries_read != StreamGroup::kEntriesReadUnknown && !stream.has_deleted_from(id)) {
        ++group.entries_read;
    } else if (stream.entries_added() != 0) {
        group.entries_read = stream.distance_from_start(id);
    }
    group.last_id = id;
}

void reply_fresh(Call& call, const StreamRead& read, Bytes key, const Stream& stream,
                 StreamGroup* group, StreamConsumer* consumer, const StreamId& start) {
    LateHeader header(call);
    std::size_t found = 0;
    bool advanced = false;
    stream.for_range(start, StreamId::max(), false, [&](const StreamEntry& entry) {
        reply_entry(call, entry);
        if (group != nullptr && entry.id() > group->last_id) {
            advance(stream, *group, entry.id());
            advanced = true;
        }
        if (group != nullptr && !read.no_ack) {
            StreamPending& pending = group->give(entry.id(), *consumer);
            pending.delivered_ms = call.now();
            pending.deliveries = 1;
            log_claim(call, key, read.group_name, *group, entry.id(), pending);
        }
        return ++found != read.count;
    });
    if (advanced && read.no_ack) log_group_id(call, key, read.group_name, *group);
    header.array(found);
}

/// Would this source give anything? Looks only: to open a stream for writing is a change, of which
/// those who wait for it are told.
bool has_entries(const StreamRead& read, const StreamRead::Source& source, const Stream& stream,
                 const StreamGroup* group) {
    if (read.group && !source.fresh) return true;  // its history, which may be empty
    const StreamId after = source.fresh ? group->last_id : source.after;
    return stream.length() != 0 && stream.last_entry_id() > after;
}

/// One source's entries: a pair of key and entries. Requires: has_entries.
void serve_source(Call& call, const StreamRead& read, const StreamRead::Source& source,
                  Stream& stream, StreamGroup* group) {
    const bool history = read.group && !source.fresh;
    StreamId start = source.fresh ? group->last_id : source.after;
    start.increment();
    StreamConsumer* consumer = nullptr;
    if (read.group) {
        bool made = false;
        consumer = &use_consumer(call, source.key, *group, read.consumer, &made);
        if (made && read.no_ack) {
            call.effect({"XGROUP", "CREATECONSUMER", source.key, read.group_name, read.consumer});
        }
    }
    if (!call.reply().resp3()) call.reply().array(2);
    call.reply().bulk(source.key);
    if (history) {
        reply_history(call, stream, *group, *consumer, start, read.count);
    } else {
        reply_fresh(call, read, source.key, stream, group, consumer, start);
    }
    if (read.group) call.changed();
}

/// What a client that waits has asked for; the words are its own.
struct WaitingRead {
    explicit WaitingRead(const StreamRead& asked) : read(asked) {
        if (read.count == 0) read.count = StreamRead::kCountAfterWaiting;
        for (StreamRead::Source& source : read.sources) own(source.key);
        own(read.group_name);
        own(read.consumer);
    }
    WaitingRead(const WaitingRead&) = delete;
    WaitingRead& operator=(const WaitingRead&) = delete;

    /// One of the keys may have something, or is no stream any more, which groups mind.
    bool serve(Call& call, Bytes key) const {
        const Entry* entry = call.db().peek(key);
        if (entry == nullptr || entry->type() != Type::stream) {
            if (read.group) call.error("UNBLOCKED the stream key no longer exists");
            return read.group;
        }
        for (std::size_t i = 0; i < read.sources.size(); ++i) {
            if (read.sources[i].key == key && serve_stream_read(call, read, i)) return true;
        }
        return false;
    }

    StreamRead read;

private:
    void own(Bytes& word) { word = words_.emplace_back(word); }
    std::deque<std::string> words_;
};

void wait_for_streams(Call& call, const StreamRead& read) {
    Wait wait;
    for (const StreamRead::Source& source : read.sources) wait.keys.push_back(source.key);
    wait.type = Type::stream;
    wait.minds_absence = read.group;
    wait.timeout.ms = *read.block_ms;
    wait.serve = [waiting = std::make_shared<const WaitingRead>(read)](Call& later, Bytes key) {
        return waiting->serve(later, key);
    };
    wait_for_keys(call, std::move(wait));
}

void read_streams(Call& call, bool group) {
    StreamRead read;
    read.group = group;
    if (!read_stream_arguments(call, read) || serve_stream_read(call, read)) return;
    if (read.block_ms && call.may_block()) return wait_for_streams(call, read);
    call.reply().null_array();
}

void xread(Call& call) {
    read_streams(call, false);
}
void xreadgroup(Call& call) {
    read_streams(call, true);
}

/// The keys follow STREAMS, and as many ids follow them.
bool keys_after_streams(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes) {
    for (std::size_t i = 1; i < args.size(); ++i) {
        if (is_word(args[i], "block") || is_word(args[i], "count")) {
            ++i;
        } else if (is_word(args[i], "group")) {
            i += 2;
        } else if (is_word(args[i], "streams")) {
            const std::size_t words = args.size() - i - 1;
            if (words == 0 || words % 2 != 0) return false;
            for (std::size_t key = i + 1; key <= i + words / 2; ++key) {
                indexes.push_back(static_cast<std::uint32_t>(key));
            }
            return true;
        } else if (!is_word(args[i], "noack")) {
            return false;
        }
    }
    return false;
}

}  // namespace

bool read_stream_arguments(Call& call, StreamRead& read) {
    const std::size_t first = read_options(call, read);
    if (first == 0) return false;
    if (read.group && read.group_name.data() == nullptr) {
        return call.error("ERR Missing GROUP option for XREADGROUP");
    }
    const std::size_t count = (call.argc() - first) / 2;
    read.sources.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        StreamRead::Source& source = read.sources[i];
        source.key = call.arg(first + i);
        Stream* stream = nullptr;
        if (!find_stream(call, source.key, stream)) return false;
        if (read.group && (stream == nullptr || stream->find_group(read.group_name) == nullptr)) {
            return call.error("NOGROUP No such key '" + error_word(source.key) +
                              "' or consumer group '" + error_word(read.group_name) +
                              "' in XREADGROUP with GROUP option");
        }
        if (!settle_id(call, first + count + i, read, stream, source)) return false;
    }
    return true;
}

bool serve_stream_read(Call& call, const StreamRead& read, std::optional<std::size_t> only) {
    LateHeader header(call);
    std::size_t served = 0;
    if (read.group) {
        call.effects_only();
        call.unwatched();
    }
    for (std::size_t i = only.value_or(0); i < (only ? *only + 1 : read.sources.size()); ++i) {
        const StreamRead::Source& source = read.sources[i];
        Entry* entry = read.group ? call.db().peek(source.key) : call.db().find_read(source.key);
        if (entry == nullptr || entry->type() != Type::stream) continue;
        const StreamGroup* group =
            read.group ? stream_of(entry).find_group(read.group_name) : nullptr;
        if (read.group && group == nullptr) {
            if (!only) continue;
            call.error("NOGROUP the consumer group this client was blocked on no longer exists");
            return true;
        }
        if (!has_entries(read, source, stream_of(entry), group)) continue;
        if (read.group) entry = call.db().find_write(source.key);
        Stream& stream = stream_of(entry);
        serve_source(call, read, source, stream,
                     read.group ? stream.find_group(read.group_name) : nullptr);
        ++served;
    }
    if (served == 0) return false;
    if (call.reply().resp3()) {
        header.map(served);
    } else {
        header.array(served);
    }
    return true;
}

void add_stream_reading_commands(CommandTable& table) {
    CommandSpec spec{.name = "xread",
                     .arity = -4,
                     .flags = kReadonly | kBlocking | kMovableKeys,
                     .categories = kCatStream,
                     .handler = xread,
                     .since = "5.0.0",
                     .group = "stream",
                     .complexity = "O(log N + M) for each stream of N entries, M of them given",
                     .summary = "Gives the entries of streams after given ids, or waits for some.",
                     .find_keys = keys_after_streams,
                     .key_flags = "RO ACCESS"};
    table.add(spec);
    spec.name = "xreadgroup";
    spec.arity = -7;
    spec.flags = kWrite | kBlocking | kMovableKeys;
    spec.handler = xreadgroup;
    spec.summary = "Gives a consumer the next entries for its group, or what it has pending.";
    table.add(spec);
}

}  // namespace millpond::engine
