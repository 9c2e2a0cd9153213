// SPDX-License-Identifier: Apache-2.0
#include "engine/net/io_thread.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "engine/acl/access_control.h"
#include "engine/commands/table.h"
#include "engine/lanes/gate.h"
#include "engine/net/endpoint_text.h"
#include "engine/net/network.h"
#include "engine/observers/bus.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"
#include "engine/server/write_barrier.h"

namespace millpond::engine {

namespace {

/// Under maxmemory-clients, who takes more than this is looked at as soon as he takes it; the rest
/// ten times a second.
constexpr std::uint64_t kClientBytesMinded = 64 << 10;
constexpr int kTickMs = 10;
constexpr int kSweepMs = 100;
constexpr int kIdleSweepMs = 1000;
constexpr std::int64_t kStopFlushMs = 1000;
constexpr std::chrono::milliseconds kBuryAgain{1};

void set_keepalive(int fd, int seconds) {
    const int on = 1, interval = std::max(1, seconds / 3), count = 3;
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

/// No network lies between the two: nothing can be congested, and the algorithm that does least is
/// the best. A system's default may pace what it sends, with a timer for each reply. (Where the
/// system does not let us, its default stays.)
void spare_congestion_control(int fd) {
    constexpr std::string_view kLeast = "reno";
    ::setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, kLeast.data(), kLeast.size());
}

}  // namespace

IoThread::IoThread(Server& server, Network& network, std::string name,
                   std::atomic<std::uint64_t>* tick)
    : server_(server),
      network_(network),
      name_(std::move(name)),
      tick_(tick),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      together_ticks_max_(static_cast<std::uint64_t>(kTogetherNsMax / ns_per_tick())),
      read_buffer_(std::make_unique<char[]>(kReadBytes)) {
    if (epoll_ < 0 || wake_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
}

IoThread::~IoThread() {
    ::close(epoll_);
    ::close(wake_);
}

void IoThread::run() {
    ::pthread_setname_np(::pthread_self(), name_.c_str());
    id_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    executor_ = make_executor();
    memory_.emplace([this] { wake(); });
    now_ms_ = steady_ms();
    while (!stopping_.load(std::memory_order_relaxed)) wait_and_serve(timeout_ms());
    memory_.reset();
    drain_inbox();
    for (const auto& [id, connection] : connections_) {
        if (!connection->dead && connection->state() != Session::State::detaching) {
            // Who waits while the others' scripts still run is not answered, only closed.
            if (executor_->end_wait(*connection) == Executor::WaitEnd::busy) {
                kill(*connection);
                continue;
            }
            connection->close_after_reply();
            settle(*connection);
        }
    }
    // What has been answered reaches the client, unless it does not take it.
    const std::int64_t until = steady_ms() + kStopFlushMs;
    while (!connections_.empty() && steady_ms() < until) {
        bury();
        bool waiting = false;
        for (const auto& [id, connection] : connections_)
            waiting = waiting || connection->has_output();
        if (!waiting) break;
        wait_and_serve(kTickMs);
    }
    for (const auto& [id, connection] : connections_) kill(*connection);
    for (bury(); !dead_.empty(); bury()) std::this_thread::sleep_for(kBuryAgain);
    executor_.reset();
    spare_executors_.clear();
}

std::unique_ptr<Executor> IoThread::make_executor() {
    auto executor = std::make_unique<Executor>(server_, name_);
    executor->gate_flag().set_idle(
        [this](int timeout, bool done) { serve_while_busy(timeout, done); });
    return executor;
}

void IoThread::stop() {
    stopping_.store(true, std::memory_order_relaxed);
    post([] {});
}

void IoThread::post(std::function<void()> work) {
    bool first = false;
    {
        const std::lock_guard lock(inbox_mutex_);
        first = inbox_.empty();
        inbox_.push_back(std::move(work));
    }
    if (!first) return;
    const std::uint64_t one = 1;
    // A full counter wakes the loop just as well.
    static_cast<void>(!::write(wake_, &one, sizeof one));
}

bool IoThread::inbox_filled(std::uint64_t session) {
    const std::lock_guard lock(filled_mutex_);
    filled_.push_back(session);
    return !any_filled_.exchange(true, std::memory_order_relaxed);
}

void IoThread::wake() {
    // The loop itself looks before it sleeps.
    if (std::this_thread::get_id() == id_.load(std::memory_order_relaxed)) return;
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_, &one, sizeof one));
}

