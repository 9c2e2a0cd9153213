// SPDX-License-Identifier: Apache-2.0
#include "engine/replication/hub.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "engine/net/endpoint_text.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"

namespace millpond::engine {

namespace {

constexpr std::int64_t tick_ms = 100;
constexpr std::int64_t idle_tick_ms = 1000;
/// While the log moves the hub looks again after this time, unasked: one wake-up then serves many
/// writes.
constexpr std::int64_t nap_ns = 200'000;
constexpr std::string_view ping_record = "*1\r\n$4\r\nPING\r\n";

const char* state_word(Feed::State state) {
    switch (state) {
        case Feed::State::waiting:
            return "wait_bgsave";
        case Feed::State::online:
            return "online";
        default:
            return "send_bulk";
    }
}

/// epoll_wait() to the nanosecond; with two calls where a sandbox does not let the one for that
/// through.
int wait_for_events(int epoll, std::span<epoll_event> events, std::int64_t timeout_ns) {
    const timespec timeout{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
    const int size = static_cast<int>(events.size());
    const int n = ::epoll_pwait2(epoll, events.data(), size, &timeout, nullptr);
    if (n >= 0 || (errno != ENOSYS && errno != EPERM)) return n;
    pollfd ready{epoll, POLLIN, 0};
    return ::ppoll(&ready, 1, &timeout, nullptr) > 0 ? ::epoll_wait(epoll, events.data(), size, 0)
                                                     : 0;
}

}  // namespace

ReplicaHub::ReplicaHub(Environment environment) : environment_(std::move(environment)) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (epoll_ < 0 || event_ < 0)
        throw std::system_error(errno, std::generic_category(), "replication hub");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = nullptr;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event);
    environment_.server.log().on_wake([this] { wake(); });
}

void ReplicaHub::start() {
    thread_ = std::thread([this] { run(); });
}

void ReplicaHub::stop() {
    stop_.store(true);
    wake();
    if (thread_.joinable()) thread_.join();
}

ReplicaHub::~ReplicaHub() {
    stop();
    environment_.server.log().on_wake({});
    ::close(epoll_);
    ::close(event_);
}

void ReplicaHub::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(event_, &one, sizeof one);
}

void ReplicaHub::post(std::function<void()> work) {
    {
        std::lock_guard lock(mutex_);
        posted_.push_back(std::move(work));
    }
    wake();
}

void ReplicaHub::run_posted() {
    std::vector<std::function<void()>> work;
    {
        std::lock_guard lock(mutex_);
        work.swap(posted_);
    }
    for (auto& one : work) one();
}

// -- The loop
// ---------------------------------------------------------------------------------------

void ReplicaHub::run() {
    ::pthread_setname_np(::pthread_self(), "replica-hub");
    ::prctl(PR_SET_TIMERSLACK, 1000UL);  // a nap is as short as it says
    EffectLog& log = environment_.server.log();
    LogOffset seen = log.end();
    last_ping_ms_ = steady_ms();  // the first comes a period after the start, not with a replica
    while (!stop_.load()) {
        const std::int64_t now = steady_ms();
        turn(now);
        const bool moving = !feeds_.empty() && log.end() != seen;
        seen = log.end();
        if (!moving && !feeds_.empty()) log.arm();  // nobody else reads it here
        const LogOffset end = log.end();
        bool more = false;
        for (const auto& feed : feeds_) more = more || feed->behind(end);
        if (moving) {
            poll(nap_ns);
        } else {
            poll(more ? 0 : sleep_ms(now) * 1'000'000);
        }
    }
    if (walk_) walk_->abandon();
    feeds_.clear();
}

/// How long there is nothing to do but what wakes the hub.
std::int64_t ReplicaHub::sleep_ms(std::int64_t now) const {
    std::int64_t ms = feeds_.empty() && waiters_.empty() ? idle_tick_ms : tick_ms;
    if (walk_due_ms_ != 0) ms = std::min(ms, walk_due_ms_ - now);
    for (const Waiter& waiter : waiters_) {
        if (waiter.deadline_ms != 0) ms = std::min(ms, waiter.deadline_ms - now);
    }
    return std::max<std::int64_t>(0, ms);
}

