// SPDX-License-Identifier: Apache-2.0
#include "engine/types/hyperloglog.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace millpond::engine::hyperloglog {

namespace {

constexpr int kIndexBits = 14;
constexpr int kRankBits = 64 - kIndexBits;  ///< the longest run of zeros, plus one, is one more
constexpr std::size_t kEncodingAt = 4;
constexpr std::size_t kCountAt = 8;
constexpr std::string_view kMagic = "HYLL";
constexpr char kDense = 0;
constexpr char kSparse = 1;

// Sparse runs: 00xxxxxx zeros (1..64), 01xxxxxx xxxxxxxx zeros (1..16384), 1vvvvvxx a value (1..32)
// that is repeated (1..4).
constexpr std::size_t kShortZerosMax = 64;
constexpr std::uint8_t kValueMax = 32;
constexpr std::size_t kValueRunMax = 4;

using Byte = std::uint8_t;

/// MurmurHash2, 64-bit version A (Austin Appleby, public domain), with the seed that Redis uses.
std::uint64_t hash_element(std::string_view element) {
    constexpr std::uint64_t kMultiplier = 0xc6a4a7935bd1e995;
    constexpr std::uint64_t kSeed = 0xadc83b19;
    constexpr int kShift = 47;
    std::uint64_t hash = kSeed ^ element.size() * kMultiplier;
    while (element.size() >= 8) {
        std::uint64_t word;
        std::memcpy(&word, element.data(), sizeof word);
        word *= kMultiplier;
        word ^= word >> kShift;
        word *= kMultiplier;
        hash = (hash ^ word) * kMultiplier;
        element.remove_prefix(8);
    }
    if (!element.empty()) {
        std::uint64_t tail = 0;
        std::memcpy(&tail, element.data(), element.size());
        hash = (hash ^ tail) * kMultiplier;
    }
    hash ^= hash >> kShift;
    hash *= kMultiplier;
    return hash ^ hash >> kShift;
}

/// The register that an element goes to, and what it raises it to.
struct Observation {
    std::size_t index;
    Byte rank;
};

Observation observe(std::string_view element) {
    const std::uint64_t hash = hash_element(element);
    const std::uint64_t rest = hash >> kIndexBits | std::uint64_t{1} << kRankBits;
    return {hash & (kRegisters - 1), static_cast<Byte>(std::countr_zero(rest) + 1)};
}

/// Registers lie in 6 bits each, lowest bits first.
Byte dense_register(const char* bytes, std::size_t index) {
    const auto* at = reinterpret_cast<const Byte*>(bytes) + kHeaderBytes + index * 6 / 8;
    const unsigned shift = index * 6 % 8;
    unsigned pair = at[0];
    if (shift > 2) pair |= static_cast<unsigned>(at[1]) << 8;
    return static_cast<Byte>(pair >> shift & 0x3f);
}

void set_dense_register(char* bytes, std::size_t index, Byte value) {
    auto* at = reinterpret_cast<Byte*>(bytes) + kHeaderBytes + index * 6 / 8;
    const unsigned shift = index * 6 % 8;
    const unsigned mask = 0x3fu << shift;
    const unsigned bits = static_cast<unsigned>(value) << shift;
    at[0] = static_cast<Byte>((at[0] & ~mask) | bits);
    if (shift > 2) at[1] = static_cast<Byte>((at[1] & ~(mask >> 8)) | bits >> 8);
}

bool raise_dense(char* bytes, std::size_t index, Byte value) {
    if (value <= dense_register(bytes, index)) return false;
    set_dense_register(bytes, index, value);
    return true;
}

/// One sparse run as it lies in the bytes.
struct SparseRun {
    std::size_t bytes = 0;  ///< 0: the bytes end within it
    std::size_t length = 0;
    Byte value = 0;
    bool long_zeros = false;
    bool zeros() const { return value == 0; }
};

SparseRun read_run(std::string_view bytes, std::size_t at) {
    const auto first = static_cast<Byte>(bytes[at]);
    if (first & 0x80)
        return {1, (first & 0x3u) + 1, static_cast<Byte>((first >> 2 & 0x1f) + 1), false};
    if (!(first & 0x40)) return {1, (first & 0x3fu) + 1, 0, false};
    if (at + 1 >= bytes.size()) return {};
    return {2, ((first & 0x3fu) << 8 | static_cast<Byte>(bytes[at + 1])) + 1, 0, true};
}

void put_zeros(std::string& out, std::size_t length) {
    if (length > kShortZerosMax) {
        out.push_back(static_cast<char>(0x40 | (length - 1) >> 8));
        out.push_back(static_cast<char>(length - 1));
    } else {
        out.push_back(static_cast<char>(length - 1));
    }
}

void put_value(std::string& out, Byte value, std::size_t length) {
    out.push_back(static_cast<char>(0x80 | (value - 1) << 2 | (length - 1)));
}

/// Calls visit(index, length, value) for each run; false when the runs do not cover all registers
/// exactly.
template <class Visit>
bool for_each_run(std::string_view bytes, Visit visit) {
    std::size_t index = 0;
    for (std::size_t at = kHeaderBytes; at < bytes.size();) {
        const SparseRun run = read_run(bytes, at);
        if (run.bytes == 0 || index + run.length > kRegisters) return false;
        visit(index, run.length, run.value);
        index += run.length;
        at += run.bytes;
    }
    return index == kRegisters;
}

/// Joins neighbouring runs of one value, where a change may have made them, looking at no more
/// runs than Redis does, so that the bytes stay equal.
void join_runs(std::string& bytes, std::size_t at) {
    constexpr int kRunsLookedAt = 5;
    for (int left = kRunsLookedAt; at < bytes.size() && left > 0; --left) {
        const SparseRun run = read_run(bytes, at);
        if (run.bytes == 0) return;
        if (!run.zeros() && at + 1 < bytes.size()) {
            const SparseRun next = read_run(bytes, at + 1);
            if (next.value == run.value && run.length + next.length <= kValueRunMax) {
                std::string joined;
                put_value(joined, run.value, run.length + next.length);
                bytes.replace(at, 2, joined);
                continue;
            }
        }
        at += run.bytes;
    }
}

/// What stands in place of `run`, which begins at register `first`, once `index` has that value.
std::string split_run(const SparseRun& run, std::size_t first, std::size_t index, Byte value) {
    std::string out;
    const auto put_rest = [&](std::size_t length) {
        if (length == 0) return;
        if (run.zeros()) {
            put_zeros(out, length);
        } else {
            put_value(out, run.value, length);
        }
    };
    put_rest(index - first);
    put_value(out, value, 1);
    put_rest(first + run.length - 1 - index);
    return out;
}

Outcome promote(std::string& bytes, std::size_t index, Byte value) {
    if (!make_dense(bytes)) return Outcome::corrupted;
    raise_dense(bytes.data(), index, value);
    return Outcome::changed;
}

Outcome raise_sparse(std::string& bytes, std::size_t index, Byte value,
                     std::size_t sparse_bytes_max) {
    if (value > kValueMax) return promote(bytes, index, value);
    std::size_t first = 0, at = kHeaderBytes, previous = kHeaderBytes;
    SparseRun run;
    for (;;) {
        if (at >= bytes.size()) return Outcome::corrupted;
        run = read_run(bytes, at);
        if (run.bytes == 0) return Outcome::corrupted;
        if (index < first + run.length) break;
        first += run.length;
        previous = at;
        at += run.bytes;
    }
    if (run.value >= value) return Outcome::unchanged;
    const std::string runs = split_run(run, first, index, value);
    if (runs.size() > run.bytes && bytes.size() + runs.size() - run.bytes > sparse_bytes_max)
        return promote(bytes, index, value);
    bytes.replace(at, run.bytes, runs);
    join_runs(bytes, previous);
    forget_count(bytes.data());
    return Outcome::changed;
}

// Ertl's corrections for registers that are still zero, and for those that are full.
double sigma(double x) {
    if (x == 1.) return std::numeric_limits<double>::infinity();
    double y = 1, z = x, before;
    do {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    } while (before != z);
    return z;
}

double tau(double x) {
    if (x == 0. || x == 1.) return 0.;
    double y = 1, z = 1 - x, before;
    do {
        x = std::sqrt(x);
        before = z;
        y *= 0.5;
        z -= std::pow(1 - x, 2) * y;
    } while (before != z);
    return z / 3;
}

/// How many registers have each value.
using Histogram = std::array<std::uint32_t, 64>;

std::uint64_t estimate(const Histogram& histogram) {
    constexpr double kAlpha = 0.721347520444481703680;  // 1 / (2 ln 2)
    const double m = kRegisters;
    double z = m * tau((m - histogram[kRankBits + 1]) / m);
    for (int rank = kRankBits; rank >= 1; --rank) {
        z += histogram[static_cast<std::size_t>(rank)];
        z *= 0.5;
    }
    z += m * sigma(histogram[0] / m);
    return static_cast<std::uint64_t>(std::llround(kAlpha * m * m / z));
}

}  // namespace

