// SPDX-License-Identifier: Apache-2.0
//
// What a node says about itself: its role, the history of its data and its link. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace millpond::admin::failover {

using Millis = std::int64_t;        ///< monotonic milliseconds, from outside
using Epoch = std::uint64_t;        ///< of a primary's grant; only grows
using Incarnation = std::uint64_t;  ///< one life of one node's process, as this daemon counts them
using Request = std::uint64_t;      ///< pairs an action with its answer
using Ticket = std::uint64_t;       ///< pairs a caller's wish with its outcome; 0: nobody waits

enum class Role : std::uint8_t { none, primary, replica };
enum class Link : std::uint8_t { none, connecting, syncing, up, down };

/// Where a node's data ends. An empty replid means that it holds no complete data set: a fresh
/// process, or one in the middle of a full sync.
struct History {
    std::string replid;
    std::string replid2;  ///< the history that this one continues
    std::uint64_t second_offset = 0;
    std::uint64_t offset = 0;

    bool complete() const { return !replid.empty(); }
};

struct ReplicaReport {
    std::string node;
    bool online = false;
    std::int64_t lag_ms = 0;
};

struct Report {
    Role role = Role::none;
    Epoch epoch = 0;  ///< the highest that it has seen
    History history;
    Link link = Link::none;
    std::string source;  ///< the node that it follows, or empty
    std::vector<ReplicaReport> replicas;
};

}  // namespace millpond::admin::failover
