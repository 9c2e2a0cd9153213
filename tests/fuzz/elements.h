// SPDX-License-Identifier: Apache-2.0
//
// Goes over all that a collection holds, so that one which was read wrongly shows.
#pragma once

#include <cmath>

#include "engine/types/collections.h"
#include "tests/fuzz/fuzzer.h"

namespace millpond::engine {

inline std::size_t touch(Bytes bytes) {
    std::size_t sum = 0;
    for (const char c : bytes) sum += static_cast<unsigned char>(c);
    return sum;
}

inline std::size_t touch(double score) {
    promise(!std::isnan(score), "a score is a number");
    return 0;
}

template <class Collection>
void visit(ObjectSlot slot) {
    const Collection collection(slot);
    std::size_t seen = 0;
    [[maybe_unused]] volatile std::size_t sum = 0;
    collection.for_each([&](const auto&... parts) {
        ++seen;
        sum = sum + (touch(parts) + ...);
        return true;
    });
    promise(seen == collection.size(), "a collection holds as many as it says");
}

inline void visit_all(Type type, ObjectSlot slot) {
    switch (type) {
        case Type::list:
            return visit<List>(slot);
        case Type::set:
            return visit<Set>(slot);
        case Type::sorted_set:
            return visit<SortedSet>(slot);
        case Type::hash:
            return visit<Hash>(slot);
        default:
            return;
    }
}

}  // namespace millpond::engine
