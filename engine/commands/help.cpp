// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/help.h"

#include <string>
#include <vector>

#include "engine/commands/call.h"
#include "engine/commands/table.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    return out;
}

}  // namespace

void help(Call& call) {
    const CommandSpec& container = *call.spec().container;
    std::vector<std::string> lines{upper(container.name) +
                                   " <subcommand> [<arg> ...]. Subcommands are:"};
    for (const CommandSpec* sub : call.server().commands().subcommands(container)) {
        lines.push_back(upper(sub->name.substr(container.name.size() + 1)));
        lines.push_back("    " + std::string(sub->summary) + ".");
    }
    call.reply().array(lines.size());
    for (const std::string& line : lines) call.reply().simple(line);
}

}  // namespace millpond::engine
