# SPDX-License-Identifier: Apache-2.0
"""Replication and data files against the real thing: redis-server as our replica, as our primary, and as the
other reader and writer of RDB files. Every pair must end with an equal DEBUG DIGEST."""
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")]
from harness import BIN, SOAK, Redis, ReplyError, wait_for  # noqa: E402
from ports import free_port  # noqa: E402

ENGINE = os.path.join(BIN, "millpond-engine")
SEED = int(os.environ.get("MILLPOND_SEED") or random.randrange(1 << 30))
LOOPBACK = f"127.{random.SystemRandom().randrange(100, 250)}.{random.SystemRandom().randrange(1, 250)}.1"
LOOPBACK_SOURCE = "127.0.0.1"  # what the system takes for a way to any of them


class Node:
    """A server process with a folder of its own."""

    def __init__(self, program, *options, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="millpond-replication-")
        self.owns_folder = folder is None
        self.port = free_port(LOOPBACK)
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.args = [program, "--port", str(self.port), "--bind", LOOPBACK, "--dir", self.folder,
                     "--repl-diskless-sync-delay", "0", "--protected-mode", "no", "--save", "",
                     "--enable-debug-command", "yes", *options]
        self.process = subprocess.Popen(self.args, stdout=self.log, stderr=self.log)
        self.client = None
        wait_for("the server to listen", self.try_connect)

    def try_connect(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.args[0]} ended with {self.process.returncode}: " + self.log_text())
        with contextlib.suppress(OSError):
            self.client = Redis(LOOPBACK, self.port, timeout=60)
            return True
        return False

    def __call__(self, *args):
        return self.client(*args)

    def info(self, section="replication"):
        text = self("INFO", section)
        text = text.decode() if isinstance(text, bytes) else text
        return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)

    def digest(self):
        return self("DEBUG", "DIGEST")

    def log_text(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as log:
            return log.read()

    def stop(self):
        if self.client:
            self.client.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)


