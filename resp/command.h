// SPDX-License-Identifier: Apache-2.0
//
// Encodes a command as a client sends it: an array of bulk strings.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace millpond::resp {

/// Appends the command to `out`.
void encode_command(std::string& out, std::span<const std::string> args);
void encode_command(std::string& out, std::initializer_list<std::string_view> args);

std::string encode_command(std::span<const std::string> args);
std::string encode_command(std::initializer_list<std::string_view> args);

}  // namespace millpond::resp
