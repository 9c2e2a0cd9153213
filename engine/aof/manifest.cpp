// SPDX-License-Identifier: Apache-2.0
#include "engine/aof/manifest.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/commands/numbers.h"
#include "engine/server/replace_file.h"
#include "resp/words.h"

namespace millpond::engine {

namespace {

bool needs_quotes(std::string_view name) {
    for (const char c : name) {
        const bool plain = c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\';
        if (!plain) return true;
    }
    return false;
}

constexpr std::size_t kLineBytesMax = 1024;  ///< Redis's MANIFEST_MAX_LINE

void append_line(std::string& out, const AofManifest::File& file, char type) {
    out += "file ";
    if (needs_quotes(file.name)) {
        resp::append_quoted(out, file.name);
    } else {
        out += file.name;
    }
    out += " seq " + std::to_string(file.sequence) + " type " + type + "\n";
}

/// One line's file and its type; an error text or nothing.
std::optional<std::string> read_line(std::string_view line, AofManifest::File& file, char& type) {
    const auto words = resp::split_words(line);
    if (!words || words->size() < 6 || words->size() % 2 != 0) return "it makes no sense";
    for (std::size_t i = 0; i < words->size(); i += 2) {
        const std::string& key = (*words)[i];
        const std::string& value = (*words)[i + 1];
        if (is_word(key, "file")) {
            if (value.empty() || value.find('/') != std::string::npos)
                return "a file is named, not a path";
            file.name = value;
        } else if (is_word(key, "seq")) {
            const auto [end, problem] =
                std::from_chars(value.data(), value.data() + value.size(), file.sequence);
            if (problem != std::errc() || end != value.data() + value.size())
                return "seq is a number";
        } else if (is_word(key, "type")) {
            type = value.size() == 1 ? value[0] : '\0';
        }  // what later versions write is theirs
    }
    if (file.name.empty() || file.sequence == 0 || type == '\0')
        return "file, seq and type are all wanted";
    return std::nullopt;
}

std::string problem(const char* what, const std::string& path) {
    return std::string(what) + " " + path + ": " + std::strerror(errno);
}

}  // namespace

std::uint64_t AofManifest::next_base() const {
    return base ? base->sequence + 1 : 1;
}

std::uint64_t AofManifest::next_increment() const {
    return increments.empty() ? 1 : increments.back().sequence + 1;
}

std::string AofManifest::text() const {
    std::string out;
    if (base) append_line(out, *base, 'b');
    for (const File& file : history) append_line(out, file, 'h');
    for (const File& file : increments) append_line(out, file, 'i');
    return out;
}

std::optional<AofManifest> AofManifest::parse(std::string_view text, std::string& error) {
    AofManifest manifest;
    int number = 0;
    const auto fail = [&](const std::string& why) {
        error = "line " + std::to_string(number) + ": " + why;
        return std::nullopt;
    };
    while (!text.empty()) {
        ++number;
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return fail("it has no end");
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (line.size() >= kLineBytesMax) return fail("the line is too long");
        if (line.starts_with('#')) continue;
        File file;
        char type = '\0';
        if (const auto why = read_line(line, file, type)) return fail(*why);
        if (type == 'b') {
            if (manifest.base) return fail("there is a base already");
            manifest.base = std::move(file);
        } else if (type == 'i') {
            if (!manifest.increments.empty() &&
                manifest.increments.back().sequence >= file.sequence)
                return fail("increments come in the order of their sequence");
            manifest.increments.push_back(std::move(file));
        } else if (type == 'h') {
            manifest.history.push_back(std::move(file));
        } else {
            return fail("type is b, i or h");
        }
    }
    if (number == 0) return fail("the file is empty");
    return manifest;
}

std::optional<AofManifest> AofManifest::read(const std::string& path, std::string& error) {
    if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return AofManifest{};
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        error = problem("cannot read", path);
        return std::nullopt;
    }
    auto manifest = parse(text.str(), error);
    if (!manifest) error = path + ", " + error;
    return manifest;
}

std::optional<std::string> AofManifest::write(const std::string& path, bool durable) const {
    if (const int error = replace_file(path, text(), 0644, durable))
        return "cannot write " + path + ": " + std::strerror(error);
    if (!durable) return std::nullopt;
    const std::string folder = std::filesystem::path(path).parent_path().string();
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {  // the name is as durable as the bytes
        ::fsync(directory);
        ::close(directory);
    }
    return std::nullopt;
}

}  // namespace millpond::engine