void ReplicaHub::poll(std::int64_t timeout_ns) {
    epoll_event events[64];
    const int n = wait_for_events(epoll_, events, timeout_ns);
    const std::int64_t now = steady_ms();
    bool acked = false;
    for (int i = 0; i < n; ++i) {
        auto* feed = static_cast<Feed*>(events[i].data.ptr);
        if (!feed) {
            std::uint64_t count;
            [[maybe_unused]] const ssize_t got = ::read(event_, &count, sizeof count);
        } else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
            acked = feed->receive(now) || acked;
        }
    }
    if (acked) {
        publish();
        settle_waiters(now);
        environment_.acknowledged(now);
    }
}

void ReplicaHub::turn(std::int64_t now) {
    run_posted();
    if (walk_due_ms_ != 0 && now >= walk_due_ms_) begin_due_walk();
    for (const auto& feed : feeds_) {
        const bool was_blocked = feed->blocked();
        const Feed::State before = feed->state();
        feed->pump(now);
        environment_.server.statistics().net_repl_output.add(
            static_cast<std::int64_t>(feed->take_sent()));
        if (feed->blocked() != was_blocked) watch(*feed);
        if (feed->state() != before) publish();
    }
    tend_walk();
    if (now >= next_tick_ms_) tick(now);
    sweep();
    settle_waiters(now);
}

void ReplicaHub::watch(Feed& feed) {
    epoll_event event{};
    event.events =
        EPOLLIN | EPOLLRDHUP | (feed.blocked() ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
    event.data.ptr = &feed;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, feed.fd(), &event);
}

void ReplicaHub::sweep() {
    const auto dead = std::stable_partition(feeds_.begin(), feeds_.end(),
                                            [](const auto& f) { return !f->dead(); });
    if (dead == feeds_.end()) return;
    for (auto feed = dead; feed != feeds_.end(); ++feed) {
        spdlog::warn("Connection with replica {}:{} lost: {}", (*feed)->address(),
                     (*feed)->announced().listening_port, (*feed)->error());
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, (*feed)->fd(), nullptr);
    }
    feeds_.erase(dead, feeds_.end());
    publish();
}

// -- Replicas come
// -------------------------------------------------------------------------------------

void ReplicaHub::attach(DetachedConnection connection, ReplicaAnnouncement announced,
                        SyncRequest request) {
    attached_.fetch_add(1);  // counted from here, so that nobody thinks it alone meanwhile
    auto feed = std::make_shared<std::unique_ptr<Feed>>(std::make_unique<Feed>(
        connection.fd, connection.peer, std::move(announced), std::move(request)));
    (*feed)->session = connection.session;
    (*feed)->user = std::move(connection.user);
    (*feed)->since_ms = steady_ms();
    post([this, feed] {
        attached_.fetch_sub(1);
        admit(std::move(*feed));
    });
}

std::size_t ReplicaHub::lag_max_bytes() const {
    return static_cast<std::size_t>(environment_.server.config().output_replica.hard.load());
}

