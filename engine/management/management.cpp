// SPDX-License-Identifier: Apache-2.0
#include "engine/management/management.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>

#include "engine/management/fatal.h"
#include "engine/management/node_commands.h"
#include "engine/management/socket.h"
#include "resp/reply_parser.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kConnectionsMax = 64;
constexpr std::uint64_t kListenerId = 0;
constexpr std::uint64_t kWakeId = 1;

/// One daemon's, or a person's, connection. A command waits until the one before has been answered.
struct Connection {
    explicit Connection(Descriptor fd) : socket(std::move(fd)) {}
    ManagementSocket socket;
    resp::ReplyParser parser;
    std::uint64_t generation = 0;
    bool busy = false;
    bool watching = false;
    bool polled_for_write = false;
};

bool may_connect(int fd) {
    ucred peer{};
    socklen_t size = sizeof(peer);
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    return peer.uid == 0 || peer.uid == ::geteuid();
}

class ManagementThread final : public Management {
public:
    ManagementThread(ManagementOptions options, ManagedParts parts)
        : options_(std::move(options)),
          parts_(std::move(parts)),
          listener_(listen_unix(options_.folder / "mgmt.sock")),
          epoll_(::epoll_create1(EPOLL_CLOEXEC)),
          wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          commands_(options_, parts_,
                    [this](std::function<void()> work) { post(std::move(work)); }) {
        if (!epoll_.valid() || !wake_.valid()) {
            throw std::system_error(errno, std::generic_category(), "the management thread");
        }
        watch_fd(listener_.get(), kListenerId, EPOLLIN, EPOLL_CTL_ADD);
        watch_fd(wake_.get(), kWakeId, EPOLLIN, EPOLL_CTL_ADD);
        parts_.role.on_change([this] { post([this] { push_changes(); }); });
        thread_ = std::thread([this] {
            ::pthread_setname_np(::pthread_self(), "management");
            loop();
        });
    }

