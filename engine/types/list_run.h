// SPDX-License-Identifier: Apache-2.0
//
// A packed run of list elements. Each is followed by its length, written to be read backwards, so
// that a list can be walked from both ends. Guarded by the lock of the entry's shard.
#pragma once

#include "engine/types/element.h"
#include "engine/types/run.h"

namespace millpond::engine::list_run {

/// A run of a long list holds up to this many bytes: one memory move of half of it costs about 50
/// ns.
constexpr std::size_t kBytesMax = 4096 - sizeof(Run);

/// Bytes that the needle takes with its back length.
std::size_t entry_size(const Needle& needle);
const std::uint8_t* next(const std::uint8_t* at);
const std::uint8_t* previous(const std::uint8_t* at);
/// Requires: index <= count; walks from the nearer end.
const std::uint8_t* seek(const Run* run, std::size_t index);

void insert(Run*& run, std::size_t index, const Needle& value);
/// The same at an end of an open run, where that moves nothing; false, and nothing is done, where
/// it would.
bool push(Run* run, bool front, const Needle& value);
/// Takes the element at an end away, likewise. Requires: it is not the only one.
bool pop(Run* run, bool front);
void replace(Run*& run, std::size_t index, const Needle& value);
/// Frees the elements' Blocks.
void erase(Run*& run, std::size_t first, std::size_t count);
/// Moves the elements from `index` on to a new run.
Run* split(Run*& run, std::size_t index);
/// Appends all of `from`, which is destroyed.
void append(Run*& run, Run* from);

void destroy(Run* run) noexcept;
Run* clone(const Run* run);
std::size_t bytes(const Run* run);

}  // namespace millpond::engine::list_run
