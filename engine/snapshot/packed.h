// SPDX-License-Identifier: Apache-2.0
//
// The packed encodings that RDB files hold as one string: listpack (written and read), ziplist,
// zipmap and intset (read; Redis wrote them in older versions). Readers trust nothing: false means
// that the bytes are malformed, and what was visited until then must be thrown away. Pure
// functions.
#pragma once

#include <cstdint>
#include <string>

#include "engine/types/collections.h"

namespace millpond::engine {

/// Builds one listpack. Integers in canonical form are stored as such, as Redis does.
class ListpackWriter {
public:
    ListpackWriter();
    void add(Bytes element);
    std::size_t count() const { return count_; }
    std::size_t size() const { return bytes_.size(); }
    /// The finished bytes; starts anew.
    std::string take();

private:
    std::string bytes_;
    std::size_t count_ = 0;
};

using PackedVisitor = FunctionView<bool(Bytes element)>;  ///< false stops, and fails the reading

bool read_listpack(Bytes packed, PackedVisitor visit);
bool read_ziplist(Bytes packed, PackedVisitor visit);
bool read_intset(Bytes packed, PackedVisitor visit);
/// Field and value alternate.
bool read_zipmap(Bytes packed, PackedVisitor visit);

/// The intset that holds these integers. Requires: sorted, distinct.
std::string write_intset(const std::int64_t* values, std::size_t count);

}  // namespace millpond::engine
