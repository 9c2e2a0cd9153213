// SPDX-License-Identifier: Apache-2.0
#include "engine/management/node_commands.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include "resp/reply_writer.h"

namespace millpond::engine {

namespace {

constexpr std::int64_t kProtocol = 1;
constexpr std::int64_t kPauseMsMax = 60'000;

using resp::ReplyWriter;

template <class Write>
std::string encoded(Write&& write) {
    std::string out;
    ReplyWriter writer(out, ReplyWriter::Protocol::resp3);
    write(writer);
    return out;
}

std::string upper(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

std::optional<std::uint64_t> number(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

const char* word(Role role) {
    switch (role) {
        case Role::none:
            return "none";
        case Role::primary:
            return "primary";
        case Role::replica:
            return "replica";
    }
    return "none";
}

const char* word(NetworkControl::Kind kind) {
    switch (kind) {
        case NetworkControl::Kind::node:
            return "node";
        case NetworkControl::Kind::primary:
            return "primary";
        case NetworkControl::Kind::reader:
            return "reader";
    }
    return "node";
}

std::optional<NetworkControl::Kind> kind_of(const std::string& text) {
    using Kind = NetworkControl::Kind;
    for (const Kind kind : {Kind::node, Kind::primary, Kind::reader}) {
        if (text == word(kind)) return kind;
    }
    return std::nullopt;
}

std::optional<bool> state_of(const std::string& text) {
    if (text == "active") return true;
    if (text == "dormant") return false;
    return std::nullopt;
}

void field(ReplyWriter& writer, std::string_view name, std::string_view value) {
    writer.bulk(name);
    writer.bulk(value);
}
void field(ReplyWriter& writer, std::string_view name, std::uint64_t value) {
    writer.bulk(name);
    writer.integer(static_cast<std::int64_t>(value));
}

std::string boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

/// Field 22 of /proc/self/stat, counted behind the name, which may hold anything.
std::uint64_t start_ticks() {
    std::ifstream file("/proc/self/stat");
    std::string stat((std::istreambuf_iterator<char>(file)), {});
    std::istringstream rest(stat.substr(std::min(stat.rfind(')') + 2, stat.size())));
    std::string skipped;
    for (int i = 3; i < 22; ++i) rest >> skipped;
    std::uint64_t ticks = 0;
    rest >> ticks;
    return ticks;
}

}  // namespace

void NodeCall::error(std::string_view message) {
    reply(encoded([&](ReplyWriter& writer) { writer.error(message); }));
}

NodeCommands::NodeCommands(const ManagementOptions& options, ManagedParts& parts,
                           RoleKeeper::Post post)
    : options_(options), parts_(parts), roles_(parts, std::move(post)) {
    commands_ = {
        {"NODE.HELLO", {&NodeCommands::hello, 2, true}},
        {"NODE.STATUS", {&NodeCommands::status, 1, true}},
        {"NODE.SAMPLE", {&NodeCommands::sample, 1, false}},
        {"NODE.GRANT", {&NodeCommands::grant, -3, false}},
        {"NODE.PAUSE", {&NodeCommands::pause, 3, false}},
        {"NODE.RESUME", {&NodeCommands::resume, 2, false}},
        {"NODE.REVOKE", {&NodeCommands::revoke, 3, false}},
        {"NODE.SEAL", {&NodeCommands::seal, 2, false}},
        {"NODE.LISTEN", {&NodeCommands::listen, 4, false}},
        {"NODE.LISTENER", {&NodeCommands::listener, 3, false}},
        {"NODE.UNLISTEN", {&NodeCommands::unlisten, 2, false}},
        {"NODE.LISTENERS", {&NodeCommands::listeners, 1, false}},
        {"NODE.RULES", {&NodeCommands::rules, -2, false}},
        {"NODE.SOURCES", {&NodeCommands::sources, 1, false}},
        {"NODE.SET", {&NodeCommands::set, 3, false}},
        {"NODE.LIVENESS", {&NodeCommands::liveness, 1, false}},
        {"NODE.WATCH", {&NodeCommands::watch, 1, false}},
        {"NODE.SHUTDOWN", {&NodeCommands::shutdown, 1, false}},
    };
}

void NodeCommands::run(NodeCall call) {
    if (call.args.empty()) return call.error("ERR an empty command");
    const auto it = commands_.find(upper(call.args[0]));
    if (it == commands_.end())
        return call.error("ERR unknown management command '" + call.args[0] + "'");
    const Command& command = it->second;
    const int count = static_cast<int>(call.args.size());
    if (command.arity >= 0 ? count != command.arity : count < -command.arity) {
        return call.error("ERR wrong number of arguments for '" + it->first + "'");
    }
    if (!command.before_hello) {
        if (call.generation == 0) return call.error("NOHELLO say NODE.HELLO first");
        if (call.generation < generation_)
            return call.error("STALEGENERATION a later daemon runs this node");
    }
    (this->*command.handler)(call);
}

void NodeCommands::hello(NodeCall& call) {
    const auto generation = number(call.args[1]);
    if (!generation || *generation == 0)
        return call.error("ERR the generation is a positive number");
    if (*generation < generation_)
        return call.error("STALEGENERATION a later daemon runs this node");
    generation_ = *generation;
    call.greeted(*generation);
    call.reply(encoded([&](ReplyWriter& writer) {
        writer.map(8);
        field(writer, "node", options_.node_id);
        field(writer, "run_id", options_.run_id);
        field(writer, "boot_id", boot_id());
        field(writer, "pid", static_cast<std::uint64_t>(::getpid()));
        field(writer, "start_ticks", start_ticks());
        field(writer, "version", options_.version);
        field(writer, "protocol", static_cast<std::uint64_t>(kProtocol));
        field(writer, "generation", generation_);
    }));
}

void NodeCommands::status(NodeCall& call) {
    const RoleControl::Status status = parts_.role.status();
    const History history = roles_.history();
    const auto [holder, held_ms] = parts_.exclusive_holder();
    call.reply(encoded([&](ReplyWriter& writer) {
        writer.map(13);
        field(writer, "role", word(roles_.role()));
        field(writer, "epoch", roles_.epoch());
        field(writer, "replid", history.replid);
        field(writer, "replid2", history.replid2);
        field(writer, "second_offset", history.second_offset);
        field(writer, "offset", history.offset);
        field(writer, "link", status.link);
        field(writer, "source", status.source);
        writer.bulk("exclusive_holder");
        holder.empty() ? writer.null() : writer.bulk(holder);
        field(writer, "exclusive_ms", static_cast<std::uint64_t>(held_ms));
        field(writer, "paused_ms",
              static_cast<std::uint64_t>(std::max<std::int64_t>(parts_.pause.paused_ms_left(), 0)));
        field(writer, "tick", parts_.tick());
        writer.bulk("replicas");
        writer.array(status.replicas.size());
        for (const auto& replica : status.replicas) {
            writer.map(4);
            field(writer, "id", replica.id);
            field(writer, "state", replica.state);
            field(writer, "offset", replica.offset);
            field(writer, "lag_ms", static_cast<std::uint64_t>(replica.lag_ms));
        }
    }));
}

void NodeCommands::sample(NodeCall& call) {
    const auto values = parts_.sample();
    call.reply(encoded([&](ReplyWriter& writer) {
        writer.map(values.size());
        for (const auto& [name, value] : values) {
            writer.bulk(name);
            writer.real(value);
        }
    }));
}

void NodeCommands::grant(NodeCall& call) {
    const auto epoch = number(call.args[1]);
    const std::string role = upper(call.args[2]);
    if (!epoch || *epoch == 0) return call.error("ERR the epoch is a positive number");
    const auto answer = [reply = call.answer](std::string text) { reply(std::move(text), {}); };
    if (role == "PRIMARY" && call.args.size() == 3) return roles_.grant_primary(*epoch, answer);
    const bool shown = call.args.size() == 7;
    const auto port = number(shown ? call.args[6] : "0");
    if (role == "REPLICA" && (shown || call.args.size() == 5) && port && *port <= UINT16_MAX) {
        return roles_.grant_replica(*epoch,
                                    {.path = call.args[3],
                                     .host = shown ? call.args[5] : "",
                                     .port = static_cast<int>(*port),
                                     .id = call.args[4]},
                                    answer);
    }
    call.error(
        "ERR NODE.GRANT epoch PRIMARY, or NODE.GRANT epoch REPLICA path primary-id [host port]");
}

void NodeCommands::pause(NodeCall& call) {
    const auto ms = number(call.args[2]);
    if (!ms || *ms == 0 || *ms > kPauseMsMax)
        return call.error("ERR the pause is 1 to 60000 ms long");
    roles_.pause(call.args[1], static_cast<std::int64_t>(*ms),
                 [reply = call.answer](std::string text) { reply(std::move(text), {}); });
}

void NodeCommands::resume(NodeCall& call) {
    roles_.resume(call.args[1],
                  [reply = call.answer](std::string text) { reply(std::move(text), {}); });
}

void NodeCommands::revoke(NodeCall& call) {
    const auto epoch = number(call.args[2]);
    if (!epoch || *epoch == 0) return call.error("ERR the epoch is a positive number");
    roles_.revoke(call.args[1], *epoch,
                  [reply = call.answer](std::string text) { reply(std::move(text), {}); });
}

void NodeCommands::seal(NodeCall& call) {
    const auto epoch = number(call.args[1]);
    if (!epoch) return call.error("ERR the epoch is a number");
    roles_.seal(*epoch, [reply = call.answer](std::string text) { reply(std::move(text), {}); });
}

void NodeCommands::listen(NodeCall& call) {
    const auto kind = kind_of(call.args[2]);
    const auto active = state_of(call.args[3]);
    if (!kind || !active)
        return call.error("ERR kind is node, primary or reader; state is active or dormant");
    if (!call.descriptor.valid()) return call.error("ERR no descriptor came with NODE.LISTEN");
    parts_.network.listen({call.args[1], *kind, *active, call.descriptor.release()});
    call.ok();
}

void NodeCommands::listener(NodeCall& call) {
    const auto active = state_of(call.args[2]);
    if (!active) return call.error("ERR state is active or dormant");
    if (!parts_.network.set_active(call.args[1], *active))
        return call.error("ERR no listener of that name");
    call.ok();
}

void NodeCommands::unlisten(NodeCall& call) {
    if (!parts_.network.unlisten(call.args[1])) return call.error("ERR no listener of that name");
    call.ok();
}

void NodeCommands::listeners(NodeCall& call) {
    const auto all = parts_.network.listeners();
    std::vector<Descriptor> descriptors;
    std::vector<const NetworkControl::Listener*> sent;
    for (const auto& one : all) {
        Descriptor copy(::fcntl(one.fd, F_DUPFD_CLOEXEC, 0));
        if (!copy.valid() || descriptors.size() == ManagementSocket::kDescriptorsMax) continue;
        descriptors.push_back(std::move(copy));
        sent.push_back(&one);
    }
    call.answer(encoded([&](ReplyWriter& writer) {
                    writer.array(sent.size());
                    for (const auto* one : sent) {
                        writer.array(3);
                        writer.bulk(one->name);
                        writer.bulk(word(one->kind));
                        writer.bulk(one->active ? "active" : "dormant");
                    }
                }),
                std::move(descriptors));
}

void NodeCommands::rules(NodeCall& call) {
    const auto revision = number(call.args[1]);
    if (!revision) return call.error("ERR the revision is a number");
    std::vector<std::string> vpc;
    std::vector<std::string> allowed;
    std::vector<std::string>* list = nullptr;
    for (std::size_t i = 2; i < call.args.size(); ++i) {
        const std::string& arg = call.args[i];
        if (arg == "VPC") {
            list = &vpc;
        } else if (arg == "ALLOW") {
            list = &allowed;
        } else if (list) {
            list->push_back(arg);
        } else {
            return call.error("ERR NODE.RULES revision [VPC cidr ...] [ALLOW cidr ...]");
        }
    }
    if (!parts_.network.set_rules(*revision, std::move(vpc), std::move(allowed))) {
        return call.error("STALERULES a later revision is in force");
    }
    call.ok();
}

void NodeCommands::sources(NodeCall& call) {
    const auto sources = parts_.network.sources();
    call.reply(encoded([&](ReplyWriter& writer) {
        writer.array(sources.size());
        for (const auto& source : sources) {
            writer.map(7);
            field(writer, "address", source.address);
            field(writer, "accepted", source.accepted);
            field(writer, "refused", source.refused);
            writer.bulk("uid");
            source.uid ? writer.integer(*source.uid) : writer.null();
            writer.bulk("process");
            source.process ? writer.bulk(*source.process) : writer.null();
            field(writer, "reason", source.reason);
            field(writer, "last_seen_ms", static_cast<std::uint64_t>(source.last_seen_ms));
        }
    }));
}

void NodeCommands::set(NodeCall& call) {
    const auto bytes = number(call.args[2]);
    if (call.args[1] != "maxmemory" || !bytes) return call.error("ERR NODE.SET maxmemory BYTES");
    parts_.set_maxmemory(*bytes);
    call.ok();
}

void NodeCommands::liveness(NodeCall& call) {
    Descriptor copy(::fcntl(options_.liveness_fd, F_DUPFD_CLOEXEC, 0));
    if (!copy.valid()) return call.error("ERR this node was started without a liveness page");
    std::vector<Descriptor> descriptors;
    descriptors.push_back(std::move(copy));
    call.answer("+OK\r\n", std::move(descriptors));
}

void NodeCommands::watch(NodeCall& call) {
    call.watch();
    call.ok();
}

void NodeCommands::shutdown(NodeCall& call) {
    call.ok();
    parts_.shutdown("NODE.SHUTDOWN");
}

std::string NodeCommands::changes() {
    const RoleControl::Status status = parts_.role.status();
    return encoded([&](ReplyWriter& writer) {
        if (status.link != told_link_) {
            told_link_ = status.link;
            writer.push(2);
            writer.bulk("link");
            writer.bulk(status.link);
        }
        if (roles_.role() != told_role_ || roles_.epoch() != told_epoch_) {
            told_role_ = roles_.role();
            told_epoch_ = roles_.epoch();
            writer.push(3);
            writer.bulk("role");
            writer.bulk(word(told_role_));
            writer.integer(static_cast<std::int64_t>(told_epoch_));
        }
        std::map<std::string, std::string> replicas;
        for (const auto& replica : status.replicas) replicas[replica.id] = replica.state;
        for (const auto& [id, state] : told_replicas_) {
            if (replicas.count(id) == 0) replicas[id] = "gone";
        }
        for (auto it = replicas.begin(); it != replicas.end();) {
            const auto told = told_replicas_.find(it->first);
            if (told == told_replicas_.end() || told->second != it->second) {
                writer.push(3);
                writer.bulk("replica");
                writer.bulk(it->first);
                writer.bulk(it->second);
            }
            it = it->second == "gone" ? replicas.erase(it) : std::next(it);
        }
        told_replicas_ = std::move(replicas);
    });
}

}  // namespace millpond::engine
