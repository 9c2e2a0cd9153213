// SPDX-License-Identifier: Apache-2.0
#include "engine/scripting/sha1.h"

#include <openssl/evp.h>

#include <stdexcept>

namespace millpond::engine {

Sha1Hex sha1_hex(std::string_view bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("SHA-1 is not available");
    Sha1Hex hex;
    for (std::size_t i = 0; i < hex.size() / 2; ++i) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    return hex;
}

}  // namespace millpond::engine
