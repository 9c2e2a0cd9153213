// SPDX-License-Identifier: Apache-2.0
#include "engine/aof/loader.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/commands/dispatch.h"
#include "engine/replication/primary_stream.h"
#include "engine/server/config.h"
#include "engine/server/debug_delay.h"
#include "engine/server/server.h"
#include "engine/snapshot/loader.h"
#include "engine/snapshot/persistence.h"
#include "engine/snapshot/rdb_file.h"

namespace millpond::engine {

namespace {

constexpr std::size_t kReadBytes = 256 << 10;
constexpr std::string_view kSnapshotMark = "REDIS";

bool is_snapshot(int fd) {
    char head[kSnapshotMark.size()];
    const ssize_t n = ::pread(fd, head, sizeof head, 0);
    return n == static_cast<ssize_t>(sizeof head) && Bytes(head, sizeof head) == kSnapshotMark;
}

}  // namespace

AofLoader::AofLoader(Server& server, const std::atomic<bool>& stop)
    : server_(server), stop_(stop), executor_(std::make_unique<Executor>(server, "aof loader")) {}

AofLoader::~AofLoader() = default;

std::string AofLoader::load(const std::string& path, bool last) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return "cannot open " + path + ": " + std::strerror(errno);
    const bool snapshot = is_snapshot(fd);
    FileSource source(fd);
    db_ = 0;
    std::uint64_t at = 0;
    if (snapshot) {
        // What has expired stays: commands behind the snapshot may speak of it.
        KeyspaceLoader target(server_.keyspace(), server_.gate(), executor_->gate_flag(), 0,
                              [this] { return stop_.load(); });
        target.set_key_delay(server_.config().key_load_delay);
        const RdbReadResult result = load_rdb(server_, source, target, path);
        if (result.error) return path + ": " + *result.error;
        keys_ += result.entries;
        at = result.bytes;
    }
    return load_commands(source, path, last, at);
}

std::string AofLoader::load_commands(FileSource& source, const std::string& path, bool last,
                                     std::uint64_t at) {
    PrimaryStream stream;
    stream.allow_annotations();
    for (;;) {
        const std::size_t n = source.read(stream.room(kReadBytes), kReadBytes);
        if (n == 0) break;
        stream.arrived(n);
        server_.load_progress().add(n);
        at += n;
        PrimaryStream::Step step;
        while ((step = stream.next()) == PrimaryStream::Step::record) {
            if (stop_.load()) return "the server ends";
            const auto result = executor_->apply(db_, stream.commands(), {});
            // Whatever else a command answers, it had its effect when it was written.
            if (!result.ok && result.error.starts_with("ERR unknown command"))
                return path + ": " + result.error.substr(4);
            ++records_;
            stream.pop();
            debug_delay(server_.config().key_load_delay, [this] { return stop_.load(); });
        }
        if (step == PrimaryStream::Step::malformed) {
            return "Bad file format reading the append only file " + path + " at byte " +
                   std::to_string(at - stream.pending()) +
                   ": make a backup of your AOF file, then use redis-check-aof --fix";
        }
    }
    if (const std::string error = source.error(); !error.empty() && error.starts_with("cannot"))
        return path + ": " + error;
    if (stream.pending() == 0) return {};
    return cut_off(path, last, at - stream.pending(), at);
}

/// The file ends within a record: the process or the machine has died in writing it.
std::string AofLoader::cut_off(const std::string& path, bool last, std::uint64_t good,
                               std::uint64_t size) {
    if (!last || !server_.config().aof_load_truncated) {
        std::string text = "Unexpected end of file reading the append only file " + path +
                           ": make a backup of it, then use redis-check-aof --fix";
        if (last) text += ", or set aof-load-truncated to yes";
        return text;
    }
    spdlog::warn("{} ends within a record: its last {} of {} bytes are removed", path, size - good,
                 size);
    if (::truncate(path.c_str(), static_cast<off_t>(good)) != 0)
        return "cannot shorten " + path + ": " + std::strerror(errno);
    return {};
}

}  // namespace millpond::engine
