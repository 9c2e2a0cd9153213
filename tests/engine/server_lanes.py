# SPDX-License-Identifier: Apache-2.0
"""Many clients at once on four I/O threads: nothing is lost, torn or reordered, whatever lane it takes."""
import os
import random
import threading
import time
import unittest

from server_harness import Client, Engine, wait_until

SECONDS = 60 if os.environ.get("MILLPOND_SOAK") else 3
THREADS = os.environ.get("MILLPOND_ENGINE_THREADS", "4")


class Lanes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("--threads", THREADS)
        cls.seed = int(os.environ.get("MILLPOND_SEED", random.randrange(1 << 30)))
        print("MILLPOND_SEED=%d" % cls.seed)

    @classmethod
    def tearDownClass(cls):
        cls.engine.close()

    def setUp(self):
        self.failures = []
        self.engine.local().do("FLUSHALL")

    def run_all(self, bodies, seconds=SECONDS):
        """Each body(client, rng, over) on a thread and connection of its own."""
        end = time.monotonic() + seconds

        def guard(index, body):
            client = self.engine.client()
            try:
                body(client, random.Random(self.seed + index), lambda: time.monotonic() > end)
            except BaseException as error:  # noqa: reported by the test's thread
                self.failures.append(repr(error))
            finally:
                client.close()

        threads = [threading.Thread(target=guard, args=(i, body)) for i, body in enumerate(bodies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.failures, [])

    def test_no_acknowledged_append_is_lost_or_reordered(self):
        sent = [0] * 6

        def writer(me):
            def body(client, rng, over):
                while not over():
                    batch = rng.choice((1, 3, 16))
                    for i in range(batch):
                        client.push("RPUSH", "list%d" % (me % 2), "%d:%d" % (me, sent[me] + i))
                        client.push("INCR", "count")
                    for _ in range(batch):
                        client.read()
                        client.read()
                    sent[me] += batch
            return body

        def disturber(client, rng, over):
            while not over():
                client.do(*rng.choice((("KEYS", "*"), ("DBSIZE",), ("CONFIG", "SET", "hz", "10"),
                                       ("CLIENT", "KILL", "ID", "999999999"), ("RANDOMKEY",))))

        self.run_all([writer(i) for i in range(6)] + [disturber] * 2)
        client = self.engine.local()
        self.assertEqual(int(client.do("GET", "count")), sum(sent))
        seen = {i: [] for i in range(6)}
        for key in ("list0", "list1"):
            for entry in client.do("LRANGE", key, 0, -1):
                who, number = entry.decode().split(":")
                seen[int(who)].append(int(number))
        for i in range(6):
            self.assertEqual(seen[i], list(range(sent[i])))

    def test_transactions_are_atomic_in_both_lanes(self):
        keys = ["t%d" % i for i in range(40)]  # more than are locked one by one
        setup = self.engine.local()
        for key in keys:
            setup.do("SET", key, 0)

        def writer(count):
            def body(client, rng, over):
                while not over():
                    client.push("MULTI")
                    chosen = keys if count > 16 else keys[:count]
                    for key in chosen:
                        client.push("INCR", key)
                    client.push("EXEC")
                    for _ in range(len(chosen) + 1):
                        client.read()
                    client.read()
            return body

        def reader(count):
            def body(client, rng, over):
                while not over():
                    values = client.do("MGET", *(keys[:count] if count <= 16 else keys[16:]))
                    if len(set(values)) != 1:
                        raise AssertionError("torn read: %r" % values)
            return body

        self.run_all([writer(8), writer(8), writer(40), reader(8), reader(8), reader(40)])

    def test_watched_counters_lose_no_increment(self):
        wins = [0] * 6

        def body_of(me):
            def body(client, rng, over):
                while not over():
                    client.do("WATCH", "w")
                    value = int(client.do("GET", "w") or 0)
                    client.do("MULTI")
                    client.do("SET", "w", value + 1)
                    if client.do("EXEC") is not None:
                        wins[me] += 1
            return body

        self.run_all([body_of(i) for i in range(6)])
        self.assertGreater(sum(wins), 0)
        self.assertEqual(int(self.engine.local().do("GET", "w")), sum(wins))

    def test_nothing_is_written_during_a_pause(self):
        written = [0] * 4

        def writer(me):
            def body(client, rng, over):
                while not over():
                    client.do("INCR", "p")
                    written[me] += 1
            return body

        def pauser(client, rng, over):
            while not over():
                client.do("CLIENT", "PAUSE", 5000, "WRITE")
                before = client.do("GET", "p")
                time.sleep(0.02)
                if client.do("GET", "p") != before:
                    raise AssertionError("a write slipped through the pause")
                client.do("CLIENT", "UNPAUSE")
                time.sleep(0.01)

        self.run_all([writer(i) for i in range(4)] + [pauser])
        self.assertEqual(int(self.engine.local().do("GET", "p")), sum(written))

    def test_kills_and_reconnects_leave_nothing_behind(self):
        def victim(client, rng, over):
            while not over():
                try:
                    one = self.engine.client()
                    one.do("WATCH", "k")
                    one.do("MULTI")
                    one.push("SET", "k", 1)
                    one.push("EXEC")
                    one.read()
                    one.read()
                    one.close()
                except (OSError, EOFError):
                    pass

        def killer(client, rng, over):
            while not over():
                try:
                    client.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                except (OSError, EOFError):
                    client = self.engine.client()

        self.run_all([victim] * 4 + [killer])
        client = self.engine.local()
        wait_until(lambda: b"connected_clients:1\r" in client.do("INFO", "clients"))


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
