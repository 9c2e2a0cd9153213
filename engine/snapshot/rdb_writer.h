// SPDX-License-Identifier: Apache-2.0
//
// Encodes entries in RDB format, version 10. An encoder is used by one thread at a time and holds
// no lock; entry() runs under the lock of the entry's shard and therefore only copies: a big string
// is referenced, not copied.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/keyspace/entry.h"
#include "engine/types/collections.h"
#include "engine/types/stream.h"

namespace millpond::engine {

/// A stretch of RDB bytes in which big strings are spliced: `buffer` comes after the first `at`
/// bytes.
class RdbChunk {
public:
    std::string bytes;
    struct Splice {
        std::size_t at;
        BufferRef buffer;
    };
    std::vector<Splice> splices;

    std::size_t size() const;
    bool empty() const { return bytes.empty() && splices.empty(); }
    void append(RdbChunk&& other);
    /// Every piece in order; stops when `visit` returns false, and returns that.
    bool for_each(FunctionView<bool(Bytes)> visit) const;
};

struct RdbWriteOptions {
    bool compress =
        false;  ///< LZF for strings over 20 bytes: worth it for files, not for a local socket
};

class RdbWriter {
public:
    explicit RdbWriter(RdbWriteOptions options = {}) : options_(options) {}

    RdbChunk& chunk() { return chunk_; }

    void header();
    void aux(Bytes key, Bytes value);
    void select_db(int db);
    void resize_db(std::uint64_t keys, std::uint64_t with_expiry);
    void entry(Entry& entry);
    /// A function library: its code.
    void function(Bytes code);
    /// The type and the value alone, as DUMP's payload has them.
    void value(Entry& entry) { typed_value(entry, false); }
    /// The end opcode; the checksum behind it is over all bytes and is the sink's to compute.
    void end();

private:
    void byte(std::uint8_t value) { chunk_.bytes.push_back(static_cast<char>(value)); }
    void length(std::uint64_t value);
    void text(Bytes value);
    void integer_text(std::int64_t value);
    bool short_integer(Bytes value);
    void typed_value(Entry& entry, bool with_key);
    void string_value(Entry& entry);
    void list(Entry& entry);
    void set(Entry& entry);
    void sorted_set(Entry& entry);
    void hash(Entry& entry);
    void stream(Entry& entry);  ///< in rdb_streams.cpp
    void stream_group(const std::string& name, const StreamGroup& group);
    void little(std::uint64_t value);
    void timed_hash(const Hash& hash);

    RdbWriteOptions options_;
    RdbChunk chunk_;
};

}  // namespace millpond::engine
