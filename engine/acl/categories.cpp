// SPDX-License-Identifier: Apache-2.0
#include "engine/acl/categories.h"

#include <array>

#include "engine/commands/numbers.h"

namespace millpond::engine::acl {

std::span<const CategoryName> categories() {
    static constexpr std::array<CategoryName, 21> kNames{{
        {"keyspace", kCatKeyspace},
        {"read", kCatRead},
        {"write", kCatWrite},
        {"set", kCatSet},
        {"sortedset", kCatSortedSet},
        {"list", kCatList},
        {"hash", kCatHash},
        {"string", kCatString},
        {"bitmap", kCatBitmap},
        {"hyperloglog", kCatHyperLogLog},
        {"geo", kCatGeo},
        {"stream", kCatStream},
        {"pubsub", kCatPubsub},
        {"admin", kCatAdmin},
        {"fast", kCatFast},
        {"slow", kCatSlow},
        {"blocking", kCatBlocking},
        {"dangerous", kCatDangerous},
        {"connection", kCatConnection},
        {"transaction", kCatTransaction},
        {"scripting", kCatScripting},
    }};
    return kNames;
}

CategoryMask find_category(std::string_view name) {
    for (const CategoryName& category : categories()) {
        if (is_word(name, category.name)) return category.bit;
    }
    return 0;
}

CategoryMask categories_of(const CommandSpec& spec) {
    CategoryMask mask = spec.categories;
    if (spec.flags & kWrite) mask |= kCatWrite;
    // A script only reads when what it calls only reads: it is in no such category by itself.
    if ((spec.flags & kReadonly) && !(mask & kCatScripting)) mask |= kCatRead;
    if (spec.flags & kAdmin) mask |= kCatAdmin | kCatDangerous;
    if (spec.flags & kPubsub) mask |= kCatPubsub;
    if (spec.flags & kBlocking) mask |= kCatBlocking;
    return mask | (spec.flags & kFast ? kCatFast : kCatSlow);
}

}  // namespace millpond::engine::acl
