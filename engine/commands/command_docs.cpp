// SPDX-License-Identifier: Apache-2.0
#include "engine/commands/command_docs.h"

#include <string_view>

#include "engine/commands/arguments/notation.h"
#include "engine/commands/arguments/notes.h"
#include "engine/commands/call.h"
#include "engine/commands/table.h"
#include "engine/server/server.h"

namespace millpond::engine {

namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

/// Those fields that say something.
Fields given(Fields fields) {
    std::erase_if(fields, [](const auto& field) { return field.second.empty(); });
    return fields;
}

void write_fields(resp::ReplyWriter& reply, const Fields& fields) {
    for (const auto& [name, value] : fields) {
        reply.bulk(name);
        reply.bulk(value);
    }
}

void write_words(resp::ReplyWriter& reply, std::string_view name,
                 const std::vector<std::string_view>& words) {
    reply.bulk(name);
    reply.set(words.size());
    for (const std::string_view word : words) reply.simple(word);
}

void write_arguments(resp::ReplyWriter& reply, const std::vector<Argument>& arguments);

void write_argument(resp::ReplyWriter& reply, const Argument& argument) {
    const Fields fields =
        given({{"since", argument.since}, {"deprecated_since", argument.deprecated_since}});
    std::vector<std::string_view> flags;
    if (argument.optional) flags.emplace_back("optional");
    if (argument.multiple) flags.emplace_back("multiple");
    if (argument.multiple_token) flags.emplace_back("multiple_token");
    reply.map(2 + (argument.key_spec ? 1 : 0) + (argument.token ? 1 : 0) + fields.size() +
              (flags.empty() ? 0 : 1) + (argument.arguments.empty() ? 0 : 1));
    write_fields(reply, {{"name", argument.name}, {"type", argument.type}});
    if (argument.key_spec) {
        reply.bulk("key_spec_index");
        reply.integer(*argument.key_spec);
    }
    if (argument.token) {
        reply.bulk("token");
        reply.bulk(*argument.token);
    }
    write_fields(reply, fields);
    if (!flags.empty()) write_words(reply, "flags", flags);
    if (!argument.arguments.empty()) write_arguments(reply, argument.arguments);
}

void write_arguments(resp::ReplyWriter& reply, const std::vector<Argument>& arguments) {
    reply.bulk("arguments");
    reply.array(arguments.size());
    for (const Argument& argument : arguments) write_argument(reply, argument);
}

void write_history(resp::ReplyWriter& reply, const std::vector<std::string_view>& history) {
    reply.bulk("history");
    reply.set(history.size());
    for (const std::string_view change : history) {
        const std::size_t blank = change.find(' ');
        reply.array(2);
        reply.bulk(change.substr(0, blank));
        reply.bulk(change.substr(blank + 1));
    }
}

void write_doc(Call& call, const CommandSpec& spec) {
    const CommandNotes* noted = notes_of(spec.name);
    const CommandNotes notes = noted ? *noted : CommandNotes{};
    const bool depends = spec.complexity.empty() && spec.has_subcommands;
    const Fields fields =
        given({{"summary", spec.summary},
               {"since", spec.since},
               {"group", spec.group},
               {"complexity", depends ? "Depends on subcommand." : spec.complexity}});
    const Fields deprecation =
        given({{"deprecated_since", notes.deprecated_since}, {"replaced_by", notes.replaced_by}});
    std::vector<std::string_view> flags;
    if (!deprecation.empty()) flags.emplace_back("deprecated");
    if (notes.system) flags.emplace_back("syscmd");
    const auto history = split(notes.history, "; ");
    const auto arguments = parse_arguments(notes.arguments);
    const auto subcommands = call.server().commands().subcommands(spec);

    resp::ReplyWriter& reply = call.reply();
    reply.bulk(spec.name);
    reply.map(fields.size() + (flags.empty() ? 0 : 1) + deprecation.size() +
              (history.empty() ? 0 : 1) + (arguments.empty() ? 0 : 1) +
              (subcommands.empty() ? 0 : 1));
    write_fields(reply, fields);
    if (!flags.empty()) write_words(reply, "doc_flags", flags);
    write_fields(reply, deprecation);
    if (!history.empty()) write_history(reply, history);
    if (!arguments.empty()) write_arguments(reply, arguments);
    if (subcommands.empty()) return;
    reply.bulk("subcommands");
    reply.map(subcommands.size());
    for (const CommandSpec* sub : subcommands) write_doc(call, *sub);
}

}  // namespace

void write_docs(Call& call, const std::vector<const CommandSpec*>& commands) {
    call.reply().map(commands.size());
    for (const CommandSpec* spec : commands) write_doc(call, *spec);
}

}  // namespace millpond::engine
