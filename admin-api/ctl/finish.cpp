// SPDX-License-Identifier: Apache-2.0
//
// How a command that started an operation ends.
#include <cstdio>

#include "admin-api/ctl/commands.h"
#include "admin-api/ctl/text.h"

namespace millpond::admin::ctl {
namespace {

std::string outcome_text(const schema::FailoverOutcome& outcome) {
    char pause[32];
    std::snprintf(pause, sizeof pause, "%.1f", outcome.pause_ms);
    return outcome.new_primary + " is the primary now, " + outcome.old_primary +
           " was; no write was accepted for " + pause + " ms, " +
           std::to_string(outcome.bytes_lost) + " bytes were lost.";
}

void print_endpoints(Context& context, const std::string& id) {
    const auto cluster = context.ask<schema::Cluster>(
        [&](Client& client, auto done) { client.cluster(id, std::move(done)); });
    const auto& endpoint = cluster.primary_endpoint;
    std::cout << "Primary endpoint: " << endpoint.address << ":" << endpoint.port
              << "\nReader endpoint:  " << cluster.reader_endpoint.address << ":"
              << cluster.reader_endpoint.port << "\nConnect with: redis-cli -h " << endpoint.address
              << (endpoint.port == 6379 ? "" : " -p " + std::to_string(endpoint.port)) << "\n";
}

void print_done(Context& context, const schema::Operation& operation) {
    if (operation.failover) std::cout << outcome_text(*operation.failover) << "\n";
    if (operation.kind == "create-cluster") {
        std::cout << operation.target << " is available.\n";
        print_endpoints(context, operation.target);
    } else if (!operation.failover) {
        std::cout << "Done.\n";
    }
}

}  // namespace

void add_wait_options(CLI::App& command, WaitOptions& options) {
    command.add_flag("--wait,-w", options.wait, "Wait until it is done");
    command
        .add_option("--timeout", options.timeout_seconds, "With --wait: at most so many seconds")
        ->capture_default_str()
        ->check(CLI::Range(1, 86400));
}

void finish(Context& context, const schema::Operation& started, const WaitOptions& options,
            const std::string& said) {
    if (!options.wait) {
        context.show(started, [&] {
            std::cout << said << " (" << started.id << "). Follow it with: millpondctl operation "
                      << started.id << " --wait\n";
        });
        return;
    }
    const auto operation = follow_operation(context, started, options);
    if (operation.status == "failed") {
        if (context.json()) context.print_json(schema::to_json(operation));
        throw Failure(operation_failed,
                      operation.error.empty() ? "The operation failed." : operation.error);
    }
    context.show(operation, [&] { print_done(context, operation); });
}

}  // namespace millpond::admin::ctl
