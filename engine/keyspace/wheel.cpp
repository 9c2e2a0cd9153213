// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/wheel.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace millpond::engine {

/// One cache line of fragments. The chunk's alignment leaves the low bits of `next` to count them.
struct DeadlineWheel::Chunk {
    static constexpr std::size_t kFragments = 18;
    static constexpr std::uint64_t kUsedMask = 63;

    std::uint64_t next_and_used;
    std::array<std::array<std::uint8_t, 3>, kFragments> fragments;

    Chunk* next() const { return reinterpret_cast<Chunk*>(next_and_used & ~kUsedMask); }
    std::size_t used() const { return next_and_used & kUsedMask; }

    void push(Fragment fragment) {
        fragments[used()] = {static_cast<std::uint8_t>(fragment),
                             static_cast<std::uint8_t>(fragment >> 8),
                             static_cast<std::uint8_t>(fragment >> 16)};
        ++next_and_used;
    }
    Fragment pop() {
        --next_and_used;
        const auto& bytes = fragments[used()];
        return static_cast<Fragment>(bytes[0] | bytes[1] << 8 | bytes[2] << 16);
    }
};

DeadlineWheel::~DeadlineWheel() {
    free_list(due_);
    for (auto& level : levels_) {
        if (!level) continue;
        for (Chunk* chunk : level->heads) free_list(chunk);
    }
}

void DeadlineWheel::free_list(Chunk* chunk) noexcept {
    while (chunk != nullptr) {
        Chunk* next = chunk->next();
        arena_.release(chunk, sizeof(Chunk));
        chunk = next;
    }
}

void DeadlineWheel::push(Chunk*& list, Fragment fragment) {
    static_assert(sizeof(Chunk) == 64);
    if (list == nullptr || list->used() == Chunk::kFragments) {
        auto* chunk = static_cast<Chunk*>(arena_.allocate(sizeof(Chunk)));
        chunk->next_and_used = reinterpret_cast<std::uint64_t>(list);
        list = chunk;
    }
    list->push(fragment);
}

void DeadlineWheel::add(Fragment fragment, std::int64_t deadline) {
    // Rounded up: when a tick comes, what it holds is due. Never the current tick, or a clock that
    // was set back would make the caller take and add the same fragment for ever.
    constexpr std::int64_t kFarthest = std::int64_t{1} << (kBits * kLevels);
    std::int64_t tick = deadline / kTickMs + 1;
    tick = std::clamp(tick, tick_ + 1, tick_ + kFarthest - 1);
    // The level is that of the highest digit in which the tick differs from now's.
    const auto differing = static_cast<std::uint64_t>(tick ^ tick_);
    const int highest = static_cast<int>(std::bit_width(differing)) - 1;
    const int level = std::min(highest / kBits, kLevels - 1);
    const int slot = static_cast<int>(tick >> (level * kBits)) & (kSlots - 1);
    auto& place = levels_[static_cast<std::size_t>(level)];
    if (!place) place = std::make_unique<Level>();
    push(place->heads[static_cast<std::size_t>(slot)], fragment);
    place->occupied |= 1u << slot;
    ++size_;
}

std::int64_t DeadlineWheel::next_tick(int& level, int& slot) const noexcept {
    std::int64_t best = INT64_MAX;
    for (int l = 0; l < kLevels; ++l) {
        const auto& place = levels_[static_cast<std::size_t>(l)];
        if (!place || place->occupied == 0) continue;
        // The slots ahead of now's digit; on the top level those behind it are of the next turn.
        const int digit = static_cast<int>(tick_ >> (l * kBits)) & (kSlots - 1);
        const std::uint32_t ahead = place->occupied & ~((2u << digit) - 1);
        const int next = std::countr_zero(ahead != 0 ? ahead : place->occupied);
        const int span = (l + 1) * kBits;
        std::int64_t tick = (tick_ >> span << span) + (std::int64_t{next} << (l * kBits));
        if (ahead == 0) tick += std::int64_t{1} << span;
        if (tick < best) {
            best = tick;
            level = l;
            slot = next;
        }
    }
    return best;
}

std::int64_t DeadlineWheel::next_due() const noexcept {
    if (due_ != nullptr) return 0;
    int level = 0;
    int slot = 0;
    const std::int64_t tick = next_tick(level, slot);
    return tick == INT64_MAX ? INT64_MAX : tick * kTickMs;
}

bool DeadlineWheel::take_due(std::int64_t now, Fragment& fragment) {
    while (due_ == nullptr) {
        int level = 0;
        int slot = 0;
        const std::int64_t tick = next_tick(level, slot);
        if (tick == INT64_MAX || tick * kTickMs > now) return false;
        tick_ = tick;
        auto& place = *levels_[static_cast<std::size_t>(level)];
        due_ = std::exchange(place.heads[static_cast<std::size_t>(slot)], nullptr);
        place.occupied &= ~(1u << slot);
    }
    fragment = due_->pop();
    --size_;
    if (due_->used() == 0) {
        Chunk* empty = std::exchange(due_, due_->next());
        arena_.release(empty, sizeof(Chunk));
    }
    return true;
}

}  // namespace millpond::engine
