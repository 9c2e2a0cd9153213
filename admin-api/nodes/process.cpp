// SPDX-License-Identifier: Apache-2.0
#include "admin-api/nodes/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>

extern char** environ;

namespace millpond::admin {

namespace {

constexpr int kOomScore = 500;

#ifndef SO_PEERPIDFD
constexpr int kPeerPidfd = 77;
#else
constexpr int kPeerPidfd = SO_PEERPIDFD;
#endif

int pidfd_open(pid_t pid) {
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// Empty when it cannot be read. Not by a stream: those throw when a thread ends between open and
/// read.
std::string slurp(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    char buffer[4096];
    for (;;) {
        const ssize_t got = file.valid() ? ::read(file.get(), buffer, sizeof(buffer)) : 0;
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return text;
        text.append(buffer, static_cast<std::size_t>(got));
    }
}

void each_thread(std::int64_t pid, const std::function<void(const std::string& folder)>& visit) {
    const std::string tasks = "/proc/" + std::to_string(pid) + "/task/";
    DIR* folder = ::opendir(tasks.c_str());
    if (!folder) return;
    while (const dirent* entry = ::readdir(folder)) {
        if (entry->d_name[0] != '.') visit(tasks + entry->d_name);
    }
    ::closedir(folder);
}

/// Field 3 of a stat file; the name before it may hold anything.
char state_of(const std::string& folder) {
    const std::string text = slurp(folder + "/stat");
    const auto behind_name = text.rfind(')');
    if (behind_name == std::string::npos || behind_name + 2 >= text.size()) return 'X';
    return text[behind_name + 2];
}

/// A thread without memory can never run a program's instruction again, and loses its memory before
/// the kernel tears that down: its `exe` leads nowhere from then on. (`stat` would tell as well,
/// but whoever reads it holds the memory meanwhile, and a reader that holds it last has to tear it
/// down.)
bool may_run(const std::string& folder) {
    char target[1];
    return ::readlink((folder + "/exe").c_str(), target, sizeof(target)) >= 0 ||
           (errno != ENOENT && errno != ESRCH);
}

std::uint64_t run_time_of(const std::string& folder) {
    std::istringstream fields(slurp(folder + "/schedstat"));
    std::uint64_t ns = 0;
    fields >> ns;
    return ns;
}

bool is_node(std::int64_t pid, const std::string& node_id) {
    const std::string line = slurp("/proc/" + std::to_string(pid) + "/cmdline");
    std::string option = "--millpond-node";
    option.push_back('\0');  // as the kernel separates arguments
    option.append(node_id);
    option.push_back('\0');
    return line.find(option) != std::string::npos;
}

/// Everything that posix_spawn() wants to be told, undone in the end.
class SpawnSetup {
public:
    SpawnSetup() {
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnSetup() {
        ::posix_spawn_file_actions_destroy(&files);
        ::posix_spawnattr_destroy(&attributes);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;

    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
};

}  // namespace

Result<Process> spawn(const SpawnOptions& options) {
    SpawnSetup setup;
    ::posix_spawn_file_actions_addopen(&setup.files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&setup.files, 1, options.error_log.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&setup.files, 1, 2);
    // The same number on both sides clears close-on-exec in the child alone.
    for (const int fd : options.inherited_fds) {
        ::posix_spawn_file_actions_adddup2(&setup.files, fd, fd);
    }
    std::string program = options.binary.string();
    std::vector<std::string> args = options.args;
    std::vector<char*> argv{program.data()};
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    const int failure =
        ::posix_spawn(&pid, program.c_str(), &setup.files, &setup.attributes, argv.data(), environ);
    if (failure != 0) {
        return Error{"InternalFailure", program + " cannot be started: " + std::strerror(failure),
                     "", 500};
    }
    std::ofstream("/proc/" + std::to_string(pid) + "/oom_score_adj") << kOomScore;
    Process process;
    process.pid = pid;
    process.pidfd = Descriptor(pidfd_open(pid));
    process.child = true;
    return process;
}

std::optional<Process> process_behind(int connected_socket, const std::string& node_id) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (::getsockopt(connected_socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0)
        return {};
    int fd = -1;
    size = sizeof(fd);
    if (::getsockopt(connected_socket, SOL_SOCKET, kPeerPidfd, &fd, &size) != 0)
        fd = pidfd_open(peer.pid);
    Process process;
    process.pid = peer.pid;
    process.pidfd = Descriptor(fd);
    // Looked at after the pidfd is held: were the pid another's by now, its command line would be,
    // too.
    if (!process.pidfd.valid() || !is_node(peer.pid, node_id) || has_exited(process)) return {};
    return process;
}

void signal_process(const Process& process, int signal) {
    ::syscall(SYS_pidfd_send_signal, process.pidfd.get(), signal, nullptr, 0);
}

void reap(const Process& process) {
    if (!process.child) return;
    siginfo_t info{};
    ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(process.pidfd.get()), &info,
             WEXITED | WNOHANG);
}

bool has_exited(const Process& process) {
    pollfd waiting{process.pidfd.get(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
}

bool is_fenced(const Process& process) {
    if (has_exited(process)) return true;
    bool can_run = false;
    bool seen = false;
    each_thread(process.pid, [&](const std::string& folder) {
        seen = true;
        can_run = can_run || may_run(folder);
    });
    return !can_run && (seen || has_exited(process));
}

std::optional<Activity> activity_of(const Process& process) {
    if (has_exited(process)) return {};
    Activity activity;
    const std::string main =
        "/proc/" + std::to_string(process.pid) + "/task/" + std::to_string(process.pid);
    const char state = state_of(main);
    activity.stopped = state == 'T';
    each_thread(process.pid, [&](const std::string& folder) {
        const char one = state_of(folder);
        activity.wants_to_run = activity.wants_to_run || one == 'R' || one == 'D';
        activity.run_time += run_time_of(folder);
    });
    const std::string status = slurp("/proc/" + std::to_string(process.pid) + "/status");
    const auto tracer = status.find("TracerPid:");
    activity.traced = state == 't' ||
                      (tracer != std::string::npos && std::atoi(status.c_str() + tracer + 10) != 0);
    return activity;
}

}  // namespace millpond::admin
