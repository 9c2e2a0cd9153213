// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "engine/commands/migrate.h"
#include "engine/commands/record.h"
#include "engine/keyspace/keyspace.h"
#include "engine/lanes/gate.h"
#include "engine/replication/link_socket.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/pause.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"
#include "engine/snapshot/dump.h"

namespace millpond::engine {

namespace {

/// Keys that change faster than they can be sent are given up.
constexpr int kAttemptsMax = 5;
/// How long a pause may hold up the removal of what has been sent.
constexpr std::int64_t kPauseMsMax = 60'000;
constexpr std::int64_t kPauseStepMs = 10;

std::string encoded(std::initializer_list<Bytes> words) {
    std::string out = "*" + std::to_string(words.size()) + "\r\n";
    for (const Bytes word : words)
        out.append("$" + std::to_string(word.size()) + "\r\n").append(word).append("\r\n");
    return out;
}

}  // namespace

/// One migration from its first byte to its client's reply; on its own thread.
class Migrations::Run {
public:
    Run(Migrations& owner, Migration& migration)
        : owner_(owner),
          server_(owner.server_),
          m_(migration),
          flag_(server_.gate().join("migrate")),
          socket_(owner.wake_fd_, [&owner] { return owner.stopping_.load(); }) {
        socket_.set_timeout(m_.timeout_ms);
    }

    std::string run() {
        std::string reply;
        bool over = false;
        for (int attempt = 1; !over; ++attempt) {
            reply = transfer();
            over = settle(reply, attempt == kAttemptsMax);
        }
        return reply;
    }

private:
    /// Sends all there is to send; the reply that the client would get if it ended here.
    std::string transfer() {
        if (!socket_.open() &&
            !socket_.connect({.path = {}, .host = m_.host, .port = m_.port, .id = {}},
                             m_.timeout_ms)) {
            // redis-server notices that nobody listens when it writes.
            if (socket_.refused()) return broken("writing");
            return "-IOERR error or timeout connecting to the client\r\n";
        }
        std::string request;
        std::size_t preambles = 0;
        if (m_.password && m_.user) {
            request += encoded({"AUTH", *m_.user, *m_.password});
            ++preambles;
        } else if (m_.password) {
            request += encoded({"AUTH", *m_.password});
            ++preambles;
        }
        request += encoded({"SELECT", std::to_string(m_.target_db)});
        ++preambles;
        const std::vector<Migration::Item*> sent = add_items(request);
        if (!socket_.send(request)) return broken("writing");
        return read_replies(preambles, sent);
    }

    std::vector<Migration::Item*> add_items(std::string& request) {
        std::vector<Migration::Item*> sent;
        const std::int64_t now = unix_ms();
        for (Migration::Item& item : m_.items) {
            if (item.done) continue;
            std::int64_t ttl = 0;
            if (item.deadline != 0) {
                ttl = item.deadline - now;
                if (ttl < 0) continue;
                ttl = std::max<std::int64_t>(ttl, 1);
            }
            const std::string lifetime = std::to_string(ttl);
            if (m_.replace) {
                request += encoded({"RESTORE", item.key, lifetime, item.payload, "REPLACE"});
            } else {
                request += encoded({"RESTORE", item.key, lifetime, item.payload});
            }
            sent.push_back(&item);
        }
        return sent;
    }

    std::string read_replies(std::size_t preambles, const std::vector<Migration::Item*>& sent) {
        std::string fault;
        bool introduced =
            true;  // else what was restored went to nobody or elsewhere: it stays here
        for (std::size_t i = 0; i < preambles + sent.size(); ++i) {
            std::string line;
            if (!socket_.line(line)) return broken("reading");
            if (!line.starts_with('-')) {
                if (i >= preambles) sent[i - preambles]->done = introduced;
                continue;
            }
            if (i < preambles) introduced = false;
            if (fault.empty()) {
                fault = "-ERR Target instance replied with error: " + line.substr(1) + "\r\n";
            }
        }
        return fault.empty() ? "+OK\r\n" : fault;
    }

    std::string broken(std::string_view what) {
        socket_.close();
        return "-IOERR error or timeout " + std::string(what) + " to target instance\r\n";
    }

