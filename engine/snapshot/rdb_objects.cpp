// SPDX-License-Identifier: Apache-2.0
//
// The collections' value types, all versions of them.
#include <charconv>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "engine/keyspace/integer.h"
#include "engine/snapshot/packed.h"
#include "engine/snapshot/rdb_format.h"
#include "engine/snapshot/rdb_input.h"

namespace millpond::engine {

namespace {

[[noreturn]] void malformed(const char* what) {
    throw RdbError(std::string("malformed ") + what);
}

OwnedObject make_list() {
    return {Type::list, List::create()};
}
OwnedObject make_set() {
    return {Type::set, Set::create()};
}
OwnedObject make_sorted_set() {
    return {Type::sorted_set, SortedSet::create()};
}
OwnedObject make_hash() {
    return {Type::hash, Hash::create()};
}

bool add_member(OwnedObject& set, Bytes member) {
    return Set(set.slot()).add(member);
}

bool add_score(OwnedObject& set, Bytes member, double score) {
    return SortedSet(set.slot()).set(member, score);
}

bool add_field(OwnedObject& hash, Bytes field, Bytes value) {
    return Hash(hash.slot()).set(field, value);
}

bool push(OwnedObject& list, Bytes element) {
    List(list.slot()).push_back(element);
    return true;
}

std::optional<double> score_of(Bytes text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || std::isnan(value))
        return std::nullopt;
    return value;
}

using Reader = bool (*)(Bytes, PackedVisitor);

/// Hands a packed run's elements over two by two.
void read_pairs(Reader read, Bytes packed, const char* what,
                FunctionView<bool(Bytes, Bytes)> visit) {
    std::string first;
    bool has_first = false;
    const bool whole = read(packed, [&](Bytes element) {
        if (!has_first) {
            first.assign(element);
            has_first = true;
            return true;
        }
        has_first = false;
        return visit(first, element);
    });
    if (!whole || has_first) malformed(what);
}

OwnedObject read_list(RdbInput& input) {
    OwnedObject list = make_list();
    for (std::uint64_t n = input.length(); n > 0; --n) push(list, input.text());
    return list;
}

OwnedObject read_packed_list(Reader read, Bytes packed) {
    OwnedObject list = make_list();
    if (!read(packed, [&](Bytes element) { return push(list, element); })) malformed("list");
    return list;
}

OwnedObject read_quicklist(RdbInput& input, bool containers) {
    OwnedObject list = make_list();
    for (std::uint64_t n = input.length(); n > 0; --n) {
        const std::uint64_t container = containers ? input.length() : rdb::node_packed;
        const std::string node = input.text();
        if (container == rdb::node_plain && !node.empty()) {
            push(list, node);
        } else if (container != rdb::node_packed ||
                   !(containers ? read_listpack : read_ziplist)(
                       node, [&](Bytes e) { return push(list, e); })) {
            malformed("list node");
        }
    }
    return list;
}

OwnedObject read_set(RdbInput& input) {
    OwnedObject set = make_set();
    for (std::uint64_t n = input.length(); n > 0; --n) {
        if (!add_member(set, input.text())) malformed("set: a member twice");
    }
    return set;
}

OwnedObject read_packed_set(Reader read, Bytes packed) {
    OwnedObject set = make_set();
    if (!read(packed, [&](Bytes member) { return add_member(set, member); })) malformed("set");
    return set;
}

OwnedObject read_sorted_set(RdbInput& input, bool binary) {
    OwnedObject set = make_sorted_set();
    for (std::uint64_t n = input.length(); n > 0; --n) {
        const std::string member = input.text();
        if (!add_score(set, member, binary ? input.binary_real() : input.text_real())) {
            malformed("sorted set: a member twice");
        }
    }
    return set;
}

OwnedObject read_packed_sorted_set(Reader read, Bytes packed) {
    OwnedObject set = make_sorted_set();
    read_pairs(read, packed, "sorted set", [&](Bytes member, Bytes text) {
        const auto score = score_of(text);
        return score && add_score(set, member, *score);
    });
    return set;
}

OwnedObject read_hash(RdbInput& input) {
    OwnedObject hash = make_hash();
    for (std::uint64_t n = input.length(); n > 0; --n) {
        const std::string field = input.text();
        if (!add_field(hash, field, input.text())) malformed("hash: a field twice");
    }
    return hash;
}

void add_timed_field(OwnedObject& hash, Bytes field, Bytes value, std::uint64_t deadline) {
    constexpr std::uint64_t deadline_max = std::uint64_t{1} << 48;  // beyond what Redis allows
    if (!add_field(hash, field, value)) malformed("hash: a field twice");
    if (deadline > deadline_max) malformed("hash: a deadline beyond all time");
    if (deadline != 0) Hash(hash.slot()).set_deadline(field, static_cast<std::int64_t>(deadline));
}

/// Fields each behind its deadline: a moment, or, in the later form, one more than what it is later
/// than the earliest.
OwnedObject read_timed_hash(RdbInput& input, bool relative) {
    OwnedObject hash = make_hash();
    const std::uint64_t earliest = relative ? input.little(8) : 1;
    for (std::uint64_t n = input.length(); n > 0; --n) {
        const std::uint64_t deadline = input.length();
        const std::string field = input.text();
        add_timed_field(hash, field, input.text(), deadline == 0 ? 0 : earliest + deadline - 1);
    }
    return hash;
}

/// Field, value, deadline, one after another.
OwnedObject read_packed_timed_hash(RdbInput& input, bool with_earliest) {
    if (with_earliest) input.little(8);
    OwnedObject hash = make_hash();
    std::vector<std::string> parts;
    const bool whole = read_listpack(input.text(), [&](Bytes element) {
        parts.emplace_back(element);
        if (parts.size() < 3) return true;
        const auto deadline = parse_integer(parts[2]);
        if (!deadline || *deadline < 0) return false;
        add_timed_field(hash, parts[0], parts[1], static_cast<std::uint64_t>(*deadline));
        parts.clear();
        return true;
    });
    if (!whole || !parts.empty()) malformed("hash");
    return hash;
}

OwnedObject read_packed_hash(Reader read, Bytes packed) {
    OwnedObject hash = make_hash();
    read_pairs(read, packed, "hash",
               [&](Bytes field, Bytes value) { return add_field(hash, field, value); });
    return hash;
}

}  // namespace

