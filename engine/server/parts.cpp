// SPDX-License-Identifier: Apache-2.0
#include "engine/server/parts.h"

#include <sys/resource.h>

#include "engine/keyspace/keyspace.h"
#include "engine/lanes/gate.h"
#include "engine/log/effect_log.h"
#include "engine/memory/account.h"
#include "engine/net/network.h"
#include "engine/server/config.h"
#include "engine/server/pause.h"
#include "engine/server/server.h"
#include "engine/server/statistics.h"

#ifdef MILLPOND_HAS_MANAGEMENT
#include "engine/management/management.h"
#endif
#ifdef MILLPOND_HAS_REPLICATION
#include "engine/replication/replication.h"
#endif

namespace millpond::engine {

void hold_liveness_if_managed(const Config& config) {
#ifdef MILLPOND_HAS_MANAGEMENT
    if (config.millpond_liveness_fd >= 0) hold_liveness(static_cast<int>(config.millpond_liveness_fd.load()));
#else
    static_cast<void>(config);
#endif
}

struct Parts::State {
    explicit State(Server& s) : server(s) {}

    Server& server;
#ifdef MILLPOND_HAS_REPLICATION
    std::unique_ptr<Replication> replication = std::make_unique<Replication>(server);
#endif
#ifdef MILLPOND_HAS_MANAGEMENT
    std::unique_ptr<Management> management;
#endif
};

Parts::Parts(Server& server) : state_(std::make_unique<State>(server)) {}

Parts::~Parts() = default;

void Parts::start() {
#ifdef MILLPOND_HAS_REPLICATION
    state_->replication->start();
#endif
}

void Parts::stop() {
#ifdef MILLPOND_HAS_REPLICATION
    state_->replication->stop();
#endif
}

}  // namespace millpond::engine