void ReplicaHub::admit(std::unique_ptr<Feed> owned) {
    Feed& feed = *owned;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP;
    event.data.ptr = &feed;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, feed.fd(), &event) != 0) return;
    feeds_.push_back(std::move(owned));
    if (const std::string refusal = environment_.refusal(); !refusal.empty()) {
        feed.enqueue("-" + refusal + "\r\n");
        feed.pump(steady_ms());
        feed.fail(refusal);
        publish();
        return;
    }
    spdlog::info("Replica {}:{} asks for synchronization", feed.address(),
                 feed.announced().listening_port);
    if (resume_partially(feed)) {
        counters_.partial_ok.fetch_add(1);
        spdlog::info("Partial resynchronization request from {}:{} accepted", feed.address(),
                     feed.announced().listening_port);
        publish();
        return;
    }
    if (feed.request().replid != "?") counters_.partial_err.fetch_add(1);
    counters_.full.fetch_add(1);
    publish();
    if (walk_ && walk_ready_ && join(feed, walk_)) return;
    if (walk_) return;  // it takes the one that is coming, or the next
    Server& server = environment_.server;
    const Config& config = server.config();
    const bool delays = config.repl_diskless_sync && !server.managed();
    const std::int64_t delay_s = delays ? config.repl_diskless_sync_delay.load() : 0;
    if (delay_s == 0) return request_walk(feed.announced());
    if (walk_due_ms_ == 0) walk_due_ms_ = steady_ms() + delay_s * 1000;
    const std::int64_t enough = config.repl_diskless_sync_max_replicas;
    const auto waiting =
        std::ranges::count_if(feeds_, [](const auto& one) { return one->waits(); });
    if (enough > 0 && waiting >= enough) begin_due_walk();
}

void ReplicaHub::begin_due_walk() {
    walk_due_ms_ = 0;
    for (const auto& feed : feeds_) {
        if (feed->waits()) return request_walk(feed->announced());
    }
}

bool ReplicaHub::resume_partially(Feed& feed) {
    const SyncRequest& request = feed.request();
    EffectLog& log = environment_.server.log();
    if (request.offset < 1 || !log.active()) return false;
    const HistoryIds::Ids ids = environment_.history.get();
    const bool same = request.replid == ids.replid;
    const bool second = request.replid == ids.replid2 && request.offset <= ids.second_offset;
    if (!same && !second) return false;
    auto reader = log.open(static_cast<LogOffset>(request.offset) - 1, lag_max_bytes());
    if (!reader) return false;
    feed.start_online(
        feed.announced().psync2 ? "+CONTINUE " + ids.replid + "\r\n" : "+CONTINUE\r\n",
        std::move(reader), steady_ms());
    return true;
}

// -- Full sync
// -------------------------------------------------------------------------------------------

/// A snapshot of what this replica wants.
void ReplicaHub::request_walk(const ReplicaAnnouncement& announced) {
    walk_due_ms_ = 0;
    walk_ready_ = false;
    // The walk knows itself only weakly: it may outlive what the hub knows of it.
    auto slot = std::make_shared<std::weak_ptr<SyncWalk>>();
    walk_ = std::make_shared<SyncWalk>(
        environment_.server.config().dir.get(), environment_.take_cut,
        [this, slot] {
            post([this, slot] {
                if (const auto walk = slot->lock()) walk_ready(walk);
            });
        },
        [this] { wake(); });
    *slot = walk_;
    walk_->for_replicas = true;
    walk_->options.keys = announced.wants_keys;
    walk_->options.functions = announced.wants_functions;
    environment_.snapshots.submit(walk_);
}

void ReplicaHub::walk_ready(const std::shared_ptr<SyncWalk>& walk) {
    if (walk != walk_) return;
    walk_ready_ = true;
    for (const auto& feed : feeds_) {
        if (feed->waits()) join(*feed, walk);
    }
    publish();
}

bool ReplicaHub::join(Feed& feed, const std::shared_ptr<SyncWalk>& walk) {
    if (walk->options.keys != feed.announced().wants_keys ||
        walk->options.functions != feed.announced().wants_functions)
        return false;
    if (walk->spool().failed() || walk->spool().first() != 0 || !walk->cut().pin) return false;
    if (walk->cut().replid != environment_.history.get().replid) return false;
    auto reader = environment_.server.log().open(walk->cut().offset, lag_max_bytes());
    if (!reader) return false;
    feed.start_snapshot(walk, std::move(reader), steady_ms());
    return true;
}

