# SPDX-License-Identifier: Apache-2.0
"""What comes of a stream of random commands at those who only hear of its effects: replicas of either kind, and servers of
either kind that start from an append-only file of any of them.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/followers.py [Followers.method]

MILLPOND_SEED repeats a run, as far as the clients that send at the same time come in the same order; MILLPOND_COMMANDS says
how many commands, MILLPOND_SOAK=1 makes it millions.
"""

import contextlib
import os
import random
import shutil
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import grammar_choice
import seeds
import servers
from differential_grammar import with_clean_errno
from grammar import Grammar, read_forms
from unspecified import differ_in_zeros

COMMANDS = int(os.environ.get("MILLPOND_COMMANDS") or (2_000_000 if os.environ.get("MILLPOND_SOAK") else 20_000))
SEED = seeds.seed()
BATCH = 40
CLIENTS = 4
COMPARED_EVERY = 4000
REWRITTEN = 0.2  # how often a comparison is followed by a rewrite of the file
DATABASES = 16
SETTLING_SECONDS = 10
APPEND = ("--appendonly", "yes")
MILLPOND = os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine")


def redis(*options):
    return servers.Server("/usr/bin/redis-server", *APPEND, *options)


def millpond(threads, *options):
    return servers.Server(MILLPOND, "--threads", str(threads), *APPEND, *options)


class Both:
    """Two servers side by side, with a client at each."""

    def __init__(self, model, server):
        self.model, self.server = model, server
        self.ours, self.theirs = server.client(), model.client()

    def close(self):
        self.ours.close()
        self.theirs.close()

    def both(self, *words):
        return self.ours.call(*words), self.theirs.call(*words)

    def wait_until_equal(self):
        end = time.monotonic() + SETTLING_SECONDS
        while time.monotonic() < end:
            ours, theirs = self.both("DEBUG", "DIGEST")
            if ours == theirs and theirs.kind == "+":
                return True
            time.sleep(0.02)
        return False

    def differences(self):
        """Names of the server, the database and the key; nothing where they are equal, or become so."""
        if self.wait_until_equal():
            return []
        found, zeros = [], 0
        for db in range(DATABASES):
            self.both("SELECT", db)
            names = self.both("KEYS", "*")
            for key in sorted({name.value for reply in names for name in reply.value}):
                digests, deadlines = self.both("DEBUG", "DIGEST-VALUE", key), self.both("PEXPIRETIME", key)
                if digests[0] == digests[1] and deadlines[0] == deadlines[1]:
                    continue
                if differ_in_zeros(self, key):
                    zeros += 1
                else:
                    found.append(f"{self.server.name} after {self.model.name}, db {db} key {key!r}: {digests!r} {deadlines!r} {self.both('TYPE', key)!r}")
        return found if found or zeros else [f"{self.server.name} after {self.model.name}: DEBUG DIGEST"]


class Followers(unittest.TestCase):
    def start(self, server):
        self.addCleanup(server.stop)
        return server

    def follow(self, primary, *followers):
        for follower in followers:
            with contextlib.closing(follower.client()) as client:
                self.assertEqual(client.call("REPLICAOF", "127.0.0.1", primary.port).value, b"OK")

    def grammar(self, millpond_server, redis_server):
        with contextlib.closing(Both(redis_server, millpond_server)) as both:
            both.both("HELLO", 3)
            ours, theirs = map(read_forms, both.both("COMMAND", "DOCS"))
            commands = both.ours.call("COMMAND").value
        blocking = [c.value[0].value.decode() for c in commands if b"blocking" in {flag.value for flag in c.value[2].value}]
        return Grammar(random.Random(SEED), ours, grammar_choice.weigher(ours, set(theirs)), blocking)

    def run_commands(self, primary, grammar, model, followers):
        """From several clients at once to `primary`; now and then the followers must have what `model` has."""
        print(f"MILLPOND_SEED={SEED} commands={COMMANDS}", flush=True)
        choose = random.Random(SEED)
        batches = grammar.batches(COMMANDS, BATCH)
        seen, compared = 0, 0
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(contextlib.closing(primary.client())) for _ in range(CLIENTS)]
            while True:
                at_once = [list(with_clean_errno(batch)) for _, batch in zip(clients, batches)]
                for client, batch in zip(clients, at_once):
                    client.send(batch)
                for client, batch in zip(clients, at_once):
                    for _ in batch:
                        client.read()
                seen += sum(map(len, at_once))
                if not at_once or seen - compared > COMPARED_EVERY:
                    compared = seen
                    for follower in followers:
                        self.compare(model, follower, f"#{seen}")
                    if choose.random() < REWRITTEN:
                        with contextlib.closing(choose.choice([primary, model, *followers]).client()) as client:
                            client.call("BGREWRITEAOF")
                if not at_once:
                    return

    def compare(self, model, follower, context):
        with contextlib.closing(Both(model, follower)) as both:
            differences = both.differences()
        self.assertFalse(differences, f"{context}, {len(differences)} differences:\n" + "\n".join(differences[:20]))

    def start_from_file_of(self, source, program, *options):
        """A server of its own, with a copy of the file: both go on from the same data."""
        folder = tempfile.mkdtemp(prefix="followers-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        shutil.copytree(os.path.join(source.folder, "appendonlydir"), os.path.join(folder, "appendonlydir"))
        return self.start(servers.Server(program, *APPEND, *options, "--dir", folder))

    def check_files(self, sources):
        for source in sources:
            for program, *options in ((MILLPOND, "--threads", "2"), ("/usr/bin/redis-server",)):
                started = self.start_from_file_of(source, program, *options)
                self.compare(source, started, f"{started.name} from the file of {source.name}")
                started.stop_process()

    def test_of_ours(self):
        primary, redis_follower = self.start(millpond(4)), self.start(redis())
        followers = [redis_follower, self.start(millpond(4)), self.start(millpond(1))]
        grammar = self.grammar(primary, redis_follower)
        self.follow(primary, *followers)
        self.run_commands(primary, grammar, primary, followers)
        self.check_files([primary, *followers[:2]])

    def test_of_redis(self):
        """The model is redis-server's own replica: what a primary does not tell, such as a BITFIELD that only makes a string
        longer, neither of them has."""
        primary, model, ours = self.start(redis()), self.start(redis()), self.start(millpond(4))
        grammar = self.grammar(ours, primary)
        self.follow(primary, model, ours)
        self.run_commands(primary, grammar, model, [ours])
        self.check_files([model, ours])


if __name__ == "__main__":
    unittest.main(verbosity=2)
