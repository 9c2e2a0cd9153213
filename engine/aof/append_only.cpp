// SPDX-License-Identifier: Apache-2.0
#include "engine/aof/append_only.h"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "engine/aof/file.h"
#include "engine/aof/loader.h"
#include "engine/log/effect_log.h"
#include "engine/server/clock.h"
#include "engine/server/config.h"
#include "engine/server/latency_monitor.h"
#include "engine/server/server.h"
#include "engine/snapshot/load_progress.h"
#include "engine/snapshot/rdb_file.h"
#include "resp/command.h"

namespace millpond::engine {

namespace {

constexpr auto kTurn = std::chrono::milliseconds(100);
constexpr std::int64_t kSyncMs = 1000;
constexpr std::int64_t kRetryMs = 1000;
constexpr const char* kBaseSnapshot = ".base.rdb";
constexpr const char* kBaseCommands = ".base.aof";
constexpr const char* kIncrement = ".incr.aof";

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

SnapshotFormat format_of(const AofManifest::File& base) {
    return base.name.ends_with(kBaseCommands) ? SnapshotFormat::commands : SnapshotFormat::rdb;
}

/// What redis-check-aof --truncate-to-timestamp looks for; a comment to everybody else.
std::string time_note(std::int64_t unix_s) {
    return "#TS:" + std::to_string(unix_s) + "\r\n";
}

}  // namespace

/// One rewrite: a snapshot that becomes the base.
class AppendOnly::Rewrite final : public SnapshotJob {
public:
    Rewrite(AppendOnly& owner, AofManifest::File base)
        : base(std::move(base)),
          owner_(owner),
          sink_(owner.path_of(this->base.name), format_of(this->base),
                owner.environment_.server.config().rdbchecksum) {
        const Config& config = owner.environment_.server.config();
        options = {.format = format_of(this->base), .compress = config.rdbcompression};
        if (options.format == SnapshotFormat::commands && config.aof_timestamp_enabled)
            sink_.write(time_note(unix_ms() / 1000));
    }
    void at_cut() override {
        owner_.cut(*this);
        fields_ = owner_.environment_.base_fields();
    }
    std::vector<std::pair<std::string, std::string>> aux() override { return fields_; }
    bool write(Bytes bytes) override { return failed.empty() && sink_.write(bytes); }
    std::string error() const override { return failed.empty() ? sink_.error() : failed; }
    void done(const std::string& error) override {
        std::string outcome = error;
        if (outcome.empty() && !sink_.commit()) outcome = sink_.error();
        owner_.rewritten(*this, std::move(outcome));
    }

