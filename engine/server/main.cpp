// SPDX-License-Identifier: Apache-2.0
//
// millpond-engine: one cache node, started like redis-server.
#include <fcntl.h>
#include <signal.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/memory/account.h"
#include "engine/server/config.h"
#include "engine/server/crash_report.h"
#include "engine/server/parts.h"
#include "engine/server/process_title.h"
#include "engine/server/server.h"
#include "engine/server/shutdown.h"

namespace millpond::engine {

namespace {

constexpr std::string_view kUsage =
    "Usage: millpond-engine [/path/to/redis.conf] [--directive value ...]\n"
    "       millpond-engine --version | --help\n\n"
    "Examples:\n"
    "       millpond-engine                        (port 6379, this machine only)\n"
    "       millpond-engine --port 7777 --maxmemory 1gb\n"
    "       millpond-engine ./redis.conf --loglevel verbose\n";

/// Descriptors beyond the clients': files, listeners, epoll sets, replicas.
constexpr rlim_t kDescriptorsReserved = 128;

spdlog::level::level_enum level_of(const std::string& word) {
    if (word == "debug") return spdlog::level::debug;
    if (word == "verbose" || word == "notice") return spdlog::level::info;
    if (word == "warning") return spdlog::level::warn;
    return spdlog::level::off;
}

void set_up_log(const Config& config) {
    const std::string file = config.logfile.get();
    auto logger =
        file.empty() ? spdlog::stderr_logger_mt("engine") : spdlog::basic_logger_mt("engine", file);
    logger->set_pattern("%P %d %b %Y %H:%M:%S.%e %L %v");
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
    spdlog::set_level(level_of(config.loglevel.get()));
}

/// As many clients as the process may have descriptors for.
void fit_maxclients(Config& config) {
    const rlim_t wanted = static_cast<rlim_t>(config.maxclients.load()) + kDescriptorsReserved;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
    limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min(wanted, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted) return;
    const auto fits =
        limit.rlim_cur > kDescriptorsReserved ? limit.rlim_cur - kDescriptorsReserved : 1;
    config.maxclients = static_cast<std::int64_t>(fits);
    spdlog::warn("maxclients reduced to {}: the process may open {} files", fits, limit.rlim_cur);
}

/// Signals that end the process in order are taken by a thread of their own. Blocked everywhere
/// else.
class SignalThread {
public:
    explicit SignalThread(Server& server) {
        thread_ = std::thread([&server] {
            ::pthread_setname_np(::pthread_self(), "signals");
            sigset_t set = handled();
            for (;;) {
                const int signal = ::sigwaitinfo(&set, nullptr);
                if (signal == SIGUSR2) return;
                if (signal != SIGTERM && signal != SIGINT) continue;
                spdlog::info("Received {}, shutting down",
                             signal == SIGTERM ? "SIGTERM" : "SIGINT");
                server.shutdown().begin_by_signal(signal == SIGINT);
            }
        });
    }
    ~SignalThread() {
        ::pthread_kill(thread_.native_handle(), SIGUSR2);
        thread_.join();
    }
    static void block() {
        const sigset_t set = handled();
        ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
        ::signal(SIGPIPE, SIG_IGN);
        ::signal(SIGHUP, SIG_IGN);
    }

private:
    static sigset_t handled() {
        sigset_t set;
        ::sigemptyset(&set);
        for (const int signal : {SIGTERM, SIGINT, SIGUSR2}) ::sigaddset(&set, signal);
        return set;
    }
    std::thread thread_;
};

void go_to_background() {
    if (::daemon(1, 0) != 0) throw ConfigError("cannot daemonize");
}

void show_title(const Config& config, ProcessTitle& title) {
    title.show(*expand_title(config.proc_title_template.get(), config, title.program()));
}

/// Before threads start. A managed process keeps the command line that its manager knows it by.
void show_title_while_running(Config& config, ProcessTitle& title) {
    if (!config.millpond_node.get().empty()) return;
    for (const char* name : {"port", "bind", "proc-title-template"}) {
        // A new template has an effect, whatever set-proc-title says.
        const bool always = std::string_view(name) == "proc-title-template";
        config.on_change(name, [&config, &title, always]() -> std::optional<std::string> {
            if (always || config.set_proc_title) show_title(config, title);
            return std::nullopt;
        });
    }
    if (config.set_proc_title) show_title(config, title);
}

int serve(std::unique_ptr<Config> owned, ProcessTitle& title) {
    Config& config = *owned;
    SignalThread::block();
    if (config.daemonize) go_to_background();
    set_up_log(config);
    fit_maxclients(config);
    config.on_change("loglevel", [&config]() -> std::optional<std::string> {
        spdlog::set_level(level_of(config.loglevel.get()));
        return std::nullopt;
    });
    set_crash_log(config.logfile.get());
    report_crashes(config.crash_log_enabled);
    config.on_change("crash-log-enabled", [&config]() -> std::optional<std::string> {
        report_crashes(config.crash_log_enabled);
        return std::nullopt;
    });
    if (const std::string dir = config.dir.get(); ::chdir(dir.c_str()) != 0) {
        throw ConfigError("Can't chdir to '" + dir + "'");
    }
    Server server(std::move(owned));
    Parts parts(server);
    const SignalThread signals(server);
    note_startup_memory();
    show_title_while_running(config, title);
    server.start();
    parts.start();
    const std::string pidfile = config.pidfile.get();
    if (!pidfile.empty()) std::ofstream(pidfile) << ::getpid() << '\n';
    spdlog::info("Ready to accept connections: millpond-engine {}, port {}, pid {}",
                 MILLPOND_VERSION, config.port.load(), ::getpid());
    const int status = server.run();
    parts.stop();
    if (!pidfile.empty()) ::unlink(pidfile.c_str());
    spdlog::info("millpond-engine ends: {}", server.exit_reason());
    return status;
}

int run(const std::vector<std::string>& args, ProcessTitle& title) {
    if (args.size() == 1 && (args[0] == "--help" || args[0] == "-h")) {
        std::fwrite(kUsage.data(), 1, kUsage.size(), stdout);
        return 0;
    }
    if (args.size() == 1 && (args[0] == "--version" || args[0] == "-v")) {
        std::printf("millpond-engine %s\n", MILLPOND_VERSION);
        return 0;
    }
    try {
        auto config = std::make_unique<Config>();
        config->load_command_line(args);
        hold_liveness_if_managed(*config);
        return serve(std::move(config), title);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "millpond-engine: %s\n", error.what());
        return 1;
    }
}

}  // namespace

}  // namespace millpond::engine

int main(int argc, char** argv) {
    // SORT ... ALPHA answers in the order of the user's language.
    std::setlocale(LC_COLLATE, "");
    const std::vector<std::string> args(argv + 1, argv + argc);
    millpond::engine::ProcessTitle title(argc, argv);
    return millpond::engine::run(args, title);
}
