// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/command_keys.h"

#include <algorithm>

#include "engine/commands/arguments/notes.h"
#include "engine/commands/call.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/numbers.h"
#include "engine/commands/table.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

using Words = std::vector<std::string_view>;

/// The table's word for a use of a key as COMMAND INFO has it.
std::string_view use_word(std::string_view word) {
    for (const std::string_view known : {"access", "update", "insert", "delete"}) {
        if (is_word(word, known)) return known;
    }
    return word;
}

/// A command has one group for each part of its key_flags. With several, each but the last is one
/// key.
std::vector<KeySpec> from_table(const CommandSpec& spec) {
    std::vector<KeySpec> specs;
    if (spec.keys.first == 0 && !spec.find_keys) return specs;
    std::string_view rest = spec.key_flags;
    int index = std::max<int>(spec.keys.first, 1);
    for (bool more = true; more; ++index) {
        const std::size_t bar = rest.find('|');
        more = bar != std::string_view::npos;
        KeySpec one;
        for (const std::string_view word : split(rest.substr(0, bar), " "))
            one.flags.push_back(use_word(word));
        if (one.flags.empty()) one.flags.emplace_back(spec.flags & kWrite ? "RW" : "RO");
        one.begin = KeySpec::Begin::index;
        one.index = index;
        one.find = KeySpec::Find::range;
        if (!more && spec.find_keys) {
            one.find = KeySpec::Find::count;
            one.first = 1;
        } else if (!more) {
            one.last = spec.keys.last < 0 ? spec.keys.last : spec.keys.last - index;
            one.step = spec.keys.step;
        }
        specs.push_back(std::move(one));
        if (more) rest.remove_prefix(bar + 1);
    }
    return specs;
}

/// Where a key specification's search begins among the arguments; 0: nowhere.
std::size_t begin_of(const KeySpec& spec, std::span<const Bytes> args) {
    if (spec.begin == KeySpec::Begin::unknown) return 0;
    if (spec.begin == KeySpec::Begin::index) return static_cast<std::size_t>(spec.index);
    std::string keyword(spec.keyword);
    for (char& c : keyword) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    const auto argc = static_cast<int>(args.size());
    const int step = spec.index > 0 ? 1 : -1;
    for (int i = spec.index > 0 ? spec.index : argc + spec.index; i > 0 && i < argc; i += step) {
        if (is_word(args[static_cast<std::size_t>(i)], keyword))
            return static_cast<std::size_t>(i) + 1;
    }
    return 0;
}

bool covers(const KeySpec& spec, std::span<const Bytes> args, std::size_t index) {
    const std::size_t begin = begin_of(spec, args);
    if (begin == 0 || begin >= args.size()) return false;
    if (spec.find == KeySpec::Find::count)
        return index >= begin + static_cast<std::size_t>(spec.first);
    if (spec.last >= 0)
        return index >= begin && index <= begin + static_cast<std::size_t>(spec.last);
    const std::size_t left = args.size() - begin;
    const std::size_t end = spec.limit > 1 ? begin + left / static_cast<std::size_t>(spec.limit)
                                           : args.size() - static_cast<std::size_t>(-spec.last) + 1;
    return index >= begin && index < end;
}

/// SET and BITFIELD do to their key what their options say.
Words variable_use(const CommandSpec& spec, std::span<const Bytes> args) {
    const auto has = [&](std::string_view word) {
        return std::ranges::any_of(args.subspan(2), [&](Bytes arg) { return is_word(arg, word); });
    };
    if (spec.name == "set" && !has("get")) return {"OW", "update"};
    if (spec.name == "bitfield" && !has("set") && !has("incrby")) return {"RO", "access"};
    return {"RW", "access", "update"};
}

/// The command whose keys are asked for, and where they are; false with the error written.
bool find_keys_of(Call& call, const CommandSpec*& spec, std::vector<std::uint32_t>& indexes) {
    const auto args = call.args().subspan(2);
    spec = Executor::resolve(call.server().commands(), args);
    if (!spec || !spec->handler) return call.error("ERR Invalid command specified");
    if (spec->keys.first == 0 && !spec->find_keys)
        return call.error("ERR The command has no key arguments");
    const auto argc = static_cast<int>(args.size());
    if (spec->arity >= 0 ? argc != spec->arity : argc < -spec->arity) {
        return call.error("ERR Invalid number of arguments specified for command");
    }
    if (!Executor::find_keys(*spec, args, indexes) ||
        (indexes.empty() && !(spec->flags & kNoMandatoryKeys))) {
        return call.error("ERR Invalid arguments specified for command");
    }
    return true;
}

}  // namespace

std::vector<KeySpec> key_specs_of(const CommandSpec& spec) {
    if (const CommandNotes* notes = notes_of(spec.name)) {
        if (!notes->keys.empty()) return parse_key_specs(notes->keys);
    }
    return from_table(spec);
}

std::vector<Words> key_uses(const CommandSpec& spec, std::span<const Bytes> args,
                            std::span<const std::uint32_t> indexes) {
    const std::vector<KeySpec> specs = key_specs_of(spec);
    std::vector<Words> uses;
    for (const std::uint32_t index : indexes) {
        Words use;
        for (const KeySpec& one : specs) {
            if (!covers(one, args, index)) continue;
            use = one.flags;
            break;
        }
        // What no specification names is what SORT's STORE writes.
        if (use.empty()) use = {"OW", "update"};
        std::erase(use, "incomplete");
        if (std::erase(use, "variable_flags") > 0) use = variable_use(spec, args);
        uses.push_back(std::move(use));
    }
    return uses;
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
    const auto uses = key_uses(*spec, call.args().subspan(2), indexes);
    call.reply().array(indexes.size());
    for (std::size_t i = 0; i < indexes.size(); ++i) {
        call.reply().array(2);
        call.reply().bulk(call.arg(indexes[i] + 2));
        call.reply().set(uses[i].size());
        for (const std::string_view word : uses[i]) call.reply().simple(word);
    }
}

}  // namespace millpond::engine
