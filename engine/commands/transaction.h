// SPDX-License-Identifier: Apache-2.0
//
// A session's MULTI queue and watched keys. The session's thread only, but for the mark
// (WatchMark).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/commands/table.h"
#include "engine/commands/watch.h"

namespace millpond::engine {

/// A command that owns its arguments: all bytes in one run.
class OwnedCommand {
public:
    OwnedCommand(const CommandSpec& spec, std::span<const Bytes> args);
    const CommandSpec& spec() const { return *spec_; }
    /// Of memory, roughly.
    std::size_t bytes() const {
        return sizeof *this + bytes_.capacity() + ends_.capacity() * sizeof ends_[0];
    }
    /// Views into this, put to `out`.
    std::span<const Bytes> args(std::vector<Bytes>& out) const;

private:
    const CommandSpec* spec_;
    std::string bytes_;
    std::vector<std::uint32_t> ends_;
};

struct WatchedKey {
    int db;
    std::string key;
};

struct Transaction {
    bool open = false;                               ///< between MULTI and EXEC
    bool broken = false;                             ///< a command was refused while queueing
    std::uint32_t flags = 0;                         ///< of the queued commands, or-ed
    std::uint32_t common_flags = ~std::uint32_t{0};  ///< the same, and-ed
    bool exclusive = false;                          ///< one of them needs the exclusive lane
    bool on_bus = false;  ///< one of them changes what the session observes
    std::vector<OwnedCommand> queue;
    std::vector<WatchedKey> watched;
    std::shared_ptr<WatchMark> mark = std::make_shared<WatchMark>();
};

}  // namespace millpond::engine
