// SPDX-License-Identifier: Apache-2.0
#include "engine/replication/primary_link.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

#include "engine/commands/dispatch.h"
#include "engine/commands/numbers.h"
#include "engine/commands/watch.h"
#include "engine/keyspace/keyspace.h"
#include "engine/lanes/gate.h"
#include "engine/net/endpoint_text.h"
#include "engine/net/network.h"
#include "engine/observers/events.h"
#include "engine/scripting/scripting.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/pause.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"
#include "engine/snapshot/loader.h"
#include "engine/snapshot/spool.h"
#include "resp/command.h"

namespace millpond::engine {

namespace {

constexpr std::int64_t ack_period_ms = 1000;
constexpr std::int64_t backoff_first_ms = 5;
constexpr std::int64_t backoff_max_ms = 1000;
constexpr std::size_t read_bytes = 64 << 10;
constexpr std::size_t held_bytes_max = 64 << 20;  ///< what is kept while clients are paused
constexpr std::int64_t held_poll_ms = 5;
constexpr std::size_t mark_bytes = 40;

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < line.size()) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        if (end > at) words.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

template <class Number>
bool parse(const std::string& text, Number& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

/// The first `size` bytes of another source.
class LimitedSource final : public ByteSource {
public:
    LimitedSource(ByteSource& source, std::uint64_t size) : source_(source), left_(size) {}
    std::size_t read(char* to, std::size_t size) override {
        const std::size_t n = source_.read(to, std::min<std::uint64_t>(size, left_));
        left_ -= n;
        return n;
    }
    std::string error() const override {
        return left_ == 0 ? ByteSource::error() : source_.error();
    }

private:
    ByteSource& source_;
    std::uint64_t left_;
};

/// What a spool holds, freed as it is read.
class SpoolSource final : public ByteSource {
public:
    explicit SpoolSource(Spool& spool) : spool_(spool) {}
    std::size_t read(char* to, std::size_t size) override {
        const std::size_t n = spool_.read(at_, to, size);
        at_ += n;
        spool_.release(at_);
        return n;
    }

private:
    Spool& spool_;
    std::uint64_t at_ = 0;
};

/// Remembers the database that the stream behind the snapshot begins in.
class SyncLoader final : public RdbTarget {
public:
    SyncLoader(KeyspaceLoader& keys, int& db) : keys_(keys), db_(db) {}
    void aux(Bytes key, Bytes value) override {
        keys_.aux(key, value);
        if (key == "repl-stream-db")
            std::from_chars(value.data(), value.data() + value.size(), db_);
        if (db_ < 0 || db_ >= Keyspace::kDatabases) db_ = 0;
    }
    void string(int db, Bytes key, Bytes value, std::optional<std::int64_t> expiry) override {
        keys_.string(db, key, value, expiry);
    }
    void object(int db, Bytes key, OwnedObject object,
                std::optional<std::int64_t> expiry) override {
        keys_.object(db, key, std::move(object), expiry);
    }
    std::string function(Bytes code) override { return keys_.function(code); }
    bool stop() override { return keys_.stop(); }

private:
    KeyspaceLoader& keys_;
    int& db_;
};

}  // namespace

PrimaryLink::PrimaryLink(Environment environment) : environment_(std::move(environment)) {
    event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event_ < 0) throw std::system_error(errno, std::generic_category(), "replication link");
    thread_ = std::thread([this] { run(); });
}

PrimaryLink::~PrimaryLink() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    stop(Stop::halt);
    changed_.notify_all();
    thread_.join();
    ::close(event_);
}

// -- Orders
// ----------------------------------------------------------------------------------------------

