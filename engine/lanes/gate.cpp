// SPDX-License-Identifier: Apache-2.0
#include "engine/lanes/gate.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <chrono>
#include <cstring>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>

namespace millpond::engine {

namespace {

using Word = std::atomic<std::uint32_t>;
static_assert(sizeof(Word) == sizeof(std::uint32_t), "a futex is the word itself");

void futex_wait(Word& word, std::uint32_t expected) {
    ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_PRIVATE, expected,
              nullptr, nullptr, 0);
}

void futex_wake(Word& word) {
    ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE_PRIVATE, 1, nullptr,
              nullptr, 0);
}

std::int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

void pause_cpu() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/// A slot's word.
constexpr std::uint32_t kOut = 0, kIn = 1, kInAwaited = 2;
/// What a thread that waits at the gate sleeps on.
constexpr std::uint32_t kWaiting = 0, kReleased = 1, kRefused = 2, kIdling = 3;
/// How long an idling thread waits for its clients before it looks for the end of the work.
constexpr int kIdleMs = 5;

struct alignas(64) Slot {
    Word word{kOut};
    std::atomic<std::uint32_t> batches{0};  ///< how many shared batches its thread has ended
    std::atomic<bool> used{false};
    Word admitted{kReleased};  ///< kWaiting while the thread lines up for a shared batch
    std::atomic<bool> refusable{false};
};

struct Work {
    std::string_view what;
    std::function<void()>* run = nullptr;
    Word state{kWaiting};
    bool done = false;  ///< else it was released to become the owner
    bool refusable = false;
    bool idles = false;  ///< its thread has something to do meanwhile
};

}  // namespace

struct Gate::State {
    alignas(64) Word wanted{0};

    alignas(64) std::mutex mutex;  // all below, but what is atomic
    std::deque<Work*> queue;
    bool owned = false;
    std::atomic<bool> busy{false};
    std::shared_mutex busy_mutex;  ///< shared by who holds the long script; before `mutex`
    Work* running = nullptr;       ///< brought by another thread than the owner, or null
    GateFlag* owner = nullptr;     ///< of the thread that drains
    Work* owner_work = nullptr;    ///< what it brought itself
    std::array<Slot, kThreadsMax> slots;
    std::atomic<std::size_t> slots_used{0};  ///< one past the highest slot that was ever used

    // A seqlock for holder().
    std::atomic<std::uint32_t> holder_version{0};
    std::array<std::atomic<char>, sizeof(Holder::what)> holder_what{};
    std::atomic<std::int64_t> holder_since_ms{0};

