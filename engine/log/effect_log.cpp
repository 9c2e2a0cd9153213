// SPDX-License-Identifier: Apache-2.0
#include "engine/log/effect_log.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <deque>
#include <mutex>
#include <vector>

#include "engine/log/assert.h"
#include "engine/log/segment.h"
#include "engine/memory/copy_bytes.h"

namespace millpond::engine {

namespace {

// The reservation word: the offset above, the database below. One value means "any SELECT is due".
constexpr unsigned database_bits = 6;
constexpr std::uint64_t database_mask = (1u << database_bits) - 1;
constexpr std::uint64_t database_unknown = database_mask;
constexpr std::size_t spare_segments_max = 4;

std::uint64_t word_of(LogOffset offset, std::uint64_t database) {
    return offset << database_bits | database;
}

/// "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n" into `out`, which holds at least 32 bytes; returns its
/// length.
std::size_t write_select(int db, char* out) {
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof digits, db).ptr;
    const std::string_view number(digits, static_cast<std::size_t>(end - digits));
    static constexpr std::string_view head = "*2\r\n$6\r\nSELECT\r\n$";
    char* at = std::copy(head.begin(), head.end(), out);
    *at++ = static_cast<char>('0' + number.size());
    *at++ = '\r';
    *at++ = '\n';
    at = std::copy(number.begin(), number.end(), at);
    *at++ = '\r';
    *at++ = '\n';
    return static_cast<std::size_t>(at - out);
}

}  // namespace

struct LogReader::State {
    EffectLog::State* log = nullptr;
    LogSegment* segment = nullptr;
    std::uint64_t generation = 0;
    std::atomic<LogOffset> position{0};
    std::atomic<bool> overrun{false};
    std::atomic<std::size_t> lag_max_bytes{0};
};

struct EffectLog::State {
    std::atomic<bool> active{false};
    std::atomic<std::size_t> backlog_bytes{1 << 20};
    std::atomic<std::size_t> memory_bytes{0};
    std::function<void()> wake;

    alignas(64) std::atomic<std::uint64_t> word{word_of(0, database_unknown)};
    // Even, and odd while the tail is being replaced; waited on by those whose segment does not
    // exist yet.
    alignas(64) std::atomic<std::uint32_t> tail_version{0};
    std::atomic<LogSegment*> tail{nullptr};

    alignas(64) std::atomic<std::uint32_t> pending{
        0};                        ///< marks not yet looked at; 0: nobody advances
    LogSegment* cursor = nullptr;  ///< of whoever advances
    std::atomic<LogOffset> end{0};
    std::atomic<bool> armed{false};

    // Guards what follows: the front of the chain, the readers, the recycled.
    alignas(64) std::mutex mutex;
    LogSegment* head = nullptr;
    std::atomic<LogOffset> begin{0};
    std::uint64_t generation = 0;
    std::vector<LogReader::State*> readers;
    std::vector<LogSegment*> orphans;  ///< of an earlier generation, while its readers live

    std::mutex pool_mutex;
    std::deque<LogSegment> headers;
    std::vector<LogSegment*> bare;   ///< headers without memory
    std::vector<LogSegment*> spare;  ///< with the memory of an ordinary segment
    std::vector<std::unique_ptr<char[]>> garbage;

    LogSegment* take_segment(LogOffset start, std::size_t length);
    void recycle(LogSegment* segment);
    void place(LogOffset offset, std::string_view select, std::string_view record);
    LogSegment* segment_for(LogOffset offset, std::size_t length);
    void advance();
    bool trim(LogOffset end_now);
    void drop_all();
    LogOffset append(std::uint64_t database_before, std::string_view select,
                     std::string_view record, std::uint64_t database_after);
};

