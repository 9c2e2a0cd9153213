// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/command_keys.h"

#include <algorithm>

#include "engine/acl/access_control.h"
#include "engine/commands/call.h"
#include "engine/commands/dispatch.h"
#include "engine/commands/table.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

/// The command whose keys are asked for, and where they are; false with the error written.
bool find_keys_of(Call& call, const CommandSpec*& spec, std::vector<std::uint32_t>& indexes) {
    const auto args = call.args().subspan(2);
    spec = Executor::resolve(call.server().commands(), args);
    if (!spec || !spec->handler) return call.error("ERR Invalid command specified");
    if ((spec->keys.first == 0 && !spec->find_keys) || spec->key_flags == "not_key")
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
    std::vector<acl::KeyUses::Use> uses;
    call.server().acl().index().key_uses(*spec).find(call.args().subspan(2), uses);
    call.reply().array(uses.size());
    for (const acl::KeyUses::Use& use : uses) {
        call.reply().array(2);
        call.reply().bulk(call.arg(use.argument + 2));
        call.reply().set(use.words.size());
        for (const std::string_view word : use.words) call.reply().simple(word);
    }
}

}  // namespace millpond::engine
