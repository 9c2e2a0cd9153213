// SPDX-License-Identifier: Apache-2.0
//
// A set of integers: sorted, in the narrowest of 2, 4 or 8 bytes that holds them all, in one run
// (the run's `count` is not used: the width lies in the first byte). Guarded by the lock of the
// entry's shard.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/types/run.h"

namespace millpond::engine::integer_set {

Run* create();
std::size_t size(const Run* run);
std::int64_t at(const Run* run, std::size_t index);
/// The first index whose value is not below.
std::size_t lower_bound(const Run* run, std::int64_t value);
bool contains(const Run* run, std::int64_t value);
bool add(Run*& run, std::int64_t value);
bool erase(Run*& run, std::int64_t value);

}  // namespace millpond::engine::integer_set