void PrimaryLink::follow(PrimaryAddress address, bool failover) {
    {
        std::lock_guard lock(mutex_);
        wanted_ = std::move(address);
        wanted_failover_ = failover;
        stop_how_ = Stop::none;
        error_.clear();
        generation_.fetch_add(1);
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(event_, &one, sizeof one);
    changed_.notify_all();
}

void PrimaryLink::stop(Stop how) {
    std::unique_lock lock(mutex_);
    wanted_.reset();
    stop_how_ = how;
    generation_.fetch_add(1);
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(event_, &one, sizeof one);
    changed_.notify_all();
    changed_.wait(lock, [this] { return idle_; });
}

void PrimaryLink::halt() {
    stop(Stop::halt);
}
void PrimaryLink::drain() {
    stop(Stop::drain);
}

PrimaryLink::Status PrimaryLink::status() const {
    std::lock_guard lock(mutex_);
    return {
        state_.load(),     wanted_, last_io_ms_.load(), down_since_ms_.load(), sync_total_.load(),
        sync_read_.load(), error_};
}

std::optional<DetachedClients::Client> PrimaryLink::client() const {
    std::lock_guard lock(mutex_);
    auto client = client_;
    if (client) {
        const CommandSpec* last = last_command_.load();
        client->db = stream_db_.load();
        client->last_active_ms = last_io_ms_.load();
        client->command = last != nullptr ? std::string_view(last->name) : "NULL";
    }
    return client;
}

void PrimaryLink::cut(std::uint64_t client) {
    std::lock_guard lock(mutex_);
    if (client_ && client_->id == client) ::shutdown(client_->fd, SHUT_RDWR);
}

void PrimaryLink::show(const LinkSocket& socket) {
    if (client_id_ == 0) {
        client_id_ = environment_.server.network().next_session_id();
        client_since_ms_ = steady_ms();
        last_command_.store(nullptr);
    }
    std::lock_guard lock(mutex_);
    client_ = {.kind = DetachedClients::Client::Kind::primary,
               .id = client_id_,
               .fd = socket.fd(),
               .peer = peer_endpoint(socket.fd()),
               .local = local_endpoint(socket.fd()),
               .user = "(superuser)",
               .created_ms = client_since_ms_,
               .last_active_ms = client_since_ms_,
               .command = {}};
}

void PrimaryLink::set_state(State state) {
    if (state == State::up) {
        down_since_ms_.store(0);
    } else if (down_since_ms_.load() == 0) {
        down_since_ms_.store(steady_ms());
    }
    environment_.server.set_stale(state != State::up && state != State::none);
    if (state_.exchange(state) != state) environment_.state_changed();
}

bool PrimaryLink::fail(std::string why) {
    if (!interrupted()) spdlog::warn("Replication link: {}", why);
    std::lock_guard lock(mutex_);
    error_ = std::move(why);
    return false;
}

// -- The thread
// --------------------------------------------------------------------------------------------

void PrimaryLink::run() {
    ::pthread_setname_np(::pthread_self(), "primary-link");
    executor_ = std::make_unique<Executor>(environment_.server, "replica link");
    std::unique_lock lock(mutex_);
    while (!ending_) {
        if (!wanted_) {
            idle_ = true;
            lock.unlock();
            set_state(State::none);
            lock.lock();
            changed_.notify_all();
            changed_.wait(lock, [this] { return ending_ || wanted_; });
            continue;
        }
        idle_ = false;
        const PrimaryAddress address = *wanted_;
        const bool failover = std::exchange(wanted_failover_, false);
        if (running_generation_ != generation_.load()) backoff_ms_ = 0;
        running_generation_ = generation_.load();
        lock.unlock();
        {
            LinkSocket socket(
                event_, [this] { return interrupted(); },
                [this](std::size_t bytes) {
                    environment_.server.statistics().net_repl_input.add(
                        static_cast<std::int64_t>(bytes));
                });
            attempt(socket, address, failover);
        }
        if (failover && !interrupted() && state_.load() != State::up)
            environment_.failover_refused();
        input_.clear();
        if (!interrupted()) {
            set_state(State::down);
            backoff_ms_ = std::clamp(backoff_ms_ * 2, backoff_first_ms, backoff_max_ms);
            back_off(backoff_ms_);
        }
        lock.lock();
    }
    idle_ = true;
    changed_.notify_all();
    lock.unlock();
    executor_.reset();
}

void PrimaryLink::back_off(std::int64_t ms) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(ms),
                      [this] { return ending_ || interrupted(); });
}

