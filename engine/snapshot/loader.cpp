// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/loader.h"

#include <charconv>

#include "engine/keyspace/keyspace.h"
#include "engine/server/debug_delay.h"

namespace millpond::engine {

namespace {

/// Nobody watches a load: what is there is new to everybody.
class Unobserved final : public KeyspaceObserver {
public:
    void before_change(int, Entry&, KeyHash) override {}
    void expired(int, Bytes) override {}
    void evicted(int, Bytes) override {}
};

}  // namespace

KeyspaceLoader::KeyspaceLoader(Keyspace& keyspace, Gate& gate, GateFlag& flag, UnixMillis now,
                               std::function<bool()> stop)
    : keyspace_(keyspace), gate_(gate), flag_(flag), now_(now), stop_(std::move(stop)) {}

void KeyspaceLoader::aux(Bytes key, Bytes value) {
    std::uint64_t bytes = 0;
    if (progress_ == nullptr || key != "used-mem") return;
    std::from_chars(value.data(), value.data() + value.size(), bytes);
    progress_->set_used_memory(bytes);
}

template <class Put>
void KeyspaceLoader::put(int db, Bytes key, std::optional<std::int64_t> expiry_ms, Put put) {
    if (key_delay_us_ != 0) debug_delay(key_delay_us_, [this] { return stop(); });
    if (expiry_ms && now_ != 0 && *expiry_ms < now_) {
        ++expired_;
        return;
    }
    if (progress_ != nullptr) progress_->add_key();
    Unobserved observer;
    Database database(keyspace_, db,
                      {.now = now_, .expire = false, .ignore_expiry = true, .no_touch = true},
                      observer);
    SharedLane lane(gate_, flag_);
    Shard& shard = keyspace_.shard(keyspace_.shard_of(key));
    shard.lock();
    put(database);
    shard.unlock();
}

void KeyspaceLoader::string(int db, Bytes key, Bytes value, std::optional<std::int64_t> expiry_ms) {
    put(db, key, expiry_ms, [&](Database& database) {
        if (expiry_ms) {
            database.put_string_until(key, value, *expiry_ms);
        } else {
            database.put_string(key, value);
        }
    });
}

void KeyspaceLoader::object(int db, Bytes key, OwnedObject object,
                            std::optional<std::int64_t> expiry_ms) {
    put(db, key, expiry_ms, [&](Database& database) {
        Entry* entry = database.put_object(key, object.type(), object.take());
        if (expiry_ms) database.set_expiry(*entry, *expiry_ms);
    });
}

std::string KeyspaceLoader::function(Bytes code) {
    std::string error;
    if (load_function_)
        gate_.run_exclusive(flag_, "loading functions", [&] { error = load_function_(code); });
    return error;
}

}  // namespace millpond::engine