    const AofManifest::File base;
    bool first = false;                 ///< until it is done there is no append-only file
    std::uint64_t first_increment = 0;  ///< that goes with the base; 0: none does
    std::string failed;                 ///< at the cut

private:
    AppendOnly& owner_;
    SnapshotFileSink sink_;
    std::vector<std::pair<std::string, std::string>> fields_;
};

AppendOnly::AppendOnly(Environment environment) : environment_(std::move(environment)) {
    Config& config = environment_.server.config();
    const auto read_policy = [this, &config]() -> std::optional<std::string> {
        always_.store(config.appendfsync.get() == "always");
        return std::nullopt;
    };
    read_policy();
    config.on_change("appendfsync", read_policy);
    config.on_change("aof-disable-auto-gc", [this]() -> std::optional<std::string> {
        const std::lock_guard lock(mutex_);
        if (enabled() && drop_history(manifest_)) return manifest_.write(manifest_path(), false);
        return std::nullopt;
    });
    thread_ = std::thread([this] { run(); });
}

AppendOnly::~AppendOnly() {
    stop();
}

// -- Names and sizes
// ---------------------------------------------------------------------------------------------

std::string AppendOnly::folder() const {
    const Config& config = environment_.server.config();
    return config.dir.get() + "/" + config.appenddirname.get();
}

std::string AppendOnly::path_of(const std::string& file) const {
    return folder() + "/" + file;
}

std::string AppendOnly::manifest_path() const {
    return path_of(environment_.server.config().appendfilename.get() + ".manifest");
}

AofManifest::File AppendOnly::file_named(std::uint64_t sequence, const char* kind) const {
    return {
        environment_.server.config().appendfilename.get() + "." + std::to_string(sequence) + kind,
        sequence};
}

AofManifest::File AppendOnly::next_base() const {
    const bool snapshot = environment_.server.config().aof_use_rdb_preamble;
    return file_named(manifest_.next_base(), snapshot ? kBaseSnapshot : kBaseCommands);
}

std::string AppendOnly::make_folder() const {
    std::error_code problem;
    std::filesystem::create_directory(folder(), problem);
    return problem ? "cannot create " + folder() + ": " + problem.message() : "";
}

std::uint64_t AppendOnly::size_of(const AofManifest::File& file) const {
    std::error_code problem;
    const std::uintmax_t size = std::filesystem::file_size(path_of(file.name), problem);
    return problem ? 0 : size;
}

std::uint64_t AppendOnly::size() const {
    return closed_bytes_ + (file_ ? file_->size() : 0);
}

// -- The start
// ---------------------------------------------------------------------------------------------

bool AppendOnly::has_files() const {
    const Config& config = environment_.server.config();
    return exists(manifest_path()) || exists(config.dir.get() + "/" + config.appendfilename.get());
}

std::string AppendOnly::read_manifest() {
    std::string error;
    auto manifest = AofManifest::read(manifest_path(), error);
    if (!manifest) return error;
    manifest_ = std::move(*manifest);
    return {};
}

/// One file in the data folder is what there was before Redis 7: it becomes the base.
std::string AppendOnly::move_old_file() {
    const Config& config = environment_.server.config();
    const std::string name = config.appendfilename.get();
    const std::string old = config.dir.get() + "/" + name;
    if (manifest_.base || !manifest_.increments.empty() || !exists(old)) return {};
    if (std::string error = make_folder(); !error.empty()) return error;
    manifest_.base = {name, 1};
    if (const auto error = manifest_.write(manifest_path(), true)) return *error;
    if (::rename(old.c_str(), path_of(name).c_str()) != 0)
        return "cannot move " + old + ": " + std::strerror(errno);
    spdlog::info("{} was moved to {}, where the append-only file lies now", old, folder());
    return {};
}

std::string AppendOnly::load(const std::atomic<bool>& stop) {
    if (std::string error = read_manifest(); !error.empty()) return error;
    if (std::string error = move_old_file(); !error.empty()) return error;
    return load_files(stop);
}

std::string AppendOnly::prepare_reload() {
    const std::lock_guard lock(mutex_);
    if (!enabled()) {
        if (!has_files()) return "There is no append-only file to load";
        std::string error = read_manifest();
        return error.empty() ? move_old_file() : error;
    }
    if (state_.load() != State::on)
        return "The append-only file is still being made: try again when aof_rewrite_in_progress "
               "is 0";
    const LogOffset end = environment_.server.log().reserved();
    write_until(end);
    if (!reader_ || reader_->position() < end)
        return "The append-only file cannot be written: check server logs";
    return {};
}

std::string AppendOnly::load_files(const std::atomic<bool>& stop) {
    std::vector<AofManifest::File> files;
    {
        const std::lock_guard lock(mutex_);
        if (manifest_.base) files.push_back(*manifest_.base);
        files.insert(files.end(), manifest_.increments.begin(), manifest_.increments.end());
    }
    if (files.empty()) return {};
    std::uint64_t total = 0;
    for (const AofManifest::File& file : files) total += size_of(file);
    environment_.server.load_progress().set_total(total);
    const std::int64_t start = steady_ms();
    AofLoader loader(environment_.server, stop);
    for (const AofManifest::File& file : files) {
        std::string error = loader.load(path_of(file.name), &file == &files.back());
        if (!error.empty()) return error;
    }
    spdlog::info("DB loaded from append only file: {} keys, {} records behind them, {:.3f} seconds",
                 loader.keys(), loader.records(), static_cast<double>(steady_ms() - start) / 1000);
    return {};
}

/// Deletes the files that count no more, unless that is somebody else's business. True when it did.
bool AppendOnly::drop_history(AofManifest& manifest) const {
    if (environment_.server.config().aof_disable_auto_gc || manifest.history.empty()) return false;
    for (const AofManifest::File& file : manifest.history) ::unlink(path_of(file.name).c_str());
    manifest.history.clear();
    return true;
}

/// What a process that was killed has left: files that count no more, and half a base.
void AppendOnly::remove_leftovers() {
    drop_history(manifest_);
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(folder(), problem)) {
        const std::string name = entry.path().filename().string();
        const bool half_a_base = name.starts_with("temp-") && name.ends_with(".rdb");
        if (half_a_base || name.find(".manifest.tmp-") != std::string::npos)
            ::unlink(entry.path().c_str());
    }
}

