// SPDX-License-Identifier: Apache-2.0
//
// The management thread against stand-ins for network, pause and replication: lane work ends when
// the test says so, and probes are answered meanwhile.
#include "engine/management/management.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "resp/command.h"
#include "resp/reply_parser.h"

using namespace millpond;
using namespace millpond::engine;

namespace {

class FakeNetwork : public NetworkControl {
public:
    ~FakeNetwork() override {
        for (auto& one : all) ::close(one.fd);
    }
    void listen(Listener listener) override {
        unlisten(listener.name);
        const std::lock_guard lock(mutex);
        all.push_back(listener);
    }
    bool set_active(const std::string& name, bool active) override {
        const std::lock_guard lock(mutex);
        for (auto& one : all) {
            if (one.name != name) continue;
            one.active = active;
            return true;
        }
        return false;
    }
    void set_active(Kind kind, bool active) override {
        const std::lock_guard lock(mutex);
        for (auto& one : all) {
            if (one.kind == kind) one.active = active;
        }
    }
    bool unlisten(const std::string& name) override {
        const std::lock_guard lock(mutex);
        for (auto it = all.begin(); it != all.end(); ++it) {
            if (it->name != name) continue;
            ::close(it->fd);
            all.erase(it);
            return true;
        }
        return false;
    }
    std::vector<Listener> listeners() override {
        const std::lock_guard lock(mutex);
        return all;
    }
    bool set_rules(std::uint64_t next, std::vector<std::string> vpc,
                   std::vector<std::string> allowed) override {
        const std::lock_guard lock(mutex);
        if (next < revision) return false;
        revision = next;
        ranges = vpc;
        ranges.insert(ranges.end(), allowed.begin(), allowed.end());
        return true;
    }
    std::vector<Source> sources() override {
        return {{"127.0.0.9", 3, 2, 1000, "redis-cli", "no rule", 7}};
    }
    void close_accepted(Kind) override { ++closed; }

    std::mutex mutex;
    std::vector<Listener> all;
    std::vector<std::string> ranges;
    std::uint64_t revision = 0;
    std::atomic<int> closed{0};
};

class FakePause : public PauseControl {
public:
    void pause(std::string operation, std::int64_t, std::function<void(bool)> done) override {
        owner = std::move(operation);
        done(true);
    }
    void resume(std::string operation, std::function<void(bool)> done) override {
        if (owner == operation) owner.clear();
        done(true);
    }
    bool paused_by(const std::string& operation) const override { return owner == operation; }
    std::int64_t paused_ms_left() const override { return owner.empty() ? 0 : 500; }
    void drop_parked() override { ++dropped; }
    std::string owner;  ///< management thread only
    std::atomic<int> dropped{0};
};

/// `hold`: changes wait until release().
class FakeRole : public RoleControl {
public:
    void become_primary(std::function<void()> done) override {
        run([this, done] {
            set(Role::primary, "none");
            done();
        });
    }
    void follow(PrimaryAddress primary, std::function<void()> done) override {
        run([this, primary, done] {
            {
                const std::lock_guard lock(mutex);
                now.source = primary.id;
                followed = primary;
            }
            set(Role::replica, "up");
            done();
        });
    }
    void revoke(std::function<void(History)> done) override {
        run([this, done] {
            set(Role::none, "none");
            done(status().history);
        });
    }
    void seal(std::function<void(History)> done) override {
        run([this, done] {
            set(Role::replica, "none");
            done(status().history);
        });
    }
    Status status() const override {
        const std::lock_guard lock(mutex);
        return now;
    }
    void on_change(std::function<void()> next) override {
        const std::lock_guard lock(mutex);
        changed = std::move(next);
    }
    void set(Role role, const std::string& link) {
        std::function<void()> tell;
        {
            const std::lock_guard lock(mutex);
            now.role = role;
            now.link = link;
            tell = changed;
        }
        if (tell) tell();
    }
    void run(std::function<void()> work) {
        {
            const std::lock_guard lock(mutex);
            if (hold) {
                held.push_back(std::move(work));
                return;
            }
        }
        work();
    }
    void release() {
        std::vector<std::function<void()>> work;
        {
            const std::lock_guard lock(mutex);
            hold = false;
            work.swap(held);
        }
        for (auto& one : work) one();
    }

