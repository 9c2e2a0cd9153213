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
    {kCatSet, "set"},
    {kCatSortedSet, "sortedset"},
    {kCatList, "list"},
    {kCatHash, "hash"},
    {kCatString, "string"},
    {kCatBitmap, "bitmap"},
    {kCatHyperLogLog, "hyperloglog"},
    {kCatGeo, "geo"},
    {kCatStream, "stream"},
    {kCatPubsub, "pubsub"},
    {kCatAdmin, "admin"},
    {kCatBlocking, "blocking"},
    {kCatDangerous, "dangerous"},
    {kCatConnection, "connection"},
    {kCatTransaction, "transaction"},
    {kCatScripting, "scripting"},
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

/// In the order of Redis's own list, which clients may show as it comes.
std::vector<std::string> categories_of(const CommandSpec& spec) {
    std::uint32_t categories = spec.categories;
    if (spec.flags & kAdmin) categories |= kCatAdmin | kCatDangerous;
    if (spec.flags & kPubsub) categories |= kCatPubsub;
    if (spec.flags & kBlocking) categories |= kCatBlocking;
    std::vector<std::string> words;
    const auto add = [&](std::uint32_t wanted) {
        for (const auto& [category, word] : kCategoryWords) {
            if (categories & wanted & category) words.push_back("@" + std::string(word));
        }
    };
    add(kCatKeyspace);
    if ((spec.flags & kReadonly) && !(categories & kCatScripting)) words.emplace_back("@read");
    if (spec.flags & kWrite) words.emplace_back("@write");
    constexpr std::uint32_t kAfterSpeed =
        kCatBlocking | kCatDangerous | kCatConnection | kCatTransaction | kCatScripting;
    add(~(kCatKeyspace | kAfterSpeed));
    words.emplace_back(spec.flags & kFast ? "@fast" : "@slow");
    add(kAfterSpeed);
    return words;
}

void write_words(resp::ReplyWriter& reply, const std::vector<std::string>& words) {
    reply.set(words.size());
    for (const std::string& word : words) reply.simple(word);
}

/// "RW ACCESS" as COMMAND INFO has it: the first word as it is, the rest in lower case.
std::vector<std::string> key_flag_words(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        std::string word(text.substr(at, end - at));
        for (char& c : word)
            c = static_cast<char>(!words.empty() && c >= 'A' && c <= 'Z' ? c | 0x20 : c);
        if (!word.empty()) words.push_back(std::move(word));
        at = end + 1;
    }
    return words;
}

/// Where one group of keys stands: a range, or (when `counted`) as many as the argument at `index`
/// says.
struct KeySpec {
    std::vector<std::string> flags;
    int index;
    int last;
    int step;
    bool counted;
};

/// A command has one group for each part of its key_flags. With several, each but the last is one
/// key.
std::vector<KeySpec> key_specs(const CommandSpec& spec) {
    std::vector<KeySpec> specs;
    if (spec.keys.first == 0 && !spec.find_keys) return specs;
    std::string_view rest = spec.key_flags;
    int index = std::max<int>(spec.keys.first, 1);
    for (bool more = true; more; ++index) {
        const std::size_t bar = rest.find('|');
        more = bar != std::string_view::npos;
        KeySpec one{key_flag_words(rest.substr(0, bar)), index, 0, 1, false};
        if (one.flags.empty()) one.flags.emplace_back(spec.flags & kWrite ? "RW" : "RO");
        if (!more) {
            one.counted = spec.find_keys != nullptr;
            one.last = spec.keys.last < 0 ? spec.keys.last : spec.keys.last - index;
            one.step = spec.keys.step;
        }
        specs.push_back(std::move(one));
        if (more) rest.remove_prefix(bar + 1);
    }
    return specs;
}

void write_fields(resp::ReplyWriter& reply,
                  std::initializer_list<std::pair<std::string_view, int>> fields) {
    reply.map(fields.size());
    for (const auto& [name, value] : fields) {
        reply.bulk(name);
        reply.integer(value);
    }
}

void write_key_specs(resp::ReplyWriter& reply, const CommandSpec& spec) {
    const std::vector<KeySpec> specs = key_specs(spec);
    reply.set(specs.size());
    for (const KeySpec& one : specs) {
        reply.map(3);
        reply.bulk("flags");
        write_words(reply, one.flags);
        reply.bulk("begin_search");
        reply.map(2);
        reply.bulk("type");
        reply.bulk("index");
        reply.bulk("spec");
        write_fields(reply, {{"index", one.index}});
        reply.bulk("find_keys");
        reply.map(2);
        reply.bulk("type");
        reply.bulk(one.counted ? "keynum" : "range");
        reply.bulk("spec");
        if (one.counted) {
            write_fields(reply, {{"keynumidx", 0}, {"firstkey", 1}, {"keystep", 1}});
        } else {
            write_fields(reply, {{"lastkey", one.last}, {"keystep", one.step}, {"limit", 0}});
        }
    }
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
    reply.set(0);  // tips
    write_key_specs(reply, spec);
    const auto subcommands = call.server().commands().subcommands(spec);
    if (subcommands.empty()) return reply.set(0);
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

void command_count(Call& call) {
    call.reply().integer(static_cast<std::int64_t>(call.server().commands().all().size()));
}

void command_info(Call& call) {
    if (call.argc() == 2) return command(call);
    call.reply().array(call.argc() - 2);
    for (std::size_t i = 2; i < call.argc(); ++i) {
        if (const CommandSpec* spec = find_by_full_name(call, call.arg(i))) {
            write_info(call, *spec);
        } else {
            call.reply().null();
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
    if (spec->keys.first == 0 && !spec->find_keys)
        return call.error("ERR The command has no key arguments");
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
    std::string words(spec->key_flags.empty() ? std::string_view(spec->flags & kWrite ? "RW" : "RO")
                                              : spec->key_flags);
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
            for (const std::string& word : categories_of(*spec))
                take = take || is_word(call.arg(4), word.substr(1));
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
        table.add({.name = name,
                   .arity = arity,
                   .flags = kUsual,
                   .categories = kCatConnection,
                   .handler = handler,
                   .since = since,
                   .group = "server",
                   .complexity = "O(N) in the number of commands",
                   .summary = summary});
    };
    add("command", -1, command, "2.8.13", "Describes all commands");
    add("command|count", 2, command_count, "2.8.13", "Answers how many commands there are");
    add("command|docs", -2, command_docs, "7.0.0", "Documents commands");
    add("command|getkeys", -4, command_getkeys, "2.8.13", "Answers the keys of a command");
    add("command|getkeysandflags", -4, command_getkeysandflags, "7.0.0",
        "Answers the keys of a command, and what is done to them");
    add("command|help", 2, help, "5.0.0", "Says what the subcommands are");
    add("command|info", -2, command_info, "2.8.13", "Describes commands");
    add("command|list", -2, command_list, "7.0.0", "Lists the commands' names");
}

}  // namespace millpond::engine
