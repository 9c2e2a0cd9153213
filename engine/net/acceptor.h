// SPDX-License-Identifier: Apache-2.0
//
// Listeners, and the thread that accepts on them: it checks who comes before a byte is read, and
// deals connections to the I/O threads. It waits for no lane, so that clients are accepted and
// refused while a long command runs. A second thread looks up who was refused and resets the
// connection then. All functions may be called from any thread.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/net/access_rules.h"
#include "engine/net/connection.h"
#include "engine/net/source_table.h"
#include "engine/net/tcp_address.h"
#include "engine/server/control.h"

namespace millpond::engine {

class Network;

class Acceptor {
public:
    Acceptor(Server& server, Network& network);
    ~Acceptor();
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;

    /// Binds what the configuration says; throws std::runtime_error naming the address.
    void open_configured();
    /// Binds what "bind" and "port" say now, and closes what they do not say any more. False, and
    /// why is in the log, when that cannot be: what was there before and is not in the way of the
    /// new stays, and the rest comes back with the next call. Requires: the exclusive lane.
    bool reopen_tcp();
    void start();
    void stop();
    /// Nobody can connect from here on, but to what was handed over, which is not ours to close.
    /// Any thread.
    void refuse_more();

    void listen(NetworkControl::Listener listener);
    bool set_active(const std::string& name, bool active);
    void set_active(NetworkControl::Kind kind, bool active);
    bool unlisten(const std::string& name);
    std::vector<NetworkControl::Listener> listeners();
    bool set_rules(std::uint64_t revision, const std::vector<std::string>& vpc,
                   const std::vector<std::string>& allowed);
    bool allowed(const std::string& address);
    std::vector<NetworkControl::Source> sources() { return sources_.all(); }

private:
    static constexpr std::size_t kLookupsMax =
        256;  ///< refused connections that wait for their reset
    static constexpr int kAcceptsPerTurn = 64;

    struct Listening {
        std::uint64_t key = 0;  ///< epoll's data; never used twice
        Session::Via via = Session::Via::tcp;
        NetworkControl::Listener listener;
        TcpAddress address{};  ///< of our own TCP listeners
    };
    struct Refused {
        int fd;
        std::string address;
        sockaddr_storage from, to;
    };

    void run();
    void accept_on(std::uint64_t key);
    void admit(int fd, Session::Via via, NetworkControl::Kind kind, const std::string& name,
               const sockaddr_storage& from, const std::shared_ptr<const AccessRules>& rules);
    void refuse(int fd, const std::string& address, std::string_view reason,
                const sockaddr_storage& from, const sockaddr_storage& to);
    void look_up_refused();
    void add(int fd, Session::Via via, NetworkControl::Listener listener, TcpAddress address = {});
    void remove(std::vector<Listening>::iterator listening);
    void watch(Listening& listening, bool active);
    void open_tcp(const std::vector<TcpAddress>& addresses);
    void open_unix(const std::string& path, int mode);

    Server& server_;
    Network& network_;
    SourceTable sources_;
    int epoll_ = -1;
    int wake_ = -1;
    std::atomic<bool> stopping_{false};
    std::thread thread_;

    std::mutex mutex_;
    std::uint64_t next_key_ = 1;
    std::vector<Listening> listening_;
    std::shared_ptr<const AccessRules> rules_;  ///< shared with the checks under way
    std::vector<std::string> unix_paths_;       ///< to be removed at the end

    std::mutex refused_mutex_;
    std::condition_variable refused_ready_;
    std::deque<Refused> refused_;
    std::thread lookup_thread_;
};

}  // namespace millpond::engine
