// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/help.h"

#include <string>
#include <vector>

#include "engine/commands/arguments/notation.h"
#include "engine/commands/arguments/notes.h"
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

std::string usage(const Argument& argument);

std::string joined(const std::vector<Argument>& arguments, std::string_view between) {
    std::string text;
    for (const Argument& argument : arguments)
        text.append(text.empty() ? "" : between).append(usage(argument));
    return text;
}

/// "[COUNT <count>]", "ON|OFF", "<key> [<key> ...]".
std::string usage(const Argument& argument) {
    std::string value;
    if (argument.type == "oneof") {
        value = joined(argument.arguments, "|");
    } else if (argument.type == "block") {
        value = joined(argument.arguments, " ");
    } else if (argument.type != "pure-token") {
        value = "<" + std::string(argument.name) + ">";
    }
    if (argument.multiple) value += " [" + value + " ...]";
    std::string text = argument.token.value_or("");
    text.append(!text.empty() && !value.empty() ? " " : "").append(value);
    return argument.optional ? "[" + text + "]" : text;
}

}  // namespace

void help(Call& call) {
    const CommandSpec& container = *call.spec().container;
    std::vector<std::string> lines{upper(container.name) +
                                   " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"};
    for (const CommandSpec* sub : call.server().commands().subcommands(container)) {
        std::string line = upper(sub->name.substr(container.name.size() + 1));
        if (const CommandNotes* notes = notes_of(sub->name)) {
            for (const Argument& argument : parse_arguments(notes->arguments))
                line += ' ' + usage(argument);
        }
        lines.push_back(std::move(line));
        lines.push_back("    " + std::string(sub->summary) +
                        (sub->summary.ends_with('.') ? "" : "."));
    }
    call.reply().array(lines.size());
    for (const std::string& line : lines) call.reply().simple(line);
}

}  // namespace millpond::engine
