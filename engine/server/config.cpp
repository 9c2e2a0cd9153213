// SPDX-License-Identifier: Apache-2.0
#include "engine/server/config.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "engine/commands/glob.h"
#include "engine/commands/numbers.h"
#include "engine/server/directive.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

constexpr int kIncludeDepthMax = 16;

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return out;
}

/// A value as a configuration file holds it: quoted when it is empty or has anything odd in it.
std::string quoted(const std::string& value) {
    const bool plain = !value.empty() && std::ranges::all_of(value, [](char c) {
        return c > ' ' && c < 127 && c != '"' && c != '\'' && c != '\\' && c != '#';
    });
    if (plain) return value;
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > 126) {
            char hex[8];
            std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
            out += hex;
        } else {
            out += c;
        }
    }
    return out + "\"";
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
        if (directive->internal) continue;
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
        if (const auto why = chosen[i]->set(pairs[i].second)) error = failed(pairs[i].first, *why);
    }
    for (std::size_t i = 0; running && i < chosen.size() && !error; ++i) {
        for (const Observer& observer : chosen[i]->observers) {
            if (const auto why = observer()) error = failed(pairs[i].first, *why);
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
    auto* directive = const_cast<Directive*>(find(name));
    if (!directive) throw std::invalid_argument("no such directive: " + std::string(name));
    directive->observers.push_back(std::move(observer));
}

// -- Reading files and the command line
// -------------------------------------------------------------------

void Config::apply_words(const std::vector<std::string>& words, const std::string& where,
                         int depth) {
    const std::string name = lowered(words[0]);
    if (name == "include") {
        if (words.size() != 2) throw ConfigError(where + ": wrong number of arguments");
        return load_stream(words[1], depth + 1);
    }
    if (name == "user" && words.size() > 1) {
        user_lines.push_back({{words.begin() + 1, words.end()}, where});
        return;
    }
    const Directive* directive = find(name);
    if (!directive)
        throw ConfigError(where + ": Bad directive or wrong number of arguments: '" + words[0] +
                          "'");
    std::string value;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (i > 1) value += ' ';
        value += words[i];
    }
    if (words.size() < 2 || (words.size() > 2 && !directive->many_words)) {
        throw ConfigError(where + ": wrong number of arguments for '" + words[0] + "'");
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
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        load_line(line, path + ":" + std::to_string(number) + ": '" + line + "'", depth);
    }
}

void Config::load_file(const std::string& path) {
    char resolved[PATH_MAX];
    file_ = ::realpath(path.c_str(), resolved) ? resolved : path;
    load_stream(path, 0);
}

void Config::load_command_line(const std::vector<std::string>& args) {
    std::size_t i = 0;
    if (i < args.size() && !args[i].starts_with("--")) load_file(args[i++]);
    save_given_ = false;  // the first one here takes the place of the file's
    while (i < args.size()) {
        if (!args[i].starts_with("--") || args[i].size() < 3) {
            throw ConfigError("'" + args[i] + "' is no option: options look like --port 6379");
        }
        std::vector<std::string> words{args[i].substr(2)};
        for (++i; i < args.size() && !args[i].starts_with("--"); ++i) words.push_back(args[i]);
        // As an option a value may also be one word with blanks in it ("--save '3600 1'").
        if (words.size() == 2 && words[1].find(' ') != std::string::npos) {
            const Directive* directive = find(words[0]);
            if (directive && directive->many_words) {
                if (auto split = resp::split_words(words[1])) {
                    words.resize(1);
                    for (std::string& word : *split) words.push_back(std::move(word));
                }
            }
        }
        apply_words(words, "option --" + words[0], 0);
    }
    if (!millpond_node.get().empty() && !save_given_) save.set("");
}

// -- CONFIG REWRITE
// ---------------------------------------------------------------------------------------

std::optional<std::string> Config::rewrite() {
    if (file_.empty()) return "ERR The server is running without a config file";
    std::vector<std::string> lines;
    {
        std::ifstream in(file_);
        std::string line;
        while (in && std::getline(in, line)) lines.push_back(line);
    }
    std::vector<const Directive*> written;
    std::vector<std::string> users = rewritten_users_ ? rewritten_users_() : decltype(lines)();
    std::string text;
    const auto emit = [&](const Directive& directive) {
        const std::string value = directive.get();
        written.push_back(&directive);
        text += directive.name + " " +
                (directive.many_words && !value.empty() ? value : quoted(value)) + "\n";
    };
    for (const std::string& line : lines) {
        const auto words = resp::split_words(line);
        const bool comment = !words || words->empty() || (*words)[0].starts_with("#");
        const Directive* directive = comment ? nullptr : find((*words)[0]);
        if (!comment && lowered((*words)[0]) == "user") {
            for (const std::string& user : std::exchange(users, {})) text += user + "\n";
            continue;
        }
        if (!directive || lowered((*words)[0]) == "include") {
            text += line + "\n";
        } else if (std::ranges::find(written, directive) == written.end()) {
            emit(*directive);
        }
    }
    for (const auto& directive : directives_) {
        if (directive->internal || std::ranges::find(written, directive.get()) != written.end())
            continue;
        if (directive->get() != directive->initial) emit(*directive);
    }
    for (const std::string& user : users) text += user + "\n";
    // Beside the file, then renamed over it: a crash leaves the old or the new one, whole.
    const std::string beside = file_ + ".rewrite." + std::to_string(::getpid());
    {
        std::ofstream out(beside, std::ios::trunc);
        out << text;
        out.flush();
        if (!out) {
            ::unlink(beside.c_str());
            return std::string("ERR Rewriting config file: ") + std::strerror(errno);
        }
    }
    struct stat old {};
    if (::stat(file_.c_str(), &old) == 0) ::chmod(beside.c_str(), old.st_mode & 07777);
    if (::rename(beside.c_str(), file_.c_str()) != 0) {
        const std::string why = std::strerror(errno);
        ::unlink(beside.c_str());
        return "ERR Rewriting config file: " + why;
    }
    return std::nullopt;
}

}  // namespace millpond::engine
