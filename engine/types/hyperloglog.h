// SPDX-License-Identifier: Apache-2.0
//
// HyperLogLog in the representation that Redis documents for its HYLL strings: a header of 16 bytes
// ("HYLL", encoding, 3 unused bytes, the cached cardinality), then 16,384 registers of 6 bits, or
// sparse run lengths. Equal histories give equal bytes. The estimate is Ertl's ("New cardinality
// estimation algorithms for HyperLogLog sketches", 2017). The bytes may come from a client (SET):
// nothing in them is trusted. Pure functions; whoever owns the bytes guards them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millpond::engine::hyperloglog {

constexpr std::size_t kRegisters = 1 << 14;
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kDenseBytes = kHeaderBytes + kRegisters * 6 / 8;

/// One byte for each register: what merging works on.
using Registers = std::array<std::uint8_t, kRegisters>;

enum class Outcome : std::uint8_t { unchanged, changed, corrupted };

/// An empty one: sparse, with a valid cardinality of 0.
std::string create();
/// Does it have a header, and, when dense, the right length?
bool is_valid(std::string_view bytes);
/// Requires of all below: is_valid().
bool is_dense(std::string_view bytes);

/// Counts an element; a sparse one that would grow past `sparse_bytes_max` becomes dense.
Outcome add(std::string& bytes, std::string_view element, std::size_t sparse_bytes_max);
/// The same in place. Requires: is_dense().
bool add_dense(char* bytes, std::string_view element);
/// False when it is corrupted: the registers are then not to be used.
bool merge_into(Registers& registers, std::string_view bytes);
/// Raises each register to at least that. Corrupted sparse ones lose what cannot be placed.
void raise(std::string& bytes, const Registers& registers, std::size_t sparse_bytes_max);
bool make_dense(std::string& bytes);  ///< false when it is corrupted

std::uint64_t count(const Registers& registers);
std::optional<std::uint64_t> count(std::string_view bytes);  ///< nothing when it is corrupted

std::optional<std::uint64_t> cached_count(std::string_view bytes);
void cache_count(char* bytes, std::uint64_t count);
void forget_count(char* bytes);

/// The run lengths of a sparse one as PFDEBUG DECODE shows them.
std::string describe_sparse(std::string_view bytes);
/// Does the estimate hold what it promises? For PFSELFTEST: nothing, or what went wrong.
std::optional<std::string> self_test();

}  // namespace millpond::engine::hyperloglog
