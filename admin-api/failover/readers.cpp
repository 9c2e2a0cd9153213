// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "admin-api/failover/context.h"

namespace millpond::admin::failover {

namespace {

/// Its lag as the primary sees it; a replica that the primary does not list yet is taken at its
/// word.
bool lags(const State& state, const Node& node) {
    const Node* primary = state.primary_node();
    if (!primary) return false;
    const auto& seen = primary->report.replicas;
    return std::any_of(seen.begin(), seen.end(), [&](const ReplicaReport& replica) {
        return replica.node == node.id && replica.lag_ms > kReaderLagMsMax;
    });
}

bool may_read(const State& state, const Node& node) {
    return node.wanted && usable(node) && !node.reboot && !node.sealed &&
           node.missed < kMissedProbesMax && node.report.role == Role::replica &&
           node.report.link == Link::up && !lags(state, node);
}

std::vector<std::string> eligible(const State& state) {
    std::vector<std::string> ids;
    for (const Node& node : state.nodes) {
        if (node.id != state.primary && may_read(state, node)) ids.push_back(node.id);
    }
    if (ids.empty() && confirmed_primary(state)) ids.push_back(state.primary);
    std::sort(ids.begin(), ids.end());
    return ids;
}

bool can_serve(const State& state, const std::string& id) {
    const Node* node = state.find(id);
    return node && usable(*node);
}

std::vector<std::string> living_owners(const State& state) {
    std::vector<std::string> ids;
    for (const std::string& id : state.readers) {
        if (can_serve(state, id)) ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

}  // namespace

/// While nobody is eligible (a failover is under way), the old owners that still live go on, for
/// the dead ones too: stale reads beat none. A socket without any owner only queues.
void deal_readers(Context& context) {
    State& state = context.state;
    const auto ids = eligible(state);
    const auto living = ids.empty() ? living_owners(state) : ids;
    std::vector<std::string> owners(kReaders);
    for (std::size_t i = 0; i < kReaders && !living.empty(); ++i) {
        const bool keep =
            ids.empty() && i < state.readers.size() && can_serve(state, state.readers[i]);
        owners[i] = keep ? state.readers[i] : living[i % living.size()];
    }
    if (owners == state.readers) return;
    state.readers = owners;
    context.act(DealReaders{std::move(owners)});
}

}  // namespace millpond::admin::failover
