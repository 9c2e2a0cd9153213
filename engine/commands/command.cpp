// SPDX-License-Identifier: Apache-2.0
//
// COMMAND and its subcommands: the command table as clients read it.
#include <array>
#include <string>
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/glob.h"
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/server.h"
#include "engine/commands/table.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

constexpr std::array<std::pair<std::uint32_t, std::string_view>, 20> kFlagWords{{
    {kWrite, "write"},
    {kReadonly, "readonly"},
    {kDenyOom, "denyoom"},
    {kAdmin, "admin"},
    {kPubsub, "pubsub"},
    {kNoscript, "noscript"},
    {kBlocking, "blocking"},
    {kLoading, "loading"},
    {kStale, "stale"},
    {kSkipMonitor, "skip_monitor"},
    {kSkipSlowlog, "skip_slowlog"},
    {kAsking, "asking"},
    {kFast, "fast"},
    {kNoAuth, "no_auth"},
    {kMayReplicate, "may_replicate"},
    {kNoMulti, "no_multi"},
    {kMovableKeys, "movablekeys"},
    {kAllowBusy, "allow_busy"},
    {kNoAsyncLoading, "no_async_loading"},
    {kNoMandatoryKeys, "no_mandatory_keys"},
}};

constexpr std::array<std::pair<std::uint32_t, std::string_view>, 17> kCategoryWords{{
    {kCatKeyspace, "keyspace"},
    {kCatString, "string"},
    {kCatHash, "hash"},
    {kCatList, "list"},
    {kCatSet, "set"},
    {kCatSortedSet, "sortedset"},
    {kCatStream, "stream"},
    {kCatBitmap, "bitmap"},
    {kCatHyperLogLog, "hyperloglog"},
    {kCatGeo, "geo"},
    {kCatPubsub, "pubsub"},
    {kCatConnection, "connection"},
    {kCatTransaction, "transaction"},
    {kCatScripting, "scripting"},
    {kCatDangerous, "dangerous"},
    {kCatAdmin, "admin"},
    {kCatBlocking, "blocking"},
}};

std::vector<std::string> flag_words(const CommandSpec& spec) {
    std::vector<std::string> words;
    std::uint32_t flags = spec.flags;
    if (spec.find_keys && spec.keys.first == 0) flags |= kMovableKeys;
    for (const auto& [flag, word] : kFlagWords) {
        if (flags & flag) words.emplace_back(word);
    }
    return words;
}

std::vector<std::string> categories_of(const CommandSpec& spec) {
    std::uint32_t categories = spec.categories;
    if (spec.flags & kAdmin) categories |= kCatAdmin | kCatDangerous;
    if (spec.flags & kPubsub) categories |= kCatPubsub;
    if (spec.flags & kBlocking) categories |= kCatBlocking;
    std::vector<std::string> words;
    for (const auto& [category, word] : kCategoryWords) {
        if (categories & category) words.push_back("@" + std::string(word));
    }
    if (spec.flags & kWrite) words.emplace_back("@write");
    if ((spec.flags & kReadonly) && !(categories & kCatScripting)) words.emplace_back("@read");
    words.emplace_back(spec.flags & kFast ? "@fast" : "@slow");
    return words;
}

void write_words(resp::ReplyWriter& reply, const std::vector<std::string>& words) {
    reply.set(words.size());
    for (const std::string& word : words) reply.simple(word);
}

