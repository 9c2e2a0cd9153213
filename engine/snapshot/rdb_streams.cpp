// SPDX-License-Identifier: Apache-2.0
//
// Streams in RDB format: runs as listpacks behind their ids, the stream's own ids and counters, and
// the groups: name, last id, entries read, what is pending (id, time, deliveries), and the
// consumers, each with the ids that it has pending. Type 15 has no counters, first and deleted ids;
// 19 (Redis 7.0), the one that is written, has; 21 (7.2) has one more time for a consumer.
#include "engine/snapshot/rdb_format.h"
#include "engine/snapshot/rdb_input.h"
#include "engine/snapshot/rdb_writer.h"
#include "engine/types/stream.h"

namespace millpond::engine {

namespace {

constexpr std::size_t id_bytes = 16;

std::string packed_id(const StreamId& id) {
    std::string raw;
    for (const std::uint64_t word : {id.ms, id.seq}) {
        for (int shift = 56; shift >= 0; shift -= 8)
            raw.push_back(static_cast<char>(word >> shift));
    }
    return raw;
}

StreamId unpacked_id(Bytes raw) {
    std::uint64_t words[2] = {};
    for (std::size_t i = 0; i < id_bytes; ++i) {
        words[i / 8] = words[i / 8] << 8 | static_cast<std::uint8_t>(raw[i]);
    }
    return {words[0], words[1]};
}

/// Reads one stream.
class StreamReading {
public:
    StreamReading(RdbInput& input, std::uint8_t type, Stream& stream)
        : input_(input), type_(type), stream_(stream) {}

    void run() {
        for (std::uint64_t n = input_.length(); n > 0; --n) read_run();
        if (input_.length() != stream_.length()) malformed("length");
        stream_.set_last_id(id());
        if (type_ == rdb::stream) {
            // What later versions keep follows from what is there.
            stream_.set_entries_added(stream_.length());
            if (stream_.length() > 0) {
                stream_.find_first_id();
            } else {
                stream_.set_first_id(StreamId::max());
            }
        } else {
            stream_.set_first_id(id());
            stream_.set_max_deleted_id(id());
            stream_.set_entries_added(input_.length());
        }
        for (std::uint64_t n = input_.length(); n > 0; --n) read_group();
    }

private:
    [[noreturn]] static void malformed(const char* what) {
        throw RdbError(std::string("malformed stream: ") + what);
    }

    StreamId id() {
        const std::uint64_t ms = input_.length();
        return {ms, input_.length()};
    }
    StreamId raw_id() {
        char raw[id_bytes];
        input_.raw(raw, sizeof raw);
        return unpacked_id({raw, sizeof raw});
    }
    std::int64_t time() { return static_cast<std::int64_t>(input_.little(8)); }

    void read_run() {
        const std::string key = input_.text();
        if (key.size() != id_bytes) malformed("an id");
        StreamRun::Bits run = StreamRun::adopt(input_.text());
        if (run == nullptr) malformed("entries");
        if (stream_.add_run(unpacked_id(key), run)) return;
        StreamRun::destroy(run);
        malformed("an id twice");
    }

    void read_group() {
        const std::string name = input_.text();
        const StreamId last = id();
        const std::int64_t read = type_ == rdb::stream ? stream_.distance_from_start(last)
                                                       : static_cast<std::int64_t>(input_.length());
        StreamGroup* group = stream_.create_group(name, last, read);
        if (group == nullptr) malformed("a group twice");
        for (std::uint64_t n = input_.length(); n > 0; --n) {
            const StreamId pending = raw_id();
            const std::int64_t delivered_ms = time();
            if (!group->add_unowned(pending, delivered_ms, input_.length())) {
                malformed("an entry pending twice");
            }
        }
        for (std::uint64_t n = input_.length(); n > 0; --n) read_consumer(*group);
        if (!group->all_owned()) malformed("an entry pending for nobody");
    }

    void read_consumer(StreamGroup& group) {
        const std::string name = input_.text();
        StreamConsumer* consumer = group.create(name, time());
        if (consumer == nullptr) malformed("a consumer twice");
        if (type_ == rdb::stream3) time();  // when it was last given an entry
        for (std::uint64_t n = input_.length(); n > 0; --n) {
            if (!group.own(raw_id(), *consumer)) malformed("a consumer's entry");
        }
    }

    RdbInput& input_;
    std::uint8_t type_;
    Stream& stream_;
};

}  // namespace

OwnedObject read_rdb_stream(RdbInput& input, std::uint8_t type) {
    OwnedObject object{Type::stream, Stream::create()};
    StreamReading(input, type, Stream::of(object.slot())).run();
    return object;
}

void RdbWriter::little(std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<std::uint8_t>(value >> shift));
}

void RdbWriter::stream(Entry& entry) {
    const Stream& stream = Stream::of(entry.object());
    length(stream.runs().size());
    StreamId id;
    while (stream_run(stream, id)) {
    }
    behind_runs(stream);
}

/// Writes the first run that is not before `id`, which becomes the next run's; false after the last
/// one.
bool RdbWriter::stream_run(const Stream& stream, StreamId& id) {
    const Stream::Runs& runs = stream.runs();
    auto at = runs.lower_bound(id);
    if (at == runs.end()) return false;
    StreamRun::Bits bits = runs.at(at).value;
    text(packed_id(runs.at(at).id));
    text(StreamRun(runs.at(at).id, bits).bytes());
    at = runs.next(at);
    if (at == runs.end()) return false;
    id = runs.at(at).id;
    return true;
}

void RdbWriter::behind_runs(const Stream& stream) {
    length(stream.length());
    for (const StreamId& id : {stream.last_id(), stream.first_id(), stream.max_deleted_id()}) {
        length(id.ms);
        length(id.seq);
    }
    length(stream.entries_added());
    length(stream.groups().size());
    for (const auto& [name, group] : stream.groups()) stream_group(name, *group);
}

void RdbWriter::stream_group(const std::string& name, const StreamGroup& group) {
    text(name);
    length(group.last_id.ms);
    length(group.last_id.seq);
    length(static_cast<std::uint64_t>(group.entries_read));
    const auto& pending = group.pending();
    length(pending.size());
    for (auto at = pending.begin(); at != pending.end(); at = pending.next(at)) {
        chunk_.bytes += packed_id(pending.at(at).id);
        little(static_cast<std::uint64_t>(pending.at(at).value.delivered_ms));
        length(pending.at(at).value.deliveries);
    }
    length(group.consumers().size());
    for (const auto& [consumer_name, consumer] : group.consumers()) {
        text(consumer_name);
        little(static_cast<std::uint64_t>(consumer.seen_ms));
        length(consumer.pending.size());
        for (auto at = consumer.pending.begin(); at != consumer.pending.end();
             at = consumer.pending.next(at)) {
            chunk_.bytes += packed_id(consumer.pending.at(at).id);
        }
    }
}

}  // namespace millpond::engine
