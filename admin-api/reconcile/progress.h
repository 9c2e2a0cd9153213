// SPDX-License-Identifier: Apache-2.0
//
// How an operation's record moves: pure functions over the record, for the reconciler's thread.
#pragma once

#include <string>

#include "admin-api/control/state.h"

namespace millpond::admin {

inline constexpr std::size_t steps_max = 64;  ///< of progress in words; more replace the last

/// The operation runs; its first pending step does too.
void begin_operation(OperationRecord& record);
/// A new thing is being done: the running step is done, and a running one named `words` follows it.
void add_words(OperationRecord& record, const std::string& words);
/// Step `index` runs, all before it are done.
void enter_step(OperationRecord& record, std::size_t index);
void finish_operation(OperationRecord& record, const std::string& now);
void fail_operation(OperationRecord& record, const std::string& now, const std::string& why);

/// Per cent of a cluster's wanted nodes that are available, between 10 and 95.
int node_progress(const State& state, const ClusterRecord& cluster);

}  // namespace millpond::admin
