// SPDX-License-Identifier: Apache-2.0
#include "admin-api/daemon/stop_nodes.h"

#include <poll.h>
#include <sys/syscall.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>

#include "admin-api/nodes/descriptor.h"

namespace millpond::admin {
namespace {

constexpr auto patience = std::chrono::seconds(5);

bool runs_node(std::int64_t pid, const std::string& node) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const std::string flag("--millpond-node");
    return text.find(flag + '\0' + node + '\0') != std::string::npos;
}

Descriptor open_pid(std::int64_t pid) {
    return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
}

void send(const Descriptor& process, int signal) {
    syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
}

// True when it has ended by then.
bool wait_until(const Descriptor& process, std::chrono::steady_clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd one{process.get(), POLLIN, 0};
    return ::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) > 0;
}

}  // namespace

void stop_nodes(const std::vector<std::pair<std::string, std::int64_t>>& nodes) {
    std::vector<Descriptor> processes;
    for (const auto& [node, pid] : nodes) {
        if (pid <= 0) continue;
        auto process = open_pid(pid);
        // Opened first, looked at then: what the descriptor names cannot be replaced any more.
        if (!process.valid() || !runs_node(pid, node)) continue;
        send(process, SIGTERM);
        processes.push_back(std::move(process));
    }
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (const auto& process : processes)
        if (!wait_until(process, deadline)) send(process, SIGKILL);
}

}  // namespace millpond::admin
