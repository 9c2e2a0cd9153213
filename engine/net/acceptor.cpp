// SPDX-License-Identifier: Apache-2.0
#include "engine/net/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include "engine/acl/access_control.h"
#include "engine/net/endpoint_text.h"
#include "engine/net/network.h"
#include "engine/net/socket_owner.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"

namespace millpond::engine {

namespace {

constexpr auto kOutOfDescriptorsPause = std::chrono::milliseconds(20);
constexpr std::string_view kProtectedMode =
    "-DENIED Redis is running in protected mode: no password is set, so only clients on this "
    "machine are served. "
    "To serve others, set a password (requirepass, or CONFIG SET requirepass from this machine) "
    "and restrict the "
    "bind addresses; or, where everybody who can reach the port may use it, turn protected-mode "
    "off.\r\n";
constexpr std::string_view kTooMany = "-ERR max number of clients reached\r\n";

void reset(int fd) {
    const linger now{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd);
}

void say_and_close(int fd, std::string_view text) {
    static_cast<void>(!::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    ::close(fd);
}

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

Acceptor::Acceptor(Server& server, Network& network)
    : server_(server),
      network_(network),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (epoll_ < 0 || wake_ < 0) fail(errno, "epoll");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = 0;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
}

Acceptor::~Acceptor() {
    stop();
    for (const Listening& one : listening_) ::close(one.listener.fd);
    for (const std::string& path : unix_paths_) ::unlink(path.c_str());
    ::close(epoll_);
    ::close(wake_);
}

// -- The engine's own listeners
// ------------------------------------------------------------------------------

void Acceptor::open_configured() {
    const Config& config = server_.config();
    if (!server_.managed()) {
        const auto addresses =
            tcp_addresses(config.bind.get(), static_cast<int>(config.port.load()));
        const std::lock_guard lock(mutex_);
        open_tcp(addresses);
    }
    if (const std::string path = config.unixsocket.get(); !path.empty()) {
        open_unix(path, static_cast<int>(config.unixsocketperm.load()));
    }
    if (server_.managed()) open_unix(config.millpond_folder.get() + "/data.sock", 0600);
    const std::lock_guard lock(mutex_);
    if (listening_.empty()) {
        throw std::runtime_error(
            "there is nothing to listen on: give a port and addresses that this machine has, or a "
            "unixsocket");
    }
}

/// Requires: the mutex. All or none of them: throws std::system_error.
void Acceptor::open_tcp(const std::vector<TcpAddress>& addresses) {
    const std::size_t before = listening_.size();
    try {
        for (const TcpAddress& address : addresses) {
            const int fd =
                open_listener(address, static_cast<int>(server_.config().tcp_backlog.load()));
            if (fd < 0) continue;
            add(fd, Session::Via::tcp,
                {"tcp " + endpoint_text(address.at), NetworkControl::Kind::node, true, fd},
                address);
        }
    } catch (const std::system_error&) {
        while (listening_.size() > before) remove(std::prev(listening_.end()));
        throw;
    }
}

bool Acceptor::reopen_tcp() {
    const Config& config = server_.config();
    try {
        auto missing = tcp_addresses(config.bind.get(), static_cast<int>(config.port.load()));
        const std::lock_guard lock(mutex_);
        std::vector<std::uint64_t> leaving;
        for (const Listening& one : listening_) {
            if (one.via != Session::Via::tcp) continue;
            const auto stays = std::ranges::find(missing, one.address);
            if (stays == missing.end()) {
                leaving.push_back(one.key);
            } else {
                missing.erase(stays);
            }
        }
        const auto leave = [&](auto which) {
            for (auto one = listening_.begin(); one != listening_.end();) {
                const bool goes = std::ranges::count(leaving, one->key) > 0 && which(one->address);
                if (goes) remove(one);
                if (!goes) ++one;
            }
        };
        // Two that exclude each other cannot be there together, not even for a moment.
        leave([&](const TcpAddress& old) {
            return std::ranges::any_of(missing, [&](const auto& m) { return m.excludes(old); });
        });
        open_tcp(missing);
        leave([](const TcpAddress&) { return true; });
        return true;
    } catch (const std::runtime_error& error) {
        spdlog::warn("Failed to listen: {}", error.what());
        return false;
    }
}

void Acceptor::open_unix(const std::string& path, int mode) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.size() >= sizeof to.sun_path) fail(ENAMETOOLONG, "unix socket " + path);
    std::memcpy(to.sun_path, path.c_str(), path.size() + 1);
    ::unlink(path.c_str());  // of an earlier run; whoever may write here may
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) fail(errno, "unix socket " + path);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 ||
        (mode != 0 && ::chmod(path.c_str(), static_cast<mode_t>(mode)) != 0) ||
        ::listen(fd, static_cast<int>(server_.config().tcp_backlog.load())) != 0) {
        const int error = errno;
        ::close(fd);
        fail(error, "unix socket " + path);
    }
    unix_paths_.push_back(path);
    const std::lock_guard lock(mutex_);
    add(fd, Session::Via::unix_socket, {"unix " + path, NetworkControl::Kind::node, true, fd});
}