    mutable std::mutex mutex;
    PrimaryAddress followed;
    Status now{Role::none, {std::string(40, 'a'), std::string(40, '0'), 0, 123}, "none", "", {}};
    std::function<void()> changed;
    bool hold = false;
    std::vector<std::function<void()>> held;
};

/// A daemon's side of the socket.
class Peer {
public:
    explicit Peer(const std::filesystem::path& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path.c_str());
        connected = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    }
    ~Peer() {
        ::close(fd_);
        for (const int fd : received) ::close(fd);
    }
    void send(std::initializer_list<std::string_view> args, int descriptor = -1) {
        std::string bytes = resp::encode_command(args);
        iovec piece{bytes.data(), bytes.size()};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
        if (descriptor >= 0) {
            message.msg_control = control;
            message.msg_controllen = sizeof(control);
            cmsghdr* header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof(int));
            std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
        }
        ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    }
    /// "nothing" when none comes in time.
    resp::Value read(int limit_ms = 5000) {
        for (;;) {
            resp::Value value;
            if (parser_.next(value) == resp::ReplyParser::Status::ready) return value;
            pollfd waiting{fd_, POLLIN, 0};
            value.text = "nothing";
            if (::poll(&waiting, 1, limit_ms) <= 0) return value;
            char buffer[4096];
            alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * 64)];
            iovec piece{buffer, sizeof(buffer)};
            msghdr message{};
            message.msg_iov = &piece;
            message.msg_iovlen = 1;
            message.msg_control = control;
            message.msg_controllen = sizeof(control);
            const ssize_t got = ::recvmsg(fd_, &message, 0);
            if (got <= 0) return value;
            for (cmsghdr* header = CMSG_FIRSTHDR(&message); header;
                 header = CMSG_NXTHDR(&message, header)) {
                const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
                for (std::size_t i = 0; i < count; ++i) {
                    int fd = -1;
                    std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
                    received.push_back(fd);
                }
            }
            parser_.feed({buffer, static_cast<std::size_t>(got)});
        }
    }
    resp::Value call(std::initializer_list<std::string_view> args, int descriptor = -1) {
        send(args, descriptor);
        return read();
    }

    bool connected = false;
    std::vector<int> received;

private:
    int fd_;
    resp::ReplyParser parser_;
};

struct Node {
    explicit Node(const std::filesystem::path& folder, int liveness_fd = -1) {
        ManagementOptions options;
        options.node_id = "orders-001";
        options.folder = folder;
        options.run_id = std::string(40, 'r');
        options.liveness_fd = liveness_fd;
        management = start_management(
            options, {network, pause, role,
                      [] {
                          return std::vector<std::pair<std::string, double>>{{"keys", 5}};
                      },
                      [this] { return log_active.load(); },
                      [] { return std::pair<std::string, std::int64_t>("EVAL x", 10); },
                      [] { return 99u; }, [this](std::uint64_t bytes) { memory = bytes; },
                      [this](std::string) { ended = true; }});
        path = folder / "mgmt.sock";
    }
    FakeNetwork network;
    FakePause pause;
    FakeRole role;
    std::atomic<bool> log_active{false};
    std::atomic<std::uint64_t> memory{0};
    std::atomic<bool> ended{false};
    std::filesystem::path path;
    std::unique_ptr<Management> management;
};

bool refused(const resp::Value& value, const char* code) {
    return value.is_error() && value.text.rfind(code, 0) == 0;
}

}  // namespace

class ManagementTest : public QObject {
    Q_OBJECT

    QTemporaryDir dir_;
    std::filesystem::path folder() {
        static int next = 0;
        const auto path = std::filesystem::path(dir_.path().toStdString()) / std::to_string(next++);
        std::filesystem::create_directories(path);
        return path;
    }

private slots:
    void aDaemonIntroducesItself() {
        Node node(folder());
        Peer peer(node.path);
        QVERIFY(refused(peer.call({"NODE.SAMPLE"}), "NOHELLO"));
        const auto hello = peer.call({"NODE.HELLO", "5"});
        QCOMPARE(hello.find("node")->text, std::string("orders-001"));
        QCOMPARE(hello.find("pid")->integer, std::int64_t(::getpid()));
        QVERIFY(hello.find("start_ticks")->integer > 0);
        QCOMPARE(hello.find("boot_id")->text.size(), std::size_t(36));
        QCOMPARE(peer.call({"NODE.SAMPLE"}).items[0].text, std::string("keys"));
        Peer older(node.path);
        QVERIFY(refused(older.call({"NODE.HELLO", "4"}), "STALEGENERATION"));
        Peer newer(node.path);
        QVERIFY(newer.call({"NODE.HELLO", "6"}).find("node"));
        QVERIFY(refused(peer.call({"NODE.SAMPLE"}), "STALEGENERATION"));
        QCOMPARE(peer.call({"NODE.STATUS"}).find("tick")->integer, std::int64_t(99));
    }

