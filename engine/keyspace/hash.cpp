// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/hash.h"

#include <sys/random.h>

#include <random>
#include <stdexcept>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace millpond::engine {

static_assert(192 >= XXH3_SECRET_SIZE_MIN);

KeyHasher::KeyHasher() {
    if (getrandom(secret_.data(), secret_.size(), 0) != static_cast<ssize_t>(secret_.size())) {
        throw std::runtime_error("the kernel gives no random bytes");
    }
}

KeyHasher::KeyHasher(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (auto& byte : secret_) byte = static_cast<unsigned char>(random());
}

KeyHash KeyHasher::operator()(Bytes key) const noexcept {
    return {XXH3_64bits_withSecret(key.data(), key.size(), secret_.data(), secret_.size())};
}

}  // namespace millpond::engine
