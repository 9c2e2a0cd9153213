#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon is killed in the middle of everything: nobody but the daemon may notice, and what was under way completes."""
import os
import random
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))
from harness import SOAK, CounterWriter, Millpond, Redis, ReplyError, wait_for  # noqa: E402

SEED = int(os.environ.get("MILLPOND_SEED", random.randrange(1 << 30)))
ROUNDS = 20 if SOAK else 3


def pids(cluster):
    return {n["id"]: n["pid"] for n in cluster["nodes"]}


class DaemonKills(unittest.TestCase):
    def setUp(self):
        print(f"MILLPOND_SEED={SEED}", flush=True)
        self.random = random.Random(SEED)
        self.pond = Millpond()
        self.pond.start()
        self.addCleanup(self.pond.stop)

    def pause_a_little(self):
        """A random moment inside the operation that was just begun: the one place where a test may sleep."""
        time.sleep(self.random.uniform(0, 0.25))

    def test_idle_daemon_killed_nodes_go_on_and_are_adopted(self):
        cluster = self.pond.create_open_cluster()
        with CounterWriter(cluster["primary_endpoint"]["address"]) as writer:
            self.pond.kill_daemon()
            at = writer.acknowledged
            wait_for("writes go on without a daemon", lambda: writer.acknowledged > at + 500)
            self.pond.start()
            again = self.pond.wait_available()
            at = writer.acknowledged
            wait_for("writes go on", lambda: writer.acknowledged > at + 500)
        self.assertEqual(pids(again), pids(cluster), "a running node was restarted")
        self.assertEqual(writer.refused, 0)
        if os.getloadavg()[0] < 2 * os.cpu_count():
            self.assertLess(writer.longest_gap, 0.5)
        with Redis(cluster["primary_endpoint"]["address"]) as client:
            self.assertGreaterEqual(int(client("GET", "counter")), writer.acknowledged)
        self.assertEqual(writer.lost, 0)

    def test_killed_during_create(self):
        for round_ in range(ROUNDS):
            name = f"c{round_}"
            self.pond.api("POST", "/v1/clusters", {"id": name, "replicas": 2, "automatic_failover": True})
            self.pause_a_little()
            self.pond.kill_daemon()
            self.pond.start()
            self.assertEqual(len(self.pond.wait_available(name)["nodes"]), 3)
        wait_for("no process too many", lambda: len(self.pond.node_pids()) == 3 * ROUNDS)

    def test_killed_during_modify_and_failover_and_delete(self):
        cluster = self.pond.create_open_cluster()
        endpoint = cluster["primary_endpoint"]["address"]
        for round_ in range(ROUNDS):
            replicas = 3 if round_ % 2 == 0 else 2
            with CounterWriter(endpoint) as writer:
                self.pond.api("PATCH", "/v1/clusters/orders", {"replicas": replicas})
                self.pause_a_little()
                self.pond.kill_daemon()
                self.pond.start()
                self.assertEqual(len(self.pond.wait_available()["nodes"]), replicas + 1)

                self.pond.api("POST", "/v1/clusters/orders/failover", {})
                self.pause_a_little()
                self.pond.kill_daemon()
                self.pond.start()
                self.pond.wait_available()
                at = writer.acknowledged
                wait_for("writes go on", lambda: writer.acknowledged > at + 100)
            with Redis(endpoint) as client:
                self.assertGreaterEqual(int(client("GET", "counter")), writer.acknowledged)
            self.assertEqual(writer.lost, 0, "an acknowledged write is gone")
            self.assertEqual(writer.refused, 0)
        self.pond.api("DELETE", "/v1/clusters/orders")
        self.pause_a_little()
        self.pond.kill_daemon()
        self.pond.start()
        wait_for("the cluster is gone", lambda: self.pond.api("GET", "/v1/clusters/orders", raw=True)[0] == 404)
        wait_for("no process is left", lambda: not self.pond.node_pids())

    def test_killed_together_with_a_primary(self):
        cluster = self.pond.create_open_cluster()
        endpoint = cluster["primary_endpoint"]["address"]
        for _ in range(ROUNDS):
            with Redis(endpoint) as client:
                client("SET", "kept", "yes")
                client("WAIT", 2, 5000)
            primary = self.pond.node("primary")
            self.pond.kill_daemon()
            os.kill(primary["pid"], signal.SIGKILL)

            answered = threading.Event()
            outcome = {}

            def connect():
                # Nobody answers, and yet nobody is refused: the client waits in the backlog.
                try:
                    with Redis(endpoint, timeout=30) as client:
                        outcome["value"] = client("GET", "kept")
                except OSError as failure:
                    outcome["value"] = failure
                answered.set()

            waiting = threading.Thread(target=connect)
            waiting.start()
            self.assertFalse(answered.wait(0.3), f"with nobody there, the client got {outcome}")
            self.pond.start()
            waiting.join(30)
            self.assertEqual(outcome.get("value"), b"yes")
            self.assertNotEqual(self.pond.wait_available() and self.pond.node("primary")["id"], primary["id"])

    def test_stopped_primary_is_replaced_and_never_writes_again(self):
        cluster = self.pond.create_open_cluster()
        endpoint = cluster["primary_endpoint"]["address"]
        old = Redis(endpoint)
        self.addCleanup(old.close)
        old("SET", "k", "1")
        primary = self.pond.node("primary")
        begun = time.monotonic()
        os.kill(primary["pid"], signal.SIGSTOP)
        with CounterWriter(endpoint):
            took = time.monotonic() - begun
        print(f"stopped primary: {took * 1000:.0f} ms to writes", flush=True)
        if os.getloadavg()[0] < 2 * os.cpu_count():
            self.assertLess(took, 1.0)
        old.socket.settimeout(5)
        with self.assertRaises((OSError, ReplyError)):
            old("SET", "k", "2")
        self.pond.wait_available()
        with Redis(endpoint) as client:
            self.assertEqual(client("GET", "k"), b"1")

    def test_busy_primary_is_left_alone(self):
        cluster = self.pond.create_open_cluster()
        primary = self.pond.node("primary")
        self.pond.ctl("exec", primary["id"], "DEBUG", "SLEEP", "3")
        self.assertEqual(pids(self.pond.wait_available()), pids(cluster))
        self.assertEqual(self.pond.node("primary")["id"], primary["id"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
