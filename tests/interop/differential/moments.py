# SPDX-License-Identifier: Apache-2.0
"""What depends on the moment at which something comes: between MULTI and EXEC, while a client waits, behind its last reply,
before a crash. Each scenario is gone through with redis-server 7.0 and with millpond-engine, and what clients see is compared.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/moments.py [Moments.method]
"""

import contextlib
import os
import re
import signal
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import servers
from clients import wait_until
from effects import Stream
from servers import ConfiguredServer

SANITIZED = "MILLPOND_SLOWNESS" in os.environ
PROGRAMS = (os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine"), "/usr/bin/redis-server")


def words(line):
    return line.split()


def statistic(client, section, name):
    found = re.search(rb"(?m)^" + name.encode() + rb":(.*?)\r?$", client.call("INFO", section).value)
    return found[1].decode() if found else None


class Moments(servers.BothServers):
    def both(self, scenario):
        """What a scenario returns of each server."""
        seen = []
        for server in (self.ours, self.theirs):
            with contextlib.ExitStack() as stack:
                def client(server=server, stack=stack):
                    return stack.enter_context(contextlib.closing(server.client()))
                actor = client()
                for command in ("FLUSHALL", "CONFIG RESETSTAT", "SLOWLOG RESET"):
                    actor.call(*words(command))
                seen.append(scenario(server, actor, client))
        self.assertEqual(*seen)
        return seen[0]

    def test_databases_are_swapped_under_who_watches_what_is_past_its_deadline(self):
        def scenario(_, actor, client):
            found = []
            for before, watched in (
                (["SELECT 0", "SET x v PX 1"], "SELECT 1"), (["SELECT 1", "SET x v PX 1", "SELECT 0", "SET x v PX 1"], "SELECT 1"),
                (["SELECT 1", "SET x v PX 1"], "SELECT 1"), (["SELECT 1", "SET x v PX 1", "SELECT 0", "SET x v"], "SELECT 1"),
                (["SELECT 1", "SET x v", "SELECT 0", "SET x v PX 1"], "SELECT 1"), (["SELECT 1", "SET x v"], "SELECT 1"),
                (["SELECT 1", "SET x v"], "SELECT 2"), ([], "SELECT 1"),
            ):
                for command in ("FLUSHALL", "DEBUG SET-ACTIVE-EXPIRE 0", *before, "DEBUG SLEEP 0.005", watched, "WATCH x", "SWAPDB 0 1", "MULTI",
                                "PING", "EXEC", "WATCH x", "SWAPDB 0 1", "MULTI", "PING", "EXEC", "DEBUG SET-ACTIVE-EXPIRE 1"):
                    found.append(actor.call(*words(command)))
            return found
        self.both(scenario)

    def test_the_server_becomes_a_stale_replica_before_exec(self):
        def scenario(_, actor, client):
            other, found = client(), []
            actor.call("SET", "k", "v")
            for queued in (["GET k"], ["PING"], ["GET k", "PING"], ["INFO"], []):
                other.call("CONFIG", "SET", "replica-serve-stale-data", "no")
                for command in ("MULTI", *queued):
                    found.append(actor.call(*words(command)))
                other.call("REPLICAOF", "127.0.0.1", 0)
                reply = actor.call("EXEC")
                found.append(reply if queued != ["INFO"] else reply.kind)
                other.call("REPLICAOF", "NO", "ONE")
            other.call("CONFIG", "SET", "replica-serve-stale-data", "yes")
            return found
        found = self.both(scenario)
        self.assertIn("MASTERDOWN", repr(found))

    def test_a_wait_is_no_time_of_its_command(self):
        def scenario(_, actor, client):
            waiting = client()
            ident = waiting.call("CLIENT", "ID").value
            for slower_than in (20000, 0):
                actor.call("CONFIG", "SET", "slowlog-log-slower-than", slower_than)
                waiting.send([[b"BLPOP", b"k", b"0"]])
                wait_until(lambda: statistic(actor, "clients", "blocked_clients") == "1", "the client waits")
                actor.call("DEBUG", "SLEEP", "0.03")
                actor.pipeline([[b"MULTI"], [b"LPUSH", b"k", b"v"], [b"SLOWLOG", b"RESET"], [b"EXEC"]])
                waiting.read()
            logged = [entry.value[3] for entry in actor.call("SLOWLOG", "GET").value]
            long = int(re.search(r"usec=(\d+)", statistic(actor, "commandstats", "cmdstat_blpop"))[1]) > 20000
            waiting.send([[b"BLPOP", b"k", b"0"]])
            wait_until(lambda: statistic(actor, "clients", "blocked_clients") == "1", "the client waits")
            ended = actor.call("CLIENT", "UNBLOCK", ident, "ERROR"), waiting.read()
            failed = re.search(r"rejected.*", statistic(actor, "commandstats", "cmdstat_blpop"))[0]
            actor.call("CONFIG", "SET", "slowlog-log-slower-than", 10000)
            return logged, long, ended, failed, statistic(actor, "errorstats", "errorstat_UNBLOCKED")
        self.assertIn("BLPOP", repr(self.both(scenario)))

    def test_who_is_paused_is_blocked(self):
        def scenario(_, actor, client):
            paused = client()
            actor.call("CLIENT", "PAUSE", 100000, "WRITE")
            paused.send([[b"SET", b"k", b"v"]])
            wait_until(lambda: statistic(actor, "clients", "blocked_clients") == "1", "the client is blocked")
            return actor.call("CLIENT", "UNPAUSE"), paused.read()
        self.both(scenario)

    def test_a_pause_of_writes_lets_transactions_of_scripts_that_do_not_write_pass(self):
        def scenario(_, actor, client):
            other = client()
            actor.call("CLIENT", "PAUSE", 100000, "WRITE")
            found = [other.call(*command) for command in (
                ["MULTI"], ["EVAL", "#!lua flags=no-writes\nreturn 12", 0], ["EVAL_RO", "return 13", 0], ["EXEC"])]
            found.append(statistic(actor, "clients", "blocked_clients"))
            actor.call("CLIENT", "UNPAUSE")
            return found
        self.both(scenario)

    def test_a_redirection_ends_with_the_last_reply(self):
        def scenario(_, actor, client):
            actor.call("HELLO", 3)
            target, writer = client(), client()
            ident = target.call("CLIENT", "ID").value
            actor.call("CLIENT", "TRACKING", "ON", "REDIRECT", ident)
            actor.call("GET", "k")
            ended = target.call("QUIT")  # it does not close its end
            found = [writer.call("SET", "k", "v"), ended]
            broken = actor.read()
            return found, [part.value == ident or part for part in broken.value], actor.call("PING")
        self.both(scenario)

    def test_more_than_the_hard_limit_is_not_sent_at_all(self):
        def scenario(_, actor, client):
            actor.call("CONFIG", "SET", "client-output-buffer-limit", "normal 100000 0 0")
            actor.call("SET", "small", b"x" * 90000)
            actor.call("SET", "big", b"x" * 200000)
            actor.call("RPUSH", "many", *[b"x" * 1000] * 150)
            found = []
            for command in ("GET small", "GET big", "LRANGE many 0 80", "LRANGE many 0 -1"):
                with contextlib.closing(client()) as reader:
                    try:
                        found.append(len(reader.call(*words(command)).value))
                    except ConnectionError as error:
                        found.append(str(error))
            actor.call("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0")
            return found
        self.assertEqual(self.both(scenario)[0], 90000)

    def test_a_reply_that_is_too_long_is_broken_off(self):
        def scenario(server, actor, client):
            actor.call("CONFIG", "SET", "client-output-buffer-limit", "normal 1000000 0 0")
            for line in ("HSET h f v", "SADD s m", "ZADD z 1 m"):
                actor.call(*words(line))
            found = []
            # A thousand million elements: nobody would wait for the end of that.
            for line in ("HRANDFIELD h -999999999", "HRANDFIELD h -999999999 WITHVALUES", "SRANDMEMBER s -999999999",
                         "ZRANDMEMBER z -999999999 WITHSCORES", "MULTI"):
                other = client()
                try:
                    found.append(other.call(*words(line)))
                    other.call("SET", "k", "v")
                    other.call("SRANDMEMBER", "s", "-999999999")
                    found.append(other.call("EXEC"))
                except OSError:
                    found.append(f"{line}: closed")
            found.append(actor.call("GET", "k"))
            actor.call("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0")
            return found
        self.both(scenario)

    def test_who_takes_too_much_goes_before_the_request_is_whole(self):
        def scenario(_, actor, client):
            actor.call("CONFIG", "SET", "maxmemory-clients", "3000000")
            found = [client().call("MSET", "k", "v", "big", b"x" * 1000000)]
            try:
                found.append(client().call("MSET", "k", "other", "big", b"x" * 60000000))
            except OSError:
                found.append("closed")
            found += [actor.call("GET", "k"), actor.call("CONFIG", "SET", "maxmemory-clients", "0")]
            return found
        self.both(scenario)

    def test_a_set_is_in_order_for_scripts(self):
        def scenario(_, actor, client):
            actor.call("SADD", "s", *"z y x w v u t s r q p aa b ab a".split())
            actor.call("RPUSH", "l", *"3 1 2".split())
            return [actor.call("EVAL", f"return redis.call('sort', KEYS[1], {options})", "1", key)
                    for key in "sl" for options in ("'by', 'nosort'", "'by', 'nosort', 'limit', 1, 3", "'by', 'nosort', 'desc'", "'by', 'c', 'get', '#'",
                                                    "'by', 'c', 'get', 'n_*'")]
        self.both(scenario)

    def test_debug_sees_what_has_expired(self):
        def scenario(_, actor, client):
            for line in ("DEBUG SET-ACTIVE-EXPIRE 0", "SET k v PX 1", "DEBUG SLEEP 0.01"):
                actor.call(*words(line))
            found = [actor.call("DEBUG", "OBJECT", "k").value[:8], actor.call("DEBUG", "DIGEST-VALUE", "k"), actor.call("EXISTS", "k"),
                     actor.call("DEBUG", "OBJECT", "k").value, actor.call("DEBUG", "SET-ACTIVE-EXPIRE", "1")]
            return found
        self.both(scenario)

    def test_scripts_may_be_allowed_everything(self):
        def scenario(_, actor, client):
            call = ("EVAL", "return redis.call(unpack(ARGV))", "0")
            found = []
            for switch in "1", "0":
                found.append(actor.call("DEBUG", "SET-DISABLE-DENY-SCRIPTS", switch))
                found += [actor.call(*call, *words(line)) for line in ("CLIENT SETNAME n", "DEBUG STRINGMATCH-LEN 0 a", "CLIENT GETNAME", "DEBUG JMAP")]
            return found
        self.both(scenario)

    def test_what_clients_keep_counts(self):
        """Who watches, queues or subscribes without end is evicted; the numbers are each server's own."""
        def scenario(_, actor, client):
            actor.call("CONFIG", "SET", "maxmemory-clients", "1mb")
            actor.call("CLIENT", "NO-EVICT", "ON")
            found = []
            for begin, command in ((None, b"WATCH"), (b"MULTI", b"GET"), (None, b"SUBSCRIBE"), (None, b"PSUBSCRIBE")):
                with contextlib.closing(client()) as greedy:
                    gone = False
                    try:
                        if begin:
                            greedy.call(begin)
                        for number in range(3000):
                            greedy.pipeline([[command, b"%d:%d:%s" % (number, each, b"x" * 100)] for each in range(20)])
                    except OSError:
                        gone = True
                    found.append(gone)
            actor.call("CONFIG", "SET", "maxmemory-clients", 0)
            return found
        self.assertEqual(self.both(scenario), [True] * 4)

    def test_replicas_are_told_of_databases(self):
        def scenario(server, actor, client):
            stream, told = Stream(server), []
            for command in (
                "SELECT 9", "MULTI", "SELECT 1", "SET a 1", "SELECT 2", "SET b 1", "EXEC", "SET c 1", "SELECT 3", "SET a 1", "SELECT 4", "MULTI",
                "SET b 1", "SET c 1", "EXEC", "MULTI", "SET d 1", "EXEC", "SELECT 5", "PUBLISH a b", "SELECT 7", "FLUSHDB", "SELECT 8",
                "FLUSHALL", "SELECT 9", "FUNCTION FLUSH", "SWAPDB 1 2", "SELECT 10", "SET q 1", "SET r 1", "SELECT 0"
            ):
                actor.call(*words(command))
            for script in ("redis.call('SELECT',3) redis.call('SET','x',1) redis.call('SELECT',4) redis.call('SET','y',1)",
                           "redis.call('SELECT',3) redis.call('SET','x',1)", "redis.call('SET','x',1) redis.call('SET','y',1)"):
                actor.call("EVAL", script, 0)
            actor.call("SET", "marker", "v")
            while told[-1:] != [[b"SET", b"marker", b"v"]]:
                told.append([word.value for word in stream.client.read().value])
            stream.close()
            return [command for command in told if command != [b"PING"]]
        self.both(scenario)


class Crash(unittest.TestCase):
    def test_it_says_where_it_was(self):
        for how, number in (("DEBUG SEGFAULT", signal.SIGSEGV), ("SIGABRT", signal.SIGABRT), ("SIGSEGV", signal.SIGSEGV)):
            for crash_log in ("yes", "no"):
                with self.subTest(how=how, crash_log=crash_log):
                    server = servers.Server(PROGRAMS[0])
                    self.addCleanup(server.stop)
                    with contextlib.closing(server.client()) as client:
                        self.assertEqual(client.call("CONFIG", "SET", "crash-log-enabled", crash_log).value, b"OK")
                        if how.startswith("DEBUG"):
                            client.send([how.encode().split()])
                        else:
                            os.kill(server.process.pid, number)
                        self.assertEqual(server.process.wait(20), -number)
                    said = server.output()
                    self.assertEqual(f"crashed by signal: {int(number)} (SIG" in said, crash_log == "yes" and not SANITIZED, said)
                    self.assertEqual(re.search(r"millpond-engine[^(\n]*\(\+0x", said) is not None, crash_log == "yes" and not SANITIZED, said)

    def test_what_has_been_flushed_does_not_come_back(self):
        found = []
        for program in PROGRAMS:
            server = ConfiguredServer(program, b"save 3600 1\n", "--bind", "127.0.0.1")
            self.addCleanup(server.stop)
            with server.client() as client:
                client.call("SET", "k", "v")
                client.call("SAVE")
                flushed = client.call("FLUSHALL"), statistic(client, "persistence", "rdb_changes_since_last_save")
            server.stop_process()
            server.start("--port", str(server.port), "--dir", server.folder, "--bind", "127.0.0.1")
            with server.client() as client:
                found.append((flushed, client.call("DBSIZE")))
        self.assertEqual(*found)
        self.assertEqual(found[0][1].value, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
