// SPDX-License-Identifier: Apache-2.0
//
// The commands of PROTOCOL.md: arguments in, one answer out, now or when the lanes have done the
// work. Management thread only. Private to this folder.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/management/management.h"
#include "engine/management/role_keeper.h"
#include "engine/management/socket.h"

namespace millpond::engine {

/// One command and where its answer goes.
struct NodeCall {
    std::vector<std::string> args;
    Descriptor descriptor;         ///< NODE.LISTEN's
    std::uint64_t generation = 0;  ///< of the connection; 0: it has not said HELLO
    std::function<void(std::string encoded, std::vector<Descriptor> descriptors)> answer;
    std::function<void(std::uint64_t generation)> greeted;
    std::function<void()> watch;

    void reply(std::string encoded) { answer(std::move(encoded), {}); }
    void error(std::string_view message);
    void ok() { reply("+OK\r\n"); }
};

class NodeCommands {
public:
    NodeCommands(const ManagementOptions& options, ManagedParts& parts, RoleKeeper::Post post);

    void run(NodeCall call);

    /// The pushes for what has changed since the last call.
    std::string changes();

private:
    using Handler = void (NodeCommands::*)(NodeCall&);
    struct Command {
        Handler handler;
        int arity;  ///< with the name; negative: at least
        bool before_hello;
    };

    void hello(NodeCall& call);
    void status(NodeCall& call);
    void sample(NodeCall& call);
    void grant(NodeCall& call);
    void pause(NodeCall& call);
    void resume(NodeCall& call);
    void revoke(NodeCall& call);
    void seal(NodeCall& call);
    void listen(NodeCall& call);
    void listener(NodeCall& call);
    void unlisten(NodeCall& call);
    void listeners(NodeCall& call);
    void rules(NodeCall& call);
    void sources(NodeCall& call);
    void set(NodeCall& call);
    void liveness(NodeCall& call);
    void watch(NodeCall& call);
    void shutdown(NodeCall& call);

    const ManagementOptions& options_;
    ManagedParts& parts_;
    RoleKeeper roles_;
    std::map<std::string, Command, std::less<>> commands_;
    std::uint64_t generation_ = 0;
    std::string told_link_;
    Role told_role_ = Role::none;
    std::uint64_t told_epoch_ = 0;
    std::map<std::string, std::string> told_replicas_;
};

}  // namespace millpond::engine
