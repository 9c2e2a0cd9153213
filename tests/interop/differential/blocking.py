# SPDX-License-Identifier: Apache-2.0
"""Blocked clients, redis-server 7.0 and millpond-engine side by side: scripts of several clients, and random ones.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/blocking.py [Blocking.method]

The scripts (scripts/*.txt) are scenarios, each on an empty server, in RESP2 and in RESP3. A line is a client and what it does:

    == a name            begins a scenario
    a: LPUSH k x         sends, and compares the reply
    a> BLPOP k 0         sends, and goes on when the client is blocked
    a~ PING              sends, and waits for nothing
    a<                   compares the next reply
    a?                   compares what CLIENT LIST says of the client's flags
    a!                   the server has closed the connection
    a.                   the client closes it

{a} is the id of a client. At the end of each scenario the data and what replicas were sent are compared.

MILLPOND_SEED repeats a random run; MILLPOND_SOAK=1 makes it long.
"""

import itertools
import os
import pathlib
import random
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import seeds
import servers
from clients import Clients, wait_until
from compare import show
from differential import same_effects, split_line
from effects import Stream

SCRIPTS = pathlib.Path(__file__).parent / "scripts"
SEED = seeds.seed()
STEPS = 100_000 if os.environ.get("MILLPOND_SOAK") else 400
LINE = re.compile(r"(\w+)([:>~<?!.])\s*(.*)")


def scenarios(path):
    found, current = [], None
    for line in path.read_text().splitlines():
        if line.startswith("== "):
            current = (line[3:], [])
            found.append(current)
        elif line and not line.startswith("#"):
            current[1].append(line)
    return found


class Blocking(servers.BothServers):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for server in (cls.ours, cls.theirs):  # the streams acknowledge nothing
            client = server.client()
            client.call("CONFIG", "SET", "repl-timeout", 3600)
            client.close()
        cls.streams = [Stream(cls.ours), Stream(cls.theirs)]
        for stream in cls.streams:
            cls.addClassCleanup(stream.close)
        cls.markers = 0

    def setUp(self):
        self.differences, self.seen = [], 0

    def open(self, protocol):
        clients = Clients(self.ours, self.theirs, protocol)
        for side in clients.sides:
            side.watcher.call("FLUSHALL")
        self.compare_effects("before", skip=True)
        return clients

    def finish(self, clients, context):
        digests = [side.watcher.call("DEBUG", "DIGEST") for side in clients.sides]
        if digests[0] != digests[1]:
            clients.differences.append(f"{context}DEBUG DIGEST differs: {digests}")
        clients.close_all()
        self.compare_effects(context)
        self.differences += clients.differences
        self.seen += clients.seen

    def compare_effects(self, context, skip=False):
        type(self).markers += 1
        marker = f"marker{self.markers}"
        sent = []
        for server, stream in zip((self.ours, self.theirs), self.streams):
            client = server.client()
            client.call("SET", marker, 1)
            client.call("DEL", marker)
            client.close()
            sent.append([words for words in stream.until(marker) if not words[1:2] or not words[1].startswith(b"marker")])
        if not skip and not same_effects(*sent):
            self.differences.append(f"{context}effects\n    millpond: {sent[0]}\n    redis:    {sent[1]}")

    def check(self):
        self.assertTrue(self.seen, "nothing was compared")
        self.assertFalse(self.differences, f"{len(self.differences)} differences of {self.seen}:\n" + "\n".join(self.differences))

    def play(self, protocol, title, lines):
        clients = self.open(protocol)
        for number, line in enumerate(lines, 1):
            name, what, rest = LINE.fullmatch(line).groups()
            context = f"RESP{protocol} {title} #{number}: "
            words = split_line(rest)
            if what == ":":
                clients.call(name, words, context)
            elif what == ">":
                clients.block(name, words)
            elif what == "~":
                clients.send(name, words)
            elif what == "<":
                clients.read(name, context)
            elif what == "?":
                clients.compare_blocked(name, context)
            elif what == "!":
                clients.expect_end(name, context)
            else:
                clients.close(name)
        self.finish(clients, f"RESP{protocol} {title}: ")

    def check_script(self, path):
        for protocol in (2, 3):
            for title, lines in scenarios(path):
                self.play(protocol, f"{path.stem}: {title}", lines)
        self.check()

    def test_random(self):
        print(f"MILLPOND_SEED={SEED} threads={self.THREADS} steps={STEPS}", flush=True)
        rng = random.Random(SEED)
        played = 0
        while played < STEPS and not self.differences:
            played += self.play_at_random(rng, played)
        self.check()

    def play_at_random(self, rng, start):
        """One server full of blocked clients; who is unblocked by what, and with what, must be the same."""
        clients = self.open(rng.choice((2, 3)))
        names = ["c%d" % i for i in range(6)]
        blocked, steps = set(), 0
        while steps < 60 and not clients.differences:
            steps += 1
            context = f"#{start + steps} "
            free = [name for name in names if name not in blocked]
            if free and rng.random() < 0.45:
                name = rng.choice(free)
                clients.block(name, blocking_command(rng))
            else:
                for words in writing_commands(rng):
                    clients.call("writer", words, context)
            self.settle(clients, blocked, names, context)
        self.finish(clients, f"#{start + steps}: ")
        return steps

    def settle(self, clients, blocked, names, context):
        """Reads what came to clients that were blocked, once the same ones are blocked at both servers."""
        theirs = clients.theirs.blocked()
        try:
            wait_until(lambda: clients.ours.blocked() == theirs, "the same clients are blocked")
        except AssertionError:
            clients.differences.append(f"{context}blocked: millpond {sorted(clients.ours.blocked())} redis {sorted(theirs)}")
            return
        for name in names:
            while clients.sent.get(name) and name not in theirs:
                clients.read(name, context)
        blocked.clear()
        blocked.update(theirs)


