// SPDX-License-Identifier: Apache-2.0
//
// A hash with fields that have deadlines: the fields themselves, packed or a table as ever, and
// beside them the deadlines by field and by time. A hash becomes one with its first deadline, and
// stays one. Guarded by the lock of the entry's shard.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/types/run.h"

namespace millpond::engine {

class FieldDeadlines : public ObjectHead {
public:
    /// Takes over the object that holds the fields.
    explicit FieldDeadlines(void* fields);
    ~FieldDeadlines();
    FieldDeadlines(const FieldDeadlines&) = delete;
    FieldDeadlines& operator=(const FieldDeadlines&) = delete;
    FieldDeadlines* clone() const;

    /// Nothing when the object is a hash without deadlines.
    static FieldDeadlines* of(void* object);
    static const FieldDeadlines* of(const void* object);

    void*& fields() { return fields_; }
    const void* fields() const { return fields_; }

    std::size_t size() const { return by_field_.size(); }
    std::int64_t next() const;                 ///< INT64_MAX: none
    std::int64_t of_field(Bytes field) const;  ///< INT64_MAX: none
    bool set(Bytes field, std::int64_t at);
    bool erase(Bytes field);
    /// A field whose deadline is `now` or before, or null.
    const std::string* first_due(std::int64_t now) const;

    /// For when the expiry thread has been called, so that a later deadline calls nobody.
    std::int64_t filed() const { return filed_; }
    void note_filed(std::int64_t at) { filed_ = at; }

    void hide(std::int64_t now) { hide_ = now; }
    bool hides(Bytes field) const { return hide_ != 0 && of_field(field) <= hide_; }
    std::size_t hidden() const;

    std::size_t bytes() const;

private:
    struct Hasher {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const;
    };
    using ByField = std::unordered_map<std::string, std::int64_t, Hasher, std::equal_to<>>;

    void* fields_;
    std::int64_t hide_ = 0;
    std::int64_t filed_ = INT64_MAX;
    std::size_t text_bytes_ = 0;
    ByField by_field_;
    /// Names are those of by_field_, which stay where they are.
    std::set<std::pair<std::int64_t, const std::string*>> by_time_;
};

}  // namespace millpond::engine
