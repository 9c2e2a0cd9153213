# SPDX-License-Identifier: Apache-2.0
"""The corpora again where a server refuses: out of memory, without replicas, as a replica, for users who may not do all, ...
Each command is sent by itself and in a transaction of its own, to redis-server 7.0 and to millpond-engine.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/states.py [States.method]
"""

import contextlib
import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import servers
from clients import wait_until
from differential import CORPUS, read_corpus, split_line
from pair import Pair
from unspecified import why_unspecified

# What changes the state itself, ends or blocks the connection, or tells of the server.
LEFT_OUT = {
    b"CONFIG", b"REPLICAOF", b"SLAVEOF", b"SHUTDOWN", b"FAILOVER", b"DEBUG", b"ACL", b"AUTH", b"RESET", b"HELLO", b"QUIT", b"MONITOR",
    b"PSYNC", b"SYNC", b"CLIENT", b"SUBSCRIBE", b"PSUBSCRIBE", b"SSUBSCRIBE", b"MULTI", b"EXEC", b"DISCARD", b"WAIT", b"BGSAVE", b"SAVE",
    b"BGREWRITEAOF", b"INFO", b"ROLE", b"LATENCY", b"MEMORY", b"SLOWLOG", b"OBJECT", b"TOUCH", b"MODULE",
}
BLOCKING = (b"BL", b"BR", b"BZ")
# The arguments of a client that has not said who it is are limited, and going beyond ends the connection.
WORDS_MAX, BYTES_MAX = 9, 8000
EXCUSED_MAX = 25


def of_use(words):
    name = words[0].upper()
    return name not in LEFT_OUT and not name.startswith(BLOCKING) and b"BLOCK" not in map(bytes.upper, words)


def is_excused(pair, command):
    """Orders that nobody promises; what a user may not do in a command that makes no sense, which ours says of the form first."""
    name = command[0].upper()
    return (
        (name == b"EVAL" and b"KEYS" in command[1])
        or name in (b"XREAD", b"XREADGROUP", b"PFMERGE")
        or (name == b"GET" and command[1] == b"m")  # a HyperLogLog, whose count ours does not note on a replica
        or why_unspecified(pair, command) is not None
    )


