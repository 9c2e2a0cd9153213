// SPDX-License-Identifier: Apache-2.0
//
// PFADD, PFCOUNT, PFMERGE and their debugging kin: counting distinct elements in HYLL strings.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "engine/commands/call.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/memory/copy_bytes.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/types/hyperloglog.h"

namespace millpond::engine {

namespace {

namespace hll = hyperloglog;

bool corrupted(Call& call) {
    return call.error("INVALIDOBJ Corrupted HLL object detected");
}

std::size_t sparse_bytes_max(Call& call) {
    return static_cast<std::size_t>(call.server().config().hll_sparse_max_bytes.load());
}

/// Is it a HYLL string? Answers the error.
bool is_hyperloglog(Call& call, Entry* entry) {
    if (!entry->is_string()) return call.wrong_type();
    StringScratch scratch;
    return (!entry->string_is_integer() && hll::is_valid(entry->string(scratch))) ||
           call.error("WRONGTYPE Key is not a valid HyperLogLog string value.");
}

Bytes bytes_of(Entry* entry) {
    StringScratch scratch;  // not used: it is no integer
    return entry->string(scratch);
}

/// Puts changed bytes in place of the entry's. It is a string that has been edited, to Redis.
void keep(Call& call, Bytes key, Entry* entry, Bytes bytes) {
    if (entry != nullptr && entry->string_length() == bytes.size()) {
        const auto edited = call.db().edit_string(*entry, bytes.size());
        copy_bytes(edited.data, bytes.data(), bytes.size());
        return;
    }
    call.db().put_text(key, bytes, Database::Ttl::keep)->set_edited();
}

/// PFADD to a dense one, in place.
std::size_t add_dense(Call& call, Entry* entry) {
    const auto edited = call.db().edit_string(*entry, entry->string_length());
    std::size_t raised = 0;
    for (const Bytes element : call.args().subspan(2))
        raised += hll::add_dense(edited.data, element) ? 1 : 0;
    if (raised > 0) hll::forget_count(edited.data);
    return raised;
}

/// The same to a sparse or absent one; false when it is corrupted, and then nothing has changed:
/// half of a command would be more than a replica is told.
bool add_sparse(Call& call, Bytes key, Entry* entry, std::size_t& updated) {
    std::string bytes = entry != nullptr ? std::string(bytes_of(entry)) : hll::create();
    for (const Bytes element : call.args().subspan(2)) {
        const hll::Outcome outcome = hll::add(bytes, element, sparse_bytes_max(call));
        if (outcome == hll::Outcome::corrupted) return false;
        if (outcome == hll::Outcome::changed) ++updated;
    }
    if (updated == 0) return true;
    hll::forget_count(bytes.data());
    keep(call, key, entry, bytes);
    return true;
}

void pfadd(Call& call) {
    const Bytes key = call.arg(1);
    Entry* entry = call.db().find_write(key);
    if (entry != nullptr && !is_hyperloglog(call, entry)) return;
    std::size_t updated = entry == nullptr ? 1 : 0;
    if (entry != nullptr && hll::is_dense(bytes_of(entry))) {
        updated = add_dense(call, entry);
    } else if (!add_sparse(call, key, entry, updated)) {
        return void(corrupted(call));
    }
    if (updated > 0) {
        call.changed(updated);
        call.notify(EventClass::string, "pfadd", key);
    }
    call.reply().integer(updated > 0 ? 1 : 0);
}

void count_union(Call& call) {
    const auto registers = std::make_unique<hll::Registers>();
    for (const Bytes key : call.args().subspan(1)) {
        Entry* entry = call.db().find_read(key);
        if (entry == nullptr) continue;
        if (!is_hyperloglog(call, entry)) return;
        if (!hll::merge_into(*registers, bytes_of(entry))) return void(corrupted(call));
    }
    call.reply().integer(static_cast<std::int64_t>(hll::count(*registers)));
}

void pfcount(Call& call) {
    if (call.argc() > 2) return count_union(call);
    const Bytes key = call.arg(1);
    Entry* entry = call.db().find_read(key);
    if (entry == nullptr) return call.reply().integer(0);
    if (!is_hyperloglog(call, entry)) return;
    auto count = hll::cached_count(bytes_of(entry));
    if (!count) {
        count = hll::count(bytes_of(entry));
        if (!count) return void(corrupted(call));
        // The count is kept in the value, which is a write, though a replica may do it.
        entry = call.db().find_write(key);
        const auto edited = call.db().edit_string(*entry, entry->string_length());
        hll::cache_count(edited.data, *count);
        call.changed();
    }
    call.reply().integer(static_cast<std::int64_t>(*count));
}

void pfmerge(Call& call) {
    const auto registers = std::make_unique<hll::Registers>();
    bool dense = false;
    for (const Bytes key : call.args().subspan(1)) {
        Entry* entry = call.db().find_read(key);
        if (entry == nullptr) continue;
        if (!is_hyperloglog(call, entry)) return;
        dense = dense || hll::is_dense(bytes_of(entry));
        if (!hll::merge_into(*registers, bytes_of(entry))) return void(corrupted(call));
    }
    const Bytes target = call.arg(1);
    Entry* entry = call.db().find_write(target);
    std::string bytes = entry != nullptr ? std::string(bytes_of(entry)) : hll::create();
    if (dense && !hll::make_dense(bytes)) return void(corrupted(call));
    hll::raise(bytes, *registers, sparse_bytes_max(call));
    hll::forget_count(bytes.data());
    keep(call, target, entry, bytes);
    call.changed();
    call.notify(EventClass::string, "pfadd", target);
    call.reply().ok();
}

/// Makes the entry dense if it is not: what PFDEBUG GETREG and TODENSE do. False when corrupted.
bool densify(Call& call, Entry*& entry, bool& was_sparse) {
    std::string bytes(bytes_of(entry));
    was_sparse = !hll::is_dense(bytes);
    if (!was_sparse) return true;
    if (!hll::make_dense(bytes)) return corrupted(call);
    keep(call, call.arg(2), entry, bytes);
    call.changed();
    entry = call.db().find_write(call.arg(2));
    return true;
}

void reply_registers(Call& call, Entry* entry) {
    bool was_sparse = false;
    if (!densify(call, entry, was_sparse)) return;
    const auto registers = std::make_unique<hll::Registers>();
    hll::merge_into(*registers, bytes_of(entry));
    call.reply().array(registers->size());
    for (const std::uint8_t value : *registers) call.reply().integer(value);
}

void pfdebug(Call& call) {
    Entry* entry = call.db().find_write(call.arg(2));
    if (entry == nullptr) return void(call.error("ERR The specified key does not exist"));
    if (!is_hyperloglog(call, entry)) return;
    entry = call.db().edit_string(*entry, entry->string_length()).entry;
    const bool dense = hll::is_dense(bytes_of(entry));
    if (is_word(call.arg(1), "getreg")) {
        reply_registers(call, entry);
    } else if (is_word(call.arg(1), "decode")) {
        if (dense) return void(call.error("ERR HLL encoding is not sparse"));
        call.reply().bulk(hll::describe_sparse(bytes_of(entry)));
    } else if (is_word(call.arg(1), "encoding")) {
        call.reply().simple(dense ? "dense" : "sparse");
    } else if (is_word(call.arg(1), "todense")) {
        bool was_sparse = false;
        if (densify(call, entry, was_sparse)) call.reply().integer(was_sparse ? 1 : 0);
    } else {
        call.error("ERR Unknown PFDEBUG subcommand '" + std::string(call.arg(1)) + "'");
    }
}

void pfselftest(Call& call) {
    if (const auto fault = hll::self_test()) return void(call.error("ERR TESTFAILED " + *fault));
    call.reply().ok();
}

}  // namespace

void add_hyperloglog_commands(CommandTable& table) {
    CommandSpec spec{.name = "pfadd",
                     .arity = -2,
                     .flags = kWrite | kDenyOom | kFast,
                     .keys = {1, 1, 1},
                     .categories = kCatHyperLogLog,
                     .handler = pfadd,
                     .since = "2.8.9",
                     .group = "hyperloglog",
                     .complexity = "O(1) for each element",
                     .summary = "Counts elements in a HyperLogLog.",
                     .key_flags = "RW INSERT"};
    table.add(spec);
    spec.name = "pfcount";
    // It may write what it has counted into the value, for the next one.
    spec.flags = kReadonly | kMayReplicate;
    spec.keys = {1, -1, 1};
    spec.handler = pfcount;
    spec.complexity = "O(1), O(N) in the number of keys";
    spec.summary = "Estimates how many different elements were counted.";
    spec.key_flags = "RW ACCESS";
    table.add(spec);
    spec.name = "pfmerge";
    spec.flags = kWrite | kDenyOom;
    spec.handler = pfmerge;
    spec.complexity = "O(N) in the number of keys";
    spec.summary = "Merges HyperLogLogs into one.";
    spec.key_flags = "RW ACCESS INSERT|RO ACCESS";
    table.add(spec);
    spec.name = "pfdebug";
    spec.arity = 3;
    spec.flags = kWrite | kDenyOom | kAdmin;
    spec.keys = {2, 2, 1};
    spec.handler = pfdebug;
    spec.complexity = "O(N) in the number of registers";
    spec.summary = "Looks inside a HyperLogLog.";
    spec.key_flags = "RW ACCESS";
    table.add(spec);
    table.add({.name = "pfselftest",
               .arity = 1,
               .flags = kAdmin,
               .categories = kCatHyperLogLog,
               .handler = pfselftest,
               .since = "2.8.9",
               .group = "hyperloglog",
               .complexity = "O(N)",
               .summary = "Tests whether HyperLogLogs count as they should."});
}

}  // namespace millpond::engine