/// Sends what others have had for connections of this thread.
void IoThread::serve_filled() {
    // Settling may serve, and a script that is served has the rest served from within.
    if (filled_taken_.empty()) {
        const std::lock_guard lock(filled_mutex_);
        filled_taken_.swap(filled_);
        any_filled_.store(false, std::memory_order_relaxed);
    }
    while (!filled_taken_.empty()) {
        const std::uint64_t id = filled_taken_.back();
        filled_taken_.pop_back();
        if (Connection* c = find(id)) settle(*c);
    }
}

void IoThread::drain_inbox() {
    std::uint64_t count = 0;
    static_cast<void>(!::read(wake_, &count, sizeof count));
    {
        const std::lock_guard lock(inbox_mutex_);
        std::ranges::move(inbox_, std::back_inserter(work_));
        inbox_.clear();
    }
    run_work();
}

void IoThread::run_work() {
    // What is done may be a long script, which has the rest done from within.
    while (!work_.empty()) {
        const auto one = std::move(work_.front());
        work_.pop_front();
        one();
    }
}

/// Keeps what takes a lane until it can be had.
void IoThread::put_off(std::function<void()> work) {
    put_off_.push_back(std::move(work));
}

void IoThread::run_put_off() {
    std::vector<std::function<void()>> work;
    work.swap(put_off_);
    for (const auto& one : work) one();
}

int IoThread::timeout_ms() const {
    int timeout = -1;
    const Config& config = server_.config();
    const bool limited = config.output_normal.soft > 0 ||
                         (config.output_pubsub.soft > 0 && server_.bus().has_receivers());
    if (config.timeout > 0 || limited) timeout = kIdleSweepMs;
    if (lingering_ > 0) timeout = kSweepMs;
    if (tick_ || !put_off_.empty() || !dead_.empty()) timeout = kTickMs;
    if (deadlines_.empty()) return timeout;
    if (server_.gate().busy()) return kTickMs;  // they are looked at when the script has ended
    const std::int64_t left = deadlines_.begin()->first - steady_ms();
    const auto wait = static_cast<int>(std::clamp<std::int64_t>(left, 0, kIdleSweepMs));
    return timeout < 0 ? wait : std::min(timeout, wait);
}

void IoThread::wait_and_serve(int timeout) {
    if (any_filled_.load(std::memory_order_relaxed)) timeout = 0;
    take_events(timeout);
    if (any_filled_.load(std::memory_order_relaxed)) serve_filled();
    if (!put_off_.empty() && !server_.gate().busy()) run_put_off();
    if (!deadlines_.empty()) end_waits();
    if (now_ms_ >= next_sweep_ms_) sweep();
    if (!dead_.empty()) bury();
}

/// Waits for events, and reads and runs what has come, but on a tied connection.
void IoThread::take_events(int timeout) {
    std::array<epoll_event, kEventsMax> events;
    const int n = ::epoll_wait(epoll_, events.data(), kEventsMax, timeout);
    now_ms_ = steady_ms();
    if (memory_) memory_->look();
    if (tick_) tick_->fetch_add(1, std::memory_order_relaxed);
    for (int i = 0; i < n; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (!event.data.ptr) {
            drain_inbox();
            continue;
        }
        Connection& c = *static_cast<Connection*>(event.data.ptr);
        if (c.dead || c.tied) continue;
        // It may have been served from within a long script meanwhile, and wait for other things
        // now.
        const std::uint32_t seen = event.events & (c.events | EPOLLHUP | EPOLLERR);
        if (seen & EPOLLOUT) {
            settle(c);
            if (c.dead) continue;
        }
        if (seen & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) on_readable(c);
    }
    serve_received();
    if (!unsettled_.empty()) settle_together();
}