/// One key specification, of the fixed range that the table has.
void write_key_specs(resp::ReplyWriter& reply, const CommandSpec& spec) {
    if (spec.keys.first == 0) return reply.array(0);
    std::vector<std::string> flags;
    std::size_t at = 0;
    while (at < spec.key_flags.size()) {
        const std::size_t end = std::min(spec.key_flags.find(' ', at), spec.key_flags.size());
        if (end > at) flags.emplace_back(spec.key_flags.substr(at, end - at));
        at = end + 1;
    }
    if (flags.empty()) flags.emplace_back(spec.flags & kWrite ? "RW" : "RO");
    reply.array(1);
    reply.map(3);
    reply.bulk("flags");
    write_words(reply, flags);
    reply.bulk("begin_search");
    reply.map(2);
    reply.bulk("type");
    reply.bulk("index");
    reply.bulk("spec");
    reply.map(1);
    reply.bulk("index");
    reply.integer(spec.keys.first);
    reply.bulk("find_keys");
    reply.map(2);
    reply.bulk("type");
    reply.bulk("range");
    reply.bulk("spec");
    reply.map(3);
    reply.bulk("lastkey");
    reply.integer(spec.keys.last < 0 ? spec.keys.last : spec.keys.last - spec.keys.first);
    reply.bulk("keystep");
    reply.integer(spec.keys.step);
    reply.bulk("limit");
    reply.integer(0);
}

void write_info(Call& call, const CommandSpec& spec) {
    resp::ReplyWriter& reply = call.reply();
    reply.array(10);
    reply.bulk(spec.name);
    reply.integer(spec.arity);
    write_words(reply, flag_words(spec));
    reply.integer(spec.keys.first);
    reply.integer(spec.keys.last);
    reply.integer(spec.keys.step);
    write_words(reply, categories_of(spec));
    reply.array(0);  // tips
    write_key_specs(reply, spec);
    const auto subcommands = call.server().commands().subcommands(spec);
    reply.array(subcommands.size());
    for (const CommandSpec* sub : subcommands) write_info(call, *sub);
}

/// "get", or "config|get".
const CommandSpec* find_by_full_name(Call& call, Bytes name) {
    const CommandTable& table = call.server().commands();
    const std::size_t bar = name.find('|');
    const CommandSpec* spec = table.find(name.substr(0, bar));
    if (!spec || bar == Bytes::npos) return spec;
    return table.find_subcommand(*spec, name.substr(bar + 1));
}

void command(Call& call) {
    const auto all = call.server().commands().all();
    call.reply().array(all.size());
    for (const CommandSpec* spec : all) write_info(call, *spec);
}

void command_count(Call& call) { call.reply().integer(static_cast<std::int64_t>(call.server().commands().all().size())); }

void command_info(Call& call) {
    if (call.argc() == 2) return command(call);
    call.reply().array(call.argc() - 2);
    for (std::size_t i = 2; i < call.argc(); ++i) {
        if (const CommandSpec* spec = find_by_full_name(call, call.arg(i))) {
            write_info(call, *spec);
        } else {
            call.reply().null_array();
        }
    }
}

void write_docs(Call& call, const CommandSpec& spec) {
    resp::ReplyWriter& reply = call.reply();
    const auto subcommands = call.server().commands().subcommands(spec);
    reply.bulk(spec.name);
    reply.map(4 + (subcommands.empty() ? 0 : 1));
    reply.bulk("summary");
    reply.bulk(spec.summary);
    reply.bulk("since");
    reply.bulk(spec.since);
    reply.bulk("group");
    reply.bulk(spec.group);
    reply.bulk("complexity");
    reply.bulk(spec.complexity);
    if (subcommands.empty()) return;
    reply.bulk("subcommands");
    reply.map(subcommands.size());
    for (const CommandSpec* sub : subcommands) write_docs(call, *sub);
}

void command_docs(Call& call) {
    std::vector<const CommandSpec*> chosen;
    if (call.argc() == 2) chosen = call.server().commands().all();
    for (std::size_t i = 2; i < call.argc(); ++i) {
        if (const CommandSpec* spec = find_by_full_name(call, call.arg(i))) chosen.push_back(spec);
    }
    call.reply().map(chosen.size());
    for (const CommandSpec* spec : chosen) write_docs(call, *spec);
}