    void probesAreAnsweredWhileALaneIsHeld() {
        Node node(folder());
        node.role.hold = true;
        Peer requests(node.path);
        Peer probes(node.path);
        requests.call({"NODE.HELLO", "1"});
        requests.send({"NODE.GRANT", "7", "PRIMARY"});
        probes.call({"NODE.HELLO", "1"});
        // What is on its way counts already.
        QTRY_COMPARE(probes.call({"NODE.STATUS"}).find("role")->text, std::string("primary"));
        QCOMPARE(probes.call({"NODE.STATUS"}).find("epoch")->integer, std::int64_t(7));
        QCOMPARE(probes.call({"NODE.STATUS"}).find("exclusive_holder")->text,
                 std::string("EVAL x"));
        QCOMPARE(requests.read(50).text, std::string("nothing"));
        node.role.release();
        QCOMPARE(requests.read().items[0].text, std::string(40, 'a'));
    }

    void onlyHigherEpochsAreTaken() {
        Node node(folder());
        Peer peer(node.path);
        peer.call({"NODE.HELLO", "1"});
        QVERIFY(
            !peer.call({"NODE.GRANT", "5", "REPLICA", "/x/data.sock", "orders-002"}).is_error());
        QVERIFY(
            !peer.call({"NODE.GRANT", "5", "REPLICA", "/x/data.sock", "orders-002"}).is_error());
        QVERIFY(refused(peer.call({"NODE.GRANT", "5", "PRIMARY"}), "STALEEPOCH"));
        QVERIFY(refused(peer.call({"NODE.GRANT", "4", "REPLICA", "/x/data.sock", "orders-003"}),
                        "STALEEPOCH"));
        QVERIFY(!peer.call({"NODE.GRANT", "6", "PRIMARY"}).is_error());
        QVERIFY(!peer.call({"NODE.GRANT", "6", "PRIMARY"}).is_error());
        QVERIFY(refused(peer.call({"NODE.GRANT", "6", "REPLICA", "/x/data.sock", "orders-002"}),
                        "STALEEPOCH"));
    }

    void aReplicaIsToldWhereClientsFindItsPrimary() {
        Node node(folder());
        Peer peer(node.path);
        peer.call({"NODE.HELLO", "1"});
        peer.call({"NODE.GRANT", "1", "REPLICA", "/x/data.sock", "n-2", "127.1.2.3", "6379"});
        QCOMPARE(node.role.followed,
                 (PrimaryAddress{
                     .path = "/x/data.sock", .host = "127.1.2.3", .port = 6379, .id = "n-2"}));
        for (const char* port : {"x", "65536", "-1"}) {
            QVERIFY(
                refused(peer.call({"NODE.GRANT", "2", "REPLICA", "/x", "n-2", "h", port}), "ERR"));
        }
        QVERIFY(refused(peer.call({"NODE.GRANT", "2", "REPLICA", "/x", "n-2", "h"}), "ERR"));
    }

    void aSealOutlastsALateGrant() {
        Node node(folder());
        Peer peer(node.path);
        peer.call({"NODE.HELLO", "1"});
        peer.call({"NODE.GRANT", "5", "REPLICA", "/x/data.sock", "orders-002"});
        QVERIFY(refused(peer.call({"NODE.SEAL", "4"}), "STALEEPOCH"));
        QCOMPARE(peer.call({"NODE.SEAL", "5"}).find("replid")->text,
                 std::string());  // no complete data set
        node.log_active = true;
        const auto sealed = peer.call({"NODE.SEAL", "5"});
        QCOMPARE(sealed.find("replid")->text, std::string(40, 'a'));
        QCOMPARE(sealed.find("replid2")->text, std::string());
        QCOMPARE(sealed.find("offset")->integer, std::int64_t(123));
        QVERIFY(refused(peer.call({"NODE.GRANT", "5", "REPLICA", "/x/data.sock", "orders-002"}),
                        "STALEEPOCH"));
        QVERIFY(
            !peer.call({"NODE.GRANT", "6", "REPLICA", "/x/data.sock", "orders-003"}).is_error());
        peer.call({"NODE.GRANT", "7", "PRIMARY"});
        QVERIFY(refused(peer.call({"NODE.SEAL", "8"}), "ERR"));
    }

