// SPDX-License-Identifier: Apache-2.0
//
// Which files the append-only file is made of (Redis 7's multi-part form): one base, the increments
// since, and the history that is still to be deleted. Kept in `<appendfilename>.manifest`, which is
// replaced whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millpond::engine {

struct AofManifest {
    struct File {
        std::string name;  ///< within the folder
        std::uint64_t sequence = 0;
    };
    std::optional<File> base;
    std::vector<File> increments;  ///< in the order of their sequence
    std::vector<File> history;

    std::uint64_t next_base() const;
    std::uint64_t next_increment() const;

    std::string text() const;
    /// Nothing, with `error` saying which line is wrong and why.
    static std::optional<AofManifest> parse(std::string_view text, std::string& error);

    /// The file of that name; an empty manifest when there is none, nothing with `error` set when
    /// it cannot be used.
    static std::optional<AofManifest> read(const std::string& path, std::string& error);
    /// Replaces the file of that name; an error text or nothing. `durable`: it is on the disk on
    /// return.
    std::optional<std::string> write(const std::string& path, bool durable) const;
};

}  // namespace millpond::engine
