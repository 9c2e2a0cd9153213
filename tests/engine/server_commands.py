# SPDX-License-Identifier: Apache-2.0
"""Connection, transaction and server commands, as one client sees them; and the configuration."""
import os
import signal
import subprocess
import tempfile
import unittest

from server_harness import ENGINE, Client, Engine, Error, OneEngine, text, wait_until


class Commands(OneEngine):
    def error(self, *args):
        reply = self.client.ask(*args)
        self.assertIsInstance(reply, Error, args)
        return str(reply)

    def test_unknown_commands_get_redis_words(self):
        self.assertEqual(self.error("foo", "bar", "b z"),
                         "ERR unknown command 'foo', with args beginning with: 'bar' 'b z' ")
        self.assertEqual(self.error("foo\r\nbar"), "ERR unknown command 'foo  bar', with args beginning with: ")
        self.assertEqual(self.error("CLIENT", "nope"), "ERR unknown subcommand 'nope'. Try CLIENT HELP.")
        self.assertEqual(self.error("GET"), "ERR wrong number of arguments for 'get' command")
        self.assertEqual(self.error("CONFIG", "GET"), "ERR wrong number of arguments for 'config|get' command")
        self.assertEqual(self.error("CLIENT"), "ERR wrong number of arguments for 'client' command")

    def test_hello_changes_the_protocol(self):
        self.assertEqual(self.error("HELLO", "4"), "NOPROTO unsupported protocol version")
        reply = self.client.do("HELLO", "3", "SETNAME", "me")
        self.assertEqual(reply[b"proto"], 3)
        self.assertEqual(reply[b"role"], b"master")
        self.assertEqual(self.client.do("CLIENT", "GETNAME"), b"me")
        self.client.push("GET", "nothing")
        self.assertEqual(self.client.input.readline(), b"_\r\n")
        self.assertIsInstance(self.client.do("HELLO", "2"), list)
        self.assertEqual(self.client.do("RESET"), "RESET")

    def test_select_and_databases(self):
        self.assertEqual(self.error("SELECT", "16"), "ERR DB index is out of range")
        self.assertIn("not an integer", self.error("SELECT", "x"))
        self.client.do("SELECT", 3)
        self.client.do("SET", "k", "v")
        self.client.do("SELECT", 0)
        self.assertIsNone(self.client.do("GET", "k"))
        self.client.do("SELECT", 3)
        self.client.do("FLUSHDB", "SYNC")
        self.assertEqual(self.client.do("DBSIZE"), 0)

    def test_transactions(self):
        c = self.client
        self.assertEqual(self.error("EXEC"), "ERR EXEC without MULTI")
        self.assertEqual(self.error("DISCARD"), "ERR DISCARD without MULTI")
        c.do("MULTI")
        self.assertEqual(self.error("MULTI"), "ERR MULTI calls can not be nested")
        self.assertEqual(self.error("WATCH", "a"), "ERR WATCH inside MULTI is not allowed")
        self.assertEqual(c.do("SET", "a", 1), "QUEUED")
        self.assertEqual(c.do("INCR", "a"), "QUEUED")
        self.assertEqual(c.do("LPUSH", "a", 1), "QUEUED")
        self.assertEqual(c.do("SELECT", 2), "QUEUED")
        self.assertEqual(c.do("SET", "b", 5), "QUEUED")
        reply = c.do("EXEC")
        self.assertEqual(reply[:2] + reply[3:], ["OK", 2, "OK", "OK"])
        self.assertIn("WRONGTYPE", str(reply[2]))
        self.assertEqual(c.do("GET", "b"), b"5")
        c.do("SELECT", 0)
        c.do("MULTI")
        self.assertIn("unknown command", self.error("nonsense"))
        self.assertEqual(self.error("EXEC"), "EXECABORT Transaction discarded because of previous errors.")
        c.do("MULTI")
        c.do("FLUSHALL")
        c.do("SET", "c", 1)
        self.assertEqual(c.do("EXEC"), ["OK", "OK"])
        c.do("MULTI")
        for i in range(100):
            c.do("SET", "wide%d" % i, i)
        c.do("DBSIZE")
        self.assertEqual(c.do("EXEC")[-1], 101)

    def test_watch(self):
        c, other = self.client, self.engine.client()
        self.addCleanup(other.close)

        def outcome(change, key="k"):
            c.do("WATCH", key)
            change()
            c.do("MULTI")
            c.do("PING")
            return c.do("EXEC")

        c.do("SET", "k", 1)
        self.assertEqual(outcome(lambda: None), ["PONG"])
        self.assertEqual(outcome(lambda: other.do("GET", "k")), ["PONG"])
        self.assertIsNone(outcome(lambda: other.do("SET", "k", 1)))
        self.assertIsNone(outcome(lambda: other.do("DEL", "k")))
        self.assertIsNone(outcome(lambda: other.do("SET", "k", 1)), "a key that comes into being")
        self.assertIsNone(outcome(lambda: c.do("SET", "k", 2)), "one's own change counts")
        self.assertIsNone(outcome(lambda: other.do("FLUSHALL")))
        other.do("SADD", "s", "a")
        self.assertEqual(outcome(lambda: other.do("SADD", "s", "a"), "s"), ["PONG"], "a write that changes nothing")
        other.do("SADD", "s2", "a")
        self.assertEqual(outcome(lambda: other.do("SINTERSTORE", "dst", "s", "s2"), "s"), ["PONG"],
                         "a write that only reads the key")
        self.assertIsNone(outcome(lambda: other.do("SINTERSTORE", "s2", "s", "dst"), "s2"))
        self.assertEqual(outcome(lambda: (other.do("SELECT", 1), other.do("SET", "k", 5), other.do("SELECT", 0))),
                         ["PONG"], "another database")
        c.do("SET", "t", 1, "PX", 30)
        c.do("WATCH", "t")
        wait_until(lambda: other.do("EXISTS", "t") == 0)
        c.do("MULTI")
        c.do("PING")
        self.assertIsNone(c.do("EXEC"), "a key that expired")
        c.do("WATCH", "k")
        other.do("SET", "k", 9)
        c.do("UNWATCH")
        c.do("MULTI")
        self.assertEqual(c.do("EXEC"), [])

    def test_config(self):
        c = self.client
        self.assertEqual(c.do("CONFIG", "SET", "maxmemory", "10mb", "timeout", "100"), "OK")
        told = c.do("CONFIG", "GET", "maxmemory", "TIMEOUT")  # a name is answered as it was asked for
        self.assertEqual(dict(zip(told[::2], told[1::2])), {b"maxmemory": b"10485760", b"TIMEOUT": b"100"})
        before = c.do("CONFIG", "GET", "maxmemory")
        self.assertIn("can't set immutable config", self.error("CONFIG", "SET", "maxmemory", "1", "databases", "5"))
        self.assertEqual(c.do("CONFIG", "GET", "maxmemory"), before, "all or none")
        self.assertIn("Unknown option", self.error("CONFIG", "SET", "no-such", "1"))
        self.assertIn("must be between", self.error("CONFIG", "SET", "maxclients", "0"))
        self.assertIn("must be one of", self.error("CONFIG", "SET", "maxmemory-policy", "x"))
        self.assertIn("duplicate", self.error("CONFIG", "SET", "hz", "10", "hz", "11"))
        self.assertIn("without a config file", self.error("CONFIG", "REWRITE"))
        c.do("CONFIG", "SET", "maxmemory", 0, "timeout", 0)

    def test_lolwut_draws_and_tells_the_version(self):
        for words in ((), ("VERSION", "5"), ("7", "3"), ("VERSION", "5", "8", "3")):
            lines = self.client.do("LOLWUT", *words).decode().rstrip("\n").split("\n")
            self.assertGreater(len(lines), 1, words)
            self.assertRegex(lines[-1], r"^Millpond ver\. .*Redis ver\. 7\.0\.")
        self.assertEqual(self.error("LOLWUT", "VERSION", "x"), "ERR value is not an integer or out of range")
        self.assertEqual(self.error("LOLWUT", "x"), "ERR value is not an integer or out of range")

    def test_waitaof_counts_the_files_of_replicas(self):
        """A replica of Redis 7.2 says what is in its append-only file; ours, and older ones, say nothing of it."""
        c = self.client
        self.assertEqual(c.do("WAITAOF", 0, 0, 0), [0, 0])
        self.assertIn("appendonly is disabled", self.error("WAITAOF", 1, 0, 0))
        for words in (("2", "0", "0"), ("0", "-1", "0"), ("-1", "0", "0")):
            self.assertIn("out of range", self.error("WAITAOF", *words))
        self.assertIn("timeout is negative", self.error("WAITAOF", 0, 0, -1))
        self.assertIn("not an integer", self.error("WAITAOF", "x", 0, 0))
        self.assertEqual(c.do("WAITAOF", 0, 1, 20), [0, 0])
        replica = self.engine.client()
        self.addCleanup(replica.close)
        c.do("CONFIG", "SET", "repl-diskless-sync-delay", 0)
        replica.push("PSYNC", "?", "-1")
        lines = (line for line in iter(replica.input.readline, b"") if line != b"\n")  # which only say that it lives
        self.assertTrue(next(lines).startswith(b"+FULLRESYNC"))
        replica.input.read(int(next(lines)[1:]))
        c.do("SET", "k", "v")
        at = int(dict(line.split(":", 1) for line in c.do("INFO", "replication").decode().split("\r\n") if ":" in line)["master_repl_offset"])
        replica.push("REPLCONF", "ACK", at)
        wait_until(lambda: c.do("WAIT", 1, 20) == 1)
        self.assertEqual(c.do("WAITAOF", 0, 1, 20), [0, 0])
        replica.push("REPLCONF", "ACK", at, "FACK", at - 1)
        self.assertEqual(c.do("WAITAOF", 0, 1, 20), [0, 0])
        replica.push("REPLCONF", "ACK", at, "FACK", at)
        self.assertEqual(c.do("WAITAOF", 0, 1, 20_000), [0, 1])
        c.do("MULTI")
        c.do("WAITAOF", 0, 2, 0)
        self.assertEqual(c.do("EXEC"), [[0, 1]])

    def test_info_command_slowlog_latency(self):
        c = self.client
        c.do("SET", "k", 1)
        c.ask("LPUSH", "k", 1)
        text = c.do("INFO", "everything").decode()
        for word in ("redis_version:7.0", "connected_clients:", "used_memory:", "role:master", "db0:keys=1",
                     "cmdstat_set:calls=", "errorstat_WRONGTYPE:count=", "run_id:", "used_cpu_user:"):
            self.assertIn(word, text)
        self.assertNotIn("# Commandstats", c.do("INFO").decode())
        self.assertTrue(c.do("INFO", "keyspace").startswith(b"# Keyspace\r\n"))
        self.assertEqual(c.do("COMMAND", "GETKEYS", "MSET", "a", 1, "b", 2), [b"a", b"b"])
        self.assertEqual(c.do("COMMAND", "COUNT"), len(c.do("COMMAND")))
        info = c.do("COMMAND", "INFO", "get", "nope", "client|kill")
        self.assertEqual(info[0][:2] + info[0][3:6], [b"get", 2, 1, 1, 1])
        self.assertIn("readonly", info[0][2])
        self.assertIsNone(info[1])
        self.assertEqual(info[2][0], b"client|kill")
        self.assertIn(b"summary", c.do("COMMAND", "DOCS", "get")[1])
        c.do("CONFIG", "SET", "slowlog-log-slower-than", 0)
        c.do("SLOWLOG", "RESET")
        c.do("SET", "slow", "x" * 500)
        entry = c.do("SLOWLOG", "GET", 1)[0]
        self.assertEqual(entry[3][:2], [b"SET", b"slow"])
        self.assertIn(b"more bytes", entry[3][2])
        c.do("CONFIG", "SET", "slowlog-log-slower-than", 10000)
        self.assertGreaterEqual(c.do("LATENCY", "HISTOGRAM", "set")[1][1], 2)
        self.assertEqual(c.do("LATENCY", "LATEST"), [])
        c.do("CONFIG", "RESETSTAT")
        self.assertNotIn(b"cmdstat_set", c.do("INFO", "commandstats"))

    def test_every_container_has_help(self):
        for name in ("CLIENT", "CONFIG", "COMMAND", "SLOWLOG", "LATENCY"):
            lines = self.client.do(name, "HELP")
            self.assertGreater(len(lines), 3)
            self.assertEqual([line for line in lines if str(line).endswith("..")], [])


