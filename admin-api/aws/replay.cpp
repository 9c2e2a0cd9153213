// SPDX-License-Identifier: Apache-2.0
#include "admin-api/aws/replay.h"

namespace millpond::admin::aws {
namespace {
constexpr std::int64_t replay_ms = std::chrono::milliseconds(replay_time).count();
}

std::optional<AwsResponse> Replay::find(const std::string& id, const std::string& request,
                                        std::int64_t now_ms) {
    if (id.empty()) return std::nullopt;
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_)
        if (entry.id == id && entry.request == request && now_ms - entry.time_ms < replay_ms)
            return entry.answer;
    return std::nullopt;
}

void Replay::keep(const std::string& id, const std::string& request, const AwsResponse& answer,
                  std::int64_t now_ms) {
    if (id.empty()) return;
    const std::lock_guard lock(mutex_);
    entries_.push_back({id, request, answer, now_ms});
    while (entries_.size() > replay_answers_max || now_ms - entries_.front().time_ms >= replay_ms)
        entries_.pop_front();
}

}  // namespace millpond::admin::aws