/// Frees what all feeds have read, and lets a walk go that is done or that nobody needs.
void ReplicaHub::tend_walk() {
    if (!walk_ || !walk_ready_) {
        if (walk_ && walk_->spool().failed()) {  // it never came to its cut
            walk_.reset();
            for (const auto& feed : feeds_) {
                if (feed->state() == Feed::State::waiting) feed->fail("full sync given up");
            }
        }
        return;
    }
    std::uint64_t lowest = walk_->spool().size();
    bool used = false;
    for (const auto& feed : feeds_) {
        if (feed->walk() != walk_.get() || feed->dead()) continue;
        used = true;
        lowest = std::min(lowest, feed->spool_position());
    }
    if (walk_->spool().size() > Spool::memory_bytes_max) walk_->spool().release(lowest);
    if (walk_->spool().first() != 0) walk_->cut().pin.reset();  // nobody can join any more
    if (used) return;
    walk_->abandon();
    walk_->cut().pin.reset();
    walk_.reset();
    begin_due_walk();
}

// -- Watching over them
// -------------------------------------------------------------------------------------

void ReplicaHub::drop_all(const std::string& why) {
    post([this, why] {
        for (const auto& feed : feeds_) feed->fail(why);
        if (walk_) walk_->abandon();
        if (walk_) walk_->cut().pin.reset();
        walk_.reset();
        walk_ready_ = false;
        walk_due_ms_ = 0;
        sweep();
    });
}

void ReplicaHub::check(Feed& feed, std::int64_t now) {
    Config& config = environment_.server.config();
    const std::int64_t timeout_ms = config.repl_timeout.load() * 1000;
    if (feed.state() == Feed::State::online && feed.acknowledges() &&
        now - feed.ack_ms() > timeout_ms) {
        return feed.fail("it has not acknowledged anything for repl-timeout");
    }
    const auto soft = static_cast<std::uint64_t>(config.output_replica.soft.load());
    const LogOffset end = environment_.server.log().end();
    if (soft == 0 || feed.walk() || feed.announced().rdb_only ||
        end - feed.log_position() <= soft) {
        feed.over_soft_since_ms = 0;
    } else if (feed.over_soft_since_ms == 0) {
        feed.over_soft_since_ms = now;
    } else if (now - feed.over_soft_since_ms > config.output_replica.soft_seconds.load() * 1000) {
        feed.fail("it has been behind its soft output limit for too long");
    }
}

void ReplicaHub::ping(std::int64_t now) {
    Server& server = environment_.server;
    if (feeds_.empty() || !server.log().active() || server.role() != Role::primary) return;
    if (now - last_ping_ms_ < server.config().repl_ping_replica_period.load() * 1000) return;
    last_ping_ms_ = now;
    // Into the log from a lane, like everything else; a paused node's log stands still.
    server.post_exclusive("replication ping", [&server] {
        const bool paused = !server.may_expire();
        if (server.role() == Role::primary && server.log().active() && !paused) {
            server.log().append_neutral(ping_record);
        }
    });
}

void ReplicaHub::tick(std::int64_t now) {
    next_tick_ms_ = now + tick_ms;
    for (const auto& feed : feeds_) check(*feed, now);
    if (now - last_keep_alive_ms_ >= 1000) {
        last_keep_alive_ms_ = now;
        for (const auto& feed : feeds_) feed->keep_alive();
    }
    ping(now);
    environment_.server.log().collect();
    publish();
    environment_.tick(now);
}