std::string AppendOnly::open() {
    const std::lock_guard lock(mutex_);
    EffectLog& log = environment_.server.log();
    if (std::string error = make_folder(); !error.empty()) return error;
    remove_leftovers();
    if (!manifest_.base && manifest_.increments.empty()) {
        manifest_.base = next_base();
        std::string error =
            environment_.save_base(path_of(manifest_.base->name), format_of(*manifest_.base));
        if (!error.empty()) return error;
    }
    if (!log.active()) log.activate(log.end());
    reader_ = log.open(log.end(), 0);
    written_.store(log.end());
    synced_.store(log.end());
    if (manifest_.base) closed_bytes_ += size_of(*manifest_.base);
    if (manifest_.increments.empty()) {
        if (std::string error = begin_increment(true); !error.empty()) return error;
    } else {
        increment_ = manifest_.increments.back();
        for (const AofManifest::File& file : manifest_.increments) closed_bytes_ += size_of(file);
        file_ = std::make_shared<AofFile>(path_of(increment_.name), false);
        if (!file_->is_open())
            return "cannot open " + file_->path() + ": " + std::strerror(file_->error());
        closed_bytes_ -= file_->size();
        log.forget_database();
    }
    if (const auto error = manifest_.write(manifest_path(), true)) return *error;
    base_bytes_ = size();
    state_.store(State::on);
    environment_.server.set_write_barrier(this);
    wake_.notify_all();
    return {};
}

/// A new file, which is written from here on. Requires: the exclusive lane, and the log open.
std::string AppendOnly::begin_increment(bool listed) {
    Server& server = environment_.server;
    AofManifest::File next =
        file_named(std::max(manifest_.next_increment(), increment_.sequence + 1), kIncrement);
    auto file = std::make_shared<AofFile>(path_of(next.name), true);
    if (!file->is_open())
        return "cannot create " + file->path() + ": " + std::strerror(file->error());
    if (server.role() == Role::primary) {
        server.log().forget_database();  // so the first record brings its own
    } else {
        std::string select;
        resp::encode_command(select, {"SELECT", std::to_string(environment_.stream_db())});
        if (!file->append(select))
            return "cannot write " + file->path() + ": " + std::strerror(file->error());
    }
    if (listed) {
        manifest_.increments.push_back(next);
        if (auto error = manifest_.write(manifest_path(), always_.load())) {
            manifest_.increments.pop_back();
            return *error;
        }
    }
    if (file_) {
        closed_bytes_ += file_->size();
        to_sync_.push_back(std::move(file_));
    }
    file_ = std::move(file);
    increment_ = std::move(next);
    wake_.notify_all();
    return {};
}

// -- Writing
// ---------------------------------------------------------------------------------------------

