// SPDX-License-Identifier: Apache-2.0
#include "engine/management/role_keeper.h"

#include "resp/reply_writer.h"

namespace millpond::engine {

namespace {

/// A revoke posted when less is left of the pause may run after the pause has ended.
constexpr std::int64_t kPauseMarginMs = 20;

using resp::ReplyWriter;

std::string error(std::string_view message) {
    std::string out;
    ReplyWriter(out, ReplyWriter::Protocol::resp3).error(message);
    return out;
}

std::string ok() {
    return "+OK\r\n";
}

std::string offset_reply(std::uint64_t offset) {
    std::string out;
    ReplyWriter writer(out, ReplyWriter::Protocol::resp3);
    writer.array(1);
    writer.integer(static_cast<std::int64_t>(offset));
    return out;
}

std::string replid_reply(const std::string& replid) {
    std::string out;
    ReplyWriter writer(out, ReplyWriter::Protocol::resp3);
    writer.array(1);
    writer.bulk(replid);
    return out;
}

std::string history_reply(const History& history) {
    std::string out;
    ReplyWriter writer(out, ReplyWriter::Protocol::resp3);
    writer.map(4);
    writer.bulk("replid");
    writer.bulk(history.replid);
    writer.bulk("replid2");
    writer.bulk(history.replid2);
    writer.bulk("second_offset");
    writer.integer(static_cast<std::int64_t>(history.second_offset));
    writer.bulk("offset");
    writer.integer(static_cast<std::int64_t>(history.offset));
    return out;
}

const char* const stale_epoch = "STALEEPOCH a grant of this epoch or a higher one has been seen";

}  // namespace

Role RoleKeeper::role() const {
    return granted_ == Role::primary ? Role::primary : parts_.role.status().role;
}

History RoleKeeper::history() const {
    const RoleControl::Status status = parts_.role.status();
    History history = status.history;
    if (status.role != Role::primary && !parts_.log_active()) history.replid.clear();
    if (history.replid2.find_first_not_of('0') == std::string::npos) history.replid2.clear();
    return history;
}

void RoleKeeper::enqueue(Operation operation) {
    operations_.push_back(std::move(operation));
    if (!running_) run_next();
}

void RoleKeeper::run_next() {
    if (operations_.empty()) {
        running_ = false;
        return;
    }
    running_ = true;
    const Operation operation = std::move(operations_.front());
    operations_.pop_front();
    operation([this] { run_next(); });
}

void RoleKeeper::grant_primary(std::uint64_t epoch, Answer answer) {
    const bool again = granted_ == Role::primary && epoch == seen_;
    if (!again && epoch <= seen_) return answer(error(stale_epoch));
    seen_ = epoch;
    granted_ = Role::primary;
    sealed_ = false;
    enqueue([this, answer = std::move(answer)](std::function<void()> finished) {
        parts_.role.become_primary([this, answer, finished = std::move(finished)] {
            post_([this, answer, finished] {
                if (granted_ == Role::primary)
                    parts_.network.set_active(NetworkControl::Kind::primary, true);
                answer(replid_reply(parts_.role.status().history.replid));
                finished();
            });
        });
    });
}

void RoleKeeper::grant_replica(std::uint64_t epoch, PrimaryAddress primary, Answer answer) {
    const bool again = granted_ == Role::replica && epoch == seen_ && !sealed_;
    if (!again && epoch <= seen_) return answer(error(stale_epoch));
    const bool was_primary = granted_ == Role::primary;
    const bool following =
        again && primary.path == followed_path_ && parts_.role.status().link != "none";
    seen_ = epoch;
    granted_ = Role::replica;
    sealed_ = false;
    followed_path_ = primary.path;
    enqueue([this, primary = std::move(primary), was_primary, following,
             answer = std::move(answer)](std::function<void()> finished) {
        if (following) {
            answer(ok());
            return finished();
        }
        parts_.network.set_active(NetworkControl::Kind::primary, false);
        if (was_primary) parts_.network.close_accepted(NetworkControl::Kind::primary);
        parts_.role.follow(primary, [this, answer, finished = std::move(finished)] {
            post_([answer, finished] {
                answer(ok());
                finished();
            });
        });
    });
}

void RoleKeeper::pause(std::string operation, std::int64_t ms, Answer answer) {
    if (granted_ != Role::primary) return answer(error("ERR this node is no primary"));
    parts_.pause.pause(std::move(operation), ms, [this, answer = std::move(answer)](bool paused) {
        post_([this, answer, paused] {
            if (!paused) return answer(error("ERR the pause did not begin"));
            answer(offset_reply(parts_.role.status().history.offset));
        });
    });
}

void RoleKeeper::resume(std::string operation, Answer answer) {
    parts_.pause.resume(std::move(operation), [this, answer = std::move(answer)](bool) {
        post_([answer] { answer(ok()); });
    });
}

void RoleKeeper::revoke(std::string operation, std::uint64_t epoch, Answer answer) {
    if (epoch != 0 && epoch == revoked_epoch_) return answer(offset_reply(revoked_offset_));
    if (granted_ != Role::primary || epoch != seen_)
        return answer(error("ERR this node is not the primary of that epoch"));
    if (!parts_.pause.paused_by(operation) || parts_.pause.paused_ms_left() < kPauseMarginMs) {
        return answer(error("PAUSEEXPIRED the pause of this operation has ended"));
    }
    enqueue([this, operation, epoch, answer = std::move(answer)](std::function<void()> finished) {
        parts_.role.revoke(
            [this, operation, epoch, answer, finished = std::move(finished)](History history) {
                post_([this, operation, epoch, answer, finished, history] {
                    granted_ = Role::none;
                    revoked_epoch_ = epoch;
                    revoked_offset_ = history.offset;
                    parts_.network.set_active(NetworkControl::Kind::primary, false);
                    parts_.pause.drop_parked();
                    parts_.pause.resume(operation, [](bool) {});
                    parts_.network.close_accepted(NetworkControl::Kind::primary);
                    answer(offset_reply(history.offset));
                    finished();
                });
            });
    });
}

void RoleKeeper::seal(std::uint64_t epoch, Answer answer) {
    if (granted_ == Role::primary) return answer(error("ERR this node is the primary"));
    if (epoch < seen_) return answer(error(stale_epoch));
    seen_ = epoch;
    sealed_ = true;
    enqueue([this, answer = std::move(answer)](std::function<void()> finished) {
        if (parts_.role.status().role != Role::replica) {
            answer(history_reply(history()));
            return finished();
        }
        parts_.role.seal([this, answer, finished = std::move(finished)](History) {
            post_([this, answer, finished] {
                answer(history_reply(history()));
                finished();
            });
        });
    });
}

}  // namespace millpond::engine
