// SPDX-License-Identifier: Apache-2.0
//
// Writes keys down as the commands that make them, as the base of an append-only file may be
// (aof-use-rdb-preamble no). What no command says is lost, in Redis's files as here: when a
// consumer was last seen, and what is pending of entries that are deleted.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "engine/snapshot/entry_writer.h"
#include "engine/types/stream.h"

namespace millpond::engine {

class CommandWriter final : public EntryWriter {
public:
    void begin(const Fields& fields, const std::vector<std::string>& functions) override;
    void select_db(int db) override;
    void entry(Entry& entry) override;
    void begin_big(Entry&) override {}
    void big_piece(Entry& entry, WritingPlace& place) override;
    void end_big(Entry& entry) override;
    void end() override {}

private:
    class Batch;

    void header(std::size_t words);
    void word(Bytes text);
    void command(std::initializer_list<Bytes> words);

    void expiry(const Entry& entry);
    void string(Entry& entry);
    void hash(Bytes key, const Hash& hash);
    void stream_entry(Bytes key, const StreamEntry& entry);
    void behind_entries(Bytes key, const Stream& stream);
    void stream_group(Bytes key, Bytes name, const StreamGroup& group);
};

}  // namespace millpond::engine