void AppendOnly::pass() {
    const State state = state_.load(std::memory_order_acquire);
    if (state != State::on && state != State::building) return;
    const LogOffset target = environment_.server.log().reserved();
    const bool to_disk = always_.load();
    if ((to_disk ? synced_ : written_).load(std::memory_order_acquire) >= target) return;
    const std::lock_guard lock(mutex_);
    write_until(target);
    if (to_disk) sync_now();
}

/// Requires: the lock.
void AppendOnly::write_until(LogOffset target) {
    if (!reader_ || !file_ || reader_->overrun()) return;
    // Whatever waits for room on the disk waits in memory; nobody asks for it at every reply.
    if (write_failed_ && steady_ms() - failed_at_ms_ < kRetryMs) return;
    const EffectLog& log = environment_.server.log();
    const std::int64_t begin_ms = steady_ms();
    // Since the target was read, the log may have begun anew.
    const auto end = [&] { return std::min(target, log.reserved()); };
    if (reader_->position() < end() && !note_time()) return write_failed();
    while (reader_->position() < end()) {
        // No further than the target: so the next time is noted between records, too.
        const std::string_view bytes = reader_->peek().substr(0, end() - reader_->position());
        if (bytes.empty()) {  // a writer is in the midst of its copy
            std::this_thread::yield();
            continue;
        }
        if (!file_->append(bytes)) return write_failed();
        reader_->consume(bytes.size());
        written_.store(reader_->position(), std::memory_order_release);
    }
    note_write(steady_ms() - begin_ms);
    if (!write_failed_) return;
    write_failed_ = false;
    tell_trouble();
    spdlog::warn("AOF write error looks solved, writes are served again.");
}

/// False when it cannot be written. Requires: the lock.
bool AppendOnly::note_time() {
    if (!environment_.server.config().aof_timestamp_enabled) return true;
    const std::int64_t now_s = unix_ms() / 1000;
    if (now_s <= noted_s_) return true;
    noted_s_ = now_s;
    return file_->append(time_note(now_s));
}

/// LATENCY's words: every write, and what it ran beside. Requires: the lock.
void AppendOnly::note_write(std::int64_t ms) const {
    Server& server = environment_.server;
    LatencyMonitor::note(server, "aof-write", ms);
    LatencyMonitor::note(server,
                         syncing_aside_ ? "aof-write-pending-fsync"
                         : rewriting_   ? "aof-write-active-child"
                                        : "aof-write-alone",
                         ms);
}

void AppendOnly::write_failed() {
    failed_at_ms_ = steady_ms();
    const int problem = file_->error();
    if (!write_failed_) spdlog::error("Error writing to the AOF file: {}", std::strerror(problem));
    write_failed_ = true;
    tell_trouble();
    if (!always_.load()) return;
    spdlog::critical(
        "A write to the append-only file has failed, and with appendfsync always a client may have "
        "been promised what cannot be kept. Exiting.");
    spdlog::default_logger()->flush();
    ::_exit(1);
}

/// Writes are refused while what they say cannot be kept. Requires: the lock.
void AppendOnly::tell_trouble() {
    environment_.server.set_append_errno(write_failed_ ? file_->error() : sync_errno_);
}

/// errno or 0. Requires: the lock.
int AppendOnly::sync_all() {
    const LogOffset until = written_.load();
    for (const auto& file : to_sync_) {
        if (const int problem = file->sync()) return problem;
    }
    to_sync_.clear();
    if (const int problem = file_ ? file_->sync() : 0) return problem;
    synced_at_ms_ = steady_ms();
    synced_.store(until, std::memory_order_release);
    return 0;
}

/// For appendfsync always: replies wait for it. Requires: the lock.
void AppendOnly::sync_now() {
    const std::int64_t begin_ms = steady_ms();
    const int problem = sync_all();
    LatencyMonitor::note(environment_.server, "aof-fsync-always", steady_ms() - begin_ms);
    if (problem == 0) return;
    spdlog::critical(
        "The append-only file cannot be synced ({}), and with appendfsync always a client may have "
        "been promised what cannot be kept. Exiting.",
        std::strerror(problem));
    spdlog::default_logger()->flush();
    ::_exit(1);
}

