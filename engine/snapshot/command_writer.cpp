// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/command_writer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/types/stream_id.h"
#include "resp/command.h"
#include "resp/reply_writer.h"

namespace millpond::engine {

namespace {

/// Elements of a collection that one command adds, as in Redis's files: whoever loads it is not to
/// hold back everybody else for long.
constexpr std::size_t kElementsMax = 64;

std::string real(double value) {
    char digits[resp::kRealBytesMax];
    return {digits, resp::format_real(value, digits)};
}

}  // namespace

/// Adds the elements of one key, some with each command.
class CommandWriter::Batch {
public:
    Batch(CommandWriter& writer, Bytes name, Bytes key, std::size_t elements, std::size_t words)
        : writer_(writer), name_(name), key_(key), left_(elements), words_(words) {}

    /// Before the words of each element.
    void element() {
        if (room_ == 0) {
            room_ = std::min(left_, kElementsMax);
            left_ -= room_;
            writer_.header(2 + room_ * words_);
            writer_.word(name_);
            writer_.word(key_);
        }
        --room_;
    }

private:
    CommandWriter& writer_;
    const Bytes name_, key_;
    std::size_t left_, room_ = 0;
    const std::size_t words_;  ///< of an element
};

void CommandWriter::header(std::size_t words) {
    chunk_.bytes += '*' + std::to_string(words) + "\r\n";
}

void CommandWriter::word(Bytes text) {
    chunk_.bytes += '$' + std::to_string(text.size()) + "\r\n";
    chunk_.bytes.append(text).append("\r\n");
}

void CommandWriter::command(std::initializer_list<Bytes> words) {
    resp::encode_command(chunk_.bytes, words);
}

void CommandWriter::begin(const Fields&, const std::vector<std::string>& functions) {
    for (const std::string& code : functions) command({"FUNCTION", "LOAD", code});
}

void CommandWriter::select_db(int db) {
    command({"SELECT", std::to_string(db)});
}

void CommandWriter::string(Entry& entry) {
    header(3);
    word("SET");
    word(entry.key());
    if (SharedBuffer* buffer = entry.string_buffer()) {
        chunk_.bytes += '$' + std::to_string(buffer->size()) + "\r\n";
        chunk_.splices.push_back({chunk_.bytes.size(), BufferRef(*buffer)});
        chunk_.bytes += "\r\n";
        return;
    }
    StringScratch scratch;
    word(entry.string(scratch));
}

void CommandWriter::hash(Bytes key, const Hash& hash) {
    Batch batch(*this, "HMSET", key, hash.size(), 2);
    hash.for_each([&](Bytes field, Bytes value) {
        batch.element();
        word(field);
        word(value);
        return true;
    });
    if (!hash.has_deadlines()) return;
    hash.for_each([&](Bytes field, Bytes) {
        const std::int64_t deadline = hash.deadline(field);
        if (deadline != Hash::kNoDeadline)
            command({"HPEXPIREAT", key, std::to_string(deadline), "FIELDS", "1", field});
        return true;
    });
}

void CommandWriter::stream_entry(Bytes key, const StreamEntry& entry) {
    header(3 + 2 * entry.fields());
    word("XADD");
    word(key);
    word(entry.id().text());
    entry.for_each([&](Bytes field, Bytes value) {
        word(field);
        word(value);
    });
}

void CommandWriter::behind_entries(Bytes key, const Stream& stream) {
    command({"XSETID", key, stream.last_id().text(), "ENTRIESADDED",
             std::to_string(stream.entries_added()), "MAXDELETEDID",
             stream.max_deleted_id().text()});
    for (const auto& [name, group] : stream.groups()) stream_group(key, name, *group);
}

void CommandWriter::stream_group(Bytes key, Bytes name, const StreamGroup& group) {
    command({"XGROUP", "CREATE", key, name, group.last_id.text(), "ENTRIESREAD",
             std::to_string(group.entries_read)});
    for (const auto& [consumer, state] : group.consumers()) {
        const IdSet& pending = state.pending;
        if (pending.size() == 0) command({"XGROUP", "CREATECONSUMER", key, name, consumer});
        for (auto at = pending.begin(); at != pending.end(); at = pending.next(at)) {
            const StreamId& id = pending.at(at).id;
            const StreamPending& one = *group.pending().find(id);
            command({"XCLAIM", key, name, consumer, "0", id.text(), "TIME",
                     std::to_string(one.delivered_ms), "RETRYCOUNT", std::to_string(one.deliveries),
                     "JUSTID", "FORCE"});
        }
    }
}

void CommandWriter::entry(Entry& entry) {
    const Bytes key = entry.key();
    switch (entry.type()) {
        case Type::string:
            string(entry);
            break;
        case Type::list: {
            const List list(entry.object());
            Batch batch(*this, "RPUSH", key, list.size(), 1);
            list.for_each([&](Bytes element) {
                batch.element();
                word(element);
                return true;
            });
            break;
        }
        case Type::set: {
            const Set set(entry.object());
            Batch batch(*this, "SADD", key, set.size(), 1);
            set.for_each([&](Bytes member) {
                batch.element();
                word(member);
                return true;
            });
            break;
        }
        case Type::sorted_set: {
            const SortedSet set(entry.object());
            Batch batch(*this, "ZADD", key, set.size(), 2);
            set.for_each([&](Bytes member, double score) {
                batch.element();
                word(real(score));
                word(member);
                return true;
            });
            break;
        }
        case Type::hash:
            hash(key, Hash(entry.object()));
            break;
        case Type::stream: {
            const Stream& stream = Stream::of(entry.object());
            if (stream.length() == 0) command({"XADD", key, "MAXLEN", "0", "0-1", "x", "y"});
            stream.for_range({}, StreamId::max(), false, [&](const StreamEntry& one) {
                stream_entry(key, one);
                return true;
            });
            behind_entries(key, stream);
            break;
        }
    }
    expiry(entry);
}

void CommandWriter::expiry(const Entry& entry) {
    if (entry.has_expiry()) command({"PEXPIREAT", entry.key(), std::to_string(entry.expiry())});
}

void CommandWriter::big_piece(Entry& entry, WritingPlace& place) {
    const Bytes key = entry.key();
    if (entry.type() == Type::stream) {
        const Stream& stream = Stream::of(entry.object());
        std::size_t written = 0;
        place.done = true;  // unless an entry is left over
        stream.for_range(place.run, StreamId::max(), false, [&](const StreamEntry& one) {
            place.run = one.id();
            place.done = written++ < kPieceElements;
            if (place.done) stream_entry(key, one);
            return place.done;
        });
        return;
    }
    const auto adds = [&]() -> Bytes {
        switch (entry.type()) {
            case Type::list:
                return "RPUSH";
            case Type::set:
                return "SADD";
            case Type::sorted_set:
                return "ZADD";
            default:
                return "HMSET";
        }
    }();
    const std::size_t before = chunk_.bytes.size();
    for (std::size_t written = 0;
         !place.done && written < kPieceElements && chunk_.bytes.size() - before < kPieceBytes;
         written += kElementsMax) {
        // How many there are comes first and is known last.
        std::string words;
        std::swap(words, chunk_.bytes);
        std::size_t count = 2;
        step(entry, place, kElementsMax, [&](const Element& element) {
            if (entry.type() == Type::sorted_set) word(real(element.score));
            word(element.text);
            if (entry.type() == Type::hash) word(element.value);
            count += entry.type() == Type::sorted_set || entry.type() == Type::hash ? 2 : 1;
        });
        std::swap(words, chunk_.bytes);
        if (count == 2) continue;
        header(count);
        word(adds);
        word(key);
        chunk_.bytes += words;
    }
}

void CommandWriter::end_big(Entry& entry) {
    if (entry.type() == Type::stream) behind_entries(entry.key(), Stream::of(entry.object()));
    expiry(entry);
}

}  // namespace millpond::engine
