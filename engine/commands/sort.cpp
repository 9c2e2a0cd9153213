// SPDX-License-Identifier: Apache-2.0
//
// SORT and SORT_RO. A pattern (BY weight_*, GET object_*->field) leads to keys that nobody named,
// so a command with one runs in the exclusive lane.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "engine/acl/access_control.h"
#include "engine/commands/collections.h"
#include "engine/commands/numbers.h"
#include "engine/commands/range_sort.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

struct Item {
    std::string element;
    double score = 0;
    std::optional<std::string> weight;  ///< what BY found, for ALPHA
};

/// The key that a pattern names for an element, and the field when it goes on with "->field".
struct PatternKey {
    std::string key;
    std::optional<Bytes> field;
};

std::optional<PatternKey> pattern_key(Bytes pattern, Bytes element) {
    // What follows a zero byte is not looked at for marks.
    const Bytes searched = pattern.substr(0, pattern.find('\0'));
    const std::size_t star = searched.find('*');
    if (star == Bytes::npos) return std::nullopt;
    PatternKey found;
    Bytes rest = pattern.substr(star + 1);
    const std::size_t arrow = searched.find("->", star + 1);
    if (arrow != Bytes::npos && arrow + 2 < searched.size()) {
        found.field = pattern.substr(arrow + 2);
        rest = pattern.substr(star + 1, arrow - star - 1);
    }
    found.key = std::string(pattern.substr(0, star)).append(element).append(rest);
    return found;
}

/// What a pattern leads to: "#" is the element itself.
std::optional<std::string> look_up(Call& call, Bytes pattern, Bytes element) {
    if (pattern == "#") return std::string(element);
    const auto place = pattern_key(pattern, element);
    if (!place) return std::nullopt;
    Entry* entry = call.db().find_read(place->key);
    if (entry == nullptr) return std::nullopt;
    if (place->field) {
        if (entry->type() != Type::hash) return std::nullopt;
        const auto value = Hash(entry->object()).get(*place->field);
        return value ? std::optional<std::string>(*value) : std::nullopt;
    }
    if (!entry->is_string()) return std::nullopt;
    StringScratch scratch;
    return std::string(entry->string(scratch));
}

/// A score as Redis reads it here, by C's rules: nothing is 0, and blanks may come first.
std::optional<double> read_score(const std::string& text) {
    char* end = nullptr;
    errno = 0;
    const double score = std::strtod(text.c_str(), &end);
    if (*end != '\0' || errno == ERANGE || std::isnan(score)) return std::nullopt;
    return score;
}

class Sort {
public:
    explicit Sort(Call& call, bool may_store) : call_(call), may_store_(may_store) {}
    void run();

private:
    bool may_read_any_key() const;
    bool read_options();
    bool read_limit(std::size_t at);
    std::size_t load(Entry* entry);
    void load_range(Entry* entry, std::size_t size);
    void set_window(std::size_t size);
    bool weigh();
    int compare(const Item& a, const Item& b) const;
    int compare_text(const std::string& a, const std::string& b) const;
    void order();
    void reply();
    void store();
    std::size_t shown() const { return static_cast<std::size_t>(last_ - first_ + 1); }

    Call& call_;
    const bool may_store_;
    bool descending_ = false, alpha_ = false, unsorted_ = false;
    std::optional<Bytes> by_;
    std::vector<Bytes> gets_;
    std::optional<Bytes> target_;
    std::int64_t limit_first_ = 0, limit_count_ = -1;
    std::vector<Item> items_;
    std::int64_t first_ = 0, last_ = -1;  ///< the window of items_ that is answered
};

bool Sort::read_limit(std::size_t at) {
    return call_.integer(at, limit_first_) && call_.integer(at + 1, limit_count_);
}

bool Sort::may_read_any_key() const {
    return call_.applying() || call_.server().acl().allows_with_every_key(
                                   call_.session(), call_.spec(), call_.args(), acl::kMayRead);
}

