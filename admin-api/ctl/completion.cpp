// SPDX-License-Identifier: Apache-2.0
//
// Shell completion. The scripts are thin: at each Tab they ask "millpondctl __complete WORD...",
// which knows the commands and options from CLI11 and the names from the daemon, so they never go
// stale.
#include <algorithm>
#include <set>

#include "admin-api/ctl/commands.h"

namespace millpond::admin::ctl {
namespace {

// clang-format off: it takes the shell's quotes for ours
constexpr const char* bash_script =
    R"sh(# bash completion for millpondctl: source <(millpondctl completion bash)
_millpondctl() {
    local words
    words=$(millpondctl __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _millpondctl millpondctl
)sh";

constexpr const char* zsh_script = R"sh(#compdef millpondctl
# zsh completion for millpondctl: source <(millpondctl completion zsh)
_millpondctl() {
    local -a candidates
    candidates=(${(f)"$(millpondctl __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
    compadd -a candidates
}
compdef _millpondctl millpondctl
)sh";
// clang-format on

using Words = std::vector<std::string>;

void add_options(const CLI::App& command, Words& out) {
    for (const auto* option : command.get_options())
        for (const auto& name : option->get_lnames()) out.push_back("--" + name);
}

void add_clusters(Context& context, Words& out, bool nodes) {
    const auto list = context.ask<Listed<schema::Cluster>>(
        [](Client& client, auto done) { client.clusters(std::move(done)); });
    for (const auto& cluster : list.items) {
        if (!nodes) out.push_back(cluster.id);
        if (!nodes) continue;
        for (const auto& node : cluster.nodes) out.push_back(node.id);
    }
}

void add_groups(Context& context, Words& out) {
    const auto list = context.ask<Listed<schema::SecurityGroup>>(
        [](Client& client, auto done) { client.security_groups(std::move(done)); });
    for (const auto& group : list.items) out.push_back(group.name);
}

void add_node_types(Context& context, Words& out) {
    const auto list = context.ask<Listed<schema::NodeType>>(
        [](Client& client, auto done) { client.node_types(std::move(done)); });
    for (const auto& type : list.items) out.push_back(type.name);
}

/// What may stand where the option's value or the positional of this name stands.
void add_values(Context& context, const std::string& what, Words& out) {
    if (what == "CLUSTER") add_clusters(context, out, false);
    if (what == "NODE" || what == "--to") add_clusters(context, out, true);
    if (what == "GROUP" || what == "--security-groups") add_groups(context, out);
    if (what == "--node-type") add_node_types(context, out);
    if (what == "--type") out.insert(out.end(), {"string", "hash", "list", "set", "zset"});
    if (what == "--from") {
        out.push_back("anywhere");
        add_groups(context, out);
    }
    if (what == "SHELL") out.insert(out.end(), {"bash", "zsh"});
}

/// The name of the positional at `index`; a list takes all that follow.
std::string positional_at(const CLI::App& command, std::size_t index) {
    std::string last;
    for (const auto* option : command.get_options()) {
        if (!option->get_positional()) continue;
        last = option->get_name(true);
        if (index-- == 0 || option->get_items_expected_max() > 1) return last;
    }
    return "";
}

bool takes_value(const CLI::App& command, const std::string& name) {
    const auto* option = command.get_option_no_throw(name);
    return option && option->get_items_expected_max() > 0;
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
    for (const auto* command : app.get_subcommands({}))
        if (command->check_name(name)) return command;
    return nullptr;
}

void complete_command(const CLI::App& app, const CLI::App& command, Context& context,
                      const Words& typed, Words& out) {
    // `typed` ends with the word under the cursor, which may be empty.
    const auto& current = typed.back();
    std::size_t positionals = 0;
    for (std::size_t i = 0; i + 1 < typed.size(); ++i) {
        if (!typed[i].starts_with("-")) {
            ++positionals;
        } else if (takes_value(command, typed[i])) {
            if (i + 2 == typed.size()) return add_values(context, typed[i], out);
            ++i;
        }
    }
    if (current.starts_with("-")) {
        add_options(command, out);
        add_options(app, out);
        return;
    }
    add_values(context, positional_at(command, positionals), out);
}

void run_complete(const CLI::App& app, Context& context, Words words) {
    if (words.empty()) words.emplace_back();
    Words out;
    const auto first = std::find_if(words.begin(), words.end() - 1,
                                    [](const auto& word) { return !word.starts_with("-"); });
    const auto* command = first == words.end() - 1 ? nullptr : find_command(app, *first);
    if (command) {
        complete_command(app, *command, context, Words(first + 1, words.end()), out);
    } else if (words.back().starts_with("-")) {
        add_options(app, out);
    } else {
        for (const auto* candidate : app.get_subcommands({}))
            if (!candidate->get_group().empty()) out.push_back(candidate->get_name());
    }
    for (const auto& word : std::set<std::string>(out.begin(), out.end()))
        if (word.starts_with(words.back())) std::cout << word << "\n";
}

}  // namespace

void add_completion_commands(CLI::App& app, Context& context) {
    auto shell = std::make_shared<std::string>();
    auto* completion =
        app.add_subcommand("completion", "Print a shell's completion script")->group(other_section);
    completion->add_option("SHELL", *shell, "bash or zsh")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh"}));
    completion->footer("Example (in ~/.bashrc):\n  source <(millpondctl completion bash)");
    completion->callback([shell] { std::cout << (*shell == "bash" ? bash_script : zsh_script); });

    auto* complete =
        app.add_subcommand("__complete", "Candidates for the word under the cursor")->group("");
    auto words = std::make_shared<Words>();
    complete->add_option("WORD", *words, "What was typed so far, after --");
    complete->callback([&app, &context, words] { run_complete(app, context, *words); });
}

}  // namespace millpond::admin::ctl
