// SPDX-License-Identifier: Apache-2.0
//
// Passwords are kept as their SHA-256 in hexadecimal digits, never in clear. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace millpond::engine::acl {

constexpr std::size_t kPasswordHashDigits = 64;

/// The SHA-256 (FIPS 180-4) of a password, as 64 digits in lower case.
std::string hash_password(std::string_view password);

/// Is this what hash_password() gives?
bool is_password_hash(std::string_view text);

/// Takes the same time wherever the difference is. Requires: both are password hashes.
bool same_hash(std::string_view a, std::string_view b);

}  // namespace millpond::engine::acl