bool Sort::read_options() {
    for (std::size_t i = 2; i < call_.argc(); ++i) {
        const Bytes word = call_.arg(i);
        const std::size_t left = call_.argc() - i - 1;
        if (is_word(word, "asc")) {
            descending_ = false;
        } else if (is_word(word, "desc")) {
            descending_ = true;
        } else if (is_word(word, "alpha")) {
            alpha_ = true;
        } else if (is_word(word, "limit") && left >= 2) {
            if (!read_limit(i + 1)) return false;
            i += 2;
        } else if (may_store_ && is_word(word, "store") && left >= 1) {
            target_ = call_.arg(++i);
        } else if (is_word(word, "by") && left >= 1) {
            by_ = call_.arg(++i);
            const bool constant = by_->substr(0, by_->find('\0')).find('*') == Bytes::npos;
            unsorted_ = unsorted_ || constant;
            if (!constant && !may_read_any_key())
                return call_.error(
                    "ERR BY option of SORT denied due to insufficient ACL permissions.");
        } else if (is_word(word, "get") && left >= 1) {
            gets_.push_back(call_.arg(++i));
            if (!may_read_any_key())
                return call_.error(
                    "ERR GET option of SORT denied due to insufficient ACL permissions.");
        } else {
            return call_.syntax_error();
        }
    }
    return true;
}

/// Which of so many elements are answered.
void Sort::set_window(std::size_t size) {
    const auto length = static_cast<std::int64_t>(size);
    first_ = std::clamp<std::int64_t>(limit_first_, 0, length);
    const std::int64_t count = std::clamp<std::int64_t>(limit_count_, -1, length);
    last_ = count < 0 ? length - 1 : first_ + count - 1;
    if (first_ >= length) {
        first_ = length - 1;
        last_ = length - 2;
    }
    last_ = std::min(last_, length - 1);
}

/// Lists and sorted sets in their own order: only the window is taken out of them.
void Sort::load_range(Entry* entry, std::size_t size) {
    set_window(size);
    const std::size_t count = shown();
    const auto take = [&](Bytes element) {
        items_.push_back({std::string(element), 0, std::nullopt});
        return true;
    };
    if (count > 0 && entry->type() == Type::list) {
        // DESC without sorting begins at the list's other end.
        const auto skipped = static_cast<std::size_t>(first_);
        List list(entry->object());
        list.for_range(descending_ ? size - skipped - count : skipped, count, false, take);
        if (descending_) std::ranges::reverse(items_);
    } else if (count > 0) {
        const auto skipped = static_cast<std::size_t>(first_);
        SortedSet(entry->object())
            .for_range(descending_ ? size - 1 - skipped : skipped, count, descending_,
                       [&](Bytes member, double) { return take(member); });
    }
    last_ -= first_;
    first_ = 0;
}

std::size_t Sort::load(Entry* entry) {
    const auto take = [&](Bytes element) {
        items_.push_back({std::string(element), 0, std::nullopt});
        return true;
    };
    switch (entry->type()) {
        case Type::list:
            List(entry->object()).for_each(take);
            break;
        case Type::set:
            Set(entry->object()).for_each(take);
            break;
        default:
            SortedSet(entry->object()).for_each([&](Bytes member, double) { return take(member); });
    }
    return items_.size();
}

/// Gives each item what it is sorted by; false when a score is no number.
bool Sort::weigh() {
    bool numbers = true;
    for (Item& item : items_) {
        std::optional<std::string> weight =
            by_ ? look_up(call_, *by_, item.element) : std::optional(item.element);
        if (!weight) continue;
        if (alpha_) {
            if (by_) item.weight = std::move(weight);
            continue;
        }
        const auto score = read_score(*weight);
        numbers = numbers && score;
        item.score = score.value_or(0);
    }
    return numbers;
}

/// What is stored must not depend on the locale; what is answered is in its order.
int Sort::compare_text(const std::string& a, const std::string& b) const {
    return target_ ? a.compare(b) : std::strcoll(a.c_str(), b.c_str());
}

int Sort::compare(const Item& a, const Item& b) const {
    int order = 0;
    if (!alpha_) {
        // Equal scores are told apart by the bytes, so that the outcome is always the same.
        order = a.score > b.score ? 1 : a.score < b.score ? -1 : a.element.compare(b.element);
    } else if (!by_) {
        order = compare_text(a.element, b.element);
    } else if (!a.weight || !b.weight) {
        order = (a.weight ? 1 : 0) - (b.weight ? 1 : 0);
    } else {
        order = compare_text(*a.weight, *b.weight);
    }
    return descending_ ? -order : order;
}

void Sort::order() {
    if (by_ && (first_ != 0 || last_ != static_cast<std::int64_t>(items_.size()) - 1)) {
        sort_range(std::span(items_), first_, last_,
                   [&](const Item& a, const Item& b) { return compare(a, b); });
    } else {
        std::ranges::stable_sort(items_,
                                 [&](const Item& a, const Item& b) { return compare(a, b) < 0; });
    }
}

