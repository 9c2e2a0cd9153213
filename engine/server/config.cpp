// SPDX-License-Identifier: Apache-2.0
#include "engine/server/config.h"

#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <span>
#include <sstream>

#include "engine/commands/glob.h"
#include "engine/commands/numbers.h"
#include "engine/server/config_rewrite.h"
#include "engine/server/directive.h"
#include "engine/server/replace_file.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

constexpr int kIncludeDepthMax = 16;
constexpr mode_t kNewFileMode = 0644;  ///< of a configuration file that has gone since the start

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return out;
}

/// An include's files: a pattern stands for those that match, perhaps none, in their order.
std::vector<std::string> included(const std::string& pattern) {
    if (pattern.find_first_of("*?[") == std::string::npos) return {pattern};
    ::glob_t found{};
    const int failed = ::glob(pattern.c_str(), 0, nullptr, &found);
    std::vector<std::string> paths;
    if (failed == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    ::globfree(&found);
    return paths;
}

/// As lines of a file, in Redis 7.0's way: an argument that begins with "--" is a directive, with
/// its values if it has blanks in it, unless it comes where the first value of another one is due.
/// "--save" without any saves never.
std::vector<std::string> option_lines(std::span<const std::string> args) {
    std::vector<std::string> lines;
    bool value_due = false;
    for (std::size_t i = 0; i < args.size(); ++i) {
        const std::string& arg = args[i];
        if (!value_due && arg.starts_with("--")) {
            lines.push_back(arg.substr(2) + " ");
            const auto words = resp::split_words(arg);
            if (!words || words->size() != 1) continue;
            const bool last = i + 1 == args.size();
            value_due = lowered(arg) != "--save" || (!last && !args[i + 1].starts_with("--"));
            if (!value_due) lines.back() += "\"\"";
        } else {
            if (lines.empty()) lines.emplace_back();
            resp::append_quoted(lines.back(), arg);
            lines.back() += ' ';
            value_due = false;
        }
    }
    return lines;
}

}  // namespace

Config::Config() : directives_(make_directives(*this)) {
    char here[PATH_MAX];
    dir.set(::getcwd(here, sizeof here) ? here : "/");
    for (const auto& directive : directives_) directive->initial = directive->get();
}

Config::~Config() = default;

const Config::Directive* Config::find(std::string_view name) const {
    const std::string key = lowered(name);
    for (const auto& directive : directives_) {
        if (directive->name == key || (!directive->alias.empty() && directive->alias == key))
            return directive.get();
    }
    return nullptr;
}

std::optional<std::string> Config::get(std::string_view name) const {
    const Directive* directive = find(name);
    if (!directive) return std::nullopt;
    return directive->get();
}

std::vector<std::pair<std::string, std::string>> Config::match(std::string_view glob) const {
    std::vector<std::pair<std::string, std::string>> found;
    if (glob.find_first_of("[*?") == std::string_view::npos) {
        const Directive* directive = find(glob);
        if (directive && !directive->internal) found.emplace_back(glob, directive->get());
        return found;
    }
    for (const auto& directive : directives_) {
        if (directive->internal || directive->hidden) continue;
        for (const std::string_view name :
             {std::string_view(directive->name), std::string_view(directive->alias)}) {
            if (!name.empty() && glob_matches(lowered(glob), name))
                found.emplace_back(name, directive->get());
        }
    }
    return found;
}

std::optional<std::string> Config::set(
    const std::vector<std::pair<std::string, std::string>>& pairs, bool running,
    bool may_set_guarded) {
    const auto failed = [](std::string_view name, std::string_view why) {
        return "ERR CONFIG SET failed (possibly related to argument '" + std::string(name) +
               "') - " + std::string(why);
    };
    std::vector<const Directive*> chosen;
    for (const auto& [name, value] : pairs) {
        const Directive* directive = find(name);
        if (!directive || directive->internal) {
            return "ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'";
        }
        if (running && directive->immutable) return failed(name, "can't set immutable config");
        if (running && directive->guarded && !may_set_guarded)
            return failed(name, "can't set protected config");
        // A name and its alias count as two.
        const auto again = std::ranges::find_if(pairs, [&, own = lowered(name)](const auto& pair) {
            return lowered(pair.first) == own;
        });
        if (&again->first != &name) return failed(name, "duplicate parameter");
        chosen.push_back(directive);
    }
    std::vector<std::string> before;
    std::optional<std::string> error;
    for (std::size_t i = 0; i < chosen.size() && !error; ++i) {
        before.push_back(chosen[i]->get());
        if (const auto why = chosen[i]->set(pairs[i].second))
            error = failed(lowered(pairs[i].first), *why);
    }
    for (std::size_t i = 0; running && i < chosen.size() && !error; ++i) {
        for (const Observer& observer : chosen[i]->observers) {
            if (const auto why = observer()) error = failed(lowered(pairs[i].first), *why);
            if (error) break;
        }
    }
    if (!error) return std::nullopt;
    for (std::size_t i = 0; i < before.size(); ++i) chosen[i]->set(before[i]);
    for (std::size_t i = 0; running && i < before.size(); ++i) {
        for (const Observer& observer : chosen[i]->observers) observer();
    }
    return error;
}

