// SPDX-License-Identifier: Apache-2.0
//
// The client's adapter, against a daemon that says what the test wants it to say.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <atomic>
#include <thread>

#include "admin-api/client/client.h"
#include "admin-api/schema/json.h"
#include "gui/api/client_backend.h"

using namespace millpond;
using namespace millpond::console;

namespace {

/// Answers every list with nothing, and streams `changes` states of one cluster as fast as it can.
class PlayedDaemon {
public:
    PlayedDaemon(std::string path, int changes) : changes_(changes) {
        listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof(address.sun_path) - 1);
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
            ::listen(listener_, 64) != 0)
            qFatal("no listener");
        acceptor_ = std::thread([this] { accept(); });
    }
    ~PlayedDaemon() {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::scoped_lock lock(mutex_);
            for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
        }
        for (std::thread& each : conversations_) each.join();
        for (const int socket : sockets_) ::close(socket);
        ::close(listener_);
    }

private:
    void accept() {
        for (int socket; (socket = ::accept(listener_, nullptr, nullptr)) >= 0 && !stopping_;) {
            const std::scoped_lock lock(mutex_);
            sockets_.push_back(socket);
            conversations_.emplace_back([this, socket] { converse(socket); });
        }
    }
    void converse(int socket) {
        std::string seen;
        char buffer[4096];
        for (ssize_t n; (n = ::read(socket, buffer, sizeof buffer)) > 0;) {
            seen.append(buffer, std::size_t(n));
            for (std::size_t end; (end = seen.find("\r\n\r\n")) != std::string::npos;
                 seen.erase(0, end + 4))
                if (seen.starts_with("GET /v1/stream"))
                    return stream(socket);
                else
                    say(socket,
                        answer(seen.starts_with("GET /v1 ")
                                   ? admin::schema::to_json_text(admin::schema::DaemonInfo{})
                                   : R"({"revision":1,"items":[]})"));
        }
    }
    static std::string answer(const std::string& body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    void stream(int socket) {
        say(socket,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nevent: "
            "hello\nid: 1\ndata: {\"revision\":1}\n\n");
        for (int i = 1; i <= changes_ && !stopping_; ++i) {
            admin::schema::Cluster cluster;
            cluster.id = "orders";
            cluster.description = std::to_string(i);
            say(socket, "event: cluster\nid: " + std::to_string(i + 1) +
                            "\ndata: {\"change\":\"upsert\",\"id\":\"orders\",\"object\":" +
                            admin::schema::to_json_text(cluster) + "}\n\n");
            // A storm that lasts longer than one gathering.
            if (i % 100 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        char byte;
        while (!stopping_ && ::read(socket, &byte, 1) > 0) {
        }
    }
    static void say(int socket, const std::string& words) {
        for (std::size_t at = 0; at < words.size();) {
            const ssize_t n = ::send(socket, words.data() + at, words.size() - at, MSG_NOSIGNAL);
            if (n <= 0) return;
            at += std::size_t(n);
        }
    }

    int listener_;
    int changes_;
    std::atomic<bool> stopping_ = false;
    std::thread acceptor_;
    std::mutex mutex_;
    std::vector<int> sockets_;
    std::vector<std::thread> conversations_;
};

}  // namespace

class ClientBackendTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;
    int number_ = 0;

    std::string freshPath() {
        return folder_.filePath(QStringLiteral("s%1").arg(++number_)).toStdString();
    }
    static admin::ClientOptions to(const std::string& path) {
        admin::ClientOptions options;
        options.socket_path = path;
        return options;
    }

private Q_SLOTS:
    void aStormBecomesAFewBatchesAndTheLastStateWins() {
        constexpr int kChanges = 2000;
        const std::string path = freshPath();
        PlayedDaemon daemon(path, kChanges);
        ClientBackend backend(to(path), "test");
        int batches = 0;
        std::string last;
        connect(&backend, &Backend::clustersChanged, this,
                [&](const Batch<schema::Cluster>& batch) {
                    if (batch.reset) return;
                    ++batches;
                    last = batch.upserts.back().description;
                });
        QElapsedTimer clock;
        clock.start();
        backend.start();
        QTRY_COMPARE_WITH_TIMEOUT(QString::fromStdString(last), QString::number(kChanges), 20'000);
        const int bound = int(clock.elapsed() / 100) + 2;
        QVERIFY2(batches <= bound,
                 qPrintable(QStringLiteral("%1 batches, at most %2").arg(batches).arg(bound)));
        QVERIFY(backend.link().state == Link::State::Online);
    }

    void withoutADaemonTheLinkSaysWhyAndRequestsFail() {
        ClientBackend backend(to(freshPath()), "nowhere");
        backend.start();
        QTRY_VERIFY(backend.link().state == Link::State::Lost);
        QVERIFY(!backend.link().reason.isEmpty());
        bool answered = false;
        backend.deleteCluster("orders", this, [&](const Answer<schema::Operation>& answer) {
            answered = true;
            QVERIFY(!answer);
            QVERIFY(!answer.problem.message.isEmpty());
        });
        QTRY_VERIFY_WITH_TIMEOUT(answered, 20'000);
    }

    void aReplyToAClosedDialogIsDropped() {
        ClientBackend backend(to(freshPath()), "nowhere");
        bool late = false, other = false;
        {
            QObject dialog;
            backend.deleteCluster("orders", &dialog, [&](const auto&) { late = true; });
        }
        backend.deleteCluster("orders", this, [&](const auto&) { other = true; });
        QTRY_VERIFY_WITH_TIMEOUT(other, 20'000);
        QVERIFY(!late);
    }

    void aDaemonThatComesBackIsFoundAgain() {
        const std::string path = freshPath();
        ClientBackend backend(to(path), "test");
        auto daemon = std::make_unique<PlayedDaemon>(path, 1);
        backend.start();
        QTRY_VERIFY(backend.link().state == Link::State::Online);
        daemon.reset();
        QTRY_VERIFY_WITH_TIMEOUT(backend.link().state == Link::State::Lost, 10'000);
        ::unlink(path.c_str());
        daemon = std::make_unique<PlayedDaemon>(path, 1);
        QTRY_VERIFY_WITH_TIMEOUT(backend.link().state == Link::State::Online, 20'000);
    }
};

QTEST_GUILESS_MAIN(ClientBackendTest)
#include "client_backend_test.moc"
