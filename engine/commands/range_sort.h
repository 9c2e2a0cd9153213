// SPDX-License-Identifier: Apache-2.0
//
// Sorting of which only a range of ranks is wanted, as SORT with LIMIT and GEOSEARCH with COUNT
// need it: the quicksort of Bentley and McIlroy ("Engineering a sort function", 1993), which leaves
// alone the parts outside the range. It takes the paper's steps exactly, so that elements which
// compare equal come out in the order in which redis-server, which uses it too, gives them. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace millpond::engine {

/// `compare(a, b)` is negative, zero or positive. Ensures: the elements of ranks first..last are in
/// their places.
template <class T, class Compare>
void sort_range(std::span<T> items, std::ptrdiff_t first, std::ptrdiff_t last, Compare compare) {
    constexpr std::ptrdiff_t kInsertionMax = 7;  // below, insertion is quicker
    constexpr std::ptrdiff_t kNinthersMin = 40;  // above, the pivot is a median of medians
    T* const base = items.data();
    const auto middle_of = [&](T* a, T* b, T* c) {
        if (compare(*a, *b) < 0) return compare(*b, *c) < 0 ? b : compare(*a, *c) < 0 ? c : a;
        return compare(*b, *c) > 0 ? b : compare(*a, *c) < 0 ? a : c;
    };
    const auto swap_runs = [](T* a, T* b, std::ptrdiff_t n) { std::swap_ranges(a, a + n, b); };
    const auto wanted = [&](const T* at, std::ptrdiff_t n) {
        return base + first < at + n && base + last >= at;
    };
    T* a = base;
    auto n = static_cast<std::ptrdiff_t>(items.size());
    for (;;) {
        if (n < kInsertionMax) {
            for (T* next = a + 1; next < a + n; ++next) {
                for (T* at = next; at > a && compare(at[-1], *at) > 0; --at) std::swap(at[-1], *at);
            }
            return;
        }
        T* middle = a + n / 2;
        if (n > kInsertionMax) {
            T *low = a, *high = a + n - 1;
            if (n > kNinthersMin) {
                const std::ptrdiff_t eighth = n / 8;
                low = middle_of(low, low + eighth, low + 2 * eighth);
                middle = middle_of(middle - eighth, middle, middle + eighth);
                high = middle_of(high - 2 * eighth, high - eighth, high);
            }
            middle = middle_of(low, middle, high);
        }
        std::swap(*a, *middle);
        // Equal ones gather at both ends, smaller and larger ones between.
        T *equal_low = a + 1, *low = a + 1, *high = a + n - 1, *equal_high = a + n - 1;
        for (;;) {
            for (int order; low <= high && (order = compare(*low, *a)) <= 0; ++low) {
                if (order == 0) std::swap(*equal_low++, *low);
            }
            for (int order; low <= high && (order = compare(*high, *a)) >= 0; --high) {
                if (order == 0) std::swap(*high, *equal_high--);
            }
            if (low > high) break;
            std::swap(*low++, *high--);
        }
        T* const end = a + n;
        std::ptrdiff_t moved = std::min(equal_low - a, low - equal_low);
        swap_runs(a, low - moved, moved);
        moved = std::min(equal_high - high, end - equal_high - 1);
        swap_runs(low, end - moved, moved);
        const std::ptrdiff_t smaller = low - equal_low, larger = equal_high - high;
        if (smaller > 1 && wanted(a, smaller)) {
            const std::ptrdiff_t offset = a - base;
            sort_range(std::span<T>(a, static_cast<std::size_t>(smaller)), first - offset,
                       last - offset, compare);
        }
        if (larger <= 1 || !wanted(end - larger, larger)) return;
        a = end - larger;
        n = larger;
    }
}

}  // namespace millpond::engine
