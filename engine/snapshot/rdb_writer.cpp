// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/rdb_writer.h"

#include <lzf.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "engine/keyspace/integer.h"
#include "engine/snapshot/packed.h"
#include "engine/snapshot/rdb_format.h"

namespace millpond::engine {

namespace {

constexpr std::size_t compress_above = 20;
constexpr std::size_t list_node_bytes = 8 << 10;  // Redis's list-max-listpack-size -2

std::string real(double value) {
    if (value > -1e15 && value < 1e15 && value == std::trunc(value) &&
        (value != 0 || !std::signbit(value))) {
        return std::to_string(static_cast<std::int64_t>(value));
    }
    char digits[32];
    return {digits, static_cast<std::size_t>(std::snprintf(digits, sizeof digits, "%.17g", value))};
}

}  // namespace

void RdbWriter::begin(const Fields& fields, const std::vector<std::string>& functions) {
    char head[16];
    std::snprintf(head, sizeof head, "REDIS%04d", rdb::version_written);
    chunk_.bytes += head;
    for (const auto& [key, value] : fields) {
        byte(rdb::op_aux);
        text(key);
        text(value);
    }
    for (const std::string& code : functions) function(code);
}

void RdbWriter::function(Bytes code) {
    byte(rdb::op_function);
    text(code);
}

void RdbWriter::select_db(int db) {
    byte(rdb::op_select_db);
    length(static_cast<std::uint64_t>(db));
}

void RdbWriter::resize_db(std::uint64_t keys, std::uint64_t with_expiry) {
    byte(rdb::op_resize_db);
    length(keys);
    length(with_expiry);
}

void RdbWriter::end() {
    byte(rdb::op_end);
}

void RdbWriter::length(std::uint64_t value) {
    if (value < 1u << 6) {
        byte(static_cast<std::uint8_t>(value));
    } else if (value < 1u << 14) {
        byte(static_cast<std::uint8_t>(rdb::len_14 << 6 | value >> 8));
        byte(static_cast<std::uint8_t>(value));
    } else {
        const bool small = value <= UINT32_MAX;
        byte(small ? rdb::len_32 : rdb::len_64);
        for (int shift = small ? 24 : 56; shift >= 0; shift -= 8) {
            byte(static_cast<std::uint8_t>(value >> shift));
        }
    }
}

void RdbWriter::integer_text(std::int64_t value) {
    const auto put = [&](std::uint8_t kind, int bytes) {
        byte(static_cast<std::uint8_t>(rdb::len_special << 6 | kind));
        for (int i = 0; i < bytes; ++i) byte(static_cast<std::uint8_t>(value >> (8 * i)));
    };
    if (value >= INT8_MIN && value <= INT8_MAX) return put(rdb::int8, 1);
    if (value >= INT16_MIN && value <= INT16_MAX) return put(rdb::int16, 2);
    if (value >= INT32_MIN && value <= INT32_MAX) return put(rdb::int32, 4);
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    length(static_cast<std::uint64_t>(end - digits));
    chunk_.bytes.append(digits, end);
}

/// Digits that are an integer of 32 bits are written as one, as Redis does: true if they were.
bool RdbWriter::short_integer(Bytes value) {
    constexpr std::size_t digits_max = 11;
    if (value.empty() || value.size() > digits_max) return false;
    const auto number = parse_integer(value);
    if (!number || *number < INT32_MIN || *number > INT32_MAX) return false;
    integer_text(*number);
    return true;
}

void RdbWriter::text(Bytes value) {
    if (short_integer(value)) return;
    if (options_.compress && value.size() > compress_above && value.size() <= UINT32_MAX) {
        // Room for less than the input only: what does not shrink is written as it is.
        std::string packed(value.size() - 4, '\0');
        const unsigned size = lzf_compress(value.data(), static_cast<unsigned>(value.size()),
                                           packed.data(), static_cast<unsigned>(packed.size()));
        if (size > 0) {
            byte(rdb::len_special << 6 | rdb::lzf);
            length(size);
            length(value.size());
            chunk_.bytes.append(packed, 0, size);
            return;
        }
    }
    length(value.size());
    chunk_.bytes.append(value);
}

void RdbWriter::string_value(Entry& entry) {
    if (entry.string_is_integer()) return integer_text(entry.integer());
    if (SharedBuffer* buffer = entry.string_buffer()) {
        length(buffer->size());
        chunk_.splices.push_back({chunk_.bytes.size(), BufferRef(*buffer)});
        return;
    }
    StringScratch scratch;
    text(entry.string(scratch));
}

void RdbWriter::list(Entry& entry) {
    const List list(entry.object());
    std::string nodes;
    std::uint64_t count = 0;
    std::swap(nodes, chunk_.bytes);  // the number of nodes comes first and is known last
    ListpackWriter node;
    const auto flush = [&] {
        if (node.count() == 0) return;
        length(rdb::node_packed);
        text(node.take());
        ++count;
    };
    list.for_each([&](Bytes element) {
        if (element.size() > list_node_bytes) {
            flush();
            length(rdb::node_plain);
            text(element);
            ++count;
            return true;
        }
        if (node.count() > 0 && node.size() + element.size() > list_node_bytes) flush();
        node.add(element);
        return true;
    });
    flush();
    std::swap(nodes, chunk_.bytes);
    length(count);
    chunk_.bytes += nodes;
}

void RdbWriter::set(Entry& entry) {
    const Set set(entry.object());
    if (object_encoding(Type::set, entry.object()) == "intset") {
        std::vector<std::int64_t> values;
        values.reserve(set.size());
        set.for_each([&](Bytes member) {
            std::int64_t value = 0;
            std::from_chars(member.data(), member.data() + member.size(), value);
            values.push_back(value);
            return true;
        });
        std::sort(values.begin(), values.end());
        return text(write_intset(values.data(), values.size()));
    }
    length(set.size());
    set.for_each([&](Bytes member) {
        text(member);
        return true;
    });
}

void RdbWriter::sorted_set(Entry& entry) {
    const SortedSet set(entry.object());
    if (object_encoding(Type::sorted_set, entry.object()) == "listpack") {
        ListpackWriter packed;
        set.for_each([&](Bytes member, double score) {
            packed.add(member);
            packed.add(real(score));
            return true;
        });
        return text(packed.take());
    }
    length(set.size());
    // From the highest down, as Redis writes it: whoever loads it inserts at the head of a skip
    // list.
    set.for_range(set.size() - 1, set.size(), true, [&](Bytes member, double score) {
        text(member);
        raw_score(score);
        return true;
    });
}

void RdbWriter::raw_score(double score) {
    char raw[sizeof score];
    std::memcpy(raw, &score, sizeof score);
    chunk_.bytes.append(raw, sizeof raw);
}

void RdbWriter::hash(Entry& entry) {
    const Hash hash(entry.object());
    if (object_encoding(Type::hash, entry.object()) == "listpack") {
        ListpackWriter packed;
        hash.for_each([&](Bytes field, Bytes value) {
            packed.add(field);
            packed.add(value);
            return true;
        });
        return text(packed.take());
    }
    length(hash.size());
    hash.for_each([&](Bytes field, Bytes value) {
        text(field);
        text(value);
        return true;
    });
}

/// The earliest deadline, then each field with its own, counted from there; 0 means none.
void RdbWriter::timed_hash(const Hash& hash) {
    const std::int64_t earliest = hash.next_deadline();
    char raw[sizeof earliest];
    std::memcpy(raw, &earliest, sizeof earliest);
    chunk_.bytes.append(raw, sizeof raw);
    length(hash.size());
    hash.for_each([&](Bytes field, Bytes value) {
        const std::int64_t deadline = hash.deadline(field);
        length(deadline == Hash::kNoDeadline ? 0
                                             : static_cast<std::uint64_t>(deadline - earliest) + 1);
        text(field);
        text(value);
        return true;
    });
}

void RdbWriter::expiry(const Entry& entry) {
    if (!entry.has_expiry()) return;
    byte(rdb::op_expire_ms);
    const std::int64_t at = entry.expiry();
    char raw[sizeof at];
    std::memcpy(raw, &at, sizeof at);
    chunk_.bytes.append(raw, sizeof raw);
}

void RdbWriter::entry(Entry& entry) {
    expiry(entry);
    typed_value(entry, true);
}

/// In the forms whose lengths are known from the beginning.
void RdbWriter::begin_big(Entry& entry) {
    expiry(entry);
    const auto head = [&](rdb::ValueType type, std::size_t elements) {
        byte(type);
        text(entry.key());
        length(elements);
    };
    switch (entry.type()) {
        case Type::string:
            break;
        case Type::list:
            return head(rdb::list, List(entry.object()).size());
        case Type::set:
            return head(rdb::set, Set(entry.object()).size());
        case Type::sorted_set:
            return head(rdb::zset, SortedSet(entry.object()).size());
        case Type::hash:
            return head(rdb::hash, Hash(entry.object()).size());
        case Type::stream:
            return head(rdb::stream2, Stream::of(entry.object()).runs().size());
    }
}

void RdbWriter::big_piece(Entry& entry, WritingPlace& place) {
    constexpr std::size_t step_elements = 64;
    std::size_t written = 0;
    const std::size_t before = chunk_.bytes.size();
    while (!place.done && written < kPieceElements && chunk_.bytes.size() - before < kPieceBytes) {
        if (entry.type() == Type::stream) {
            place.done = !stream_run(Stream::of(entry.object()), place.run);
            continue;
        }
        step(entry, place, step_elements, [&](const Element& element) {
            text(element.text);
            if (entry.type() == Type::hash) text(element.value);
            if (entry.type() == Type::sorted_set) raw_score(element.score);
        });
        written += step_elements;
    }
}

void RdbWriter::end_big(Entry& entry) {
    if (entry.type() == Type::stream) behind_runs(Stream::of(entry.object()));
}

void RdbWriter::typed_value(Entry& entry, bool with_key) {
    const auto kind = [&](rdb::ValueType type) {
        byte(type);
        if (with_key) text(entry.key());
    };
    switch (entry.type()) {
        case Type::string:
            kind(rdb::string);
            return string_value(entry);
        case Type::list:
            kind(rdb::list_quicklist2);
            return list(entry);
        case Type::set:
            kind(object_encoding(Type::set, entry.object()) == "intset" ? rdb::set_intset
                                                                        : rdb::set);
            return set(entry);
        case Type::sorted_set:
            kind(object_encoding(Type::sorted_set, entry.object()) == "listpack"
                     ? rdb::zset_listpack
                     : rdb::zset);
            return sorted_set(entry);
        case Type::hash:
            if (const Hash hash(entry.object()); hash.has_deadlines()) {
                kind(rdb::hash_metadata);
                return timed_hash(hash);
            }
            kind(object_encoding(Type::hash, entry.object()) == "listpack" ? rdb::hash_listpack
                                                                           : rdb::hash);
            return hash(entry);
        case Type::stream:
            kind(rdb::stream2);
            return stream(entry);
    }
}

}  // namespace millpond::engine
