// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/geohash.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <string_view>

namespace millpond::engine::geohash {

namespace {

constexpr double kEarthRadius = 6372797.560856;  ///< metres
constexpr double kMercatorMax = 20037726.37;     ///< metres
constexpr int kStepsMax = 26;
constexpr double kRadiansPerDegree = std::numbers::pi / 180.0;

constexpr std::uint64_t kEvenBits = 0x5555555555555555;
constexpr std::uint64_t kOddBits = 0xaaaaaaaaaaaaaaaa;

double radians(double degrees) {
    return degrees * kRadiansPerDegree;
}
double degrees(double radians) {
    return radians / kRadiansPerDegree;
}

struct Range {
    double min, max;
};
constexpr Range kLongitudes{-kLongitudeMax, kLongitudeMax};
constexpr Range kLatitudes{-kLatitudeMax, kLatitudeMax};
constexpr Range kAllLatitudes{-90, 90};

/// Each bit of a 32-bit number to the even place of its index.
std::uint64_t spread(std::uint32_t value) {
    std::uint64_t bits = value;
    bits = (bits | bits << 16) & 0x0000ffff0000ffff;
    bits = (bits | bits << 8) & 0x00ff00ff00ff00ff;
    bits = (bits | bits << 4) & 0x0f0f0f0f0f0f0f0f;
    bits = (bits | bits << 2) & 0x3333333333333333;
    return (bits | bits << 1) & kEvenBits;
}

std::uint32_t gather(std::uint64_t bits) {
    bits &= kEvenBits;
    bits = (bits | bits >> 1) & 0x3333333333333333;
    bits = (bits | bits >> 2) & 0x0f0f0f0f0f0f0f0f;
    bits = (bits | bits >> 4) & 0x00ff00ff00ff00ff;
    bits = (bits | bits >> 8) & 0x0000ffff0000ffff;
    return static_cast<std::uint32_t>(bits | bits >> 16);
}

/// A square of the grid that halves both axes `steps` times.
struct Cell {
    std::uint64_t bits = 0;
    int steps = 0;
    bool operator==(const Cell&) const = default;
};

struct Area {
    Range longitude, latitude;
};

std::uint32_t part(double value, const Range& range, int steps) {
    double offset = (value - range.min) / (range.max - range.min);
    offset *= static_cast<double>(std::uint64_t{1} << steps);
    return static_cast<std::uint32_t>(offset);
}

Cell cell_of(Position at, const Range& latitudes, int steps) {
    const std::uint64_t latitude = spread(part(at.latitude, latitudes, steps));
    return {latitude | spread(part(at.longitude, kLongitudes, steps)) << 1, steps};
}

Range side(std::uint32_t index, const Range& range, int steps) {
    const double scale = range.max - range.min;
    const auto cells = static_cast<double>(std::uint64_t{1} << steps);
    // The next index wraps round as a 32-bit number does.
    const std::uint32_t next = index + 1;
    return {range.min + (index * 1.0 / cells) * scale, range.min + (next * 1.0 / cells) * scale};
}

Area area_of(const Cell& cell) {
    return {side(gather(cell.bits >> 1), kLongitudes, cell.steps),
            side(gather(cell.bits), kLatitudes, cell.steps)};
}

Position centre_of(const Area& area) {
    const auto middle = [](const Range& range, double limit) {
        return std::clamp((range.min + range.max) / 2, -limit, limit);
    };
    return {middle(area.longitude, kLongitudeMax), middle(area.latitude, kLatitudeMax)};
}

/// The neighbour so many cells to the east and north; the grid has no edges.
Cell moved(Cell cell, int east, int north) {
    const int unused = 64 - cell.steps * 2;
    const std::uint64_t odd = kOddBits >> unused, even = kEvenBits >> unused;
    std::uint64_t x = cell.bits & kOddBits, y = cell.bits & kEvenBits;
    // Adding to one axis: the other axis's places are filled so that the carry passes over them.
    if (east != 0) x = (east > 0 ? x + (even + 1) : (x | even) - (even + 1)) & odd;
    if (north != 0) y = (north > 0 ? y + (odd + 1) : (y | odd) - (odd + 1)) & even;
    return {x | y, cell.steps};
}

/// Doubling the radius leads to the size of the world; the smaller cells near the poles need one
/// step less, or two.
int steps_for(double radius, double latitude) {
    if (radius == 0) return kStepsMax;
    int steps = 1;
    for (; radius < kMercatorMax; radius *= 2) ++steps;
    steps -= 2;
    if (latitude > 66 || latitude < -66) {
        --steps;
        if (latitude > 80 || latitude < -80) --steps;
    }
    return std::clamp(steps, 1, kStepsMax);
}

/// West, south, east and north of a shape.
Area bounds_of(const Shape& shape) {
    const double height = shape.box ? shape.height / 2 : shape.radius;
    const double width = shape.box ? shape.width / 2 : shape.radius;
    const auto [longitude, latitude] = shape.centre;
    const double up = degrees(height / kEarthRadius);
    const double top = degrees(width / kEarthRadius / std::cos(radians(latitude + up)));
    const double bottom = degrees(width / kEarthRadius / std::cos(radians(latitude - up)));
    const double across = latitude < 0 ? bottom : top;
    return {{longitude - across, longitude + across}, {latitude - up, latitude + up}};
}

/// Are the cells around this one wide enough to hold the bounds?
bool covers(const Cell& cell, const Area& bounds) {
    // Bounds of a shape without an end are no numbers, and ask for nothing.
    return !(area_of(moved(cell, 0, 1)).latitude.max < bounds.latitude.max ||
             area_of(moved(cell, 0, -1)).latitude.min > bounds.latitude.min ||
             area_of(moved(cell, 1, 0)).longitude.max < bounds.longitude.max ||
             area_of(moved(cell, -1, 0)).longitude.min > bounds.longitude.min);
}

double latitude_distance(double a, double b) {
    return kEarthRadius * std::fabs(radians(b) - radians(a));
}

ScoreSpan span_of(const Cell& cell) {
    const int shift = 52 - cell.steps * 2;
    return {static_cast<double>(cell.bits << shift), static_cast<double>((cell.bits + 1) << shift)};
}

/// A score as bits, with a value for every double.
std::uint64_t bits_of(double score) {
    constexpr double kTwoTo63 = 9223372036854775808.0;
    if (score >= kTwoTo63 * 2) return 0;
    if (score >= kTwoTo63) return static_cast<std::uint64_t>(score);
    if (score < -kTwoTo63) return std::uint64_t{1} << 63;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(score));
}

}  // namespace

