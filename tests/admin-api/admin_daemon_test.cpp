// SPDX-License-Identifier: Apache-2.0
//
// The daemon over its real sockets, with a fleet without processes: limits, authentication, the
// routes, the event stream, and what it says when it cannot start.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>
#include <boost/json/parse.hpp>

#include "admin-api/api/stream.h"
#include "admin-api/daemon/daemon.h"
#include "admin-api/daemon/port_holder.h"
#include "admin-api/daemon/range_claim.h"
#include "admin-api/daemon/state_folder.h"
#include "admin-api/schema/json.h"
#include "fake_fleet.h"

using namespace millpond::admin;

namespace {

/// A blocking client that sees every byte.
class Wire {
public:
    explicit Wire(const std::string& unix_path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, unix_path.c_str(), sizeof address.sun_path - 1);
        descriptor_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM, 0));
        connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    explicit Wire(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        descriptor_ = Descriptor(::socket(AF_INET, SOCK_STREAM, 0));
        connect(reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    void send(const std::string& text) {
        (void)::send(descriptor_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    }
    /// Reads until `what` has been seen; false at the end of the connection or after 10 s.
    bool read_until(const std::string& what) {
        while (seen.find(what) == std::string::npos) {
            pollfd one{descriptor_.get(), POLLIN, 0};
            if (::poll(&one, 1, 10'000) <= 0) return false;
            char bytes[65536];
            const auto size = ::recv(descriptor_.get(), bytes, sizeof bytes, 0);
            if (size <= 0) return false;
            seen.append(bytes, static_cast<std::size_t>(size));
        }
        return true;
    }
    bool read_to_end() {
        read_until("\x01never");
        return true;
    }
    std::string seen;

private:
    void connect(const sockaddr* address, socklen_t size) {
        if (::connect(descriptor_.get(), address, size) != 0)
            qFatal("connect: %s", std::strerror(errno));
    }
    Descriptor descriptor_;
};

struct Answer {
    int status = 0;
    std::string head;
    boost::json::value json;
};

struct House {
    QTemporaryDir dir;
    test::World world;
    test::FakeFleet* fleet = nullptr;
    std::unique_ptr<Daemon> daemon;
    std::string token;

    DaemonOptions options() {
        DaemonOptions out;
        out.state_dir = dir.filePath("state").toStdString();
        out.listen = "127.0.0.1:0";
        // Tests run beside each other and beside a real Millpond.
        out.node_range =
            "127." + std::to_string(60 + QRandomGenerator::system()->bounded(150)) + ".0.0/16";
        out.node_range_given = true;
        return out;
    }
    Daemon::MakeFleet make_fleet() {
        return [this](const FleetOptions&) {
            auto out = std::make_unique<test::FakeFleet>(world);
            fleet = out.get();
            return out;
        };
    }
    House() {
        for (int attempt = 0; attempt < 20 && !daemon; ++attempt) {
            auto made = Daemon::make(options(), make_fleet());
            if (made)
                daemon = std::move(made.value());
            else if (made.error().code != "NodeRangeInUse")
                qFatal("%s", made.error().message.c_str());
        }
        daemon->start();
        QFile file(dir.filePath("state/token"));
        if (!file.open(QIODevice::ReadOnly)) qFatal("no token");
        token = file.readAll().trimmed().toStdString();
    }
    ~House() {
        if (daemon) daemon->stop();
    }
    std::string socket() { return dir.filePath("state/admin.sock").toStdString(); }
    Wire unix_wire() { return Wire(socket()); }

    Answer ask(const std::string& method, const std::string& target, const std::string& body = "",
               const std::string& headers = "") {
        auto wire = unix_wire();
        return ask(wire, method, target, body, headers);
    }
    Answer ask_tcp(const std::string& method, const std::string& target, const std::string& headers,
                   const std::string& body = "", const std::string& host = "Host: localhost\r\n") {
        Wire wire(daemon->port());
        return exchange(wire, method + " " + target + " HTTP/1.1\r\n" + host + headers +
                                  length(body) + "Connection: close\r\n\r\n" + body);
    }
    std::string bearer() { return "Authorization: Bearer " + token + "\r\n"; }

private:
    static std::string length(const std::string& body) {
        return body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    Answer ask(Wire& wire, const std::string& method, const std::string& target,
               const std::string& body, const std::string& headers) {
        const auto type = body.empty() || headers.find("Content-Type") != std::string::npos
                              ? ""
                              : "Content-Type: application/json\r\n";
        return exchange(wire, method + " " + target + " HTTP/1.1\r\nHost: millpond\r\n" + type +
                                  headers + length(body) + "Connection: close\r\n\r\n" + body);
    }
    static Answer exchange(Wire& wire, const std::string& text) {
        wire.send(text);
        wire.read_to_end();
        Answer answer;
        const auto end = wire.seen.find("\r\n\r\n");
        if (end == std::string::npos) return answer;
        answer.head = wire.seen.substr(0, end);
        answer.status = std::atoi(answer.head.substr(9, 3).c_str());
        boost::json::error_code ignored;  // not every answer is JSON
        answer.json = boost::json::parse(wire.seen.substr(end + 4), ignored);
        return answer;
    }
};

QString error_code(const Answer& answer) {
    const auto* error =
        answer.json.is_object() ? answer.json.get_object().if_contains("error") : nullptr;
    return error ? QString::fromStdString(std::string(error->at("code").as_string())) : QString();
}

}  // namespace

class AdminDaemonTest : public QObject {
    Q_OBJECT

private slots:
    void theSecretsArePrivate() {
        House house;
        const auto mode = [&](const char* name) {
            struct stat facts {};
            ::stat(house.dir.filePath(QString("state/") + name).toUtf8(), &facts);
            return facts.st_mode & 0777;
        };
        QCOMPARE(mode(""), 0700u);
        QCOMPARE(mode("token"), 0600u);
        QCOMPARE(mode("credentials"), 0600u);
        QCOMPARE(mode("admin.sock"), 0600u);
        QCOMPARE(mode("millpond.db"), 0600u);
        QFile file(house.dir.filePath("state/credentials"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto text = QString(file.readAll());
        QVERIFY(text.contains(QRegularExpression("aws_access_key_id = MLPD[0-9A-F]{16}\n")));
        QVERIFY(text.contains(
            QString("endpoint_url = http://127.0.0.1:%1\n").arg(house.daemon->port())));
        QCOMPARE(house.token.size(), 64u);
    }

    void aClusterIsMadeThroughTheApi() {
        House house;
        const auto created = house.ask("POST", "/v1/clusters", R"({"id":"orders","replicas":1})",
                                       "Idempotency-Key: k\r\n");
        QCOMPARE(created.status, 202);
        const auto id = std::string(created.json.at("id").as_string());
        QTRY_COMPARE(house.ask("GET", "/v1/clusters/orders").json.at("status").as_string(),
                     "available");
        QCOMPARE(house.ask("GET", "/v1/operations/" + id).json.at("status").as_string(),
                 "succeeded");
        // The same key again: the same answer, nothing new.
        const auto again = house.ask("POST", "/v1/clusters", R"({"id":"orders","replicas":1})",
                                     "Idempotency-Key: k\r\n");
        QCOMPARE(again.status, 202);
        QCOMPARE(std::string(again.json.at("id").as_string()), id);
        const auto cluster = house.ask("GET", "/v1/clusters/orders");
        const auto etag =
            "If-Match: \"" + std::to_string(cluster.json.at("revision").as_int64()) + "\"\r\n";
        QCOMPARE(house
                     .ask("PATCH", "/v1/clusters/orders", R"({"description":"x"})",
                          "If-Match: \"1\"\r\n")
                     .status,
                 412);
        QCOMPARE(house.ask("PATCH", "/v1/clusters/orders", R"({"description":"x"})", etag).status,
                 202);
        QTRY_COMPARE(house.ask("GET", "/v1/clusters/orders").json.at("status").as_string(),
                     "available");
        QCOMPARE(house.ask("PUT", "/v1/clusters/orders/tags", R"([{"key":"a","value":"b"}])")
                     .json.at("tags")
                     .as_array()
                     .size(),
                 1u);
        QCOMPARE(house.ask("GET", "/v1/clusters/orders/sources").json.at("items").as_array().size(),
                 0u);
        QCOMPARE(house.ask("DELETE", "/v1/clusters/orders").status, 202);
        QTRY_COMPARE(house.ask("GET", "/v1/clusters/orders").status, 404);
        const auto audit = house.ask("GET", "/v1/audit?limit=1").json.at("items").as_array();
        QCOMPARE(audit[0].at("action").as_string(), "delete-cluster");
        QVERIFY(audit[0].at("who").as_string().starts_with("uid "));
    }

    void everyListAnswers_data() {
        QTest::addColumn<QString>("path");
        for (const char* path : {"clusters", "vpcs", "subnets", "security-groups", "events",
                                 "operations", "audit", "node-types", "metrics/latest"})
            QTest::newRow(path) << path;
    }
    void everyListAnswers() {
        QFETCH(QString, path);
        House house;
        const auto answer = house.ask("GET", "/v1/" + path.toStdString());
        QCOMPARE(answer.status, 200);
        QVERIFY(answer.json.at("items").is_array());
        QVERIFY(answer.json.at("revision").as_int64() > 0);
    }

    void badRequestsAreNamed_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("code");
        QTest::newRow("unknown route") << "GET"
                                       << "/v1/nothing"
                                       << "" << 404 << "NoSuchRoute";
        QTest::newRow("method") << "DELETE"
                                << "/v1/clusters"
                                << "" << 405 << "MethodNotAllowed";
        QTest::newRow("not JSON") << "POST"
                                  << "/v1/clusters"
                                  << "{" << 400 << "InvalidParameterValue";
        QTest::newRow("unknown field")
            << "POST"
            << "/v1/clusters"
            << R"({"id":"a","nodes":1})" << 400 << "InvalidParameterValue";
        QTest::newRow("escape") << "GET"
                                << "/v1/events?source=%zz"
                                << "" << 400 << "MalformedRequest";
        QTest::newRow("number") << "GET"
                                << "/v1/events?limit=ten"
                                << "" << 400 << "InvalidParameterValue";
        QTest::newRow("no cluster") << "GET"
                                    << "/v1/clusters/none"
                                    << "" << 404 << "ReplicationGroupNotFoundFault";
        QTest::newRow("no operation") << "GET"
                                      << "/v1/operations/op-1"
                                      << "" << 404 << "OperationNotFound";
        QTest::newRow("no node") << "POST"
                                 << "/v1/nodes/x-001/exec"
                                 << R"({"args":["PING"]})" << 404 << "CacheClusterNotFound";
        QTest::newRow("deep") << "POST"
                              << "/v1/clusters" << QString(100, '[') << 400
                              << "InvalidParameterValue";
    }
    void badRequestsAreNamed() {
        QFETCH(QString, method);
        QFETCH(QString, target);
        QFETCH(QString, body);
        House house;
        const auto answer =
            house.ask(method.toStdString(), target.toStdString(), body.toStdString());
        QTEST(answer.status, "status");
        QTEST(error_code(answer), "code");
    }

    void tcpNeedsTheTokenAndALoopbackHost() {
        House house;
        QCOMPARE(house.ask_tcp("GET", "/healthz", "").status, 200);
        QCOMPARE(house.ask_tcp("GET", "/v1", "").status, 401);
        QCOMPARE(house.ask_tcp("GET", "/metrics", "").status, 401);
        QCOMPARE(
            house.ask_tcp("GET", "/v1", "Authorization: Bearer " + std::string(64, '0') + "\r\n")
                .status,
            401);
        QCOMPARE(house.ask_tcp("GET", "/v1", house.bearer()).status, 200);
        QCOMPARE(house.ask_tcp("GET", "/metrics", house.bearer()).status, 200);
        QCOMPARE(house.ask_tcp("GET", "/v1", house.bearer(), "", "Host: evil.example\r\n").status,
                 403);
        QCOMPARE(house.ask_tcp("GET", "/v1", house.bearer(), "", "Host: 127.0.0.1.evil.example\r\n")
                     .status,
                 403);
        QCOMPARE(house.ask_tcp("GET", "/v1", house.bearer(), "", "Host: 127.0.0.1:4566\r\n").status,
                 200);
        QCOMPARE(house.ask_tcp("GET", "/v1", house.bearer(), "", "Host: [::1]:4566\r\n").status,
                 200);
        QCOMPARE(house.ask_tcp("GET", "/v1", house.bearer(), "", "").status, 400);
    }

    void foreignPagesAreRefused() {
        House house;
        QCOMPARE(
            house.ask_tcp("GET", "/v1", house.bearer() + "Origin: https://evil.example\r\n").status,
            403);
        QCOMPARE(house.ask_tcp("GET", "/v1", house.bearer() + "Origin: null\r\n").status, 403);
        QCOMPARE(
            house.ask_tcp("GET", "/v1", house.bearer() + "Origin: http://localhost\r\n").status,
            200);
        QCOMPARE(
            house.ask_tcp("GET", "/v1", house.bearer() + "Sec-Fetch-Site: cross-site\r\n").status,
            403);
        QCOMPARE(
            house.ask_tcp("GET", "/v1", house.bearer() + "Sec-Fetch-Site: same-origin\r\n").status,
            200);
        const auto simple =
            house.ask_tcp("POST", "/v1/clusters", house.bearer() + "Content-Type: text/plain\r\n",
                          R"({"id":"a"})");
        QCOMPARE(simple.status, 415);
        QCOMPARE(house.ask_tcp("POST", "/v1/clusters", house.bearer(), R"({"id":"a"})").status,
                 415);
        QCOMPARE(house
                     .ask_tcp("POST", "/v1/clusters",
                              house.bearer() + "Content-Type: application/json; charset=utf-8\r\n",
                              R"({"id":"a"})")
                     .status,
                 202);
        QCOMPARE(house.ask_tcp("POST", "/", "Content-Type: application/json\r\n", "{}").status,
                 415);
        QVERIFY(house.ask_tcp("GET", "/healthz", "").head.find("Access-Control") ==
                std::string::npos);
    }

    void tcpCallersAreAuditedAsTheToken() {
        House house;
        QCOMPARE(
            house
                .ask_tcp("POST", "/v1/clusters",
                         house.bearer() + "Content-Type: application/json\r\n", R"({"id":"1"})")
                .status,
            400);
        const auto audit = house.ask("GET", "/v1/audit?limit=1").json.at("items").as_array();
        QCOMPARE(audit[0].at("who").as_string(), "token");
        QCOMPARE(audit[0].at("outcome").as_string(), "refused: InvalidParameterValue");
    }

    void unsignedAwsRequestsAreRefusedByItsOwnFace() {
        House house;
        Wire wire(house.daemon->port());
        const std::string body = "Action=DescribeReplicationGroups&Version=2015-02-02";
        wire.send(
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
            "application/x-www-form-urlencoded\r\nConnection: close\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body);
        wire.read_to_end();
        QVERIFY2(wire.seen.find("MissingAuthenticationToken") != std::string::npos,
                 wire.seen.c_str());
        QVERIFY(wire.seen.find("\r\nDate: ") != std::string::npos);
    }

    void malformedAndOversizedRequestsAreBounded() {
        House house;
        const auto status = [&](const std::string& text) {
            auto wire = house.unix_wire();
            wire.send(text);
            wire.read_to_end();
            return QString::fromStdString(wire.seen.substr(0, 12));
        };
        QCOMPARE(status("NONSENSE\r\n\r\n"), QString("HTTP/1.1 400"));
        QCOMPARE(status("GET / HTTP/9.9\r\n\r\n"), QString("HTTP/1.1 400"));
        QCOMPARE(status("GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') +
                        "\r\n\r\n"),
                 QString("HTTP/1.1 431"));
        QCOMPARE(
            status("POST /v1/clusters HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"),
            QString("HTTP/1.1 413"));
        QCOMPARE(status("POST /v1/clusters HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"),
                 QString("HTTP/1.1 400"));
        QCOMPARE(status("POST /v1/clusters HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                        "chunked\r\n\r\nzz\r\n"),
                 QString("HTTP/1.1 400"));
        QCOMPARE(house.ask("GET", "/healthz").status, 200);
    }

    void aConnectionServesManyRequestsPipelinedToo() {
        House house;
        auto wire = house.unix_wire();
        const std::string one = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
        wire.send(one + one + "GET /v1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        wire.read_to_end();
        QCOMPARE(QString::fromStdString(wire.seen).count("HTTP/1.1 200"), 3);
        auto head = house.unix_wire();
        head.send("HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        head.read_to_end();
        QVERIFY(head.seen.ends_with("\r\n\r\n"));
        auto patient = house.unix_wire();
        patient.send(
            "POST /v1/clusters HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: "
            "100-continue\r\nContent-Length: 10\r\nConnection: close\r\n\r\n");
        QVERIFY(patient.read_until("HTTP/1.1 100"));
        patient.send(R"({"id":"q"})");
        QVERIFY(patient.read_until("HTTP/1.1 202"));
    }

    void theStreamSaysHelloTellsChangesAndResumes() {
        House house;
        auto first = house.unix_wire();
        first.send("GET /v1/stream HTTP/1.1\r\nHost: a\r\n\r\n");
        QVERIFY(first.read_until("event: hello\ndata: {\"revision\":"));
        const auto before = house.ask("GET", "/v1/clusters").json.at("revision").as_int64();
        QCOMPARE(house.ask("POST", "/v1/security-groups", R"({"name":"web"})").status, 201);
        QVERIFY(first.read_until("event: security-group\ndata: {\"change\":\"upsert\""));
        const auto from = [&](const std::string& after) {
            auto wire = house.unix_wire();
            wire.send("GET /v1/stream?after=" + after + " HTTP/1.1\r\nHost: a\r\n\r\n");
            wire.read_until("data: ");
            wire.read_until("\n\n");
            return QString::fromStdString(wire.seen);
        };
        QVERIFY(from(std::to_string(before)).contains("event: security-group"));
        QVERIFY(from("0").contains("event: reset"));
        QVERIFY(from(std::to_string(before + 1'000'000)).contains("event: reset"));
        QCOMPARE(house.ask("GET", "/v1/stream?after=x").status, 400);
        house.fleet->observer().on_samples({{"a-001", "a", 1000, {{"keys", 3}}}});
        QVERIFY(first.read_until("event: metrics\ndata: {\"items\":[{\"node\":\"a-001\""));
        QVERIFY(first.read_until("event: heartbeat\n"));
    }

    void aSlowReaderLosesWhatWaitedAndIsToldSo() {
        Feed feed(10);
        auto response = stream_response(feed, std::nullopt);
        for (schema::Revision i = 11; i < 11 + 3000; ++i)
            feed.publish(i, "event", boost::json::object{});
        const auto text = QString::fromStdString(response.stream->take());
        QCOMPARE(text.count("event: "), 1);
        QVERIFY(text.contains("event: reset\ndata: {\"revision\":3010}"));
        feed.publish(3011, "event", boost::json::object{});
        QVERIFY(QString::fromStdString(response.stream->take()).startsWith("id: 3011\n"));
    }

    void theFeedForgetsTheOldestFirst() {
        Feed feed(0);
        for (schema::Revision i = 1; i <= 5000; ++i)
            feed.publish(i, "event", boost::json::object{});
        const auto edge = 5000 - static_cast<schema::Revision>(Feed::frames_kept_max);
        QVERIFY(stream_response(feed, edge - 1).stream->take().find("event: reset") !=
                std::string::npos);
        auto kept = stream_response(feed, 4998).stream->take();
        QCOMPARE(QString::fromStdString(kept).count("event: event"), 2);
    }

    void aSecondDaemonOnTheFolderNamesTheFirst() {
        House house;
        const auto second = Daemon::make(house.options(), house.make_fleet());
        QVERIFY(!second);
        QCOMPARE(QString::fromStdString(second.error().code), QString("StateFolderInUse"));
        QVERIFY(second.error().message.find("pid " + std::to_string(::getpid())) !=
                std::string::npos);
    }

    void noSocketIsLeftToTheProcessesThatItStarts() {
        House house;
        auto wire = house.unix_wire();
        wire.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        QVERIFY(wire.read_until("200"));
        const auto listing =
            QDir("/proc/self/fd").entryList(QDir::Files | QDir::System | QDir::NoDotAndDotDot);
        int sockets = 0;
        for (const auto& name : listing) {
            const int descriptor = name.toInt();
            struct sockaddr_storage own {};
            socklen_t size = sizeof own;
            int listens = 0;
            socklen_t width = sizeof listens;
            if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &size) != 0) continue;
            if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &width) != 0 ||
                !listens)
                continue;
            ++sockets;
            QVERIFY(::fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
        }
        QVERIFY(sockets >= 3);  // the unix socket, TCP, the range's claim
    }

    void aTakenRangeNamesItsHolderAndOffersAnother() {
        const auto number = 60 + QRandomGenerator::system()->bounded(150);
        const auto range = "127." + std::to_string(number) + ".0.0/16";
        const auto first = claim_range(range);
        if (!first) QSKIP("another test holds this range");
        const auto second = claim_range(range);
        QVERIFY(!second);
        QVERIFY2(
            second.error().message.find("pid " + std::to_string(::getpid())) != std::string::npos,
            second.error().message.c_str());
        QVERIFY(second.error().message.find("--node-range 127.") != std::string::npos);
        QCOMPARE(QString::fromStdString(claim_range("10.0.0.0/16").error().code),
                 QString("InvalidParameterValue"));
        QCOMPARE(QString::fromStdString(claim_range("127.10.0.0/24").error().code),
                 QString("InvalidParameterValue"));
    }

    void aTakenPortNamesItsHolderAndOffersTheNext() {
        House house;
        QTemporaryDir dir;
        auto options = house.options();
        options.state_dir = dir.filePath("other").toStdString();
        options.listen = "127.0.0.1:" + std::to_string(house.daemon->port());
        auto second = Daemon::make(options, house.make_fleet());
        for (int i = 0; i < 20 && !second && second.error().code == "NodeRangeInUse"; ++i) {
            options.node_range = house.options().node_range;
            second = Daemon::make(options, house.make_fleet());
        }
        QVERIFY(!second);
        QCOMPARE(QString::fromStdString(second.error().code), QString("AddressInUse"));
        QVERIFY2(second.error().message.find("(pid " + std::to_string(::getpid()) + ")") !=
                     std::string::npos,
                 second.error().message.c_str());
        QVERIFY(second.error().message.find("--listen 127.0.0.1:") != std::string::npos);
        // A listener on all addresses is in the way of each one.
        QVERIFY(!port_holder("127.0.0.1", 1));
    }

    void anUnusableFolderIsRefusedInWords() {
        QTemporaryDir dir;
        QFile file(dir.filePath("file"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(!StateFolder::open(dir.filePath("file").toStdString()));
        QVERIFY(!StateFolder::open("/proc/millpond"));
        QVERIFY(QDir().mkdir(dir.filePath("open")));
        ::chmod(dir.filePath("open").toUtf8(), 0777);
        const auto refused = StateFolder::open(dir.filePath("open").toStdString());
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("chmod 0700") != std::string::npos);
        QVERIFY(!parse_listen("0.0.0.0:4566"));
        QVERIFY(!parse_listen("4566"));
        QVERIFY(!parse_listen("127.0.0.1:99999"));
        QVERIFY(parse_listen("none").value().host.empty());
    }
};

QTEST_GUILESS_MAIN(AdminDaemonTest)
#include "admin_daemon_test.moc"