/// This thread runs a long script, or waits for one of its own, in the midst of a connection's
/// commands: the other connections are told that the server is busy. `done`: it is not that
/// connection's command that takes so long, so it is told like the others.
void IoThread::serve_while_busy(int timeout, bool done) {
    if (nested_ == kNestedMax)
        return std::this_thread::sleep_for(std::chrono::milliseconds(timeout));
    ++nested_;
    // The commands that are being run lie in the usual buffers, and another thread may be about to
    // run one with the usual executor.
    std::unique_ptr<Executor> executor;
    if (spare_executors_.empty()) {
        executor = make_executor();
    } else {
        executor = std::move(spare_executors_.back());
        spare_executors_.pop_back();
    }
    std::unique_ptr<char[]> read_buffer = std::make_unique<char[]>(kReadBytes);
    resp::RequestBatch batch;
    std::swap(executor_, executor);
    std::swap(read_buffer_, read_buffer);
    std::swap(batch_, batch);
    const std::size_t read_used = std::exchange(read_used_, 0);
    Running outer = std::exchange(running_, {});
    if (outer.connection && done) {
        let_go(std::exchange(outer, {}), batch, *executor);
    } else if (outer.connection) {
        outer.connection->tied = true;  // it is looked after when its command has ended
        watch(*outer.connection, 0);
    }
    serve_received();  // those who were read together with it
    run_work();
    take_events(timeout);
    if (any_filled_.load(std::memory_order_relaxed) || !filled_taken_.empty()) serve_filled();
    if (outer.connection) outer.connection->tied = false;
    running_ = outer;
    read_used_ = read_used;
    std::swap(read_buffer_, read_buffer);
    std::swap(batch_, batch);
    std::swap(executor_, executor);
    executor_->take_over(*executor);
    spare_executors_.push_back(std::move(executor));
    --nested_;
}

/// The last command of a running batch is done, though run() has not returned: the connection is
/// served from here on as any other, and serve() will leave it alone.
void IoThread::let_go(const Running& running, const resp::RequestBatch& batch, Executor& executor) {
    Connection& c = *running.connection;
    const std::size_t ran = executor.leave_batch(c);
    note_run(c, ran);
    const std::size_t used = running.used + (ran > 0 ? batch.input_end(ran - 1) : 0);
    c.request = nullptr;
    if (c.input.empty()) {
        c.input.append(running.data.substr(used));
    } else {
        c.input.consume(used);  // that is where the data is
    }
    c.parser.rewind();
    serve_input(c);
}

// -- Reading and running
// ---------------------------------------------------------------------------------

