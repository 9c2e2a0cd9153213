# SPDX-License-Identifier: Apache-2.0
"""How redis-server 7.0 and millpond-engine end, side by side: SHUTDOWN and its options, SIGTERM and SIGINT, with a replica (a
redis-server) that is stopped and cannot follow, and with a folder that nothing can be saved in.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/shutdown.py [Test.method]
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import servers

PROGRAMS = os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine"), "/usr/bin/redis-server"
PATIENCE = 30
# Longer than any test takes, so that what ends has not ended by itself; and short enough to be waited for.
LONG, SHORT = "600", "1"


def wait_for(what, condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.01)


def info(client, section):
    text = client.call("INFO", section).value.decode()
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)


class Shutdown(unittest.TestCase):
    def start(self, program, *options):
        server = servers.Server(program, *options)
        self.addCleanup(server.stop)
        server.admin = self.client(server)
        return server

    def client(self, server):
        client = server.client()
        self.addCleanup(client.close)
        return client

    def stopped_replica(self, primary):
        """A replica that has all and then stops; its primary has written since."""
        replica = servers.Server("/usr/bin/redis-server", "--replicaof", f"127.0.0.1 {primary.port}")
        self.addCleanup(replica.stop)
        with_replica = self.client(replica)
        wait_for("the link", lambda: info(with_replica, "replication")["master_link_status"] == "up")
        os.kill(replica.process.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, replica.process.pid, signal.SIGCONT)
        self.assertEqual(primary.admin.call("SET", "late", "1").value, b"OK")
        replica.admin = with_replica
        return replica

    def waiting(self, server):
        return "shutdown_in_milliseconds" in info(server.admin, "server")

    def ask(self, server, *words):
        """SHUTDOWN on a connection of its own, which is waited for until it is under way."""
        client = self.client(server)
        client.send([[word.encode() for word in ("SHUTDOWN", *words)]])
        wait_for("the shutdown to begin", lambda: self.waiting(server))
        return client

    def end_of(self, server):
        return server.process.wait(PATIENCE)

    def said(self, client):
        """What comes before the connection ends."""
        try:
            return client.read()
        except OSError as error:
            return type(error).__name__

    def saved(self, server):
        return os.path.exists(os.path.join(server.folder, "dump.rdb"))

    def each(self, run):
        """The same with both, compared."""
        outcomes = [run(program) for program in PROGRAMS]
        self.assertEqual(*outcomes)
        return outcomes[0]

    def test_arguments(self):
        wrong = [("BOGUS",), ("SAVE", "NOSAVE"), ("ABORT", "NOW"), ("ABORT", "FORCE"), ("NOSAVE", "ABORT"), ("ABORT",), ("abort", "ABORT"),
                 ("SAVE", "x"), ("",)]

        def run(program):
            server = self.start(program)
            found = [server.admin.call("SHUTDOWN", *words) for words in wrong]
            for words in (("MULTI",), ("SHUTDOWN", "NOSAVE"), ("DISCARD",), ("EVAL", "return redis.pcall('shutdown')", "0"), ("PING",)):
                found.append(server.admin.call(*words))
            return found

        self.each(run)

    def test_when_it_saves(self):
        for points in ("", "3600 1"):
            for words in ((), ("SAVE",), ("NOSAVE",), ("SAVE", "NOW", "FORCE"), ("NOSAVE", "FORCE"), ("NOW",), ("now", "NOW")):

                def run(program):
                    server = self.start(program, "--save", points)
                    server.admin.call("SET", "a", "1")
                    server.admin.send([[word.encode() for word in ("SHUTDOWN", *words)]])
                    return self.said(server.admin), self.end_of(server), self.saved(server)

                with self.subTest(points=points, words=words):
                    self.each(run)

    def test_signals_and_their_directives(self):
        for points, number, options in (
                ("", signal.SIGTERM, ()), ("3600 1", signal.SIGTERM, ()), ("3600 1", signal.SIGINT, ()),
                ("3600 1", signal.SIGTERM, ("--shutdown-on-sigterm", "nosave")), ("", signal.SIGTERM, ("--shutdown-on-sigterm", "save", "now")),
                ("", signal.SIGINT, ("--shutdown-on-sigterm", "save")), ("", signal.SIGINT, ("--shutdown-on-sigint", "save"))):

            def run(program):
                server = self.start(program, "--save", points, *options)
                server.admin.call("SET", "a", "1")
                server.process.send_signal(number)
                return self.said(server.admin), self.end_of(server), self.saved(server)

            with self.subTest(points=points, number=number, options=options):
                self.each(run)

    def test_a_replica_that_does_not_follow_is_waited_for(self):
        def run(program):
            server = self.start(program, "--shutdown-timeout", LONG)
            self.stopped_replica(server)
            asking = self.ask(server)
            second = self.client(server)
            second.send([[b"SHUTDOWN", b"NOW"]])  # the first one goes on
            wait_for("both to wait", lambda: server.admin.call("CLIENT", "LIST").value.count(b"cmd=shutdown") == 2)
            writer = self.client(server)
            writer.send([[b"SET", b"too", b"late"]])
            found = [server.admin.call("GET", "late"), server.admin.call("EXISTS", "too"), self.waiting(server)]
            left = int(info(server.admin, "server")["shutdown_in_milliseconds"])
            self.assertTrue(0 < left <= int(LONG) * 1000)
            found += [server.admin.call("SHUTDOWN", "ABORT"), self.said(asking), self.said(second), self.said(writer), self.waiting(server)]
            return [*found, server.admin.call("SHUTDOWN", "ABORT"), server.admin.call("GET", "too")]

        self.each(run)

    def test_who_has_asked_goes_on_when_it_is_called_off(self):
        """redis-server 7.0.15 crashes with what such a client sends next."""
        server = self.start(PROGRAMS[0], "--shutdown-timeout", LONG)
        self.stopped_replica(server)
        for _ in range(2):
            asking = self.ask(server)
            self.assertEqual(server.admin.call("SHUTDOWN", "ABORT").value, b"OK")
            self.assertEqual((self.said(asking).kind, asking.call("PING").value), ("-", b"PONG"))

    def test_it_ends_when_the_replica_has_all(self):
        def run(program):
            server = self.start(program, "--shutdown-timeout", LONG)
            replica = self.stopped_replica(server)
            asking = self.ask(server)
            self.assertIsNone(server.process.poll())
            os.kill(replica.process.pid, signal.SIGCONT)
            found = [self.said(asking), self.end_of(server)]
            return [*found, replica.admin.call("GET", "late"), self.saved(server)]

        self.each(run)

    def test_it_ends_when_its_time_is_over(self):
        def run(program):
            server = self.start(program, "--shutdown-timeout", SHORT, "--save", "3600 1")
            self.stopped_replica(server)
            begun = time.monotonic()
            asking = self.ask(server)
            found = [self.said(asking), self.end_of(server), self.saved(server)]
            self.assertGreaterEqual(time.monotonic() - begun, float(SHORT) * 0.9)
            return found

        self.each(run)

    def test_what_does_not_wait(self):
        for words, timeout in ((("NOW",), LONG), (("NOSAVE", "NOW"), LONG), ((), "0")):

            def run(program):
                server = self.start(program, "--shutdown-timeout", timeout)
                self.stopped_replica(server)
                server.admin.send([[word.encode() for word in ("SHUTDOWN", *words)]])
                return self.said(server.admin), self.end_of(server)

            with self.subTest(words=words, timeout=timeout):
                self.each(run)

    def test_a_signal_waits_too(self):
        def run(program):
            server = self.start(program, "--shutdown-timeout", LONG)
            self.stopped_replica(server)
            server.process.send_signal(signal.SIGTERM)
            wait_for("the shutdown to begin", lambda: self.waiting(server))
            found = [server.admin.call("SHUTDOWN", "ABORT"), self.waiting(server), server.admin.call("SET", "a", "1")]
            server.admin.call("CONFIG", "SET", "shutdown-on-sigterm", "now")
            server.process.send_signal(signal.SIGTERM)
            return [*found, self.said(server.admin), self.end_of(server)]

        self.each(run)

    def test_interrupted_twice(self):
        def run(program):
            server = self.start(program, "--shutdown-timeout", LONG)
            self.stopped_replica(server)
            server.process.send_signal(signal.SIGINT)
            wait_for("the shutdown to begin", lambda: self.waiting(server))
            server.process.send_signal(signal.SIGINT)
            return self.end_of(server)

        self.each(run)

    def test_whoever_asked_may_be_gone(self):
        def run(program):
            server = self.start(program, "--shutdown-timeout", LONG)
            self.stopped_replica(server)
            self.ask(server).close()
            wait_for("the client to go", lambda: server.admin.call("CLIENT", "LIST").value.count(b"cmd=shutdown") == 0)
            return self.waiting(server), server.admin.call("SHUTDOWN", "ABORT"), server.admin.call("PING")

        self.each(run)

    def where_nothing_can_be_saved(self, program):
        server = self.start(program, "--save", "3600 1")
        server.admin.call("SET", "a", "1")
        shutil.rmtree(server.folder)
        self.addCleanup(os.makedirs, server.folder, exist_ok=True)
        return server

    def test_saving_fails(self):
        def run(program):
            server = self.where_nothing_can_be_saved(program)
            found = [server.admin.call("SHUTDOWN"), server.admin.call("SHUTDOWN", "SAVE", "NOW"), server.admin.call("SET", "b", "1")]
            server.process.send_signal(signal.SIGTERM)
            with self.assertRaises(subprocess.TimeoutExpired):
                server.process.wait(1)
            found.append(server.admin.call("SET", "c", "1"))
            server.admin.send([[b"SHUTDOWN", b"FORCE"]])
            return [*found, self.said(server.admin), self.end_of(server)]

        self.each(run)

    def test_saving_fails_after_the_wait(self):
        def outcome(program):
            server = self.start(program, "--save", "3600 1", "--shutdown-timeout", SHORT)
            self.stopped_replica(server)
            shutil.rmtree(server.folder)
            self.addCleanup(os.makedirs, server.folder, exist_ok=True)
            asking = self.ask(server)
            return self.said(asking), self.waiting(server), server.admin.call("SET", "b", "1")

        self.each(outcome)

    def test_nobody_is_let_in_behind_the_last_reply(self):
        def run(program):
            for _ in range(10):
                server = self.start(program)
                client = self.client(server)
                client.send([[b"SHUTDOWN", b"NOSAVE"]])
                self.assertIn("Connection", self.said(client))
                with self.assertRaises(ConnectionRefusedError):
                    server.client()
        self.each(run)

    def test_a_long_script(self):
        def run(program):
            server = self.start(program, "--busy-reply-threshold", "1", "--save", "3600 1")
            busy = self.client(server)
            busy.send([[b"EVAL", b"redis.call('set', 'half', '1') while true do end", b"0"]])
            wait_for("the script to be long", lambda: server.admin.call("PING").kind == "-")
            found = [server.admin.call("SHUTDOWN", *words) for words in ((), ("SAVE",), ("NOW",), ("ABORT",), ("FORCE",))]
            server.admin.send([[b"SHUTDOWN", b"NOSAVE"]])
            return [*found, self.said(server.admin), self.end_of(server), self.saved(server)]

        self.each(run)


if __name__ == "__main__":
    unittest.main(verbosity=2)