std::string create() {
    std::string bytes(kMagic);
    bytes.push_back(kSparse);
    bytes.resize(kHeaderBytes);
    put_zeros(bytes, kRegisters);
    return bytes;
}

bool is_valid(std::string_view bytes) {
    if (bytes.size() < kHeaderBytes || !bytes.starts_with(kMagic)) return false;
    const char encoding = bytes[kEncodingAt];
    return encoding == kSparse || (encoding == kDense && bytes.size() == kDenseBytes);
}

bool is_dense(std::string_view bytes) {
    return bytes[kEncodingAt] == kDense;
}

Outcome add(std::string& bytes, std::string_view element, std::size_t sparse_bytes_max) {
    if (is_dense(bytes)) {
        return add_dense(bytes.data(), element) ? Outcome::changed : Outcome::unchanged;
    }
    const Observation seen = observe(element);
    return raise_sparse(bytes, seen.index, seen.rank, sparse_bytes_max);
}

bool add_dense(char* bytes, std::string_view element) {
    const Observation seen = observe(element);
    return raise_dense(bytes, seen.index, seen.rank);
}

bool merge_into(Registers& registers, std::string_view bytes) {
    if (is_dense(bytes)) {
        for (std::size_t i = 0; i < kRegisters; ++i) {
            registers[i] = std::max(registers[i], dense_register(bytes.data(), i));
        }
        return true;
    }
    return for_each_run(bytes, [&](std::size_t index, std::size_t length, Byte value) {
        for (std::size_t i = index; value > 0 && i < index + length; ++i)
            registers[i] = std::max(registers[i], value);
    });
}

