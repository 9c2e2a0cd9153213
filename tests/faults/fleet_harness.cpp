// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/fleet_harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <future>

#include "resp/command.h"

namespace millpond::tests {

using admin::Result;

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

// -- Client
// -----------------------------------------------------------------------------------------------

namespace {

sockaddr_in address_of(const std::string& ip, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
    return address;
}

}  // namespace

int Client::connect(const std::string& ip, int port, const std::string& from) {
    close();
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (!from.empty()) {
        const sockaddr_in source = address_of(from, 0);
        ::bind(fd_, reinterpret_cast<const sockaddr*>(&source), sizeof(source));
    }
    const sockaddr_in target = address_of(ip, port);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&target), sizeof(target)) == 0) return 0;
    const int error = errno;
    close();
    return error;
}

void Client::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    parser_.clear();
}

std::optional<resp::Value> Client::call(const std::vector<std::string>& args, Milliseconds limit) {
    if (fd_ < 0) return {};
    const std::string request = resp::encode_command(args);
    if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
        close();
        return {};
    }
    const auto deadline = Clock::now() + limit;
    for (;;) {
        resp::Value value;
        if (parser_.next(value) == resp::ReplyParser::Status::ready) return value;
        const auto left = std::chrono::duration_cast<Milliseconds>(deadline - Clock::now()).count();
        pollfd waiting{fd_, POLLIN, 0};
        char buffer[4096];
        if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0) break;
        const ssize_t got = ::recv(fd_, buffer, sizeof(buffer), 0);
        if (got <= 0) break;
        parser_.feed({buffer, static_cast<std::size_t>(got)});
    }
    close();
    return {};
}

bool CounterWriter::write(Milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    while (Clock::now() < deadline) {
        if (!client.open()) {
            const int error = client.connect(ip);
            if (error == ECONNREFUSED) ++refused;
            if (error != 0) continue;
        }
        const auto reply = client.call({"SET", "counter", std::to_string(next)});
        if (reply && reply->text == "OK") {
            acknowledged = next++;
            return true;
        }
        if (reply) client.close();  // it is no primary any more
    }
    return false;
}

// -- Harness
// ----------------------------------------------------------------------------------------------

Harness::Harness() : range_("127." + std::to_string(20 + ::getpid() % 50)) {}

Harness::~Harness() {
    for (const auto& [name, view] : views_) {
        if (view.pid > 0 && view.pid != ::getpid()) ::kill(static_cast<pid_t>(view.pid), SIGKILL);
    }
    drop_fleet();
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
}

void Harness::start_fleet() {
    drop_fleet();
    admin::FleetOptions options;
    options.engine_binary = std::string(qgetenv("MILLPOND_BIN").constData()) + "/millpond-engine";
    options.state_dir = state_dir();
    options.generation = ++generation_;
    fleet_ = admin::make_fleet(options);
    fleet_->start(*this, *this);
}

void Harness::drop_fleet() {
    fleet_.reset();
}

admin::ClusterSpec Harness::spec(const std::string& name, int nodes, bool automatic) {
    const std::string subnet = range_ + "." + std::to_string(++next_subnet_) + ".";
    admin::ClusterSpec spec;
    spec.id = name;
    spec.primary_endpoint = {subnet + "1", 6379};
    spec.reader_endpoint = {subnet + "2", 6379};
    spec.automatic_failover = automatic;
    spec.rules = {1, {"127.0.0.0/8"}, {"127.0.0.0/8"}};
    for (int i = 1; i <= nodes; ++i) {
        admin::NodeSpec node;
        node.id = name + "-00" + std::to_string(i);
        node.address = {subnet + std::to_string(10 + i), 6379};
        node.folder = state_dir() + "/nodes/" + node.id;
        node.max_memory = 512u << 20;
        node.threads = 1;
        spec.nodes.push_back(node);
    }
    spec.initial_primary = spec.nodes.front().id;
    return spec;
}

std::string Harness::apply(const admin::ClusterSpec& wanted, Milliseconds limit) {
    admin::ClusterSpec spec = wanted;
    {
        const std::lock_guard lock(mutex_);
        spec.journal = journal_[spec.id];
    }
    const auto outcome = std::make_shared<std::promise<std::string>>();
    fleet_->apply(spec, {}, [outcome](Result<void> result) {
        outcome->set_value(result ? "" : result.error().message);
    });
    auto future = outcome->get_future();
    return future.wait_for(limit) == std::future_status::ready ? future.get()
                                                               : "it took too long\n" + all_told();
}