OwnedObject read_rdb_object(RdbInput& input, std::uint8_t type) {
    switch (type) {
        case rdb::list:
            return read_list(input);
        case rdb::list_ziplist:
            return read_packed_list(read_ziplist, input.text());
        case rdb::list_quicklist:
            return read_quicklist(input, false);
        case rdb::list_quicklist2:
            return read_quicklist(input, true);
        case rdb::set:
            return read_set(input);
        case rdb::set_intset:
            return read_packed_set(read_intset, input.text());
        case rdb::set_listpack:
            return read_packed_set(read_listpack, input.text());
        case rdb::zset_text:
            return read_sorted_set(input, false);
        case rdb::zset:
            return read_sorted_set(input, true);
        case rdb::zset_ziplist:
            return read_packed_sorted_set(read_ziplist, input.text());
        case rdb::zset_listpack:
            return read_packed_sorted_set(read_listpack, input.text());
        case rdb::hash:
            return read_hash(input);
        case rdb::hash_zipmap:
            return read_packed_hash(read_zipmap, input.text());
        case rdb::hash_ziplist:
            return read_packed_hash(read_ziplist, input.text());
        case rdb::hash_listpack:
            return read_packed_hash(read_listpack, input.text());
        case rdb::stream:
        case rdb::stream2:
        case rdb::stream3:
            return read_rdb_stream(input, type);
        case rdb::module_old:
        case rdb::module:
            throw RdbError("values of modules are not supported");
        case rdb::hash_metadata_old:
            return read_timed_hash(input, false);
        case rdb::hash_metadata:
            return read_timed_hash(input, true);
        case rdb::hash_listpack_ex_old:
            return read_packed_timed_hash(input, false);
        case rdb::hash_listpack_ex:
            return read_packed_timed_hash(input, true);
        default:
            throw RdbError("unknown value type " + std::to_string(type));
    }
}

}  // namespace millpond::engine
