// SPDX-License-Identifier: Apache-2.0
//
// maxmemory-clients: when the clients' buffers are larger in all, the largest connections are
// closed until the rest fit. Clients with CLIENT NO-EVICT are spared. Looked at every 100 ms, on
// the control thread.
#pragma once

namespace millpond::engine {

class Server;

void evict_clients(Server& server);

}  // namespace millpond::engine
