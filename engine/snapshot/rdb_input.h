// SPDX-License-Identifier: Apache-2.0
//
// The primitives of RDB reading: bytes, numbers, lengths, strings, with the running checksum. A
// malformed input ends the reading by RdbError, which read_rdb() turns into its result. Used by one
// thread.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "engine/snapshot/rdb_reader.h"

namespace millpond::engine {

class RdbError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class RdbInput {
public:
    explicit RdbInput(ByteSource& source) : source_(source) {}

    std::uint64_t position() const { return position_; }
    std::uint64_t checksum() const { return checksum_; }

    void raw(char* to, std::size_t size);
    std::uint8_t byte();
    std::uint64_t little(std::size_t bytes);
    std::uint64_t length();
    /// Any string: plain, integer, compressed.
    std::string text();
    /// A double as version 1 wrote it: a length byte and digits.
    double text_real();
    double binary_real();

private:
    /// A length, or (special set) the kind of string.
    std::uint64_t length_or_special(bool& special);
    /// Never allocates more than it has read: a length is only a claim.
    std::string bytes(std::uint64_t size);

    ByteSource& source_;
    std::uint64_t position_ = 0;
    std::uint64_t checksum_ = 0;
};

/// The value that follows a key. Requires: a collection's type.
OwnedObject read_rdb_object(RdbInput& input, std::uint8_t type);
/// A stream of any of its three types.
OwnedObject read_rdb_stream(RdbInput& input, std::uint8_t type);
/// How many elements it has: an empty collection is no value.
std::size_t object_size(OwnedObject& object);

}  // namespace millpond::engine