std::uint64_t encode(Position at) {
    return cell_of(at, kLatitudes, kStepsMax).bits;
}

Position decode(double score) {
    return centre_of(area_of({bits_of(score), kStepsMax}));
}

std::string text(Position at) {
    constexpr std::string_view kLetters = "0123456789bcdefghjkmnpqrstuvwxyz";
    constexpr int kLettersKnown = 10;
    const std::uint64_t bits = cell_of(at, kAllLatitudes, kStepsMax).bits;
    std::string text;
    for (int i = 1; i <= kLettersKnown; ++i) text += kLetters[bits >> (52 - i * 5) & 0x1f];
    return text + kLetters[0];  // two bits are left, which Redis leaves out
}

double distance(Position a, Position b) {
    const double lon1 = radians(a.longitude), lon2 = radians(b.longitude);
    const double v = std::sin((lon2 - lon1) / 2);
    if (v == 0.0) return latitude_distance(a.latitude, b.latitude);
    const double lat1 = radians(a.latitude), lat2 = radians(b.latitude);
    const double u = std::sin((lat2 - lat1) / 2);
    const double h = u * u + std::cos(lat1) * std::cos(lat2) * v * v;
    return 2.0 * kEarthRadius * std::asin(std::sqrt(h));
}

bool Shape::contains(Position at, double& metres) const {
    if (!box) {
        metres = distance(centre, at);
        return metres <= radius;
    }
    if (latitude_distance(at.latitude, centre.latitude) > height / 2) return false;
    if (distance(at, {centre.longitude, at.latitude}) > width / 2) return false;
    metres = distance(centre, at);
    return true;
}

std::vector<ScoreSpan> cover(const Shape& shape) {
    const Area bounds = bounds_of(shape);
    const double radius = shape.box ? std::sqrt((shape.width / 2) * (shape.width / 2) +
                                                (shape.height / 2) * (shape.height / 2))
                                    : shape.radius;
    int steps = steps_for(radius, shape.centre.latitude);
    Cell cell = cell_of(shape.centre, kLatitudes, steps);
    if (steps > 1 && !covers(cell, bounds)) cell = cell_of(shape.centre, kLatitudes, --steps);
    const Area area = area_of(cell);
    // Cells on a side to which the shape does not reach are left out.
    const bool all = steps < 2;
    const bool south = all || !(area.latitude.min < bounds.latitude.min);
    const bool north = all || !(area.latitude.max > bounds.latitude.max);
    const bool west = all || !(area.longitude.min < bounds.longitude.min);
    const bool east = all || !(area.longitude.max > bounds.longitude.max);
    struct Step {
        int east, north;
    };
    constexpr std::array<Step, 9> kOrder{
        {{0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}}};
    std::vector<ScoreSpan> spans;
    std::optional<Cell> previous;
    for (const auto& [x, y] : kOrder) {
        if ((y < 0 && !south) || (y > 0 && !north) || (x < 0 && !west) || (x > 0 && !east))
            continue;
        const Cell neighbour = moved(cell, x, y);
        // Cells of a great radius may be one and the same.
        if (previous && *previous == neighbour) continue;
        spans.push_back(span_of(neighbour));
        if (x != 0 || y != 0) previous = neighbour;
    }
    return spans;
}

}  // namespace millpond::engine::geohash
