// SPDX-License-Identifier: Apache-2.0
//
// Brings back the data from the files of an append-only file: snapshots, and commands that are
// applied as a primary's would be. Used by one thread, outside the lanes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace millpond::engine {

class Executor;
class FileSource;
class Server;

class AofLoader {
public:
    /// `stop`: the server ends.
    AofLoader(Server& server, const std::atomic<bool>& stop);
    ~AofLoader();

    /// One file: a snapshot, commands, or a snapshot with commands behind it. `last`: its end may
    /// be cut off in the midst of a record, which then is removed from the file, unless
    /// aof-load-truncated is no. An error text or an empty one.
    std::string load(const std::string& path, bool last);

    std::uint64_t keys() const { return keys_; }        ///< from snapshots
    std::uint64_t records() const { return records_; }  ///< applied

private:
    std::string load_commands(FileSource& source, const std::string& path, bool last,
                              std::uint64_t at);
    std::string cut_off(const std::string& path, bool last, std::uint64_t good, std::uint64_t size);

    Server& server_;
    const std::atomic<bool>& stop_;
    std::unique_ptr<Executor> executor_;
    int db_ = 0;
    std::uint64_t keys_ = 0, records_ = 0;
};

}  // namespace millpond::engine
