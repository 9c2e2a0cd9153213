// SPDX-License-Identifier: Apache-2.0
//
// The one ordered log of effects. Writers append from any thread, holding the locks of the shards
// that they changed, so that the log is a serial order of the writes; readers (replica feeds, later
// the append-only file) take the contiguous filled prefix. Offsets are the PSYNC offsets.
//
// How it works. A reservation is one CAS on a word that holds the offset and the database. The
// bytes lie in chained segments; a record is never cut, and a huge one has a segment of its own.
// Whoever has copied its record marks it as filled; whoever finds the `advancing` flag free then
// moves the visible end over all that is filled, so a writer that is preempted in mid-copy delays
// what readers see, but no writer. What lies before the backlog and before every reader is recycled
// by the same hand that moves the end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace millpond::engine {

/// A position in the log, in bytes since its history began.
using LogOffset = std::uint64_t;

class LogReader;

class EffectLog {
public:
    /// Offsets from here on are refused wherever they come from: the reservation word has no room.
    static constexpr LogOffset offset_max = (LogOffset{1} << 58) - 1;
    /// One granule less than 64 KiB, so that the length of any record in a segment fits 16 bits.
    static constexpr std::size_t segment_bytes = (64 << 10) - 8;
    static constexpr std::size_t huge_bytes = 32 << 10;

    EffectLog();
    ~EffectLog();
    EffectLog(const EffectLog&) = delete;
    EffectLog& operator=(const EffectLog&) = delete;

    /// False while nobody reads the log (no replica ever, no AOF): then append must not be called
    /// and writes cost nothing. Changes only in the exclusive lane.
    bool active() const noexcept;

    /// Starts, or starts anew, at `at` with an empty backlog; readers that were open are overrun.
    /// Requires: the exclusive lane (nobody appends).
    void activate(LogOffset at);
    /// Frees the backlog; the offset stays. Requires: the exclusive lane.
    void deactivate();

    /// Appends one record: whole RESP commands (one, or MULTI ... EXEC) that begin in database `db`
    /// and, by SELECTs of their own, end in `last_db`. A SELECT is put before it when the log's
    /// database differs, in the same reservation. Returns the offset after it.
    LogOffset append(int db, std::string_view record, int last_db);
    LogOffset append(int db, std::string_view record) { return append(db, record, db); }
    /// The replica applier copies its primary's bytes unchanged: whole records of at least 8 bytes.
    /// The log's database is unknown afterwards.
    LogOffset append_raw(std::string_view bytes);
    /// A record that belongs to no database (PING, REPLCONF GETACK).
    LogOffset append_neutral(std::string_view record);
    /// The next record is preceded by a SELECT whatever its database: a replica starts there.
    void forget_database() noexcept;

    /// The end of the contiguous filled prefix.
    LogOffset end() const noexcept;
    /// The end of what is reserved: equal to end() when nobody is appending.
    LogOffset reserved() const noexcept;
    /// The first offset at which a reader can be opened.
    LogOffset begin() const noexcept;

    /// How much is kept for replicas that come back, beyond what readers still need.
    void set_backlog_bytes(std::size_t bytes) noexcept;
    std::size_t backlog_bytes() const noexcept;
    /// Resident bytes of all segments.
    std::size_t memory_bytes() const noexcept;

    /// `wake` is called, on the appending thread, when something was appended after arm(). One for
    /// the log: set before the first append.
    void on_wake(std::function<void()> wake);
    /// Ask for one wake-up; then look at end() again before sleeping.
    void arm() noexcept;

    /// Frees what was recycled from huge records: large frees are kept from the appending threads.
    /// Any thread that holds no lock, now and then.
    void collect();

    /// A reader at `at`, which holds at most `lag_max_bytes` of the log back (0: no bound) before
    /// it is overrun. nullptr when `at` is outside [begin, end].
    std::unique_ptr<LogReader> open(LogOffset at, std::size_t lag_max_bytes);

    struct State;

private:
    std::unique_ptr<State> state_;
};

/// A place in the log that pins what lies after it. Used by one thread; must not outlive the log.
class LogReader {
public:
    ~LogReader();
    LogReader(const LogReader&) = delete;
    LogReader& operator=(const LogReader&) = delete;

    LogOffset position() const noexcept;
    /// The bytes at the position that lie in one piece, possibly none; valid until consume().
    std::string_view peek();
    void consume(std::size_t bytes);
    /// It fell too far behind, or the log was started anew: nothing more can be read.
    bool overrun() const noexcept;
    void set_lag_max(std::size_t bytes) noexcept;

    struct State;

private:
    friend class EffectLog;
    explicit LogReader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace millpond::engine
