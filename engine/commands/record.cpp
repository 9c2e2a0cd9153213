// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/record.h"

#include <algorithm>
#include <charconv>

#include "engine/commands/waiters.h"
#include "engine/commands/watch.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

constexpr std::string_view kMulti = "*1\r\n$5\r\nMULTI\r\n";
constexpr std::string_view kExec = "*1\r\n$4\r\nEXEC\r\n";
/// A record's buffer that grew beyond this is given back.
constexpr std::size_t kBytesKept = 64 << 10;

void append_header(std::string& out, char type, std::size_t value) {
    char line[24];
    line[0] = type;
    char* end = std::to_chars(line + 1, line + sizeof line - 2, value).ptr;
    *end++ = '\r';
    *end++ = '\n';
    out.append(line, static_cast<std::size_t>(end - line));
}

void append_bulk(std::string& out, Bytes bytes) {
    append_header(out, '$', bytes.size());
    out.append(bytes);
    out.append("\r\n", 2);
}

void append_select(std::string& out, int db) {
    append_header(out, '*', 2);
    append_bulk(out, "SELECT");
    append_bulk(out, std::to_string(db));
}

}  // namespace

void Record::begin(Session* session, bool quiet) {
    events_.begin(session);
    // The log of a replica holds its primary's bytes and nothing else, even where a replica is
    // writable.
    logging_ = !quiet && server_.log().active() && server_.role() == Role::primary;
    if (!logging_) return;
    commands_ = 0;
    bytes_.assign(kMulti);
}

void Record::log(int db, std::span<const Bytes> command) {
    if (commands_ == 0) {
        first_db_ = last_db_ = db;
    } else if (db != last_db_) {
        append_select(bytes_, db);
        last_db_ = db;
    }
    ++commands_;
    append_header(bytes_, '*', command.size());
    for (const Bytes arg : command) append_bulk(bytes_, arg);
}

LogOffset Record::commit_with_events() {
    LogOffset end = 0;
    events_.commit([&] { end = append(); });
    return end;
}

void Record::commit_raw(std::string_view bytes) {
    const auto log = [&] {
        if (!bytes.empty() && server_.log().active()) server_.log().append_raw(bytes);
    };
    if (!events_.any()) return log();
    events_.commit(log);
}

LogOffset Record::append() {
    if (!logging_ || commands_ == 0) return 0;
    std::string_view record(bytes_);
    if (commands_ == 1) {
        record.remove_prefix(kMulti.size());
    } else {
        bytes_.append(kExec);
        record = bytes_;
    }
    const LogOffset end = server_.log().append(first_db_, record, last_db_);
    if (bytes_.capacity() > kBytesKept) std::string().swap(bytes_);
    commands_ = 0;
    return end;
}

void Record::before_change(int db, Entry& entry, KeyHash hash) {
    if (KeyspaceObserver* hook = server_.change_hook()) hook->before_change(db, entry, hash);
    const ShardId shard = hash.shard();
    if (server_.watches().any(shard) || events_.any_tracked()) [[unlikely]]
        look(db, entry.key(), shard);
}

void Record::created(int db, const Entry& entry, KeyHash hash) {
    const ShardId shard = hash.shard();
    const Bytes key = entry.key();
    look(db, key, shard);
    // As in Redis 7.0, what it is made as decides, whatever else takes its place in the same unit.
    if (server_.waiters().any(shard) && server_.waiters().any(entry.type())) [[unlikely]]
        ready(db, key);
    events_.notify(db, EventClass::new_key, "new", key);
}

void Record::missed(int db, Bytes key) {
    events_.notify(db, EventClass::key_miss, "keymiss", key);
}

void Record::stream_leaves(int db, Bytes key, KeyHash hash) {
    // As in Redis 7.0, whoever waits for whatever at this key, if anybody waits for a stream.
    if (server_.waiters().any(hash.shard()) && server_.waiters().any(Type::stream)) ready(db, key);
}

void Record::look(int db, Bytes key, ShardId shard) {
    if (server_.watches().any(shard) || events_.tracked(key)) [[unlikely]]
        touched_.emplace_back(db, key);
}

void Record::ready(int db, Bytes key) {
    if (!server_.waiters().waits_for(key)) return;
    const auto same = [&](const ReadyKey& one) { return one.first == db && one.second == key; };
    if (std::ranges::none_of(ready_, same)) ready_.emplace_back(db, key);
}

void Record::touch_all() {
    for (const auto& [db, key] : touched_) {
        server_.watches().touch(db, key);
        events_.changed(key);
    }
    touched_.clear();
}

void Record::expired(int db, Bytes key) {
    remove(db, key, EventClass::expired, "expired");
}

void Record::evicted(int db, Bytes key) {
    remove(db, key, EventClass::evicted, "evicted");
}

void Record::fields_expired(int db, Bytes key, std::span<const Bytes> fields, bool key_gone) {
    if (fields.empty()) return;
    events_.notify(db, EventClass::hash, "hexpired", key);
    if (key_gone) events_.notify(db, EventClass::generic, "del", key);
    events_.changed(key);
    WatchRegistry& watches = server_.watches();
    if (watches.any(watches.keyspace().shard_of(key))) watches.touch(db, key);
    std::vector<Bytes> command{"HDEL", key};
    command.insert(command.end(), fields.begin(), fields.end());
    add(db, command);
}

void Record::remove(int db, Bytes key, EventClass cls, std::string_view event) {
    events_.notify(db, cls, event, key);
    events_.changed(key);
    WatchRegistry& watches = server_.watches();
    const ShardId shard = watches.keyspace().shard_of(key);
    if (watches.any(shard)) watches.touch(db, key);
    const Bytes command[] = {"DEL", key};
    add(db, command);
}

}  // namespace millpond::engine
