// SPDX-License-Identifier: Apache-2.0
//
// Who connected to each cluster, and who was refused, as the nodes last counted it. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "admin-api/nodes/fleet.h"

namespace millpond::admin {

class SourceBoard {
public:
    /// Replaces what is known of every node that the counts name.
    void take(const std::vector<SourceCount>& counts) {
        std::map<std::string, std::vector<SourceCount>> by_node;
        for (const auto& count : counts) by_node[count.node].push_back(count);
        std::lock_guard lock(mutex_);
        for (auto& [node, list] : by_node) by_node_[node] = std::move(list);
    }
    std::vector<SourceCount> of(const std::string& node) const {
        std::lock_guard lock(mutex_);
        const auto at = by_node_.find(node);
        return at == by_node_.end() ? std::vector<SourceCount>{} : at->second;
    }
    void forget_node(const std::string& node) {
        std::lock_guard lock(mutex_);
        by_node_.erase(node);
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::vector<SourceCount>> by_node_;
};

}  // namespace millpond::admin