void raise(std::string& bytes, const Registers& registers, std::size_t sparse_bytes_max) {
    for (std::size_t i = 0; i < kRegisters; ++i) {
        if (registers[i] == 0) continue;
        if (is_dense(bytes)) {
            raise_dense(bytes.data(), i, registers[i]);
        } else {
            raise_sparse(bytes, i, registers[i], sparse_bytes_max);
        }
    }
}

bool make_dense(std::string& bytes) {
    if (is_dense(bytes)) return true;
    std::string dense = bytes.substr(0, kHeaderBytes);
    dense[kEncodingAt] = kDense;
    dense.resize(kDenseBytes);
    if (!for_each_run(bytes, [&](std::size_t index, std::size_t length, Byte value) {
            for (std::size_t i = index; value > 0 && i < index + length; ++i)
                set_dense_register(dense.data(), i, value);
        }))
        return false;
    bytes = std::move(dense);
    return true;
}

std::uint64_t count(const Registers& registers) {
    Histogram histogram{};
    for (const Byte value : registers) ++histogram[value & 0x3f];
    return estimate(histogram);
}

std::optional<std::uint64_t> count(std::string_view bytes) {
    Histogram histogram{};
    if (is_dense(bytes)) {
        for (std::size_t i = 0; i < kRegisters; ++i) ++histogram[dense_register(bytes.data(), i)];
    } else if (!for_each_run(bytes, [&](std::size_t, std::size_t length, Byte value) {
                   histogram[value] += static_cast<std::uint32_t>(length);
               })) {
        return std::nullopt;
    }
    return estimate(histogram);
}

std::optional<std::uint64_t> cached_count(std::string_view bytes) {
    std::uint64_t cached;
    std::memcpy(&cached, bytes.data() + kCountAt, sizeof cached);
    // The highest bit says that it no longer holds.
    if (cached >> 63 != 0) return std::nullopt;
    return cached;
}

void cache_count(char* bytes, std::uint64_t count) {
    std::memcpy(bytes + kCountAt, &count, sizeof count);
}

void forget_count(char* bytes) {
    bytes[kCountAt + 7] = static_cast<char>(bytes[kCountAt + 7] | 0x80);
}

std::string describe_sparse(std::string_view bytes) {
    std::string text;
    for (std::size_t at = kHeaderBytes; at < bytes.size();) {
        const SparseRun run = read_run(bytes, at);
        if (run.bytes == 0) break;
        if (!text.empty()) text += ' ';
        text +=
            run.zeros() ? (run.long_zeros ? "Z:" : "z:") : "v:" + std::to_string(run.value) + ",";
        text += std::to_string(run.length);
        at += run.bytes;
    }
    return text;
}

std::optional<std::string> self_test() {
    constexpr std::size_t kElements = 100'000;
    constexpr double kTolerance = 5 * 1.04 / 128;  // five standard errors
    std::string dense = create();
    std::string sparse = create();
    make_dense(dense);
    for (std::size_t i = 0; i < kElements; ++i) {
        const std::string element = "element:" + std::to_string(i);
        add_dense(dense.data(), element);
        if (i < kElements / 100) add(sparse, element, kDenseBytes);
        if (i + 1 == kElements / 100) {
            if (is_dense(sparse)) return "a sparse one became dense too early";
            if (count(sparse) != count(dense)) return "sparse and dense count differently";
        }
        if ((i + 1) % (kElements / 10) != 0) continue;
        const auto expected = static_cast<double>(i + 1);
        const auto counted = static_cast<double>(*count(dense));
        if (std::abs(counted - expected) > expected * kTolerance)
            return std::to_string(i + 1) + " elements were counted as " +
                   std::to_string(static_cast<std::uint64_t>(counted));
    }
    return std::nullopt;
}

}  // namespace millpond::engine::hyperloglog
