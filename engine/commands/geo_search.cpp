// SPDX-License-Identifier: Apache-2.0
//
// GEOSEARCH, GEOSEARCHSTORE and the older GEORADIUS commands: members within a circle or a box.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "engine/commands/geo.h"
#include "engine/commands/numbers.h"
#include "engine/commands/range_sort.h"

namespace millpond::engine {

namespace {

/// The commands' forms differ in where the centre and the shape come from.
enum class Form : std::uint8_t { radius, radius_by_member, search, search_store };

struct Found {
    std::string member;
    geohash::Position position;
    double metres;
    double score;
};

class Search {
public:
    Search(Call& call, Form form, bool may_store)
        : call_(call), form_(form), may_store_(may_store) {}

    void run();

private:
    enum class Order : std::uint8_t { none, ascending, descending };

    bool searches() const { return form_ == Form::search || form_ == Form::search_store; }
    bool word(std::size_t at, std::string_view lower, std::size_t following = 0) const {
        return at + following < call_.argc() && is_word(call_.arg(at), lower);
    }

    bool read_centre_and_radius();
    bool read_radius(std::size_t at);
    bool read_box(std::size_t at);
    bool read_member(std::size_t at);
    bool read_options(std::size_t at);
    bool read_flag(std::size_t at);
    bool read_centre(std::size_t& at, bool& known);
    bool read_shape(std::size_t& at, bool& known);
    bool read_count(std::size_t at);
    bool check_options();

    void reply_absent();
    std::vector<Found> find();
    void find_in(const geohash::ScoreSpan& span, std::vector<Found>& found, std::size_t most);
    std::size_t order(std::vector<Found>& found);
    void reply(std::vector<Found>& found, std::size_t count);
    void store(const std::vector<Found>& found, std::size_t count);

