# SPDX-License-Identifier: Apache-2.0
"""The corpora again in each way in which a command can be sent: alone, in a transaction, from scripts and functions of
every kind, with everybody watching: one who monitors, one who is told of keyspace events, and a replica. Sent to
redis-server 7.0 and to millpond-engine.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/ways.py [Ways.method]

MILLPOND_SOAK=1 goes every way; the others follow from these, as a rule.
"""

import contextlib
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import servers
from compare import equal, equal_transaction, show
from differential import CORPUS, read_corpus, same_effects, split_line
from effects import Stream
from pair import Pair
from resp_client import to_bytes
from states import LEFT_OUT, of_use
from unspecified import why_unspecified

# Not sent: what states.py leaves out but for what tells of single keys, and what would remove the function of a way.
UNSENT = LEFT_OUT - {b"OBJECT", b"TOUCH", b"MEMORY"} | {b"FUNCTION", b"SCRIPT"}
# Hold for the whole connection, or are queued only.
ALONE_ONLY = {b"SELECT", b"WATCH", b"UNWATCH"}
CALL, PCALL = b"return redis.call(unpack(ARGV))", b"return redis.pcall(unpack(ARGV))"
LIBRARY = "#!lua name=ways\nredis.register_function('way',function(keys, arguments) return redis.pcall(unpack(arguments)) end)"
MARKER_DB = 15
SOAK_ONLY = {"from_a_script_that_catches_errors", "from_a_script_of_resp3", "from_a_script_that_says_it_does_not_write", "from_a_function"}


def script(text, command=b"EVAL"):
    return lambda words: [[command, text, b"0", *words]]


WAYS = {
    "alone": lambda words: [words],
    "in_a_transaction": lambda words: [[b"MULTI"], words, [b"EXEC"]],
    "from_a_script": script(CALL),
    "from_a_script_that_catches_errors": script(PCALL),
    "from_a_script_of_resp3": script(b"redis.setresp(3) " + PCALL),
    "from_eval_ro": script(PCALL, b"EVAL_RO"),
    "from_a_script_that_says_it_does_not_write": script(b"#!lua flags=no-writes,allow-stale\n" + CALL),
    "from_a_function": lambda words: [[b"FCALL", b"way", b"0", *words]],
}


class Observers:
    """Who watches one server, and what they have seen of a command."""

    def __init__(self, server):
        self.writer, self.monitor, self.subscriber = server.client(), server.client(), server.client()
        self.writer.call("SELECT", MARKER_DB)
        self.monitor.call("MONITOR")
        self.subscriber.call("PSUBSCRIBE", "__key*")
        self.replica = Stream(server)
        self.collect()

    def close(self):
        for each in (self.writer, self.monitor, self.subscriber, self.replica):
            each.close()

    def collect(self):
        """Lines of the monitor without time and port, events, and commands to the replica, since the last time."""
        self.writer.call("SET", "marker", "")
        return self.lines(), self.events(), self.replica.until("marker")

    def lines(self):
        lines = []
        while True:
            line = self.monitor.read().value
            if b"[%d " % MARKER_DB in line and b'"SET" "marker"' in line:
                return lines
            lines.append(re.sub(rb"^[0-9.]+ \[(\d+) (lua|)[^]]*\]", rb"[\1 \2]", line))

    def events(self):
        events = []
        while True:
            _, _, channel, payload = (part.value for part in self.subscriber.read().value)
            if (channel, payload) == (b"__keyevent@%d__:set" % MARKER_DB, b"marker"):
                return events
            if b"@%d__:" % MARKER_DB not in channel:
                events.append((channel, payload))


class Ways(servers.BothServers):
    def setUp(self):
        self.administrators = Pair(self.ours, self.theirs)
        self.addCleanup(self.administrators.close)
        self.seen, self.found = 0, []
        # A key whose time has come is gone when somebody looks for it: both see that at the same command.
        for command in (["CONFIG", "SET", "notify-keyspace-events", "KEA"], ["DEBUG", "SET-ACTIVE-EXPIRE", 0]):
            self.assertEqual({reply.value for reply in self.administrators.both(*command)}, {b"OK"})

    def check(self, way):
        for path in sorted(CORPUS.glob("*.txt")):
            commands = [words for words in map(split_line, filter(lambda line: line != "!clear", read_corpus(path)))
                        if words[0].upper() not in UNSENT and (of_use(words) or words[0].upper() in LEFT_OUT)]
            for command in (["FLUSHALL"], ["FUNCTION", "FLUSH"], ["SCRIPT", "FLUSH"], ["FUNCTION", "LOAD", LIBRARY]):
                self.administrators.both(*command)
            with contextlib.closing(Pair(self.ours, self.theirs)) as pair:
                pair.run(commands)  # so that there is something to work on
            with contextlib.ExitStack() as stack:
                pair, *observers = (stack.enter_context(contextlib.closing(each)) for each in (
                    Pair(self.ours, self.theirs), Observers(self.ours), Observers(self.theirs)))
                for command in commands:
                    if way == "alone" or command[0].upper() not in ALONE_ONLY:
                        self.compare(pair, observers, command, way, path.stem)
        print(f"{self.seen} commands", flush=True)
        self.assertTrue(self.seen, "nothing was compared")
        self.assertFalse(self.found, f"{len(self.found)} differences in {self.seen} commands:\n" + "\n".join(self.found[:60]))

    def compare(self, pair, observers, command, way, name):
        command = [to_bytes(word) for word in command]
        sent = WAYS[way](command)
        ours, theirs = pair.ours.pipeline(sent), pair.theirs.pipeline(sent)
        self.seen += 1
        in_transaction = way == "in_a_transaction"
        same = ours[:-1] == theirs[:-1] and (
            equal_transaction([command], ours[-1], theirs[-1]) if in_transaction else equal(command, ours[-1], theirs[-1]))
        differences = [] if same else [(ours, theirs)]
        ours, theirs = (observer.collect() for observer in observers)
        differences += [both for both in zip(ours[:2], theirs[:2]) if both[0] != both[1]]
        if not same_effects(ours[2], theirs[2]):
            differences.append((ours[2], theirs[2]))
        if differences and not is_excused(pair, command):
            self.found += [f"{name}, {way}: {show(command)}\n    millpond: {mine!r}\n    redis:    {other!r}" for mine, other in differences]


def is_excused(pair, command):
    return why_unspecified(pair, command) is not None


def add_tests():
    for way in WAYS:
        def test(self, way=way):
            self.check(way)
        if way not in SOAK_ONLY or os.environ.get("MILLPOND_SOAK"):
            setattr(Ways, f"test_{way}", test)


add_tests()


if __name__ == "__main__":
    unittest.main(verbosity=2)
