// SPDX-License-Identifier: Apache-2.0
#include "engine/net/network.h"

#include <algorithm>

#include "engine/net/acceptor.h"
#include "engine/net/io_thread.h"
#include "engine/server/config.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {
/// How long a connection outlives the rule that allowed it: another rule may be on its way.
constexpr std::int64_t kDisallowedMs = 1000;
}  // namespace

Network::Network(Server& server)
    : server_(server), acceptor_(std::make_unique<Acceptor>(server, *this)) {
    std::size_t count = static_cast<std::size_t>(server.config().threads.load());
    if (count == 0) count = std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) {
        threads_.push_back(
            std::make_unique<IoThread>(server, *this, "io-" + std::to_string(i),
                                       i == 0 && server.managed() ? &tick_ : nullptr));
    }
}

Network::~Network() = default;

void Network::start() {
    acceptor_->open_configured();
    follow_configuration();
    for (std::size_t i = 1; i < threads_.size(); ++i) {
        running_.emplace_back([thread = threads_[i].get()] { thread->run(); });
    }
    acceptor_->start();
}

void Network::follow_configuration() {
    Config& config = server_.config();
    // What a managed node listens on is for its manager to say.
    if (server_.managed()) {
        for (const char* name : {"port", "bind", "bind-source-addr"}) config.fix(name);
        return;
    }
    for (const auto& [name, why] :
         {std::pair("port", "Unable to listen on this port. Check server logs."),
          std::pair("bind", "Failed to bind to specified addresses.")}) {
        config.on_change(name, [this, why = std::string(why)] {
            return acceptor_->reopen_tcp() ? std::nullopt : std::optional(why);
        });
    }
}

void Network::run() {
    threads_[0]->run();
}

void Network::stop() {
    // Before any connection is closed: whoever sees that and connects anew is refused.
    acceptor_->refuse_more();
    threads_[0]->stop();
}

void Network::join() {
    acceptor_->stop();
    for (const auto& thread : threads_) thread->stop();
    for (std::thread& thread : running_) thread.join();
    running_.clear();
}

void Network::deal(Accepted accepted) {
    connection_opened();
    IoThread& thread =
        *threads_[next_thread_.fetch_add(1, std::memory_order_relaxed) % threads_.size()];
    thread.post([&thread, accepted = std::move(accepted)] { thread.adopt(accepted); });
}

void Network::listen(Listener listener) {
    acceptor_->listen(std::move(listener));
}

bool Network::set_active(const std::string& name, bool active) {
    return acceptor_->set_active(name, active);
}

void Network::set_active(Kind kind, bool active) {
    acceptor_->set_active(kind, active);
}

bool Network::unlisten(const std::string& name) {
    return acceptor_->unlisten(name);
}

std::vector<NetworkControl::Listener> Network::listeners() {
    return acceptor_->listeners();
}

std::vector<NetworkControl::Source> Network::sources() {
    return acceptor_->sources();
}

bool Network::set_rules(std::uint64_t revision, std::vector<std::string> vpc,
                        std::vector<std::string> allowed) {
    if (!acceptor_->set_rules(revision, vpc, allowed)) return false;
    server_.post_after(kDisallowedMs, [this] { close_disallowed(); });
    return true;
}

void Network::close_disallowed() {
    std::vector<std::uint64_t> ids;
    visit_sessions([&](Session& session) {
        if (session.via == Session::Via::handed_over && !acceptor_->allowed(session.peer_address)) {
            ids.push_back(session.id());
        }
    });
    for (const std::uint64_t id : ids) close(id, true);
}

void Network::close_accepted(Kind kind) {
    std::vector<std::uint64_t> ids;
    visit_sessions([&](Session& session) {
        if (session.via == Session::Via::handed_over && session.listener_kind == kind)
            ids.push_back(session.id());
    });
    for (const std::uint64_t id : ids) close(id, true);
}

void Network::visit_sessions(const std::function<void(Session&)>& visitor) {
    for (const auto& thread : threads_) thread->visit(visitor);
}

bool Network::visit_session(std::uint64_t id, const std::function<void(Session&)>& visitor) {
    return std::ranges::any_of(threads_,
                               [&](const auto& thread) { return thread->visit_one(id, visitor); });
}

void Network::resume(BlockToken token, std::string reply, Resumed how) {
    // Which thread it is that owns the session, only that thread can say for sure.
    for (const auto& thread : threads_) {
        if (!thread->visit_one(token.session, [](Session& s) { s.inbox->await_reply(); })) continue;
        thread->post([t = thread.get(), token, how, reply = std::move(reply)] {
            t->resume(token.session, token.serial, reply, how);
        });
        return;
    }
}

bool Network::unblock(std::uint64_t id, bool with_error) {
    for (const auto& thread : threads_) {
        bool suspended = false;
        if (!thread->visit_one(
                id, [&](Session& s) { suspended = s.state() == Session::State::suspended; }))
            continue;
        if (suspended)
            thread->post([t = thread.get(), id, with_error] { t->unblock(id, with_error); });
        return suspended;
    }
    return false;
}

void Network::close(std::uint64_t id, bool flush) {
    for (const auto& thread : threads_) {
        if (!thread->visit_one(id, [](Session&) {})) continue;
        thread->post([t = thread.get(), id, flush] { t->close(id, flush); });
        return;
    }
}

void Network::with_executor(std::function<void(Executor&)> work) {
    threads_[0]->post([t = threads_[0].get(), work = std::move(work)] { t->with_executor(work); });
}

void Network::run_parked() {
    for (const auto& thread : threads_) {
        thread->post([t = thread.get()] { t->run_parked(); });
    }
}

void Network::drop_parked() {
    for (const auto& thread : threads_) {
        thread->post([t = thread.get()] { t->drop_parked(); });
    }
}

}  // namespace millpond::engine
