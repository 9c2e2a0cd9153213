// SPDX-License-Identifier: Apache-2.0
//
// What a snapshot writes the keys down with: RDB format (rdb_writer.h), or the commands that make
// them (command_writer.h). A writer is used by one thread at a time and holds no lock; entry() runs
// under the lock of the entry's shard and therefore only copies: a big string is referenced, not
// copied.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/keyspace/entry.h"
#include "engine/types/collections.h"
#include "engine/types/stream_id.h"

namespace millpond::engine {

/// A stretch of a snapshot's bytes in which big strings are spliced: `buffer` comes after the first
/// `at` bytes.
class SnapshotChunk {
public:
    std::string bytes;
    struct Splice {
        std::size_t at;
        BufferRef buffer;
    };
    std::vector<Splice> splices;

    std::size_t size() const;
    bool empty() const { return bytes.empty() && splices.empty(); }
    void append(SnapshotChunk&& other);
    /// Every piece in order; stops when `visit` returns false, and returns that.
    bool for_each(FunctionView<bool(Bytes)> visit) const;
};

enum class SnapshotFormat : std::uint8_t { rdb, commands };

struct SnapshotOptions {
    SnapshotFormat format = SnapshotFormat::rdb;
    /// RDB: LZF for strings over 20 bytes: worth it for files, not for a local socket.
    bool compress = false;
    /// A collection of more elements is written in pieces, between which others have their turn.
    std::size_t elements_at_once = 4096;
    /// What goes into it; a replica may ask for less (REPLCONF RDB-FILTER-ONLY).
    bool keys = true, functions = true;
};

/// Is this one of those? (Not hashes whose fields have deadlines, and what is packed.)
bool is_big(Entry& entry, const SnapshotOptions& options);

/// How far a big collection, which does not change meanwhile, has been written.
struct WritingPlace {
    std::uint64_t at = 0;  ///< elements of a list or sorted set; a scan's cursor of sets and hashes
    StreamId run;          ///< the next of a stream
    bool done = false;
};

class EntryWriter {
public:
    using Fields = std::vector<std::pair<std::string, std::string>>;

    static std::unique_ptr<EntryWriter> make(const SnapshotOptions& options);
    virtual ~EntryWriter() = default;

    SnapshotChunk& chunk() { return chunk_; }

    /// What stands before the keys: what is known of the data, and the code of function libraries.
    virtual void begin(const Fields& fields, const std::vector<std::string>& functions) = 0;
    virtual void select_db(int db) = 0;
    /// How much comes now of the database that was selected: a hint for whoever loads it.
    virtual void resize_db(std::uint64_t /*keys*/, std::uint64_t /*with_expiry*/) {}
    virtual void entry(Entry& entry) = 0;
    /// The same for a big one: once, then until the place says so, then once.
    virtual void begin_big(Entry& entry) = 0;
    virtual void big_piece(Entry& entry, WritingPlace& place) = 0;
    virtual void end_big(Entry& entry) = 0;
    /// What stands behind them, less a checksum, which is the sink's to compute.
    virtual void end() = 0;

protected:
    static constexpr std::size_t kPieceElements = 1024;
    static constexpr std::size_t kPieceBytes = 64 << 10;

    struct Element {
        Bytes text;
        Bytes value;       ///< of a hash's field
        double score = 0;  ///< of a sorted set's member
    };
    /// Visits about as many elements of a collection (no stream) from the place on, and moves it.
    static void step(Entry& entry, WritingPlace& place, std::size_t elements,
                     FunctionView<void(const Element&)> visit);

    SnapshotChunk chunk_;
};

}  // namespace millpond::engine
