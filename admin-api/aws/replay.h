// SPDX-License-Identifier: Apache-2.0
//
// The answers of recent changes, by the SDK's invocation id: a change that is sent again because
// its answer was lost gets that answer, and is not judged anew ("the rule does not exist", "no
// change is required"). What must survive a restart is kept by the use cases, by the same key. Any
// thread.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "admin-api/aws/handler.h"

namespace millpond::admin::aws {

inline constexpr std::chrono::minutes replay_time{5};
inline constexpr std::size_t replay_answers_max = 256;

class Replay {
public:
    /// `request` is the body: the same id with another body is another request.
    std::optional<AwsResponse> find(const std::string& id, const std::string& request,
                                    std::int64_t now_ms);
    void keep(const std::string& id, const std::string& request, const AwsResponse& answer,
              std::int64_t now_ms);

private:
    struct Entry {
        std::string id;
        std::string request;
        AwsResponse answer;
        std::int64_t time_ms;
    };
    std::mutex mutex_;
    std::deque<Entry> entries_;  // oldest first
};

}  // namespace millpond::admin::aws
