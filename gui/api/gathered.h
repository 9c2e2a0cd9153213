// SPDX-License-Identifier: Apache-2.0
//
// Changes of one kind of resource, gathered between two deliveries: the latest state per id wins.
// While a list is being read the changes wait, and what the list already contains is dropped
// afterwards, so that an old list never undoes a newer change. UI thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gui/api/backend.h"

namespace millpond::console {

template <class T>
class Gathered {
public:
    void upsert(const std::string& id, T object, std::int64_t revision) {
        put(id, {std::move(object), revision});
    }
    void remove(const std::string& id, std::int64_t revision) { put(id, {std::nullopt, revision}); }

    /// Between these two, take() gives nothing.
    void listAsked() { ++awaited_; }
    void listArrived(std::optional<std::int64_t> revision) {
        --awaited_;
        if (!revision) return;
        std::erase_if(latest_,
                      [&](const auto& entry) { return entry.second.revision <= *revision; });
    }

    Batch<T> take() {
        Batch<T> batch;
        if (awaited_ > 0) return batch;
        for (const std::string& id : order_) {
            auto node = latest_.extract(id);
            if (!node) continue;
            if (node.mapped().object)
                batch.upserts.push_back(std::move(*node.mapped().object));
            else
                batch.removed.push_back(id);
        }
        order_.clear();
        return batch;
    }

private:
    struct Change {
        std::optional<T> object;  ///< absent: deleted
        std::int64_t revision = 0;
    };

    void put(const std::string& id, Change change) {
        const auto [it, fresh] = latest_.insert_or_assign(id, std::move(change));
        if (fresh) order_.push_back(id);
    }

    std::map<std::string, Change> latest_;
    std::vector<std::string> order_;  ///< of first arrival; may name an id twice or in vain
    int awaited_ = 0;
};

}  // namespace millpond::console