    Call& call_;
    const Form form_;
    const bool may_store_;
    Entry* entry_ = nullptr;
    geohash::Shape shape_;
    double unit_ = 1;  ///< metres of the unit in which distances are given
    std::optional<Bytes> target_;
    bool store_distances_ = false;
    bool with_distance_ = false, with_hash_ = false, with_position_ = false;
    bool from_member_ = false, from_position_ = false, by_radius_ = false, by_box_ = false;
    bool any_ = false;
    Order order_ = Order::none;
    std::int64_t count_ = 0;  ///< 0: all
};

bool Search::read_radius(std::size_t at) {
    const auto radius = parse_real(call_.arg(at));
    if (!radius) return call_.error("ERR need numeric radius");
    if (*radius < 0) return call_.error("ERR radius cannot be negative");
    if (!read_unit(call_, at + 1, unit_)) return false;
    shape_.radius = *radius * unit_;
    return true;
}

bool Search::read_box(std::size_t at) {
    const auto width = parse_real(call_.arg(at));
    if (!width) return call_.error("ERR need numeric width");
    const auto height = parse_real(call_.arg(at + 1));
    if (!height) return call_.error("ERR need numeric height");
    if (*width < 0 || *height < 0) return call_.error("ERR height or width cannot be negative");
    if (!read_unit(call_, at + 2, unit_)) return false;
    shape_.box = true;
    shape_.width = *width * unit_;
    shape_.height = *height * unit_;
    return true;
}

bool Search::read_member(std::size_t at) {
    // Without a key there is no member either; the other arguments are read before that is said.
    if (!entry_) return true;
    const auto position = position_of(sorted_set_of(entry_), call_.arg(at));
    if (!position) return call_.error("ERR could not decode requested zset member");
    shape_.centre = *position;
    return true;
}

bool Search::read_centre_and_radius() {
    if (form_ == Form::radius) return read_position(call_, 2, shape_.centre) && read_radius(4);
    if (form_ == Form::radius_by_member && entry_) return read_member(2) && read_radius(3);
    return true;
}

bool Search::read_flag(std::size_t at) {
    if (word(at, "withdist")) return with_distance_ = true;
    if (word(at, "withhash")) return with_hash_ = true;
    if (word(at, "withcoord")) return with_position_ = true;
    if (word(at, "any")) return any_ = true;
    if (word(at, "asc")) {
        order_ = Order::ascending;
        return true;
    }
    if (word(at, "desc")) {
        order_ = Order::descending;
        return true;
    }
    if (form_ == Form::search_store && word(at, "storedist")) return store_distances_ = true;
    return false;
}

/// FROMMEMBER and FROMLONLAT; `known` tells whether it was one of them.
bool Search::read_centre(std::size_t& at, bool& known) {
    known = true;
    if (word(at, "frommember", 1) && !from_position_) {
        from_member_ = true;
        at += 2;
        return read_member(at - 1);
    }
    if (word(at, "fromlonlat", 2) && !from_member_) {
        from_position_ = true;
        at += 3;
        return read_position(call_, at - 2, shape_.centre);
    }
    known = false;
    return true;
}

bool Search::read_shape(std::size_t& at, bool& known) {
    known = true;
    if (word(at, "byradius", 2) && !by_box_) {
        by_radius_ = true;
        at += 3;
        return read_radius(at - 2);
    }
    if (word(at, "bybox", 3) && !by_radius_) {
        by_box_ = true;
        at += 4;
        return read_box(at - 3);
    }
    known = false;
    return true;
}

bool Search::read_count(std::size_t at) {
    if (!call_.integer(at, count_)) return false;
    return count_ > 0 || call_.error("ERR COUNT must be > 0");
}

bool Search::read_options(std::size_t at) {
    while (at < call_.argc()) {
        bool known = false;
        if (read_flag(at)) {
            ++at;
        } else if (word(at, "count", 1)) {
            if (!read_count(at + 1)) return false;
            at += 2;
        } else if (may_store_ && (word(at, "store", 1) || word(at, "storedist", 1))) {
            target_ = call_.arg(at + 1);
            store_distances_ = word(at, "storedist");
            at += 2;
        } else if (searches()) {
            if (!read_centre(at, known)) return false;
            if (!known && !read_shape(at, known)) return false;
            if (!known) return call_.syntax_error();
        } else {
            return call_.syntax_error();
        }
    }
    return true;
}

bool Search::check_options() {
    if (target_ && (with_distance_ || with_hash_ || with_position_)) {
        return call_.error("ERR " +
                           std::string(form_ == Form::search_store ? "GEOSEARCHSTORE"
                                                                   : "STORE option in GEORADIUS") +
                           " is not compatible with WITHDIST, WITHHASH and WITHCOORD options");
    }
    const std::string name(call_.arg(0));
    if (searches() && !from_member_ && !from_position_) {
        return call_.error("ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for " +
                           name);
    }
    if (searches() && !by_radius_ && !by_box_)
        return call_.error("ERR exactly one of BYRADIUS and BYBOX can be specified for " + name);
    if (any_ && count_ == 0) return call_.error("ERR the ANY argument requires COUNT argument");
    return true;
}

void Search::reply_absent() {
    if (!target_) return call_.reply().array(0);
    store({}, 0);
}

void Search::find_in(const geohash::ScoreSpan& span, std::vector<Found>& found, std::size_t most) {
    const SortedSet set = sorted_set_of(entry_);
    const std::size_t first = set.lower_rank(SortedSet::ScoreBound{span.min, false});
    set.for_range(first, set.size() - first, false, [&](Bytes member, double score) {
        if (!(score < span.max)) return false;
        const geohash::Position position = geohash::decode(score);
        double metres = 0;
        if (shape_.contains(position, metres))
            found.push_back({std::string(member), position, metres, score});
        return found.size() < most;
    });
}

std::vector<Found> Search::find() {
    const std::size_t most =
        any_ ? static_cast<std::size_t>(count_) : std::numeric_limits<std::size_t>::max();
    std::vector<Found> found;
    for (const geohash::ScoreSpan& span : geohash::cover(shape_)) {
        if (found.size() >= most) break;
        find_in(span, found, most);
    }
    return found;
}

/// Puts in order what will be answered; returns how many that is.
std::size_t Search::order(std::vector<Found>& found) {
    const std::size_t count =
        count_ == 0 ? found.size() : std::min(found.size(), static_cast<std::size_t>(count_));
    if (order_ == Order::none) return count;
    const int sign = order_ == Order::ascending ? 1 : -1;
    const auto compare = [sign](const Found& a, const Found& b) {
        return a.metres > b.metres ? sign : a.metres == b.metres ? 0 : -sign;
    };
    if (count == found.size()) {
        std::ranges::stable_sort(found,
                                 [&](const Found& a, const Found& b) { return compare(a, b) < 0; });
    } else {
        sort_range(std::span(found), 0, static_cast<std::ptrdiff_t>(count) - 1, compare);
    }
    return count;
}

void Search::reply(std::vector<Found>& found, std::size_t count) {
    const std::size_t extras =
        (with_distance_ ? 1u : 0u) + (with_hash_ ? 1u : 0u) + (with_position_ ? 1u : 0u);
    call_.reply().array(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (extras > 0) call_.reply().array(extras + 1);
        call_.reply().bulk(found[i].member);
        if (with_distance_) reply_distance(call_, found[i].metres / unit_);
        if (with_hash_) call_.reply().integer(static_cast<std::int64_t>(found[i].score));
        if (with_position_) reply_position(call_, found[i].position);
    }
}

void Search::store(const std::vector<Found>& found, std::size_t count) {
    SortedSetResult result;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < count; ++i) longest = std::max(longest, found[i].member.size());
    result.set().expect(count, longest);
    for (std::size_t i = 0; i < count; ++i) {
        result.set().set(found[i].member,
                         store_distances_ ? found[i].metres / unit_ : found[i].score);
    }
    store_result(call_, *target_, Type::sorted_set, result.take(), count, EventClass::sorted_set,
                 searches() ? "geosearchstore" : "georadiusstore");
    if (count > 1) call_.changed(count - 1);
    call_.reply().integer(static_cast<std::int64_t>(count));
}

void Search::run() {
    const std::size_t source = form_ == Form::search_store ? 2 : 1;
    if (form_ == Form::search_store) target_ = call_.arg(1);
    if (!find_for_reading(call_, call_.arg(source), Type::sorted_set, entry_)) return;
    constexpr std::size_t kOptionsAt[] = {6, 5, 2, 3};
    if (!read_centre_and_radius() || !read_options(kOptionsAt[static_cast<int>(form_)]) ||
        !check_options())
        return;
    if (!entry_) return reply_absent();
    // The first few of no order are no help: they are the nearest, unless any will do.
    if (count_ != 0 && order_ == Order::none && !any_) order_ = Order::ascending;
    std::vector<Found> found = find();
    const std::size_t count = order(found);
    if (target_) {
        store(found, count);
    } else {
        reply(found, count);
    }
}

void georadius(Call& call) {
    Search(call, Form::radius, true).run();
}
void georadius_ro(Call& call) {
    Search(call, Form::radius, false).run();
}
void georadiusbymember(Call& call) {
    Search(call, Form::radius_by_member, true).run();
}
void georadiusbymember_ro(Call& call) {
    Search(call, Form::radius_by_member, false).run();
}
void geosearch(Call& call) {
    Search(call, Form::search, false).run();
}
void geosearchstore(Call& call) {
    Search(call, Form::search_store, false).run();
}

/// The sorted set, and what STORE or STOREDIST names, wherever the word stands.
bool radius_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes) {
    if (args.size() < 2) return false;
    indexes.push_back(1);
    std::uint32_t target = 0;
    for (std::uint32_t i = 5; i + 1 < args.size(); ++i) {
        if (is_word(args[i], "store") || is_word(args[i], "storedist")) target = ++i;
    }
    if (target != 0) indexes.push_back(target);
    return true;
}

}  // namespace

