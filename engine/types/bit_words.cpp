// SPDX-License-Identifier: Apache-2.0
#include "engine/types/bit_words.h"

#include <bit>
#include <cstring>

namespace millpond::engine {

namespace {

/// One register of every processor that has any.
using Words = std::uint64_t __attribute__((vector_size(16)));

template <class Unit>
Unit load(const char* from) {
    Unit unit;
    std::memcpy(&unit, from, sizeof unit);
    return unit;
}

/// Sets each byte of `out` to what `combine` makes of it and of the one in `other`, by Words while
/// there are whole ones.
template <class Combine>
void combine_all(char* out, const char* other, std::size_t size, Combine combine) {
    std::size_t at = 0;
    for (; size - at >= sizeof(Words); at += sizeof(Words)) {
        const Words both = combine(load<Words>(out + at), load<Words>(other + at));
        std::memcpy(out + at, &both, sizeof both);
    }
    for (; at < size; ++at) out[at] = static_cast<char>(combine(out[at], other[at]));
}

[[gnu::always_inline]] inline std::uint64_t count_words(Bytes bytes) {
    std::uint64_t count = 0;
    std::size_t at = 0;
    for (; bytes.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t))
        count += static_cast<std::uint64_t>(std::popcount(load<std::uint64_t>(bytes.data() + at)));
    for (; at < bytes.size(); ++at)
        count += static_cast<std::uint64_t>(std::popcount(static_cast<unsigned char>(bytes[at])));
    return count;
}

#if defined(__x86_64__)
/// By the processor's own instruction, which not every one has.
[[gnu::target("popcnt")]] std::uint64_t count_quickly(Bytes bytes) {
    return count_words(bytes);
}
#endif

}  // namespace

std::uint64_t count_ones(Bytes bytes) {
#if defined(__x86_64__)
    static const bool quick = __builtin_cpu_supports("popcnt");
    if (quick) return count_quickly(bytes);
#endif
    return count_words(bytes);
}

void combine_bits(char* out, Bytes bytes, BitOperation operation) {
    const auto combine = [&](auto how) { combine_all(out, bytes.data(), bytes.size(), how); };
    switch (operation) {
        case BitOperation::conjunction:
            return combine([](auto a, auto b) { return a & b; });
        case BitOperation::disjunction:
            return combine([](auto a, auto b) { return a | b; });
        case BitOperation::difference:
            return combine([](auto a, auto b) { return a ^ b; });
    }
}

void invert_bits(char* bytes, std::size_t size) {
    combine_all(bytes, bytes, size, [](auto a, auto) { return ~a; });
}

}  // namespace millpond::engine
