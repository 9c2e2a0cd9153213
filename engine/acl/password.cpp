// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/password.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace millpond::engine::acl {

std::string hash_password(std::string_view password) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    ::SHA256(reinterpret_cast<const unsigned char*>(password.data()), password.size(),
             digest.data());
    std::string hex;
    hex.reserve(kPasswordHashDigits);
    for (const unsigned char byte : digest) {
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 15];
    }
    return hex;
}

bool is_password_hash(std::string_view text) {
    return text.size() == kPasswordHashDigits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool same_hash(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace millpond::engine::acl
