// SPDX-License-Identifier: Apache-2.0
//
// A reply as a client sees it: one value of RESP2 or RESP3. A plain value type, for any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millpond::resp {

enum class ValueType : std::uint8_t {
    null,
    simple_string,
    bulk_string,
    verbatim,
    error,
    integer,
    real,
    boolean,
    big_number,
    array,
    set,
    map,
    push,
    attribute
};

/// One reply. `text` holds strings, errors ("ERR ..."), big numbers; `items` holds aggregates; a
/// map's items alternate key, value.
struct Value {
    ValueType type = ValueType::null;
    std::int64_t integer = 0;
    double real = 0;
    std::string text;
    std::vector<Value> items;

    bool is_error() const { return type == ValueType::error; }
    bool is_null() const { return type == ValueType::null; }
    bool is_string() const {
        return type == ValueType::simple_string || type == ValueType::bulk_string ||
               type == ValueType::verbatim;
    }
    /// The value under a string key of a map (or of a RESP2 array of pairs), or nullptr.
    const Value* find(std::string_view key) const;
};

}  // namespace millpond::resp
