# SPDX-License-Identifier: Apache-2.0
"""Sixty-four clients on four I/O threads, and a replica: what was acknowledged is there once and in its order, who waits is
served once and in turn, and the replica ends with the same data."""
import collections
import os
import random
import threading
import time
import unittest

from server_harness import Engine, Error, wait_until

SECONDS = 60 if os.environ.get("MILLPOND_SOAK") else 2
THREADS = os.environ.get("MILLPOND_ENGINE_THREADS", "4")
CLIENTS = int(os.environ.get("MILLPOND_CLIENTS", "64"))


class Histories(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("--threads", THREADS, "--enable-debug-command", "yes")
        cls.replica = Engine("--threads", THREADS, "--enable-debug-command", "yes",
                             "--replicaof", "127.0.0.1 %d" % cls.engine.port)
        cls.seed = int(os.environ.get("MILLPOND_SEED", random.randrange(1 << 30)))
        print("MILLPOND_SEED=%d" % cls.seed)
        client = cls.engine.local()
        wait_until(lambda: b"state=online" in client.do("INFO", "replication"), what="the replica is online")
        cls.has_scripts = client.do("COMMAND", "INFO", "EVAL")[0] is not None
        client.close()

    @classmethod
    def tearDownClass(cls):
        cls.replica.close()
        cls.engine.close()

    def setUp(self):
        self.failures = []
        self.control = self.engine.local()
        self.control.do("FLUSHALL")

    def tearDown(self):
        self.control.close()

    def run_all(self, bodies, seconds=SECONDS):
        """Each body(client, rng, over) on a thread and connection of its own."""
        end = time.monotonic() + seconds

        def guard(index, body):
            client = self.engine.client()
            try:
                body(client, random.Random(self.seed + index), lambda: time.monotonic() > end)
            except BaseException as error:  # noqa: reported by the test's thread
                self.failures.append("%d: %r" % (index, error))
            finally:
                client.close()

        threads = [threading.Thread(target=guard, args=(i, body)) for i, body in enumerate(bodies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.failures, [])

    def compare_replica(self):
        """The replica has what the primary has, once it has caught up."""
        replica = self.replica.local()
        digest = self.control.do("DEBUG", "DIGEST")
        self.assertNotEqual(digest, "0" * 40)
        wait_until(lambda: replica.do("DEBUG", "DIGEST") == digest, what="the replica's digest is the primary's")
        replica.close()

    # -- Appends

    def test_no_acknowledged_append_is_lost_doubled_or_reordered(self):
        lists = ["h%d" % i for i in range(8)]
        acknowledged = [collections.defaultdict(list) for _ in range(CLIENTS)]
        script = "for i = 1, #KEYS do redis.call('rpush', KEYS[i], ARGV[1]) end return #KEYS"

        def append(client, rng, item, chosen):
            """How an item gets to the end of each of the chosen lists, as one."""
            way = rng.randrange(4 if self.has_scripts else 3)
            if way == 0 or len(chosen) > 1 and way < 3:
                client.push("MULTI")
                for key in chosen:
                    client.push("RPUSH", key, item)
                client.push("EXEC")
                replies = [client.read() for _ in range(len(chosen) + 2)]
                if isinstance(replies[-1], Error) or len(replies[-1]) != len(chosen):
                    raise AssertionError("EXEC: %r" % replies)
            elif way == 3:
                client.do("EVAL", script, len(chosen), *chosen, item)
            else:
                client.do("RPUSH", chosen[0], item)

        def writer(me):
            def body(client, rng, over):
                number = 0
                while not over():
                    chosen = rng.sample(lists, rng.choice((1, 1, 2, 3)))
                    item = "%d:%d" % (me, number)
                    append(client, rng, item, chosen)
                    for key in chosen:
                        acknowledged[me][key].append(item)
                    number += 1
            return body

        self.run_all([writer(i) for i in range(CLIENTS)])
        orders = {}
        for key in lists:
            items = [item.decode() for item in self.control.do("LRANGE", key, 0, -1)]
            self.assertEqual(len(items), len(set(items)), "doubled in %s" % key)
            by_client = collections.defaultdict(list)
            for item in items:
                by_client[int(item.split(":")[0])].append(item)
            for me in range(CLIENTS):
                self.assertEqual(by_client[me], acknowledged[me][key], "client %d in %s" % (me, key))
            orders[key] = {item: place for place, item in enumerate(items)}
        # What was appended to two lists as one stands in the same order in both.
        for first in lists:
            for second in lists:
                both = sorted(orders[first].keys() & orders[second].keys(), key=orders[first].get)
                places = [orders[second][item] for item in both]
                self.assertEqual(places, sorted(places), "%s and %s disagree" % (first, second))
        self.compare_replica()

    def test_watch_never_passes_a_changed_key(self):
        added = [0] * CLIENTS

        def careful(me):
            def body(client, rng, over):
                while not over():
                    key = "w%d" % rng.randrange(3)
                    client.do("WATCH", key)
                    value = int(client.do("LINDEX", key, 0) or 0)
                    client.push("MULTI")
                    client.push("DEL", key)
                    client.push("RPUSH", key, value + 1)
                    client.push("EXEC")
                    replies = [client.read() for _ in range(4)]
                    if replies[-1] is not None:
                        added[me] += 1
            return body

        def blocking(me):
            """Takes the value while it waits for it, and puts it back one higher."""
            def body(client, rng, over):
                while not over():
                    key = "w%d" % rng.randrange(3)
                    taken = client.do("BLPOP", key, 0.02)
                    if taken is None:
                        continue
                    client.do("RPUSH", "back%d" % me, int(taken[1]) + 1)
                    # Whoever found nothing meanwhile has begun at 1 again: both counts are kept.
                    client.push("MULTI")
                    client.push("LPOP", "back%d" % me)
                    client.push("RPUSH", "kept", int(taken[1]) + 1)
                    client.push("EXEC")
                    for _ in range(4):
                        client.read()
                    added[me] += 1
            return body

        half = CLIENTS * 3 // 4
        self.run_all([careful(i) for i in range(half)] + [blocking(i) for i in range(half, CLIENTS)])
        total = sum(int(value) for key in ("w0", "w1", "w2", "kept") for value in self.control.do("LRANGE", key, 0, -1))
        self.assertGreater(sum(added), 0)
        self.assertEqual(total, sum(added))
        self.compare_replica()

    # -- Blocked clients

    def test_each_element_is_served_once(self):
        """Pushes by every way there is, takers that time out all the time: nothing is lost or doubled."""
        queues = ["q%d" % i for i in range(4)]
        pushed, taken = [[] for _ in range(CLIENTS)], [[] for _ in range(CLIENTS)]
        over_all = threading.Event()

        def producer(me):
            def body(client, rng, over):
                number = 0
                while not over():
                    items = ["%d:%d" % (me, number + i) for i in range(rng.choice((1, 1, 2, 5)))]
                    number += len(items)
                    queue = rng.choice(queues)
                    way = rng.randrange(4)
                    if way == 0:
                        client.push("MULTI")
                        for item in items:
                            client.push("RPUSH", queue, item)
                        client.push("EXEC")
                        for _ in range(len(items) + 2):
                            client.read()
                    elif way == 1:
                        client.do("RPUSH", "own%d" % me, *items)
                        client.do("RENAME", "own%d" % me, "to%d" % me)
                        for _ in items:
                            client.do("LMOVE", "to%d" % me, queue, "LEFT", "RIGHT")
                    else:
                        client.do(rng.choice(("LPUSH", "RPUSH")), queue, *items)
                    pushed[me] += items
            return body

        def consumer(me):
            def body(client, rng, over):
                while not over_all.is_set():
                    wait = rng.choice(("0.001", "0.01", "0.05"))
                    chosen = rng.sample(queues, rng.randint(1, 3))
                    way = rng.randrange(4)
                    if way == 0:
                        reply = client.do("BLMPOP", wait, len(chosen), *chosen, "LEFT", "COUNT", 3)
                        taken[me] += reply[1] if reply else []
                    elif way == 1:
                        reply = client.do("BLMOVE", chosen[0], "done", "LEFT", "RIGHT", wait)
                    else:
                        reply = client.do(rng.choice(("BLPOP", "BRPOP")), *chosen, wait)
                        taken[me] += reply[1:] if reply else []
            return body

        def ending(client, rng, over):
            """Clients that go while they wait, before anything comes."""
            while not over():
                one = self.engine.client()
                one.push("BLPOP", "nothing", rng.choice(queues) + "x", 0)
                one.close()
            over_all.set()

        half = CLIENTS // 2
        self.run_all([producer(i) for i in range(half)] + [consumer(i) for i in range(half, CLIENTS)] + [ending])
        left = [item for key in [*queues, "done"] for item in self.control.do("LRANGE", key, 0, -1)]
        got = collections.Counter(item.decode() for item in left + [item for each in taken for item in each])
        sent = collections.Counter(item for each in pushed for item in each)
        self.assertGreater(len(sent), 0)
        self.assertEqual(got, sent)
        self.compare_replica()

    def test_first_come_first_served(self):
        """Whatever else goes on, elements go to clients in the order in which they began to wait."""
        stop = threading.Event()

        def noise(client, rng, over):
            while not stop.is_set():
                key = "n%d" % rng.randrange(20)
                client.do(*rng.choice((("RPUSH", key, 1), ("BLPOP", key, 0.001), ("LPOP", key), ("DBSIZE",),
                                       ("BLMOVE", key, "n0", "LEFT", "LEFT", 0.001))))

        def turns(client, rng, over):
            try:
                while not over():
                    self.one_turn(client, rng)
            finally:
                stop.set()

        self.run_all([turns] + [noise] * (CLIENTS // 2))

    def one_turn(self, client, rng):
        waiting = [self.engine.client() for _ in range(12)]
        ids = [one.do("CLIENT", "ID") for one in waiting]
        for one, number in zip(waiting, ids):
            one.push(*rng.choice((("BLPOP", "turn", 0), ("BLPOP", "other", "turn", 0), ("BLMPOP", 0, 1, "turn", "LEFT"),
                                  ("BLMOVE", "turn", "moved", "LEFT", "LEFT", 0))))
            wait_until(lambda n=number: b"flags=b" in client.do("CLIENT", "LIST", "ID", n), what="it waits")
        sent = 0
        while sent < len(waiting):
            count = min(rng.choice((1, 1, 2, 4)), len(waiting) - sent)
            client.do("RPUSH", "turn", *range(sent, sent + count))
            sent += count
        for place, one in enumerate(waiting):
            reply = one.read()
            while isinstance(reply, list):
                reply = reply[-1]
            self.assertEqual(int(reply), place)
            one.close()
        self.assertEqual(client.do("LLEN", "turn"), 0)

    def test_nobody_is_left_blocked(self):
        def taker(client, rng, over):
            while not over():
                client.do("BLPOP", "a", "b", "c", 0.003)

        def ender(client, rng, over):
            while not over():
                for line in client.do("CLIENT", "LIST").decode().splitlines():
                    fields = dict(field.partition("=")[::2] for field in line.split())
                    if "b" in fields["flags"]:
                        client.do("CLIENT", "UNBLOCK", fields["id"])

        self.run_all([taker] * (CLIENTS - 4) + [ender] * 4)
        wait_until(lambda: b"blocked_clients:0\r" in self.control.do("INFO", "clients"), what="nobody is blocked")
        self.control.do("RPUSH", "a", 1)
        self.assertEqual(self.control.do("LLEN", "a"), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
