// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace millpond::engine {

/// What must be done before replies leave: the append-only file's part in them.
class WriteBarrier {
public:
    virtual ~WriteBarrier() = default;
    /// By an I/O thread, outside the lanes, whenever it is about to send.
    virtual void pass() = 0;
};

}  // namespace millpond::engine