LogSegment* EffectLog::State::take_segment(LogOffset start, std::size_t length) {
    const bool huge = length > huge_bytes;
    LogSegment* segment = nullptr;
    {
        std::lock_guard lock(pool_mutex);
        auto& from = !huge && !spare.empty() ? spare : bare;
        if (!from.empty()) {
            segment = from.back();
            from.pop_back();
        } else {
            segment = &headers.emplace_back();
        }
    }
    const std::size_t room = huge ? length : segment_bytes;
    if (!segment->bytes) {
        segment->bytes = std::make_unique_for_overwrite<char[]>(room);
        segment->resident_bytes = room + sizeof(LogSegment);
        if (!huge) {
            constexpr std::size_t granules = segment_bytes / LogSegment::granule_bytes;
            segment->marks = std::make_unique<std::atomic<std::uint16_t>[]>(granules);
            segment->resident_bytes += granules * sizeof(std::uint16_t);
        }
        memory_bytes.fetch_add(segment->resident_bytes, std::memory_order_relaxed);
    }
    segment->huge_filled.store(false, std::memory_order_relaxed);
    segment->next.store(nullptr, std::memory_order_release);
    segment->previous.store(nullptr, std::memory_order_release);
    segment->start.store(start, std::memory_order_release);
    segment->limit.store(start + room, std::memory_order_release);
    return segment;
}

void EffectLog::State::recycle(LogSegment* segment) {
    std::lock_guard lock(pool_mutex);
    if (segment->marks && spare.size() < spare_segments_max) {
        constexpr std::size_t granules = segment_bytes / LogSegment::granule_bytes;
        for (std::size_t i = 0; i < granules; ++i)
            segment->marks[i].store(0, std::memory_order_relaxed);
        spare.push_back(segment);
        return;
    }
    memory_bytes.fetch_sub(segment->resident_bytes, std::memory_order_relaxed);
    garbage.push_back(std::move(segment->bytes));
    segment->marks.reset();
    bare.push_back(segment);
}

/// The segment that holds [offset, offset + length), made here if this reservation is the one that
/// crosses the tail's end. What is reserved and not yet visible pins every segment from its own on.
LogSegment* EffectLog::State::segment_for(LogOffset offset, std::size_t length) {
    for (;;) {
        const std::uint32_t version = tail_version.load(std::memory_order_acquire);
        if (version & 1) continue;  // two stores long
        LogSegment* segment = tail.load(std::memory_order_acquire);
        const LogOffset start = segment->start.load(std::memory_order_acquire);
        const LogOffset limit = segment->limit.load(std::memory_order_acquire);
        if (tail_version.load(std::memory_order_acquire) != version) continue;

        if (start > offset) {  // the tail went on while we were between our CAS and here
            while (segment->start.load(std::memory_order_acquire) > offset) {
                segment = segment->previous.load(std::memory_order_acquire);
            }
            return segment;
        }
        if (offset + length <= limit) return segment;
        if (offset <= limit) {  // reservations are contiguous, so exactly one of them crosses
            LogSegment* fresh = take_segment(offset, length);
            fresh->previous.store(segment, std::memory_order_release);
            segment->next.store(fresh, std::memory_order_release);
            tail_version.fetch_add(1, std::memory_order_acq_rel);
            tail.store(fresh, std::memory_order_release);
            tail_version.fetch_add(1, std::memory_order_acq_rel);
            tail_version.notify_all();
            return fresh;
        }
        tail_version.wait(version, std::memory_order_acquire);
    }
}

void EffectLog::State::place(LogOffset offset, std::string_view select, std::string_view record) {
    const std::size_t length = select.size() + record.size();
    LogSegment* segment = segment_for(offset, length);
    char* to = segment->bytes.get() + (offset - segment->start.load(std::memory_order_relaxed));
    std::memcpy(to, select.data(), select.size());
    copy_bytes(to + select.size(), record.data(), record.size());
    segment->mark(offset, length);
    advance();
}

/// Moves the visible end over every filled record. Of several threads that come here at once, one
/// works, and it works again as long as others have come.
void EffectLog::State::advance() {
    if (pending.fetch_add(1, std::memory_order_acq_rel) != 0) return;
    std::uint32_t seen = 1;
    bool overran = false;
    do {
        seen = pending.load(std::memory_order_acquire);
        LogOffset at = end.load(std::memory_order_relaxed);
        bool crossed = false;
        for (;;) {
            if (const std::uint64_t length = cursor->filled(at)) {
                at += length;
                continue;
            }
            LogSegment* next = cursor->next.load(std::memory_order_acquire);
            if (!next || next->start.load(std::memory_order_acquire) != at) break;
            cursor = next;
            crossed = true;
        }
        end.store(at, std::memory_order_seq_cst);
        if (crossed) overran |= trim(at);
    } while (!pending.compare_exchange_strong(seen, 0, std::memory_order_acq_rel));
    if (overran || (armed.load(std::memory_order_seq_cst) && armed.exchange(false))) {
        if (wake) wake();
    }
}

