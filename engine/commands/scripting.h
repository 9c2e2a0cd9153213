// SPDX-License-Identifier: Apache-2.0
//
// What EVAL and FCALL have in common.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/scripting/sha1.h"
#include "engine/types/object.h"

namespace millpond::engine {

class Call;

/// The arguments from the third on: their number of keys, the keys, the rest. False: the error has
/// been written.
bool split_keys(Call& call, std::span<const Bytes>& keys, std::span<const Bytes>& args,
                std::string_view not_a_number);

/// A KeyFinder.
bool scripted_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes);

}  // namespace millpond::engine
