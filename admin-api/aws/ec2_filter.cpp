// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/ec2_filter.h"

#include <algorithm>

namespace millpond::admin::aws {

void Facts::add_tags(const std::vector<schema::Tag>& tags) {
    for (const auto& tag : tags) {
        add("tag:" + tag.key, tag.value);
        add("tag-key", tag.key);
    }
}

bool Facts::has(std::string_view name, const std::string& pattern) const {
    const auto [first, last] = values_.equal_range(name);
    return std::any_of(first, last,
                       [&](const auto& fact) { return matches_pattern(pattern, fact.second); });
}

Result<Filters> Filters::read(Params& params, const std::vector<std::string_view>& names) {
    Filters out;
    for (Params& item : params.list("Filter")) {
        BOOST_OUTCOME_TRY(auto name, item.required("Name"));
        const bool known = std::any_of(names.begin(), names.end(), [&](std::string_view candidate) {
            return candidate.ends_with(':') ? name.starts_with(candidate) : name == candidate;
        });
        if (!known)
            return invalid_value("Filter",
                                 "The filter '" + name + "' is not known to this action.");
        auto patterns = item.texts("Value");
        if (patterns.empty())
            return invalid_value("Filter", "The filter '" + name + "' has no value.");
        out.filters_.push_back({std::move(name), std::move(patterns)});
    }
    return out;
}

bool Filters::match(const Facts& facts) const {
    return std::all_of(filters_.begin(), filters_.end(), [&](const Filter& filter) {
        return std::any_of(filter.patterns.begin(), filter.patterns.end(),
                           [&](const auto& pattern) { return facts.has(filter.name, pattern); });
    });
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
    // On a mismatch, the last '*' takes one character more: linear but for the product of the
    // lengths.
    std::size_t p = 0, t = 0;
    std::size_t star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace millpond::admin::aws
