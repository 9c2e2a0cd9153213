// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/dump.h"

#include <atomic>
#include <cstring>

#include "engine/snapshot/crc64.h"
#include "engine/snapshot/rdb_format.h"
#include "engine/snapshot/rdb_input.h"
#include "engine/snapshot/rdb_writer.h"

namespace millpond::engine {

namespace {

constexpr std::size_t version_bytes = 2;
constexpr std::size_t checksum_bytes = 8;

std::atomic<bool> checksum_skipped{false};

template <class Number>
void put_little(std::string& out, Number value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
        out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t get_little(Bytes bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

}  // namespace

std::string dump_value(Entry& entry, bool compress) {
    RdbWriter writer({.compress = compress});
    writer.value(entry);
    std::string payload;
    payload.reserve(writer.chunk().size() + version_bytes + checksum_bytes);
    writer.chunk().for_each([&](Bytes piece) {
        payload.append(piece);
        return true;
    });
    // Only a hash whose fields have deadlines needs a later version than a stock Redis 7.0 reads.
    const bool later = static_cast<std::uint8_t>(payload[0]) == rdb::hash_metadata;
    put_little(payload,
               static_cast<std::uint16_t>(later ? rdb::version_max : rdb::version_written));
    put_little(payload, crc64(0, payload));
    return payload;
}

bool dump_is_intact(Bytes payload) {
    if (payload.size() < version_bytes + checksum_bytes) return false;
    const std::size_t checked = payload.size() - checksum_bytes;
    const Bytes version = payload.substr(checked - version_bytes, version_bytes);
    if (get_little(version) > static_cast<std::uint64_t>(rdb::version_max)) return false;
    return checksum_skipped.load(std::memory_order_relaxed) ||
           get_little(payload.substr(checked)) == crc64(0, payload.substr(0, checked));
}

void skip_dump_checksum(bool yes) {
    checksum_skipped.store(yes, std::memory_order_relaxed);
}

std::optional<RestoredValue> restore_value(Bytes payload) {
    MemorySource source(payload.substr(0, payload.size() - version_bytes - checksum_bytes));
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