/// Recycles the segments that neither the backlog nor a reader needs; true when a reader was
/// overrun. It stays pinned until its owner lets it go, since its owner may be reading this very
/// moment.
bool EffectLog::State::trim(LogOffset end_now) {
    std::lock_guard lock(mutex);
    const std::size_t keep = backlog_bytes.load(std::memory_order_relaxed);
    LogOffset bound = end_now > keep ? end_now - keep : 0;
    bool overran = false;
    for (LogReader::State* reader : readers) {
        if (reader->generation != generation) continue;
        const LogOffset position = reader->position.load(std::memory_order_acquire);
        const std::size_t lag_max = reader->lag_max_bytes.load(std::memory_order_relaxed);
        if (lag_max != 0 && end_now - position > lag_max && !reader->overrun.exchange(true))
            overran = true;
        // A reader moves on to the next segment only when it reads there: until then it holds the
        // last one.
        bound = std::min(bound, position == 0 ? 0 : position - 1);
    }
    while (head != cursor) {
        LogSegment* next = head->next.load(std::memory_order_acquire);
        if (next->start.load(std::memory_order_relaxed) > bound) break;
        recycle(head);
        head = next;
    }
    begin.store(head->start.load(std::memory_order_relaxed), std::memory_order_release);
    return overran;
}

/// Requires: the exclusive lane, and `mutex`.
void EffectLog::State::drop_all() {
    bool read = false;
    for (LogReader::State* reader : readers) {
        reader->overrun.store(true);
        read = true;
    }
    for (LogSegment* segment = head; segment;) {
        LogSegment* next = segment->next.load(std::memory_order_relaxed);
        if (read) {
            orphans.push_back(segment);
        } else {
            recycle(segment);
        }
        segment = next;
    }
    ++generation;
    head = cursor = nullptr;
    tail.store(nullptr);
}

LogOffset EffectLog::State::append(std::uint64_t database_before, std::string_view select,
                                   std::string_view record, std::uint64_t database_after) {
    MILLPOND_ASSERT(active.load(std::memory_order_relaxed));
    MILLPOND_ASSERT(record.size() >= LogSegment::granule_bytes);
    std::uint64_t now = word.load(std::memory_order_relaxed);
    for (;;) {
        const std::uint64_t database = now & database_mask;
        const LogOffset offset = now >> database_bits;
        const bool same = select.empty() || database == database_before;
        const std::string_view prefix = same ? std::string_view() : select;
        const LogOffset after = offset + prefix.size() + record.size();
        MILLPOND_ASSERT(after <= offset_max);
        // A neutral record leaves the database as it is; a raw one leaves it unknown.
        const std::uint64_t database_next =
            select.empty() && database_after != database_unknown ? database : database_after;
        if (word.compare_exchange_weak(now, word_of(after, database_next),
                                       std::memory_order_acq_rel, std::memory_order_relaxed)) {
            place(offset, prefix, record);
            return after;
        }
    }
}

EffectLog::EffectLog() : state_(std::make_unique<State>()) {}
EffectLog::~EffectLog() {
    MILLPOND_ASSERT(state_->readers.empty());
}

bool EffectLog::active() const noexcept {
    return state_->active.load(std::memory_order_relaxed);
}

void EffectLog::activate(LogOffset at) {
    MILLPOND_ASSERT(at <= offset_max);
    std::lock_guard lock(state_->mutex);
    state_->drop_all();
    LogSegment* first = state_->take_segment(at, 0);
    state_->head = state_->cursor = first;
    state_->tail.store(first);
    state_->word.store(word_of(at, database_unknown));
    state_->begin.store(at);
    state_->end.store(at);
    state_->active.store(true);
}

void EffectLog::deactivate() {
    std::lock_guard lock(state_->mutex);
    state_->active.store(false);
    state_->drop_all();
    state_->begin.store(state_->end.load());
    forget_database();
}

LogOffset EffectLog::append(int db, std::string_view record, int last_db) {
    MILLPOND_ASSERT(db >= 0 && static_cast<std::uint64_t>(db) < database_unknown);
    MILLPOND_ASSERT(last_db >= 0 && static_cast<std::uint64_t>(last_db) < database_unknown);
    char select[32];
    return state_->append(static_cast<std::uint64_t>(db), {select, write_select(db, select)},
                          record, static_cast<std::uint64_t>(last_db));
}