void Sort::reply() {
    call_.reply().array(shown() * std::max<std::size_t>(gets_.size(), 1));
    for (std::int64_t i = first_; i <= last_; ++i) {
        const std::string& element = items_[static_cast<std::size_t>(i)].element;
        if (gets_.empty()) call_.reply().bulk(element);
        for (const Bytes pattern : gets_) {
            if (const auto value = look_up(call_, pattern, element)) {
                call_.reply().bulk(*value);
            } else {
                call_.reply().null();
            }
        }
    }
}

void Sort::store() {
    void* object = List::create();
    List list(object);
    for (std::int64_t i = first_; i <= last_; ++i) {
        const std::string& element = items_[static_cast<std::size_t>(i)].element;
        if (gets_.empty()) list.push_back(element);
        for (const Bytes pattern : gets_) {
            list.push_back(look_up(call_, pattern, element).value_or(std::string()));
        }
    }
    const std::size_t size = list.size();
    store_result(call_, *target_, Type::list, object, size, EventClass::list, "sortstore");
    if (size > 1) call_.changed(size - 1);
    call_.reply().integer(static_cast<std::int64_t>(size));
}

void Sort::run() {
    if (!read_options()) return;
    Entry* entry = call_.db().find_read(call_.arg(1));
    const Type type = entry != nullptr ? entry->type() : Type::list;
    if (type != Type::list && type != Type::set && type != Type::sorted_set)
        return void(call_.wrong_type());
    if (unsorted_ && type == Type::set && (target_ || call_.session().scripted)) {
        // A set has no order of its own that replicas would share, and scripts could rely on.
        unsorted_ = false;
        alpha_ = true;
        by_.reset();
    }
    bool numbers = true;
    if (entry != nullptr && unsorted_ && type != Type::set) {
        load_range(entry, type == Type::list ? List(entry->object()).size()
                                             : SortedSet(entry->object()).size());
    } else {
        set_window(entry != nullptr ? load(entry) : 0);
        if (!unsorted_) {
            numbers = weigh();
            order();
        }
    }
    if (!numbers) return void(call_.error("ERR One or more scores can't be converted into double"));
    if (target_) {
        store();
    } else {
        reply();
    }
}

void sort(Call& call) {
    Sort(call, true).run();
}
void sort_ro(Call& call) {
    Sort(call, false).run();
}

/// Does a pattern lead to keys that are not among the arguments?
bool has_patterns(std::span<const Bytes> args) {
    for (std::size_t i = 2; i + 1 < args.size(); ++i) {
        if ((is_word(args[i], "by") || is_word(args[i], "get")) &&
            args[i + 1].find('*') != Bytes::npos)
            return true;
    }
    return false;
}

/// The sorted key, and what STORE names. The words that follow LIMIT, BY and GET are no options.
bool sort_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes) {
    if (args.size() < 2) return false;
    indexes.push_back(1);
    std::uint32_t target = 0;
    for (std::uint32_t i = 2; i < args.size(); ++i) {
        if (is_word(args[i], "limit")) {
            i += 2;
        } else if (is_word(args[i], "by") || is_word(args[i], "get")) {
            ++i;
        } else if (is_word(args[i], "store") && i + 1 < args.size()) {
            target = ++i;
        }
    }
    if (target != 0) indexes.push_back(target);
    return true;
}

}  // namespace

void add_sort_commands(CommandTable& table) {
    CommandSpec spec{.name = "sort",
                     .arity = -2,
                     .flags = kWrite | kDenyOom | kMovableKeys,
                     .keys = {1, 1, 1},
                     .categories = kCatSet | kCatSortedSet | kCatList | kCatDangerous,
                     .handler = sort,
                     .since = "1.0.0",
                     .group = "generic",
                     .complexity = "O(N+M*log(M)): N elements, M answered",
                     .summary = "Sorts the elements of a list, a set or a sorted set.",
                     .find_keys = sort_keys,
                     .key_flags = "RO ACCESS|OW UPDATE",
                     .needs_exclusive = has_patterns};
    table.add(spec);
    spec.name = "sort_ro";
    spec.flags = kReadonly | kMovableKeys;
    spec.handler = sort_ro;
    spec.since = "7.0.0";
    spec.find_keys = nullptr;
    spec.key_flags = "RO ACCESS";
    table.add(spec);
}

}  // namespace millpond::engine