void add_geo_search_commands(CommandTable& table) {
    constexpr std::string_view kComplexity = "O(N + log(M)): N in the cells searched, M in the set";
    const auto add_radius = [&](std::string_view name, int arity, bool stores, Handler handler,
                                std::string_view since, std::string_view key_flags,
                                std::string_view summary) {
        CommandSpec spec = kGeoFamily.one_key(
            name, arity, stores ? kWrite | kDenyOom | kMovableKeys : kReadonly + 0u, handler, since,
            kComplexity, key_flags, summary);
        if (stores) spec.find_keys = radius_keys;
        table.add(spec);
    };
    add_radius("georadius", -6, true, georadius, "3.2.0", "RO ACCESS|OW UPDATE",
               "Finds the members around a position, and may keep them.");
    add_radius("georadius_ro", -6, false, georadius_ro, "3.2.10", "RO ACCESS",
               "Finds the members around a position.");
    add_radius("georadiusbymember", -5, true, georadiusbymember, "3.2.0", "RO ACCESS|OW UPDATE",
               "Finds the members around a member, and may keep them.");
    add_radius("georadiusbymember_ro", -5, false, georadiusbymember_ro, "3.2.10", "RO ACCESS",
               "Finds the members around a member.");
    CommandSpec spec =
        kGeoFamily.one_key("geosearch", -7, kReadonly, geosearch, "6.2.0", kComplexity, "RO ACCESS",
                           "Finds the members within a circle or a box.");
    table.add(spec);
    spec.name = "geosearchstore";
    spec.arity = -8;
    spec.flags = kWrite | kDenyOom;
    spec.keys = {1, 2, 1};
    spec.handler = geosearchstore;
    spec.summary = "Keeps the members within a circle or a box.";
    spec.key_flags = "OW UPDATE|RO ACCESS";
    table.add(spec);
}

}  // namespace millpond::engine
