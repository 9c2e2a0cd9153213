// SPDX-License-Identifier: Apache-2.0
//
// The page by which the kernel tells of a node's death at once: it begins with a robust mutex that
// the node's main thread holds for its life. When the thread ends, the kernel marks the lock word
// FUTEX_OWNER_DIED and wakes a waiter, long before a big process is torn down and its pidfd fires.
#pragma once

#include <functional>
#include <memory>

#include "admin-api/nodes/descriptor.h"

namespace millpond::admin {

/// A memfd of one page with an initialised mutex in it. Invalid when that cannot be made.
Descriptor make_liveness_page();

/// Waits for the death on a thread of its own. `died` is called once, on that thread; never after
/// the watch is destroyed. Does nothing when the mutex was never locked.
class LivenessWatch {
public:
    LivenessWatch(Descriptor page, std::function<void()> died);
    ~LivenessWatch();
    LivenessWatch(const LivenessWatch&) = delete;
    LivenessWatch& operator=(const LivenessWatch&) = delete;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace millpond::admin
