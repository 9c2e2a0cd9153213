// SPDX-License-Identifier: Apache-2.0
#include "admin-api/failover/node_life.h"

#include <fcntl.h>
#include <signal.h>

#include <boost/asio/post.hpp>
#include <cerrno>

#include "admin-api/failover/report_of.h"
#include "admin-api/nodes/node_folder.h"

namespace millpond::admin::failover {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnectRetry{1};
constexpr milliseconds kConnectRetrySlow{20};
constexpr int kConnectRetriesFast = 500;
constexpr milliseconds kReconnect{10};
constexpr milliseconds kOrderlyEnd{400};
constexpr milliseconds kFenceCheck{1};
constexpr milliseconds kFenceCheckSlow{10};
constexpr int kFenceChecksFast = 100;
constexpr milliseconds kOffsetPoll{1};
constexpr Millis kStartMsMax = 10'000;  ///< until then a process that starts is not probed

/// Waits for the process's very end, whatever becomes of its life here, so that no zombie is left.
struct ExitWatch {
    ExitWatch(boost::asio::io_context& io, Process dying) : process(std::move(dying)), waiting(io) {
        waiting.assign(::fcntl(process.pidfd.get(), F_DUPFD_CLOEXEC, 0));
    }
    Process process;
    boost::asio::posix::stream_descriptor waiting;
};

}  // namespace

NodeLink::Life::Life(NodeLink& owner, Incarnation number, Process started, bool by_us)
    : link(owner),
      incarnation(number),
      process(std::move(started)),
      spawned(by_us),
      listeners_known(by_us),
      begun_at(Environment::now()),
      connect_timer(owner.environment_.io),
      kill_timer(owner.environment_.io),
      fence_timer(owner.environment_.io),
      await_timer(owner.environment_.io) {}

NodeLink::Life::~Life() = default;

void NodeLink::Life::begin(std::unique_ptr<RespClient> found, Descriptor liveness_page) {
    Process copy;
    copy.pid = process.pid;
    copy.child = process.child;
    copy.pidfd = Descriptor(::fcntl(process.pidfd.get(), F_DUPFD_CLOEXEC, 0));
    auto watch = std::make_shared<ExitWatch>(link.environment_.io, std::move(copy));
    auto& waiting = watch->waiting;
    waiting.async_wait(waiting.wait_read,
                       [watch, weak = weak_from_this()](boost::system::error_code error) {
                           if (error) return;
                           reap(watch->process);
                           if (const auto self = weak.lock(); self && !self->over) self->exited();
                       });
    if (found) {
        control = std::move(found);
        greet();
        return;
    }
    // Locked by the time that the node answers; watched from then on.
    page_ = std::move(liveness_page);
    connect();
}

void NodeLink::Life::connect() {
    auto client = std::make_unique<RespClient>(link.environment_.io);
    if (client->connect(link.spec_.folder / "mgmt.sock") == 0) {
        control = std::move(client);
        greet();
        return;
    }
    const bool fast = ++connect_attempts < kConnectRetriesFast;
    after(connect_timer, fast ? kConnectRetry : kConnectRetrySlow,
          [](Life& self) { self.connect(); });
}

void NodeLink::Life::greet() {
    connect_attempts = 0;
    control->on_closed(guarded([](Life& self) { self.lost_connection(); }));
    const std::string generation = std::to_string(link.environment_.options.generation);
    control->send({"NODE.HELLO", generation},
                  guarded([](Life& self, RespClient::Reply reply) { self.greeted(reply.value); }));
}

void NodeLink::Life::greeted(const resp::Value& reply) {
    if (reply.is_error()) {
        superseded = true;
        link.callbacks_.tell("error", "Node " + id() + " refuses this daemon: " + reply.text);
        return;
    }
    const resp::Value* node = reply.find("node");
    if (!node || node->text != id()) {
        superseded = true;
        link.callbacks_.tell(
            "error", "The socket in the folder of node " + id() + " belongs to another node");
        return;
    }
    if (page_.valid()) {
        watch_liveness(std::move(page_));
    } else if (!liveness) {
        control->send({"NODE.LIVENESS"}, guarded([](Life& self, RespClient::Reply page) {
                          if (page.descriptors.empty()) return;
                          self.watch_liveness(std::move(page.descriptors.front()));
                      }));
    }
    open_probe();
    if (!listeners_known || heard) return take_back_listeners();
    link.callbacks_.connected(link);
    first_status();
}

/// After a lost connection too: what the node has by now is what it says.
void NodeLink::Life::take_back_listeners() {
    control->send(
        {"NODE.LISTENERS"}, guarded([](Life& self, RespClient::Reply reply) {
            std::vector<ReceivedListener> received;
            self.told_listeners.clear();
            self.told_rules.reset();
            const auto& items = reply.value.items;
            for (std::size_t i = 0; i < items.size() && i < reply.descriptors.size(); ++i) {
                if (items[i].items.size() != 3) continue;
                const auto& parts = items[i].items;
                const bool active = parts[2].text == "active";
                self.told_listeners[parts[0].text] = active;
                received.push_back(
                    {parts[0].text, parts[1].text, active, std::move(reply.descriptors[i])});
            }
            self.listeners_known = true;
            self.link.callbacks_.listeners(self.link, std::move(received));
            if (self.over) return;
            self.link.callbacks_.connected(self.link);
            self.first_status();
        }));
}

