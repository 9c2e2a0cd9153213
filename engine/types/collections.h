// SPDX-License-Identifier: Apache-2.0
//
// The handles of the four collections. A handle is made for one command on an entry's slot and
// holds no state of its own. A view given to a callback lives until the callback returns, one
// returned by a function (Hash::get, List::at) until the thread's next call of that function or the
// next change of the collection: integers are kept packed, and their digits are written for the
// reader.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>

#include "engine/types/object.h"

namespace millpond::engine {

/// A non-owning callable: no allocation, one indirect call.
template <class Signature>
class FunctionView;
template <class R, class... A>
class FunctionView<R(A...)> {
public:
    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionView>)
        FunctionView(F&& f)  // NOLINT: implicit by design
        : target_(const_cast<void*>(static_cast<const void*>(&f))), call_([](void* t, A... a) -> R {
              return (*static_cast<std::remove_reference_t<F>*>(t))(static_cast<A>(a)...);
          }) {}
    R operator()(A... a) const { return call_(target_, static_cast<A>(a)...); }

private:
    void* target_;
    R (*call_)(void*, A...);
};

class FieldDeadlines;

/// Field -> value. Packed up to 128 fields of up to 64 bytes (configurable), a table beyond. A
/// field may have a deadline; only a hash that has had one keeps anything for it.
class Hash {
public:
    static constexpr Type type = Type::hash;
    static void* create();
    explicit Hash(ObjectSlot slot);

    std::size_t size() const;
    std::optional<Bytes> get(Bytes field) const;
    /// True when the field is new.
    bool set(Bytes field, Bytes value);
    /// Leaves the packed form if a string of this length is about to come, though it may not be
    /// kept (HSETNX).
    void expect_lengths(std::size_t longest);
    bool erase(Bytes field);
    /// Every pair, in an order that is stable while nothing changes; the callback returns false to
    /// stop.
    void for_each(FunctionView<bool(Bytes field, Bytes value)> visit) const;
    /// One SCAN step with Redis's guarantees; returns the next cursor, 0 at the end.
    std::uint64_t scan(std::uint64_t cursor, std::size_t count,
                       FunctionView<void(Bytes, Bytes)> visit) const;
    void random(std::uint64_t random, FunctionView<void(Bytes, Bytes)> visit) const;

    // -- Deadlines of fields, in unix ms. set() leaves them as they are.
    static constexpr std::int64_t kNoDeadline = INT64_MAX;
    bool has_deadlines() const { return next_deadline() != kNoDeadline; }
    /// The earliest.
    std::int64_t next_deadline() const;
    std::int64_t deadline(Bytes field) const;
    /// Requires: the field is there. kNoDeadline removes it. True when that has changed anything.
    bool set_deadline(Bytes field, std::int64_t at);
    /// Removes the fields whose deadline has passed, at most so many, and calls visit with each.
    void erase_due(std::int64_t now, std::size_t most, FunctionView<void(Bytes)> visit);
    /// Every reader is to find fields due at this moment gone; 0: none.
    void hide_due(std::int64_t now);

private:
    bool hidden(Bytes field) const;
    bool remove(Bytes field);
    std::size_t hidden_count() const;

    ObjectSlot whole_;           ///< the entry's own slot
    FieldDeadlines* deadlines_;  ///< null: there never were any
    void** slot_;                ///< what holds the fields
};

/// A double-ended list of byte strings; indexes are non-negative here.
class List {
public:
    static constexpr Type type = Type::list;
    static void* create();
    explicit List(ObjectSlot slot) : slot_(slot) {}

    std::size_t size() const;
    void push_front(Bytes value);
    void push_back(Bytes value);
    std::string pop_front();
    std::string pop_back();
    /// Gives the first or the last element to `take`, and removes it.
    void take_end(bool front, FunctionView<void(Bytes)> take);
    Bytes at(std::size_t index) const;
    void set(std::size_t index, Bytes value);
    void insert(std::size_t index, Bytes value);
    void erase(std::size_t first, std::size_t count);
    /// `count` elements from `first`, walking back when `reverse`.
    void for_range(std::size_t first, std::size_t count, bool reverse,
                   FunctionView<bool(Bytes)> visit) const;
    void for_each(FunctionView<bool(Bytes)> visit) const;

private:
    ObjectSlot slot_;
};

/// Distinct members: sorted integers, a packed run, or a table.
class Set {
public:
    static constexpr Type type = Type::set;
    static void* create();
    explicit Set(ObjectSlot slot) : slot_(slot) {}

    std::size_t size() const;
    bool contains(Bytes member) const;
    bool add(Bytes member);
    bool erase(Bytes member);
    void for_each(FunctionView<bool(Bytes)> visit) const;
    std::uint64_t scan(std::uint64_t cursor, std::size_t count,
                       FunctionView<void(Bytes)> visit) const;
    /// A uniformly random member. Requires: size() > 0; so does Hash::random.
    void random(std::uint64_t random, FunctionView<void(Bytes)> visit) const;

private:
    ObjectSlot slot_;
};

/// Members ordered by (score, bytes).
class SortedSet {
public:
    static constexpr Type type = Type::sorted_set;
    static void* create();
    explicit SortedSet(ObjectSlot slot) : slot_(slot) {}

    struct ScoreBound {
        double value;
        bool exclusive;
    };
    struct LexBound {
        enum class Kind : std::uint8_t { minimum, maximum, value } kind;
        Bytes value;
        bool exclusive;
    };

    std::size_t size() const;
    std::optional<double> score(Bytes member) const;
    /// Adds the member or moves it; true when it is new. The score is no NaN.
    bool set(Bytes member, double score);
    /// Leaves the packed form if that many members, the longest of this length, are about to come:
    /// a packed run keeps -0 as 0, so the way to a large set can be seen in it.
    void expect(std::size_t members, std::size_t longest);
    bool erase(Bytes member);
    std::optional<std::size_t> rank(Bytes member) const;
    /// The rank of the first member inside / just past the bound: the half-open range of a query.
    std::size_t lower_rank(ScoreBound min) const;
    std::size_t upper_rank(ScoreBound max) const;
    std::size_t lower_rank(const LexBound& min) const;
    std::size_t upper_rank(const LexBound& max) const;
    /// `count` members from rank `first`, walking down when `reverse` (then `first` is the highest
    /// rank).
    void for_range(std::size_t first, std::size_t count, bool reverse,
                   FunctionView<bool(Bytes member, double score)> visit) const;
    void erase_range(std::size_t first, std::size_t count);
    /// In order.
    void for_each(FunctionView<bool(Bytes member, double score)> visit) const;
    std::uint64_t scan(std::uint64_t cursor, std::size_t count,
                       FunctionView<void(Bytes, double)> visit) const;

private:
    ObjectSlot slot_;
};

}  // namespace millpond::engine
