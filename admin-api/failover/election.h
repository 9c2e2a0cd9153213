// SPDX-License-Identifier: Apache-2.0
//
// Which data set is the one to go on with. Only equal histories compare by offset; of two histories
// the one that continues the other wins; a node without a complete data set never outranks one that
// has it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "admin-api/failover/state.h"

namespace millpond::admin::failover {

inline constexpr int kEmptyRank = -2;  ///< below a history that is in no lineage, which is -1

struct Rank {
    int generation = kEmptyRank;  ///< how late in the lineage
    std::uint64_t offset = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a pointer in every defaulted one
    auto operator<=>(const Rank&) const = default;
};

Rank rank_of(const State& state, const History& history);

/// The best sealed node, or nullptr when none is sealed with a complete data set. Between equals:
/// the preferred one, then one that stays in the cluster, then the first.
const Node* best_candidate(const State& state, const std::string& preferred);

/// A running node holds a complete data set, or may: what has not been heard or sealed is not
/// counted out.
bool someone_holds_data(const State& state, const std::string& besides);

/// A primary may die before we learn its new replid; its replicas then know it, and its parent.
/// What continues a known history is put right behind it.
void learn_from_candidates(State& state);

/// Learns the history of a confirmed primary. True when that was news.
bool learn_lineage(State& state, const History& history);

}  // namespace millpond::admin::failover
