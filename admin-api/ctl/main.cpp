// SPDX-License-Identifier: Apache-2.0
//
// millpondctl: every use case of /v1 from a terminal.
#include <pthread.h>

#include <csignal>

#include "admin-api/ctl/commands.h"

namespace {

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

}  // namespace

int main(int argc, char** argv) {
    using namespace millpond::admin::ctl;
    std::signal(SIGPIPE, SIG_IGN);
    if (runs_until_ended(argc, argv)) block_ending_signals();
    Context context;
    CLI::App app{"", "millpondctl"};
    build_app(app, context);
    try {
        app.parse(argc, argv);
    } catch (const Failure& failure) {
        if (*failure.what()) std::cerr << "millpondctl: " << failure.what() << std::endl;
        return failure.code();
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? ok : usage;
    } catch (const std::exception& error) {
        std::cerr << "millpondctl: " << error.what() << std::endl;
        return refused;
    }
    return ok;
}
