// SPDX-License-Identifier: Apache-2.0
//
// Whose data this node has: the id of the history that its log continues, and the one it continued
// before (until which offset), so that siblings of a promoted replica need no full sync. Changed in
// the exclusive lane only; read by any thread under a mutex that is never held across anything.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "engine/log/effect_log.h"

namespace millpond::engine {

class HistoryIds {
public:
    struct Ids {
        std::string replid;
        std::string replid2 = std::string(40, '0');
        std::int64_t second_offset =
            -1;  ///< the first offset that replid2 does not cover, 1-based as in PSYNC
    };

    HistoryIds();

    Ids get() const;
    /// A history of its own: what came before it cannot be continued.
    void start_anew();
    /// Goes on with the same data under a new id, after `end`: a promotion.
    void branch(LogOffset end);
    /// The primary's history, from a full sync.
    void adopt(std::string replid);
    /// The primary goes on under another id (it was promoted): ours becomes the second.
    void renamed(std::string replid, LogOffset end);

    /// 40 random hex digits.
    static std::string random_id();

private:
    mutable std::mutex mutex_;
    Ids ids_;
};

}  // namespace millpond::engine
