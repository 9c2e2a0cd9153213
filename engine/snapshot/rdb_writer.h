// SPDX-License-Identifier: Apache-2.0
//
// Encodes entries in RDB format, version 10.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/snapshot/entry_writer.h"
#include "engine/types/stream.h"

namespace millpond::engine {

class RdbWriter final : public EntryWriter {
public:
    explicit RdbWriter(const SnapshotOptions& options = {}) : options_(options) {}

    void begin(const Fields& fields, const std::vector<std::string>& functions) override;
    void select_db(int db) override;
    void resize_db(std::uint64_t keys, std::uint64_t with_expiry) override;
    void entry(Entry& entry) override;
    void begin_big(Entry& entry) override;
    void big_piece(Entry& entry, WritingPlace& place) override;
    void end_big(Entry& entry) override;
    /// A function library: its code.
    void function(Bytes code);
    /// The type and the value alone, as DUMP's payload has them.
    void value(Entry& entry) { typed_value(entry, false); }
    /// The end opcode; the checksum behind it is over all bytes.
    void end() override;

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
    void expiry(const Entry& entry);
    void raw_score(double score);
    // In rdb_streams.cpp.
    void stream(Entry& entry);
    bool stream_run(const Stream& stream, StreamId& id);
    void behind_runs(const Stream& stream);
    void stream_group(const std::string& name, const StreamGroup& group);
    void little(std::uint64_t value);
    void timed_hash(const Hash& hash);

    const SnapshotOptions options_;
};

}  // namespace millpond::engine