    ~ManagementThread() override {
        parts_.role.on_change({});
        stopping_ = true;
        wake();
        thread_.join();
        for (auto& [id, connection] : connections_) remove_fatal_socket(connection.socket.fd());
        ::unlink((options_.folder / "mgmt.sock").c_str());
    }

private:
    void post(std::function<void()> work) {
        {
            const std::lock_guard lock(mutex_);
            posted_.push_back(std::move(work));
        }
        wake();
    }
    void wake() {
        const std::uint64_t one = 1;
        // A full counter has woken the thread already.
        [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
    }

    void watch_fd(int fd, std::uint64_t id, std::uint32_t events, int operation) {
        epoll_event event{};
        event.events = events;
        event.data.u64 = id;
        ::epoll_ctl(epoll_.get(), operation, fd, &event);
    }

    void loop() {
        epoll_event events[16];
        while (!stopping_) {
            const int count = ::epoll_wait(epoll_.get(), events, 16, -1);
            for (int i = 0; i < count; ++i) {
                const std::uint64_t id = events[i].data.u64;
                if (id == kListenerId) {
                    accept_all();
                } else if (id == kWakeId) {
                    run_posted();
                } else {
                    serve(id);
                }
            }
        }
    }

    void run_posted() {
        std::uint64_t drained = 0;
        [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &drained, sizeof(drained));
        std::vector<std::function<void()>> work;
        {
            const std::lock_guard lock(mutex_);
            work.swap(posted_);
        }
        for (auto& one : work) one();
    }

    void accept_all() {
        for (;;) {
            Descriptor fd(
                ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (!fd.valid()) return;
            if (!may_connect(fd.get()) || connections_.size() >= kConnectionsMax) continue;
            const std::uint64_t id = next_id_++;
            watch_fd(fd.get(), id, EPOLLIN | EPOLLRDHUP, EPOLL_CTL_ADD);
            connections_.emplace(id, std::move(fd));
        }
    }

    void serve(std::uint64_t id) {
        const auto it = connections_.find(id);
        if (it == connections_.end()) return;
        std::string bytes;
        const bool open = it->second.socket.receive(bytes);
        it->second.parser.feed(bytes);
        run_commands(id);
        if (!open) close(id);
    }

    void run_commands(std::uint64_t id) {
        for (;;) {
            const auto it = connections_.find(id);
            if (it == connections_.end() || it->second.busy) break;
            resp::Value request;
            const auto status = it->second.parser.next(request);
            if (status == resp::ReplyParser::Status::need_more) break;
            if (status == resp::ReplyParser::Status::malformed ||
                request.type != resp::ValueType::array) {
                return close(id);
            }
            it->second.busy = true;
            running_ = id;
            run_command(id, it->second, request);
            running_ = 0;
        }
        flush(id);
    }

    void run_command(std::uint64_t id, Connection& connection, resp::Value& request) {
        NodeCall call;
        for (resp::Value& item : request.items) call.args.push_back(std::move(item.text));
        if (!call.args.empty() &&
            (call.args[0] == "NODE.LISTEN" || call.args[0] == "node.listen")) {
            call.descriptor = connection.socket.take_descriptor();
        }
        call.generation = connection.generation;
        call.greeted = [this, id](std::uint64_t generation) {
            if (auto it = connections_.find(id); it != connections_.end())
                it->second.generation = generation;
        };
        call.watch = [this, id] { start_watching(id); };
        call.answer = [this, id](std::string text, std::vector<Descriptor> descriptors) {
            answer(id, std::move(text), std::move(descriptors));
        };
        commands_.run(std::move(call));
    }

    void answer(std::uint64_t id, std::string text, std::vector<Descriptor> descriptors) {
        const auto it = connections_.find(id);
        if (it == connections_.end()) return;
        it->second.socket.queue(std::move(text), std::move(descriptors));
        it->second.busy = false;
        if (running_ != id) run_commands(id);  // else its loop goes on with the next command
    }

    void start_watching(std::uint64_t id) {
        Connection& connection = connections_.at(id);
        if (connection.watching) return;
        connection.watching = true;
        add_fatal_socket(connection.socket.fd());
    }

    void push_changes() {
        const std::string changes = commands_.changes();
        if (changes.empty()) return;
        std::vector<std::uint64_t> watchers;
        for (auto& [id, connection] : connections_) {
            if (connection.watching) watchers.push_back(id);
        }
        for (const std::uint64_t id : watchers) {
            connections_.at(id).socket.queue(changes);
            flush(id);
        }
    }

    void flush(std::uint64_t id) {
        const auto it = connections_.find(id);
        if (it == connections_.end()) return;
        if (!it->second.socket.flush()) return close(id);
        const bool wants = it->second.socket.wants_to_write();
        if (wants == it->second.polled_for_write) return;
        it->second.polled_for_write = wants;
        const std::uint32_t events =
            EPOLLIN | EPOLLRDHUP | (wants ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
        watch_fd(it->second.socket.fd(), id, events, EPOLL_CTL_MOD);
    }

    void close(std::uint64_t id) {
        const auto it = connections_.find(id);
        if (it == connections_.end()) return;
        remove_fatal_socket(it->second.socket.fd());
        connections_.erase(it);
    }

    const ManagementOptions options_;
    ManagedParts parts_;
    Descriptor listener_;
    Descriptor epoll_;
    Descriptor wake_;
    NodeCommands commands_;
    std::map<std::uint64_t, Connection> connections_;
    std::uint64_t next_id_ = 2;
    std::uint64_t running_ = 0;  ///< the connection whose command is being started
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    std::vector<std::function<void()>> posted_;  ///< under mutex_
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Management> start_management(ManagementOptions options, ManagedParts parts) {
    return std::make_unique<ManagementThread>(std::move(options), std::move(parts));
}

}  // namespace millpond::engine