/// The same without holding anybody up. What fails is tried again in a second.
void AppendOnly::sync_aside(std::unique_lock<std::mutex>& lock) {
    const LogOffset until = written_.load();
    auto files = std::exchange(to_sync_, {});
    const std::shared_ptr<AofFile> current = file_;
    syncing_aside_ = true;
    lock.unlock();
    int problem = 0;
    for (const auto& file : files) problem = problem ? problem : file->sync();
    if (problem == 0) problem = current->sync();
    lock.lock();
    syncing_aside_ = false;
    synced_at_ms_ = steady_ms();
    if (!file_) return;  // it was turned off meanwhile
    if (problem != 0) to_sync_.insert(to_sync_.begin(), files.begin(), files.end());
    if (problem != sync_errno_) {
        sync_errno_ = problem;
        tell_trouble();
        if (problem != 0) spdlog::error("Fail to fsync the AOF file: {}", std::strerror(problem));
    }
    if (problem != 0) return;
    if (until > synced_.load()) synced_.store(until, std::memory_order_release);
    lock.unlock();
    environment_.synced();
    lock.lock();
}

void AppendOnly::run() {
    ::pthread_setname_np(::pthread_self(), "append-only");
    std::unique_lock lock(mutex_);
    while (!stopped_.load()) {
        if (!file_) wake_.wait(lock, [this] { return stopped_.load() || file_; });
        wake_.wait_for(lock, kTurn, [this] { return stopped_.load(); });
        if (stopped_.load() || !file_) continue;
        write_until(environment_.server.log().end());
        const bool spared = rewriting_ && environment_.server.config().no_appendfsync_on_rewrite;
        if (synced_.load() >= written_.load() && to_sync_.empty()) continue;
        if (always_.load()) {
            sync_now();
        } else if (environment_.server.config().appendfsync.get() == "everysec" && !spared &&
                   steady_ms() - synced_at_ms_ >= kSyncMs) {
            sync_aside(lock);
        }
    }
}

/// Requires: the lock.
void AppendOnly::close() {
    if (file_) {
        write_until(environment_.server.log().end());
        if (const int problem = sync_all())
            spdlog::error("Fail to fsync the AOF file: {}", std::strerror(problem));
    }
    forget_file();
}

/// What no manifest names yet goes with it. Requires: the lock.
void AppendOnly::forget_file() {
    reader_.reset();
    file_.reset();
    to_sync_.clear();
    write_failed_ = false;
    sync_errno_ = 0;
    tell_trouble();
    if (state_.load() == State::building) ::unlink(path_of(increment_.name).c_str());
}

void AppendOnly::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_.exchange(true)) return;
    }
    wake_.notify_all();
    thread_.join();
    environment_.server.set_write_barrier(nullptr);
    const std::lock_guard lock(mutex_);
    close();
    state_.store(State::off);
}

std::optional<std::string> AppendOnly::turn(bool on) {
    const std::lock_guard lock(mutex_);
    if (on == enabled()) return std::nullopt;
    if (on) {
        if (environment_.server.loading()) return "the data set is being loaded";
        std::string error = make_folder();
        if (error.empty()) error = read_manifest();
        if (!error.empty()) {
            spdlog::error("AOF cannot be turned on: {}", error);
            return "Unable to turn on AOF. Check server logs.";
        }
        state_.store(State::waiting);
        environment_.server.set_write_barrier(this);
        start_rewrite();
        return std::nullopt;
    }
    environment_.server.set_write_barrier(nullptr);
    close();
    state_.store(State::off);
    suspended_ = false;
    retry_at_ms_ = 0;
    return std::nullopt;
}

