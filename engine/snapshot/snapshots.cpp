// SPDX-License-Identifier: Apache-2.0
#include "engine/snapshot/snapshots.h"

#include <pthread.h>

namespace millpond::engine {

Snapshots::Snapshots(Keyspace& keyspace, Gate& gate, SnapshotWalker::SetHook set_hook)
    : gate_(gate), walker_(keyspace, gate, std::move(set_hook)), thread_([this] { run(); }) {}

Snapshots::~Snapshots() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    walker_.abort("the server is shutting down");
    thread_.join();
}

void Snapshots::submit(std::shared_ptr<SnapshotJob> job) {
    if (job->for_replicas) syncs_.fetch_add(1);
    {
        std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
}

void Snapshots::abort(std::string why) {
    walker_.abort(std::move(why));
}

void Snapshots::run() {
    ::pthread_setname_np(::pthread_self(), "snapshots");
    const auto flag = gate_.join("snapshot");
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        const auto job = std::move(jobs_.front());
        jobs_.pop_front();
        const bool stopping = stop_;
        lock.unlock();
        if (stopping) {
            job->done("the server is shutting down");
        } else {
            take(*job, *flag);
        }
        if (job->for_replicas) syncs_.fetch_sub(1);
        lock.lock();
    }
}

void Snapshots::take(SnapshotJob& job, GateFlag& flag) {
    std::vector<std::string> functions;
    std::string refused;
    gate_.run_exclusive(flag, "snapshot", [&] {
        if (refusal_) refused = refusal_();
        if (!refused.empty()) return;
        if (job.options.keys) walker_.cut(job.options);
        if (functions_ && job.options.functions) functions = functions_();
        job.at_cut();
    });
    if (!refused.empty()) return job.done(refused);
    const auto head = EntryWriter::make(job.options);
    head->begin(job.aux(), functions);
    std::string error;
    if (!job.write(head->chunk().bytes)) error = job.error();
    if (job.options.keys) {
        if (!error.empty()) walker_.abort(error);
        error = walker_.walk(flag, job);
    }
    const auto tail = EntryWriter::make(job.options);
    tail->end();
    if (error.empty() && !job.write(tail->chunk().bytes)) error = job.error();
    job.done(error);
}

}  // namespace millpond::engine
