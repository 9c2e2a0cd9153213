// SPDX-License-Identifier: Apache-2.0
//
// OBJECT: how a value is kept, and how it is used.
#include <string>

#include "engine/commands/generic.h"
#include "engine/keyspace/clock.h"
#include "engine/keyspace/keyspace.h"
#include "engine/server/config.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

constexpr std::string_view kSwitching =
    " Please note that when switching between policies at runtime LRU and LFU data will take some "
    "time to adjust.";

/// The entry of argument 2, or nullptr after null has been answered.
const Entry* find(Call& call) {
    const Entry* entry = call.db().find_untouched(call.arg(2), false);
    if (entry == nullptr) call.reply().null();
    return entry;
}

bool lfu(Call& call) {
    return call.db().keyspace().clocks().lfu.load(std::memory_order_relaxed);
}

void encoding(Call& call) {
    if (const Entry* entry = find(call)) call.reply().bulk(entry->encoding_name());
}

void refcount(Call& call) {
    // Clients know Redis's shared small integers by this number.
    constexpr std::int64_t kShared = INT32_MAX;
    constexpr std::int64_t kSharedIntegers = 10'000;
    const Entry* entry = find(call);
    if (entry == nullptr) return;
    const bool shared = entry->is_string() && entry->string_is_integer() && entry->integer() >= 0 &&
                        entry->integer() < kSharedIntegers;
    call.reply().integer(shared ? kShared : 1);
}

void idletime(Call& call) {
    const Entry* entry = find(call);
    if (entry == nullptr) return;
    if (lfu(call)) {
        return void(call.error("ERR An LFU maxmemory policy is selected, idle time not tracked." +
                               std::string(kSwitching)));
    }
    call.reply().integer(idle_seconds(*entry, call.now()));
}

void freq(Call& call) {
    const Entry* entry = find(call);
    if (entry == nullptr) return;
    if (!lfu(call)) {
        return void(call.error(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked." +
            std::string(kSwitching)));
    }
    call.reply().integer(frequency(*entry, call.db().keyspace().clocks(), call.now()));
}

void help(Call& call) {
    reply_help(
        call, "OBJECT",
        {"ENCODING <key>", "    Answer how the key's value is represented in memory.", "FREQ <key>",
         "    Answer the logarithmic counter of the key's uses. An LFU maxmemory policy keeps",
         "    it.", "IDLETIME <key>", "    Answer for how many seconds the key was not used.",
         "REFCOUNT <key>", "    Answer how many references the key's value has."});
}

}  // namespace

void add_generic_object_commands(CommandTable& table) {
    table.add({.name = "object",
               .arity = -2,
               .since = "2.2.3",
               .summary = "Looks into how values are kept."});
    CommandSpec spec{.name = "object|encoding",
                     .arity = 3,
                     .flags = kReadonly,
                     .keys = {2, 2, 1},
                     .categories = kCatKeyspace,
                     .handler = encoding,
                     .since = "2.2.3",
                     .complexity = "O(1)",
                     .summary = "Answers how a value is represented in memory.",
                     .key_flags = "RO"};
    table.add(spec);
    spec.name = "object|refcount";
    spec.handler = refcount;
    spec.summary = "Answers how many references a value has.";
    table.add(spec);
    spec.name = "object|idletime";
    spec.handler = idletime;
    spec.summary = "Answers for how many seconds a key was not used.";
    table.add(spec);
    spec.name = "object|freq";
    spec.handler = freq;
    spec.since = "4.0.0";
    spec.summary = "Answers the logarithmic counter of a key's uses.";
    table.add(spec);
    table.add({.name = "object|help",
               .arity = 2,
               .flags = kLoading | kStale,
               .categories = kCatKeyspace,
               .handler = help,
               .since = "6.2.0",
               .complexity = "O(1)",
               .summary = "Explains OBJECT's subcommands."});
}

}  // namespace millpond::engine
