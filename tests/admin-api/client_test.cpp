// SPDX-License-Identifier: Apache-2.0
//
// The client of /v1 against a scripted daemon on a unix socket: what it sends, how it reads errors,
// how it resends a change, how its stream reconnects and resumes.
#include <QtTest>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "admin-api/client/client.h"
#include "admin-api/client/location.h"
#include "admin-api/client/sse.h"
#include "admin-api/client/url.h"

using namespace millpond::admin;
namespace http = boost::beast::http;
namespace asio = boost::asio;
using Local = asio::local::stream_protocol;
using Request = http::request<http::string_body>;

namespace {

/// Accepts connections one after the other; each is answered by `script`, which writes raw bytes.
class ScriptedDaemon {
public:
    using Script = std::function<void(Local::socket&, const Request&)>;

    ScriptedDaemon(const std::string& path, Script script)
        : acceptor_(io_, Local::endpoint(path)),
          script_(std::move(script)),
          thread_([this] { run(); }) {}
    ~ScriptedDaemon() {
        stopping_ = true;
        boost::system::error_code ignored;
        Local::socket wake(io_);
        wake.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }

    std::vector<Request> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    void run() {
        for (;;) {
            auto socket = acceptor_.accept();
            if (stopping_) return;
            boost::beast::flat_buffer buffer;
            Request request;
            boost::system::error_code why;
            http::read(socket, buffer, request, why);
            if (why) continue;
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            script_(socket, request);
        }
    }

