// SPDX-License-Identifier: Apache-2.0
//
// What the files of the geo family share: sorted sets whose scores are positions. Handlers only.
#pragma once

#include <optional>

#include "engine/commands/geohash.h"
#include "engine/commands/sorted_sets.h"

namespace millpond::engine {

constexpr Family kGeoFamily{kCatGeo, "geo"};

void add_geo_search_commands(CommandTable& table);

/// Longitude and latitude from two arguments. These answer the error when false.
bool read_position(Call& call, std::size_t index, geohash::Position& position);
/// How many metres a unit has.
bool read_unit(Call& call, std::size_t index, double& metres);

/// Where a member is, unless it is none of the set.
std::optional<geohash::Position> position_of(const SortedSet& set, Bytes member);

void reply_position(Call& call, geohash::Position position);
void reply_distance(Call& call, double distance);

}  // namespace millpond::engine