/// Requires: the mutex.
void Acceptor::add(int fd, Session::Via via, NetworkControl::Listener listener,
                   TcpAddress address) {
    Listening& added = listening_.emplace_back(
        Listening{next_key_++, via, std::move(listener), std::move(address)});
    added.listener.fd = fd;
    watch(added, added.listener.active);
}

/// Requires: the mutex.
void Acceptor::remove(std::vector<Listening>::iterator listening) {
    // Others may hold the same socket: it would stay in our epoll set, closed or not.
    if (listening->listener.active) watch(*listening, false);
    ::close(listening->listener.fd);
    listening_.erase(listening);
}

/// Requires: the mutex.
void Acceptor::watch(Listening& listening, bool active) {
    listening.listener.active = active;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = listening.key;
    ::epoll_ctl(epoll_, active ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listening.listener.fd, &event);
}

// -- Listeners that are handed over
// --------------------------------------------------------------------------

void Acceptor::listen(NetworkControl::Listener listener) {
    ::fcntl(listener.fd, F_SETFL, ::fcntl(listener.fd, F_GETFL) | O_NONBLOCK);
    ::fcntl(listener.fd, F_SETFD, FD_CLOEXEC);
    unlisten(listener.name);
    const int fd = listener.fd;
    const std::lock_guard lock(mutex_);
    add(fd, Session::Via::handed_over, std::move(listener));
}

bool Acceptor::set_active(const std::string& name, bool active) {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::ranges::find(listening_, name, [](const Listening& l) { return l.listener.name; });
    if (found == listening_.end() || found->via != Session::Via::handed_over) return false;
    if (found->listener.active != active) watch(*found, active);
    return true;
}

void Acceptor::set_active(NetworkControl::Kind kind, bool active) {
    const std::lock_guard lock(mutex_);
    for (Listening& one : listening_) {
        if (one.via == Session::Via::handed_over && one.listener.kind == kind &&
            one.listener.active != active) {
            watch(one, active);
        }
    }
}

bool Acceptor::unlisten(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::ranges::find(listening_, name, [](const Listening& l) { return l.listener.name; });
    if (found == listening_.end() || found->via != Session::Via::handed_over) return false;
    remove(found);
    return true;
}

std::vector<NetworkControl::Listener> Acceptor::listeners() {
    const std::lock_guard lock(mutex_);
    std::vector<NetworkControl::Listener> out;
    for (const Listening& one : listening_) {
        if (one.via == Session::Via::handed_over) out.push_back(one.listener);
    }
    return out;
}

bool Acceptor::set_rules(std::uint64_t revision, const std::vector<std::string>& vpc,
                         const std::vector<std::string>& allowed) {
    auto rules = std::make_shared<const AccessRules>(revision, vpc, allowed);
    const std::lock_guard lock(mutex_);
    if (rules_ && revision < rules_->revision()) return false;
    rules_ = std::move(rules);
    return true;
}

bool Acceptor::allowed(const std::string& address) {
    std::shared_ptr<const AccessRules> rules;
    {
        const std::lock_guard lock(mutex_);
        rules = rules_;
    }
    const auto ip = IpAddress::parse(address);
    return rules && ip && rules->refusal(*ip).empty();
}

// -- Accepting
// -------------------------------------------------------------------------------------------------

void Acceptor::start() {
    thread_ = std::thread([this] { run(); });
    lookup_thread_ = std::thread([this] { look_up_refused(); });
}

