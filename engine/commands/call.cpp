// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/call.h"

#include "engine/commands/numbers.h"
#include "engine/commands/record.h"
#include "engine/commands/table.h"
#include "engine/commands/waiters.h"
#include "engine/commands/watch.h"
#include "engine/keyspace/buffer.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/session.h"

namespace millpond::engine {

Call::Call(Executor& executor, const CommandSpec& spec, std::span<const Bytes> args,
           Session& session, Server& server, Record& record, std::string& out,
           const Database::Options& options)
    : args_(args),
      spec_(&spec),
      reply_(out, session.protocol()),
      executor_(&executor),
      session_(&session),
      server_(&server),
      record_(&record),
      db_(server.keyspace(), session.db(), options, record),
      applying_(options.ignore_expiry),
      notifies_(server.config().notify_keyspace_events.load(std::memory_order_relaxed) != 0) {}

Database Call::db(int index) {
    return {server_->keyspace(), index, db_.options(), *record_};
}

void Call::reply_shared(SharedBuffer& buffer) {
    // A reply that goes elsewhere than to the session's own output (nowhere, that is) needs no
    // bytes.
    std::string& out = reply_.buffer();
    if (&out != &session_->out()) return reply_.bulk(buffer.bytes());
    out.append("$" + std::to_string(buffer.size()) + "\r\n");
    session_->splices().push_back({out.size(), BufferRef(buffer)});
    out.append("\r\n", 2);
}

bool Call::is_cut_off() {
    const std::string& out = reply_.buffer();
    if (&out != &session_->out() || !session_->is_too_much(out.size())) return false;
    session_->broken_off = true;
    return true;
}

void Call::effect(std::initializer_list<Bytes> command) {
    effect(std::span(command.begin(), command.size()));
}

void Call::effect(std::span<const Bytes> command) {
    rewritten_ = true;
    record_->add(db_.index(), command);
}

void Call::ready(Bytes key) {
    record_->ready(db_.index(), key);
}

void Call::ready_all(int db) {
    const WaiterRegistry& waiters = server_->waiters();
    Database::Options options = db_.options();
    options.ignore_expiry = true;  // what is past its deadline goes when it is looked at
    for (const auto& [index, key] : waiters.keys_of(db)) {
        Database database(server_->keyspace(), index, options, *record_);
        const Entry* entry = database.peek(key);
        if (entry && waiters.any(entry->type())) record_->ready(index, key);
    }
}

void Call::streams_leave(int db, int successor) {
    const WaiterRegistry& waiters = server_->waiters();
    if (!waiters.any(Type::stream)) return;
    Database::Options options = db_.options();
    options.ignore_expiry = true;
    const auto is_stream = [&](int in, Bytes key) {
        const Entry* entry = Database(server_->keyspace(), in, options, *record_).peek(key);
        return entry && entry->type() == Type::stream;
    };
    for (const auto& [index, key] : waiters.keys_of(db)) {
        if (is_stream(index, key) && (successor < 0 || !is_stream(successor, key)))
            record_->ready(index, key);
    }
}

void Call::before_flush(int db) {
    server_->before_flush(db);
    server_->watches().touch_flushed(db);
    record_->events().flushed();
    streams_leave(db);
}

void Call::notify(EventClass cls, std::string_view event, Bytes key, int db) {
    record_->events().notify(db, cls, event, key);
}

bool Call::wrong_type() {
    return error("WRONGTYPE Operation against a key holding the wrong kind of value");
}

bool Call::syntax_error() {
    return error("ERR syntax error");
}

bool Call::not_an_integer() {
    return error("ERR value is not an integer or out of range");
}

bool Call::not_a_float() {
    return error("ERR value is not a valid float");
}

bool Call::error(std::string_view message) {
    reply_.error(message);
    return false;
}

bool Call::integer(std::size_t index, std::int64_t& out) {
    const auto value = parse_integer(args_[index]);
    if (!value) return not_an_integer();
    out = *value;
    return true;
}

bool Call::real(std::size_t index, double& out) {
    const auto value = parse_real(args_[index]);
    if (!value) return not_a_float();
    out = *value;
    return true;
}

}  // namespace millpond::engine
