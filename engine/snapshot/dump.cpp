// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/dump.h"

#include <atomic>

#include "engine/snapshot/payload_seal.h"
#include "engine/snapshot/rdb_format.h"
#include "engine/snapshot/rdb_input.h"
#include "engine/snapshot/rdb_writer.h"

namespace millpond::engine {

namespace {

std::atomic<bool> checksum_skipped{false};

}  // namespace

std::string dump_value(Entry& entry, bool compress) {
    RdbWriter writer({.compress = compress});
    writer.value(entry);
    std::string payload;
    payload.reserve(writer.chunk().size() + kSealBytes);
    writer.chunk().for_each([&](Bytes piece) {
        payload.append(piece);
        return true;
    });
    // Only a hash whose fields have deadlines needs a later version than a stock Redis 7.0 reads.
    const bool later = static_cast<std::uint8_t>(payload[0]) == rdb::hash_metadata;
    seal_payload(payload, later ? rdb::version_max : rdb::version_written);
    return payload;
}

bool dump_is_intact(Bytes payload) {
    return is_sealed(payload, rdb::version_max, checksum_skipped.load(std::memory_order_relaxed));
}

void skip_dump_checksum(bool yes) {
    checksum_skipped.store(yes, std::memory_order_relaxed);
}

std::optional<RestoredValue> restore_value(Bytes payload) {
    MemorySource source(payload.substr(0, payload.size() - kSealBytes));
    RdbInput input(source);
    try {
        const std::uint8_t type = input.byte();
        if (type == rdb::string) return input.text();
        OwnedObject object = read_rdb_object(input, type);
        if (object_size(object) == 0) return std::nullopt;
        return RestoredValue(std::move(object));
    } catch (const RdbError&) {
        return std::nullopt;
    }
}

}  // namespace millpond::engine