std::string Harness::remove(const std::string& cluster) {
    const auto outcome = std::make_shared<std::promise<std::string>>();
    fleet_->remove(cluster, [outcome](Result<void> result) {
        outcome->set_value(result ? "" : result.error().message);
    });
    auto future = outcome->get_future();
    if (future.wait_for(Milliseconds(10'000)) != std::future_status::ready)
        return "it took too long";
    const std::lock_guard lock(mutex_);
    std::erase_if(views_, [&](const auto& one) { return one.second.cluster == cluster; });
    return future.get();
}

std::string Harness::reboot(const std::string& cluster, const std::string& node) {
    const auto outcome = std::make_shared<std::promise<std::string>>();
    fleet_->reboot(cluster, node, [outcome](Result<void> result) {
        outcome->set_value(result ? "" : result.error().message);
    });
    auto future = outcome->get_future();
    return future.wait_for(Milliseconds(10'000)) == std::future_status::ready ? future.get()
                                                                              : "it took too long";
}

Result<admin::FailoverReport> Harness::switchover(const std::string& cluster,
                                                  std::optional<std::string> target) {
    const auto outcome = std::make_shared<std::promise<Result<admin::FailoverReport>>>();
    fleet_->switchover(cluster, std::move(target), [outcome](Result<admin::FailoverReport> result) {
        outcome->set_value(std::move(result));
    });
    auto future = outcome->get_future();
    if (future.wait_for(Milliseconds(10'000)) == std::future_status::ready) return future.get();
    return admin::Error{"", "it took too long", "", 500};
}

std::optional<resp::Value> Harness::exec(const std::string& node, std::vector<std::string> args) {
    const auto outcome = std::make_shared<std::promise<Result<resp::Value>>>();
    fleet_->exec(node, std::move(args), 0,
                 [outcome](Result<resp::Value> result) { outcome->set_value(std::move(result)); });
    auto future = outcome->get_future();
    if (future.wait_for(Milliseconds(30'000)) != std::future_status::ready) return {};
    auto result = future.get();
    if (!result) return {};
    return std::move(result.value());
}

std::map<std::string, admin::NodeView> Harness::nodes(const std::string& cluster) {
    const std::lock_guard lock(mutex_);
    std::map<std::string, admin::NodeView> found;
    for (const auto& [name, view] : views_) {
        if (view.cluster == cluster) found[name] = view;
    }
    return found;
}

std::string Harness::primary(const std::string& cluster) {
    for (const auto& [name, view] : nodes(cluster)) {
        if (view.role == "primary" && view.status == "available") return name;
    }
    return {};
}

std::int64_t Harness::pid(const std::string& node) {
    const std::lock_guard lock(mutex_);
    return views_[node].pid;
}

std::vector<admin::FailoverReport> Harness::failovers(const std::string& cluster) {
    const std::lock_guard lock(mutex_);
    std::vector<admin::FailoverReport> found;
    for (const auto& report : failovers_) {
        if (report.cluster == cluster && report.done) found.push_back(report);
    }
    return found;
}

bool Harness::told(const std::string& words) {
    return all_told().find(words) != std::string::npos;
}

std::string Harness::all_told() {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& event : events_) all += event + '\n';
    return all;
}

bool Harness::wait_for(const std::function<bool()>& condition, Milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    while (!condition()) {
        if (Clock::now() > deadline) return false;
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, Milliseconds(5));
    }
    return true;
}

bool Harness::wait_until_whole(const std::string& cluster, int replicas, Milliseconds limit) {
    return wait_for(
        [&] {
            int primaries = 0;
            int up = 0;
            for (const auto& [name, view] : nodes(cluster)) {
                if (view.status != "available") return false;
                primaries += view.role == "primary" ? 1 : 0;
                up += view.role == "replica" && view.link == "up" ? 1 : 0;
            }
            return primaries == 1 && up == replicas;
        },
        limit);
}

std::size_t Harness::samples() const {
    const std::lock_guard lock(mutex_);
    return samples_;
}

std::vector<admin::SourceCount> Harness::sources() {
    const std::lock_guard lock(mutex_);
    return sources_;
}

void Harness::on_node(const admin::NodeView& view) {
    const std::lock_guard lock(mutex_);
    views_[view.id] = view;
    changed_.notify_all();
}

void Harness::on_failover(const admin::FailoverReport& report) {
    const std::lock_guard lock(mutex_);
    failovers_.push_back(report);
    changed_.notify_all();
}

void Harness::on_event(const std::string& cluster, const std::string& node,
                       const std::string& severity, const std::string& message) {
    const std::lock_guard lock(mutex_);
    events_.push_back(cluster + " " + node + " " + severity + " " + message);
    changed_.notify_all();
}

void Harness::on_samples(const std::vector<admin::NodeSample>& samples) {
    const std::lock_guard lock(mutex_);
    samples_ += samples.size();
    changed_.notify_all();
}

void Harness::on_sources(const std::vector<admin::SourceCount>& sources) {
    const std::lock_guard lock(mutex_);
    sources_ = sources;
    changed_.notify_all();
}

void Harness::reserve_epochs(const std::string& cluster, std::uint64_t count,
                             std::function<void(std::uint64_t)> done) {
    std::uint64_t first = 0;
    {
        const std::lock_guard lock(mutex_);
        auto& next = epochs_.try_emplace(cluster, 1).first->second;
        first = next;
        next += count;
    }
    done(first);
}

void Harness::record(const std::string& cluster, const std::string& state) {
    const std::lock_guard lock(mutex_);
    journal_[cluster] = state;
}

}  // namespace millpond::tests
