# SPDX-License-Identifier: Apache-2.0
"""Commands drawn from COMMAND DOCS' argument trees, to redis-server 7.0 and millpond-engine: every reply compared, and the
data at the end.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/differential_grammar.py [Grammar]

MILLPOND_SEED repeats a run; MILLPOND_COMMANDS says how many commands, MILLPOND_SOAK=1 makes it millions;
MILLPOND_ONLY=sort,geo draws the commands alone whose names or groups are given.
"""

import collections
import os
import random
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import grammar_choice
import seeds
import servers
from bulk_pair import BulkPair
from grammar import Grammar, read_forms
from pair import Pair
from unspecified import differ_in_zeros, why_unspecified

COMMANDS = int(os.environ.get("MILLPOND_COMMANDS") or (3_000_000 if os.environ.get("MILLPOND_SOAK") else 100_000))
BATCH = 150
CONNECTIONS = 12
DATABASES = 16
DIFFERENCES_MAX = 40
SHOWN_PER_COMMAND = 3
SEED = seeds.seed()
SETTLING_SECONDS = 3
UNSPECIFIED_MAX = 5  # some one in ten millions
ONLY = set(filter(None, os.environ.get("MILLPOND_ONLY", "").split(",")))


def with_clean_errno(batch):
    """redis-server's SORT takes an errno that a number left which was read long before (1e400) for one of its own numbers'.
    A weight is read with a clean one, and leaves it. Scores below the normal numbers are drawn nowhere, since SORT itself
    may read such a one first."""
    for command in batch:
        if command[0].upper() in (b"SORT", b"SORT_RO"):
            yield [b"ZUNION", b"1", b"no-such-key", b"WEIGHTS", b"1"]
        yield command


class GrammarRun(servers.BothServers):
    def setUp(self):
        self.pair = BulkPair(self.ours, self.theirs)
        self.addCleanup(self.pair.close)
        self.found = collections.defaultdict(list)
        self.unspecified = 0

    def grammar(self, seed):
        self.pair.both("HELLO", 3)
        ours, theirs = self.pair.both("COMMAND", "DOCS")
        forms = read_forms(ours)
        weights = grammar_choice.weigher(forms, set(read_forms(theirs)))
        weigh = weights if not ONLY else lambda name: weights(name) if {name, name.split("|")[0], forms[name].group} & ONLY else 0
        commands, _ = self.pair.both("COMMAND")
        blocking = [c.value[0].value.decode() for c in commands.value if b"blocking" in {flag.value for flag in c.value[2].value}]
        return Grammar(random.Random(seed), forms, weigh, blocking)

    def note(self, name, text):
        self.found[name].append(text)

    def weigh(self, context, command, text):
        reason = why_unspecified(self.pair, command) if self.unspecified < UNSPECIFIED_MAX else None
        if reason:
            self.unspecified += 1
            print(f"{context} not counted, since {reason}: {text}", flush=True)
        else:
            self.note(b" ".join(command[:1]).decode().upper(), f"{context} {text}")

    def start_anew(self):
        """After a difference: the same empty data in both again."""
        self.pair.both("SELECT", 0)
        self.pair.both("FLUSHALL")
        for each in ("FUNCTION", "SCRIPT"):
            self.pair.both(each, "FLUSH")

    def compare_digests(self, context):
        """False: what follows can only be compared from the same data."""
        ours, theirs = self.pair.both("DEBUG", "DIGEST")
        if ours == theirs:
            return True
        lines, zeros = [f"{context}: DEBUG DIGEST {ours!r} {theirs!r}"], 0
        for db in range(DATABASES):
            self.pair.both("SELECT", db)
            mine, other = self.pair.both("KEYS", "*")
            for key in sorted({key.value for key in mine.value} | {key.value for key in other.value}):
                digests = self.pair.both("DEBUG", "DIGEST-VALUE", key)
                if digests[0] == digests[1]:
                    continue
                if differ_in_zeros(self.pair, key):
                    zeros += 1
                else:
                    lines.append(f"    db {db} key {key!r}: {digests!r}, type {self.pair.both('TYPE', key)}")
        self.pair.both("SELECT", 0)
        if zeros and len(lines) == 1:
            return False
        # A key whose time ends at this moment is gone in one of them and not yet in the other.
        end = time.monotonic() + SETTLING_SECONDS
        while len(lines) == 1 and time.monotonic() < end:
            ours, theirs = self.pair.both("DEBUG", "DIGEST")
            if ours == theirs:
                return True
            time.sleep(0.02)
        self.note("digest", "\n".join(lines))
        return False

    def run_batches(self, protocol, count):
        grammar = self.grammar(SEED + protocol)
        self.pair.both("HELLO", protocol)
        self.start_anew()
        last = 0
        for batch in grammar.batches(count, BATCH):
            difference = self.pair.run(list(with_clean_errno(batch)))
            if difference:
                self.weigh(f"#{self.pair.seen}.. RESP{protocol}", *difference)
                self.start_anew()
            elif self.pair.seen - last > 5000:
                last = self.pair.seen
                if not self.compare_digests(f"before #{self.pair.seen}"):
                    self.start_anew()
            if sum(map(len, self.found.values())) > DIFFERENCES_MAX:
                break
        self.compare_digests("at the end")

    def test_every_reply_and_the_data_are_the_same(self):
        print(f"MILLPOND_SEED={SEED} threads={self.THREADS} commands={COMMANDS}", flush=True)
        begin = time.monotonic()
        for protocol in (2, 3):
            self.run_batches(protocol, COMMANDS // 2)
        print(f"{self.pair.seen} commands in {time.monotonic() - begin:.1f} s", flush=True)
        self.assertIsNone(self.ours.process.poll(), f"millpond-engine died: {self.ours.output()}")
        total = sum(map(len, self.found.values()))
        shown = [text[:1500] for _, texts in sorted(self.found.items()) for text in texts[:SHOWN_PER_COMMAND]]
        counts = {name: len(texts) for name, texts in sorted(self.found.items())}
        self.assertFalse(total, f"{total} differences in {self.pair.seen} commands, {counts}:\n" + "\n".join(shown))

    def test_every_connection_sees_what_another_was_answered(self):
        """One unit after another, each on some connection: on whatever thread that is, nothing that has been answered is
        missing."""
        grammar = self.grammar(SEED)
        self.start_anew()
        pairs = [Pair(self.ours, self.theirs) for _ in range(CONNECTIONS)]
        choose = random.Random(SEED)
        print(f"MILLPOND_SEED={SEED} threads={self.THREADS} commands={COMMANDS // 10}", flush=True)
        while sum(pair.seen for pair in pairs) < COMMANDS // 10 and not any(pair.differences for pair in pairs):
            choose.choice(pairs).run(list(with_clean_errno(grammar.unit())))
        for pair in pairs:
            pair.close()
        self.assertEqual([difference for pair in pairs for difference in pair.differences], [])


class GrammarFourThreads(GrammarRun):
    THREADS = 4


if __name__ == "__main__":
    unittest.main(verbosity=2)