    void aRevokeNeedsItsPauseAndHappensOnce() {
        Node node(folder());
        Peer peer(node.path);
        peer.call({"NODE.HELLO", "1"});
        QVERIFY(refused(peer.call({"NODE.PAUSE", "op", "1000"}), "ERR"));  // no primary
        peer.call({"NODE.GRANT", "3", "PRIMARY"});
        QVERIFY(refused(peer.call({"NODE.REVOKE", "op", "3"}), "PAUSEEXPIRED"));
        QCOMPARE(peer.call({"NODE.PAUSE", "op", "1000"}).items[0].integer, std::int64_t(123));
        QVERIFY(refused(peer.call({"NODE.REVOKE", "other", "3"}), "PAUSEEXPIRED"));
        QVERIFY(refused(peer.call({"NODE.REVOKE", "op", "2"}), "ERR"));
        QCOMPARE(peer.call({"NODE.REVOKE", "op", "3"}).items[0].integer, std::int64_t(123));
        QCOMPARE(peer.call({"NODE.STATUS"}).find("role")->text, std::string("none"));
        QCOMPARE(peer.call({"NODE.REVOKE", "op", "3"}).items[0].integer, std::int64_t(123));
        QCOMPARE(node.pause.dropped.load(), 1);
        QCOMPARE(node.network.closed.load(), 1);
        QVERIFY(refused(peer.call({"NODE.GRANT", "3", "PRIMARY"}), "STALEEPOCH"));
    }

    void listenersTravelBothWays() {
        Node node(folder());
        Peer peer(node.path);
        peer.call({"NODE.HELLO", "1"});
        QVERIFY(refused(peer.call({"NODE.LISTEN", "primary", "primary", "dormant"}), "ERR"));
        int pipe_ends[2];
        QVERIFY(::pipe(pipe_ends) == 0);
        QVERIFY(
            !peer.call({"NODE.LISTEN", "primary", "primary", "dormant"}, pipe_ends[1]).is_error());
        ::close(pipe_ends[1]);
        QVERIFY(refused(peer.call({"NODE.LISTENER", "reader-1", "active"}), "ERR"));
        peer.call({"NODE.GRANT", "2", "PRIMARY"});
        const auto all = peer.call({"NODE.LISTENERS"});
        QCOMPARE(all.items[0].items[2].text, std::string("active"));  // with the role
        QCOMPARE(peer.received.size(), std::size_t(1));
        QCOMPARE(::write(peer.received[0], "x", 1), ssize_t(1));
        char byte = 0;
        QCOMPARE(::read(pipe_ends[0], &byte, 1), ssize_t(1));
        QCOMPARE(byte, 'x');
        ::close(pipe_ends[0]);
        QVERIFY(!peer.call({"NODE.UNLISTEN", "primary"}).is_error());
        QVERIFY(peer.call({"NODE.LISTENERS"}).items.empty());
    }

    void rulesSourcesMemoryAndTheEnd() {
        Node node(folder());
        Peer peer(node.path);
        peer.call({"NODE.HELLO", "1"});
        QVERIFY(!peer.call({"NODE.RULES", "4", "VPC", "127.0.0.0/8", "ALLOW", "127.0.0.1/32"})
                     .is_error());
        QCOMPARE(node.network.ranges.size(), std::size_t(2));
        QVERIFY(refused(peer.call({"NODE.RULES", "3", "VPC"}), "STALERULES"));
        QVERIFY(refused(peer.call({"NODE.RULES", "5", "127.0.0.0/8"}), "ERR"));
        QCOMPARE(peer.call({"NODE.SOURCES"}).items[0].find("process")->text,
                 std::string("redis-cli"));
        QVERIFY(!peer.call({"NODE.SET", "maxmemory", "1000"}).is_error());
        QCOMPARE(node.memory.load(), std::uint64_t(1000));
        QVERIFY(refused(peer.call({"NODE.SET", "maxmemory", "much"}), "ERR"));
        QVERIFY(refused(peer.call({"NODE.NONSENSE"}), "ERR"));
        QVERIFY(refused(peer.call({"NODE.GRANT", "0", "PRIMARY"}), "ERR"));
        QVERIFY(refused(peer.call({"NODE.PAUSE", "op"}), "ERR"));
        QVERIFY(refused(peer.call({"NODE.LIVENESS"}), "ERR"));
        QVERIFY(!peer.call({"NODE.SHUTDOWN"}).is_error());
        QTRY_VERIFY(node.ended.load());
    }