void Acceptor::stop() {
    stopping_.store(true);
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_, &one, sizeof one));
    {
        const std::lock_guard lock(refused_mutex_);
        refused_ready_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    if (lookup_thread_.joinable()) lookup_thread_.join();
}

void Acceptor::refuse_more() {
    const std::lock_guard lock(mutex_);
    for (Listening& one : listening_) {
        if (one.via == Session::Via::handed_over) continue;
        if (one.listener.active) watch(one, false);
        ::shutdown(one.listener.fd, SHUT_RDWR);
    }
}

void Acceptor::run() {
    ::pthread_setname_np(::pthread_self(), "acceptor");
    std::array<epoll_event, 64> events;
    while (!stopping_.load()) {
        const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < n; ++i) {
            if (const std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64)
                accept_on(key);
        }
    }
}

void Acceptor::accept_on(std::uint64_t key) {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        int fd = -1;
        Session::Via via{};
        NetworkControl::Kind kind{};
        std::string name;
        std::shared_ptr<const AccessRules> rules;
        {
            // Held across the accept, which does not wait: the descriptor cannot become another's.
            const std::lock_guard lock(mutex_);
            const auto found = std::ranges::find(listening_, key, &Listening::key);
            if (found == listening_.end() || !found->listener.active) return;
            fd = ::accept4(found->listener.fd, reinterpret_cast<sockaddr*>(&from), &size,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
            via = found->via;
            kind = found->listener.kind;
            name = found->listener.name;
            rules = rules_;
        }
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                spdlog::warn("Accepting a connection: {}", std::strerror(errno));
                std::this_thread::sleep_for(kOutOfDescriptorsPause);
            }
            return;
        }
        admit(fd, via, kind, name, from, rules);
    }
}

void Acceptor::admit(int fd, Session::Via via, NetworkControl::Kind kind, const std::string& name,
                     const sockaddr_storage& from,
                     const std::shared_ptr<const AccessRules>& rules) {
    sockaddr_storage to{};
    socklen_t size = sizeof to;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&to), &size);
    const std::string address = address_text(from);
    const auto ip = IpAddress::of(from);
    if (via == Session::Via::handed_over) {
        const std::string_view reason = !rules ? "no rules have been set yet"
                                        : !ip  ? "no address"
                                               : rules->refusal(*ip);
        if (!reason.empty()) return refuse(fd, address, reason, from, to);
        sources_.accepted(address);
    }
    Config& config = server_.config();
    if (network_.connections() >= static_cast<std::size_t>(config.maxclients.load())) {
        server_.statistics().connections_rejected.add(1);
        return say_and_close(fd, kTooMany);
    }
    if (via == Session::Via::tcp && config.protected_mode && ip && !ip->loopback() &&
        server_.acl().accounts().default_without_password()) {
        server_.statistics().connections_rejected.add(1);
        return say_and_close(fd, kProtectedMode);
    }
    server_.statistics().connections_received.add(1);
    const bool local = via == Session::Via::unix_socket;
    network_.deal({fd, via, kind, via == Session::Via::handed_over ? name : std::string(),
                   local ? endpoint_text(to) : endpoint_text(from), endpoint_text(to), address});
}

void Acceptor::refuse(int fd, const std::string& address, std::string_view reason,
                      const sockaddr_storage& from, const sockaddr_storage& to) {
    sources_.refused(address, reason);
    server_.statistics().connections_rejected.add(1);
    {
        const std::lock_guard lock(refused_mutex_);
        if (refused_.size() < kLookupsMax) {
            refused_.push_back({fd, address, from, to});
            refused_ready_.notify_one();
            return;
        }
    }
    reset(fd);
}

/// The kernel can say who connected only while the connection is there, so the reset comes from
/// here.
void Acceptor::look_up_refused() {
    ::pthread_setname_np(::pthread_self(), "refusals");
    for (;;) {
        Refused one{};
        {
            std::unique_lock lock(refused_mutex_);
            refused_ready_.wait(lock, [this] { return stopping_.load() || !refused_.empty(); });
            if (refused_.empty()) return;
            one = std::move(refused_.front());
            refused_.pop_front();
        }
        const auto owner = find_socket_owner(one.from, one.to);
        reset(one.fd);
        if (owner) sources_.owner(one.address, owner->uid, find_process(owner->inode));
    }
}

}  // namespace millpond::engine
