// SPDX-License-Identifier: Apache-2.0
#include "engine/types/integer_set.h"

#include <cstring>

namespace millpond::engine::integer_set {

namespace {

std::size_t width_of(const Run* run) {
    return *run->begin();
}

std::size_t width_for(std::int64_t value) {
    if (value == static_cast<std::int16_t>(value)) return 2;
    if (value == static_cast<std::int32_t>(value)) return 4;
    return 8;
}

std::int64_t load(const std::uint8_t* from, std::size_t width) {
    std::uint64_t raw = 0;
    std::memcpy(&raw, from, width);
    int shift = static_cast<int>(64 - 8 * width);
    return static_cast<std::int64_t>(raw << shift) >> shift;
}

std::size_t offset_of(std::size_t index, std::size_t width) {
    return 1 + index * width;
}

void widen(Run*& run, std::size_t width) {
    std::size_t old = width_of(run), n = size(run);
    Run::splice(run, run->used, 0, n * (width - old));
    for (std::size_t i = n; i-- > 0;) {
        std::int64_t value = load(run->begin() + offset_of(i, old), old);
        std::memcpy(run->begin() + offset_of(i, width), &value, width);
    }
    *run->begin() = static_cast<std::uint8_t>(width);
}

}  // namespace

Run* create() {
    Run* run = Run::create(Form::integers);
    *Run::splice(run, 0, 0, 1) = 2;
    return run;
}

std::size_t size(const Run* run) {
    return (run->used - 1) / width_of(run);
}

std::int64_t at(const Run* run, std::size_t index) {
    std::size_t width = width_of(run);
    return load(run->begin() + offset_of(index, width), width);
}

std::size_t lower_bound(const Run* run, std::int64_t value) {
    std::size_t low = 0, high = size(run);
    while (low < high) {
        std::size_t middle = (low + high) / 2;
        if (at(run, middle) < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool contains(const Run* run, std::int64_t value) {
    std::size_t index = lower_bound(run, value);
    return index < size(run) && at(run, index) == value;
}

bool add(Run*& run, std::int64_t value) {
    std::size_t index = lower_bound(run, value);
    if (index < size(run) && at(run, index) == value) return false;
    if (width_for(value) > width_of(run)) widen(run, width_for(value));
    std::size_t width = width_of(run);
    std::memcpy(Run::splice(run, offset_of(index, width), 0, width), &value, width);
    return true;
}

bool erase(Run*& run, std::int64_t value) {
    std::size_t index = lower_bound(run, value), width = width_of(run);
    if (index == size(run) || at(run, index) != value) return false;
    Run::splice(run, offset_of(index, width), width, 0);
    return true;
}

}  // namespace millpond::engine::integer_set
