// SPDX-License-Identifier: Apache-2.0
//
// The ACL categories: their names in Redis's order, and the categories of a command, which are
// those that the command table names and those that follow from its flags. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/commands/table.h"

namespace millpond::engine::acl {

/// The bits of `Category` (commands/table.h), and of the categories that only flags make.
using CategoryMask = std::uint32_t;
constexpr CategoryMask kCatRead = 1u << 28;
constexpr CategoryMask kCatWrite = 1u << 29;
constexpr CategoryMask kCatFast = 1u << 30;
constexpr CategoryMask kCatSlow = 1u << 31;

struct CategoryName {
    std::string_view name;
    CategoryMask bit;
};
/// In the order in which ACL CAT lists them.
std::span<const CategoryName> categories();

/// 0 when there is none of that name; case does not matter.
CategoryMask find_category(std::string_view name);

CategoryMask categories_of(const CommandSpec& spec);

}  // namespace millpond::engine::acl
