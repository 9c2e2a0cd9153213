// SPDX-License-Identifier: Apache-2.0
//
// What the families of hashes, lists, sets and sorted sets share: finding a key of the right type,
// arguments within bounds, scans, random choices, results that are stored. Used by handlers, under
// their call's locks.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/table.h"
#include "engine/types/collections.h"

namespace millpond::engine {

constexpr std::int64_t kIntegerMax = std::numeric_limits<std::int64_t>::max();

/// The entry of a key that is to hold a collection of this type, or nullptr when it is absent.
/// False: it holds something else, and the error has been written.
bool find_for_reading(Call& call, Bytes key, Type type, Entry*& entry);
bool find_for_writing(Call& call, Bytes key, Type type, Entry*& entry);

/// An integer argument between bounds. On failure the error has been written: `message` (without
/// "ERR "), or, when that is empty, Redis's usual ones.
bool integer_between(Call& call, std::size_t index, std::int64_t min, std::int64_t max,
                     std::int64_t& out, std::string_view message = {});
/// The same for what Redis calls positive, zero included.
bool not_negative(Call& call, std::size_t index, std::int64_t& out, std::string_view message = {});

/// "wrong number of arguments for '...' command".
bool wrong_arity(Call& call);

/// Removes the key if its collection has become empty, and says so.
void erase_if_empty(Call& call, Bytes key);
/// Puts a result in place of whatever the key held, or removes the key when the result is empty.
/// Takes the object over.
void store_result(Call& call, Bytes key, Type type, void* object, std::size_t size, EventClass cls,
                  std::string_view event);

/// A half-open range of indexes from Redis's inclusive ones, which count from the end when
/// negative.
struct IndexRange {
    std::size_t first = 0;
    std::size_t count = 0;
};
IndexRange index_range(std::int64_t start, std::int64_t end, std::size_t size);

/// A cursor as strtoul reads it, which is what clients were promised: signs and leading zeros are
/// fine.
std::optional<std::uint64_t> parse_cursor(Bytes argument);

/// The cursor, options and reply of HSCAN, SSCAN and ZSCAN.
class CollectionScan {
public:
    explicit CollectionScan(Call& call) : call_(call) {}
    /// Reads the cursor (argument 2); false: an error has been written.
    bool read_cursor();
    /// Reads what follows it.
    bool read_options();

    std::uint64_t cursor() const { return cursor_; }
    std::size_t count() const { return count_; }
    /// Does this element pass the pattern?
    bool passes(Bytes element) const;
    void add(Bytes text) { found_.emplace_back(text); }
    void reply(std::uint64_t next);

private:
    Call& call_;
    std::uint64_t cursor_ = 0;
    std::size_t count_ = 10;
    std::optional<Bytes> pattern_;
    std::vector<std::string> found_;
};

/// One draw from a collection: an element, and what belongs to it (a value, a score's text).
struct Drawn {
    std::string element;
    std::string companion;
};
/// `count` different elements at random. Requires: count <= size. `all` visits every element once,
/// `draw` gives a random one.
std::vector<Drawn> draw_distinct(std::size_t size, std::size_t count,
                                 FunctionView<void(FunctionView<void(Bytes, Bytes)>)> all,
                                 FunctionView<void(FunctionView<void(Bytes, Bytes)>)> draw);

/// Key finders: `numkeys` is argument 1, or a destination is and `numkeys` follows.
bool counted_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes);
/// A timeout is argument 1, and `numkeys` follows.
bool timeout_and_counted_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes);
bool destination_and_counted_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes);

/// The arguments of LMPOP, ZMPOP and their blocking kin, from `numkeys` on.
struct PopOfSeveral {
    std::size_t keys_at = 0;
    std::size_t keys = 0;
    bool first_word = false;  ///< which of the two words stood where the end is named
    std::size_t count = 1;

    /// False: the error has been written. `numkeys` stands at `at`; the end is one of two words.
    bool read(Call& call, std::size_t at, std::string_view first, std::string_view second);
};

/// What the specs of a family have in common.
struct Family {
    std::uint32_t category;
    std::string_view group;

    /// A command of one key, its first argument.
    CommandSpec one_key(std::string_view name, int arity, std::uint32_t flags, Handler handler,
                        std::string_view since, std::string_view complexity,
                        std::string_view key_flags, std::string_view summary) const;
};

}  // namespace millpond::engine
