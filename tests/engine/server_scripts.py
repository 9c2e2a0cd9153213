# SPDX-License-Identifier: Apache-2.0
"""Scripts that run long, scripts that are refused, and functions that outlive the process."""
import os
import select
import signal
import unittest

from server_harness import Engine, text, wait_until

LOOP = "while true do end"
LIBRARY = ("#!lua name=lib\n"
           "redis.register_function('loop', function() while true do end end)\n"
           "redis.register_function('echo', function(keys, args) return args[1] end)\n")


class Scripts(unittest.TestCase):
    THREADS = "1"

    def setUp(self):
        self.engine = Engine("--threads", self.THREADS, "--busy-reply-threshold", "50")
        self.addCleanup(self.engine.close)

    def client(self, engine=None):
        client = (engine or self.engine).client()
        self.addCleanup(client.close)
        return client

    def start(self, *command):
        """A client whose command will take for ever; returns when the server says that it is busy."""
        client = self.client()
        client.push(*command)
        other = self.client()
        seen = []

        def busy():
            seen.append(text(other.ask("PING")))
            return str(seen[-1]).startswith("BUSY")

        wait_until(busy, what="BUSY")
        return client, seen[-1]

    def test_a_long_script_is_announced_and_can_be_killed(self):
        before = self.client()
        self.assertEqual(before.ask("PING"), "PONG")
        running, said = self.start("EVAL", LOOP, 0)
        expected = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."
        self.assertEqual(said, expected)
        for client in (before, self.client()):
            self.assertEqual(text(client.ask("GET", "x")), expected)
            self.assertEqual(text(client.ask("EVAL", "return 1", 0)), expected)
            self.assertEqual(text(client.ask("FUNCTION", "STATS")), expected)
            self.assertEqual(text(client.ask("FUNCTION", "KILL")), expected)
            self.assertEqual(client.ask("MULTI"), "OK")
            self.assertEqual(text(client.ask("GET", "x")), expected)
            self.assertEqual(text(client.ask("EXEC")), "EXECABORT Transaction discarded because of: " + expected)
            self.assertIn("unknown command", text(client.ask("NOSUCH")))
            self.assertIn("wrong number", text(client.ask("GET")))
        self.assertEqual(before.ask("SCRIPT", "KILL"), "OK")
        self.assertIn("Script killed by user with SCRIPT KILL", text(running.read()))
        self.assertEqual(before.ask("PING"), "PONG")
        self.assertEqual(running.ask("PING"), "PONG")
        self.assertEqual(text(before.ask("SCRIPT", "KILL")), "NOTBUSY No scripts in execution right now.")

    def test_a_pcall_cannot_hold_off_a_kill(self):
        running, _ = self.start("EVAL", "while true do pcall(function() while true do end end) end", 0)
        other = self.client()
        self.assertEqual(other.ask("SCRIPT", "KILL"), "OK")
        self.assertIn("SCRIPT KILL", text(running.read()))

    def test_commands_that_came_before_the_script_was_slow_are_answered_busy_too(self):
        waiting = [self.client() for _ in range(6)]
        running = self.client()
        running.push("EVAL", LOOP, 0)
        for number, client in enumerate(waiting):
            client.push(*(("GET", "x") if number % 2 else ("EVAL", "return 1", 0)))
        for client in waiting:
            self.assertIn(text(client.read()) or "nil", (
                "nil", 1, "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."))
        # They may all have been served before the script's thread came to it.
        killer = self.client()
        wait_until(lambda: killer.ask("SCRIPT", "KILL") == "OK", what="the script to run")
        self.assertIn("SCRIPT KILL", text(running.read()))
        for client in waiting:
            self.assertEqual(client.ask("PING"), "PONG")

    def test_who_is_read_together_with_a_slow_script_is_answered_from_within_it(self):
        clients = [self.client() for _ in range(5)]
        for client in clients:
            client.ask("PING")
        # While it stands still, all that they send gathers, and comes in one turn of the loop.
        self.engine.process.send_signal(signal.SIGSTOP)
        running, *waiting, killer = clients
        running.push("EVAL", LOOP, 0)
        for client in waiting:
            client.push("GET", "x")
        killer.push("SCRIPT", "KILL")
        self.engine.process.send_signal(signal.SIGCONT)
        self.assertIn(text(killer.read()), ("OK", "NOTBUSY No scripts in execution right now."))
        for client in waiting:
            self.assertIn(text(client.read()) or "nil", (
                "nil", "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."))
        wait_until(lambda: killer.ask("SCRIPT", "KILL") and select.select([running.socket], [], [], 0)[0], what="the script's end")
        self.assertIn("SCRIPT KILL", text(running.read()))

    def test_a_script_that_has_written_can_only_be_ended_with_the_server(self):
        self.start("EVAL", "redis.call('SET', 'a', 1) " + LOOP, 0)
        other = self.client()
        self.assertTrue(text(other.ask("SCRIPT", "KILL")).startswith("UNKILLABLE Sorry the script already executed"))
        other.push("SHUTDOWN", "NOSAVE")
        self.engine.process.wait(20)
        self.assertEqual(self.engine.process.returncode, 0)

    def test_a_long_function(self):
        client = self.client()
        self.assertEqual(client.ask("FUNCTION", "LOAD", LIBRARY), b"lib")
        running, said = self.start("FCALL", "loop", 1, "k", "v")
        expected = "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE."
        self.assertEqual(said, expected)
        self.assertEqual(text(client.ask("SCRIPT", "KILL")), expected)
        stats = client.ask("FUNCTION", "STATS")
        self.assertEqual(stats[1][:4], [b"name", b"loop", b"command", [b"FCALL", b"loop", b"1", b"k", b"v"]])
        self.assertGreater(stats[1][5], 0)
        self.assertEqual(client.ask("FUNCTION", "KILL"), "OK")
        self.assertIn("SCRIPT KILL", text(running.read()))
        self.assertEqual(client.ask("FCALL", "echo", 0, "x"), b"x")
        self.assertIsNone(client.ask("FUNCTION", "STATS")[1])

    def test_a_library_that_does_not_end_is_given_up(self):
        reply = text(self.client().ask("FUNCTION", "LOAD", "#!lua name=l\nwhile true do end"))
        self.assertEqual(reply, "ERR Error registering functions: ERR FUNCTION LOAD timeout")

    def test_functions_are_data(self):
        client = self.client()
        client.do("FUNCTION", "LOAD", LIBRARY)
        client.do("FLUSHALL")
        self.assertEqual(client.ask("FCALL", "echo", 0, "x"), b"x")
        dump = client.do("FUNCTION", "DUMP")
        client.do("SAVE")
        copy = Engine("--threads", self.THREADS)
        self.addCleanup(copy.close)
        other = self.client(copy)
        self.assertEqual(other.do("FUNCTION", "RESTORE", dump), "OK")
        self.assertIn("already exists", text(other.ask("FUNCTION", "RESTORE", dump)))
        self.assertEqual(other.do("FUNCTION", "RESTORE", dump, "REPLACE"), "OK")
        self.assertEqual(other.do("FUNCTION", "RESTORE", dump, "FLUSH"), "OK")
        self.assertEqual(other.ask("FCALL", "echo", 0, "y"), b"y")
        self.assertEqual(other.do("FUNCTION", "DUMP"), dump)
        self.assertIn("checksum", text(other.ask("FUNCTION", "RESTORE", dump[:-1] + b"\x00")))
        loaded = Engine("--threads", self.THREADS, "--dir", self.engine.folder)
        self.addCleanup(loaded.close)
        self.assertEqual(self.client(loaded).ask("FCALL", "echo", 0, "z"), b"z")

    def test_functions_reach_a_replica(self):
        client = self.client()
        client.do("FUNCTION", "LOAD", LIBRARY)
        replica = Engine("--threads", self.THREADS, "--replicaof", "127.0.0.1 %d" % self.engine.port)
        self.addCleanup(replica.close)
        other = self.client(replica)
        wait_until(lambda: str(text(other.ask("FCALL", "echo", 0, "x"))).startswith("READONLY"), what="the full sync")
        client.do("FUNCTION", "LOAD", "REPLACE", "#!lua name=lib\nredis.register_function{function_name='ro',"
                  "callback=function(k, a) return a[1] end, flags={'no-writes'}}")
        wait_until(lambda: other.ask("FCALL", "ro", 0, "x") == b"x", what="the new library")
        reply = text(other.ask("EVAL", "return redis.call('SET', 'a', 1)", 0))
        self.assertTrue(reply.startswith("READONLY You can't write against a read only replica."), reply)
        self.assertEqual(text(other.ask("EVAL", "#!lua\nreturn 1", 0)),
                         "READONLY You can't write against a read only replica.")

    def test_memory_and_numbers_are_told(self):
        client = self.client()
        client.do("EVAL", "return 1", 0)
        client.do("FUNCTION", "LOAD", LIBRARY)
        info = dict(line.split(":", 1) for line in client.do("INFO", "memory").decode().splitlines() if ":" in line)
        self.assertEqual((info["number_of_cached_scripts"], info["number_of_libraries"], info["number_of_functions"]),
                         ("1", "1", "2"))
        self.assertGreater(int(info["used_memory_lua"]), 10000)
        self.assertGreater(int(info["used_memory_vm_functions"]), 10000)

    def test_a_script_is_refused_where_memory_is_full(self):
        client = self.client()
        client.do("CONFIG", "SET", "maxmemory", 1)
        oom = "OOM command not allowed when used memory > 'maxmemory'."
        reply = text(client.ask("EVAL", "return redis.call('SET', 'a', 1)", 0))
        self.assertTrue(reply.startswith(oom + " script: "), reply)
        self.assertEqual(text(client.ask("EVAL", "#!lua\nreturn 1", 0)), oom)
        self.assertEqual(client.ask("EVAL", "#!lua flags=allow-oom\nreturn redis.call('SET', 'a', 1)", 0), "OK")
        self.assertEqual(client.ask("EVAL", "#!lua flags=no-writes\nreturn redis.call('GET', 'a')", 0), b"1")
        self.assertEqual(client.ask("EVAL", "return redis.call('DEL', 'a')", 0), 1)


class ScriptsFourThreads(Scripts):
    THREADS = "4"


if __name__ == "__main__":
    unittest.main(verbosity=2 if os.environ.get("VERBOSE") else 1)
