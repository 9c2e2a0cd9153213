// SPDX-License-Identifier: Apache-2.0
#include "admin-api/nodes/node_folder.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace millpond::admin {

namespace {

constexpr const char* kMarker = "cluster";

std::string first_line(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

}  // namespace

FolderLock lock_node_folder(const std::filesystem::path& folder) {
    std::error_code unwritable;  // told by prepare_node_folder
    std::filesystem::create_directories(folder, unwritable);
    FolderLock result;
    Descriptor file(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file.valid()) return result;
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
        result.lock = std::move(file);
    } else {
        result.held = errno == EWOULDBLOCK;
    }
    return result;
}

Result<void> prepare_node_folder(const std::filesystem::path& folder, const std::string& cluster) {
    namespace fs = std::filesystem;
    try {
        fs::create_directories(folder / "data");
        fs::permissions(folder, fs::perms::owner_all);
        for (const char* stale : {"mgmt.sock", "data.sock", "exit.json"})
            fs::remove(folder / stale);
        std::ofstream marker(folder / kMarker, std::ios::trunc);
        marker << cluster << '\n';
        if (!marker.flush()) {
            return Error{"InternalFailure",
                         "Cannot write in the node's folder " + folder.string() + ".", "", 500};
        }
    } catch (const fs::filesystem_error& error) {
        return Error{"InternalFailure",
                     std::string("Cannot make the node's folder: ") + error.what(), "", 500};
    }
    return boost::outcome_v2::success();
}

void remove_node_folder(const std::filesystem::path& folder) {
    std::error_code left;  // what cannot be removed is in nobody's way: the marker went first
    std::filesystem::remove(folder / kMarker, left);
    std::filesystem::remove_all(folder, left);
}

std::vector<std::filesystem::path> node_folders_of(const std::filesystem::path& root,
                                                   const std::string& cluster) {
    std::vector<std::filesystem::path> found;
    std::error_code unreadable;
    for (const auto& entry : std::filesystem::directory_iterator(root, unreadable)) {
        if (first_line(entry.path() / kMarker) == cluster) found.push_back(entry.path());
    }
    return found;
}

std::string exit_reason(const std::filesystem::path& folder) {
    const std::string note = first_line(folder / "exit.json");
    const std::string key = "\"reason\": \"";
    const auto at = note.find(key);
    if (at == std::string::npos) return {};
    const auto from = at + key.size();
    return note.substr(from, note.find('"', from) - from);
}

}  // namespace millpond::admin
