// SPDX-License-Identifier: Apache-2.0
//
// The seed of a random test: printed, and taken back from MILLPOND_SEED.
#pragma once

#include <QByteArray>
#include <QDebug>
#include <cstdint>
#include <random>

namespace millpond::engine {

inline std::uint64_t test_seed() {
    const QByteArray given = qgetenv("MILLPOND_SEED");
    const std::uint64_t seed = given.isEmpty() ? std::random_device{}() : given.toULongLong();
    qInfo("MILLPOND_SEED=%llu", static_cast<unsigned long long>(seed));
    return seed;
}

}  // namespace millpond::engine
