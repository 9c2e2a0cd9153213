// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/entry_writer.h"

#include "engine/snapshot/command_writer.h"
#include "engine/snapshot/rdb_writer.h"

namespace millpond::engine {

std::size_t SnapshotChunk::size() const {
    std::size_t total = bytes.size();
    for (const Splice& splice : splices) total += splice.buffer.bytes().size();
    return total;
}

void SnapshotChunk::append(SnapshotChunk&& other) {
    for (Splice& splice : other.splices) {
        splices.push_back({splice.at + bytes.size(), std::move(splice.buffer)});
    }
    bytes += other.bytes;
    other.bytes.clear();
    other.splices.clear();
}

bool SnapshotChunk::for_each(FunctionView<bool(Bytes)> visit) const {
    std::size_t at = 0;
    for (const Splice& splice : splices) {
        if (splice.at > at && !visit(Bytes(bytes).substr(at, splice.at - at))) return false;
        if (!visit(splice.buffer.bytes())) return false;
        at = splice.at;
    }
    return at == bytes.size() || visit(Bytes(bytes).substr(at));
}

std::unique_ptr<EntryWriter> EntryWriter::make(const SnapshotOptions& options) {
    if (options.format == SnapshotFormat::commands) return std::make_unique<CommandWriter>();
    return std::make_unique<RdbWriter>(options);
}

}  // namespace millpond::engine
