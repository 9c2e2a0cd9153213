// SPDX-License-Identifier: Apache-2.0
#include "admin-api/failover/node_link.h"

#include <signal.h>

#include <cerrno>
#include <chrono>

#include "admin-api/failover/node_life.h"
#include "admin-api/failover/report_of.h"
#include "admin-api/nodes/node_folder.h"

namespace millpond::admin::failover {

namespace {

constexpr std::chrono::milliseconds kFolderWait{5};
constexpr int kFolderWaitsTold = 2000;  ///< 10 s

}  // namespace

NodeLink::NodeLink(Environment& environment, std::string cluster, NodeSpec spec,
                   Callbacks callbacks)
    : environment_(environment),
      cluster_(std::move(cluster)),
      spec_(std::move(spec)),
      callbacks_(std::move(callbacks)),
      folder_timer_(environment.io) {}

NodeLink::~NodeLink() {
    if (life_) life_->over = true;
}

NodeLink::Life* NodeLink::current(Incarnation incarnation) {
    return life_ && life_->incarnation == incarnation ? life_.get() : nullptr;
}

void NodeLink::find() {
    auto client = std::make_unique<RespClient>(environment_.io);
    const int failure = client->connect(spec_.folder / "mgmt.sock");
    auto process = failure == 0 ? process_behind(client->native_handle(), spec_.id) : std::nullopt;
    if (!process) {
        if (failure != 0 && failure != ENOENT && failure != ECONNREFUSED) {
            callbacks_.tell("warning", "The socket of node " + spec_.id +
                                           " cannot be reached: error " + std::to_string(failure));
        }
        finding_ = lock_node_folder(spec_.folder).held;
        if (finding_) return wait_for_folder(&NodeLink::find);
        folder_waits_ = 0;
        callbacks_.event(NodeAbsent{spec_.id});
        return;
    }
    folder_waits_ = 0;
    finding_ = false;
    const auto life =
        std::make_shared<Life>(*this, ++last_incarnation_, std::move(*process), false);
    life_ = life;
    callbacks_.event(NodeFound{spec_.id, life->incarnation, false});
    // Told outside a step, the machine may have let go of this link: nothing of it is there then.
    if (!life->over) life->begin(std::move(client), {});
}

void NodeLink::spawn() {
    const auto refuse = [this](const std::string& why) {
        callbacks_.event(SpawnFailed{spec_.id, why});
    };
    FolderLock folder = lock_node_folder(spec_.folder);
    if (folder.held) return wait_for_folder(&NodeLink::spawn);
    folder_waits_ = 0;
    if (auto prepared = prepare_node_folder(spec_.folder, cluster_); !prepared) {
        return refuse(prepared.error().message);
    }
    Descriptor page = make_liveness_page();
    if (!page.valid()) return refuse("no liveness page can be made");
    SpawnOptions options;
    options.binary = environment_.options.engine_binary;
    options.error_log = spec_.folder / "engine.log";
    options.inherited_fds = {page.get()};
    if (folder.lock.valid()) options.inherited_fds.push_back(folder.lock.get());
    options.args = {"--millpond-node",
                    spec_.id,
                    "--millpond-folder",
                    spec_.folder.string(),
                    "--millpond-liveness-fd",
                    std::to_string(page.get()),
                    "--maxmemory",
                    std::to_string(spec_.max_memory),
                    "--threads",
                    std::to_string(spec_.threads),
                    "--dir",
                    (spec_.folder / "data").string(),
                    "--replica-announce-ip",
                    spec_.address.ip,
                    "--replica-announce-port",
                    std::to_string(spec_.address.port)};
    auto process = millpond::admin::spawn(options);
    if (!process) return refuse(process.error().message);
    const auto life =
        std::make_shared<Life>(*this, ++last_incarnation_, std::move(process.value()), true);
    life->told_memory = spec_.max_memory;
    life_ = life;
    callbacks_.event(NodeFound{spec_.id, life->incarnation, true});
    if (life->over) return signal_process(life->process, SIGKILL);
    life->begin(nullptr, std::move(page));
}

void NodeLink::wait_for_folder(void (NodeLink::*step)()) {
    if (++folder_waits_ == kFolderWaitsTold) {
        callbacks_.tell("warning", "The folder of node " + spec_.id +
                                       " is held by a process that does not answer: " +
                                       (spec_.folder / "lock").string());
    }
    folder_timer_.expires_after(kFolderWait);
    folder_timer_.async_wait(
        [this, step, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
            if (!error && !alive.expired()) (this->*step)();
        });
}

void NodeLink::kill(Incarnation incarnation, bool in_order) {
    if (Life* life = current(incarnation)) life->kill(in_order);
}

void NodeLink::request(Incarnation incarnation, Request request,
                       const std::vector<std::string>& args, OnReply on_reply) {
    Life* life = current(incarnation);
    if (!life || !life->control || !life->control->connected()) return;
    if (request != 0 && !life->outstanding.insert(request).second) return;
    life->control->send(args,
                        life->guarded([request, on_reply](Life& self, RespClient::Reply reply) {
                            self.outstanding.erase(request);
                            if (on_reply) on_reply(reply.value);
                        }));
}

void NodeLink::await_offset(Incarnation incarnation, Request request, std::uint64_t offset) {
    Life* life = current(incarnation);
    if (!life || life->awaited == request) return;
    life->awaited = request;
    life->awaited_offset = offset;
    life->poll_offset();
}

void NodeLink::probe() {
    if (const auto life = life_) life->probe();
}

void NodeLink::ask(const std::string& command, OnReply done) {
    if (!life_ || !life_->heard || !life_->prober || life_->probe_out) return;
    life_->prober->send({command}, life_->guarded([done](Life&, RespClient::Reply reply) {
        if (!reply.value.is_error()) done(reply.value);
    }));
}

bool NodeLink::connected() const {
    return life_ && !life_->superseded && life_->listeners_known && life_->control &&
           life_->control->connected();
}

bool NodeLink::has_listener(const std::string& name) const {
    return life_ && life_->told_listeners.count(name) != 0;
}

void NodeLink::give_listener(const std::string& name, const std::string& kind, bool active,
                             int fd) {
    if (!connected() || has_listener(name)) return;
    life_->told_listeners[name] = active;
    life_->give({"NODE.LISTEN", name, kind, active ? "active" : "dormant"}, fd);
}

void NodeLink::set_listener(const std::string& name, bool active) {
    if (!connected() || !has_listener(name) || life_->told_listeners[name] == active) return;
    life_->told_listeners[name] = active;
    life_->give({"NODE.LISTENER", name, active ? "active" : "dormant"});
}

void NodeLink::note_listener(const std::string& name, bool active) {
    if (life_ && has_listener(name)) life_->told_listeners[name] = active;
}

void NodeLink::give_rules(const AccessRules& rules) {
    if (!connected() || life_->told_rules == rules.revision) return;
    life_->told_rules = rules.revision;
    std::vector<std::string> args{"NODE.RULES", std::to_string(rules.revision), "VPC"};
    args.insert(args.end(), rules.vpc_ranges.begin(), rules.vpc_ranges.end());
    args.emplace_back("ALLOW");
    args.insert(args.end(), rules.allowed_ranges.begin(), rules.allowed_ranges.end());
    life_->give(args);
}

void NodeLink::give_max_memory() {
    if (!connected() || life_->told_memory == spec_.max_memory) return;
    life_->told_memory = spec_.max_memory;
    life_->give({"NODE.SET", "maxmemory", std::to_string(spec_.max_memory)});
}

bool NodeLink::has_taken(const AccessRules& rules) const {
    return connected() && life_->told_rules == rules.revision &&
           life_->told_memory == spec_.max_memory && life_->gifts_out == 0;
}

bool NodeLink::may_hold_listeners() const {
    return finding_ || (life_ && !life_->listeners_known);
}

std::int64_t NodeLink::pid() const {
    return life_ ? life_->process.pid : 0;
}

}  // namespace millpond::admin::failover