void PrimaryLink::attempt(LinkSocket& socket, const PrimaryAddress& address, bool failover) {
    Config& config = environment_.server.config();
    const std::int64_t timeout_ms = config.repl_timeout.load() * 1000;
    set_state(State::connecting);
    socket.set_timeout(timeout_ms);
    socket.set_source(config.bind_source_addr.get());
    if (!socket.connect(address, timeout_ms)) {
        fail("cannot connect to " + address.text() + ": " + socket.error());
        return;
    }
    set_state(State::handshake);
    if (!shake_hands(socket, address) || !synchronize(socket, failover)) return;
    backoff_ms_ = 0;
    show(socket);
    set_state(State::up);
    stream(socket);
    held_bytes_.store(0);
    std::lock_guard lock(mutex_);
    client_.reset();  // before its socket goes
}

// -- Handshake
// ------------------------------------------------------------------------------------------------

bool PrimaryLink::shake_hands(LinkSocket& socket, const PrimaryAddress& address) {
    Config& config = environment_.server.config();
    // All at once: the answers come back in order, and nobody waits for a round trip.
    std::string out;
    struct Step {
        const char* what;
        bool required;
    };
    std::vector<Step> steps;
    const std::string password = config.masterauth.get();
    if (!password.empty()) {
        const std::string user = config.masteruser.get();
        if (user.empty()) {
            resp::encode_command(out, {"AUTH", password});
        } else {
            resp::encode_command(out, {"AUTH", user, password});
        }
        steps.push_back({"AUTH", true});
    }
    resp::encode_command(out, {"PING"});
    steps.push_back({"PING", true});
    const std::int64_t announced = config.replica_announce_port.load();
    resp::encode_command(out, {"REPLCONF", "listening-port",
                               std::to_string(announced != 0 ? announced : config.port.load())});
    steps.push_back({"REPLCONF listening-port", false});
    if (const std::string ip = config.replica_announce_ip.get(); !ip.empty()) {
        resp::encode_command(out, {"REPLCONF", "ip-address", ip});
        steps.push_back({"REPLCONF ip-address", false});
    }
    resp::encode_command(out, {"REPLCONF", "capa", "eof", "capa", "psync2"});
    steps.push_back({"REPLCONF capa", false});
    if (const std::string node = config.millpond_node.get();
        !node.empty() && !address.path.empty()) {
        resp::encode_command(out, {"REPLCONF", "millpond-node", node});
        steps.push_back({"REPLCONF millpond-node", false});
    }
    if (!socket.send(out)) return fail("cannot send to the primary: " + socket.error());
    for (const Step& step : steps) {
        std::string line;
        if (!socket.line(line))
            return fail(std::string("no answer to ") + step.what + ": " + socket.error());
        last_io_ms_.store(steady_ms());
        if (line[0] == '-' && step.required)
            return fail(std::string(step.what) + ": " + line.substr(1));
    }
    return true;
}

bool PrimaryLink::synchronize(LinkSocket& socket, bool failover) {
    EffectLog& log = environment_.server.log();
    const HistoryIds::Ids ids = environment_.history.get();
    std::string out;
    if (!log.active()) {
        resp::encode_command(out, {"PSYNC", "?", "-1"});
    } else if (failover) {
        resp::encode_command(out, {"PSYNC", ids.replid, std::to_string(log.end() + 1), "FAILOVER"});
    } else {
        resp::encode_command(out, {"PSYNC", ids.replid, std::to_string(log.end() + 1)});
    }
    std::string line;
    if (!socket.send(out) || !socket.line(line))
        return fail("no answer to PSYNC: " + socket.error());
    last_io_ms_.store(steady_ms());
    const std::vector<std::string> words = words_of(line);
    if (words.at(0) == "+CONTINUE") {
        if (!log.active())
            return fail("the primary continues a history that this node does not have");
        spdlog::info("Successful partial resynchronization with the primary");
        if (words.size() > 1 && words[1] != ids.replid) {
            environment_.server.gate().run_exclusive(executor_->gate_flag(), "replication", [&] {
                environment_.history.renamed(words[1], log.end());
            });
            environment_.history_changed("the primary's history got another name");
        }
        return true;
    }
    LogOffset offset = 0;
    if (words[0] != "+FULLRESYNC" || words.size() < 3 || words[1].size() != mark_bytes ||
        !parse(words[2], offset) || offset > EffectLog::offset_max) {
        return fail("PSYNC: " + line.substr(line[0] == '-' ? 1 : 0));
    }
    spdlog::info("Full resync from the primary: {}:{}", words[1], offset);
    return load(socket, words[1], offset);
}