KEYS = ("a", "b", "c", "d", "e", "f")
# Who waits at a key waits for one type: redis-server 7.0 sends a client that waits for another type than what has come to
# the end of the line. 7.2 does not any more, nor do we.
LISTS, SORTED_SETS, STREAMS = ("a", "b"), ("c", "d"), ("e", "f")


ENTRIES = itertools.count(1)  # ids that only grow


def blocking_command(rng):
    lists, sorted_sets, streams = (rng.sample(keys, rng.randint(1, 2)) for keys in (LISTS, SORTED_SETS, STREAMS))
    ends = ("LEFT", "RIGHT")
    return rng.choice((
        lambda: ["BLPOP", *lists, 0],
        lambda: ["BRPOP", *lists, 0],
        lambda: ["BLMOVE", lists[0], rng.choice(KEYS), rng.choice(ends), rng.choice(ends), 0],
        lambda: ["BRPOPLPUSH", lists[0], rng.choice(KEYS), 0],
        lambda: ["BLMPOP", 0, len(lists), *lists, rng.choice(ends), "COUNT", rng.randint(1, 3)],
        lambda: ["BZPOPMIN", *sorted_sets, 0],
        lambda: ["BZPOPMAX", *sorted_sets, 0],
        lambda: ["BZMPOP", 0, len(sorted_sets), *sorted_sets, rng.choice(("MIN", "MAX")), "COUNT", rng.randint(1, 3)],
        lambda: ["XREAD", "COUNT", rng.randint(1, 3), "BLOCK", 0, "STREAMS", *streams, *["$" for _ in streams]],
        lambda: ["XREADGROUP", "GROUP", "g", rng.choice(("one", "two")), "BLOCK", 0, "STREAMS", *streams,
                 *[">" for _ in streams]],
    ))()


def writing_command(rng):
    key, other = rng.choice(KEYS), rng.choice(KEYS)
    values = [rng.randint(0, 99) for _ in range(rng.randint(1, 4))]
    return rng.choice((
        lambda: [rng.choice(("LPUSH", "RPUSH")), key, *values],
        lambda: [rng.choice(("LPUSH", "RPUSH")), key, *values],
        lambda: ["ZADD", key, *[word for value in values for word in (value, f"m{value}")]],
        lambda: ["ZADD", key, *[word for value in values for word in (value, f"m{value}")]],
        lambda: ["XADD", rng.choice(STREAMS), f"{next(ENTRIES)}-1", "f", values[0]],
        lambda: ["XADD", rng.choice(STREAMS), f"{next(ENTRIES)}-1", "f", values[0]],
        lambda: ["XGROUP", "CREATE", rng.choice(STREAMS), "g", "$", "MKSTREAM"],
        lambda: ["XGROUP", "DESTROY", rng.choice(STREAMS), "g"],
        lambda: ["XTRIM", rng.choice(STREAMS), "MAXLEN", 1],
        lambda: ["DEL", key],
        lambda: ["SET", key, 1],
        lambda: ["RENAME", "spare", key],
        lambda: ["RPUSH", "spare", *values],
        lambda: ["ZADD", "spare", 1, "m"],
        lambda: ["DEL", "spare"],
        lambda: ["COPY", "spare", key, "REPLACE"],
        lambda: ["LMOVE", "spare", key, "LEFT", "RIGHT"],
        lambda: ["RPOPLPUSH", key, other],
        lambda: ["LPOP", key],
        lambda: ["ZPOPMIN", key],
        lambda: ["ZUNIONSTORE", key, 2, other, "spare"],
        lambda: ["ZRANGESTORE", key, other, 0, -1],
        lambda: ["FLUSHALL"],
    ))()


def writing_commands(rng):
    if rng.random() < 0.7:
        return [writing_command(rng)]
    # Streams that a flush takes have their waiters served in the order of a hash table with a random seed, which shows
    # when they are made anew in the same transaction.
    commands = [writing_command(rng) for _ in range(rng.randint(1, 4))]
    return [["MULTI"], *(command for command in commands if command != ["FLUSHALL"]), ["EXEC"]]


def add_script_tests():
    for path in sorted(SCRIPTS.glob("*.txt")):
        def test(self, path=path):
            self.check_script(path)
        setattr(Blocking, f"test_script_{path.stem}", test)


add_script_tests()


class BlockingFourThreads(Blocking):
    THREADS = 4


if __name__ == "__main__":
    unittest.main(verbosity=2)
