// SPDX-License-Identifier: Apache-2.0
//
// LATENCY GRAPH: an event's times as a picture of characters, four lines high, each column one
// second's longest, with its age written downwards beneath. A pure function.
#pragma once

#include <string>

#include "engine/server/latency_monitor.h"

namespace millpond::engine {

/// Requires: the event has a sample.
std::string latency_graph_of(const LatencyMonitor::Event& event, std::int64_t now_seconds);

}  // namespace millpond::engine