void Config::on_change(std::string_view name, Observer observer) {
    known(name).observers.push_back(std::move(observer));
}

void Config::fix(std::string_view name) {
    known(name).immutable = true;
}

Config::Directive& Config::known(std::string_view name) {
    auto* directive = const_cast<Directive*>(find(name));
    if (!directive) throw std::invalid_argument("no such directive: " + std::string(name));
    return *directive;
}

// -- Reading files and the command line
// -------------------------------------------------------------------

void Config::apply_words(const std::vector<std::string>& words, const std::string& where,
                         int depth) {
    const std::string name = lowered(words[0]);
    if (name == "include") {
        if (words.size() != 2) throw ConfigError(where + ": wrong number of arguments");
        for (const std::string& path : included(words[1])) load_stream(path, depth + 1);
        return;
    }
    if (name == "user" && words.size() > 1) {
        user_lines.push_back({{words.begin() + 1, words.end()}, where});
        return;
    }
    if (name == "rename-command" && words.size() == 3) {
        rename_lines.push_back({{words.begin() + 1, words.end()}, where});
        return;
    }
    // Redis knew them once, and reads over them.
    if (words.size() == 2 &&
        (name == "list-max-ziplist-entries" || name == "list-max-ziplist-value"))
        return;
    const Directive* directive = find(name);
    if (!directive)
        throw ConfigError(where + ": Bad directive or wrong number of arguments: '" + words[0] +
                          "'");
    if (words.size() != 2 && !directive->many_words) {
        throw ConfigError(where + ": wrong number of arguments for '" + words[0] + "'");
    }
    std::string value;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (i > 1) value += ' ';
        value += words[i];
    }
    if (name == "save") {
        if (save_given_ && !value.empty() && !save.get().empty()) value = save.get() + ' ' + value;
        save_given_ = true;
    }
    if (const auto why = directive->set(value))
        throw ConfigError(where + ": '" + words[0] + "': " + *why);
}

void Config::load_line(std::string_view line, const std::string& where, int depth) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
        line.remove_suffix(1);
    if (line.empty() || line.front() == '#') return;
    const auto words = resp::split_words(line);
    if (!words || words->empty())
        throw ConfigError(where + ": Unbalanced quotes in configuration line");
    apply_words(*words, where, depth);
}

void Config::load_stream(const std::string& path, int depth) {
    if (depth > kIncludeDepthMax) throw ConfigError(path + ": includes are nested too deep");
    std::ifstream in(path);
    if (!in) throw ConfigError("can't open config file '" + path + "': " + std::strerror(errno));
    read_lines(in, path, depth);
}

void Config::read_lines(std::istream& in, const std::string& name, int depth) {
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        load_line(line, name + ":" + std::to_string(number) + ": '" + line + "'", depth);
    }
}

void Config::load_file(const std::string& path) {
    char resolved[PATH_MAX];
    file_ = ::realpath(path.c_str(), resolved) ? resolved : path;
    load_stream(path, 0);
}

void Config::load_command_line(const std::vector<std::string>& args) {
    std::size_t i = 0;
    if (i < args.size() && args[i] == "-") {
        read_lines(std::cin, "standard input", 0);
        ++i;
    } else if (i < args.size() && !args[i].starts_with("--")) {
        load_file(args[i++]);
    }
    for (const std::string& line : option_lines(std::span(args).subspan(i)))
        load_line(line, "option --" + line.substr(0, line.find_last_not_of(' ') + 1), 0);
    if (!millpond_node.get().empty() && !save_given_) save.set("");
}

// -- CONFIG REWRITE
// ---------------------------------------------------------------------------------------

std::vector<Config::Directive::Line> Config::Directive::file_lines() const {
    if (lines) return lines();
    std::string value = get();
    const bool is_default = value == initial && !always_written;
    if (value.empty() && gone_when_empty) return {};
    if (quoted || value.empty()) {
        std::string text;
        resp::append_quoted(text, value);
        return {{std::move(text), is_default}};
    }
    return {{bytes ? with_unit(value) : std::move(value), is_default}};
}

std::optional<std::string> Config::rewrite(bool all) {
    if (file_.empty()) return "ERR The server is running without a config file";
    std::vector<std::string> users;
    if (const auto why = rewritten_users_ ? rewritten_users_(users) : std::nullopt)
        return "ERR Rewriting config file: " + *why;
    std::ostringstream old;
    old << std::ifstream(file_).rdbuf();
    ConfigRewrite file(old.view(), [this](std::string_view word) {
        const Directive* directive = find(word);
        const std::string name = lowered(word);
        return directive                                                         ? directive->name
               : name == "include" || name == "user" || name == "rename-command" ? name
                                                                                 : "";
    });
    for (const auto& directive : directives_) {
        if (directive->internal) continue;
        for (auto& [value, is_default] : directive->file_lines())
            file.put(directive->name, directive->name + " " + value, is_default && !all);
        file.settle(directive->name);
    }
    for (std::string& user : users) file.put("user", std::move(user), false);
    file.settle("user");
    if (const int error = replace_file(file_, file.text(), kNewFileMode))
        return std::string("ERR Rewriting config file: ") + std::strerror(error);
    return std::nullopt;
}

}  // namespace millpond::engine