class States(servers.BothServers):
    def setUp(self):
        self.administrators = Pair(self.ours, self.theirs)
        self.addCleanup(self.administrators.close)
        self.seen, self.found, self.excused = 0, [], 0

    def administer(self, *commands):
        for command in commands:
            ours, theirs = self.administrators.both(*command)
            self.assertNotIn("-", (ours.kind, theirs.kind), (command, ours, theirs))

    @contextlib.contextmanager
    def administered(self, begin, end):
        self.administer(*begin)
        yield
        self.administer(*end)

    @contextlib.contextmanager
    def long_script(self):
        with contextlib.closing(Pair(self.ours, self.theirs)) as running:
            for client, administrator in ((running.ours, self.administrators.ours), (running.theirs, self.administrators.theirs)):
                client.send([[b"EVAL", b"while true do end", b"0"]])
                wait_until(lambda: administrator.call("PING").value.startswith(b"BUSY"), "the script is long")
            yield
            self.administer(["SCRIPT", "KILL"])
            for client in (running.ours, running.theirs):
                self.assertEqual(client.read().kind, "-")

    def check(self, begin, end, login=None, limited=False):
        self.check_in(lambda: self.administered(begin, end), login, limited)

    def check_in(self, state, login=None, limited=False, left_out=()):
        for path in sorted(CORPUS.glob("*.txt")):
            commands = [words for words in map(split_line, filter(lambda line: line != "!clear", read_corpus(path))) if of_use(words) and words[0].upper() not in left_out]
            if limited:
                commands = [words for words in commands if len(words) <= WORDS_MAX and sum(map(len, words)) <= BYTES_MAX]
            self.administer(["FLUSHALL"])
            with contextlib.closing(Pair(self.ours, self.theirs)) as pair:
                pair.run(commands)  # so that there is something to be refused
            for alone in (True, False):
                with state(), contextlib.closing(Pair(self.ours, self.theirs)) as pair:
                    if login:
                        pair.both(*login)
                    for command in commands:
                        self.compare(pair, command, path.stem, alone)
                    self.seen += pair.seen
        print(f"{self.seen} commands, {self.excused} excused", flush=True)
        self.assertTrue(self.seen, "nothing was compared")
        self.assertLessEqual(self.excused, EXCUSED_MAX)
        self.assertFalse(self.found, f"{len(self.found)} differences in {self.seen} commands:\n" + "\n".join(self.found))

    def compare(self, pair, command, name, alone):
        if command[0].upper() == b"SELECT" and not alone:
            return
        pair.run([command] if alone else [["MULTI"], command, ["EXEC"]], f"{name}, {'alone' if alone else 'in a transaction'}: ")
        if pair.differences and is_excused(pair, command):
            self.excused += 1
        else:
            self.found += pair.differences
        pair.forget()
        pair.both("SELECT", 0)

    def test_out_of_memory(self):
        self.check([["CONFIG", "SET", "maxmemory", 1]], [["CONFIG", "SET", "maxmemory", 0]])

    def test_too_few_replicas(self):
        self.check([["CONFIG", "SET", "min-replicas-to-write", 1]], [["CONFIG", "SET", "min-replicas-to-write", 0]])

    def test_a_replica(self):
        self.check([["REPLICAOF", "127.0.0.1", 1]], [["REPLICAOF", "NO", "ONE"]])

    def test_a_replica_that_does_not_serve_stale_data(self):
        self.check([["CONFIG", "SET", "replica-serve-stale-data", "no"], ["REPLICAOF", "127.0.0.1", 1]],
                   [["REPLICAOF", "NO", "ONE"], ["CONFIG", "SET", "replica-serve-stale-data", "yes"]])

    def test_a_writable_replica(self):
        """What such a replica is given past its deadline is there until a timer takes it: none does here."""
        self.check([["DEBUG", "SET-ACTIVE-EXPIRE", 0], ["CONFIG", "SET", "replica-read-only", "no"], ["REPLICAOF", "127.0.0.1", 1]],
                   [["REPLICAOF", "NO", "ONE"], ["CONFIG", "SET", "replica-read-only", "yes"], ["DEBUG", "SET-ACTIVE-EXPIRE", 1]])

    def test_who_has_not_said_who_it_is(self):
        self.check([["CONFIG", "SET", "requirepass", "secret"]], [["CONFIG", "SET", "requirepass", ""]], limited=True)

    def check_user(self, *rules):
        self.check([["ACL", "SETUSER", "user", "on", "nopass", *rules]], [["ACL", "DELUSER", "user"]], ["AUTH", "user", "x"])

    def test_a_user_who_may_read_some_keys(self):
        self.check_user("~a*", "~s*", "%R~k*", "+@read", "&a*")

    def test_a_user_who_may_write_and_not_read(self):
        self.check_user("%W~*", "+@all")

    def test_a_user_of_few_commands(self):
        self.check_user("~*", "+@all", "-@dangerous", "-@blocking", "-sort", "-eval")

    def check_long_script(self, login=None):
        self.administer(["CONFIG", "SET", "busy-reply-threshold", 20])
        self.check_in(self.long_script, login, left_out={b"SCRIPT", b"FUNCTION", b"WATCH"})

    def test_a_long_script(self):
        self.check_long_script()

    def test_a_long_script_and_a_user_of_few_commands(self):
        self.administer(["ACL", "SETUSER", "user", "on", "nopass", "~a*", "+@all", "-@dangerous", "-multi", "-unwatch"])
        self.check_long_script(["AUTH", "user", "x"])
        self.administer(["ACL", "DELUSER", "user"])

    def test_a_save_that_failed(self):
        files = [os.path.join(server.folder, "dump.rdb") for server in (self.ours, self.theirs)]
        for file in files:
            os.makedirs(os.path.join(file, "in the way"))
        self.administer(["CONFIG", "SET", "save", "3600 1000000"], ["BGSAVE"])
        try:
            for client in (self.administrators.ours, self.administrators.theirs):
                wait_until(lambda: b"rdb_last_bgsave_status:err" in client.call("INFO", "persistence").value, "the save fails")
            self.administer(["CONFIG", "SET", "stop-writes-on-bgsave-error", "no"])
            self.check([["CONFIG", "SET", "stop-writes-on-bgsave-error", "yes"]],
                       [["CONFIG", "SET", "stop-writes-on-bgsave-error", "no"]])
        finally:
            for file in files:
                shutil.rmtree(file)
            self.administer(["CONFIG", "SET", "save", ""])


if __name__ == "__main__":
    unittest.main(verbosity=2)
