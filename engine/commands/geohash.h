// SPDX-License-Identifier: Apache-2.0
//
// Positions as 52-bit numbers: 26 bits each of latitude and longitude, interleaved, within the
// limits of the Web Mercator projection (EPSG:3857), as Redis's GEO commands document them. The
// arithmetic is done in Redis's order, so that the last digit agrees. Pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace millpond::engine::geohash {

struct Position {
    double longitude = 0;
    double latitude = 0;
};

constexpr double kLongitudeMax = 180;
constexpr double kLatitudeMax = 85.05112878;

/// Requires: within the limits.
std::uint64_t encode(Position at);
/// The middle of the cell that a score names, whatever the score.
Position decode(double score);
/// The usual text of eleven letters, which counts latitude from -90 to 90.
std::string text(Position at);

/// Metres on the sphere (haversine).
double distance(Position a, Position b);

/// What is looked for: a circle, or a box whose sides run along the parallels and meridians.
struct Shape {
    Position centre;
    bool box = false;
    double radius = 0;  ///< metres, of a circle
    double width = 0;   ///< metres, of a box
    double height = 0;

    /// Is it inside? Sets its distance from the centre.
    bool contains(Position at, double& metres) const;
};

/// Scores from `min` up to, not including, `max`.
struct ScoreSpan {
    double min;
    double max;
};
/// The cells that cover a shape, in the order in which they are looked through.
std::vector<ScoreSpan> cover(const Shape& shape);

}  // namespace millpond::engine::geohash
