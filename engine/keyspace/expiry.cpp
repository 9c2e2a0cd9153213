// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/expiry.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "engine/keyspace/table.h"
#include "engine/lanes/gate.h"
#include "engine/memory/background_free.h"
#include "engine/types/collections.h"
#include "engine/types/field_deadlines.h"

namespace millpond::engine {

namespace {

/// Shards whose wheels are looked over in one period: all of them every two seconds or so.
constexpr int kTidiedAtOnce = 16;
/// A wheel with fewer fragments than this, beyond twice the volatile keys, is left alone.
constexpr std::size_t kStaleMin = 256;

/// What a fragment turned out to stand for.
struct Finding {
    bool due = false;
    bool fields = false;                   ///< only fields of it are
    std::string key;                       ///< of an entry that is due
    std::int64_t next = Entry::kNoExpiry;  ///< else the earliest deadline
};

/// The earliest deadline of a key or, in a hash, of its fields.
std::int64_t deadline_of(Entry& entry) {
    std::int64_t deadline = entry.expiry();
    if (entry.type() != Type::hash) return deadline;
    FieldDeadlines* of_fields = FieldDeadlines::of(entry.object());
    if (of_fields == nullptr || of_fields->next() == Hash::kNoDeadline) return deadline;
    const std::int64_t fields = of_fields->next();
    of_fields->note_filed(fields);  // by the caller, then or earlier
    return deadline == Entry::kNoExpiry ? fields : std::min(deadline, fields);
}

Finding look_up(const Table& table, DeadlineWheel::Fragment fragment, UnixMillis now) {
    Finding finding;
    table.visit_fragment(fragment, [&](Entry& entry) {
        const std::int64_t deadline = deadline_of(entry);
        if (deadline == Entry::kNoExpiry) return true;
        if (deadline <= now) {
            finding.due = true;
            finding.fields = !entry.has_expiry() || entry.expiry() > now;
            finding.key.assign(entry.key());
            return false;
        }
        if (finding.next == Entry::kNoExpiry || deadline < finding.next) finding.next = deadline;
        return true;
    });
    return finding;
}

void update_next_due(Shard& shard) {
    std::int64_t next = INT64_MAX;
    for (int db = 0; db < Shard::kDatabases; ++db) {
        const Table* table = shard.table(db);
        if (table != nullptr && table->wheel() != nullptr) {
            next = std::min(next, table->wheel()->next_due());
        }
    }
    shard.set_next_due(next);
}

}  // namespace

ActiveExpiry::ActiveExpiry(Keyspace& keys, Gate& gate, Hooks hooks)
    : keys_(keys), gate_(gate), hooks_(std::move(hooks)) {}

ActiveExpiry::~ActiveExpiry() {
    stop();
}

void ActiveExpiry::start() {
    thread_ = std::thread([this] { run(); });
}

void ActiveExpiry::stop() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool ActiveExpiry::expire_shard(Keyspace& keys, int index, UnixMillis now,
                                KeyspaceObserver& observer, std::size_t budget) {
    Shard& shard = keys.shard(index);
    for (int db = 0; db < Shard::kDatabases; ++db) {
        Table* table = shard.table(db);
        if (table == nullptr || table->wheel() == nullptr) continue;
        DeadlineWheel& wheel = *table->wheel();
        DeadlineWheel::Fragment fragment = 0;
        while (budget > 0 && wheel.take_due(now, fragment)) {
            --budget;
            const Finding finding = look_up(*table, fragment, now);
            if (finding.due) {
                // A fragment that came up is used up by the one key that it took along; others that
                // it might have stood for have their own.
                Database database(keys, db, {.now = now}, observer);
                if (finding.fields) {
                    database.expire_fields(finding.key);
                } else {
                    database.expire(finding.key);
                }
            } else if (finding.next != Entry::kNoExpiry) {
                wheel.add(fragment, finding.next);
            }
        }
    }
    update_next_due(shard);
    return shard.next_due() <= now;
}

void ActiveExpiry::tidy_shard(Keyspace& keys, int index, UnixMillis now) {
    Shard& shard = keys.shard(index);
    for (int db = 0; db < Shard::kDatabases; ++db) {
        std::unique_ptr<DeadlineWheel> old;
        std::uint64_t position = 0;
        bool building = false;
        do {
            const std::lock_guard lock(shard);
            Table* table = shard.table(db);
            if (table == nullptr || table->wheel() == nullptr) {
                if (!building || table == nullptr) break;
            } else if (!building &&
                       table->wheel()->size() <=
                           2 * std::max(table->volatile_size(), table->wheel()->built_size()) +
                               kStaleMin) {
                break;
            }
            if (!building) old = table->drop_wheel();
            building = true;
            DeadlineWheel& wheel = table->make_wheel(now);
            position = table->visit_group(position, [&](Entry& entry) {
                const std::int64_t deadline = deadline_of(entry);
                if (deadline == Entry::kNoExpiry) return;
                wheel.add(DeadlineWheel::fragment_of(keys.hash(entry.key())), deadline);
            });
            if (position == 0) wheel.note_built();
            update_next_due(shard);
        } while (position != 0);
    }
}

/// A stay in the shared lane, whose time counts as work.
class ActiveExpiry::InLane {
public:
    InLane(ActiveExpiry& expiry, GateFlag& flag) : expiry_(expiry), flag_(flag) {
        expiry_.gate_.enter_shared(flag_);
        since_ = std::chrono::steady_clock::now();
    }
    ~InLane() {
        expiry_.worked_ += std::chrono::steady_clock::now() - since_;
        expiry_.gate_.leave_shared(flag_);
    }
    InLane(const InLane&) = delete;
    InLane& operator=(const InLane&) = delete;

private:
    ActiveExpiry& expiry_;
    GateFlag& flag_;
    std::chrono::steady_clock::time_point since_;
};

void ActiveExpiry::sweep(GateFlag& flag) {
    const UnixMillis now = hooks_.now();
    for (int index = 0; index < Keyspace::kShards; ++index) {
        if (keys_.shard(index).next_due() > now) continue;
        bool more = true;
        while (more) {
            const InLane lane(*this, flag);
            more = hooks_.may_expire();
            if (!more) break;
            Shard& shard = keys_.shard(index);
            const std::lock_guard lock(shard);
            more = expire_shard(keys_, index, now, hooks_.observer, kPiece);
        }
    }
}

void ActiveExpiry::evict(GateFlag& flag) {
    bool more = true;
    for (int i = 0; i < kEvictionsPerTurn && more; ++i) {
        gate_.enter_shared(flag);
        more = hooks_.evict();
        gate_.leave_shared(flag);
    }
}

void ActiveExpiry::tidy(GateFlag& flag) {
    bool reclaim = false;
    for (int i = 0; i < kTidiedAtOnce; ++i) {
        {
            const InLane lane(*this, flag);
            tidy_shard(keys_, tidied_, hooks_.now());
            if (tidied_ == 0) reclaim = keys_.reclaim_wanted();
        }
        tidied_ = (tidied_ + 1) % Keyspace::kShards;
    }
    if (reclaim) {
        gate_.run_exclusive(flag, "freeing outgrown directories", [this] { keys_.reclaim(); });
    }
}

void ActiveExpiry::run() {
    ::pthread_setname_np(::pthread_self(), "expiry");
    const auto flag = gate_.join("expiry");
    std::unique_lock lock(mutex_);
    while (!stop_) {
        lock.unlock();
        worked_ = {};
        sweep(*flag);
        hooks_.sweep_others(*flag);
        tidy(*flag);
        evict(*flag);
        hooks_.took(std::chrono::duration_cast<std::chrono::microseconds>(worked_));
        lock.lock();
        wake_.wait_for(lock, std::chrono::milliseconds(kPeriodMs), [this] { return stop_; });
    }
}

}  // namespace millpond::engine
