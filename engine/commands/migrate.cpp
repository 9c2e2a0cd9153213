// SPDX-License-Identifier: Apache-2.0
//
// MIGRATE: keys to another server, and away from this one.
#include "engine/commands/migrate.h"

#include <memory>
#include <string>

#include "engine/commands/call.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/commands/transaction.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/snapshot/dump.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kOptionsAt = 6;
constexpr std::int64_t kUsualTimeoutMs = 1000;

/// Reads the options; `keys` are the arguments after KEYS, or the one key.
bool read_options(Call& call, Migration& migration, std::span<const Bytes>& keys) {
    keys = call.args().subspan(3, 1);
    for (std::size_t i = kOptionsAt; i < call.argc(); ++i) {
        const std::size_t left = call.argc() - i - 1;
        if (is_word(call.arg(i), "copy")) {
            migration.copy = true;
        } else if (is_word(call.arg(i), "replace")) {
            migration.replace = true;
        } else if (is_word(call.arg(i), "auth") && left >= 1) {
            migration.password = std::string(call.arg(++i));
            migration.user.reset();
        } else if (is_word(call.arg(i), "auth2") && left >= 2) {
            migration.user = std::string(call.arg(++i));
            migration.password = std::string(call.arg(++i));
        } else if (is_word(call.arg(i), "keys")) {
            if (!call.arg(3).empty()) {
                return call.error(
                    "ERR When using MIGRATE KEYS option, the key argument must be set to the empty "
                    "string");
            }
            keys = call.args().subspan(i + 1);
            return true;
        } else {
            return call.syntax_error();
        }
    }
    return true;
}

bool read_target(Call& call, Migration& migration) {
    if (!call.integer(5, migration.timeout_ms) || !call.integer(4, migration.target_db))
        return false;
    if (migration.timeout_ms <= 0) migration.timeout_ms = kUsualTimeoutMs;
    migration.host = std::string(call.arg(1));
    const auto port = parse_integer(call.arg(2));
    migration.port = port && *port > 0 && *port < 65536 ? static_cast<int>(*port) : 0;
    migration.db = call.db().index();
    return true;
}

void take_items(Call& call, std::span<const Bytes> keys, Migration& migration) {
    for (const Bytes key : keys) {
        Entry* entry = call.db().find_read(key);
        if (entry == nullptr) continue;
        migration.items.push_back({std::string(key),
                                   dump_value(*entry, call.server().config().rdbcompression),
                                   entry->has_expiry() ? entry->expiry() : 0, false});
    }
}

void migrate(Call& call) {
    auto migration = std::make_unique<Migration>();
    std::span<const Bytes> keys;
    if (!read_options(call, *migration, keys) || !read_target(call, *migration)) return;
    Session& session = call.session();
    if (!call.may_block())
        return void(
            call.error("ERR MIGRATE waits for its target, which a transaction or script "
                       "cannot"));
    take_items(call, keys, *migration);
    if (migration->items.empty()) return call.reply().simple("NOKEY");
    Migrations& migrations = call.server().migrations();
    if (migrations.full()) return void(call.error("ERR Too many migrations are under way"));
    for (const Migration::Item& item : migration->items)
        call.executor().watch({migration->db, item.key}, migration->mark, false);
    // What has been sent is not called back: a client that is unblocked just does not wait.
    migration->client = session.suspend([](bool) {
        return std::string("-UNBLOCKED client unblocked while its keys are being migrated\r\n");
    });
    migrations.start(std::move(migration));
}

/// The one key, or, when that is empty, those after the word KEYS.
bool migrate_keys(std::span<const Bytes> args, std::vector<std::uint32_t>& indexes) {
    if (args.size() < kOptionsAt) return false;
    for (std::uint32_t i = kOptionsAt; i < args.size(); ++i) {
        if (is_word(args[i], "auth")) {
            ++i;
        } else if (is_word(args[i], "auth2")) {
            i += 2;
        } else if (is_word(args[i], "keys")) {
            // With both, the handler answers the error.
            while (args[3].empty() && ++i < args.size()) indexes.push_back(i);
            return true;
        }
    }
    indexes.push_back(3);
    return true;
}

}  // namespace

void add_migrate_commands(CommandTable& table) {
    table.add({.name = "migrate",
               .arity = -6,
               .flags = kWrite | kMovableKeys,
               .keys = {3, 3, 1},
               .categories = kCatKeyspace | kCatDangerous,
               .handler = migrate,
               .since = "2.6.0",
               .group = "generic",
               .complexity = "O(N) in the size of the values",
               .summary = "Moves keys to another server.",
               .find_keys = migrate_keys,
               .key_flags = "RW ACCESS DELETE"});
}

}  // namespace millpond::engine