    void set_holder(std::string_view what) {
        const std::uint32_t version = holder_version.load(std::memory_order_relaxed);
        holder_version.store(version + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        const std::size_t size = std::min(what.size(), holder_what.size() - 1);
        for (std::size_t i = 0; i < size; ++i)
            holder_what[i].store(what[i], std::memory_order_relaxed);
        holder_what[size].store('\0', std::memory_order_relaxed);
        holder_since_ms.store(what.empty() ? 0 : steady_ns() / 1'000'000,
                              std::memory_order_relaxed);
        holder_version.store(version + 2, std::memory_order_release);
    }

    void leave(Slot& slot) {
        slot.batches.store(slot.batches.load(std::memory_order_relaxed) + 1,
                           std::memory_order_relaxed);
        if (slot.word.exchange(kOut, std::memory_order_seq_cst) == kInAwaited)
            futex_wake(slot.word);
    }

    void wait_until_out(Slot& slot) {
        if (slot.word.load(std::memory_order_seq_cst) == kOut) return;
        for (const std::int64_t until = steady_ns() + kSpinNs; steady_ns() < until; pause_cpu()) {
            if (slot.word.load(std::memory_order_acquire) == kOut) return;
        }
        for (;;) {
            std::uint32_t seen = kIn;
            slot.word.compare_exchange_strong(seen, kInAwaited, std::memory_order_seq_cst);
            if (seen == kOut) return;
            futex_wait(slot.word, kInAwaited);
        }
    }

    /// Requires: `wanted` is raised, this thread is the owner and in no lane.
    void wait_until_empty() {
        const std::size_t count = slots_used.load(std::memory_order_acquire);
        for (std::size_t i = 0; i < count; ++i) wait_until_out(slots[i]);
    }

    /// Requires: the mutex. Everybody in line passes, whatever comes next.
    void admit_waiters() {
        const std::size_t count = slots_used.load(std::memory_order_relaxed);
        for (std::size_t i = 0; i < count; ++i) {
            if (slots[i].admitted.load(std::memory_order_relaxed) != kWaiting) continue;
            slots[i].word.store(kIn, std::memory_order_seq_cst);
            slots[i].admitted.store(kReleased, std::memory_order_release);
            futex_wake(slots[i].admitted);
        }
    }

    /// As the owner: drains for a while, then opens the gate or leaves it to the next in the queue.
    void drain(Work& own, GateFlag& flag);
    bool enter(std::size_t slot, bool refusable, bool& let_in);
};

void Gate::State::drain(Work& own, GateFlag& flag) {
    wait_until_empty();
    const std::int64_t until = steady_ns() + kDrainUsMax * 1000;
    std::unique_lock lock(mutex);
    while (!queue.empty() && (!own.done || steady_ns() < until)) {
        Work& work = *queue.front();
        queue.pop_front();
        running = &work == &own ? nullptr : &work;
        owner = &flag;
        owner_work = &own;
        lock.unlock();
        set_holder(work.what);
        (*work.run)();
        set_holder({});
        lock.lock();
        running = nullptr;
        owner = nullptr;
        work.done = true;
        if (&work != &own) {
            work.state.store(kReleased, std::memory_order_release);
            futex_wake(work.state);
        }
    }
    if (queue.empty()) {
        owned = false;
        wanted.store(0, std::memory_order_seq_cst);
        admit_waiters();
        return;
    }
    admit_waiters();
    Work& next = *queue.front();
    next.state.store(kReleased, std::memory_order_release);
    futex_wake(next.state);
}

Gate::Gate() : state_(std::make_unique<State>()) {}
Gate::~Gate() = default;

GateFlag::~GateFlag() {
    Slot& slot = gate_.state_->slots[slot_];
    assert(slot.word.load() == kOut);
    slot.used.store(false, std::memory_order_release);
}

std::unique_ptr<GateFlag> Gate::join(std::string_view) {
    const std::lock_guard lock(state_->mutex);
    for (std::size_t i = 0; i < kThreadsMax; ++i) {
        if (state_->slots[i].used.load(std::memory_order_acquire)) continue;
        state_->slots[i].used.store(true, std::memory_order_relaxed);
        state_->slots_used.store(
            std::max(state_->slots_used.load(std::memory_order_relaxed), i + 1),
            std::memory_order_seq_cst);
        return std::unique_ptr<GateFlag>(new GateFlag(*this, i));
    }
    throw std::length_error("more threads than the gate has room for");
}

bool Gate::State::enter(std::size_t index, bool refusable, bool& let_in) {
    Slot& slot = slots[index];
    let_in = false;
    slot.word.exchange(kIn, std::memory_order_seq_cst);
    if (wanted.load(std::memory_order_seq_cst) == 0) [[likely]]
        return true;
    {
        const std::lock_guard lock(mutex);
        // Nobody raises it without the mutex, so the word that is still set holds.
        if (wanted.load(std::memory_order_relaxed) == 0) return true;
        if (refusable && busy.load(std::memory_order_relaxed)) {
            leave(slot);
            return false;
        }
        slot.refusable.store(refusable, std::memory_order_relaxed);
        slot.admitted.store(kWaiting, std::memory_order_relaxed);
        leave(slot);
    }
    std::uint32_t seen;
    while ((seen = slot.admitted.load(std::memory_order_acquire)) == kWaiting)
        futex_wait(slot.admitted, kWaiting);
    let_in = seen == kReleased;
    return let_in;
}

void Gate::enter_shared(GateFlag& flag) {
    state_->enter(flag.slot_, false, flag.let_in_);
}

bool Gate::enter_unless_busy(GateFlag& flag) {
    return state_->enter(flag.slot_, true, flag.let_in_);
}

void Gate::leave_shared(GateFlag& flag) {
    assert(state_->slots[flag.slot_].word.load(std::memory_order_relaxed) != kOut);
    state_->leave(state_->slots[flag.slot_]);
}

bool Gate::wanted() const noexcept {
    return state_->wanted.load(std::memory_order_relaxed) != 0;
}

void Gate::run_exclusive(GateFlag& flag, std::string_view what, std::function<void()> work) {
    run(flag, what, work, false);
}

bool Gate::run_exclusive_unless_busy(GateFlag& flag, std::string_view what,
                                     std::function<void()> work) {
    return run(flag, what, work, true);
}

bool Gate::run(GateFlag& flag, std::string_view what, std::function<void()>& work, bool refusable) {
    assert(state_->slots[flag.slot_].word.load(std::memory_order_relaxed) == kOut);
    Work own;
    own.what = what;
    own.run = &work;
    own.refusable = refusable;
    own.idles = static_cast<bool>(flag.idle_);
    bool owner = false;
    {
        const std::lock_guard lock(state_->mutex);
        if (refusable && state_->busy.load(std::memory_order_relaxed)) return false;
        state_->queue.push_back(&own);
        if (!state_->owned) {
            state_->owned = owner = true;
            state_->wanted.store(1, std::memory_order_seq_cst);
        }
    }
    if (!owner) {
        for (;;) {
            const std::uint32_t seen = own.state.load(std::memory_order_acquire);
            if (seen == kWaiting) {
                futex_wait(own.state, kWaiting);
            } else if (seen == kIdling) {
                flag.idle_(kIdleMs, false);
            } else {
                break;
            }
        }
        // Whoever released this thread still holds the mutex, in which `own` must not disappear.
        const std::lock_guard lock(state_->mutex);
        if (own.state.load(std::memory_order_relaxed) == kRefused) return false;
        if (own.done) return true;
    }
    state_->drain(own, flag);
    return true;
}

void Gate::set_busy(bool busy) {
    State& state = *state_;
    if (!busy) {
        {
            const std::lock_guard lock(state.mutex);
            state.busy.store(false, std::memory_order_relaxed);
        }
        // Nobody holds it anew: those who do are waited for.
        const std::lock_guard none(state.busy_mutex);
        return;
    }
    const std::lock_guard none(state.busy_mutex);
    const std::lock_guard lock(state.mutex);
    state.busy.store(true, std::memory_order_relaxed);
    const std::size_t count = state.slots_used.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < count; ++i) {
        Slot& slot = state.slots[i];
        if (slot.admitted.load(std::memory_order_relaxed) != kWaiting ||
            !slot.refusable.load(std::memory_order_relaxed)) {
            continue;
        }
        slot.admitted.store(kRefused, std::memory_order_release);
        futex_wake(slot.admitted);
    }
    std::erase_if(state.queue, [&](Work* work) {
        // The thread that drains could not answer before the script's end anyway.
        if (!work->refusable || work == state.owner_work) return false;
        work->state.store(kRefused, std::memory_order_release);
        futex_wake(work->state);
        return true;
    });
    if (state.running && state.running->idles) {
        state.running->state.store(kIdling, std::memory_order_release);
        futex_wake(state.running->state);
    }
}

