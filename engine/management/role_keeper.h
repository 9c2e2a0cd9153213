// SPDX-License-Identifier: Apache-2.0
//
// The node's side of roles and epochs: which grants it takes, and what it says its role is. Used by
// the management thread only; role changes are posted to the lanes one after the other. Private to
// this folder.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "engine/management/management.h"

namespace millpond::engine {

class RoleKeeper {
public:
    using Answer =
        std::function<void(std::string encoded)>;  ///< called once, on the management thread
    using Post =
        std::function<void(std::function<void()>)>;  ///< from any thread to the management thread

    RoleKeeper(ManagedParts& parts, Post post) : parts_(parts), post_(std::move(post)) {}

    void grant_primary(std::uint64_t epoch, Answer answer);
    void grant_replica(std::uint64_t epoch, PrimaryAddress primary, Answer answer);
    void pause(std::string operation, std::int64_t ms, Answer answer);
    void resume(std::string operation, Answer answer);
    void revoke(std::string operation, std::uint64_t epoch, Answer answer);
    void seal(std::uint64_t epoch, Answer answer);

    /// The role; a grant of the primary role counts from its acceptance until a revoke has been
    /// carried out.
    Role role() const;
    std::uint64_t epoch() const { return seen_; }
    /// replid empty: no complete data set.
    History history() const;

private:
    /// Role changes run one at a time; each calls its `finished` when done.
    using Operation = std::function<void(std::function<void()> finished)>;
    void enqueue(Operation operation);
    void run_next();

    ManagedParts& parts_;
    const Post post_;
    std::uint64_t seen_ = 0;
    Role granted_ = Role::none;
    bool sealed_ = false;
    std::string followed_path_;
    std::uint64_t revoked_epoch_ = 0;  ///< 0: never; the first epoch is 1
    std::uint64_t revoked_offset_ = 0;
    std::deque<Operation> operations_;
    bool running_ = false;
};

}  // namespace millpond::engine