LogOffset EffectLog::append_raw(std::string_view bytes) {
    return state_->append(database_unknown, {}, bytes, database_unknown);
}

LogOffset EffectLog::append_neutral(std::string_view record) {
    return state_->append(0, {}, record, 0);
}

void EffectLog::forget_database() noexcept {
    state_->word.fetch_or(database_unknown);
}

LogOffset EffectLog::end() const noexcept {
    return state_->end.load(std::memory_order_seq_cst);
}
LogOffset EffectLog::reserved() const noexcept {
    return state_->word.load() >> database_bits;
}
LogOffset EffectLog::begin() const noexcept {
    return state_->begin.load(std::memory_order_acquire);
}

void EffectLog::set_backlog_bytes(std::size_t bytes) noexcept {
    state_->backlog_bytes.store(bytes);
}
std::size_t EffectLog::backlog_bytes() const noexcept {
    return state_->backlog_bytes.load();
}
std::size_t EffectLog::memory_bytes() const noexcept {
    return state_->memory_bytes.load();
}

void EffectLog::on_wake(std::function<void()> wake) {
    state_->wake = std::move(wake);
}
void EffectLog::arm() noexcept {
    state_->armed.store(true, std::memory_order_seq_cst);
}

void EffectLog::collect() {
    std::vector<std::unique_ptr<char[]>> garbage;
    std::lock_guard lock(state_->pool_mutex);
    garbage.swap(state_->garbage);  // freed after the lock: it was declared before it
}

std::unique_ptr<LogReader> EffectLog::open(LogOffset at, std::size_t lag_max_bytes) {
    std::lock_guard lock(state_->mutex);
    if (!active() || at < state_->begin.load() || at > state_->end.load()) return nullptr;
    auto reader = std::make_unique<LogReader::State>();
    reader->log = state_.get();
    reader->generation = state_->generation;
    reader->position.store(at);
    reader->lag_max_bytes.store(lag_max_bytes);
    LogSegment* segment = state_->head;
    for (;;) {
        LogSegment* next = segment->next.load(std::memory_order_acquire);
        if (!next || next->start.load(std::memory_order_acquire) > at) break;
        segment = next;
    }
    reader->segment = segment;
    state_->readers.push_back(reader.get());
    return std::unique_ptr<LogReader>(new LogReader(std::move(reader)));
}

LogReader::LogReader(std::unique_ptr<State> state) : state_(std::move(state)) {}

LogReader::~LogReader() {
    EffectLog::State& log = *state_->log;
    std::lock_guard lock(log.mutex);
    std::erase(log.readers, state_.get());
    const bool old_left = std::any_of(log.readers.begin(), log.readers.end(), [&](const State* r) {
        return r->generation != log.generation;
    });
    if (old_left) return;
    for (LogSegment* segment : log.orphans) log.recycle(segment);
    log.orphans.clear();
}

LogOffset LogReader::position() const noexcept {
    return state_->position.load(std::memory_order_relaxed);
}

std::string_view LogReader::peek() {
    if (overrun()) return {};
    const LogOffset at = position();
    const LogOffset end = state_->log->end.load(std::memory_order_acquire);
    if (at == end) return {};
    LogSegment* segment = state_->segment;
    LogSegment* next = segment->next.load(std::memory_order_acquire);
    while (next && next->start.load(std::memory_order_acquire) <= at) {
        segment = next;
        next = segment->next.load(std::memory_order_acquire);
    }
    state_->segment = segment;
    const LogOffset stop = next ? std::min(end, next->start.load(std::memory_order_acquire)) : end;
    const LogOffset start = segment->start.load(std::memory_order_relaxed);
    return {segment->bytes.get() + (at - start), static_cast<std::size_t>(stop - at)};
}

void LogReader::consume(std::size_t bytes) {
    state_->position.store(position() + bytes, std::memory_order_release);
}

bool LogReader::overrun() const noexcept {
    return state_->overrun.load(std::memory_order_relaxed);
}
void LogReader::set_lag_max(std::size_t bytes) noexcept {
    state_->lag_max_bytes.store(bytes);
}

}  // namespace millpond::engine
