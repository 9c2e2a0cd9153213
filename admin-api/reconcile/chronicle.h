// SPDX-License-Identifier: Apache-2.0
//
// Tells what happens to running nodes: live state, events in AWS's words, and an operation for each
// failover and recovery that nobody asked for. Belongs to the reconciler's thread.
#pragma once

#include <map>
#include <set>
#include <string>

#include "admin-api/control/catalog.h"
#include "admin-api/nodes/fleet.h"

namespace millpond::admin {

class Chronicle {
public:
    explicit Chronicle(Catalog& catalog) : catalog_(catalog) {}

    void take(const NodeView& view);
    void take(const FailoverReport& report);
    /// After an adoption: ends the operations of its own that ended while no daemon was looking.
    void close_stale(const std::string& cluster);

    /// Ends what is told of a node, or of a whole cluster, that is being deleted: nobody will
    /// report of it any more, and another may be given its name.
    void forget_node(Draft& draft, const std::string& node);
    void forget_cluster(Draft& draft, const ClusterRecord& cluster);

    /// The events of a failover that came to its end; the old primary's return is awaited and told.
    void tell_failover(Draft& draft, const FailoverReport& report);

private:
    void begin_recovery(Draft& draft, const std::string& cluster, const std::string& node);
    void end_recovery(Draft& draft, const std::string& cluster, const std::string& node);
    void fail_recovery(Draft& draft, const std::string& node, const std::string& why);
    void take_unplanned(Draft& draft, const FailoverReport& report);
    void tell_return(Draft& draft, const NodeView& view);
    bool fails_over_by_itself(const State& state, const std::string& cluster,
                              const LiveNode& was) const;

    Catalog& catalog_;
    /// Nodes that were switched away from in order, until they are replicas again.
    std::set<std::string> returning_;
    /// Lost primaries whose recovery is told after the failover that it caused.
    std::set<std::string> held_back_;
};

}  // namespace millpond::admin
