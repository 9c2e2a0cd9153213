// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdlib>

#include "engine/commands/numbers.h"
#include "engine/commands/streams.h"

namespace millpond::engine {

namespace {

/// An unsigned number as Redis reads the parts of an id: what is no canonical integer is
/// strtoull's.
bool read_part(const std::string& text, std::uint64_t& value) {
    if (const auto canonical = parse_integer(text)) {
        value = static_cast<std::uint64_t>(*canonical);
        return *canonical >= 0;
    }
    char* end = nullptr;
    errno = 0;
    value = std::strtoull(text.c_str(), &end, 10);
    return errno == 0 && !text.empty() && *end == '\0';
}

bool range_edge(Call& call, std::size_t index, StreamId& id, std::uint64_t missing_seq,
                bool& exclusive) {
    Bytes text = call.arg(index);
    exclusive = text.size() > 1 && text[0] == '(';
    if (exclusive) text.remove_prefix(1);
    if (parse_stream_id(text, id, {.missing_seq = missing_seq, .edges = !exclusive})) return true;
    return call.error("ERR Invalid stream ID specified as stream command argument");
}

bool as_stream(Call& call, Entry* entry, Stream*& stream) {
    stream = nullptr;
    if (entry == nullptr) return true;
    if (entry->type() != Type::stream) return call.wrong_type();
    stream = &stream_of(entry);
    return true;
}

}  // namespace

bool parse_stream_id(Bytes text, StreamId& id, const StreamIdForm& form) {
    constexpr std::size_t kLongest = 127;
    if (text.size() > kLongest) return false;
    text = text.substr(0, text.find('\0'));
    if (form.has_seq != nullptr) *form.has_seq = true;
    if (text == "-" || text == "+") {
        id = text == "-" ? StreamId{} : StreamId::max();
        return form.edges;
    }
    const std::size_t dash = text.find('-');
    if (!read_part(std::string(text.substr(0, dash)), id.ms)) return false;
    id.seq = form.missing_seq;
    if (dash == Bytes::npos) return true;
    const Bytes seq = text.substr(dash + 1);
    if (form.has_seq != nullptr && seq == "*") {
        *form.has_seq = false;
        id.seq = 0;
        return true;
    }
    return read_part(std::string(seq), id.seq);
}

bool stream_id(Call& call, std::size_t index, StreamId& id, const StreamIdForm& form) {
    return parse_stream_id(call.arg(index), id, form) ||
           call.error("ERR Invalid stream ID specified as stream command argument");
}

bool stream_range_start(Call& call, std::size_t index, StreamId& id) {
    bool exclusive = false;
    if (!range_edge(call, index, id, 0, exclusive)) return false;
    return !exclusive || id.increment() || call.error("ERR invalid start ID for the interval");
}

bool stream_range_end(Call& call, std::size_t index, StreamId& id) {
    bool exclusive = false;
    if (!range_edge(call, index, id, StreamId::max().seq, exclusive)) return false;
    return !exclusive || id.decrement() || call.error("ERR invalid end ID for the interval");
}

std::string error_word(Bytes text, std::size_t longest) {
    return std::string(text.substr(0, std::min(text.find('\0'), longest)));
}

bool wrong_subcommand(Call& call) {
    std::string container(call.spec().container->name);
    for (char& c : container) c = static_cast<char>(c - 32);
    return call.error("ERR unknown subcommand or wrong number of arguments for '" +
                      error_word(call.arg(1), 128) + "'. Try " + container + " HELP.");
}

bool find_stream(Call& call, Bytes key, Stream*& stream) {
    return as_stream(call, call.db().find_read(key), stream);
}

bool find_changing_stream(Call& call, Bytes key, Stream*& stream) {
    if (!find_stream(call, key, stream)) return false;
    return stream == nullptr || as_stream(call, call.db().find_write(key), stream);
}

bool find_group(Call& call, bool changing, Stream*& stream, StreamGroup*& group) {
    const auto find = changing ? find_changing_stream : find_stream;
    if (!find(call, call.arg(1), stream)) return false;
    group = stream == nullptr ? nullptr : stream->find_group(call.arg(2));
    return group != nullptr || call.error("NOGROUP No such key '" + error_word(call.arg(1)) +
                                          "' or consumer group '" + error_word(call.arg(2)) + "'");
}

void reply_entry(Call& call, const StreamEntry& entry) {
    resp::ReplyWriter& reply = call.reply();
    reply.array(2);
    reply.bulk(entry.id().text());
    reply.array(entry.fields() * 2);
    entry.for_each([&](Bytes field, Bytes value) {
        reply.bulk(field);
        reply.bulk(value);
    });
}

bool reply_entry_of(Call& call, const Stream& stream, const StreamId& id) {
    bool found = false;
    stream.for_range(id, id, false, [&](const StreamEntry& entry) {
        reply_entry(call, entry);
        found = true;
        return false;
    });
    return found;
}

void LateHeader::array(std::size_t size) {
    std::string header;
    resp::ReplyWriter(header, call_.reply().protocol()).array(size);
    insert(header);
}

void LateHeader::map(std::size_t pairs) {
    std::string header;
    resp::ReplyWriter(header, call_.reply().protocol()).map(pairs);
    insert(header);
}

void LateHeader::bulk(Bytes text) {
    std::string header;
    resp::ReplyWriter(header, call_.reply().protocol()).bulk(text);
    insert(header);
}

void LateHeader::insert(const std::string& header) {
    call_.reply().buffer().insert(at_, header);
}

StreamConsumer& use_consumer(Call& call, Bytes key, StreamGroup& group, Bytes name, bool* made) {
    StreamConsumer* consumer = group.find(name);
    if (made != nullptr) *made = consumer == nullptr;
    if (consumer != nullptr) {
        consumer->seen_ms = call.now();
        return *consumer;
    }
    call.changed();
    call.notify(EventClass::stream, "xgroup-createconsumer", key);
    return *group.create(name, call.now());
}

void log_claim(Call& call, Bytes key, Bytes group_name, const StreamGroup& group,
               const StreamId& id, const StreamPending& pending) {
    // It can be applied again and again, and the replica looks no entry up.
    call.effect({"XCLAIM", key, group_name, *pending.consumer->name, "0", id.text(), "TIME",
                 integer_text(pending.delivered_ms), "RETRYCOUNT",
                 integer_text(static_cast<std::int64_t>(pending.deliveries)), "FORCE", "JUSTID",
                 "LASTID", group.last_id.text()});
}

void log_group_id(Call& call, Bytes key, Bytes group_name, const StreamGroup& group) {
    call.effect({"XGROUP", "SETID", key, group_name, group.last_id.text(), "ENTRIESREAD",
                 integer_text(group.entries_read)});
}

}  // namespace millpond::engine
