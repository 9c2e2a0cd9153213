// SPDX-License-Identifier: Apache-2.0
//
// Streams: adding, trimming, deleting, and ranges. XADD is logged with the id that it made, and an
// approximate trim as the exact one that it came to.
#include "engine/commands/streams.h"

#include "engine/commands/numbers.h"
#include "engine/keyspace/keyspace.h"
#include "engine/memory/background_free.h"
#include "engine/types/limits.h"

namespace millpond::engine {

namespace {

/// A trim that took more runs has them freed in the background.
constexpr std::size_t kInlineFreeRuns = 64;

/// What XADD and XTRIM have in common.
class AddOrTrim {
public:
    AddOrTrim(Call& call, bool add) : call_(call), add_(add) {}

    StreamTrim trim;
    bool no_make = false;
    bool has_id = false;
    bool has_seq = false;  ///< with has_id: the sequence was given too
    StreamId id;

    /// Reads options until the id, or to the end; false: an error has been written.
    bool read();
    /// Where the id stands; argc when there was none.
    std::size_t id_at() const { return id_at_; }
    /// Shortens the stream; returns by how many entries.
    std::int64_t apply(Stream& stream);
    /// The arguments for the log, with a trim that was approximate made exact.
    std::vector<Bytes> exact(const Stream& stream);
    /// The text behind an argument of exact().
    Bytes keep(std::string text) { return kept_.emplace_back(std::move(text)); }

private:
    bool read_option(std::size_t& i);
    bool read_strategy(std::size_t& i, StreamTrim::By by);
    bool settle_limit();

