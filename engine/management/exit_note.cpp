// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <fstream>
#include <system_error>

#include "engine/management/management.h"

namespace millpond::engine {

namespace {

constexpr const char* kName = "exit.json";

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out + '"';
}

}  // namespace

void write_exit_note(const std::filesystem::path& folder, const std::string& reason) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    const auto whole = folder / kName;
    const auto part = folder / "exit.json.part";
    std::ofstream(part) << "{\"reason\": " << quoted(reason) << ", \"time_ms\": " << ms << "}\n";
    std::error_code ignored;  // with no note the node counts as killed, which is safe
    std::filesystem::rename(part, whole, ignored);
}

void remove_exit_note(const std::filesystem::path& folder) {
    std::error_code ignored;  // there is none after a kill
    std::filesystem::remove(folder / kName, ignored);
}

}  // namespace millpond::engine
