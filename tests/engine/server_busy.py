# SPDX-License-Identifier: Apache-2.0
"""While a script runs long, nobody hangs: on whatever thread, at whatever moment it has come, every client is answered,
may go away, and may end the script."""
import os
import random
import signal
import unittest

from server_harness import Engine, text, wait_until

LOOP = "while true do end"
FOR_A_WHILE = ("local from = redis.call('TIME') "
               "repeat local now = redis.call('TIME') "
               "until (now[1] - from[1]) * 1000000 + now[2] - from[2] > 700000 ")
BUSY = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
CLIENTS = 8
ROUNDS = 400 if os.environ.get("MILLPOND_SOAK") else 40


class Busy(unittest.TestCase):
    THREADS = "1"

    def setUp(self):
        self.engine = Engine("--threads", self.THREADS, "--busy-reply-threshold", "20")
        self.addCleanup(self.engine.close)

    def clients(self, count=CLIENTS):
        clients = [self.engine.client() for _ in range(count)]
        for client in clients:
            self.addCleanup(client.close)
            self.assertEqual(client.ask("PING"), "PONG")
        return clients

    def start(self, script):
        """A script that is already known to be long, and the client that waits for it."""
        running, other = self.clients(2)
        running.push("EVAL", script, 0)
        wait_until(lambda: text(other.ask("PING")) == BUSY, what="BUSY")
        return running

    def kill(self, running, killer):
        self.assertEqual(killer.ask("SCRIPT", "KILL"), "OK")
        self.assertIn("SCRIPT KILL", text(running.read()))

    def block(self, *command):
        clients = self.clients()
        for client in clients:
            client.push(*command)
        watcher = self.clients(1)[0]
        wait_until(lambda: b"blocked_clients:%d\r\n" % CLIENTS in watcher.do("INFO", "clients"), what="all to wait")
        return clients

    def assert_all_told(self, clients):
        for client in clients:
            self.assertEqual(text(client.ask("PING")), BUSY)

    def test_who_waits_for_a_key_may_go_away(self):
        others = self.clients()
        blocked = self.block("BLPOP", "q", 0)
        running = self.start(LOOP)
        for client in blocked:
            client.close()
        self.assert_all_told(others)
        self.kill(running, others[0])
        self.assertEqual(others[1].ask("RPUSH", "q", "x"), 1)
        self.assertEqual(others[2].ask("LLEN", "q"), 1)

    def test_what_the_script_pushes_is_not_lost_to_who_has_gone(self):
        others = self.clients()
        blocked = self.block("BLPOP", "q", 0)
        running = self.start(FOR_A_WHILE + "return redis.call('RPUSH', 'q', 'x')")
        for client in blocked[1:]:
            client.close()
        self.assert_all_told(others)
        self.assertEqual(running.read(), 1)
        self.assertEqual(blocked[0].read(), [b"q", b"x"])
        self.assertEqual(others[0].ask("RPUSH", "q", "y"), 1)
        self.assertEqual(others[0].ask("LLEN", "q"), 1)

    def test_who_waits_too_long_is_told_when_the_script_has_ended(self):
        others = self.clients()
        blocked = self.block("BLPOP", "q", 0.2)
        running = self.start(FOR_A_WHILE + "return 1")
        self.assert_all_told(others)
        self.assertEqual(running.read(), 1)
        for client in blocked:
            self.assertIsNone(client.read())
            self.assertEqual(client.ask("PING"), "PONG")

    def test_who_watches_may_go_away(self):
        others, watching = self.clients(), self.clients()
        for client in watching:
            client.do("WATCH", "k")
        running = self.start(LOOP)
        for client in watching:
            client.close()
        self.assert_all_told(others)
        self.kill(running, others[0])
        self.assertEqual(others[0].ask("SET", "k", "v"), "OK")

    def test_who_watches_can_end_a_transaction(self):
        ends = {"EXEC": "EXECABORT Transaction discarded because of: " + BUSY, "DISCARD": "OK", "RESET": "RESET"}
        clients = dict(zip(ends, self.clients(len(ends))))
        killer, watching = self.clients(2)
        for client in (*clients.values(), watching):
            client.do("WATCH", "k")
        for client in clients.values():
            client.do("MULTI")
        running = self.start(LOOP)
        for end, client in clients.items():
            self.assertEqual(text(client.ask(end)), ends[end])
        self.assertEqual(watching.ask("UNWATCH"), "OK")
        self.kill(running, killer)
        self.assertEqual(killer.ask("SET", "k", "v"), "OK")
        for client in (*clients.values(), watching):
            self.assertEqual(client.ask("PING"), "PONG")
        watching.do("MULTI")
        self.assertEqual(watching.ask("EXEC"), [])

    def test_who_may_not_end_it_does_not(self):
        limited, other, killer, in_multi = self.clients(4)
        killer.do("ACL", "SETUSER", "user", "on", "nopass", "+@all", "-script|kill", "-shutdown", "-hello", "~a*")
        limited.do("AUTH", "user", "x")
        in_multi.do("MULTI")
        running = self.start(LOOP)
        for command in ("SCRIPT KILL", "SHUTDOWN NOSAVE", "GET b"):
            self.assertIn("NOPERM", text(limited.ask(*command.split())), command)
        self.assertEqual(text(limited.ask("GET", "a")), BUSY)
        self.assertEqual(text(in_multi.ask("WATCH", "a")), "ERR WATCH inside MULTI is not allowed")
        self.assertEqual(text(in_multi.ask("SYNC")), "ERR Command not allowed inside a transaction")
        self.assertEqual(other.ask("REPLCONF", "capa", "eof"), "OK")
        self.kill(running, killer)

    def test_rules_change_as_soon_as_it_has_ended(self):
        """Who is answered meanwhile is judged by rules that another thread changes the moment after."""
        changing, killer, *others = self.clients()
        killer.do("ACL", "SETUSER", "user", "on", "nopass", "~*", "+@all")
        for client in others:
            client.do("AUTH", "user", "x")
        denied = "NOPERM this user has no permissions to run the 'get' command"
        for number in range(ROUNDS // 4):
            running = self.start(LOOP)
            rule = ("-get", "+get")[number % 2]
            for client in others:
                client.raw(client.encode("GET", "a") * 100)
            changing.raw(changing.encode("ACL", "SETUSER", "user", rule) * 100)
            self.kill(running, killer)
            for client in others:
                self.assertLessEqual({text(client.read()) for _ in range(100)}, {BUSY, None, denied})
            self.assertLessEqual({text(changing.read()) for _ in range(100)}, {BUSY, "OK"})
            self.assertEqual(changing.ask("ACL", "SETUSER", "user", rule), "OK")
            for client in others:
                self.assertEqual(text(client.ask("GET", "a")), denied if rule == "-get" else None)

    def test_who_comes_at_the_same_moment_is_answered(self):
        """All that they send comes in one turn of each thread's loop: a short script may be run by the thread that
        then runs the long one, brought by another."""
        seed = int(os.environ.get("MILLPOND_SEED", random.randrange(1 << 30)))
        print("MILLPOND_SEED=%d" % seed)
        rng = random.Random(seed)
        for _ in range(ROUNDS):
            clients = self.clients()
            running, *waiting = clients
            killer = rng.choice(waiting)
            order = rng.sample(clients, len(clients))
            pipelined = {}
            self.engine.process.send_signal(signal.SIGSTOP)
            for client in order:
                if client is running:
                    client.push("EVAL", LOOP, 0)
                    continue
                pipelined[client] = rng.choice((0, 0, 2))
                client.raw(client.encode("EVAL", "return 1", 0) + client.encode("GET", "x") * pipelined[client])
            self.engine.process.send_signal(signal.SIGCONT)
            for client in waiting:
                self.assertIn(text(client.read()), (1, BUSY))
                for _ in range(pipelined[client]):
                    self.assertIn(text(client.read()), (None, BUSY))
            wait_until(lambda client=killer: text(client.ask("PING")) == BUSY, what="the script to be long")
            self.assert_all_told(waiting)
            self.kill(running, killer)
            for client in clients:
                self.assertEqual(client.ask("PING"), "PONG")
                client.close()


class BusyFourThreads(Busy):
    THREADS = "4"


if __name__ == "__main__":
    unittest.main(verbosity=2 if os.environ.get("VERBOSE") else 1)
