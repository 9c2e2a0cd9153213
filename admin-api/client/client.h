// SPDX-License-Identifier: Apache-2.0
//
// The client of /v1 that `millpondctl` and the console share: requests and the event stream, over
// the daemon's unix socket or over TCP with a bearer token.
//
// A Client owns one thread and one io_context. Every member function but stop() and the destructor
// may be called from any thread, callbacks included, and returns at once. Every callback is called
// on the client's own thread, exactly once per request, and must not block it; a callback whose
// request is still under way when the client stops is destroyed without being called.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin-api/schema/cluster.h"
#include "admin-api/schema/history.h"
#include "admin-api/schema/keys.h"
#include "admin-api/schema/network.h"
#include "admin-api/schema/result.h"

namespace millpond::admin {

/// Where the daemon is: a unix socket, or, when `socket_path` is empty, a TCP listener with its
/// token.
struct ClientOptions {
    std::string socket_path;
    std::string host = "127.0.0.1";
    std::uint16_t port = 4566;
    std::string token;
    std::string program = "millpond-client";  ///< the User-Agent
};

/// A 2xx answer. Header names are in lower case. `json` is null for an empty body.
struct Reply {
    int status = 0;
    boost::json::value json;
    std::map<std::string, std::string> headers;
};

/// A list and the revision of the state it was read from: pass that to stream() to miss nothing.
template <class T>
struct Listed {
    schema::Revision revision = 0;
    std::vector<T> items;
};

/// One message of the event stream, as admin-api/schema/API.md names them.
struct StreamEvent {
    std::string
        type;  ///< hello, cluster, security-group, operation, event, metrics, heartbeat, reset
    std::optional<schema::Revision> revision;
    boost::json::value data;
};

struct StreamState {
    bool connected = false;
    std::chrono::system_clock::time_point since;  ///< when it became so
    std::string reason;                           ///< while disconnected: why, as a sentence
};

struct StreamHandlers {
    std::function<void(const StreamEvent&)> on_event;
    std::function<void(const StreamState&)> on_state;  ///< on every change, and first of all
};

/// What goes wrong on the way has `http_status` 0 and one of these codes; all else is the daemon's
/// Error.
inline constexpr std::string_view daemon_not_running = "DaemonNotRunning";
inline constexpr std::string_view daemon_unreachable = "DaemonUnreachable";
inline constexpr std::string_view daemon_timeout = "DaemonTimeout";
inline constexpr std::string_view daemon_bad_answer = "DaemonBadAnswer";
inline constexpr std::string_view client_too_busy = "ClientTooBusy";

class Client {
public:
    template <class T>
    using Answer = std::function<void(Result<T>)>;

    explicit Client(ClientOptions options);
    /// Stops. Requires: not on the client's own thread.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Any request. A change (all but GET) carries a fresh Idempotency-Key, so that it can be sent
    /// a second time when the connection broke before the answer came. An answer that is not 2xx
    /// arrives as the daemon's Error. `target` is "/v1/..." with its parts already percent-encoded.
    void request(std::string method, std::string target, std::optional<boost::json::value> body,
                 Answer<Reply> done, std::optional<schema::Revision> if_match = {});

    /// Follows the event stream until the client stops: reconnects with a growing pause, and
    /// resumes after the last revision seen. After a `reset` event the lists must be read again.
    void stream(std::optional<schema::Revision> after, StreamHandlers handlers);

    /// Cancels everything and ends the thread. Requires: not on the client's own thread.
    void stop();

    // One call per route, in the order of API.md.
    void info(Answer<schema::DaemonInfo> done);
    void clusters(Answer<Listed<schema::Cluster>> done);
    void cluster(std::string_view id, Answer<schema::Cluster> done);
    void create_cluster(const schema::CreateCluster& body, Answer<schema::Operation> done);
    void modify_cluster(std::string_view id, const schema::ModifyCluster& body,
                        Answer<schema::Operation> done,
                        std::optional<schema::Revision> if_match = {});
    void delete_cluster(std::string_view id, Answer<schema::Operation> done);
    void failover(std::string_view id, const schema::FailoverRequest& body,
                  Answer<schema::Operation> done);
    void reboot(std::string_view id, const schema::RebootRequest& body,
                Answer<schema::Operation> done);
    void set_tags(std::string_view id, const std::vector<schema::Tag>& tags,
                  Answer<schema::Cluster> done);
    void sources(std::string_view cluster, Answer<Listed<schema::ConnectionSource>> done);

    /// `names` are members of NodeMetrics; none means all. Times are Unix milliseconds.
    struct MetricsQuery {
        std::vector<std::string> names;
        std::optional<std::int64_t> from_ms;
        std::optional<std::int64_t> to_ms;
        std::optional<std::int64_t> step_ms;
    };
    void metrics(std::string_view cluster, const MetricsQuery& query,
                 Answer<Listed<schema::MetricSeries>> done);
    void latest_metrics(Answer<Listed<schema::NodeMetrics>> done);

    struct KeysQuery {
        std::string cursor = "0";
        std::string match;
        std::string type;
        int count = 100;
        int db = 0;
    };
    void keys(std::string_view cluster, const KeysQuery& query, Answer<schema::KeyPage> done);

    /// `key` is in base64, as KeySummary gives it.
    struct ValueQuery {
        std::string key;
        int db = 0;
        std::int64_t offset = 0;
        int count = 100;
    };
    void value(std::string_view cluster, const ValueQuery& query, Answer<schema::KeyValue> done);
    void exec(std::string_view node, const schema::ExecRequest& body,
              Answer<boost::json::value> done);

    void node_types(Answer<Listed<schema::NodeType>> done);
    void vpcs(Answer<Listed<schema::Vpc>> done);
    void subnets(Answer<Listed<schema::Subnet>> done);

    void security_groups(Answer<Listed<schema::SecurityGroup>> done);
    void security_group(std::string_view id, Answer<schema::SecurityGroup> done);
    void create_security_group(const schema::CreateSecurityGroup& body,
                               Answer<schema::SecurityGroup> done);
    void delete_security_group(std::string_view id, Answer<Reply> done);
    void authorize_inbound(std::string_view id, const schema::AuthorizeInbound& body,
                           Answer<schema::SecurityGroup> done);
    void revoke_inbound(std::string_view id, std::string_view rule,
                        Answer<schema::SecurityGroup> done);
    void reachability(const schema::ReachabilityQuery& body, Answer<schema::Reachability> done);

    struct EventsQuery {
        std::string source;
        std::string cluster;
        std::optional<std::int64_t> after_id;
        std::optional<int> limit;
    };
    void events(const EventsQuery& query, Answer<Listed<schema::Event>> done);
    void operations(std::string_view target, std::optional<int> limit,
                    Answer<Listed<schema::Operation>> done);
    void operation(std::string_view id, Answer<schema::Operation> done);
    void audit(std::optional<int> limit, Answer<Listed<schema::AuditEntry>> done);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace millpond::admin