void IoThread::on_readable(Connection& c) {
    if (c.linger_until_ms > 0) return discard_input(c);
    if (c.state() != Session::State::open || c.choked) {
        // Nothing is read while it waits; that the peer has gone away is all that can have
        // happened.
        return kill(c);
    }
    char* to = read_buffer_.get() + read_used_;
    std::size_t room = kReadBytes - read_used_;
    const bool own = !c.input.empty() || c.big_request > 0;
    if (own) {
        c.input.reserve(c.input.empty() ? c.big_request : missing_bytes(c, c.input.size()));
        to = c.input.tail();
        room = c.input.tail_room();
    }
    const ssize_t n = ::recv(c.fd, to, room, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return c.input.consume(0);
    if (n <= 0) return kill(c);
    const auto size = static_cast<std::size_t>(n);
    server_.statistics().net_input.add(n);
    server_.statistics().reads.add(1);
    c.bytes_in.store(c.bytes_in.load(std::memory_order_relaxed) + size, std::memory_order_relaxed);
    c.last_active_ms.store(now_ms_, std::memory_order_relaxed);
    if (own) {
        c.input.commit(size);
        received_.push_back({&c, {}});
    } else {
        received_.push_back({&c, {to, size}});
        read_used_ += size;
    }
    if (received_.size() >= together() || kReadBytes - read_used_ < kReadBytesMin) serve_received();
}

/// How much is to be read behind the `have` bytes of an unfinished command. What is big is read to
/// its end and no further, so that it can stay where it is. Room grows with what has come, not with
/// what was announced.
std::size_t IoThread::missing_bytes(const Connection& c, std::size_t have) {
    const std::size_t wanted = c.parser.bytes_wanted();
    if (wanted <= have) return kReadBytesMin;
    const std::size_t missing = wanted - have;
    if (wanted < kBigRequest) return std::max(missing, kReadBytesMin);
    return std::min(missing, std::max(kAnnouncedMax, have));
}

std::size_t IoThread::together() const {
    const bool pipelines = read_used_ >= kTogetherSingle * kPipelineBytes;
    return pipelines ? kTogetherMax : kTogetherSingle;
}

/// Serving some connections one right after another finds the code and the data structures in the
/// caches, which the kernel has filled with its own while it read.
void IoThread::serve_received() {
    look_ahead();
    while (served_ < received_.size()) {
        const auto [connection, data] = received_[served_++];
        Connection& c = *connection;
        if (c.dead) continue;
        // A command that takes long has the rest served from within: then there is nothing left.
        if (data.empty()) {
            serve_kept(c);
        } else if (const auto used = serve(c, data); used && !c.dead && *used < data.size()) {
            const std::string_view rest = data.substr(*used);
            c.input.reserve(rest.size() + missing_bytes(c, rest.size()));
            c.input.append(rest);
        }
        settle_soon(c);
    }
    received_.clear();
    served_ = read_used_ = 0;
}

/// Commands that come one at a time wait for memory as those of a pipeline do: so their keys are
/// looked for together, too.
void IoThread::look_ahead() {
    std::array<Executor::Ahead, kTogetherMax> ahead;
    std::size_t known = 0;
    int db = 0;
    for (std::size_t i = served_; i < received_.size() && known < ahead.size(); ++i) {
        const auto& [connection, data] = received_[i];
        if (known > 0 && connection->db() != db) continue;
        db = connection->db();
        Bytes words[2];
        if (resp::RequestParser::peek(data, words) > 0) ahead[known++] = {words[0], words[1]};
    }
    executor_->look_ahead({ahead.data(), known}, db);
}

/// A client that sleeps is woken by the first reply, and a client of many connections goes back to
/// sleep if the next is not there yet: so the replies of some leave one right after another. With a
/// write barrier those of the whole turn do, behind one write and one sync.
void IoThread::settle_soon(Connection& c) {
    if (unsettled_.empty()) unsettled_since_ = ticks();
    unsettled_.push_back(&c);
    if (server_.write_barrier()) [[unlikely]]
        return;
    if (unsettled_.size() >= together() || ticks() - unsettled_since_ > together_ticks_max_)
        settle_together();
}

void IoThread::settle_together() {
    pass_barrier();
    // Settling may serve, and a script that is served has the rest settled from within.
    while (settled_ < unsettled_.size()) settle(*unsettled_[settled_++]);
    unsettled_.clear();
    settled_ = 0;
}

void IoThread::note_run(Connection& c, std::size_t commands) {
    c.commands_run.store(c.commands_run.load(std::memory_order_relaxed) + commands,
                         std::memory_order_relaxed);
}

/// Returns how much of the data has been used; nothing when the connection has been let go of,
/// and somebody else has seen to all that.
std::optional<std::size_t> IoThread::serve(Connection& c, std::string_view data) {
    const Config& config = server_.config();
    resp::RequestLimits limits;
    limits.bulk_bytes_max = config.proto_max_bulk_len.load(std::memory_order_relaxed);
    std::size_t used = 0;
    while (used < data.size() && c.state() == Session::State::open && !c.choked) {
        batch_.clear();
        limits.authenticated = !server_.acl().must_authenticate(c);
        // Before AUTH, what comes next is judged only when the command before it has been run.
        const std::size_t most = limits.authenticated ? Executor::kBatchCommandsMax : 1;
        const auto status = c.parser.parse(data.substr(used), limits, most, batch_);
        take_messages(c);
        running_ = {&c, data, used};
        const std::size_t ran = batch_.empty() ? 0 : executor_->run(c, batch_);
        if (!std::exchange(running_, {}).connection) return std::nullopt;
        note_run(c, ran);
        if (ran < batch_.size()) {
            if (ran > 0) used += batch_.input_end(ran - 1);
            c.parser.rewind();
            break;
        }
        const std::size_t consumed = batch_.consumed();
        used += consumed;
        if (c.state() != Session::State::open) break;
        if (status == resp::RequestParser::Status::malformed) {
            resp::ReplyWriter(c.out(), c.protocol()).error(c.parser.error());
            spdlog::info("Protocol error from client {}: {}", c.peer, c.parser.error());
            c.close_after_reply();
            return data.size();
        }
        if (consumed == 0) break;
        if (c.out().size() > kFlushBytes) {
            if (c.is_too_much(c.pending())) {
                kill_overflowed(c, c.pending());
                return data.size();
            }
            pass_barrier();
            if (c.send() == Connection::Sent::broken) {
                kill(c);
                return data.size();
            }
            c.choked = c.pending() > kOutputPendingMax;
        }
    }
    if (data.size() - used > static_cast<std::size_t>(config.client_query_buffer_limit.load(
                                 std::memory_order_relaxed))) {
        spdlog::warn("Closing client {}: its query buffer has reached the limit", c.peer);
        server_.statistics().query_limit_disconnections.add(1);
        kill(c);
    }
    return used;
}

/// Runs what waits in the connection's own buffer.
void IoThread::serve_kept(Connection& c) {
    const bool whole = c.input.is_full();
    c.request = c.input.memory();
    const auto used = serve(c, c.input.view());
    c.request = nullptr;
    if (!used || c.dead) return;
    // Who has sent one big request is likely to send another.
    const std::size_t size = c.input.size();
    c.big_request = whole && *used == size && batch_.size() == 1 && size >= kBigRequest
                        ? std::min(size, kAnnouncedMax)
                        : 0;
    c.input.consume(*used);
}

void IoThread::serve_input(Connection& c) {
    if (!c.input.empty()) serve_kept(c);
    settle(c);
}

/// What was put before a command is run comes before its reply: who has been told by somebody else
/// of a write that was answered may rely on it.
void IoThread::take_messages(Connection& c) {
    if (c.inbox->waiting() && !c.inbox->overflowed()) [[unlikely]]
        c.inbox->drain(c);
}

void IoThread::pass_barrier() {
    if (WriteBarrier* barrier = server_.write_barrier()) [[unlikely]]
        barrier->pass();
}

/// Sends what there is to send, and sees to what the state of the session asks for.
void IoThread::settle(Connection& c) {
    if (c.dead || c.linger_until_ms > 0 || c.tied) return;
    // Of a big argument only its own bytes count, as in Redis.
    const std::size_t kept = c.input.size();
    const auto unserved =
        static_cast<std::uint32_t>(kept - std::min(kept, c.parser.bytes_before_bulk(kBigRequest)));
    if (c.input_pending.load(std::memory_order_relaxed) != unserved)
        c.input_pending.store(unserved, std::memory_order_relaxed);
    // What a request is going to take counts from when it says so, as where it is allocated then.
    if (const std::size_t capacity = std::max(c.input.capacity(), c.parser.bytes_wanted());
        c.input_capacity.load(std::memory_order_relaxed) != capacity)
        c.input_capacity.store(capacity, std::memory_order_relaxed);
    if (server_.config().maxmemory_clients.load(std::memory_order_relaxed) != 0 &&
        c.memory_bytes() > kClientBytesMinded) [[unlikely]]
        server_.check_clients_soon();
    if (c.inbox->waiting()) {
        if (c.inbox->overflowed()) return kill_overflowed(c, c.pending());
        const Session::State state = c.state();
        if (state != Session::State::closing && state != Session::State::detaching) {
            c.inbox->drain(c);
        }
    }
    Connection::Sent sent = Connection::Sent::all;
    if (c.has_output()) {
        if (c.is_too_much(c.pending())) return kill_overflowed(c, c.pending());
        const std::uint64_t before = c.bytes_out.load(std::memory_order_relaxed);
        pass_barrier();
        sent = c.send();
        server_.statistics().writes.add(1);
        server_.statistics().net_output.add(
            static_cast<std::int64_t>(c.bytes_out.load(std::memory_order_relaxed) - before));
    }
    if (sent == Connection::Sent::broken) return kill(c);
    if (sent == Connection::Sent::all && c.choked) {
        c.choked = false;
        return serve_input(c);
    }
    const bool blocked = sent == Connection::Sent::blocked;
    if (blocked && !within_output_limits(c)) return kill(c);
    if (!blocked) {
        c.soft_limit_since_ms = 0;
        note_pending(c, 0);
        if (c.state() == Session::State::closing) return linger(c);
        if (c.state() == Session::State::detaching) return hand_over(c);
    }
    if (c.state() == Session::State::suspended) note_deadline(c);
    const bool reads = c.state() == Session::State::open && !c.choked;
    watch(c, (reads ? EPOLLIN | EPOLLRDHUP : EPOLLRDHUP) | (blocked ? EPOLLOUT : 0u));
}

bool IoThread::within_output_limits(Connection& c) {
    const Config::OutputLimit& limit = c.output_limit();
    const auto pending = static_cast<std::int64_t>(c.pending());
    note_pending(c, static_cast<std::size_t>(pending));
    const bool hard = limit.hard > 0 && pending > limit.hard;
    bool soft = false;
    if (limit.soft > 0 && pending > limit.soft) {
        if (c.soft_limit_since_ms == 0) c.soft_limit_since_ms = now_ms_;
        soft = now_ms_ - c.soft_limit_since_ms > limit.soft_seconds * 1000;
    } else {
        c.soft_limit_since_ms = 0;
    }
    if (!hard && !soft) return true;
    note_overflow(c, static_cast<std::size_t>(pending));
    return false;
}

void IoThread::note_pending(Connection& c, std::size_t bytes) {
    c.output_pending.store(bytes, std::memory_order_relaxed);
    c.inbox->output_pending.store(bytes, std::memory_order_relaxed);
}

void IoThread::note_overflow(const Connection& c, std::size_t pending) {
    spdlog::warn("Closing client {}: {} bytes of output wait to be read", c.peer, pending);
    server_.statistics().output_limit_disconnections.add(1);
}

void IoThread::kill_overflowed(Connection& c, std::size_t pending) {
    note_overflow(c, pending);
    kill(c);
}

void IoThread::watch(Connection& c, std::uint32_t events) {
    if (c.events == events) return;
    c.events = events;
    epoll_event event{};
    event.events = events;
    event.data.ptr = &c;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &event);
}

