// SPDX-License-Identifier: Apache-2.0
//
// The gate between the two lanes. Any number of registered threads pass the shared lane at once;
// one piece of exclusive work at a time runs with the shared lane empty. Entering and leaving the
// shared lane is one exchange on a flag of the thread's own. See DESIGN: a batch in the shared lane
// is at most 64 commands or 50 us; exclusive work is one FIFO; between two drains every waiting
// thread gets a batch.
//
// How it works. Each thread has a slot with one word: out, in, or in-and-somebody-waits. Exclusive
// work raises one request word; the first thread to bring some becomes the owner, waits for every
// word to be out (2 us of spinning, then a futex per slot), and drains the queue for at most 1 ms,
// its own work and others'. Threads that meet the raised word at the entrance line up; when a drain
// ends they are all let in by the owner, who sets their words for them, so that the next drain
// cannot overtake them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace millpond::engine {

class Gate;

/// One per thread that takes shard locks (I/O, walker, expiry, applier). Registered for its life.
class GateFlag {
public:
    ~GateFlag();
    GateFlag(const GateFlag&) = delete;
    GateFlag& operator=(const GateFlag&) = delete;

    /// Did the running shared batch follow a wait at the gate? Then it may be a whole one.
    bool let_in() const { return let_in_; }

    /// What this thread does, again and again, while it is tied to a long script: waits at most
    /// `timeout_ms` for something to do, and takes no lane. `done`: the work that it brought itself
    /// has been done, it is another's that takes so long. Set before the first use.
    using Idle = std::function<void(int timeout_ms, bool done)>;
    void set_idle(Idle idle) { idle_ = std::move(idle); }

private:
    friend class Gate;
    GateFlag(Gate& gate, std::size_t slot) : gate_(gate), slot_(slot) {}

    Gate& gate_;
    std::size_t slot_;
    bool let_in_ = false;
    Idle idle_;
};

class Gate {
public:
    static constexpr std::size_t kThreadsMax = 256;
    static constexpr std::int64_t kDrainUsMax = 1000;
    static constexpr std::int64_t kSpinNs = 2000;

    Gate();
    ~Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    /// Registers the calling thread; the returned flag must be destroyed by the same thread. Throws
    /// std::length_error beyond kThreadsMax.
    std::unique_ptr<GateFlag> join(std::string_view thread_name);

    /// Requires: this thread is in neither lane.
    void enter_shared(GateFlag& flag);
    /// The same, but false (and in no lane) while a long script holds the exclusive lane.
    bool enter_unless_busy(GateFlag& flag);
    void leave_shared(GateFlag& flag);
    /// One relaxed load: should this thread leave the shared lane soon?
    bool wanted() const noexcept;

    /// Runs `work` alone, waiting for its turn. The caller is outside the shared lane; `what` names
    /// it in NODE.STATUS. Another thread's drain may run it, while this one waits: it must not
    /// depend on thread-local state. It must neither throw nor call the gate.
    void run_exclusive(GateFlag& flag, std::string_view what, std::function<void()> work);
    /// The same, but false, and the work is dropped, when it waits behind a long script.
    bool run_exclusive_unless_busy(GateFlag& flag, std::string_view what,
                                   std::function<void()> work);

    // -- A long script -------------------------------------------------------------------------
    // From exclusive work only. While the gate is busy, whoever may be refused is, also who waits
    // already, so that the threads can go on reading and answer -BUSY.
    void set_busy(bool busy);
    bool busy() const noexcept;
    /// Keeps the script from ending until it is let go of, so that what exclusive work alone
    /// changes can be read as in the shared lane; false when there is none. For a moment, by any
    /// number of threads in no lane, the one that runs the script included.
    bool hold_busy();
    void release_busy();
    /// Lets the thread that runs the work, and the one that brought it, see to their clients.
    void idle();

    /// Who holds the exclusive lane and since when (steady ms), for observers that take no lock;
    /// empty when nobody.
    struct Holder {
        char what[64];
        std::int64_t since_ms;
    };
    Holder holder() const noexcept;

    /// Memory that a thread in the shared lane may still look at without a lock can be freed once
    /// every thread has been out since: take a stamp, free when it has passed. Any thread.
    class Stamp {
        friend class Gate;
        std::unique_ptr<std::uint32_t[]> batches_;
        std::size_t count_ = 0;
    };
    Stamp stamp() const;
    bool passed(const Stamp& stamp) const noexcept;

private:
    friend class GateFlag;
    bool run(GateFlag& flag, std::string_view what, std::function<void()>& work, bool refusable);
    struct State;
    std::unique_ptr<State> state_;
};

/// The shared lane for a scope.
class SharedLane {
public:
    SharedLane(Gate& gate, GateFlag& flag) : gate_(gate), flag_(flag) { gate_.enter_shared(flag_); }
    ~SharedLane() { gate_.leave_shared(flag_); }
    SharedLane(const SharedLane&) = delete;
    SharedLane& operator=(const SharedLane&) = delete;

private:
    Gate& gate_;
    GateFlag& flag_;
};

/// A long script, kept from ending for a scope; false when there is none.
class BusyHold {
public:
    explicit BusyHold(Gate& gate) : gate_(gate), held_(gate.hold_busy()) {}
    ~BusyHold() {
        if (held_) gate_.release_busy();
    }
    BusyHold(const BusyHold&) = delete;
    BusyHold& operator=(const BusyHold&) = delete;
    explicit operator bool() const { return held_; }

private:
    Gate& gate_;
    const bool held_;
};

}  // namespace millpond::engine
