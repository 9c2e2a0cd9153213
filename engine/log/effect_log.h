// SPDX-License-Identifier: Apache-2.0
//
// The one ordered log of effects. Writers append from any thread, holding the locks of the shards that
// they changed, so that the log is a serial order of the writes; readers (replica feeds, later the
// append-only file) take the contiguous filled prefix. Offsets are the PSYNC offsets.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace millpond::engine {

/// A position in the log, in bytes since its history began.
using LogOffset = std::uint64_t;

class EffectLog {
public:
    EffectLog();
    ~EffectLog();

    /// False while nobody reads the log (no replica ever, no AOF): then append must not be called and
    /// writes cost nothing. Changes only in the exclusive lane.
    bool active() const noexcept;

    /// Appends one record: whole RESP commands (one, or MULTI ... EXEC) of database `db`. A SELECT is
    /// put before it when the log's database differs, in the same reservation. Returns the offset after it.
    LogOffset append(int db, std::string_view record);
    /// The replica applier copies its primary's bytes unchanged.
    LogOffset append_raw(std::string_view bytes);

    /// The end of the contiguous filled prefix.
    LogOffset end() const noexcept;

    struct State;
    State& state() { return *state_; }

private:
    std::unique_ptr<State> state_;
};

}  // namespace millpond::engine
