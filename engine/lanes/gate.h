// SPDX-License-Identifier: Apache-2.0
//
// The gate between the two lanes. Any number of registered threads pass the shared lane at once; one
// piece of exclusive work at a time runs with the shared lane empty. Entering and leaving the shared lane
// is one exchange on a flag of the thread's own. See DESIGN: a batch in the shared lane is at most 64
// commands or 50 us; exclusive work is one FIFO; between two drains every waiting thread gets a batch.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace millpond::engine {

/// One per thread that takes shard locks (I/O, walker, expiry, applier). Registered for its life.
class GateFlag;

class Gate {
public:
    Gate();
    ~Gate();

    /// Registers the calling thread; the returned flag must be destroyed by the same thread.
    std::unique_ptr<GateFlag> join(std::string_view thread_name);

    void enter_shared(GateFlag& flag);
    void leave_shared(GateFlag& flag);
    /// One relaxed load: should this thread leave the shared lane soon?
    bool wanted() const noexcept;

    /// Runs `work` alone, waiting for its turn. The caller is outside the shared lane; `what` names it in NODE.STATUS.
    void run_exclusive(GateFlag& flag, std::string_view what, std::function<void()> work);

    /// Who holds the exclusive lane and since when (steady ms), for observers that take no lock; empty when nobody.
    struct Holder {
        char what[64];
        std::int64_t since_ms;
    };
    Holder holder() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace millpond::engine
