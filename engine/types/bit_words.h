// SPDX-License-Identifier: Apache-2.0
//
// Long rows of bits, by whole words. Pure functions over memory that the caller locks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/types/object.h"

namespace millpond::engine {

/// How many bits are set.
std::uint64_t count_ones(Bytes bytes);

enum class BitOperation : std::uint8_t { conjunction, disjunction, difference };

/// Combines the first bytes of `out` with these. Requires: `out` has as many.
void combine_bits(char* out, Bytes bytes, BitOperation operation);

void invert_bits(char* bytes, std::size_t size);

}  // namespace millpond::engine
