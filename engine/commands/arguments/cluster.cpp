// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "cluster|addslots", .arguments = "slot:i*"},
    {.name = "cluster|addslotsrange", .arguments = "start-slot_end-slot(start-slot:i end-slot:i)*"},
    {.name = "cluster|bumpepoch", .tips = "nondeterministic_output"},
    {.name = "cluster|count-failure-reports",
     .tips = "nondeterministic_output",
     .arguments = "node-id"},
    {.name = "cluster|countkeysinslot", .arguments = "slot:i"},
    {.name = "cluster|delslots", .arguments = "slot:i*"},
    {.name = "cluster|delslotsrange", .arguments = "start-slot_end-slot(start-slot:i end-slot:i)*"},
    {.name = "cluster|failover", .arguments = "options<force! takeover!>?"},
    {.name = "cluster|forget", .arguments = "node-id"},
    {.name = "cluster|getkeysinslot",
     .tips = "nondeterministic_output",
     .arguments = "slot:i count:i"},
    {.name = "cluster|info", .tips = "nondeterministic_output"},
    {.name = "cluster|keyslot", .arguments = "key"},
    {.name = "cluster|links", .tips = "nondeterministic_output"},
    {.name = "cluster|meet",
     .arguments = "ip port:i cluster_bus_port:i?^4.0.0",
     .history = "4.0.0 Takes the port of the cluster bus"},
    {.name = "cluster|nodes", .tips = "nondeterministic_output"},
    {.name = "cluster|replicas", .tips = "nondeterministic_output", .arguments = "node-id"},
    {.name = "cluster|replicate", .arguments = "node-id"},
    {.name = "cluster|reset", .arguments = "hard_soft<hard! soft!>?"},
    {.name = "cluster|set-config-epoch", .arguments = "config-epoch:i"},
    {.name = "cluster|setslot",
     .arguments = "slot:i subcommand<node-id=IMPORTING node-id=MIGRATING node-id=NODE stable!>"},
    {.name = "cluster|shards", .tips = "nondeterministic_output"},
    {.name = "cluster|slaves",
     .tips = "nondeterministic_output",
     .arguments = "node-id",
     .deprecated_since = "5.0.0",
     .replaced_by = "`CLUSTER REPLICAS`"},
    {.name = "cluster|slots",
     .tips = "nondeterministic_output",
     .history = "4.0.0 Answers node ids too; 7.0.0 Answers more about how a node is reached",
     .deprecated_since = "7.0.0",
     .replaced_by = "`CLUSTER SHARDS`"},
};

}  // namespace

std::span<const CommandNotes> cluster_notes() {
    return kNotes;
}

}  // namespace millpond::engine
