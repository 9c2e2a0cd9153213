// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/entry_writer.h"

#include <algorithm>

#include "engine/snapshot/command_writer.h"
#include "engine/snapshot/rdb_writer.h"
#include "engine/types/stream.h"

namespace millpond::engine {

std::size_t SnapshotChunk::size() const {
    std::size_t total = bytes.size();
    for (const Splice& splice : splices) total += splice.buffer.bytes().size();
    return total;
}

void SnapshotChunk::append(SnapshotChunk&& other) {
    for (Splice& splice : other.splices) {
        splices.push_back({splice.at + bytes.size(), std::move(splice.buffer)});
    }
    bytes += other.bytes;
    other.bytes.clear();
    other.splices.clear();
}

bool SnapshotChunk::for_each(FunctionView<bool(Bytes)> visit) const {
    std::size_t at = 0;
    for (const Splice& splice : splices) {
        if (splice.at > at && !visit(Bytes(bytes).substr(at, splice.at - at))) return false;
        if (!visit(splice.buffer.bytes())) return false;
        at = splice.at;
    }
    return at == bytes.size() || visit(Bytes(bytes).substr(at));
}

bool is_big(Entry& entry, const SnapshotOptions& options) {
    const std::size_t most = options.elements_at_once;
    const auto is = [&](std::string_view encoding) {
        return object_encoding(entry.type(), entry.object()) == encoding;
    };
    switch (entry.type()) {
        case Type::string:
            return false;
        case Type::list:
            return List(entry.object()).size() > most;
        case Type::set:
            return Set(entry.object()).size() > most && is("hashtable");
        case Type::sorted_set:
            return SortedSet(entry.object()).size() > most && is("skiplist");
        case Type::hash: {
            const Hash hash(entry.object());
            return hash.size() > most && !hash.has_deadlines() && is("hashtable");
        }
        case Type::stream:
            return Stream::of(entry.object()).length() > most;
    }
    return false;
}

void EntryWriter::step(Entry& entry, WritingPlace& place, std::size_t elements,
                       FunctionView<void(const Element&)> visit) {
    const auto advance = [&](std::size_t size) {
        place.at = std::min<std::uint64_t>(size, place.at + elements);
        place.done = place.at == size;
    };
    const auto scanned = [&](std::uint64_t cursor) {
        place.at = cursor;
        place.done = cursor == 0;
    };
    switch (entry.type()) {
        case Type::list: {
            const List list(entry.object());
            list.for_range(place.at, elements, false, [&](Bytes element) {
                visit({.text = element, .value = {}});
                return true;
            });
            return advance(list.size());
        }
        case Type::sorted_set: {
            // From the highest down, as Redis writes it: whoever loads it inserts at the head of a
            // skip list.
            const SortedSet set(entry.object());
            set.for_range(set.size() - 1 - place.at, elements, true,
                          [&](Bytes member, double score) {
                              visit({.text = member, .value = {}, .score = score});
                              return true;
                          });
            return advance(set.size());
        }
        case Type::set:
            return scanned(Set(entry.object()).scan(place.at, elements, [&](Bytes member) {
                visit({.text = member, .value = {}});
            }));
        case Type::hash:
            return scanned(
                Hash(entry.object()).scan(place.at, elements, [&](Bytes field, Bytes value) {
                    visit({.text = field, .value = value});
                }));
        case Type::string:
        case Type::stream:
            break;
    }
    place.done = true;
}

std::unique_ptr<EntryWriter> EntryWriter::make(const SnapshotOptions& options) {
    if (options.format == SnapshotFormat::commands) return std::make_unique<CommandWriter>();
    return std::make_unique<RdbWriter>(options);
}

}  // namespace millpond::engine