void AppendOnly::data_goes() {
    const std::lock_guard lock(mutex_);
    if (!enabled()) return;
    close();
    state_.store(State::waiting);
    suspended_ = true;
}

void AppendOnly::data_came() {
    const std::lock_guard lock(mutex_);
    if (!suspended_) return;
    suspended_ = false;
    start_rewrite();
}

// -- Rewriting
// ---------------------------------------------------------------------------------------------

AppendOnly::Begun AppendOnly::rewrite() {
    const std::lock_guard lock(mutex_);
    if (rewriting_) return Begun::already;
    if (!enabled()) {
        std::string error = make_folder();
        if (error.empty()) error = read_manifest();
        if (!error.empty()) spdlog::error("AOF rewrite: {}", error);
    }
    start_rewrite();
    return environment_.saving() ? Begun::scheduled : Begun::started;
}

/// Requires: the lock.
void AppendOnly::start_rewrite() {
    if (rewriting_) return;  // a first base is tried again when this one is over
    rewriting_ = true;
    cut_taken_ = false;
    retry_at_ms_ = 0;
    rewrite_began_ms_ = steady_ms();
    environment_.snapshots.submit(std::make_shared<Rewrite>(*this, next_base()));
    spdlog::info("Background append only file rewriting started");
}

/// In the exclusive lane: what has been logged is in the old files, what comes goes into a new one.
void AppendOnly::cut(Rewrite& job) {
    const std::lock_guard lock(mutex_);
    cut_taken_ = true;
    EffectLog& log = environment_.server.log();
    const State state = state_.load();
    if (state == State::off) return;
    job.first = state == State::waiting;
    if (suspended_) {
        job.failed = "the data is being replaced";
        return;
    }
    if (job.first) {
        if (!log.active()) log.activate(log.end());
        reader_ = log.open(log.end(), 0);
        written_.store(log.end());
        synced_.store(log.end());
        closed_bytes_ = 0;
    } else {
        write_until(log.end());
        if (always_.load()) sync_now();
        if (write_failed_) job.failed = "the append-only file cannot be written";
    }
    if (job.failed.empty()) job.failed = begin_increment(!job.first);
    if (!job.failed.empty()) {
        if (job.first) reader_.reset();
        return;
    }
    job.first_increment = increment_.sequence;
    if (job.first) state_.store(State::building);
}

/// The new base takes the place of all before the cut. Requires: the lock.
std::string AppendOnly::adopt(const Rewrite& job) {
    AofManifest next;
    next.base = job.base;
    next.history = manifest_.history;
    if (manifest_.base) next.history.push_back(*manifest_.base);
    for (const AofManifest::File& file : manifest_.increments) {
        const bool stays =
            job.first_increment != 0 && !job.first && file.sequence >= job.first_increment;
        (stays ? next.increments : next.history).push_back(file);
    }
    if (job.first) next.increments = {increment_};
    if (const auto error = next.write(manifest_path(), true)) return *error;
    const bool dropped = drop_history(next);
    manifest_ = std::move(next);
    // The files are gone already: at worst their names are looked for once more.
    if (dropped) {
        if (const auto error = manifest_.write(manifest_path(), false)) spdlog::warn("{}", *error);
    }
    closed_bytes_ = size_of(*manifest_.base);
    for (const AofManifest::File& file : manifest_.increments) {
        if (file.sequence != increment_.sequence) closed_bytes_ += size_of(file);
    }
    base_bytes_ = size();
    return {};
}

