// SPDX-License-Identifier: Apache-2.0
//
// COMMAND and its subcommands: the command table as clients read it.
#include <array>
#include <string>
#include <vector>

#include "engine/acl/categories.h"
#include "engine/commands/arguments/notes.h"
#include "engine/commands/call.h"
#include "engine/commands/command_docs.h"
#include "engine/commands/command_keys.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/glob.h"
#include "engine/commands/help.h"
#include "engine/commands/numbers.h"
#include "engine/commands/server.h"
#include "engine/commands/table.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

constexpr std::array<std::pair<std::uint32_t, std::string_view>, 19> kFlagWords{{
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
    {kNoMulti, "no_multi"},
    {kMovableKeys, "movablekeys"},
    {kAllowBusy, "allow_busy"},
    {kNoAsyncLoading, "no_async_loading"},
    {kNoMandatoryKeys, "no_mandatory_keys"},
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

std::vector<std::string> category_words(const CommandSpec& spec) {
    std::vector<std::string> words;
    for (const acl::CategoryName& category : acl::categories()) {
        if (acl::categories_of(spec) & category.bit)
            words.push_back("@" + std::string(category.name));
    }
    return words;
}

template <class Words>
void write_words(resp::ReplyWriter& reply, const Words& words) {
    reply.set(words.size());
    for (const std::string_view word : words) reply.simple(word);
}

void write_fields(resp::ReplyWriter& reply,
                  std::initializer_list<std::pair<std::string_view, int>> fields) {
    reply.map(fields.size());
    for (const auto& [name, value] : fields) {
        reply.bulk(name);
        reply.integer(value);
    }
}

void write_begin(resp::ReplyWriter& reply, const KeySpec& spec) {
    reply.bulk("begin_search");
    reply.map(2);
    reply.bulk("type");
    reply.bulk(spec.begin == KeySpec::Begin::index     ? "index"
               : spec.begin == KeySpec::Begin::keyword ? "keyword"
                                                       : "unknown");
    reply.bulk("spec");
    if (spec.begin == KeySpec::Begin::index) return write_fields(reply, {{"index", spec.index}});
    if (spec.begin == KeySpec::Begin::unknown) return reply.map(0);
    reply.map(2);
    reply.bulk("keyword");
    reply.bulk(spec.keyword);
    reply.bulk("startfrom");
    reply.integer(spec.index);
}

void write_find(resp::ReplyWriter& reply, const KeySpec& spec) {
    reply.bulk("find_keys");
    reply.map(2);
    reply.bulk("type");
    reply.bulk(spec.find == KeySpec::Find::range   ? "range"
               : spec.find == KeySpec::Find::count ? "keynum"
                                                   : "unknown");
    reply.bulk("spec");
    if (spec.find == KeySpec::Find::range) {
        return write_fields(
            reply, {{"lastkey", spec.last}, {"keystep", spec.step}, {"limit", spec.limit}});
    }
    if (spec.find == KeySpec::Find::unknown) return reply.map(0);
    write_fields(reply,
                 {{"keynumidx", spec.count}, {"firstkey", spec.first}, {"keystep", spec.step}});
}

void write_key_specs(resp::ReplyWriter& reply, const CommandSpec& command) {
    const std::vector<KeySpec> specs = key_specs_of(command);
    reply.set(specs.size());
    for (const KeySpec& spec : specs) {
        reply.map(spec.note.empty() ? 3 : 4);
        if (!spec.note.empty()) {
            reply.bulk("notes");
            reply.bulk(spec.note);
        }
        reply.bulk("flags");
        write_words(reply, spec.flags);
        write_begin(reply, spec);
        write_find(reply, spec);
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
    write_words(reply, category_words(spec));
    const CommandNotes* notes = notes_of(spec.name);
    const auto tips = split(notes ? notes->tips : std::string_view(), " ");
    reply.set(tips.size());
    for (const std::string_view tip : tips) reply.bulk(tip);
    write_key_specs(reply, spec);
    const auto subcommands = call.server().commands().subcommands(spec);
    if (subcommands.empty()) return reply.set(0);
    reply.array(subcommands.size());
    for (const CommandSpec* sub : subcommands) write_info(call, *sub);
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
        if (const CommandSpec* spec = call.server().commands().find_full(call.arg(i))) {
            write_info(call, *spec);
        } else {
            call.reply().null();
        }
    }
}

void command_docs(Call& call) {
    std::vector<const CommandSpec*> chosen;
    if (call.argc() == 2) chosen = call.server().commands().all();
    for (std::size_t i = 2; i < call.argc(); ++i) {
        if (const CommandSpec* spec = call.server().commands().find_full(call.arg(i)))
            chosen.push_back(spec);
    }
    write_docs(call, chosen);
}

void command_list(Call& call) {
    std::vector<const CommandSpec*> found;
    const bool filtered = call.argc() == 5 && is_word(call.arg(2), "filterby");
    if (call.argc() != 2 && !filtered) return static_cast<void>(call.syntax_error());
    const CommandTable& table = call.server().commands();
    std::vector<const CommandSpec*> all;
    for (const CommandSpec* spec : table.all()) {
        all.push_back(spec);
        for (const CommandSpec* sub : table.subcommands(*spec)) all.push_back(sub);
    }
    for (const CommandSpec* spec : all) {
        bool take = !filtered;
        if (filtered && is_word(call.arg(3), "module")) {
            take = false;  // there are no modules
        } else if (filtered && is_word(call.arg(3), "aclcat")) {
            take = (acl::categories_of(*spec) & acl::find_category(call.arg(4))) != 0;
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
