// SPDX-License-Identifier: Apache-2.0
#include "engine/keyspace/shard.h"

#include "engine/keyspace/table.h"

namespace millpond::engine {

Shard::~Shard() {
    for (auto& table : tables_) delete table.load(std::memory_order_relaxed);
}

void Shard::walk(int db, WalkCursor& cursor, std::size_t budget, std::uint8_t epoch,
                 FunctionView<void(Entry&)> visit) {
    Table* table = this->table(db);
    if (table == nullptr) {
        cursor.done = true;
        return;
    }
    std::size_t seen = 0;
    do {
        cursor.position = table->visit_group(cursor.position, [&](Entry& entry) {
            ++seen;
            if (entry.walk_mark() == epoch) return;
            visit(entry);
            entry.set_walk_mark(epoch);
        });
        cursor.done = cursor.position == 0;
    } while (!cursor.done && seen < budget);
    table->walk_position = cursor.done ? UINT64_MAX : cursor.position;
}

std::uint64_t Shard::walk_position(int db) const noexcept {
    const Table* table = this->table(db);
    return table == nullptr ? UINT64_MAX : table->walk_position;
}

}  // namespace millpond::engine