class Allocations(unittest.TestCase):
    """What the hot path asks for in memory: nothing."""
    REQUESTS = 10_000

    def setUp(self):
        self.engine = Engine("--threads", "1", "--enable-debug-command", "yes")
        self.addCleanup(self.engine.close)
        self.client = self.engine.client()
        self.addCleanup(self.client.close)
        before = self.client.do("DEBUG", "ALLOCATIONS")
        self.client.do("CLIENT", "SETNAME", "n" * 100)
        if self.client.do("DEBUG", "ALLOCATIONS") == before:
            self.skipTest("a sanitizer's allocator counts entries only")
        self.client.do("SET", "key", "v" * 64)
        self.client.do("SET", "other", "v" * 64)

    def made_by(self, depth, *command):
        for _ in range(3):  # buffers have their size
            self.run_commands(depth, command, depth)
        before = self.client.do("DEBUG", "ALLOCATIONS")
        self.run_commands(depth, command, self.REQUESTS)
        return self.client.do("DEBUG", "ALLOCATIONS") - before

    def run_commands(self, depth, command, count):
        for _ in range(count // depth):
            self.client.raw(Client.encode(*command) * depth)
            for _ in range(depth):
                self.client.read()

    def test_get_and_set_allocate_nothing(self):
        for command in (["GET", "key"], ["GET", "none"], ["EXISTS", "key"], ["SET", "key", "w" * 64], ["INCR", "n"],
                        ["HSET", "hash", "field", "v" * 64], ["HGET", "hash", "field"], ["PING"]):
            for depth in (1, 16, 100):
                # Other threads do their chores meanwhile.
                self.assertLess(self.made_by(depth, *command), self.REQUESTS // 100, (command, depth))
        self.assertGreater(self.made_by(16, "LPUSH", "list", "v" * 64), self.REQUESTS // 100)  # the counter counts


class Loading(unittest.TestCase):
    def test_what_cannot_be_set_while_data_are_loaded(self):
        """The snapshot is a pipe into which nothing comes."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        snapshot, path = os.path.join(folder.name, "dump.rdb"), os.path.join(folder.name, "sock")
        os.mkfifo(snapshot)
        engine = subprocess.Popen([ENGINE, "--port", "0", "--unixsocket", path, "--dir", folder.name, "--enable-protected-configs", "local"],
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(engine.wait)
        self.addCleanup(engine.kill)
        clients = []

        def connect():
            try:
                clients.append(Client(path=path))
            except OSError:
                return False
            return True

        with open(snapshot, "wb"):
            wait_until(connect, what="a connection")
            client = clients[0]
            self.addCleanup(client.close)
            loading = "LOADING Redis is loading the dataset in memory"
            for setting in ("dir .", "appendonly yes", "maxmemory 1 DIR .", "repl-diskless-load disabled", "appendonly no nosuch 1"):
                self.assertEqual(text(client.ask("CONFIG", "SET", *setting.split())), loading, setting)
            self.assertEqual(client.ask("CONFIG", "SET", "loglevel", "verbose"), "OK")
            self.assertEqual(text(client.ask("GET", "k")), loading)


class Configuration(unittest.TestCase):
    def test_file_includes_quotes_and_rewrite(self):
        engine = Engine(config="# mine\nmaxmemory 5mb\nrequirepass \"a \\x62\"\nMAXCLIENTS 50\n")
        self.addCleanup(engine.close)
        client = engine.client()
        self.assertEqual(client.do("AUTH", "a b"), "OK")
        self.assertEqual(client.do("CONFIG", "GET", "maxmemory"), [b"maxmemory", b"5242880"])
        client.do("CONFIG", "SET", "timeout", 77, "maxmemory", "6mb")
        self.assertEqual(client.do("CONFIG", "REWRITE"), "OK")
        with open(engine.config_file, encoding="utf-8") as written:
            lines = written.read().splitlines()
        self.assertEqual(lines[:4], ["# mine", "maxmemory 6mb", "requirepass \"a b\"", "maxclients 50"])
        self.assertIn("timeout 77", lines)
        client.close()

    def refuse(self, *args):
        done = subprocess.run([ENGINE, *args], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 1)
        return done.stderr

    def test_bad_options_are_named(self):
        self.assertIn("no-such", self.refuse("--no-such", "1"))
        self.assertIn("'port'", self.refuse("--port", "99999"))
        self.assertIn("can't open config file", self.refuse("/nonexistent.conf"))

    def test_nothing_to_listen_on(self):
        for args in (("--port", "0"), ("--bind", ""), ("--bind", "-192.0.2.1")):
            with self.subTest(args=args):
                self.assertIn("nothing to listen on", self.refuse("--save", "", *args))
        self.assertIn("Bad directive", self.refuse("--hz", "10", "--", "x"))

    def test_a_taken_port_is_named(self):
        engine = Engine()
        self.addCleanup(engine.close)
        self.assertIn("127.0.0.1:%d" % engine.port,
                      self.refuse("--port", str(engine.port), "--bind", "127.0.0.1", "--save", "", "--dir",
                                  engine.folder))

    def test_it_ends_in_order(self):
        for end in ("SHUTDOWN", signal.SIGTERM, signal.SIGINT):
            engine = Engine()
            if end == "SHUTDOWN":
                client = engine.local()
                client.push("SHUTDOWN", "NOSAVE")
                self.assertTrue(client.at_end())
                engine.process.wait(20)
            else:
                os.kill(engine.process.pid, end)
                engine.process.wait(20)
            self.assertFalse(os.path.exists(engine.path))
            engine.close()


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