// -- The ends of a connection
// -------------------------------------------------------------------------------

/// Our side is closed by a FIN, behind the output. Closing outright with input unread would send a
/// reset, which takes replies from the client that it has not yet read.
void IoThread::linger(Connection& c) {
    if (c.killed.load(std::memory_order_relaxed)) return kill(c);
    (void)executor_->forget(c);  // it observes nothing any more, though it is still there
    ::shutdown(c.fd, SHUT_WR);
    c.linger_until_ms = now_ms_ + kLingerMs;
    ++lingering_;
    watch(c, EPOLLIN | EPOLLRDHUP);
    next_sweep_ms_ = std::min(next_sweep_ms_, now_ms_ + kSweepMs);
}

void IoThread::discard_input(Connection& c) {
    // Behind what has been read for others and is still to be served.
    const ssize_t n = ::recv(c.fd, read_buffer_.get() + read_used_, kReadBytes - read_used_, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) kill(c);
}

void IoThread::hand_over(Connection& c) {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, c.fd, nullptr);
    const auto taker = c.take_taker();
    c.dead = true;
    dead_.push_back(&c);
    taker(c.release());
}

void IoThread::kill(Connection& c) {
    if (c.dead) return;
    // Nothing more is taken from a key for a client that is gone. Where its wait cannot be ended
    // yet, this keeps it from being served.
    if (executor_->end_wait(c) == Executor::WaitEnd::busy)
        c.killed.store(true, std::memory_order_relaxed);
    forget_deadline(c);
    c.dead = true;
    if (c.linger_until_ms > 0) --lingering_;
    // The descriptor is closed when it is buried; a stranger's event must not come for it until
    // then.
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, c.fd, nullptr);
    dead_.push_back(&c);
}

