// SPDX-License-Identifier: Apache-2.0
//
// Random hexadecimal digits from the system's generator, for ids and secrets. Any thread.
#pragma once

#include <cstddef>
#include <string>

namespace millpond::admin {

/// Throws std::runtime_error when the system has no randomness to give.
std::string random_hex(std::size_t digits);

}  // namespace millpond::admin
