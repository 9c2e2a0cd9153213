// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "admin-api/ctl/commands.h"

namespace millpond::admin::ctl {
namespace {

constexpr const char* examples = R"(Examples, from nothing to a connection:
  millpondctl create orders --replicas 2 --auto-failover --wait
  millpondctl create-security-group redis-sg
  millpondctl allow redis-sg 6379 --from anywhere
  millpondctl modify orders --security-groups redis-sg --wait
  redis-cli -h PRIMARY-ENDPOINT          (see: millpondctl show orders)
  millpondctl failover orders --wait
  millpondctl events orders --follow

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 millpond-admin not reached, 4 an operation failed.)";

void add_global_options(CLI::App& app, GlobalOptions& options) {
    app.add_option("--socket", options.socket, "millpond-admin's unix socket")
        ->group("Where millpond-admin is");
    app.add_option(
           "--state-dir", options.state_dir,
           "Its state folder; the default is $MILLPOND_STATE_DIR, or millpond in your state folder")
        ->group("Where millpond-admin is");
    app.add_option("--url", options.url, "Its HTTP address, e.g. http://127.0.0.1:4566")
        ->group("Where millpond-admin is");
    app.add_option("--token-file", options.token_file, "With --url: the file that holds the token")
        ->group("Where millpond-admin is");
    app.add_flag("--json", options.json, "Print JSON, for programs");
}

}  // namespace

std::vector<std::string> protect_command_words(std::vector<std::string> words) {
    static const std::set<std::string, std::less<>> with_value{"--socket", "--state-dir", "--url",
                                                               "--token-file", "--db"};
    std::size_t found = 0;  // of the words "exec", NODE and the command's first
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (with_value.contains(words[i])) {
            ++i;
        } else if (!words[i].starts_with("-")) {
            if (found == 0 && words[i] != "exec") return words;
            if (++found < 3) continue;
            words.insert(words.begin() + static_cast<std::ptrdiff_t>(i), "--");
            return words;
        }
    }
    return words;
}

void build_app(CLI::App& app, Context& context) {
    app.description("Millpond, a managed cache for machines that you own, from the terminal.");
    app.footer(examples);
    app.set_version_flag("--version", "millpondctl " MILLPOND_VERSION);
    app.require_subcommand(0, 1);  // main says in its own words what is missing
    app.fallthrough();             // global options may come after the command, too
    add_global_options(app, context.options);
    add_cluster_commands(app, context);
    add_change_commands(app, context);
    add_tag_commands(app, context);
    add_group_commands(app, context);
    add_network_commands(app, context);
    add_history_commands(app, context);
    add_data_commands(app, context);
    add_metrics_command(app, context);
    add_completion_commands(app, context);
}

}  // namespace millpond::admin::ctl
