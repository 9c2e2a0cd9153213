// SPDX-License-Identifier: Apache-2.0
//
// keys, value, exec: what is in a cluster.
#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/table.h"
#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

struct KeysOptions {
    std::string cluster;
    std::string match;
    std::string type;
    int limit = 100;
    int db = 0;
};

std::string decoded(const std::string& base64) {
    return shown_bytes(base64_decode(base64).value_or("?"));
}

/// SCAN steps until there are enough keys, or no more.
schema::KeyPage read_keys(Context& context, const KeysOptions& options) {
    Client::KeysQuery query;
    query.match = options.match;
    query.type = options.type;
    query.db = options.db;
    schema::KeyPage all;
    do {
        query.count = options.limit;
        auto page = context.ask<schema::KeyPage>([&](Client& client, auto done) {
            client.keys(options.cluster, query, std::move(done));
        });
        for (auto& key : page.keys) all.keys.push_back(std::move(key));
        all.cursor = query.cursor = page.cursor;
        all.total = page.total;
    } while (query.cursor != "0" && all.keys.size() < static_cast<std::size_t>(options.limit));
    return all;
}

void run_keys(Context& context, const KeysOptions& options) {
    const auto page = read_keys(context, options);
    context.show(page, [&] {
        Table table({"KEY", "TYPE", "EXPIRES IN", "MEMORY"});
        for (const auto& key : page.keys)
            table.add({decoded(key.key), key.type, human_ttl(key.ttl_ms), human_bytes(key.bytes)});
        table.print(std::cout);
        std::cout << page.keys.size() << " shown, " << page.total << " in the database"
                  << (page.cursor == "0" ? "" : "; see more with --limit") << "\n";
    });
}

struct ValueOptions {
    std::string cluster;
    std::string key;
    int count = 100;
    int db = 0;
};

/// Hashes hold a value and sorted sets a score after each name.
void print_items(const schema::KeyValue& value) {
    const bool pairs = value.type == "hash" || value.type == "zset";
    for (std::size_t i = 0; i < value.items.size(); i += pairs ? 2 : 1) {
        std::cout << decoded(value.items[i]);
        if (pairs && i + 1 < value.items.size()) std::cout << "  " << decoded(value.items[i + 1]);
        std::cout << "\n";
    }
    if (value.truncated) std::cout << "(there is more)\n";
}

void run_value(Context& context, const ValueOptions& options) {
    Client::ValueQuery query{base64_encode(options.key), options.db, 0, options.count};
    const auto value = context.ask<schema::KeyValue>(
        [&](Client& client, auto done) { client.value(options.cluster, query, std::move(done)); });
    context.show(value, [&] {
        std::cout << value.type << ", " << value.encoding << ", length " << value.length << ", "
                  << human_bytes(value.bytes) << ", expires in " << human_ttl(value.ttl_ms)
                  << "\n\n";
        print_items(value);
    });
}

void run_exec(Context& context, const std::string& node, std::optional<int> db,
              const std::vector<std::string>& args) {
    if (args.empty()) throw Failure(usage, "Give a command: millpondctl exec " + node + " PING");
    const auto reply = context.ask<boost::json::value>([&](Client& client, auto done) {
        client.exec(node, {args, db}, std::move(done));
    });
    if (context.json()) {
        context.print_json(reply);
    } else {
        std::cout << describe_reply(reply) << "\n";
    }
    if (is_error_reply(reply)) throw Failure(refused, "");
}

void add_exec(CLI::App& app, Context& context) {
    struct Options {
        std::string node;
        std::optional<int> db;
        std::vector<std::string> args;
    };
    auto options = std::make_shared<Options>();
    auto* command =
        app.add_subcommand("exec", "Run a command on one node, over its own unix socket")
            ->group(data_section);
    command->add_option("NODE", options->node, "The node's id, e.g. orders-001")->required();
    command->add_option("--db", options->db, "The database's number; must come before NODE");
    command->add_option("COMMAND", options->args, "The command and its arguments")->required();
    command->footer(
        "Examples:\n  millpondctl exec orders-001 DEBUG DIGEST\n  millpondctl exec orders-002 INFO "
        "replication");
    command->callback(
        [&context, options] { run_exec(context, options->node, options->db, options->args); });
}

}  // namespace

void add_data_commands(CLI::App& app, Context& context) {
    auto keys_options = std::make_shared<KeysOptions>();
    auto* keys = app.add_subcommand("keys", "Browse a cluster's keys")->group(data_section);
    keys->add_option("CLUSTER", keys_options->cluster, "The cluster's name")->required();
    keys->add_option("PATTERN", keys_options->match, "As in SCAN, e.g. 'user:*'");
    keys->add_option("--type", keys_options->type, "string, hash, list, set or zset");
    keys->add_option("--limit", keys_options->limit, "About so many")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    keys->add_option("--db", keys_options->db, "The database's number")->capture_default_str();
    keys->callback([&context, keys_options] { run_keys(context, *keys_options); });

    auto value_options = std::make_shared<ValueOptions>();
    auto* value = app.add_subcommand("value", "Show one key's value")->group(data_section);
    value->add_option("CLUSTER", value_options->cluster, "The cluster's name")->required();
    value->add_option("KEY", value_options->key, "The key")->required();
    value->add_option("--count", value_options->count, "At most so many elements")
        ->capture_default_str();
    value->add_option("--db", value_options->db, "The database's number")->capture_default_str();
    value->callback([&context, value_options] { run_value(context, *value_options); });
    add_exec(app, context);
}

}  // namespace millpond::admin::ctl