    Call& call_;
    bool add_;
    bool has_limit_ = false;
    std::size_t id_at_ = 0;
    std::size_t threshold_at_ = 0;
    std::vector<std::string> kept_;
};

bool AddOrTrim::read() {
    kept_.reserve(2);
    std::size_t i = 2;
    for (; i < call_.argc(); ++i) {
        if (add_ && call_.arg(i) == "*") break;
        if (!read_option(i)) return false;
        if (has_id) break;
    }
    id_at_ = i;
    if (trim.limit != 0 && trim.by == StreamTrim::By::nothing) {
        return call_.error(
            "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
    }
    if (!add_ && trim.by == StreamTrim::By::nothing) {
        return call_.error("ERR syntax error, XTRIM must be called with a trimming strategy");
    }
    return settle_limit();
}

bool AddOrTrim::read_option(std::size_t& i) {
    const Bytes word = call_.arg(i);
    const bool more = i + 1 < call_.argc();
    if (more && is_word(word, "maxlen")) return read_strategy(i, StreamTrim::By::length);
    if (more && is_word(word, "minid")) return read_strategy(i, StreamTrim::By::id);
    if (more && is_word(word, "limit")) {
        if (!call_.integer(++i, trim.limit)) return false;
        has_limit_ = true;
        return trim.limit >= 0 || call_.error("ERR The LIMIT argument must be >= 0.");
    }
    if (!add_) return call_.syntax_error();
    if (is_word(word, "nomkstream")) {
        no_make = true;
        return true;
    }
    has_id = true;
    return stream_id(call_, i, id, {.has_seq = &has_seq});
}

bool AddOrTrim::read_strategy(std::size_t& i, StreamTrim::By by) {
    if (trim.by != StreamTrim::By::nothing) {
        return call_.error(
            "ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
    }
    trim.approximate = false;
    if (i + 2 < call_.argc() && (call_.arg(i + 1) == "~" || call_.arg(i + 1) == "=")) {
        trim.approximate = call_.arg(++i) == "~";
    }
    ++i;
    if (by == StreamTrim::By::length) {
        std::int64_t length = 0;
        if (!call_.integer(i, length)) return false;
        if (length < 0) return call_.error("ERR The MAXLEN argument must be >= 0.");
        trim.length = static_cast<std::uint64_t>(length);
    } else if (!stream_id(call_, i, trim.id)) {
        return false;
    }
    trim.by = by;
    threshold_at_ = i;
    return true;
}

bool AddOrTrim::settle_limit() {
    if (call_.applying()) {  // what comes from a primary is exact
        trim.limit = 0;
        return true;
    }
    if (has_limit_) {
        return trim.approximate ||
               call_.error("ERR syntax error, LIMIT cannot be used without the special ~ option");
    }
    if (!trim.approximate) return true;
    constexpr std::int64_t kRuns = 100, kLimit = 10'000, kLimitMax = 1'000'000;
    const auto entries = static_cast<std::int64_t>(
        type_limits().stream_node_max_entries.load(std::memory_order_relaxed));
    trim.limit = entries <= 0 ? kLimit : entries > kLimitMax / kRuns ? kLimitMax : kRuns * entries;
    return true;
}

std::int64_t AddOrTrim::apply(Stream& stream) {
    std::vector<StreamRun::Bits> removed;
    const std::int64_t count = stream.trim(trim, removed);
    if (removed.size() <= kInlineFreeRuns) {
        for (StreamRun::Bits run : removed) StreamRun::destroy(run);
        return count;
    }
    const std::size_t runs = removed.size();
    call_.db().keyspace().background().give(
        [removed = std::move(removed)] {
            for (StreamRun::Bits run : removed) StreamRun::destroy(run);
        },
        runs);
    return count;
}

std::vector<Bytes> AddOrTrim::exact(const Stream& stream) {
    std::vector<Bytes> args(call_.args().begin(), call_.args().end());
    if (!trim.approximate) return args;
    args[threshold_at_ - 1] = "=";
    args[threshold_at_] =
        keep(trim.by == StreamTrim::By::length ? std::to_string(stream.length())
                                               : stream.first_recorded_id().text());
    return args;
}

/// The id of a new entry; false: an error has been written.
bool next_id(Call& call, const AddOrTrim& options, const StreamId& last, StreamId& id) {
    if (last == StreamId::max()) {
        return call.error(
            "ERR The stream has exhausted the last possible ID, unable to add more items");
    }
    if (!options.has_id) {
        id = {static_cast<std::uint64_t>(call.now()), 0};
        if (id.ms <= last.ms) {
            id = last;
            id.increment();
        }
        return true;
    }
    id = options.id;
    bool possible = true;
    if (!options.has_seq && id.ms == last.ms) {
        possible = last.seq != StreamId::max().seq;
        id.seq = last.seq + 1;
    }
    if (possible && id > last) return true;
    return call.error(
        "ERR The ID specified in XADD is equal or smaller than the target stream top item");
}

/// What one listpack may hold.
bool fits(Call& call, std::span<const Bytes> fields_and_values) {
    constexpr std::size_t kBytesMax = 1u << 30;
    std::size_t bytes = 0;
    for (const Bytes text : fields_and_values) bytes += text.size();
    return bytes <= kBytesMax || call.error("ERR Elements are too large to be stored");
}

void xadd(Call& call) {
    AddOrTrim options(call, true);
    if (!options.read()) return;
    const std::size_t first = options.id_at() + 1;
    if (call.argc() < first + 2 || (call.argc() - first) % 2 != 0) {
        wrong_arity(call);
        return;
    }
    if (options.has_id && options.has_seq && options.id.zero()) {
        call.error("ERR The ID specified in XADD must be greater than 0-0");
        return;
    }
    const Bytes key = call.arg(1);
    Entry* entry = nullptr;
    if (!find_for_writing(call, key, Type::stream, entry)) return;
    if (entry == nullptr && options.no_make) {
        call.reply().null();
        return;
    }
    StreamId id;
    const auto fields_and_values = call.args().subspan(first);
    if (!next_id(call, options, entry == nullptr ? StreamId{} : stream_of(entry).last_id(), id) ||
        !fits(call, fields_and_values)) {
        return;
    }
    if (entry == nullptr) entry = call.db().put_object(key, Type::stream, Stream::create());
    Stream& stream = stream_of(entry);
    stream.append(id, fields_and_values);
    const std::string text = id.text();
    call.reply().bulk(text);
    call.changed();
    call.ready(key);
    call.notify(EventClass::stream, "xadd", key);
    if (options.trim.by != StreamTrim::By::nothing && options.apply(stream) > 0) {
        call.notify(EventClass::stream, "xtrim", key);
    }
    if (options.has_id && options.has_seq && !options.trim.approximate) return;
    std::vector<Bytes> args = options.exact(stream);
    args[options.id_at()] = text;
    call.effect(std::span<const Bytes>(args));
}

void xtrim(Call& call) {
    AddOrTrim options(call, false);
    if (!options.read()) return;
    const Bytes key = call.arg(1);
    Entry* entry = nullptr;
    if (!find_for_writing(call, key, Type::stream, entry)) return;
    const std::int64_t count = entry == nullptr ? 0 : options.apply(stream_of(entry));
    if (count > 0) {
        call.changed(static_cast<std::size_t>(count));
        call.notify(EventClass::stream, "xtrim", key);
        if (options.trim.approximate) {
            call.effect(std::span<const Bytes>(options.exact(stream_of(entry))));
        }
    }
    call.reply().integer(count);
}

void xlen(Call& call) {
    Stream* stream = nullptr;
    if (!find_stream(call, call.arg(1), stream)) return;
    call.reply().integer(stream == nullptr ? 0 : static_cast<std::int64_t>(stream->length()));
}

bool read_count(Call& call, std::int64_t& count) {
    for (std::size_t i = 4; i < call.argc(); i += 2) {
        if (!is_word(call.arg(i), "count") || i + 1 == call.argc()) return call.syntax_error();
        if (!call.integer(i + 1, count)) return false;
        count = std::max<std::int64_t>(count, 0);
    }
    return true;
}

void range(Call& call, bool reverse) {
    StreamId start, end;
    std::int64_t count = -1;
    Stream* stream = nullptr;
    if (!stream_range_start(call, reverse ? 3 : 2, start) ||
        !stream_range_end(call, reverse ? 2 : 3, end) || !read_count(call, count) ||
        !find_stream(call, call.arg(1), stream)) {
        return;
    }
    if (stream == nullptr) return call.reply().array(0);
    if (count == 0) return call.reply().null_array();
    LateHeader header(call);
    std::int64_t found = 0;
    stream->for_range(start, end, reverse, [&](const StreamEntry& entry) {
        reply_entry(call, entry);
        return ++found != count;
    });
    header.array(static_cast<std::size_t>(found));
}

void xrange(Call& call) {
    range(call, false);
}
void xrevrange(Call& call) {
    range(call, true);
}

void xdel(Call& call) {
    const Bytes key = call.arg(1);
    Entry* entry = nullptr;
    if (!find_for_writing(call, key, Type::stream, entry)) return;
    if (entry == nullptr) return call.reply().integer(0);
    std::vector<StreamId> ids(call.argc() - 2);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!stream_id(call, i + 2, ids[i])) return;
    }
    Stream& stream = stream_of(entry);
    std::size_t deleted = 0;
    bool first_went = false;
    for (const StreamId& id : ids) {
        if (!stream.erase(id)) continue;
        ++deleted;
        first_went = first_went || id == stream.first_id();
        if (id > stream.max_deleted_id()) stream.set_max_deleted_id(id);
    }
    if (deleted > 0) {
        if (first_went || stream.length() == 0) stream.find_first_id();
        call.changed(deleted);
        call.notify(EventClass::stream, "xdel", key);
    }
    call.reply().integer(static_cast<std::int64_t>(deleted));
}

/// XSETID's options; -1 and 0-0 when they were not given.
bool read_setid_options(Call& call, const StreamId& id, std::int64_t& added, StreamId& deleted) {
    for (std::size_t i = 3; i < call.argc(); i += 2) {
        const bool more = i + 1 < call.argc();
        if (more && is_word(call.arg(i), "entriesadded")) {
            if (!call.integer(i + 1, added)) return false;
            if (added < 0) return call.error("ERR entries_added must be positive");
        } else if (more && is_word(call.arg(i), "maxdeletedid")) {
            if (!stream_id(call, i + 1, deleted)) return false;
            if (id < deleted) {
                return call.error(
                    "ERR The ID specified in XSETID is smaller than the provided "
                    "max_deleted_entry_id");
            }
        } else {
            return call.syntax_error();
        }
    }
    return true;
}

void xsetid(Call& call) {
    StreamId id, deleted;
    std::int64_t added = -1;
    Entry* entry = nullptr;
    if (!stream_id(call, 2, id) || !read_setid_options(call, id, added, deleted)) return;
    entry = call.db().find_write(call.arg(1));
    if (entry == nullptr) return void(call.error("ERR no such key"));
    if (entry->type() != Type::stream) return void(call.wrong_type());
    Stream& stream = stream_of(entry);
    if (stream.length() > 0) {
        if (id < stream.last_entry_id()) {
            return void(call.error(
                "ERR The ID specified in XSETID is smaller than the target stream top item"));
        }
        if (added != -1 && stream.length() > static_cast<std::uint64_t>(added)) {
            return void(
                call.error("ERR The entries_added specified in XSETID is smaller than the "
                           "target stream length"));
        }
    }
    stream.set_last_id(id);
    if (added != -1) stream.set_entries_added(static_cast<std::uint64_t>(added));
    if (!deleted.zero()) stream.set_max_deleted_id(deleted);
    call.reply().ok();
    call.changed();
    call.unwatched();
    call.notify(EventClass::stream, "xsetid", call.arg(1));
}

}  // namespace

void add_stream_commands(CommandTable& table) {
    constexpr std::string_view kRanged =
        "O(log N + M) for a stream of N entries and M of them given";
    table.add(kStreams.one_key("xadd", -5, kWrite | kDenyOom | kFast, xadd, "5.0.0",
                               "O(1) to add, O(N) in the number of entries trimmed", "RW UPDATE",
                               "Adds an entry to a stream, creating it if need be."));
    table.add(kStreams.one_key("xlen", 2, kReadonly | kFast, xlen, "5.0.0", "O(1)", "RO",
                               "Counts the entries of a stream."));
    table.add(kStreams.one_key("xrange", -4, kReadonly, xrange, "5.0.0", kRanged, "RO ACCESS",
                               "Gives the entries of a stream within a range of ids."));
    table.add(kStreams.one_key("xrevrange", -4, kReadonly, xrevrange, "5.0.0", kRanged, "RO ACCESS",
                               "Gives the entries within a range of ids, the last one first."));
    table.add(kStreams.one_key("xdel", -3, kWrite | kFast, xdel, "5.0.0", "O(log N) for each entry",
                               "RW DELETE", "Deletes entries of a stream."));
    table.add(kStreams.one_key("xtrim", -4, kWrite, xtrim, "5.0.0",
                               "O(N) in the number of entries trimmed", "RW DELETE",
                               "Deletes the oldest entries of a stream."));
    table.add(kStreams.one_key("xsetid", -3, kWrite | kDenyOom | kFast, xsetid, "5.0.0", "O(1)",
                               "RW UPDATE", "Sets the last id of a stream."));
    add_stream_reading_commands(table);
    add_stream_group_commands(table);
    add_stream_pending_commands(table);
    add_stream_info_commands(table);
}

}  // namespace millpond::engine