void NodeLink::Life::open_probe() {
    prober = std::make_unique<RespClient>(link.environment_.io);
    probe_out = false;
    if (prober->connect(link.spec_.folder / "mgmt.sock") != 0) return;
    prober->on_push(guarded([](Life& self, const resp::Value& push) { self.on_push(push); }));
    prober->send({"NODE.HELLO", std::to_string(link.environment_.options.generation)}, {});
    prober->send({"NODE.WATCH"}, {});
}

void NodeLink::Life::first_status() {
    control->send({"NODE.STATUS"}, guarded([](Life& self, RespClient::Reply reply) {
                      if (reply.value.is_error()) return;
                      self.heard = true;
                      self.probe_out = false;
                      self.event(NodeHello{self.id(), self.incarnation, report_of(reply.value)});
                  }));
}

void NodeLink::Life::give(const std::vector<std::string>& args, int fd) {
    ++gifts_out;
    control->send(args, guarded([](Life& self, const RespClient::Reply&) {
                      if (--self.gifts_out == 0) self.link.callbacks_.taken();
                  }),
                  fd);
}

void NodeLink::Life::lost_connection() {
    outstanding.clear();
    gifts_out = 0;
    prober.reset();
    probe_out = false;
    if (superseded) return;
    after(connect_timer, kReconnect, [](Life& self) { self.connect(); });
}

void NodeLink::Life::watch_liveness(Descriptor page) {
    auto& io = link.environment_.io;
    liveness = std::make_unique<LivenessWatch>(std::move(page), [&io, weak = weak_from_this()] {
        boost::asio::post(io, [weak] {
            if (const auto self = weak.lock(); self && !self->over) self->died("its process died");
        });
    });
}

void NodeLink::Life::on_push(const resp::Value& push) {
    if (push.items.size() == 2 && push.items[0].text == "fatal") {
        died("it crashed with signal " + std::to_string(push.items[1].integer));
    } else {
        send_status();
    }
}

void NodeLink::Life::died(const std::string& how) {
    if (death_told) return;
    death_told = true;
    const std::string reason = exit_reason(link.spec_.folder);
    event(NodeDied{id(), incarnation, reason.empty() ? how : "it ended in order (" + reason + ")"});
}

void NodeLink::Life::kill(bool in_order) {
    if (killed) return;
    killed = true;
    death_told = true;
    if (in_order) {
        signal_process(process, SIGTERM);
        after(kill_timer, kOrderlyEnd, [](Life& self) { signal_process(self.process, SIGKILL); });
    } else {
        signal_process(process, SIGKILL);
    }
    check_fenced();
}

void NodeLink::Life::check_fenced() {
    if (is_fenced(process)) return fenced();
    const bool fast = ++fence_checks < kFenceChecksFast;
    after(fence_timer, fast ? kFenceCheck : kFenceCheckSlow,
          [](Life& self) { self.check_fenced(); });
}

void NodeLink::Life::fenced() {
    over = true;
    const auto self = shared_from_this();
    NodeLink& owner = link;
    const NodeFenced what{id(), incarnation};
    if (owner.life_.get() == this) owner.life_.reset();
    control.reset();
    prober.reset();
    liveness.reset();
    for (auto* timer : {&connect_timer, &kill_timer, &fence_timer, &await_timer}) timer->cancel();
    owner.callbacks_.event(what);
}

/// The pidfd: the backup of the liveness page, and of the fence check.
void NodeLink::Life::exited() {
    died("its process has ended");
    if (!over) fenced();
}

void NodeLink::Life::probe() {
    if (superseded || killed) return;
    if (!heard && spawned && Environment::now() - begun_at < kStartMsMax) return;
    if (probe_out) return probe_missed();
    probe_out = true;
    last_activity.reset();
    if (prober && prober->connected()) {
        send_status();
    } else if (control && control->connected() && heard) {
        open_probe();
        send_status();
    }
}

void NodeLink::Life::send_status() {
    if (!prober || !prober->connected()) return;
    prober->send({"NODE.STATUS"}, guarded([](Life& self, RespClient::Reply reply) {
                     self.probe_out = false;
                     if (reply.value.is_error() || !self.heard) return;
                     self.event(ProbeAnswered{self.id(), self.incarnation, report_of(reply.value)});
                 }));
}

/// `frozen` compares with the tick before, so the first missed probe is never evidence of it.
void NodeLink::Life::probe_missed() {
    ProbeMissed missed;
    missed.node = id();
    missed.incarnation = incarnation;
    const auto activity = activity_of(process);
    if (!activity) return;  // it has ended: the pidfd says so
    const int unread =
        (prober ? prober->unread_bytes() : 0) + (control ? control->unread_bytes() : 0);
    missed.stopped = activity->stopped;
    missed.traced = activity->traced;
    missed.frozen = last_activity && last_activity->run_time == activity->run_time &&
                    !activity->wants_to_run && !activity->stopped && unread > 0;
    last_activity = activity;
    event(missed);
}

void NodeLink::Life::poll_offset() {
    if (awaited == 0 || !prober || !prober->connected()) return;
    prober->send({"NODE.STATUS"}, guarded([asked = awaited](Life& self, RespClient::Reply reply) {
                     if (self.awaited != asked) return;
                     const Report report = report_of(reply.value);
                     if (report.link == Link::up && report.history.offset >= self.awaited_offset) {
                         self.awaited = 0;
                         self.event(CaughtUp{self.id(), self.incarnation, asked});
                         return;
                     }
                     self.after(self.await_timer, kOffsetPoll,
                                [](Life& later) { later.poll_offset(); });
                 }));
}

}  // namespace millpond::admin::failover
