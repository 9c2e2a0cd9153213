// SPDX-License-Identifier: Apache-2.0
//
// The large form of sets and hashes: a linear table whose records are one element (a member) or two
// (a field and its value). Guarded by the lock of the entry's shard.
#pragma once

#include "engine/types/element.h"
#include "engine/types/linear_table.h"

namespace millpond::engine {

struct MemberRecord {
    static std::size_t size(const std::uint8_t* payload) { return element_size(payload); }
    static std::uint64_t hash(const std::uint8_t* payload) { return element_hash(payload); }
    static constexpr int kElements = 1;
};

struct PairRecord {
    static std::size_t size(const std::uint8_t* payload) {
        std::size_t field = element_size(payload);
        return field + element_size(payload + field);
    }
    static std::uint64_t hash(const std::uint8_t* payload) { return element_hash(payload); }
    static constexpr int kElements = 2;
};

/// A table as an object: the common head, and the bytes that its elements hold apart.
template <class Record>
struct TableObject : ObjectHead {
    using Table = LinearTable<Record>;

    TableObject() { form_bits = static_cast<std::uint8_t>(Form::table); }
    ~TableObject() {
        if (block_bytes == 0) return;
        table.for_each([](const std::uint8_t* payload) {
            for (int i = 0; i < Record::kElements; i++, payload = next_element(payload))
                release_element(payload);
            return true;
        });
    }

    typename Table::Position find(const Needle& needle) const {
        return table.find(needle.hash(),
                          [&](const std::uint8_t* payload) { return needle.equals(payload); });
    }

    [[gnu::always_inline]] void prefetch(Bytes member) const {
        table.prefetch(Needle(member).hash());
    }

    TableObject* clone() const {
        auto* copy = new TableObject;
        copy->table.copy_from(table);
        copy->block_bytes = block_bytes;
        if (block_bytes == 0) return copy;
        copy->table.for_each_mutable([](std::uint8_t* payload) {
            for (int i = 0; i < Record::kElements; i++, payload += element_size(payload))
                unshare_element(payload);
        });
        return copy;
    }

    Table table;
    std::size_t block_bytes = 0;
};

using MemberTable = TableObject<MemberRecord>;
using PairTable = TableObject<PairRecord>;

}  // namespace millpond::engine