// -- Full sync
// ---------------------------------------------------------------------------------------------------

bool PrimaryLink::load(LinkSocket& socket, const std::string& replid, LogOffset offset) {
    Server& server = environment_.server;
    set_state(State::syncing);
    sync_total_.store(0);
    sync_read_.store(0);
    std::string line;
    if (!socket.line(line)) return fail("no snapshot from the primary: " + socket.error());
    std::string mark;
    std::uint64_t size = 0;
    if (line.starts_with("$EOF:") && line.size() == 5 + mark_bytes) {
        mark = line.substr(5);
    } else if (line[0] != '$' || !parse(line.substr(1), size)) {
        return fail("no snapshot from the primary: " + line);
    }
    sync_total_.store(size);

    std::size_t keys = 0;
    for (int db = 0; db < Keyspace::kDatabases; ++db) keys += server.keyspace().size(db);
    if (keys == 0) {
        LimitedSource limited(socket, size);
        if (!load_from(mark.empty() ? static_cast<ByteSource&>(limited) : socket, replid, offset))
            return false;
        if (mark.empty()) return true;
        std::string end(mark_bytes, '\0');
        for (std::size_t got = 0; got < end.size();) {
            const std::size_t n = socket.read(end.data() + got, end.size() - got);
            if (n == 0) return fail("the snapshot's end is missing: " + socket.error());
            got += n;
        }
        return end == mark || fail("the snapshot does not end where it should");
    }

    Spool spool(server.config().dir.get());
    std::string tail;
    std::vector<char> buffer(read_bytes);
    while (mark.empty() ? spool.size() < size : tail != mark) {
        const std::size_t want = mark.empty()
                                     ? std::min<std::uint64_t>(buffer.size(), size - spool.size())
                                     : buffer.size();
        const std::size_t n = socket.read(buffer.data(), want);
        if (n == 0) return fail("the snapshot broke off: " + socket.error());
        last_io_ms_.store(steady_ms());
        if (!spool.append({buffer.data(), n})) return fail(spool.error());
        sync_read_.store(spool.size());
        tail.append(buffer.data() + n - std::min(n, mark_bytes), std::min(n, mark_bytes));
        if (tail.size() > mark_bytes) tail.erase(0, tail.size() - mark_bytes);
    }
    SpoolSource source(spool);
    return load_from(source, replid, offset);
}

bool PrimaryLink::load_from(ByteSource& source, const std::string& replid, LogOffset offset) {
    Server& server = environment_.server;
    Gate& gate = server.gate();
    GateFlag& flag = executor_->gate_flag();
    client_id_ = 0;  // the next is another client
    environment_.history_changed("this replica takes a full sync");
    gate.run_exclusive(flag, "full sync", [&] {
        server.before_flush(-1);
        environment_.data_goes();
        server.watches().touch_flushed(-1);
        tell_flushed(server);
        server.set_loading(true);
        server.keyspace().flush_all();
        server.scripting().functions().flush();
        if (server.log().active()) server.log().deactivate();
        environment_.history.start_anew();
    });
    const std::int64_t start = steady_ms();
    int db = 0;
    // What has expired stays until the primary says DEL: its clock decides.
    KeyspaceLoader keys(server.keyspace(), gate, flag, 0, [&] {
        last_io_ms_.store(steady_ms());
        return interrupted();
    });
    keys.set_key_delay(server.config().key_load_delay);
    keys.set_function_loader(
        [&](Bytes code) { return server.scripting().functions().load_stored(code); });
    keys.set_progress(server.load_progress());
    server.load_progress().set_total(sync_total_.load());
    CountedSource counted(source, server.load_progress());
    SyncLoader target(keys, db);
    const RdbReadResult result =
        read_rdb(counted, target, {.databases = static_cast<int>(server.config().databases)});
    for (const std::string& warning : result.warnings) spdlog::warn("Full sync: {}", warning);
    sync_read_.store(result.bytes);
    gate.run_exclusive(flag, "full sync", [&] {
        if (result.error) {
            server.keyspace().flush_all();
            server.scripting().functions().flush();
        } else {
            environment_.history.adopt(replid);
            server.log().activate(offset);
            stream_db_.store(db);
            environment_.data_came();
        }
        server.set_loading(false);
    });
    if (result.error) return fail("the snapshot cannot be loaded: " + *result.error);
    db_ = db;
    stream_db_.store(db);
    spdlog::info("Full sync finished: {} keys, {} bytes in {} ms", result.entries, result.bytes,
                 steady_ms() - start);
    return true;
}

