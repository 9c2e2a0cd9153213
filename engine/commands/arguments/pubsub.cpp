// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/arguments/notes.h"

namespace millpond::engine {

namespace {

constexpr CommandNotes kNotes[] = {
    {.name = "psubscribe", .arguments = "pattern(pattern:p)*"},
    {.name = "publish", .arguments = "channel message"},
    {.name = "pubsub|channels", .arguments = "pattern:p?"},
    {.name = "pubsub|numsub", .arguments = "channel?*"},
    {.name = "pubsub|shardchannels", .arguments = "pattern:p?"},
    {.name = "pubsub|shardnumsub", .arguments = "shardchannel?*"},
    {.name = "punsubscribe", .arguments = "pattern:p?*"},
    {.name = "spublish", .keys = "not_key @1", .arguments = "shardchannel message"},
    {.name = "ssubscribe", .keys = "not_key @1 :-1,1,0", .arguments = "shardchannel*"},
    {.name = "subscribe", .arguments = "channel*"},
    {.name = "sunsubscribe", .keys = "not_key @1 :-1,1,0", .arguments = "shardchannel?*"},
    {.name = "unsubscribe", .arguments = "channel?*"},
};

}  // namespace

std::span<const CommandNotes> pubsub_notes() {
    return kNotes;
}

}  // namespace millpond::engine
