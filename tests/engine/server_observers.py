# SPDX-License-Identifier: Apache-2.0
"""Observers: that all of them are told everything, in one order, behind the replies; and what ends with them."""
import os
import random
import re
import threading
import time
import unittest

from server_harness import Engine, wait_until


class Observers:
    THREADS = "1"

    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("--threads", cls.THREADS, "--notify-keyspace-events", "KEA", "--enable-debug-command", "yes",
                            "--repl-diskless-sync-delay", "0")

    @classmethod
    def tearDownClass(cls):
        cls.engine.close()

    def connect(self, protocol=2, **options):
        client = self.engine.client(**options)
        self.addCleanup(client.close)
        if protocol == 3:
            client.do("HELLO", 3)
        return client

    def stop_at(self, client, wanted):
        seen = []
        while (message := client.read()) != wanted:
            seen.append(message)
        return seen

    def end_of(self, subscribers, channel=b"end"):
        """Everything that came before a last message."""
        self.connect().do("PUBLISH", channel, "end")
        return [self.stop_at(client, [b"message", channel, b"end"]) for client in subscribers]

    def run_threads(self, work, count):
        failures = []

        def guarded(i):
            try:
                work(i)
            except Exception as e:  # pylint: disable=broad-except
                failures.append(repr(e))

        threads = [threading.Thread(target=guarded, args=(i,)) for i in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_all_subscribers_see_every_message_in_one_order(self):
        subscribers = [self.connect(3 if i % 2 else 2) for i in range(6)]
        for client in subscribers:
            client.do("SUBSCRIBE", "one", "two", "end")
            client.read(), client.read()

        def publish(i):
            client = self.connect()
            for first in range(0, 300, 10):
                for n in range(first, first + 10):
                    client.push("PUBLISH", ("one", "two")[n % 2], "%d:%d" % (i, n))
                for _ in range(10):
                    self.assertEqual(client.read(), 6)

        self.run_threads(publish, 4)
        told = self.end_of(subscribers)
        for each in told[1:]:
            self.assertEqual(each, told[0])
        for i in range(4):
            mine = [int(m[2].split(b":")[1]) for m in told[0] if m[2].startswith(b"%d:" % i)]
            self.assertEqual(mine, list(range(300)))

    def test_events_are_in_the_order_of_the_writes(self):
        """Each counter's events, and all observers' order; the values that were answered are all there."""
        subscribers = [self.connect() for _ in range(3)]
        for client in subscribers:
            client.do("PSUBSCRIBE", "__keyspace@0__:order:*")
            client.do("SUBSCRIBE", "end")
        monitor = self.connect()
        monitor.do("MONITOR")

        def write(i):
            client = self.connect()
            for n in range(200):
                client.do("MULTI")
                client.do("RPUSH", "order:list", "%d:%d" % (i, n))
                client.do("INCR", "order:%d" % i)
                client.do("EXEC")

        self.run_threads(write, 4)
        told = self.end_of(subscribers)
        for each in told[1:]:
            self.assertEqual(each, told[0])
        self.assertEqual(len(told[0]), 4 * 200 * 2)
        # A transaction's events stand together.
        for push, incr in zip(told[0][::2], told[0][1::2]):
            self.assertEqual((push[2], push[3], incr[3]), (b"__keyspace@0__:order:list", b"rpush", b"incrby"))
        # MONITOR shows the pushes in the order in which the list has them.
        pushed = self.connect().do("LRANGE", "order:list", 0, -1)
        shown = []
        while len(shown) < len(pushed):
            match = re.search(r'"RPUSH" "order:list" "(.*)"', str(monitor.read()))
            if match:
                shown.append(match[1].encode())
        self.assertEqual(shown, pushed)
        counts = [m[2].rsplit(b":", 1)[1] for m in told[0][1::2]]
        self.assertEqual(counts, [value.split(b":")[0] for value in pushed])

    def test_tracked_keys_are_never_stale(self):
        """A client that caches what it reads, and drops what it is told to, ends with what the server has."""
        readers = [self.connect(3) for _ in range(3)]
        seed = int(os.environ.get("MILLPOND_SEED", random.randrange(1 << 30)))
        print("MILLPOND_SEED=%d" % seed)
        keys = ["track:%d" % i for i in range(10)]
        done = threading.Event()

        def write(i):
            rng, client = random.Random(seed + i), self.connect()
            for n in range(600):
                client.do("SET", rng.choice(keys), "%d:%d" % (i, n))

        def read(i):
            rng, client, cache = random.Random(seed + 100 + i), readers[i], {}
            client.do("CLIENT", "TRACKING", "ON")

            def answer():
                while True:
                    reply = client.read()
                    if not (isinstance(reply, list) and reply and reply[0] == b"invalidate"):
                        return reply
                    for key in reply[1]:
                        cache.pop(key.decode(), None)

            def fetch(key):
                client.push("GET", key)
                reply = answer()
                cache[key] = reply

            while not done.is_set():
                key = rng.choice(keys)
                if key not in cache:
                    fetch(key)
                else:
                    client.push("PING")
                    answer()
            client.push("PING")
            answer()
            # Invalidations of writes that have been answered were put before this PING was run.
            for key, value in cache.items():
                self.assertEqual(value, self.connect().do("GET", key), key)

        def both(i):
            if i < 3:
                return read(i)
            try:
                if i == 3:
                    self.run_threads(write, 3)
            finally:
                done.set()

        self.run_threads(both, 4)

    def test_pushes_of_a_command_follow_its_reply(self):
        client = self.connect(3)
        client.do("SUBSCRIBE", "mine")
        client.do("CLIENT", "TRACKING", "ON")
        client.do("GET", "own")
        client.push("PUBLISH", "mine", "a")
        client.push("SET", "own", "1")
        client.push("MULTI")
        client.push("PUBLISH", "mine", "b")
        client.push("GET", "own")
        client.push("SET", "own", "2")
        client.push("EXEC")
        client.push("PING")
        self.assertEqual([client.read() for _ in range(12)], [
            1, [b"message", b"mine", b"a"], "OK", [b"invalidate", [b"own"]], "OK", "QUEUED", "QUEUED", "QUEUED",
            [1, b"1", "OK"], [b"message", b"mine", b"b"], [b"invalidate", [b"own"]], "PONG"])

    def test_messages_before_an_unsubscribe_come_before_its_answer(self):
        """And none behind it."""
        publisher = self.connect()
        stop = threading.Event()
        loop = threading.Thread(target=lambda: [publisher.do("PUBLISH", "flood", "x") for _ in iter(lambda: stop.is_set(), True)])
        loop.start()
        try:
            client = self.connect()
            for _ in range(50):
                client.push("SUBSCRIBE", "flood")
                client.push("UNSUBSCRIBE", "flood")
                client.push("HELLO", 3)
                client.push("SUBSCRIBE", "flood")
                client.push("RESET")
                self.assertEqual(client.read(), [b"subscribe", b"flood", 1])
                self.assertEqual(set(map(str, self.stop_at(client, [b"unsubscribe", b"flood", 0]))) - {str([b"message", b"flood", b"x"])}, set())
                self.assertIsInstance(client.read(), dict)
                self.assertEqual(client.read(), [b"subscribe", b"flood", 1])
                self.assertEqual(set(map(str, self.stop_at(client, "RESET"))) - {str([b"message", b"flood", b"x"])}, set())
        finally:
            stop.set()
            loop.join()

    def test_a_subscriber_that_does_not_read_is_closed(self):
        admin = self.connect()
        admin.do("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1000000 0 0")
        self.addCleanup(admin.do, "CONFIG", "SET", "client-output-buffer-limit", "pubsub 33554432 8388608 60")
        slow, fine = self.connect(), self.connect()
        for client in slow, fine:
            client.do("SUBSCRIBE", "big")
        payload, sent = b"p" * 100_000, 0
        while admin.do("PUBLISH", "big", payload) == 2:
            sent += 1
            self.assertEqual(fine.read()[2], payload)
            self.assertLess(sent, 1000)
        self.assertEqual(fine.read()[2], payload)
        self.assertGreater(sent, 5)
        wait_until(lambda: self.connect().do("PUBSUB", "NUMSUB", "big") == [b"big", 1])
        # One message beyond the limit is enough, however fast it is read.
        admin.do("PUBLISH", "big", b"p" * 1_100_000)
        wait_until(lambda: admin.do("PUBSUB", "NUMSUB", "big") == [b"big", 0])

    def test_the_soft_limit_waits(self):
        admin = self.connect()
        admin.do("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 100000 2")
        self.addCleanup(admin.do, "CONFIG", "SET", "client-output-buffer-limit", "pubsub 33554432 8388608 60")
        slow = self.connect()
        slow.do("SUBSCRIBE", "soft")
        start = time.monotonic()
        for _ in range(200):
            admin.do("PUBLISH", "soft", b"p" * 100_000)
        still_there = admin.do("PUBSUB", "NUMSUB", "soft") == [b"soft", 1]
        self.assertTrue(still_there or time.monotonic() - start > 2)
        wait_until(lambda: admin.do("PUBSUB", "NUMSUB", "soft") == [b"soft", 0])

    def test_a_monitor_that_does_not_read_is_closed(self):
        admin = self.connect()
        admin.do("CONFIG", "SET", "client-output-buffer-limit", "normal 1000000 0 0")
        self.addCleanup(admin.do, "CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0")
        monitor = self.connect()
        monitor.do("CLIENT", "SETNAME", "watcher")
        monitor.do("MONITOR")
        rounds = 0
        while b"name=watcher" in admin.do("CLIENT", "LIST"):
            admin.do("ECHO", b"e" * 100_000)
            rounds += 1
            self.assertLess(rounds, 1000)
        self.assertGreater(rounds, 5)

    def test_big_messages_are_whole(self):
        clients = [self.connect(3 if i % 2 else 2) for i in range(4)]
        for client in clients:
            client.do("SUBSCRIBE", "whole")
        publisher = self.connect()
        for size in (0, 16383, 16384, 100_000, 5_000_000):
            payload = os.urandom(1000) * (size // 1000) + b"e" * (size % 1000)
            publisher.push("PUBLISH", "whole", payload)
            publisher.push("PUBLISH", "whole", b"after")
            for client in clients:
                self.assertTrue(client.read() == [b"message", b"whole", payload])
                self.assertEqual(client.read(), [b"message", b"whole", b"after"])
            self.assertEqual([publisher.read(), publisher.read()], [4, 4])

    def test_a_subscriber_that_leaves_is_forgotten(self):
        admin = self.connect()
        for _ in range(20):
            client = self.engine.client()
            client.do("SUBSCRIBE", "leave")
            client.do("PSUBSCRIBE", "leave*")
            client.do("SSUBSCRIBE", "leave")
            client.close()
        wait_until(lambda: admin.do("PUBSUB", "NUMSUB", "leave") == [b"leave", 0])
        wait_until(lambda: admin.do("PUBSUB", "SHARDNUMSUB", "leave") == [b"leave", 0])
        wait_until(lambda: admin.do("PUBSUB", "NUMPAT") == 0)
        self.assertEqual(admin.do("PUBLISH", "leave", "x"), 0)

    def test_a_reset_and_a_write_of_the_same_watched_key_do_not_wait_for_each_other(self):
        subscriber = self.connect()
        subscriber.do("PSUBSCRIBE", "__keyspace*")
        reader = threading.Thread(target=self.stop_at, args=(subscriber, [b"pmessage", b"__keyspace*", b"__keyspace@0__:over", b"set"]))
        reader.start()

        def work(i):
            client = self.connect(timeout=20)
            for _ in range(60):
                if i % 2:
                    for _ in range(20):
                        client.push("SET", "w", "v")
                    self.assertEqual([client.read() for _ in range(20)], ["OK"] * 20)
                else:
                    for _ in range(10):
                        client.push("WATCH", "w")
                        client.push("RESET")
                    self.assertEqual([client.read() for _ in range(20)], ["OK", "RESET"] * 10)

        self.run_threads(work, 8)
        self.connect().do("SET", "over", "v")
        reader.join()

    def test_client_list_and_info(self):
        client, admin = self.connect(3), self.connect()
        # The subscribers of other tests have gone, but their threads may not have seen it yet.
        wait_until(lambda: b"pubsub_clients:0\r" in admin.do("INFO", "clients"))
        ident = client.do("CLIENT", "ID")
        client.do("SUBSCRIBE", "l1", )
        client.do("PSUBSCRIBE", "l2*")
        client.do("SSUBSCRIBE", "l3")
        client.do("CLIENT", "TRACKING", "ON", "BCAST")
        line = admin.do("CLIENT", "LIST", "ID", ident).decode()
        for field in ("flags=PtB", "sub=1", "psub=1", "ssub=1", "redir=0", "resp=3"):
            self.assertIn(" %s " % field, line)
        self.assertIn(b"id=%d " % ident, admin.do("CLIENT", "LIST", "TYPE", "pubsub"))
        self.assertNotIn(b"id=%d " % ident, admin.do("CLIENT", "LIST", "TYPE", "normal"))
        stats = admin.do("INFO", "stats") + admin.do("INFO", "clients")
        for field in (b"pubsub_channels:1\r", b"pubsub_patterns:1\r", b"pubsubshard_channels:1\r", b"tracking_total_prefixes:1\r", b"tracking_clients:1\r"):
            self.assertIn(field, stats)

    def test_the_tracking_table_is_bounded(self):
        admin, client = self.connect(), self.connect(3)
        client.do("CLIENT", "TRACKING", "ON")
        admin.do("CONFIG", "SET", "tracking-table-max-keys", 50)
        self.addCleanup(admin.do, "CONFIG", "SET", "tracking-table-max-keys", 1000000)
        cached = set()

        def answer():
            while isinstance(reply := client.read(), list) and reply[0] == b"invalidate":
                cached.difference_update(reply[1])
            return reply

        for n in range(500):
            client.push("GET", "bound:%d" % n)
            answer()
            cached.add(b"bound:%d" % n)
        client.push("PING")
        answer()
        self.assertEqual(len(cached), 50)
        self.assertIn(b"tracking_total_keys:50\r", admin.do("INFO", "stats"))
        admin.do("CONFIG", "SET", "tracking-table-max-keys", 5)
        wait_until(lambda: b"tracking_total_keys:5\r" in admin.do("INFO", "stats"))

        def told():  # behind the count, by a moment
            client.push("PING")
            answer()
            return len(cached) <= 5
        wait_until(told)
        self.assertEqual(len(cached), 5)
        admin.do("FLUSHALL")
        self.assertEqual(client.read(), [b"invalidate", None])
        self.assertIn(b"tracking_total_keys:0\r", admin.do("INFO", "stats"))

    def test_redirection(self):
        admin, target, client = self.connect(), self.connect(), self.connect()
        target.do("SUBSCRIBE", "__redis__:invalidate")
        ident = [line for line in admin.do("CLIENT", "LIST").decode().split("\n") if " sub=1 " in line][0].split()[0][3:]
        client.do("CLIENT", "TRACKING", "ON", "REDIRECT", ident)
        self.assertEqual(client.do("CLIENT", "GETREDIR"), int(ident))
        client.do("GET", "redirected")
        admin.do("SET", "redirected", "1")
        self.assertEqual(target.read(), [b"message", b"__redis__:invalidate", [b"redirected"]])
        client.do("GET", "redirected")
        admin.do("PEXPIRE", "redirected", 20)
        self.assertEqual(target.read(), [b"message", b"__redis__:invalidate", [b"redirected"]])
        client.do("GET", "redirected")
        wait_until(lambda: admin.do("EXISTS", "redirected") == 0)
        admin.do("FLUSHDB")
        wanted = [b"message", b"__redis__:invalidate", None]
        self.stop_at(target, wanted)
        target.close()
        wait_until(lambda: ("id=%s " % ident).encode() not in admin.do("CLIENT", "LIST"))
        client.do("GET", "redirected")
        admin.do("SET", "redirected", "1")
        self.assertEqual(client.do("CLIENT", "TRACKINGINFO")[1], [b"on", b"broken_redirect"])
        client.do("HELLO", 3)
        client.do("GET", "redirected")
        admin.do("SET", "redirected", "2")
        self.assertEqual(client.read(), [b"tracking-redir-broken", int(ident)])

    def counts_memory(self, admin):
        def used():
            return int(re.search(rb"used_memory:(\d+)", admin.do("INFO", "memory"))[1])
        before = used()
        admin.do("SET", "big", b"v" * 1_000_000)
        return used() - before > 500_000

    def test_evictions_are_told(self):
        events, client, admin = self.connect(), self.connect(3), self.connect()
        if not self.counts_memory(admin):
            self.skipTest("a sanitizer's allocator counts nothing")
        events.do("SUBSCRIBE", "__keyevent@0__:evicted")
        client.do("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "evict:")
        admin.do("SET", "evict:me", b"v" * 1000)
        self.assertEqual(client.read(), [b"invalidate", [b"evict:me"]])
        admin.do("CONFIG", "SET", "maxmemory-policy", "allkeys-random")
        self.addCleanup(admin.do, "CONFIG", "SET", "maxmemory", 0)
        admin.do("CONFIG", "SET", "maxmemory", 1)
        gone = set()
        while b"evict:me" not in gone:
            gone.add(events.read()[2])
        self.assertEqual(client.read(), [b"invalidate", [b"evict:me"]])

    def test_a_full_sync_is_a_change_for_who_watches_a_key_that_goes(self):
        replica = Engine("--threads", self.THREADS)
        self.addCleanup(replica.close)
        admin = replica.client()
        admin.do("SET", "here", "1")
        watchers = {key: replica.client() for key in ("here", "nowhere")}
        for key, client in watchers.items():
            client.do("WATCH", key)
        admin.do("REPLICAOF", "127.0.0.1", self.engine.port)
        wait_until(lambda: b"master_link_status:up" in admin.do("INFO", "replication"))
        for key, client in watchers.items():
            client.do("MULTI")
            client.do("PING")
            self.assertEqual(client.do("EXEC"), None if key == "here" else ["PONG"])
            client.close()
        admin.close()

    def test_a_replica_tells_its_own_observers(self):
        replica = Engine("--threads", self.THREADS, "--notify-keyspace-events", "KEA",
                         "--replicaof", "127.0.0.1 %d" % self.engine.port)
        self.addCleanup(replica.close)
        admin = self.connect()
        wait_until(lambda: b"master_link_status:up" in replica.local().do("INFO", "replication"))
        there = [replica.client(), replica.client()]
        for client in there:
            client.do("PSUBSCRIBE", "__keyevent@*")
            client.do("SUBSCRIBE", "news")
        tracker = replica.client()
        tracker.do("HELLO", 3)
        tracker.do("CLIENT", "TRACKING", "ON")
        tracker.do("GET", "repl")
        admin.do("SET", "repl", "1")
        admin.do("PUBLISH", "news", "n1")
        admin.do("MULTI")
        admin.do("INCR", "repl")
        admin.do("PUBLISH", "news", "n2")
        admin.do("DEL", "repl")
        admin.do("EXEC")
        admin.do("SET", "repl", "1", "PX", 1)
        for client in there:
            told = [m[-1] if m[0] == b"message" else m[2] for m in (client.read() for _ in range(8))]
            self.assertEqual(told, [b"__keyevent@0__:set", b"n1", b"__keyevent@0__:incrby", b"n2", b"__keyevent@0__:del",
                                    b"__keyevent@0__:set", b"__keyevent@0__:expire", b"__keyevent@0__:del"])
        self.assertEqual(tracker.read(), [b"invalidate", [b"repl"]])
        for client in there + [tracker]:
            client.close()


class OneThread(Observers, unittest.TestCase):
    THREADS = "1"


class FourThreads(Observers, unittest.TestCase):
    THREADS = "4"


if __name__ == "__main__":
    unittest.main(verbosity=2)
