# SPDX-License-Identifier: Apache-2.0
"""Connections: authentication, limits, CLIENT, pauses, big and broken input, and how they end."""
import os
import random
import signal
import socket
import subprocess
import threading
import time
import unittest

from server_harness import Client, Engine, Error, wait_until


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("--threads", "2")

    @classmethod
    def tearDownClass(cls):
        cls.engine.close()

    def connect(self, **options):
        client = self.engine.client(**options)
        self.addCleanup(client.close)
        return client

    def test_pipelines_come_back_in_order_however_they_are_cut(self):
        seed = int(os.environ.get("MILLPOND_SEED", random.randrange(1 << 30)))
        print("MILLPOND_SEED=%d" % seed)
        rng = random.Random(seed)
        client = self.connect()
        expected, data = [], b""
        for i in range(3000):
            value = b"v" * rng.choice((0, 1, 30, 3000))
            data += Client.encode("SET", "p%d" % (i % 50), value) + Client.encode("GET", "p%d" % (i % 50))
            expected += ["OK", value]

        def send():
            at = 0
            while at < len(data):
                size = rng.choice((1, 7, 100, 5000, 100000))
                client.raw(data[at:at + size])
                at += size

        sender = threading.Thread(target=send)
        sender.start()
        for want in expected:
            self.assertEqual(client.read(), want)
        sender.join()

    def test_what_comes_after_quit_does_not_touch_the_commands_of_others(self):
        engine = Engine("--threads", "1")
        self.addCleanup(engine.close)
        client, leaving = engine.client(), engine.client()
        self.addCleanup(client.close)
        self.addCleanup(leaving.close)
        self.assertEqual(leaving.do("QUIT"), "OK")
        # While it stands still, both gather, and come in one turn of the loop, in this order.
        engine.process.send_signal(signal.SIGSTOP)
        client.push("SET", "key", "mine")
        leaving.push("SET", "key", "late")
        engine.process.send_signal(signal.SIGCONT)
        self.assertEqual(client.read(), "OK")
        self.assertEqual(client.do("GET", "key"), b"mine")

    def test_nothing_is_paced_within_the_machine(self):
        client = self.connect()
        client.do("PING")
        shown = subprocess.run(["ss", "-tinH", "state", "established", f"sport = :{self.engine.port}"], capture_output=True, text=True,
                               check=True, timeout=20).stdout
        self.assertIn(" reno ", shown)

    def test_big_values(self):
        client = self.connect()
        for size in (16 * 1024, 16 * 1024 + 1, 100_000, 40_000_000):
            value = os.urandom(1000) * (size // 1000) + b"e" * (size % 1000)
            self.assertEqual(client.do("SET", "big", value), "OK")
            self.assertEqual(client.do("STRLEN", "big"), size)
            client.push("GET", "big")
            client.push("ECHO", "after")
            self.assertTrue(client.read() == value)
            self.assertEqual(client.read(), b"after")
        client.do("MULTI")
        client.do("GET", "big")
        client.do("SET", "big", "small")
        client.do("GET", "big")
        reply = client.do("EXEC")
        self.assertEqual([len(reply[0]), reply[1:]], [40_000_000, ["OK", b"small"]])

    def test_protocol_errors_close_the_connection_after_the_replies(self):
        client = self.connect()
        client.raw(Client.encode("ECHO", "x") + b"*1\r\n:3\r\n" + Client.encode("ECHO", "y"))
        self.assertEqual(client.read(), b"x")
        self.assertEqual(str(client.read()), "ERR Protocol error: expected '$', got ':'")
        self.assertTrue(client.at_end())

    def test_quit_answers_then_closes(self):
        client = self.connect()
        client.raw(Client.encode("QUIT") + Client.encode("SET", "never", 1) * 1000)
        self.assertEqual(client.read(), "OK")
        self.assertTrue(client.at_end())
        self.assertIsNone(self.connect().do("GET", "never"))

    def test_client_list_and_kill(self):
        me, a, b = self.connect(), self.connect(), self.connect()
        b.do("PING")  # a connection is listed when it has been taken
        a.do("CLIENT", "SETNAME", "alice")
        a.do("SELECT", 5)
        a.do("MULTI")
        a.do("PING")
        listed = me.do("CLIENT", "LIST", "ID", self.id_of(me, "alice")).decode()
        self.assertIn("name=alice", listed)
        self.assertIn(" db=5 ", listed)
        self.assertIn(" flags=x ", listed)
        self.assertIn(" multi=1 ", listed)
        self.assertIn("ERR", str(me.ask("CLIENT", "SETNAME", "a b")))
        self.assertEqual(me.do("CLIENT", "KILL", "ID", self.id_of(me, "alice")), 1)
        self.assertTrue(a.at_end())
        address = "%s:%d" % b.socket.getsockname()
        self.assertEqual(me.do("CLIENT", "KILL", address), "OK")
        self.assertTrue(b.at_end())
        self.assertEqual(str(me.ask("CLIENT", "KILL", address)), "ERR No such client")
        self.assertEqual(me.do("CLIENT", "KILL", "LADDR", "1.1.1.1:1"), 0)
        self.assertIn("Unknown client type", str(me.ask("CLIENT", "KILL", "TYPE", "x")))
        me.push("CLIENT", "KILL", "ID", me.do("CLIENT", "ID"), "SKIPME", "no")
        self.assertEqual(me.read(), 1)
        self.assertTrue(me.at_end())

    @staticmethod
    def id_of(client, name):
        for line in client.do("CLIENT", "LIST").decode().splitlines():
            if " name=%s " % name in line:
                return line.split()[0][3:]
        raise AssertionError(name)

    def test_client_reply(self):
        client = self.connect()
        client.push("CLIENT", "REPLY", "SKIP")
        client.push("ECHO", "silent")
        self.assertEqual(client.do("ECHO", "heard"), b"heard")
        client.push("CLIENT", "REPLY", "OFF")
        client.push("ECHO", "silent")
        client.push("NOSUCH")
        client.push("MULTI")
        client.push("PING")
        client.push("EXEC")
        self.assertEqual(client.do("CLIENT", "REPLY", "ON"), "OK")
        self.assertEqual(client.do("ECHO", "heard"), b"heard")
        client.push("CLIENT", "REPLY", "OFF")
        client.push("ECHO", "silent")
        self.assertEqual(client.do("RESET"), "RESET")

    def test_a_reply_that_comes_late_is_skipped_too(self):
        client, other = self.connect(), self.connect()
        client.push("CLIENT", "REPLY", "SKIP")
        client.push("WAIT", 1, 10)
        self.assertEqual(client.do("ECHO", "heard"), b"heard")
        client.push("CLIENT", "REPLY", "SKIP")
        client.push("BLPOP", "skipped-queue", 0)
        client.push("ECHO", "heard")
        other.do("RPUSH", "skipped-queue", "element")
        self.assertEqual(client.read(), b"heard")
        self.assertEqual(other.do("EXISTS", "skipped-queue"), 0)

    def test_a_pause_parks_writes_and_lets_reads_pass(self):
        me, writer, reader = self.connect(), self.connect(), self.connect()
        self.addCleanup(lambda: self.engine.local().do("CLIENT", "UNPAUSE"))
        writer.do("SET", "paused", 0)
        me.do("CLIENT", "PAUSE", 60000, "WRITE")
        writer.raw(Client.encode("GET", "paused") + Client.encode("INCR", "paused") + Client.encode("GET", "paused"))
        self.assertEqual(writer.read(), b"0")
        self.assertEqual(reader.do("GET", "paused"), b"0")
        reader.do("MULTI")
        reader.do("PING")
        self.assertEqual(reader.do("EXEC"), ["PONG"])
        wait_until(lambda: b"flags=b" in me.do("CLIENT", "LIST"))
        started = time.monotonic()
        me.do("CLIENT", "UNPAUSE")
        self.assertEqual([writer.read(), writer.read()], [1, b"1"])
        self.assertLess(time.monotonic() - started, 5)
        me.do("CLIENT", "PAUSE", 100, "ALL")
        started = time.monotonic()
        self.assertEqual(reader.do("PING"), "PONG")
        self.assertGreater(time.monotonic() - started, 0.05)
        me.do("CLIENT", "UNPAUSE")

    def test_a_parked_client_may_go_away(self):
        me, writer = self.connect(), self.engine.client()
        self.addCleanup(lambda: self.engine.local().do("CLIENT", "UNPAUSE"))
        writer.do("PING")  # so that it is listed
        before = me.do("CLIENT", "LIST").count(b"\n")
        me.do("CLIENT", "PAUSE", 60000, "WRITE")
        writer.push("SET", "gone", 1)
        wait_until(lambda: b"flags=b" in me.do("CLIENT", "LIST"))
        writer.close()
        wait_until(lambda: me.do("CLIENT", "LIST").count(b"\n") < before)
        me.do("CLIENT", "UNPAUSE")
        self.assertIsNone(me.do("GET", "gone"))

    def test_a_client_that_does_not_read_is_cut_off_at_its_limit(self):
        me, greedy = self.connect(), self.connect()
        me.do("SET", "fat", b"x" * 10_000)
        me.do("CONFIG", "SET", "client-output-buffer-limit", "normal 1mb 0 0")
        greedy.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            greedy.raw(Client.encode("GET", "fat") * 3000)
        except OSError:
            pass
        wait_until(lambda: b"client_output_buffer_limit_disconnections:1" in me.do("INFO", "stats"))
        me.do("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0")

    def test_idle_clients_are_closed(self):
        idle, me = self.connect(), self.connect()
        idle.do("PING")
        me.do("CONFIG", "SET", "timeout", 1)
        idle.do("PING")
        self.assertTrue(idle.at_end())
        self.engine.local().do("CONFIG", "SET", "timeout", 0)


class Limits(unittest.TestCase):
    def test_maxclients(self):
        engine = Engine("--maxclients", "5")
        self.addCleanup(engine.close)
        first = engine.client()
        wait_until(lambda: b"connected_clients:1\r" in first.do("INFO", "clients"))
        others = [engine.client() for _ in range(4)]
        for other in others:
            other.do("PING")
        refused = engine.client()
        self.assertEqual(str(refused.read()), "ERR max number of clients reached")
        self.assertTrue(refused.at_end())
        others[0].close()
        wait_until(lambda: b"connected_clients:4\r" in first.do("INFO", "clients"))
        self.assertEqual(engine.client().do("PING"), "PONG")
        self.assertIn(b"rejected_connections:1\r", first.do("INFO", "stats"))

    def test_authentication(self):
        engine = Engine("--requirepass", "secret")
        self.addCleanup(engine.close)
        client = engine.client()
        self.assertEqual(str(client.ask("GET", "k")), "NOAUTH Authentication required.")
        self.assertIn("WRONGPASS", str(client.ask("AUTH", "wrong")))
        self.assertIn("WRONGPASS", str(client.ask("AUTH", "nobody", "secret")))
        self.assertIn("NOAUTH HELLO", str(client.ask("HELLO", "3")))
        client.raw(Client.encode("AUTH", "secret") + Client.encode("MSET", *range(40)))
        self.assertEqual([client.read(), client.read()], ["OK", "OK"])
        self.assertIsInstance(engine.client().do("HELLO", "3", "AUTH", "default", "secret"), dict)
        for greedy, words in ((b"*11\r\n", "unauthenticated multibulk length"),
                              (b"*1\r\n$16385\r\n", "unauthenticated bulk length")):
            client = engine.client()
            client.raw(greedy)
            self.assertIn(words, str(client.read()))
            self.assertTrue(client.at_end())

    def test_protected_mode(self):
        address = own_address()
        if not address:
            self.skipTest("this machine has no address but loopback")
        engine = Engine(address="0.0.0.0")
        self.addCleanup(engine.close)
        self.assertEqual(Client(engine.port, "127.0.0.1").do("PING"), "PONG")
        stranger = Client(engine.port, address)
        self.assertIn("DENIED", str(stranger.read()))
        self.assertTrue(stranger.at_end())
        engine.local().do("CONFIG", "SET", "protected-mode", "no")
        self.assertEqual(Client(engine.port, address).do("PING"), "PONG")
        engine.local().do("CONFIG", "SET", "protected-mode", "yes", "requirepass", "p")
        self.assertEqual(Client(engine.port, address).do("AUTH", "p"), "OK")

    def test_ipv6(self):
        try:
            engine = Engine(address="::1")
        except OSError:
            self.skipTest("no IPv6 here")
        self.addCleanup(engine.close)
        self.assertIn(b"addr=[::1]:", engine.client().do("CLIENT", "LIST"))


def own_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = probe.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
