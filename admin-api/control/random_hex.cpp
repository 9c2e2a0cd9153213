// SPDX-License-Identifier: Apache-2.0
#include "admin-api/control/random_hex.h"

#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

namespace millpond::admin {

std::string random_hex(std::size_t digits) {
    std::vector<unsigned char> bytes((digits + 1) / 2);
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("the system gives no random bytes");
    std::string out;
    for (const auto byte : bytes) {
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    out.resize(digits);
    return out;
}

}  // namespace millpond::admin