class Proxy:
    """A TCP link to a server that can be cut."""

    def __init__(self, node):
        self.node = node
        self.listener = socket.create_server((LOOPBACK, 0))
        self.port = self.listener.getsockname()[1]
        self.sockets = []
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.cut()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                inner = self.listener.accept()[0]
                outer = socket.create_connection((LOOPBACK, self.node.port))
                self.sockets += [inner, outer]
                for one, other in ((inner, outer), (outer, inner)):
                    threading.Thread(target=self.forward, args=(one, other), daemon=True).start()

    @staticmethod
    def forward(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        # The other direction ends by it, and each closes the socket that it reads.
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
        source.close()

    def cut(self):
        for one in self.sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.sockets.clear()


class Traffic:
    """Random writes of all types, TTLs, transactions and flushes, until stopped."""

    def __init__(self, node, seed, databases=2, flush=False):
        self.node, self.random, self.databases, self.flush = node, random.Random(seed), databases, flush
        self.client = Redis(LOOPBACK, node.port, timeout=60)
        self.stopping = threading.Event()
        self.count = 0
        self.error = None
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopping.set()
        self.thread.join()
        self.client.close()
        if self.error:
            raise self.error

    def run(self):
        try:
            while not self.stopping.is_set():
                self.one()
                self.count += 1
        except Exception as error:  # shown by stop()
            self.error = error

    def stream(self, key):
        r, c = self.random, self.client
        trim = r.choice([[], [], [], ["MAXLEN", "~", 150], ["MAXLEN", 200]])
        c("XADD", key, *trim, "*", "field", r.randrange(10**6), *r.choice([[], ["more", "x" * r.randrange(80)]]))
        group, consumer = f"g{r.randrange(2)}", f"c{r.randrange(3)}"
        if r.random() < 0.05:
            c("XGROUP", "CREATE", key, group, r.choice("0$"))
        with contextlib.suppress(ReplyError):
            found = c("XREADGROUP", "GROUP", group, consumer, "COUNT", 3, *r.choice([[], [], ["NOACK"]]), "STREAMS", key, ">")
            ids = [entry[0] for entry in (found[0][1] if found else [])]
            if ids and r.random() < 0.5:
                c("XACK", key, group, *ids)
            elif ids and r.random() < 0.2:
                c("XDEL", key, ids[0])
            if r.random() < 0.1:
                c("XAUTOCLAIM", key, group, consumer, 0, 0, "COUNT", 2)

    def one(self):
        r, c = self.random, self.client
        key = f"key:{r.randrange(500)}"
        kind = r.randrange(19)
        value = r.choice([str(r.randrange(-10**9, 10**9)), "v" * r.randrange(200), os.urandom(r.randrange(60)).hex()])
        with contextlib.suppress(ReplyError):
            if kind == 0:
                c("SELECT", r.randrange(self.databases))
            elif kind < 4:
                c("SET", "s" + key, value, *(["PX", r.randrange(50, 5000)] if r.random() < 0.3 else []))
            elif kind == 4:
                c("INCR", "n" + key)
            elif kind == 5:
                c("APPEND", "a" + key, value)
            elif kind == 6:
                c(r.choice(["LPUSH", "RPUSH"]), "l" + key, value, *["x" * r.randrange(100)] * r.randrange(1, 5))
            elif kind == 7:
                c(r.choice(["LPOP", "RPOP"]), "l" + key)
            elif kind == 8:
                c("SADD", "t" + key, r.randrange(1000), *(["m" + value] if r.random() < 0.3 else []))
            elif kind == 9:
                c("SPOP", "t" + key)
            elif kind == 10:
                c("HSET", "h" + key, f"f{r.randrange(200)}", value)
            elif kind == 11:
                c("ZADD", "z" + key, r.uniform(-1e6, 1e6), f"m{r.randrange(200)}")
            elif kind == 12:
                c("MULTI")
                c("SET", "s" + key, value)
                c("RPUSH", "l" + key, "in a transaction")
                c("EXPIRE", "l" + key, 1000)
                c("EXEC")
            elif kind == 13:
                c("DEL", r.choice("snalthzx") + key)
            elif kind == 14:
                c("RENAME", "s" + key, "s" + f"key:{r.randrange(500)}")
            elif kind < 18:
                self.stream(f"x{key[:5]}")
            elif r.random() < 0.02 and self.flush:
                c("FLUSHALL")
            else:
                c("SET", "big" + str(r.randrange(5)), "b" * r.randrange(20000, 60000))


OWN_TO_A_SERVER = (b"seen-time", b"entries-read", b"lag", "seen-time", "entries-read", "lag")


def plain_info(info):
    """XINFO STREAM FULL without what a server sees by itself (when a consumer showed up), and without a group's count of
    entries read, which Redis 7.0 sends its replicas with NOACK only."""
    if not isinstance(info, list):
        return info
    kept, skip = [], False
    for part in info:
        if skip:
            skip = False
        elif part in OWN_TO_A_SERVER:
            skip = True
        else:
            kept.append(plain_info(part))
    return kept


def follow(replica, primary):
    replica("REPLICAOF", LOOPBACK, primary.port)


def link_up(replica):
    return replica.info().get("master_link_status") == "up"


def in_step(*nodes):
    """Are all at the same offset?"""
    return len({node.info()["master_repl_offset"] for node in nodes}) == 1


class ReplicationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"MILLPOND_SEED={SEED} on {LOOPBACK}", flush=True)

    def setUp(self):
        self.nodes = []
        self.addCleanup(lambda: [node.stop() for node in self.nodes])

    def start(self, program, *options, **more):
        self.nodes.append(Node(program, *options, **more))
        return self.nodes[-1]

    def ours(self, *options, **more):
        return self.start(ENGINE, *options, **more)

    def redis(self, *options, **more):
        return self.start("redis-server", *options, **more)

    def assert_equal_data(self, *nodes):
        wait_for("all at the same offset", lambda: in_step(*nodes), 60)
        # Keys go on expiring, on the primary first: a moment comes when all are the same.
        digests = []

        def equal():
            digests[:] = [node.digest() for node in nodes]
            return len(set(digests)) == 1

        with contextlib.suppress(AssertionError):
            wait_for("equal data", equal, 15)
        if len(set(digests)) != 1:
            for node in nodes[1:]:
                self.show_differences(nodes[0], node)
        self.assertEqual(len(set(digests)), 1, digests)
        self.assertNotEqual(digests[0], b"0" * 40)

    def assert_equal_groups(self, *nodes):
        """The digest leaves out what hangs on streams. A consumer is seen when a server sees it, not when its primary did."""
        for key in nodes[0]("SCAN", 0, "TYPE", "stream", "COUNT", 100000)[1]:
            infos = [plain_info(node("XINFO", "STREAM", key, "FULL", "COUNT", 0)) for node in nodes]
            self.assertEqual(infos[0], infos[1], key)

    @staticmethod
    def show_differences(one, other):
        for db in range(2):
            one("SELECT", db)
            other("SELECT", db)
            print("keys:", one("DBSIZE"), other("DBSIZE"), flush=True)
            for key in sorted({*one("KEYS", "*"), *other("KEYS", "*")}):
                a, b = one("DEBUG", "DIGEST-VALUE", key), other("DEBUG", "DIGEST-VALUE", key)
                if a != b:
                    print("differs in", db, key, one("TYPE", key), other("TYPE", key), one("PTTL", key), other("PTTL", key))

    def traffic(self, node, **more):
        return Traffic(node, SEED + len(self.nodes), **more)

    def run_pair(self, primary, replica, flush=False):
        with self.traffic(primary, flush=flush) as traffic:
            wait_for("some data", lambda: traffic.count > 500)
            follow(replica, primary)
            wait_for("the link", lambda: link_up(replica), 60)
            at = traffic.count
            wait_for("traffic behind the sync", lambda: traffic.count > at + (20000 if SOAK else 2000), 60)
        self.assert_equal_data(primary, replica)
        self.assert_equal_groups(primary, replica)

    def test_redis_is_our_replica(self):
        self.run_pair(self.ours(), self.redis())

    def test_redis_is_our_replica_by_disk(self):
        self.run_pair(self.ours(), self.redis("--repl-diskless-load", "swapdb"))

    def test_we_are_a_replica_of_redis(self):
        self.run_pair(self.redis(), self.ours())

    def test_we_are_a_replica_of_redis_that_syncs_by_disk(self):
        self.run_pair(self.redis("--repl-diskless-sync", "no"), self.ours())

    def test_we_replicate_ourselves(self):
        self.run_pair(self.ours(), self.ours())

    def test_flushall_during_a_sync_starts_it_again(self):
        self.run_pair(self.ours(), self.ours(), flush=True)

    def test_many_replicas_share_one_walk_and_old_ones_get_a_length(self):
        primary = self.ours()
        for i in range(2000):
            primary("SET", f"k{i}", "v" * 100)
        replicas = [self.ours(), self.redis(), self.ours()]
        for replica in replicas:
            follow(replica, primary)
        for replica in replicas:
            wait_for("the link", lambda r=replica: link_up(r))
        self.assert_equal_data(primary, *replicas)
        # The protocol of Redis 2.6: SYNC, and a snapshot whose length comes first.
        with socket.create_connection((LOOPBACK, primary.port), 10) as old:
            old.sendall(b"SYNC\r\n")
            file = old.makefile("rb")
            line = file.readline()
            while line == b"\n":
                line = file.readline()
            self.assertEqual(line[:1], b"$")
            self.assertEqual(file.read(int(line[1:]))[:9], b"REDIS0010")
            primary("SET", "after", "sync")
            self.assertEqual(file.readline()[:1], b"*")

    def test_a_cut_link_resumes_partially(self):
        backlog = ("--repl-backlog-size", "64mb")
        for primary, replica in ((self.ours(*backlog), self.ours()), (self.redis(*backlog), self.ours()),
                                 (self.ours(*backlog), self.redis())):
            with self.traffic(primary) as traffic, Proxy(primary) as proxy:
                follow(replica, proxy)
                wait_for("the link", lambda: link_up(replica))
                full = int(primary.info("stats")["sync_full"])
                for _ in range(3):
                    before = int(primary.info("stats")["sync_partial_ok"])
                    proxy.cut()
                    wait_for("a partial sync", lambda: int(primary.info("stats")["sync_partial_ok"]) > before)
                    wait_for("the link", lambda: link_up(replica))
                at = traffic.count
                wait_for("traffic", lambda: traffic.count > at + 300)
                traffic.stopping.set()
                traffic.thread.join()
                self.assert_equal_data(primary, replica)
            self.assertEqual(int(primary.info("stats")["sync_full"]), full)

    def test_cascade(self):
        primary, middle, leaf, redis_leaf = self.ours(), self.ours(), self.ours(), self.redis()
        with self.traffic(primary) as traffic:
            follow(middle, primary)
            wait_for("the link", lambda: link_up(middle))
            follow(leaf, middle)
            follow(redis_leaf, middle)
            wait_for("the links", lambda: link_up(leaf) and link_up(redis_leaf))
            at = traffic.count
            wait_for("traffic", lambda: traffic.count > at + 1000)
        self.assert_equal_data(primary, middle, leaf, redis_leaf)
        self.assertEqual(leaf.info()["master_replid"], primary.info()["master_replid"])

    def test_promotion_keeps_the_history(self):
        primary, first, second = self.ours(), self.ours(), self.ours()
        with self.traffic(primary) as traffic:
            for replica in (first, second):
                follow(replica, primary)
            wait_for("the links", lambda: link_up(first) and link_up(second))
            wait_for("traffic", lambda: traffic.count > 500)
        primary("CLIENT", "PAUSE", 100000, "WRITE")  # nor does anything expire meanwhile
        wait_for("all in step", lambda: in_step(primary, first, second))
        old = primary.info()["master_replid"]
        first("REPLICAOF", "NO", "ONE")
        info = first.info()
        self.assertEqual(info["role"], "master")
        self.assertEqual(info["master_replid2"], old)
        with self.traffic(first) as traffic:
            follow(second, first)
            follow(primary, first)  # the old primary, demoted, has nothing that the new one lacks
            primary("CLIENT", "UNPAUSE")
            wait_for("the links", lambda: link_up(second) and link_up(primary))
            at = traffic.count
            wait_for("traffic", lambda: traffic.count > at + 500)
        self.assertEqual(first.info("stats")["sync_full"], "0")
        self.assertEqual(first.info("stats")["sync_partial_ok"], "2")
        self.assert_equal_data(first, second, primary)

    def test_a_stock_redis_can_be_promoted_and_followed(self):
        # A PING would take one further than the other.
        primary, redis, ours = self.ours("--repl-ping-replica-period", "3600"), self.redis(), self.ours()
        for replica in (redis, ours):
            follow(replica, primary)
        wait_for("the links", lambda: link_up(redis) and link_up(ours))
        primary("SET", "a", "1")
        wait_for("all in step", lambda: in_step(primary, redis, ours))
        redis("REPLICAOF", "NO", "ONE")
        follow(ours, redis)
        wait_for("the link", lambda: link_up(ours))
        redis("SET", "b", "2")
        self.assert_equal_data(redis, ours)
        self.assertEqual(redis.info("stats")["sync_partial_ok"], "1")

    def test_wait_and_min_replicas(self):
        primary, replica = self.ours(), self.ours()
        self.assertEqual(primary("WAIT", 0, 10), 0)
        start = time.monotonic()
        self.assertEqual(primary("WAIT", 1, 50), 0)
        self.assertGreaterEqual(time.monotonic() - start, 0.045)
        follow(replica, primary)
        wait_for("the replica online", lambda: primary.info().get("slave0", "").find("state=online") > 0)
        for i in range(20):
            primary("SET", "k", i)
            start = time.monotonic()
            self.assertEqual(primary("WAIT", 1, 5000), 1)
            self.assertEqual(replica("GET", "k"), str(i).encode())
        self.assertEqual(primary("WAIT", 2, 20), 1)
        with self.assertRaisesRegex(ReplyError, "WAIT cannot be used with replica"):
            replica("WAIT", 1, 1)
        with self.assertRaisesRegex(ReplyError, "READONLY"):
            replica("SET", "k", 1)
        primary("CONFIG", "SET", "min-replicas-to-write", "1")
        primary("SET", "k", "fine")
        replica("REPLICAOF", "NO", "ONE")
        wait_for("the replica gone", lambda: primary.info()["connected_slaves"] == "0")
        with self.assertRaisesRegex(ReplyError, "NOREPLICAS"):
            primary("SET", "k", "too few")

    def test_failover_command_without_a_way_to_the_target(self):
        primary, replica = self.ours(), self.ours("--replica-announce-port", "1")
        follow(replica, primary)
        wait_for("online", lambda: primary.info().get("slave0", "").find("state=online") > 0)
        self.assertEqual(primary("FAILOVER"), "OK")
        wait_for("given up", lambda: primary.info()["master_failover_state"] == "no-failover")
        self.assertEqual(primary("SET", "k", "v"), "OK")
        wait_for("the replica again", lambda: primary.info().get("slave0", "").find("state=online") > 0)
        self.assert_equal_data(primary, replica)

    def test_failover_command(self):
        primary, replica = (self.ours("--replica-announce-ip", LOOPBACK) for _ in range(2))
        with self.assertRaisesRegex(ReplyError, "FAILOVER requires connected replicas"):
            primary("FAILOVER")
        follow(replica, primary)
        wait_for("online", lambda: primary.info().get("slave0", "").find("state=online") > 0)
        primary("SET", "k", "v")
        self.assertEqual(primary("FAILOVER"), "OK")
        wait_for("roles exchanged", lambda: replica.info()["role"] == "master" and primary.info()["role"] == "slave")
        wait_for("the link", lambda: link_up(primary))
        replica("SET", "k2", "v2")
        self.assert_equal_data(replica, primary)
        self.assertEqual(replica.info("stats")["sync_full"], "0")

    def test_a_change_of_role_ends_waits(self):
        """With the same words in both; and whoever waits for replicas is told too."""
        primary, told = self.ours(), []
        waits = (("BLPOP", "l", 0), ("BLMOVE", "l", "m", "LEFT", "LEFT", 0), ("BZPOPMIN", "z", 0), ("XREAD", "BLOCK", 0, "STREAMS", "x", "$"),
                 ("WAIT", 1, 0))
        for server in (self.ours(), self.redis()):
            clients = [Redis(LOOPBACK, server.port) for _ in waits]
            for client, words in zip(clients, waits):
                client.socket.sendall(b"".join([b"*%d\r\n" % len(words)] + [b"$%d\r\n%s\r\n" % (len(str(w)), str(w).encode()) for w in words]))
            wait_for("all wait", lambda s=server: s.info("clients")["blocked_clients"] == str(len(waits)))
            follow(server, primary)
            replies = []
            for client, words in zip(clients, waits):
                with self.assertRaises(ReplyError, msg=words) as raised:
                    client.read()
                replies.append(str(raised.exception))
                self.assertRegex(replies[-1], "^UNBLOCKED", words)
                client.close()
            told.append(replies)
        self.assertEqual(told[0], told[1])

    def test_the_link_comes_from_the_configured_address(self):
        source = LOOPBACK[:-1] + "2"
        primary, replica = self.ours(), self.ours("--bind-source-addr", source)

        def seen():
            return primary.info().get("slave0", "").partition(",")[0] if link_up(replica) else None

        def link_again():
            replica("REPLICAOF", "NO", "ONE")
            wait_for("the primary to miss it", lambda: "slave0" not in primary.info())
            follow(replica, primary)

        follow(replica, primary)
        wait_for("a link from there", lambda: seen() == "ip=" + source)
        for address, expected in (("", LOOPBACK_SOURCE), (LOOPBACK[:-1] + "3", LOOPBACK[:-1] + "3"),
                                  ("192.0.2.1", LOOPBACK_SOURCE), ("no such address", LOOPBACK_SOURCE)):
            replica("CONFIG", "SET", "bind-source-addr", address)
            link_again()
            wait_for(f"a link as {address!r} says", lambda: seen() == "ip=" + expected)

    def test_role_and_info(self):
        primary, replica = self.ours(), self.ours()
        follow(replica, primary)
        wait_for("online", lambda: primary.info().get("slave0", "").find("state=online") > 0)
        self.assertEqual(primary("ROLE")[0], b"master")
        self.assertEqual(primary("ROLE")[2][0][1], str(replica.port).encode())
        self.assertEqual(replica("ROLE")[:4], [b"slave", LOOPBACK.encode(), primary.port, b"connected"])
        reference = self.redis()
        follow(reference, primary)
        wait_for("the link", lambda: link_up(reference))
        self.assertEqual(set(reference.info()) - {"slave_repl_offset"}, set(replica.info()) - {"slave_repl_offset"})

    def test_a_replica_that_waits_has_no_lag(self):
        for primary in (self.redis("--repl-diskless-sync-delay", "3600"), self.ours("--repl-diskless-sync-delay", "3600")):
            follow(self.ours(), primary)
            told = wait_for("a replica that waits", lambda p=primary: p.info().get("slave0"))
            self.assertRegex(told, "state=wait_bgsave,offset=0,lag=0$")

    # -- Files -----------------------------------------------------------------------------------------

    def fill(self, node):
        with self.traffic(node, databases=1) as traffic:
            wait_for("data", lambda: traffic.count > 3000)
        for i in range(2000):
            node("ZADD", "large-z", i * 1.5, f"member-{i}")
            node("HSET", "large-h", f"field-{i}", "x" * (i % 90))
            node("SADD", "large-s", f"member-{i}")
            node("SADD", "ints", i * i * i * 1000003)
            node("RPUSH", "large-l", "e" * (i % 300))
        node("RPUSH", "plain", "p" * 20000, "q")
        node("SET", "compressible", "abc" * 5000)
        node("SET", "huge", os.urandom(100000))
        node("SET", "ttl", "x", "PX", 100000000)
        for key in node("KEYS", "*"):  # what expires while we compare would differ
            if 0 < node("PTTL", key) < 100000:
                node("PERSIST", key)
        wait_for("what has expired is gone", lambda: node("DBSIZE") == len(node("KEYS", "*")))

    def test_files_of_ours_load_in_redis(self):
        ours = self.ours()
        self.fill(ours)
        digest = ours.digest()
        self.assertEqual(ours("SAVE"), "OK")
        file = os.path.join(ours.folder, "dump.rdb")
        check = subprocess.run(["redis-check-rdb", file], capture_output=True, text=True)
        self.assertEqual(check.returncode, 0, check.stdout)
        self.assertIn("Checksum OK", check.stdout)
        redis = self.redis(folder=ours.folder)
        wait_for("loaded", lambda: redis.info("persistence")["loading"] == "0")
        self.assertEqual(redis.digest(), digest)

    def test_files_of_redis_load_here(self):
        for options in ((), ("--rdbcompression", "no"), ("--hash-max-listpack-entries", "0",
                                                            "--zset-max-listpack-entries", "0",
                                                            "--set-max-intset-entries", "0",
                                                            "--list-max-listpack-size", "1", "--rdbchecksum", "no")):
            redis = self.redis(*options)
            self.fill(redis)
            digest = redis.digest()
            redis("SAVE")
            ours = self.ours(folder=redis.folder)
            wait_for("loaded", lambda: ours.info("persistence")["loading"] == "0")
            self.assertEqual(ours.digest(), digest)
            ours.process.kill()

    def test_bgsave_under_traffic_and_restart(self):
        ours = self.ours()
        self.fill(ours)
        with self.traffic(ours):
            self.assertEqual(ours("BGSAVE"), "Background saving started")
            wait_for("saved", lambda: ours.info("persistence")["rdb_bgsave_in_progress"] == "0")
        self.assertEqual(ours.info("persistence")["rdb_last_bgsave_status"], "ok")
        again = self.ours(folder=ours.folder)
        wait_for("loaded", lambda: again.info("persistence")["loading"] == "0")
        self.assertGreater(again("DBSIZE"), 100)

    def test_save_at_shutdown(self):
        ours = self.ours("--save", "3600 1")
        ours("SET", "kept", "yes")
        ours.process.send_signal(signal.SIGTERM)
        self.assertEqual(ours.process.wait(20), 0)
        again = self.ours(folder=ours.folder)
        wait_for("loaded", lambda: again.info("persistence")["loading"] == "0")
        self.assertEqual(again("GET", "kept"), b"yes")

    def test_a_save_that_fails_stops_writes(self):
        ours = self.ours("--save", "3600 1")
        ours("SET", "k", "v")
        os.rename(ours.folder, ours.folder + ".away")
        with self.assertRaises(ReplyError):
            ours("SAVE")
        with self.assertRaisesRegex(ReplyError, "MISCONF"):
            ours("SET", "k", "w")
        os.rename(ours.folder + ".away", ours.folder)
        self.assertEqual(ours("SAVE"), "OK")
        ours("SET", "k", "w")

    def test_broken_files_are_refused_in_words(self):
        redis = self.redis()
        self.fill(redis)
        redis("SAVE")
        with open(os.path.join(redis.folder, "dump.rdb"), "rb") as file:
            good = file.read()
        corrupted = bytearray(good)
        corrupted[len(good) // 2] ^= 0x55
        for data, word in ((good[:len(good) // 2], ""), (bytes(corrupted), ""), (b"no file of mine", "signature"),
                           (good[:-1], "end of data")):
            folder = tempfile.mkdtemp(prefix="millpond-replication-")
            self.addCleanup(shutil.rmtree, folder, True)
            with open(os.path.join(folder, "dump.rdb"), "wb") as file:
                file.write(data)
            done = subprocess.run([ENGINE, "--port", str(free_port(LOOPBACK)), "--bind", LOOPBACK, "--dir", folder],
                                  capture_output=True, text=True, timeout=30)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("dump.rdb", done.stderr)
            self.assertIn(word, done.stderr)

    def test_a_large_sync_spills_and_ends_equal(self):
        primary, replica = self.ours(), self.ours()
        value = os.urandom(30000).hex()
        for i in range(600):
            primary("SET", f"k{i}", value + str(i))
        replica("SET", "own", "data")  # so the snapshot is taken whole before it replaces anything
        with self.traffic(primary):
            follow(replica, primary)
            wait_for("the link", lambda: link_up(replica), 60)
        self.assert_equal_data(primary, replica)
        self.assertIsNone(replica("GET", "own"))

    def test_an_empty_sync_takes_milliseconds(self):
        primary = self.ours("--unixsocket", "/tmp/%d.sock" % os.getpid())
        primary("SET", "a", "b")
        times = []
        for _ in range(5):
            replica = self.ours()
            start = time.monotonic()
            follow(replica, primary)
            wait_for("the link", lambda: link_up(replica))
            times.append(time.monotonic() - start)
        print("full syncs of one key, ms:", [round(t * 1000, 1) for t in times], flush=True)
        self.assertLess(sorted(times)[0], 0.5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