/// The command whose keys are asked for, and where they are; false with the error written.
bool find_keys_of(Call& call, const CommandSpec*& spec, std::vector<std::uint32_t>& indexes) {
    const auto args = call.args().subspan(2);
    spec = Executor::resolve(call.server().commands(), args);
    if (!spec) return call.error("ERR Invalid command specified");
    if (spec->keys.first == 0 && !spec->find_keys) return call.error("ERR The command has no key arguments");
    const auto argc = static_cast<int>(args.size());
    if (spec->arity >= 0 ? argc != spec->arity : argc < -spec->arity) {
        return call.error("ERR Invalid number of arguments specified for command");
    }
    if (!Executor::find_keys(*spec, args, indexes) || indexes.empty()) {
        return call.error("ERR Invalid arguments specified for command");
    }
    return true;
}

void command_getkeys(Call& call) {
    const CommandSpec* spec = nullptr;
    std::vector<std::uint32_t> indexes;
    if (!find_keys_of(call, spec, indexes)) return;
    call.reply().array(indexes.size());
    for (const std::uint32_t i : indexes) call.reply().bulk(call.arg(i + 2));
}

void command_getkeysandflags(Call& call) {
    const CommandSpec* spec = nullptr;
    std::vector<std::uint32_t> indexes;
    if (!find_keys_of(call, spec, indexes)) return;
    std::vector<std::string> flags;
    std::string words(spec->key_flags.empty() ? std::string_view(spec->flags & kWrite ? "RW" : "RO") : spec->key_flags);
    for (std::size_t at = 0; at < words.size();) {
        const std::size_t end = std::min(words.find(' ', at), words.size());
        if (end > at) flags.push_back(words.substr(at, end - at));
        at = end + 1;
    }
    call.reply().array(indexes.size());
    for (const std::uint32_t i : indexes) {
        call.reply().array(2);
        call.reply().bulk(call.arg(i + 2));
        write_words(call.reply(), flags);
    }
}

void command_list(Call& call) {
    std::vector<const CommandSpec*> found;
    const bool filtered = call.argc() == 5 && is_word(call.arg(2), "filterby");
    if (call.argc() != 2 && !filtered) return static_cast<void>(call.syntax_error());
    const CommandTable& table = call.server().commands();
    std::vector<const CommandSpec*> all;
    for (const CommandSpec* spec : table.all()) {
        all.push_back(spec);
        if (!filtered) continue;
        for (const CommandSpec* sub : table.subcommands(*spec)) all.push_back(sub);
    }
    for (const CommandSpec* spec : all) {
        bool take = !filtered;
        if (filtered && is_word(call.arg(3), "module")) {
            take = false;  // there are no modules
        } else if (filtered && is_word(call.arg(3), "aclcat")) {
            for (const std::string& word : categories_of(*spec)) take = take || is_word(call.arg(4), word.substr(1));
        } else if (filtered && is_word(call.arg(3), "pattern")) {
            take = glob_matches(call.arg(4), spec->name);
        } else if (filtered) {
            return static_cast<void>(call.syntax_error());
        }
        if (take) found.push_back(spec);
    }
    call.reply().array(found.size());
    for (const CommandSpec* spec : found) call.reply().bulk(spec->name);
}

}  // namespace

void add_command_commands(CommandTable& table) {
    constexpr std::uint32_t kUsual = kLoading | kStale;
    const auto add = [&](std::string_view name, int arity, Handler handler, std::string_view since,
                         std::string_view summary) {
        table.add({.name = name, .arity = arity, .flags = kUsual, .categories = kCatConnection, .handler = handler,
                   .since = since, .group = "server", .complexity = "O(N) in the number of commands",
                   .summary = summary});
    };
    add("command", -1, command, "2.8.13", "Describes all commands");
    add("command|count", 2, command_count, "2.8.13", "Answers how many commands there are");
    add("command|docs", -2, command_docs, "7.0.0", "Documents commands");
    add("command|getkeys", -3, command_getkeys, "2.8.13", "Answers the keys of a command");
    add("command|getkeysandflags", -3, command_getkeysandflags, "7.0.0",
        "Answers the keys of a command, and what is done to them");
    add("command|help", 2, help, "5.0.0", "Says what the subcommands are");
    add("command|info", -2, command_info, "2.8.13", "Describes commands");
    add("command|list", -2, command_list, "7.0.0", "Lists the commands' names");
}

}  // namespace millpond::engine
