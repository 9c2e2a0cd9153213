// SPDX-License-Identifier: Apache-2.0
//
// millpondctl: every use case of /v1 from a terminal.
#include <pthread.h>

#include <algorithm>
#include <csignal>

#include "admin-api/ctl/commands.h"

namespace {

using namespace millpond::admin::ctl;

/// The commands that run until Ctrl-C wait for these signals; all others are ended by them as
/// usual.
bool runs_until_ended(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--follow" || word == "--watch" || word == "-f") return true;
    }
    return false;
}

void block_ending_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int complain(const std::string& message, ExitCode code) {
    if (!message.empty()) std::cerr << "millpondctl: " << message << std::endl;
    return code;
}

int no_such_command(const CLI::App& app) {
    return complain(
        "There is no command '" + app.remaining().front() + "'. See: millpondctl --help", usage);
}

int run(CLI::App& app, int argc, char** argv) try {
    auto words = protect_command_words({argv + 1, argv + argc});
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    app.parse(std::move(words));
    if (!app.get_subcommands().empty()) return ok;
    std::cout << app.help();
    return usage;
} catch (const Failure& failure) {
    return complain(failure.what(), failure.code());
} catch (const CLI::ExtrasError& error) {
    if (app.get_subcommands().empty()) return no_such_command(app);
    app.exit(error);
    return usage;
} catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ok : usage;  // --help and --version come this way, too
} catch (const std::exception& error) {
    return complain(error.what(), refused);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    if (runs_until_ended(argc, argv)) block_ending_signals();
    Context context;
    CLI::App app{"", "millpondctl"};
    build_app(app, context);
    return run(app, argc, argv);
}
