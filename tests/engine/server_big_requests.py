# SPDX-License-Identifier: Apache-2.0
"""Commands that are too big to come in one piece: where they are cut makes no difference, a value may stay in the memory that
it was read into, and that memory is nobody else's from then on."""
import os
import random
import threading
import unittest

from server_harness import Client, OneEngine, wait_until

# Around what is kept in place, read on its own, and reserved at once; and some beyond.
SIZES = [size + more for size in (0, 16 << 10, 32 << 10, 64 << 10, 256 << 10, 700_000) for more in (-50, -1, 0, 1, 50) if size + more >= 0]
LENGTH = 30  # of a pipeline
ROUNDS = 40 if os.environ.get("MILLPOND_SOAK") else 6


class Model:
    """Some strings and what commands do to them: pairs of a command and its reply."""

    def __init__(self, rng, prefix):
        self.rng, self.prefix, self.strings = rng, prefix, {}

    def key(self):
        return f"{self.prefix}:{self.rng.randrange(4)}"

    def bytes(self):
        size = self.rng.choice(SIZES)
        return bytes([self.rng.randrange(256)]) * (size // 2) + self.rng.randbytes(size - size // 2)

    def commands(self):
        key, value, strings = self.key(), self.bytes(), self.strings
        old = strings.get(key)
        kind = self.rng.randrange(11)
        if kind < 3:
            strings[key] = value
            yield ("SET", key, value), "OK"
        elif kind == 3:
            strings[key] = value
            yield ("SET", key, value, "GET"), old
        elif kind == 4:
            strings[key] = (old or b"") + value
            yield ("APPEND", key, value), len(strings[key])
            if len(strings[key]) > 3_000_000:
                del strings[key]
                yield ("DEL", key), 1
        elif kind == 5:
            at = self.rng.randrange(max(SIZES))
            if value:
                kept = (old or b"").ljust(at, b"\0")
                strings[key] = kept[:at] + value + kept[at + len(value):]
            yield ("SETRANGE", key, at, value), len(strings.get(key, b""))
        elif kind == 6:
            yield ("GET", key), old
        elif kind == 7:
            other, second = self.key(), self.bytes()
            strings[key] = value
            strings[other] = second
            yield ("MSET", key, value, other, second), "OK"
        elif kind == 8:
            strings[key] = value
            yield ("MULTI",), "OK"
            yield ("SET", key, value), "QUEUED"
            yield ("STRLEN", key), "QUEUED"
            yield ("EXEC",), ["OK", len(value)]
        elif kind == 9:
            strings[key] = value
            yield ("EVAL", "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])", 1, key, value), value
        else:
            # The value is changed while the request that brought it is still being read.
            strings[key] = b"<" + value[1:] + b">" if value else b"<>"
            yield ("SET", key, value), "OK"
            yield ("SETRANGE", key, 0, "<"), max(len(value), 1)
            yield ("APPEND", key, ">"), len(strings[key])

    def pipeline(self):
        pairs = []
        while len(pairs) < LENGTH:
            pairs.extend(self.commands())
        return pairs


class BigRequests(OneEngine):
    OPTIONS = ("--threads", "2", "--enable-debug-command", "yes")

    @classmethod
    def setUpClass(cls):
        cls.seed = int(os.environ.get("MILLPOND_SEED", random.randrange(1 << 30)))
        print("MILLPOND_SEED=%d" % cls.seed)
        super().setUpClass()

    def spare(self, key):
        """Bytes behind a value in its memory."""
        return int(self.client.do("DEBUG", "SDSLEN", key).split("val_sds_avail:")[1].split(",")[0])

    def test_any_cut(self):
        failures = []

        def run(number):
            rng = random.Random(self.seed + number)
            model = Model(rng, f"k{number}")
            client = Client(self.engine.port)
            try:
                for _ in range(ROUNDS):
                    self.exchange(client, rng, model.pipeline())
                for key, value in model.strings.items():
                    assert client.do("GET", key) == value, key
            except Exception as error:  # told by the thread that waits
                failures.append(repr(error)[:2000])
            finally:
                client.close()

        threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        digest = self.client.do("DEBUG", "DIGEST")
        self.client.do("DEBUG", "RELOAD")
        self.assertEqual(self.client.do("DEBUG", "DIGEST"), digest)

    @staticmethod
    def exchange(client, rng, pairs):
        data = b"".join(Client.encode(*command) for command, _ in pairs)

        def send():
            at = 0
            while at < len(data):
                step = rng.choice((1, 7, 4096, 16 << 10, 40_000, 100_000, 1 << 20))
                client.raw(data[at:at + step])
                at += step

        sender = threading.Thread(target=send)
        sender.start()
        try:
            for command, expected in pairs:
                reply = client.read()
                assert reply == expected, (command[0], command[1:2], [len(str(arg)) for arg in command], str(reply)[:60])
        finally:
            sender.join()

    def test_value_stays_where_it_was_read(self):
        value = b"v" * 100_000
        for _ in range(3):  # the first comes through the thread's own memory in part
            self.client.do("SET", "kept", value)
            self.assertEqual(self.spare("kept"), len("\r\n"))
        self.assertLess(self.client.do("MEMORY", "USAGE", "kept"), 100_300)
        self.client.do("MSET", "one", value, "two", value)
        self.assertEqual([self.spare("one"), self.spare("two")], [0, 0])
        self.client.do("SET", "small", "v")
        self.client.do("SET", "kept", value, "EX", "1000")
        self.assertEqual(self.client.do("GET", "kept"), value)

    def test_whose_memory_it_is(self):
        """Its request has been taken away by a value; others change, read and remove that at once."""
        value = b"v" * 200_000
        over = threading.Event()
        strange = []

        def disturb(number):
            client = Client(self.engine.port)
            while not over.is_set():
                client.do("SETRANGE", "shared", number, "x")
                strange.extend(set(client.do("GET", "shared") or b"") - set(b"vx\0w"))
                client.do("DEL", "shared")
            client.close()

        threads = [threading.Thread(target=disturb, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(100):
                # What follows lies in the same input; it must come whole, whatever becomes of the value.
                self.client.raw(Client.encode("SET", "shared", value) + Client.encode("ECHO", b"e" * 50_000))
                self.client.raw(Client.encode("SET", "shared", b"w" * 150_000) + Client.encode("ECHO", "end"))
                self.assertEqual([self.client.read() for _ in range(4)], ["OK", b"e" * 50_000, "OK", b"end"])
        finally:
            over.set()
            for thread in threads:
                thread.join()
        self.assertEqual(strange, [])

    def test_pause_leaves_it_whole(self):
        value = random.Random(self.seed).randbytes(150_000)
        self.client.do("SET", "k", value)
        other = self.engine.client()
        self.addCleanup(other.close)
        for _ in range(3):
            other.do("CLIENT", "PAUSE", "100000", "WRITE")
            self.client.push("SET", "k", value + b"paused")
            self.client.push("GET", "k")
            wait_until(lambda: "qbuf=1500" in other.do("CLIENT", "LIST").decode(), what="the command waits")
            other.do("CLIENT", "UNPAUSE")
            self.assertEqual(self.client.read(), "OK")
            self.assertEqual(self.client.read(), value + b"paused")

    def used(self):
        return int(self.client.do("INFO", "memory").decode().split("used_memory:")[1].split()[0])

    def test_many_arguments_take_memory_for_their_time_only(self):
        before = self.used()
        clients = [self.engine.client() for _ in range(4)]
        for client in clients:
            client.do("SADD", "set", *range(100_000))
        for client in clients:
            client.do("DEL", "set")
            client.do("PING")
        wait_until(lambda: self.used() - before < 200_000, what="what they took has been given back")
        for client in clients:
            client.close()

    def test_announcing_takes_no_memory(self):
        before = self.used()
        clients = [self.engine.client() for _ in range(8)]
        for client in clients:
            client.raw(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000\r\n" + b"v" * 1000)
        wait_until(lambda: self.client.do("CLIENT", "LIST").decode().count("qbuf=1") >= len(clients), what="it has come")
        self.assertLess(self.used() - before, len(clients) * 400_000)
        for client in clients:
            client.close()


if __name__ == "__main__":
    unittest.main()