void AppendOnly::rewritten(const Rewrite& job, std::string error) {
    const std::lock_guard lock(mutex_);
    rewriting_ = false;
    last_rewrite_s_ = (steady_ms() - rewrite_began_ms_) / 1000;
    const State wanted = job.first ? State::building : state_.load();
    if (error.empty() && (job.first_increment != 0) && state_.load() != wanted)
        error = "appendonly was turned off meanwhile";
    if (error.empty()) error = adopt(job);
    if (!error.empty()) {
        ::unlink(path_of(job.base.name).c_str());
        return rewrite_failed(error);
    }
    if (job.first) state_.store(State::on);
    ++rewrites_;
    failures_ = 0;
    last_rewrite_ok_ = true;
    spdlog::info("Background AOF rewrite finished successfully");
    // It was begun while there was no append-only file; the first base of the one that has been
    // turned on meanwhile is still to come.
    if (state_.load() == State::waiting) start_rewrite();
}

/// Requires: the lock.
void AppendOnly::rewrite_failed(const std::string& error) {
    const bool flushed = error == kAllFlushed || error == kDatabaseFlushed;
    if (!flushed) {
        ++failures_;
        last_rewrite_ok_ = false;
    }
    if (stopped_.load()) return;
    spdlog::log(flushed ? spdlog::level::info : spdlog::level::warn,
                "Background AOF rewrite {}: {}", flushed ? "begins anew" : "terminated", error);
    if (state_.load() == State::building) {
        forget_file();
        state_.store(State::waiting);
    }
    const std::uint64_t tries = flushed ? 0 : std::min<std::uint64_t>(failures_, 60);
    retry_at_ms_ = steady_ms() + kRetryMs * static_cast<std::int64_t>(tries);
}

void AppendOnly::tick(std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    if (rewriting_ || suspended_ || !enabled() || environment_.server.loading()) return;
    if (retry_at_ms_ != 0) {
        if (now_ms >= retry_at_ms_) start_rewrite();
        return;
    }
    if (state_.load() == State::waiting) return start_rewrite();
    const Config& config = environment_.server.config();
    const std::int64_t percentage = config.auto_aof_rewrite_percentage.load();
    const std::uint64_t now = size();
    if (percentage == 0 || environment_.saving() ||
        now <= static_cast<std::uint64_t>(config.auto_aof_rewrite_min_size.load())) {
        return;
    }
    const std::uint64_t base = std::max<std::uint64_t>(base_bytes_, 1);
    const std::uint64_t growth = now * 100 / base;
    if (growth < 100 + static_cast<std::uint64_t>(percentage)) return;
    spdlog::info("Starting automatic rewriting of AOF on {}% growth", growth - 100);
    start_rewrite();
}

void AppendOnly::info(std::string& out) const {
    const auto line = [&out](const char* name, const std::string& value) {
        out += std::string(name) + ':' + value + "\r\n";
    };
    const auto number = [&line](const char* name, auto value) {
        line(name, std::to_string(value));
    };
    const std::lock_guard lock(mutex_);
    const bool running = rewriting_ && cut_taken_;
    number("aof_enabled", enabled() ? 1 : 0);
    number("aof_rewrite_in_progress", running ? 1 : 0);
    number("aof_rewrite_scheduled", rewriting_ && !cut_taken_ ? 1 : 0);
    number("aof_last_rewrite_time_sec", last_rewrite_s_);
    number("aof_current_rewrite_time_sec",
           running ? (steady_ms() - rewrite_began_ms_) / 1000 : std::int64_t{-1});
    line("aof_last_bgrewrite_status", last_rewrite_ok_ ? "ok" : "err");
    number("aof_rewrites", rewrites_);
    number("aof_rewrites_consecutive_failures", failures_);
    line("aof_last_write_status", write_failed_ ? "err" : "ok");
    number("aof_last_cow_size", 0);
    number("module_fork_in_progress", 0);
    number("module_fork_last_cow_size", 0);
    if (!enabled()) return;
    number("aof_current_size", size());
    number("aof_base_size", base_bytes_);
    number("aof_pending_rewrite", 0);
    number("aof_buffer_length",
           file_ ? environment_.server.log().end() - written_.load() : std::uint64_t{0});
    number("aof_pending_bio_fsync", 0);
    number("aof_delayed_fsync", 0);
}

}  // namespace millpond::engine
