// SPDX-License-Identifier: Apache-2.0
//
// CLUSTER and its companions, as a node answers them that is no part of a Redis Cluster: known,
// with the same arguments, and refused. Clients ask to find out what they are connected to.
#include "engine/commands/call.h"
#include "engine/commands/server.h"
#include "engine/commands/table.h"

namespace millpond::engine {

namespace {

void refuse(Call& call) {
    call.error("ERR This instance has cluster support disabled");
}

constexpr std::uint32_t kAsk = kStale;
constexpr std::uint32_t kManage = kStale | kAdmin;
constexpr std::uint32_t kChange = kStale | kAdmin | kNoAsyncLoading;

struct Subcommand {
    std::string_view name;
    int arity;
    std::uint32_t flags;
    std::string_view since, summary;
};

constexpr Subcommand kSubcommands[] = {
    {"cluster|addslots", -3, kChange, "3.0.0", "Gives slots to this node"},
    {"cluster|addslotsrange", -4, kChange, "7.0.0", "Gives ranges of slots to this node"},
    {"cluster|bumpepoch", 2, kChange, "3.0.0", "Raises the configuration's epoch"},
    {"cluster|count-failure-reports", 3, kManage, "3.0.0",
     "Answers how many nodes think that a node has failed"},
    {"cluster|countkeysinslot", 3, kAsk, "3.0.0", "Answers how many keys a slot has here"},
    {"cluster|delslots", -3, kChange, "3.0.0", "Takes slots from this node"},
    {"cluster|delslotsrange", -4, kChange, "7.0.0", "Takes ranges of slots from this node"},
    {"cluster|failover", -2, kChange, "3.0.0", "Makes a replica its primary's successor"},
    {"cluster|flushslots", 2, kChange, "3.0.0", "Takes all slots from this node"},
    {"cluster|forget", 3, kChange, "3.0.0", "Forgets a node"},
    {"cluster|getkeysinslot", 4, kAsk, "3.0.0", "Answers keys of a slot"},
    {"cluster|help", 2, kLoading | kStale, "5.0.0", "Says what the subcommands are"},
    {"cluster|info", 2, kAsk, "3.0.0", "Tells how the cluster is"},
    {"cluster|keyslot", 3, kAsk, "3.0.0", "Answers the slot of a key"},
    {"cluster|links", 2, kAsk, "7.0.0", "Lists the connections between nodes"},
    {"cluster|meet", -4, kChange, "3.0.0", "Makes two nodes known to each other"},
    {"cluster|myid", 2, kAsk, "3.0.0", "Answers this node's id"},
    {"cluster|nodes", 2, kAsk, "3.0.0", "Lists the nodes and their slots"},
    {"cluster|replicas", 3, kManage, "5.0.0", "Lists a node's replicas"},
    {"cluster|replicate", 3, kChange, "3.0.0", "Makes this node a replica"},
    {"cluster|reset", -2, kManage | kNoscript, "3.0.0", "Takes this node out of its cluster"},
    {"cluster|saveconfig", 2, kChange, "3.0.0", "Writes the cluster's state down"},
    {"cluster|set-config-epoch", 3, kChange, "3.0.0", "Sets a new node's epoch"},
    {"cluster|setslot", -4, kChange, "3.0.0", "Says which node has a slot"},
    {"cluster|shards", 2, kAsk, "7.0.0", "Lists the slots and their nodes"},
    {"cluster|slaves", 3, kManage, "3.0.0", "Lists a node's replicas"},
    {"cluster|slots", 2, kAsk, "3.0.0", "Lists the slots and their nodes"},
};

}  // namespace

void add_cluster_commands(CommandTable& table) {
    table.add({.name = "cluster",
               .arity = -2,
               .since = "3.0.0",
               .group = "cluster",
               .complexity = "Depends on subcommand.",
               .summary = "A container for cluster commands"});
    for (const Subcommand& one : kSubcommands) {
        table.add({.name = one.name,
                   .arity = one.arity,
                   .flags = one.flags,
                   .handler = refuse,
                   .since = one.since,
                   .group = "cluster",
                   .complexity = "O(1)",
                   .summary = one.summary});
    }
    const auto add = [&](std::string_view name, std::uint32_t flags, std::string_view summary) {
        table.add({.name = name,
                   .arity = 1,
                   .flags = flags | kFast,
                   .categories = kCatConnection,
                   .handler = refuse,
                   .since = "3.0.0",
                   .group = "cluster",
                   .complexity = "O(1)",
                   .summary = summary});
    };
    add("asking", 0, "Announces a key that is being moved here");
    add("readonly", kLoading | kStale, "Lets a replica in a cluster answer reads");
    add("readwrite", kLoading | kStale, "Lets a replica in a cluster answer no reads any more");
}

}  // namespace millpond::engine
