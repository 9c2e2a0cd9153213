// SPDX-License-Identifier: Apache-2.0
//
// Pages: a marker names the last item of the page before, so a page neither repeats nor skips what
// was there all the time, whatever comes and goes in between. Pure; any thread.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin-api/aws/params.h"

namespace millpond::admin::aws {

/// How a protocol names its page parameters, and how many items a page may hold.
struct PageRule {
    const char* marker;
    const char* size;
    int size_min;
    int size_max;
    int size_default;
};
inline constexpr PageRule elasticache_pages{"Marker", "MaxRecords", 20, 100, 100};
inline constexpr PageRule ec2_pages{"NextToken", "MaxResults", 5, 1000, 1000};

struct PageRequest {
    std::string after;  ///< the id after which it begins; empty: at the beginning
    int size = 100;
};

Result<PageRequest> read_page(Params& params, const PageRule& rule);
/// An opaque marker, and what it stands for.
std::string make_marker(std::string_view id);
Result<std::string> read_marker(std::string_view marker, const char* name);

template <class T>
struct Page {
    std::vector<T> items;
    std::string next;  ///< the marker of the next page, or empty
};

/// Sorts by id and cuts out the page.
template <class T, class IdOf>
Page<T> cut(std::vector<T> items, const PageRequest& request, IdOf id_of) {
    std::erase_if(items, [&](const T& item) { return id_of(item) <= request.after; });
    std::sort(items.begin(), items.end(),
              [&](const T& a, const T& b) { return id_of(a) < id_of(b); });
    Page<T> page;
    if (items.size() > static_cast<std::size_t>(request.size)) {
        items.erase(items.begin() + request.size, items.end());
        page.next = make_marker(id_of(items.back()));
    }
    page.items = std::move(items);
    return page;
}

}  // namespace millpond::admin::aws
