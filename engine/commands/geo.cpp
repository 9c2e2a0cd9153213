// SPDX-License-Identifier: Apache-2.0
//
// GEOADD, GEOPOS, GEODIST and GEOHASH. A position is a score of 52 bits; GEOADD is a ZADD of such
// scores and is logged as one.
#include "engine/commands/geo.h"

#include <cstdio>
#include <string>
#include <vector>

#include "engine/commands/numbers.h"

namespace millpond::engine {

namespace {

void geoadd(Call& call) {
    SortedSetAddOptions options;
    std::size_t first = 2;
    for (; first < call.argc(); ++first) {
        if (is_word(call.arg(first), "nx")) {
            options.only_new = true;
        } else if (is_word(call.arg(first), "xx")) {
            options.only_existing = true;
        } else if (is_word(call.arg(first), "ch")) {
            options.count_changes = true;
        } else {
            break;
        }
    }
    const std::size_t rest = call.argc() - first;
    if (rest == 0 || rest % 3 != 0 || (options.only_new && options.only_existing))
        return void(call.syntax_error());
    std::vector<ScoredMember> members;
    std::vector<std::string> scores;
    for (std::size_t i = first; i < call.argc(); i += 3) {
        geohash::Position position;
        if (!read_position(call, i, position)) return;
        const std::uint64_t bits = geohash::encode(position);
        scores.push_back(std::to_string(bits));
        members.push_back({static_cast<double>(bits), call.arg(i + 2)});
    }
    if (add_members(call, call.arg(1), options, members) == 0) return;
    std::vector<Bytes> effect{"ZADD"};
    for (std::size_t i = 1; i < first; ++i) effect.push_back(call.arg(i));
    for (std::size_t i = 0; i < members.size(); ++i) {
        effect.push_back(scores[i]);
        effect.push_back(members[i].member);
    }
    call.effect(effect);
}

void geopos(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::sorted_set, entry)) return;
    call.reply().array(call.argc() - 2);
    for (const Bytes member : call.args().subspan(2)) {
        const auto position = entry ? position_of(sorted_set_of(entry), member) : std::nullopt;
        if (position) {
            reply_position(call, *position);
        } else {
            call.reply().null_array();
        }
    }
}

void geodist(Call& call) {
    double unit = 1;
    if (call.argc() > 5) return void(call.syntax_error());
    if (call.argc() == 5 && !read_unit(call, 4, unit)) return;
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::sorted_set, entry)) return;
    if (!entry) return call.reply().null();
    const auto from = position_of(sorted_set_of(entry), call.arg(2));
    const auto to = position_of(sorted_set_of(entry), call.arg(3));
    if (!from || !to) return call.reply().null();
    reply_distance(call, geohash::distance(*from, *to) / unit);
}

void geohash_texts(Call& call) {
    Entry* entry;
    if (!find_for_reading(call, call.arg(1), Type::sorted_set, entry)) return;
    call.reply().array(call.argc() - 2);
    for (const Bytes member : call.args().subspan(2)) {
        const auto position = entry ? position_of(sorted_set_of(entry), member) : std::nullopt;
        if (position) {
            call.reply().bulk(geohash::text(*position));
        } else {
            call.reply().null();
        }
    }
}

}  // namespace

bool read_position(Call& call, std::size_t index, geohash::Position& position) {
    if (!call.real(index, position.longitude) || !call.real(index + 1, position.latitude))
        return false;
    const auto outside = [](double value, double limit) { return value < -limit || value > limit; };
    if (!outside(position.longitude, geohash::kLongitudeMax) &&
        !outside(position.latitude, geohash::kLatitudeMax))
        return true;
    constexpr std::size_t kBytesMax = 700;  // two numbers of 310 digits
    char text[kBytesMax];
    std::snprintf(text, sizeof text, "ERR invalid longitude,latitude pair %f,%f",
                  position.longitude, position.latitude);
    return call.error(text);
}

bool read_unit(Call& call, std::size_t index, double& metres) {
    constexpr std::pair<std::string_view, double> kUnits[] = {
        {"m", 1}, {"km", 1000}, {"ft", 0.3048}, {"mi", 1609.34}};
    for (const auto& [name, length] : kUnits) {
        if (!is_word(call.arg(index), name)) continue;
        metres = length;
        return true;
    }
    return call.error("ERR unsupported unit provided. please use M, KM, FT, MI");
}

std::optional<geohash::Position> position_of(const SortedSet& set, Bytes member) {
    const auto score = set.score(member);
    if (!score) return std::nullopt;
    return geohash::decode(*score);
}

void reply_position(Call& call, geohash::Position position) {
    call.reply().array(2);
    for (const double value : {position.longitude, position.latitude}) {
        const std::string text = long_real_text(value);
        if (call.reply().resp3()) {
            call.reply().raw("," + text + "\r\n");
        } else {
            call.reply().bulk(text);
        }
    }
}

void reply_distance(Call& call, double distance) {
    char text[400];
    const int size = std::snprintf(text, sizeof text, "%.4f", distance);
    call.reply().bulk({text, static_cast<std::size_t>(size)});
}

void add_geo_commands(CommandTable& table) {
    table.add(kGeoFamily.one_key("geoadd", -5, kWrite | kDenyOom, geoadd, "3.2.0",
                                 "O(log(N)) for each member", "RW UPDATE",
                                 "Adds members with their positions."));
    table.add(kGeoFamily.one_key("geopos", -2, kReadonly, geopos, "3.2.0", "O(1) for each member",
                                 "RO ACCESS", "Answers where members are."));
    table.add(kGeoFamily.one_key("geodist", -4, kReadonly, geodist, "3.2.0", "O(1)", "RO ACCESS",
                                 "Answers how far two members are apart."));
    table.add(kGeoFamily.one_key("geohash", -2, kReadonly, geohash_texts, "3.2.0",
                                 "O(1) for each member", "RO ACCESS",
                                 "Answers members' positions as geohash texts."));
    add_geo_search_commands(table);
}

}  // namespace millpond::engine