void IoThread::bury() {
    std::vector<Connection*> dead;
    dead.swap(dead_);
    for (Connection* c : dead) {
        // What they watch or wait for is forgotten in a lane: they lie until the script has ended.
        if (!executor_->forget(*c)) {
            dead_.push_back(c);
            continue;
        }
        std::unique_ptr<Connection> last;
        {
            const std::lock_guard lock(registry_mutex_);
            const auto found = connections_.find(c->id());
            last = std::move(found->second);
            connections_.erase(found);
        }
        network_.connection_closed();
    }
}

void IoThread::sweep() {
    next_sweep_ms_ = now_ms_ + (lingering_ > 0 ? kSweepMs : kIdleSweepMs);
    const std::int64_t idle_ms_max = server_.config().timeout * 1000;
    for (const auto& [id, c] : connections_) {
        if (c->dead) continue;
        if (c->linger_until_ms > 0) {
            if (now_ms_ >= c->linger_until_ms) kill(*c);
        } else if (idle_ms_max > 0 && c->state() == Session::State::open &&
                   !c->observing.subscribed() && !c->observing.monitor &&
                   now_ms_ - c->last_active_ms.load(std::memory_order_relaxed) > idle_ms_max) {
            spdlog::debug("Closing idle client {}", c->peer);
            kill(*c);
        } else if (c->soft_limit_since_ms > 0 && !within_output_limits(*c)) {
            kill(*c);
        }
    }
}