void ReplicaHub::publish() {
    Server& server = environment_.server;
    const std::int64_t now = steady_ms();
    const std::int64_t lag_max_ms = server.config().min_replicas_max_lag.load() * 1000;
    std::vector<Published> fresh;
    int good = 0;
    for (const auto& feed : feeds_) {
        if (feed->dead()) continue;
        const bool online = feed->state() == Feed::State::online;
        if (online && now - feed->ack_ms() <= lag_max_ms) ++good;
        const ReplicaAnnouncement& announced = feed->announced();
        const std::string id =
            announced.node_id.empty()
                ? feed->address() + ":" + std::to_string(announced.listening_port)
                : announced.node_id;
        fresh.push_back({{id, feed->address(), announced.listening_port, state_word(feed->state()),
                          feed->ack(), feed->file_ack(), 0, online},
                         feed->ack_ms(),
                         {.kind = Client::Kind::replica,
                          .id = feed->session,
                          .fd = feed->fd(),
                          .peer = feed->peer(),
                          .local = local_endpoint(feed->fd()),
                          .user = feed->user,
                          .created_ms = feed->since_ms,
                          .last_active_ms = std::max(feed->since_ms, feed->ack_ms()),
                          .pending_bytes = feed->pending(),
                          .command = feed->request().psync ? "psync" : "sync"}});
    }
    server.set_good_replicas(good);
    bool changed = false;
    {
        std::lock_guard lock(mutex_);
        changed = !std::equal(fresh.begin(), fresh.end(), published_.begin(), published_.end(),
                              [](const Published& a, const Published& b) {
                                  return a.replica.id == b.replica.id &&
                                         a.replica.state == b.replica.state;
                              });
        published_.swap(fresh);
        attached_.store(feeds_.size(), std::memory_order_relaxed);
    }
    if (changed && environment_.replicas_changed) environment_.replicas_changed();
}

std::vector<ReplicaHub::Replica> ReplicaHub::replicas() const {
    const std::int64_t now = steady_ms();
    std::vector<Replica> out;
    std::lock_guard lock(mutex_);
    for (const Published& one : published_) {
        out.push_back(one.replica);
        out.back().lag_ms = one.replica.online ? std::max<std::int64_t>(0, now - one.ack_ms) : 0;
    }
    return out;
}

std::vector<ReplicaHub::Client> ReplicaHub::clients() const {
    std::vector<Client> out;
    std::lock_guard lock(mutex_);
    for (const Published& one : published_) out.push_back(one.client);
    return out;
}

void ReplicaHub::close(std::uint64_t id) {
    post([this, id] {
        for (const auto& feed : feeds_) {
            if (feed->session == id) feed->fail("closed by CLIENT KILL");
        }
        sweep();
    });
}

// -- WAIT
// ----------------------------------------------------------------------------------------------------

int ReplicaHub::acknowledged(LogOffset offset, bool in_file) const {
    std::lock_guard lock(mutex_);
    const auto has = [&](const Replica& replica) {
        return replica.online && (in_file ? replica.file_ack : replica.ack) >= offset;
    };
    return static_cast<int>(std::count_if(published_.begin(), published_.end(),
                                          [&](const Published& one) { return has(one.replica); }));
}

bool ReplicaHub::reached(const Waiter& waiter) const {
    return acknowledged(waiter.offset, waiter.in_file) >= waiter.replicas &&
           (!waiter.local || environment_.in_own_file(waiter.offset));
}

std::string ReplicaHub::counted(LogOffset offset, bool in_file) const {
    std::string reply = ":" + std::to_string(acknowledged(offset, in_file)) + "\r\n";
    if (!in_file) return reply;
    return std::string(environment_.in_own_file(offset) ? "*2\r\n:1\r\n" : "*2\r\n:0\r\n") + reply;
}

void ReplicaHub::add_waiter(Waiter waiter) {
    post([this, waiter] {
        waiters_.push_back(waiter);
        settle_waiters(steady_ms());
    });
}

void ReplicaHub::forget_waiter(BlockToken token) {
    post([this, token] {
        std::erase_if(waiters_, [&](const Waiter& w) {
            return w.token.session == token.session && w.token.serial == token.serial;
        });
    });
}

void ReplicaHub::release_waiters(const std::string& reply) {
    post([this, reply] {
        for (const Waiter& waiter : waiters_) environment_.server.resume(waiter.token, reply);
        waiters_.clear();
    });
}

void ReplicaHub::settle_soon() {
    post([] {});
}

void ReplicaHub::settle_waiters(std::int64_t now) {
    std::erase_if(waiters_, [&](const Waiter& waiter) {
        const bool late = waiter.deadline_ms != 0 && now >= waiter.deadline_ms;
        if (!reached(waiter) && !late) return false;
        environment_.server.resume(waiter.token, counted(waiter.offset, waiter.in_file));
        return true;
    });
}

}  // namespace millpond::engine