    asio::io_context io_;
    Local::acceptor acceptor_;
    Script script_;
    std::mutex mutex_;
    std::vector<Request> requests_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

void reply(Local::socket& socket, int status, const std::string& body) {
    http::response<http::string_body> response;
    response.result(static_cast<unsigned>(status));
    response.body() = body;
    response.prepare_payload();
    http::write(socket, response);
}

void send(Local::socket& socket, const std::string& text) {
    asio::write(socket, asio::buffer(text));
}

void begin_stream(Local::socket& socket) {
    send(
        socket,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
}

void send_chunk(Local::socket& socket, const std::string& text) {
    std::ostringstream size;
    size << std::hex << text.size();
    send(socket, size.str() + "\r\n" + text + "\r\n");
}

template <class T>
Result<T> wait_for(const std::function<void(Client::Answer<T>)>& start) {
    std::promise<Result<T>> promise;
    start([&](Result<T> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
}

const std::string cluster_list = R"({"revision": 7, "items": []})";

}  // namespace

class ClientTest : public QObject {
    Q_OBJECT

private slots:
    void init();
    void saysHowToStartTheDaemon();
    void readsListsWithTheirRevision();
    void passesOnTheDaemonsError();
    void resendsAChangeOnceWithTheSameKey();
    void changesCarryKeysOfTheirOwn();
    void namesWhatItCannotRead();
    void stopsWithRequestsUnderWay();
    void refusesToSendTheTokenElsewhere();
    void streamResumesAfterTheLastRevision();
    void streamStartsAnewAfterAReset();
    void streamTellsWhyItIsDisconnected();
    void readsServerSentEventsInAnyPieces();
    void encodesPathsAndQueries();
    void findsTheStateFolder();

private:
    ClientOptions options() const {
        ClientOptions out;
        out.socket_path = path_;
        return out;
    }

    std::unique_ptr<QTemporaryDir> dir_;
    std::string path_;
};

void ClientTest::init() {
    dir_ = std::make_unique<QTemporaryDir>();
    path_ = dir_->filePath("admin.sock").toStdString();
}

void ClientTest::saysHowToStartTheDaemon() {
    Client client(options());
    const auto result =
        wait_for<schema::DaemonInfo>([&](auto done) { client.info(std::move(done)); });
    QVERIFY(!result);
    QCOMPARE(result.error().code, std::string(daemon_not_running));
    QCOMPARE(result.error().http_status, 0);
    QVERIFY(result.error().message.find("millpond-admin") != std::string::npos);
}

void ClientTest::readsListsWithTheirRevision() {
    ScriptedDaemon daemon(path_, [](auto& socket, const auto&) {
        // A member that this client does not know comes from a newer daemon, and is skipped.
        reply(socket, 200,
              R"({"revision": 7, "items": [{"name": "cache.x", "max_memory": 5, "new": 1}]})");
    });
    Client client(options());
    const auto list =
        wait_for<Listed<schema::NodeType>>([&](auto done) { client.node_types(std::move(done)); });
    QVERIFY(list.has_value());
    QCOMPARE(list.value().revision, 7);
    QCOMPARE(list.value().items.at(0).name, std::string("cache.x"));
    QCOMPARE(std::string(daemon.requests().at(0).target()), std::string("/v1/node-types"));
}

void ClientTest::passesOnTheDaemonsError() {
    ScriptedDaemon daemon(path_, [](auto& socket, const auto&) {
        reply(
            socket, 404,
            R"({"error": {"code": "ReplicationGroupNotFoundFault", "message": "m", "field": "f"}})");
    });
    Client client(options());
    const auto result =
        wait_for<schema::Cluster>([&](auto done) { client.cluster("a/b", std::move(done)); });
    QVERIFY(!result);
    QCOMPARE(result.error().code, std::string("ReplicationGroupNotFoundFault"));
    QCOMPARE(result.error().field, std::string("f"));
    QCOMPARE(result.error().http_status, 404);
    QCOMPARE(std::string(daemon.requests().at(0).target()), std::string("/v1/clusters/a%2Fb"));
}

void ClientTest::resendsAChangeOnceWithTheSameKey() {
    int seen = 0;
    ScriptedDaemon daemon(path_, [&](auto& socket, const auto&) {
        if (++seen == 1) return;  // killed before it answered
        reply(socket, 200, "{}");
    });
    Client client(options());
    const auto result =
        wait_for<Reply>([&](auto done) { client.delete_security_group("sg-1", std::move(done)); });
    QVERIFY(result.has_value());
    const auto requests = daemon.requests();
    QCOMPARE(requests.size(), std::size_t(2));
    QVERIFY(!requests[0]["Idempotency-Key"].empty());
    QCOMPARE(std::string(requests[0]["Idempotency-Key"]),
             std::string(requests[1]["Idempotency-Key"]));
}

void ClientTest::changesCarryKeysOfTheirOwn() {
    ScriptedDaemon daemon(path_, [&](auto& socket, const auto&) { reply(socket, 200, "{}"); });
    Client client(options());
    const auto send = [&](const char* method, std::optional<schema::Revision> if_match) {
        return wait_for<Reply>(
            [&](auto done) { client.request(method, "/v1/x", {}, std::move(done), if_match); });
    };
    QVERIFY(send("POST", 12) && send("POST", {}) && send("GET", {}));
    const auto requests = daemon.requests();
    QVERIFY(requests[0]["Idempotency-Key"] != requests[1]["Idempotency-Key"]);
    QCOMPARE(std::string(requests[0]["If-Match"]), std::string("\"12\""));
    QVERIFY(requests[2]["Idempotency-Key"].empty());
}

void ClientTest::namesWhatItCannotRead() {
    ScriptedDaemon daemon(
        path_, [](auto& socket, const auto&) { reply(socket, 200, R"({"items": [{}]})"); });
    Client client(options());
    const auto list =
        wait_for<Listed<schema::Cluster>>([&](auto done) { client.clusters(std::move(done)); });
    QVERIFY(!list);
    QCOMPARE(list.error().code, std::string(daemon_bad_answer));
}

void ClientTest::stopsWithRequestsUnderWay() {
    std::promise<void> reached;
    std::promise<void> release;
    ScriptedDaemon daemon(path_, [&](auto&, const auto&) {
        reached.set_value();
        release.get_future().wait();
    });
    bool called = false;
    {
        Client client(options());
        client.info([&](auto) { called = true; });
        reached.get_future().wait();
    }
    release.set_value();
    QVERIFY(!called);
}

void ClientTest::refusesToSendTheTokenElsewhere() {
    ClientOptions remote;
    remote.host = "192.0.2.1";  // TEST-NET-1: nobody is there, and nobody must be asked
    remote.token = "secret";
    Client client(remote);
    const auto result =
        wait_for<schema::DaemonInfo>([&](auto done) { client.info(std::move(done)); });
    QVERIFY(!result);
    QVERIFY(result.error().message.find("not this machine") != std::string::npos);
}

/// Collects what a stream tells.
struct Seen {
    std::mutex mutex;
    std::condition_variable condition;
    std::vector<StreamEvent> events;
    std::vector<StreamState> states;

    StreamHandlers handlers() {
        return {[this](const StreamEvent& event) {
                    const std::lock_guard lock(mutex);
                    events.push_back(event);
                    condition.notify_all();
                },
                [this](const StreamState& state) {
                    const std::lock_guard lock(mutex);
                    states.push_back(state);
                    condition.notify_all();
                }};
    }
    bool wait(const std::function<bool()>& until) {
        std::unique_lock lock(mutex);
        return condition.wait_for(lock, std::chrono::seconds(20), until);
    }
};

void ClientTest::streamResumesAfterTheLastRevision() {
    int connections = 0;
    ScriptedDaemon daemon(path_, [&](auto& socket, const auto&) {
        begin_stream(socket);
        if (++connections == 1) {
            send_chunk(socket, "event: hello\ndata: {\"revision\": 5}\n\n");
            send_chunk(socket, "id: 6\nevent: cluster\ndata: {\"change\": \"upsert\",");
            send_chunk(socket, " \"id\": \"a\"}\n\nevent: metrics\ndata: {\"items\": []}\n\n");
            return;  // and the connection breaks
        }
        send_chunk(socket, "id: 8\nevent: event\ndata: {}\n\n");
    });
    Seen seen;
    Client client(options());
    client.stream({}, seen.handlers());
    QVERIFY(seen.wait([&] { return !seen.events.empty() && seen.events.back().type == "event"; }));
    client.stop();
    QCOMPARE(seen.events[1].type, std::string("cluster"));
    QCOMPARE(*seen.events[1].revision, 6);
    QVERIFY(!seen.events[2].revision);
    QCOMPARE(std::string(daemon.requests().at(0).target()), std::string("/v1/stream"));
    QCOMPARE(std::string(daemon.requests().at(1).target()), std::string("/v1/stream?after=6"));
}

void ClientTest::streamStartsAnewAfterAReset() {
    int connections = 0;
    ScriptedDaemon daemon(path_, [&](auto& socket, const auto&) {
        begin_stream(socket);
        if (++connections == 1) send_chunk(socket, "event: reset\ndata: {}\n\n");
        if (connections == 2) send_chunk(socket, "event: hello\ndata: {\"revision\": 100}\n\n");
    });
    Seen seen;
    Client client(options());
    client.stream(3, seen.handlers());
    QVERIFY(seen.wait([&] { return seen.events.size() >= 2; }));
    client.stop();
    QCOMPARE(seen.events[0].type, std::string("reset"));
    QCOMPARE(std::string(daemon.requests().at(0).target()), std::string("/v1/stream?after=3"));
    QCOMPARE(std::string(daemon.requests().at(1).target()), std::string("/v1/stream"));
}

void ClientTest::streamTellsWhyItIsDisconnected() {
    Seen seen;
    Client client(options());
    client.stream({}, seen.handlers());
    QVERIFY(seen.wait([&] { return !seen.states.empty(); }));
    QVERIFY(!seen.states[0].connected);
    QVERIFY(seen.states[0].reason.find("not running") != std::string::npos);
    // When the daemon comes, the stream connects by itself.
    ScriptedDaemon daemon(path_, [](auto& socket, const auto&) {
        begin_stream(socket);
        send_chunk(socket, "event: heartbeat\ndata: {}\n\n");
    });
    QVERIFY(seen.wait([&] { return seen.states.size() >= 2 && seen.states[1].connected; }));
    client.stop();
}

void ClientTest::readsServerSentEventsInAnyPieces() {
    const std::string text =
        ": comment\r\nid: 1\nevent: a\ndata: one\ndata:two\n\n\ndata: three\n\nevent: b\n\n";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        SseParser parser;
        std::vector<SseMessage> out;
        for (std::size_t i = 0; i < text.size(); i += size)
            QVERIFY(parser.feed(std::string_view(text).substr(i, size), out));
        QCOMPARE(out.size(), std::size_t(3));
        QCOMPARE(out[0].data, std::string("one\ntwo"));
        QCOMPARE(out[0].id, std::string("1"));
        QCOMPARE(out[1].event, std::string("message"));
        QCOMPARE(out[2].event, std::string("b"));
    }
    SseParser parser;
    std::vector<SseMessage> out;
    QVERIFY(!parser.feed(std::string(SseParser::message_bytes_max + 1, 'x'), out));
}

void ClientTest::encodesPathsAndQueries() {
    QCOMPARE(percent_encode("a b/c\xc3\xa9~"), std::string("a%20b%2Fc%C3%A9~"));
    UrlQuery query("/v1/x");
    query.add("empty", std::string_view());
    query.add("match", "user:*");
    query.add("n", std::optional<int>(3));
    query.add("none", std::optional<int>());
    QCOMPARE(query.text(), std::string("/v1/x?match=user%3A%2A&n=3"));
}

void ClientTest::findsTheStateFolder() {
    std::map<std::string, std::string> variables{{"HOME", "/home/kim"}};
    const Environment environment = [&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    QCOMPARE(default_state_dir(environment), std::string("/home/kim/.local/state/millpond"));
    variables["XDG_STATE_HOME"] = "/state";
    QCOMPARE(default_state_dir(environment), std::string("/state/millpond"));
    variables["MILLPOND_STATE_DIR"] = "/here";
    QCOMPARE(default_state_dir(environment), std::string("/here"));
    QCOMPARE(socket_in("/here"), std::string("/here/admin.sock"));
}

QTEST_GUILESS_MAIN(ClientTest)
#include "client_test.moc"
