// SPDX-License-Identifier: Apache-2.0
//
// maxmemory-clients: when the clients' buffers are larger in all, the largest connections are
// closed until the rest fit. Clients with CLIENT NO-EVICT are spared. Looked at every 100 ms and
// when one has grown, on the control thread, and before anybody is told of clients. Any thread.
#pragma once

namespace millpond::engine {

class Server;

void evict_clients(Server& server);

}  // namespace millpond::engine