// -- The stream
// ---------------------------------------------------------------------------------------------------

void PrimaryLink::acknowledge(LinkSocket& socket) {
    std::string out;
    resp::encode_command(out, {"REPLCONF", "ACK", std::to_string(environment_.server.log().end())});
    socket.send_now(out);
    last_ack_ms_ = steady_ms();
}

void PrimaryLink::apply(LinkSocket& socket) {
    Server& server = environment_.server;
    const auto commands = input_.commands();
    const std::vector<Bytes>& first = commands[0];
    const bool getack = commands.size() == 1 && first.size() >= 2 &&
                        is_word(first[0], "replconf") && is_word(first[1], "getack");
    bool logged = false;
    if (!getack && !(commands.size() == 1 && is_word(first[0], "ping"))) {
        const LogOffset before = server.log().end();
        const auto result = executor_->apply(db_, commands, input_.raw());
        stream_db_.store(db_, std::memory_order_relaxed);
        logged = server.log().end() != before;
        last_command_.store(result.last, std::memory_order_relaxed);
        if (!result.ok && failed_records_.fetch_add(1) == 0) {
            spdlog::error(
                "A record of the primary could not be applied, the data may differ from here on: "
                "{}",
                result.error);
        }
    }
    if (!logged) {
        SharedLane lane(server.gate(), executor_->gate_flag());
        server.log().append_raw(input_.raw());
    }
    if (getack) acknowledge(socket);
}

/// Applies the whole records that are there. False when the stream makes no sense, or on an order
/// to stop.
bool PrimaryLink::apply_arrived(LinkSocket& socket, bool draining) {
    for (;;) {
        if (!draining && interrupted()) return false;
        const PrimaryStream::Step step = input_.next();
        if (step == PrimaryStream::Step::incomplete) return true;
        if (step == PrimaryStream::Step::malformed)
            return fail("the primary's stream is malformed");
        apply(socket);
        input_.pop();
    }
}

/// True when something came.
bool PrimaryLink::receive(LinkSocket& socket, bool& ended) {
    std::size_t got = 0;
    switch (socket.poll_read(input_.room(read_bytes), read_bytes, got)) {
        case LinkSocket::Arrival::data:
            break;
        case LinkSocket::Arrival::nothing:
            return false;
        case LinkSocket::Arrival::ended:
            ended = true;
            return false;
    }
    input_.arrived(got);
    last_io_ms_.store(steady_ms(), std::memory_order_relaxed);
    return true;
}

void PrimaryLink::stream(LinkSocket& socket) {
    Config& config = environment_.server.config();
    acknowledge(socket);  // tells the primary that the snapshot has been taken
    last_io_ms_.store(steady_ms());
    bool ended = false;
    bool held = false;
    while (!interrupted()) {
        const bool was_held = std::exchange(held, environment_.server.pause().holds_primary());
        const bool full = held && input_.pending() >= held_bytes_max;
        const bool came = !full && receive(socket, ended);
        held_bytes_.store(held ? input_.pending() : 0, std::memory_order_relaxed);
        if ((came || was_held) && !held && !apply_arrived(socket, false)) break;
        const std::int64_t now = steady_ms();
        if (full) last_io_ms_.store(now);
        if (now - last_ack_ms_ >= ack_period_ms) acknowledge(socket);
        if (ended) {
            fail(socket.error());
            return;
        }
        if (came) continue;
        if (held) {
            back_off(held_poll_ms);
            continue;
        }
        if (now - last_io_ms_.load() > config.repl_timeout.load() * 1000) {
            fail("the primary has been silent for repl-timeout");
            return;
        }
        socket.wait_readable(std::max<std::int64_t>(1, ack_period_ms - (now - last_ack_ms_)));
    }
    bool draining = false;
    {
        std::lock_guard lock(mutex_);
        draining = stop_how_ == Stop::drain;
    }
    while (draining && apply_arrived(socket, true) && receive(socket, ended)) continue;
}

}  // namespace millpond::engine