    /// Removes what has arrived. False: keys have changed, and are to be sent again.
    bool settle(std::string& reply, bool last) {
        const std::int64_t patience = steady_ms() + kPauseMsMax;
        for (;;) {
            enum class Outcome { over, again, paused } outcome = Outcome::over;
            server_.gate().run_exclusive(*flag_, "MIGRATE", [&] {
                const bool any = std::ranges::any_of(m_.items, &Migration::Item::done);
                if (!m_.copy && any && server_.role() != Role::primary) {
                    reply =
                        "-READONLY The keys were sent, and are still here: this server may no "
                        "longer write.\r\n";
                } else if (!m_.copy && any && m_.mark->touched.load()) {
                    outcome = last ? Outcome::over : Outcome::again;
                    if (last)
                        reply = "-TRYAGAIN The keys changed all the time while they were sent.\r\n";
                    else
                        dump_again();
                } else if (!m_.copy && any && server_.pause().level() != Pause::Level::none &&
                           steady_ms() < patience && !owner_.stopping_) {
                    outcome = Outcome::paused;
                } else if (!m_.copy && any) {
                    remove_arrived();
                }
                if (outcome == Outcome::over) unwatch();
            });
            if (outcome != Outcome::paused) return outcome == Outcome::over;
            std::this_thread::sleep_for(std::chrono::milliseconds(kPauseStepMs));
        }
    }

    void unwatch() {
        for (const Migration::Item& item : m_.items)
            server_.watches().remove(m_.db, item.key, m_.mark.get());
    }

    /// In the exclusive lane: what is here now replaces what was sent.
    void dump_again() {
        Record record(server_);
        record.begin(nullptr);
        Database db(server_.keyspace(), m_.db,
                    {.now = unix_ms(), .expire = false, .ignore_expiry = false, .no_touch = true},
                    record);
        m_.mark->touched = false;
        m_.replace = true;
        std::vector<Migration::Item> left;
        for (Migration::Item& item : m_.items) {
            Entry* entry = db.peek(item.key);
            if (entry == nullptr) {
                server_.watches().remove(m_.db, item.key, m_.mark.get());
                continue;
            }
            item.payload = dump_value(*entry, server_.config().rdbcompression);
            item.deadline = entry->has_expiry() ? entry->expiry() : 0;
            item.done = false;
            left.push_back(std::move(item));
        }
        m_.items = std::move(left);
    }

    void remove_arrived() {
        Record record(server_);
        record.begin(nullptr);
        Database db(server_.keyspace(), m_.db,
                    {.now = unix_ms(), .expire = true, .ignore_expiry = false, .no_touch = true},
                    record);
        std::vector<Bytes> effect{"DEL"};
        for (const Migration::Item& item : m_.items) {
            if (!item.done || !db.erase(item.key)) continue;
            record.events().notify(m_.db, EventClass::generic, "del", item.key);
            effect.push_back(item.key);
        }
        if (effect.size() > 1) {
            record.add(m_.db, effect);
            record.touch_watchers();
            server_.statistics().dirty.add(static_cast<std::int64_t>(effect.size() - 1));
        }
        record.commit();
        record.events().wake();
    }

    Migrations& owner_;
    Server& server_;
    Migration& m_;
    std::unique_ptr<GateFlag> flag_;
    LinkSocket socket_;
};

Migrations::Migrations(Server& server)
    : server_(server), wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Migrations::~Migrations() {
    stop();
    ::close(wake_fd_);
}

void Migrations::join_finished() {
    for (auto worker = workers_.begin(); worker != workers_.end();) {
        if (!worker->finished) {
            ++worker;
            continue;
        }
        worker->thread.join();
        worker = workers_.erase(worker);
    }
}

bool Migrations::full() {
    const std::lock_guard lock(mutex_);
    return stopping_ || std::ranges::count_if(workers_, [](const Worker& worker) {
                            return !worker.finished;
                        }) >= static_cast<std::ptrdiff_t>(kRunningMax);
}

void Migrations::start(std::unique_ptr<Migration> migration) {
    const std::lock_guard lock(mutex_);
    join_finished();
    Worker& worker = workers_.emplace_back();
    worker.thread = std::thread([this, &worker, migration = std::move(migration)] {
        ::pthread_setname_np(::pthread_self(), "migrate");
        const std::string reply = Run(*this, *migration).run();
        server_.resume(migration->client, reply);
        worker.finished = true;
    });
}

void Migrations::stop() {
    stopping_ = true;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
    std::list<Worker> left;
    {
        const std::lock_guard lock(mutex_);
        left.swap(workers_);
    }
    for (Worker& worker : left) worker.thread.join();
}

}  // namespace millpond::engine
