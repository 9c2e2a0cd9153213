// SPDX-License-Identifier: Apache-2.0
#include "admin-api/daemon/state_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "admin-api/control/random_hex.h"

namespace millpond::admin {
namespace {

constexpr std::size_t token_digits = 64;
constexpr std::size_t secret_digits = 40;

Error unusable(const std::filesystem::path& path, const std::string& why) {
    return Error{"StateFolderUnusable",
                 "The state folder " + path.string() + " cannot be used: " + why +
                     ". Give a folder that you may write with --state-dir.",
                 "state_dir", 500};
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::string first_word(std::string text) {
    text.resize(std::min(text.size(), text.find_first_of(" \r\n")));
    return text;
}

// Whole or not at all: written beside, then renamed.
Result<void> write_private(const std::filesystem::path& path, const std::string& text) {
    const auto beside = path.string() + ".new";
    ::unlink(beside.c_str());
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    const auto size = static_cast<ssize_t>(text.size());
    if (!file.valid() || ::write(file.get(), text.data(), text.size()) != size ||
        ::fsync(file.get()) != 0 || ::rename(beside.c_str(), path.c_str()) != 0)
        return unusable(path.parent_path(), path.filename().string() + ": " + std::strerror(errno));
    return boost::outcome_v2::success();
}

std::string value_of(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto equals = line.find('=');
        if (equals == std::string::npos) continue;
        const auto key = first_word(line.substr(0, equals));
        const auto start = line.find_first_not_of(' ', equals + 1);
        if (key == name && start != std::string::npos) return first_word(line.substr(start));
    }
    return {};
}

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

/// False when another daemon uses the folder. One that was killed while it started a node leaves
/// its lock to the child for the moment until the child is another program: that is waited for.
bool lock_folder(int lock, const std::filesystem::path& folder) {
    constexpr auto inherited_max = std::chrono::seconds(2);
    const auto until = std::chrono::steady_clock::now() + inherited_max;
    for (;;) {
        if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return true;
        const auto holder = std::atoi(first_word(read_file(folder / "lock")).c_str());
        const bool alive = holder > 0 && (::kill(holder, 0) == 0 || errno == EPERM);
        if (alive || std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace

Result<StateFolder> StateFolder::open(const std::filesystem::path& given) {
    std::error_code error;
    const auto path = std::filesystem::absolute(given, error);
    const bool is_new = std::filesystem::create_directories(path, error);
    if (error) return unusable(path, error.message());
    if (is_new) ::chmod(path.c_str(), 0700);
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return unusable(path, std::strerror(errno));
    if (facts.st_mode & 0007)
        return unusable(path, "others may enter it; run chmod 0700 " + path.string());
    Descriptor lock(::open((path / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock.valid()) return unusable(path, std::strerror(errno));
    if (!lock_folder(lock.get(), path)) {
        const auto holder = first_word(read_file(path / "lock"));
        return Error{"StateFolderInUse",
                     "The state folder " + path.string() + " is used by another millpond-admin" +
                         (holder.empty() ? "" : " (pid " + holder + ")") +
                         ": stop that one, or give another --state-dir.",
                     "state_dir", 500};
    }
    const auto pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock.get(), 0) != 0 ||
        ::write(lock.get(), pid.data(), pid.size()) != static_cast<ssize_t>(pid.size()))
        return unusable(path, std::strerror(errno));
    std::filesystem::create_directories(path / "nodes", error);
    if (error) return unusable(path, error.message());
    return StateFolder(path, std::move(lock));
}

Result<std::string> token_in(const std::filesystem::path& folder) {
    const auto path = folder / "token";
    const auto known = first_word(read_file(path));
    if (known.size() == token_digits) return known;
    const auto fresh = random_hex(token_digits);
    BOOST_OUTCOME_TRYV(write_private(path, fresh + "\n"));
    return fresh;
}

Result<AccessKeys> credentials_in(const std::filesystem::path& folder,
                                  const std::string& endpoint) {
    const auto path = folder / "credentials";
    const auto before = read_file(path);
    AccessKeys keys{value_of(before, "aws_access_key_id"),
                    value_of(before, "aws_secret_access_key")};
    if (!keys.id.starts_with("MLPD") || keys.secret.empty())
        keys = {"MLPD" + upper(random_hex(16)), random_hex(secret_digits)};
    std::string text = "[default]\naws_access_key_id = " + keys.id +
                       "\naws_secret_access_key = " + keys.secret + "\nregion = local-1\n";
    if (!endpoint.empty()) text += "endpoint_url = " + endpoint + "\n";
    if (text != before) {
        BOOST_OUTCOME_TRYV(write_private(path, text));
    }
    return keys;
}

}  // namespace millpond::admin