bool Gate::busy() const noexcept {
    return state_->busy.load(std::memory_order_relaxed);
}

bool Gate::hold_busy() {
    state_->busy_mutex.lock_shared();
    if (busy()) return true;
    state_->busy_mutex.unlock_shared();
    return false;
}

void Gate::release_busy() {
    state_->busy_mutex.unlock_shared();
}

void Gate::idle() {
    if (state_->owner && state_->owner->idle_) state_->owner->idle_(0, state_->owner_work->done);
}

Gate::Holder Gate::holder() const noexcept {
    for (;;) {
        const std::uint32_t version = state_->holder_version.load(std::memory_order_acquire);
        Holder holder{};
        for (std::size_t i = 0; i < sizeof holder.what; ++i) {
            holder.what[i] = state_->holder_what[i].load(std::memory_order_relaxed);
        }
        holder.since_ms = state_->holder_since_ms.load(std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_acquire);
        if (version % 2 == 0 && version == state_->holder_version.load(std::memory_order_relaxed))
            return holder;
        pause_cpu();
    }
}

Gate::Stamp Gate::stamp() const {
    Stamp stamp;
    stamp.count_ = state_->slots_used.load(std::memory_order_seq_cst);
    stamp.batches_ = std::make_unique<std::uint32_t[]>(stamp.count_);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    for (std::size_t i = 0; i < stamp.count_; ++i) {
        const Slot& slot = state_->slots[i];
        // A thread that was out needs no waiting for.
        const std::uint32_t batches = slot.batches.load(std::memory_order_acquire) & 0x7fffffff;
        stamp.batches_[i] =
            slot.word.load(std::memory_order_seq_cst) == kOut ? UINT32_MAX : batches;
    }
    return stamp;
}

bool Gate::passed(const Stamp& stamp) const noexcept {
    for (std::size_t i = 0; i < stamp.count_; ++i) {
        if (stamp.batches_[i] == UINT32_MAX) continue;
        const Slot& slot = state_->slots[i];
        if ((slot.batches.load(std::memory_order_acquire) & 0x7fffffff) == stamp.batches_[i] &&
            slot.word.load(std::memory_order_acquire) != kOut) {
            return false;
        }
    }
    return true;
}

}  // namespace millpond::engine
