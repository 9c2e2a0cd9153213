// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/debug_digest.h"

#include <arpa/inet.h>
#include <openssl/sha.h>

#include <cstdio>

#include "engine/keyspace/keyspace.h"
#include "engine/types/collections.h"
#include "engine/types/stream.h"

namespace millpond::engine {

namespace {

/// A number as Redis mixes it: 4 bytes, most significant first.
void mix_number(Digest& digest, std::uint32_t number) {
    std::uint32_t big_endian = htonl(number);
    digest.mix({reinterpret_cast<const char*>(&big_endian), sizeof big_endian});
}

void digest_hash(Digest& digest, Entry& entry) {
    const Hash hash(entry.object());
    hash.for_each([&](Bytes field, Bytes value) {
        Digest pair;
        pair.mix(field);
        pair.mix(value);
        if (hash.deadline(field) != Hash::kNoDeadline) pair.fold("!!hexpire!!");
        digest.fold(pair);
        return true;
    });
}

void digest_sorted_set(Digest& digest, Entry& entry) {
    SortedSet(entry.object()).for_each([&](Bytes member, double score) {
        char text[40];
        int size = std::snprintf(text, sizeof text, "%.17g", score);
        Digest pair;
        pair.mix(member);
        pair.mix({text, static_cast<std::size_t>(size)});
        digest.fold(pair);
        return true;
    });
}

/// Entries only: groups and what is pending in them are left out.
void digest_stream(Digest& digest, Entry& entry) {
    Stream::of(entry.object()).for_range({}, StreamId::max(), false, [&](const StreamEntry& one) {
        digest.mix(std::to_string(one.id().ms) + "." + std::to_string(one.id().seq));
        one.for_each([&](Bytes field, Bytes value) {
            digest.mix(field);
            digest.mix(value);
        });
        return true;
    });
}

}  // namespace

void Digest::fold(Bytes bytes) {
    std::array<std::uint8_t, 20> hash;
    SHA1(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
    for (std::size_t i = 0; i < sum_.size(); i++) sum_[i] ^= hash[i];
}

void Digest::mix(Bytes bytes) {
    fold(bytes);
    std::array<std::uint8_t, 20> before = sum_;
    SHA1(before.data(), before.size(), sum_.data());
}

std::string Digest::hex() const {
    std::string text;
    for (std::uint8_t byte : sum_) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x", byte);
        text += digits;
    }
    return text;
}

void digest_value(Digest& digest, Entry& entry) {
    mix_number(digest, static_cast<std::uint32_t>(entry.type()));
    switch (entry.type()) {
        case Type::string: {
            StringScratch scratch;
            digest.mix(entry.string(scratch));
            break;
        }
        case Type::list:
            List(entry.object()).for_each([&](Bytes value) {
                digest.mix(value);
                return true;
            });
            break;
        case Type::set:
            Set(entry.object()).for_each([&](Bytes member) {
                digest.fold(member);
                return true;
            });
            break;
        case Type::sorted_set:
            digest_sorted_set(digest, entry);
            break;
        case Type::hash:
            digest_hash(digest, entry);
            break;
        case Type::stream:
            digest_stream(digest, entry);
            break;
    }
    if (entry.has_expiry()) digest.fold("!!expire!!");
}

Digest digest_dataset(Keyspace& keyspace) {
    Digest all;
    for (int db = 0; db < Keyspace::kDatabases; db++) {
        if (keyspace.size(db) == 0) continue;
        mix_number(all, static_cast<std::uint32_t>(db));
        keyspace.for_each(db, [&](Entry& entry) {
            Digest one;
            one.mix(entry.key());
            digest_value(one, entry);
            all.fold(one);
            return true;
        });
    }
    return all;
}

}  // namespace millpond::engine
