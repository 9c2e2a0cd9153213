// SPDX-License-Identifier: Apache-2.0
//
// events, operations, operation, audit.
#include <algorithm>
#include <csignal>

#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/table.h"
#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

void print_event(const schema::Event& event) {
    std::cout << short_time(event.time) << "  " << printable(event.source) << "  "
              << printable(event.message) << std::endl;
}

/// Prints the events of the stream until the process is ended.
void follow_events(Context& context, const std::string& cluster, schema::Revision after) {
    StreamHandlers handlers;
    handlers.on_event = [&](const StreamEvent& event) {
        const auto* change = event.data.if_object();
        const auto* object = change ? change->if_contains("object") : nullptr;
        if (event.type != "event" || !object) return;
        const auto read = schema::from_json<schema::Event>(*object, schema::UnknownMembers::skip);
        if (!read || (!cluster.empty() && read.value().cluster != cluster)) return;
        if (context.json()) {
            context.print_json(*object);
        } else {
            print_event(read.value());
        }
    };
    handlers.on_state = [](const StreamState& state) {
        if (!state.connected) std::cerr << state.reason << std::endl;
    };
    context.client().stream(after, std::move(handlers));
    sigset_t ending;
    sigemptyset(&ending);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ending, number);
    int caught = 0;
    sigwait(&ending, &caught);
    context.client().stop();
}

struct EventOptions {
    std::string cluster;
    int limit = 50;
    bool follow = false;
};

void run_events(Context& context, const EventOptions& options) {
    Client::EventsQuery query;
    query.cluster = options.cluster;
    query.limit = options.limit;
    auto list = context.ask<Listed<schema::Event>>(
        [&](Client& client, auto done) { client.events(query, std::move(done)); });
    std::reverse(list.items.begin(), list.items.end());  // the newest last, where the eye is
    if (context.json() && options.follow) {
        for (const auto& event : list.items) context.print_json(schema::to_json(event));
    } else {
        context.show(list.items, [&] {
            for (const auto& event : list.items) print_event(event);
        });
    }
    if (options.follow) follow_events(context, options.cluster, list.revision);
}

void run_operations(Context& context, const std::string& target, int limit) {
    const auto list = context.ask<Listed<schema::Operation>>(
        [&](Client& client, auto done) { client.operations(target, limit, std::move(done)); });
    context.show(list.items, [&] {
        Table table({"OPERATION", "KIND", "TARGET", "STATUS", "PROGRESS", "STARTED", "BY"});
        for (const auto& operation : list.items)
            table.add({operation.id, operation.kind, operation.target, operation.status,
                       std::to_string(operation.progress) + " %", short_time(operation.started_at),
                       operation.requested_by});
        table.print(std::cout);
    });
}

void print_operation(const schema::Operation& operation) {
    print_facts(std::cout, {{"Operation", operation.id},
                            {"Kind", operation.kind},
                            {"Target", operation.target},
                            {"Status", operation.status},
                            {"Requested by", operation.requested_by},
                            {"Started", short_time(operation.started_at)},
                            {"Ended", short_time(operation.ended_at)},
                            {"Error", operation.error}});
    Table table({"STEP", "STATUS", "DETAIL"});
    for (const auto& step : operation.steps) table.add({step.name, step.status, step.detail});
    std::cout << "\n";
    table.print(std::cout);
}

void run_operation(Context& context, const std::string& id, const WaitOptions& wait) {
    const auto operation = context.ask<schema::Operation>(
        [&](Client& client, auto done) { client.operation(id, std::move(done)); });
    if (wait.wait) return finish(context, operation, wait, "");
    context.show(operation, [&] { print_operation(operation); });
}

void run_audit(Context& context, int limit) {
    const auto list = context.ask<Listed<schema::AuditEntry>>(
        [&](Client& client, auto done) { client.audit(limit, std::move(done)); });
    context.show(list.items, [&] {
        Table table({"TIME", "WHO", "ACTION", "TARGET", "OUTCOME"});
        for (const auto& entry : list.items)
            table.add(
                {short_time(entry.time), entry.who, entry.action, entry.target, entry.outcome});
        table.print(std::cout);
    });
}

void add_limit(CLI::App& command, int& limit) {
    command.add_option("--limit", limit, "At most so many")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
}

}  // namespace

void add_history_commands(CLI::App& app, Context& context) {
    auto event_options = std::make_shared<EventOptions>();
    auto* events =
        app.add_subcommand("events", "What happened, the newest last")->group(history_section);
    events->add_option("CLUSTER", event_options->cluster, "Of this cluster and its nodes only");
    events->add_flag("--follow,-f", event_options->follow, "Go on printing as they happen");
    add_limit(*events, event_options->limit);
    events->callback([&context, event_options] { run_events(context, *event_options); });

    struct ListOptions {
        std::string target;
        int limit = 50;
    };
    auto list_options = std::make_shared<ListOptions>();
    auto* operations =
        app.add_subcommand("operations", "Operations, the newest first")->group(history_section);
    operations->add_option("CLUSTER", list_options->target, "On this cluster only");
    add_limit(*operations, list_options->limit);
    operations->callback([&context, list_options] {
        run_operations(context, list_options->target, list_options->limit);
    });

    struct OneOptions {
        std::string id;
        WaitOptions wait;
    };
    auto one = std::make_shared<OneOptions>();
    auto* operation =
        app.add_subcommand("operation", "Show an operation and its steps")->group(history_section);
    operation->add_option("OPERATION", one->id, "Its id (op-...)")->required();
    add_wait_options(*operation, one->wait);
    operation->callback([&context, one] { run_operation(context, one->id, one->wait); });

    auto audit_limit = std::make_shared<int>(50);
    auto* audit =
        app.add_subcommand("audit", "Who changed what, the newest first")->group(history_section);
    add_limit(*audit, *audit_limit);
    audit->callback([&context, audit_limit] { run_audit(context, *audit_limit); });
}

}  // namespace millpond::admin::ctl
