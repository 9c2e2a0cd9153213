// SPDX-License-Identifier: Apache-2.0
//
// The key browser and the command console: the only use cases that talk to a node. Each is a short
// conversation, carried by a shared object until its last reply; all commands of one stage are sent
// at once. Replies come on the fleet's thread.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "admin-api/control/base64.h"
#include "admin-api/control/control.h"
#include "admin-api/control/reply_json.h"

namespace millpond::admin {
namespace {

constexpr int page_max = 1000;
constexpr std::int64_t string_window_bytes = 64 << 10;
constexpr std::size_t exec_args_max = 1024;
constexpr int databases = 16;

using Args = std::vector<std::string>;
using Replies = std::vector<resp::Value>;

Error node_failed(const std::string& text) {
    return Error{"NodeCommandFailed", "The node answered: " + text, "", 502};
}

// Runs all commands on one node and gives their replies in order; the first failure ends it.
class Batch : public std::enable_shared_from_this<Batch> {
public:
    using Done = std::function<void(Result<Replies>)>;

    Batch(std::size_t count, Done done) : replies_(count), left_(count), done_(std::move(done)) {}

    static void run(Fleet& fleet, const std::string& node, int db, std::vector<Args> commands,
                    Done done) {
        if (commands.empty()) return done(Replies{});
        const auto batch = std::make_shared<Batch>(commands.size(), std::move(done));
        for (std::size_t i = 0; i < commands.size(); ++i)
            fleet.exec(node, std::move(commands[i]), db,
                       [batch, i](Result<resp::Value> reply) { batch->take(i, std::move(reply)); });
    }

private:
    void take(std::size_t index, Result<resp::Value> reply) {
        {
            std::lock_guard lock(mutex_);
            if (reply)
                replies_[index] = std::move(reply.value());
            else if (!error_)
                error_ = std::move(reply.error());
            if (--left_ > 0) return;
        }
        if (error_) return done_(std::move(*error_));
        done_(std::move(replies_));
    }

    Replies replies_;
    std::optional<Error> error_;
    std::size_t left_;
    std::mutex mutex_;  // a command that cannot be sent fails on the caller's thread
    Done done_;
};

std::int64_t as_integer(const resp::Value& value) {
    return value.is_string() ? std::strtoll(value.text.c_str(), nullptr, 10) : value.integer;
}

Result<std::string> primary_node(const State& state, std::string_view id) {
    const auto* cluster = state.cluster(id);
    if (!cluster) return no_such_cluster(id);
    auto primary = state.primary_of(*cluster);
    if (primary.empty())
        return Error{"InvalidReplicationGroupState",
                     "The cluster " + cluster->id + " has no primary at the moment.", "", 409};
    return primary;
}

Result<void> valid_db(int db) {
    if (db >= 0 && db < databases) return boost::outcome_v2::success();
    return invalid_value("db", "A database is a number from 0 to 15.");
}

std::vector<Args> summary_commands(const std::string& key) {
    return {{"TYPE", key}, {"PTTL", key}, {"MEMORY", "USAGE", key}};
}

schema::KeyPage page_of(std::string cursor, const Replies& keys, const Replies& facts) {
    schema::KeyPage page;
    page.cursor = std::move(cursor);
    page.total = facts[0].integer;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto& type = facts[1 + i * 3].text;
        if (type == "none") continue;  // it went between the two stages
        page.keys.push_back(
            {to_base64(keys[i].text), type, facts[2 + i * 3].integer, facts[3 + i * 3].integer});
    }
    return page;
}

// How to ask for the length and for one window of a value of each type.
struct WindowCommands {
    Args length;
    Args items;
};

WindowCommands window_commands(const std::string& type, const std::string& key, std::int64_t offset,
                               int count) {
    const auto first = std::to_string(offset);
    const auto last = std::to_string(offset + count - 1);
    if (type == "string")
        return {{"STRLEN", key},
                {"GETRANGE", key, first, std::to_string(offset + string_window_bytes - 1)}};
    if (type == "list") return {{"LLEN", key}, {"LRANGE", key, first, last}};
    if (type == "zset") return {{"ZCARD", key}, {"ZRANGE", key, first, last, "WITHSCORES"}};
    // Hashes and sets have no order to cut a window from: `offset` is then a SCAN cursor's place to
    // go on.
    if (type == "hash")
        return {{"HLEN", key}, {"HSCAN", key, first, "COUNT", std::to_string(count)}};
    if (type == "set")
        return {{"SCARD", key}, {"SSCAN", key, first, "COUNT", std::to_string(count)}};
    return {};
}

// RESP3 gives ZRANGE WITHSCORES as pairs; a flat list is what the schema has.
void flatten(const resp::Value& value, std::vector<std::string>& out) {
    if (!value.items.empty() || value.type == resp::ValueType::array) {
        for (const auto& item : value.items) flatten(item, out);
        return;
    }
    if (value.type == resp::ValueType::real) {
        char text[40];
        std::snprintf(text, sizeof text, "%.17g", value.real);
        out.push_back(to_base64(text));
        return;
    }
    out.push_back(to_base64(value.is_string() ? value.text : std::to_string(value.integer)));
}

}  // namespace