    void watchersAreTold() {
        Node node(folder());
        Peer peer(node.path);
        peer.call({"NODE.HELLO", "1"});
        peer.call({"NODE.WATCH"});
        node.role.set(Role::replica, "syncing");
        const auto link = peer.read();
        QVERIFY(link.type == resp::ValueType::push);
        QCOMPARE(link.items[1].text, std::string("syncing"));
        QCOMPARE(peer.read().items[0].text, std::string("role"));
    }

    void theSocketIsPrivateAndGoesWithTheThread() {
        const auto where = folder();
        {
            Node node(where);
            QVERIFY(std::filesystem::status(node.path).permissions() ==
                    (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
        }
        QVERIFY(!std::filesystem::exists(where / "mgmt.sock"));
    }

    void aLongFolderIsNoObstacle() {
        const auto where = folder() / std::string(60, 'x') / std::string(60, 'y');
        std::filesystem::create_directories(where);
        Node node(where);
        QVERIFY(std::filesystem::exists(node.path));
    }

    void theLivenessMutexTellsOfDeath() {
        const int fd = ::memfd_create("test", MFD_CLOEXEC);
        QVERIFY(::ftruncate(fd, 4096) == 0);
        auto* mutex = static_cast<pthread_mutex_t*>(
            ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
        pthread_mutexattr_t attributes;
        ::pthread_mutexattr_init(&attributes);
        ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
        ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
        ::pthread_mutex_init(mutex, &attributes);
        int ready[2];
        QVERIFY(::pipe(ready) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            hold_liveness(fd);
            [[maybe_unused]] const ssize_t told = ::write(ready[1], "x", 1);
            ::pause();
        }
        char byte = 0;
        QCOMPARE(::read(ready[0], &byte, 1), ssize_t(1));
        QCOMPARE(::pthread_mutex_trylock(mutex), EBUSY);
        ::kill(child, SIGKILL);
        QCOMPARE(::pthread_mutex_lock(mutex), EOWNERDEAD);
        ::waitpid(child, nullptr, 0);
        QVERIFY_EXCEPTION_THROWN(hold_liveness(ready[0]), std::system_error);
    }

    void aCrashIsSaidOnTheSocketFirst() {
        const auto where = folder();
        int order[2];
        QVERIFY(::pipe(order) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const rlimit none{0, 0};
            ::setrlimit(RLIMIT_CORE, &none);
            Node node(where);
            install_fatal_handlers();
            char byte = 0;
            [[maybe_unused]] const ssize_t told = ::read(order[0], &byte, 1);
            ::raise(SIGSEGV);
        }
        QTRY_VERIFY(Peer(where / "mgmt.sock").connected);
        Peer peer(where / "mgmt.sock");
        peer.call({"NODE.HELLO", "1"});
        peer.call({"NODE.WATCH"});
        QCOMPARE(::write(order[1], "x", 1), ssize_t(1));
        const auto push = peer.read();
        QCOMPARE(push.items.at(0).text, std::string("fatal"));
        QCOMPARE(push.items.at(1).integer, std::int64_t(SIGSEGV));
        int status = 0;
        ::waitpid(child, &status, 0);
        QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    }

    void theExitNoteSaysWhy() {
        const auto where = folder();
        write_exit_note(where, "SIG\"TERM\"");
        std::ifstream file(where / "exit.json");
        std::string note;
        std::getline(file, note);
        QVERIFY2(note.find("SIG\\\"TERM\\\"") != std::string::npos, note.c_str());
        remove_exit_note(where);
        QVERIFY(!std::filesystem::exists(where / "exit.json"));
    }
};

QTEST_GUILESS_MAIN(ManagementTest)
#include "management_test.moc"