// -- From elsewhere
// -----------------------------------------------------------------------------------------

Connection* IoThread::find(std::uint64_t id) {
    const auto found = connections_.find(id);
    return found == connections_.end() || found->second->dead ? nullptr : found->second.get();
}

void IoThread::visit(const std::function<void(Session&)>& visitor) {
    const std::lock_guard lock(registry_mutex_);
    for (const auto& [id, connection] : connections_) visitor(*connection);
}

bool IoThread::visit_one(std::uint64_t id, const std::function<void(Session&)>& visitor) {
    const std::lock_guard lock(registry_mutex_);
    const auto found = connections_.find(id);
    if (found == connections_.end()) return false;
    visitor(*found->second);
    return true;
}

void IoThread::adopt(Accepted accepted) {
    if (accepted.via != Session::Via::unix_socket) {
        const int on = 1;
        ::setsockopt(accepted.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (is_loopback(accepted.peer_address)) spare_congestion_control(accepted.fd);
        if (const auto seconds = server_.config().tcp_keepalive.load()) {
            set_keepalive(accepted.fd, static_cast<int>(seconds));
        }
    }
    auto made =
        std::make_unique<Connection>(server_, network_.next_session_id(), std::move(accepted));
    Connection& c = *made;
    server_.acl().welcome(c);
    c.inbox = std::make_shared<Inbox>(c.id(), *this);
    {
        const std::lock_guard lock(registry_mutex_);
        connections_.emplace(c.id(), std::move(made));
    }
    c.events = EPOLLIN | EPOLLRDHUP;
    epoll_event event{};
    event.events = c.events;
    event.data.ptr = &c;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &event) != 0) kill(c);
}