void Control::keys(std::string_view cluster, const KeyQuery& query,
                   std::function<void(Result<schema::KeyPage>)> done) {
    auto node = primary_node(*catalog_.read(), cluster);
    if (!node) return done(std::move(node.error()));
    if (auto valid = valid_db(query.db); !valid) return done(std::move(valid.error()));
    if (query.cursor.empty() || query.cursor.find_first_not_of("0123456789") != std::string::npos)
        return done(
            invalid_value("cursor", "The cursor is a number: 0, or what the last page gave."));
    Args scan{"SCAN", query.cursor, "COUNT", std::to_string(std::clamp(query.count, 1, page_max))};
    if (!query.match.empty()) scan.insert(scan.end(), {"MATCH", query.match});
    if (!query.type.empty()) scan.insert(scan.end(), {"TYPE", query.type});
    fleet_.exec(node.value(), std::move(scan), query.db,
                [this, node = node.value(), db = query.db,
                 done = std::move(done)](Result<resp::Value> reply) {
                    if (!reply) return done(std::move(reply.error()));
                    if (reply.value().is_error()) return done(node_failed(reply.value().text));
                    if (reply.value().items.size() != 2)
                        return done(node_failed("an unexpected reply to SCAN"));
                    auto cursor = reply.value().items[0].text;
                    auto found = reply.value().items[1].items;
                    std::vector<Args> commands{{"DBSIZE"}};
                    for (const auto& key : found)
                        for (auto& command : summary_commands(key.text))
                            commands.push_back(std::move(command));
                    Batch::run(fleet_, node, db, std::move(commands),
                               [done, cursor, found](Result<Replies> facts) {
                                   if (!facts) return done(std::move(facts.error()));
                                   done(page_of(cursor, found, facts.value()));
                               });
                });
}

void Control::value(std::string_view cluster, std::string_view key_text, int db,
                    std::int64_t offset, int count,
                    std::function<void(Result<schema::KeyValue>)> done) {
    auto node = primary_node(*catalog_.read(), cluster);
    if (!node) return done(std::move(node.error()));
    if (auto valid = valid_db(db); !valid) return done(std::move(valid.error()));
    if (offset < 0) return done(invalid_value("offset", "The offset must not be negative."));
    const auto key = from_base64(key_text);
    if (!key) return done(invalid_value("key", "The key must be given in base64."));
    auto commands = summary_commands(*key);
    commands.push_back({"OBJECT", "ENCODING", *key});
    Batch::run(
        fleet_, node.value(), db, std::move(commands),
        [this, node = node.value(), db, offset, count = std::clamp(count, 1, page_max), key = *key,
         done = std::move(done)](Result<Replies> facts) {
            if (!facts) return done(std::move(facts.error()));
            const auto& known = facts.value();
            schema::KeyValue out;
            out.key = to_base64(key);
            out.type = known[0].text;
            out.ttl_ms = known[1].integer;
            out.bytes = known[2].integer;
            out.encoding = known[3].is_error() ? "" : known[3].text;
            if (out.type == "none")
                return done(
                    Error{"KeyNotFound", "The key does not exist, or not any more.", "key", 404});
            auto window = window_commands(out.type, key, offset, count);
            if (window.length.empty()) return done(out);
            Batch::run(fleet_, node, db, {window.length, window.items},
                       [out, offset, done](Result<Replies> replies) mutable {
                           if (!replies) return done(std::move(replies.error()));
                           const auto& answers = replies.value();
                           for (const auto& answer : answers)
                               if (answer.is_error()) return done(node_failed(answer.text));
                           out.length = as_integer(answers[0]);
                           const bool scans = out.type == "hash" || out.type == "set";
                           if (scans && answers[1].items.size() == 2)
                               flatten(answers[1].items[1], out.items);
                           else
                               flatten(answers[1], out.items);
                           const auto width = out.type == "hash" || out.type == "zset" ? 2 : 1;
                           const auto seen =
                               out.type == "string"
                                   ? std::min(out.length, offset + string_window_bytes)
                                   : offset + static_cast<std::int64_t>(out.items.size()) / width;
                           out.truncated = scans ? as_integer(answers[1].items.empty()
                                                                  ? resp::Value{}
                                                                  : answers[1].items[0]) != 0
                                                 : seen < out.length;
                           done(std::move(out));
                       });
        });
}

void Control::exec(const Caller& caller, std::string_view node, const schema::ExecRequest& request,
                   std::function<void(Result<boost::json::value>)> done) {
    const auto state = catalog_.read();
    if (!state->cluster_of_node(node))
        return done(Error{"CacheClusterNotFound",
                          "There is no node \"" + std::string(node.substr(0, 60)) + "\".", "",
                          404});
    if (request.args.empty() || request.args.front().empty())
        return done(invalid_value("args", "Give a command and its arguments."));
    if (request.args.size() > exec_args_max)
        return done(invalid_value("args", "A command has at most 1024 arguments here."));
    if (auto valid = valid_db(request.db.value_or(0)); !valid)
        return done(std::move(valid.error()));
    // The command's name only: its arguments may be secrets.
    const auto outcome = catalog_.change(Persist::required, [&](Draft& draft) -> Result<void> {
        draft.audit(caller.who, "exec", std::string(node), request.args.front().substr(0, 40));
        return boost::outcome_v2::success();
    });
    if (!outcome) return done(outcome.error());
    fleet_.exec(std::string(node), request.args, request.db.value_or(0),
                [done = std::move(done)](Result<resp::Value> reply) {
                    if (!reply) return done(std::move(reply.error()));
                    done(reply_json(reply.value()));
                });
}

}  // namespace millpond::admin
