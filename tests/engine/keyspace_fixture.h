// SPDX-License-Identifier: Apache-2.0
//
// What the key space's tests share: a key space of known seed, an observer that writes down what it
// is told, and the seed.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/keyspace/database.h"
#include "engine/keyspace/keyspace.h"
#include "engine/memory/background_free.h"
#include "tests/engine/seed.h"

namespace millpond::engine {

class RecordingObserver final : public KeyspaceObserver {
public:
    void before_change(int db, Entry& entry, KeyHash) override {
        changes.emplace_back(db, std::string(entry.key()));
    }
    void expired(int db, Bytes key) override { expiries.emplace_back(db, std::string(key)); }
    void evicted(int db, Bytes key) override { evictions.emplace_back(db, std::string(key)); }
    void created(int db, const Entry& entry, KeyHash) override {
        creations.emplace_back(db, std::string(entry.key()));
    }

    using Events = std::vector<std::pair<int, std::string>>;
    Events changes, expiries, evictions, creations;
};

struct KeyspaceFixture {
    explicit KeyspaceFixture(std::uint64_t seed = 1) : keys(background, KeyHasher(seed)) {}

    Database at(UnixMillis now, int db = 0) { return {keys, db, {.now = now}, observer}; }

    BackgroundFree background;
    Keyspace keys;
    RecordingObserver observer;
};

/// The string that an entry holds.
inline std::string text_of(const Entry* entry) {
    if (entry == nullptr) return "(absent)";
    StringScratch scratch;
    return std::string(entry->string(scratch));
}

}  // namespace millpond::engine