void IoThread::resume(std::uint64_t id, std::uint64_t serial, const std::string& reply,
                      Resumed how) {
    Connection* c = find(id);
    if (!c) return;
    if (c->resumes(serial)) return end_wait(*c, reply, how);
    c->inbox->end_await();
    settle(*c);
}

void IoThread::unblock(std::uint64_t id, bool with_error) {
    Connection* c = find(id);
    if (!c || c->state() != Session::State::suspended || end_suspension(*c, with_error)) return;
    put_off([this, id, with_error, serial = c->suspension()] {
        const Connection* later = find(id);
        if (later && later->resumes(serial)) unblock(id, with_error);
    });
}

/// False when a long script runs: then it goes on.
bool IoThread::end_suspension(Connection& c, bool with_error) {
    const Executor::WaitEnd end = executor_->end_wait(c);
    if (end != Executor::WaitEnd::taken_back) return end == Executor::WaitEnd::served;
    std::string reply;
    if (const auto unblocked = c.take_unblocked()) {
        reply = unblocked(with_error);
    } else if (with_error) {
        reply = "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n";
    }
    end_wait(c, reply, Resumed::goes_on);
    return true;
}

void IoThread::end_wait(Connection& c, const std::string& reply, Resumed how) {
    c.take_unblocked();
    c.waiter.reset();
    forget_deadline(c);
    take_messages(c);
    if (c.reply_mode == Session::ReplyMode::on) c.out().append(reply);
    if (c.reply_mode == Session::ReplyMode::skip) c.reply_mode = Session::ReplyMode::on;
    c.inbox->end_await();
    if (how == Resumed::closes) {
        c.close_after_reply();
        return settle(c);
    }
    c.set_open();
    serve_input(c);
}

/// Who has waited long enough gets what CLIENT UNBLOCK would give.
void IoThread::end_waits() {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now_ms_) {
        const auto due = *deadlines_.begin();
        deadlines_.erase(deadlines_.begin());
        Connection* c = find(due.second);
        if (!c) continue;
        c->deadline_ms = 0;
        if (c->state() != Session::State::suspended || end_suspension(*c, false)) continue;
        c->deadline_ms = due.first;
        deadlines_.insert(due);
        return;
    }
}

void IoThread::note_deadline(Connection& c) {
    const std::int64_t until = c.wait_until_ms.load(std::memory_order_relaxed);
    if (until == c.deadline_ms) return;
    forget_deadline(c);
    c.deadline_ms = until;
    if (until > 0) deadlines_.emplace(until, c.id());
}

void IoThread::forget_deadline(Connection& c) {
    if (c.deadline_ms == 0) return;
    deadlines_.erase({c.deadline_ms, c.id()});
    c.deadline_ms = 0;
}

void IoThread::run_parked() {
    for (const auto& [id, connection] : connections_) {
        if (connection->dead || connection->state() != Session::State::parked) continue;
        work_.emplace_back([this, id = id] {
            Connection* c = find(id);
            if (!c || c->state() != Session::State::parked) return;
            c->set_open();
            serve_input(*c);
        });
    }
}

void IoThread::drop_parked() {
    for (const auto& [id, c] : connections_) {
        if (c->dead || c->state() != Session::State::parked) continue;
        c->close_after_reply();
        c->input.consume(c->input.size());
        settle(*c);
    }
}

void IoThread::close(std::uint64_t id, bool flush) {
    Connection* c = find(id);
    if (!c) return;
    if (!flush) return kill(*c);
    // A session that is being handed over goes on as somebody else's.
    if (c->state() == Session::State::detaching) return;
    if (executor_->end_wait(*c) == Executor::WaitEnd::busy)
        return put_off([this, id] { close(id, true); });
    forget_deadline(*c);
    c->close_after_reply();
    settle(*c);
}

}  // namespace millpond::engine
