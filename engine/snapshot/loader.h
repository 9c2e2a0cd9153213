// SPDX-License-Identifier: Apache-2.0
//
// Puts what an RDB reader reads into a key space, entry by entry under the entry's shard lock. Used
// by one thread, which has joined the gate and is outside the lanes.
#pragma once

#include <functional>

#include "engine/keyspace/database.h"
#include "engine/lanes/gate.h"
#include "engine/snapshot/load_progress.h"
#include "engine/snapshot/rdb_reader.h"

namespace millpond::engine {

class KeyspaceLoader final : public RdbTarget {
public:
    /// Keys that expired before `now` are left out, unless it is 0: a replica waits for its
    /// primary's DEL.
    KeyspaceLoader(Keyspace& keyspace, Gate& gate, GateFlag& flag, UnixMillis now,
                   std::function<bool()> stop = {});

    /// Waits for so many microseconds behind each key: for tests.
    void set_key_delay(std::int64_t us) { key_delay_us_ = us; }
    /// Is told of each key, and how much memory all of it took where it was written.
    void set_progress(LoadProgress& progress) { progress_ = &progress; }

    void aux(Bytes key, Bytes value) override;

    void string(int db, Bytes key, Bytes value, std::optional<std::int64_t> expiry_ms) override;
    void object(int db, Bytes key, OwnedObject object,
                std::optional<std::int64_t> expiry_ms) override;
    /// In the exclusive lane, by what was set; without that, libraries are left out.
    std::string function(Bytes code) override;
    void set_function_loader(std::function<std::string(Bytes code)> load) {
        load_function_ = std::move(load);
    }
    bool stop() override { return stop_ && stop_(); }

    std::uint64_t expired_keys() const { return expired_; }

private:
    template <class Put>
    void put(int db, Bytes key, std::optional<std::int64_t> expiry_ms, Put put);

    Keyspace& keyspace_;
    Gate& gate_;
    GateFlag& flag_;
    const UnixMillis now_;
    std::function<bool()> stop_;
    std::function<std::string(Bytes)> load_function_;
    std::uint64_t expired_ = 0;
    std::int64_t key_delay_us_ = 0;
    LoadProgress* progress_ = nullptr;
};

}  // namespace millpond::engine
