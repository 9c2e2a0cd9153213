// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/persistence.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <sstream>

#include "engine/keyspace/keyspace.h"
#include "engine/memory/account.h"
#include "engine/scripting/scripting.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"
#include "engine/snapshot/loader.h"
#include "engine/snapshot/rdb_file.h"

namespace millpond::engine {

namespace {

/// After a failure, so that a full disk is not tried ten times a second.
constexpr std::int64_t retry_s = 5;

}  // namespace

/// One background save.
class Persistence::Job final : public SnapshotJob {
public:
    Job(Persistence& owner, Done done)
        : owner_(owner),
          sink_(owner.path(), SnapshotFormat::rdb, owner.server_.config().rdbchecksum),
          done_(std::move(done)) {
        options.compress = owner.server_.config().rdbcompression;
    }
    void at_cut() override {
        dirty_ = owner_.server_.statistics().dirty.sum();
        aux_ = owner_.aux(false);
    }
    std::vector<std::pair<std::string, std::string>> aux() override { return aux_; }
    bool write(Bytes bytes) override { return sink_.write(bytes); }
    std::string error() const override { return sink_.error(); }
    void done(const std::string& error) override {
        std::string outcome = error;
        if (outcome.empty() && !sink_.commit()) outcome = sink_.error();
        owner_.finished(outcome, dirty_, done_);
    }

private:
    Persistence& owner_;
    SnapshotFileSink sink_;
    Done done_;
    std::int64_t dirty_ = 0;
    Fields aux_;
};

Persistence::Persistence(Server& server, Snapshots& snapshots, std::function<Fields()> history)
    : server_(server),
      snapshots_(snapshots),
      history_(std::move(history)),
      last_save_s_(std::time(nullptr)) {}

std::string Persistence::path() const {
    return server_.config().dir.get() + "/" + server_.config().dbfilename.get();
}

Persistence::Fields Persistence::aux(bool base) const {
    Fields fields{{"redis-ver", "7.0.15"},
                  {"redis-bits", "64"},
                  {"ctime", std::to_string(std::time(nullptr))},
                  {"used-mem", std::to_string(used_memory())}};
    for (auto& field : history_()) fields.push_back(std::move(field));
    fields.emplace_back("aof-base", base ? "1" : "0");
    return fields;
}

std::int64_t Persistence::changes() const {
    return std::max<std::int64_t>(0, server_.statistics().dirty.sum() - dirty_saved_.load());
}

std::vector<Persistence::SavePoint> Persistence::save_points() const {
    std::vector<SavePoint> points;
    std::istringstream words(server_.config().save.get());
    for (SavePoint point{}; words >> point.seconds >> point.changes;) points.push_back(point);
    return points;
}

// -- Saving
// ---------------------------------------------------------------------------------------------

bool Persistence::start(Done done) {
    if (in_progress_.exchange(true)) return false;
    started_ms_.store(unix_ms());
    last_try_s_.store(std::time(nullptr));
    spdlog::info("Background saving started");
    snapshots_.submit(std::make_shared<Job>(*this, std::move(done)));
    return true;
}

void Persistence::finished(const std::string& error, std::int64_t dirty_at_cut, const Done& done) {
    if (error == kDatabaseFlushed) {
        spdlog::info("Background saving begins anew: {}", error);
        return snapshots_.submit(std::make_shared<Job>(*this, done));
    }
    if (error == kAllFlushed) {
        spdlog::info("Background saving given up: {}", error);
        in_progress_.store(false);
        if (done) done(error);
        return;
    }
    last_duration_s_.store((unix_ms() - started_ms_.load()) / 1000);
    last_ok_.store(error.empty());
    server_.set_save_failed(!error.empty());
    if (error.empty()) {
        dirty_saved_.store(dirty_at_cut);
        last_save_s_.store(std::time(nullptr));
        saves_.fetch_add(1);
        spdlog::info("Background saving terminated with success");
    } else {
        spdlog::error("Background saving error: {}", error);
    }
    in_progress_.store(false);
    if (done) done(error);
}

std::string Persistence::write_all(const std::string& path, SnapshotFormat format, bool base) {
    SnapshotFileSink sink(path, format, server_.config().rdbchecksum);
    const auto writer =
        EntryWriter::make({.format = format, .compress = server_.config().rdbcompression});
    writer->begin(aux(base), server_.scripting().functions().codes());
    const auto emit = [&] {
        const SnapshotChunk chunk = std::exchange(writer->chunk(), {});
        return chunk.for_each([&](Bytes bytes) { return sink.write(bytes); });
    };
    constexpr std::size_t piece_bytes = 256 << 10;
    bool ok = true;
    for (int db = 0; db < Keyspace::kDatabases && ok; ++db) {
        if (server_.keyspace().size(db) == 0) continue;
        writer->select_db(db);
        writer->resize_db(server_.keyspace().size(db), server_.keyspace().volatile_size(db));
        server_.keyspace().for_each(db, [&](Entry& entry) {
            writer->entry(entry);
            if (writer->chunk().bytes.size() >= piece_bytes) ok = emit();
            return ok;
        });
    }
    writer->end();
    ok = ok && emit() && sink.commit();
    return ok ? "" : sink.error();
}

std::string Persistence::save_base(const std::string& path, SnapshotFormat format) {
    return write_all(path, format, true);
}

std::string Persistence::save_now() {
    std::string error = write_all(path(), SnapshotFormat::rdb, false);
    if (!error.empty()) {
        spdlog::error("Error trying to save the DB: {}", error);
        return error;
    }
    dirty_saved_.store(server_.statistics().dirty.sum());
    last_save_s_.store(std::time(nullptr));
    saves_.fetch_add(1);
    last_ok_.store(true);
    server_.set_save_failed(false);
    spdlog::info("DB saved on disk");
    return {};
}

void Persistence::tick(std::int64_t now_unix_ms) {
    if (in_progress_.load() || server_.loading() || server_.role() == Role::none) return;
    const std::int64_t now_s = now_unix_ms / 1000;
    if (!last_ok_.load() && now_s - last_try_s_.load() < retry_s) return;
    const std::int64_t changed = changes();
    for (const SavePoint& point : save_points()) {
        if (changed < point.changes || now_s - last_save_s_.load() <= point.seconds) continue;
        spdlog::info("{} changes in {} seconds. Saving...", changed, point.seconds);
        start();
        return;
    }
}

// -- Loading
// ----------------------------------------------------------------------------------------------

bool Persistence::has_file() const {
    return ::access(path().c_str(), F_OK) == 0;
}

RdbReadResult load_rdb(Server& server, ByteSource& source, KeyspaceLoader& target,
                       const std::string& path) {
    target.set_function_loader(
        [&server](Bytes code) { return server.scripting().functions().load_stored(code); });
    target.set_progress(server.load_progress());
    CountedSource counted(source, server.load_progress());
    RdbReadResult result = read_rdb(counted, target,
                                    {.databases = static_cast<int>(server.config().databases),
                                     .verify_checksum = server.config().rdbchecksum});
    for (const std::string& warning : result.warnings) spdlog::warn("{}: {}", path, warning);
    return result;
}

void Persistence::load(Done done) {
    const int fd = ::open(path().c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        const int problem = errno;
        return done(problem == ENOENT ? ""
                                      : "cannot open " + path() + ": " + std::strerror(problem));
    }
    server_.set_loading(true);
    struct stat about {};
    if (::fstat(fd, &about) == 0)
        server_.load_progress().set_total(static_cast<std::uint64_t>(about.st_size));
    loader_ = std::thread([this, fd, done = std::move(done)] {
        ::pthread_setname_np(::pthread_self(), "loading");
        const auto flag = server_.gate().join("loader");
        FileSource source(fd);
        const std::int64_t start = steady_ms();
        KeyspaceLoader target(server_.keyspace(), server_.gate(), *flag, unix_ms(),
                              [this] { return stop_.load(); });
        target.set_key_delay(server_.config().key_load_delay);
        const RdbReadResult result = load_rdb(server_, source, target, path());
        loaded_keys_.store(result.entries - target.expired_keys());
        expired_keys_.store(target.expired_keys());
        server_.gate().run_exclusive(*flag, "loading", [&] {
            note_loaded();
            server_.set_loading(false);
        });
        if (!result.error) {
            spdlog::info("DB loaded from disk: {} keys, {} expired, {:.3f} seconds",
                         loaded_keys_.load(), expired_keys_.load(),
                         static_cast<double>(steady_ms() - start) / 1000);
        }
        done(result.error ? path() + ": " + *result.error : "");
    });
}

void Persistence::save_flushed() {
    if (in_progress() || server_.loading() || server_.config().save.get().empty()) return;
    if (save_now().empty()) dirty_saved_.fetch_add(1);  // the flush itself is counted behind it
}

void Persistence::note_loaded() {
    dirty_saved_.store(server_.statistics().dirty.sum());
}

void Persistence::join() {
    stop_.store(true);
    if (loader_.joinable()) loader_.join();
}

void Persistence::info(std::string& out) const {
    const auto line = [&](const char* name, auto value) {
        out += name;
        out += ':';
        if constexpr (std::is_convertible_v<decltype(value), std::string>) {
            out += value;
        } else {
            out += std::to_string(value);
        }
        out += "\r\n";
    };
    const bool saving = in_progress_.load();
    line("loading", server_.loading() ? 1 : 0);
    line("async_loading", 0);
    line("current_cow_peak", 0);
    line("current_cow_size", 0);
    line("current_cow_size_age", 0);
    const auto [total, processed] = snapshots_.progress();
    line("current_fork_perc",
         fmt::format("{:.2f}", 100.0 * static_cast<double>(processed) /
                                   static_cast<double>(std::max<std::uint64_t>(1, total))));
    line("current_save_keys_processed", processed);
    line("current_save_keys_total", total);
    line("rdb_changes_since_last_save", changes());
    // To replicas or to the disk: for a server that forks it is the same, and as expensive.
    line("rdb_bgsave_in_progress", saving || snapshots_.syncs() ? 1 : 0);
    line("rdb_last_save_time", last_save_s_.load());
    line("rdb_last_bgsave_status", last_ok_.load() ? "ok" : "err");
    line("rdb_last_bgsave_time_sec", last_duration_s_.load());
    line("rdb_current_bgsave_time_sec", saving ? (unix_ms() - started_ms_.load()) / 1000 : -1);
    line("rdb_saves", saves_.load());
    line("rdb_last_cow_size", 0);
    line("rdb_last_load_keys_expired", expired_keys_.load());
    line("rdb_last_load_keys_loaded",
         server_.loading() ? server_.load_progress().keys() : loaded_keys_.load());
}

}  // namespace millpond::engine
