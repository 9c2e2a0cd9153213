# SPDX-License-Identifier: Apache-2.0
"""Sends each command to both servers, and keeps the differences."""

from compare import equal, equal_transaction, show
from resp_client import to_bytes

DIFFERENCES_MAX = 60


class Pair:
    def __init__(self, ours, theirs):
        self.ours, self.theirs = ours.client(), theirs.client()
        self.differences = []
        self.unlike = []  # the commands that they are of
        self.seen = 0
        self.transaction = None
        self.executed = []  # the commands of the last EXEC, for the report

    def close(self):
        self.ours.close()
        self.theirs.close()

    def both(self, *words):
        """A command whose replies are not compared."""
        return self.ours.call(*words), self.theirs.call(*words)

    def forget(self):
        """What has been found does not count."""
        self.differences.clear()
        self.unlike.clear()

    def run(self, commands, context=""):
        """A pipeline to each, compared reply by reply."""
        commands = [[to_bytes(word) for word in command] for command in commands]
        self.ours.send(commands)
        self.theirs.send(commands)
        for command in commands:
            ours, theirs = self.ours.read(), self.theirs.read()
            self.seen += 1
            if not self.same(command, ours, theirs):
                self.unlike.append(command)
                queue = "".join(f" [{show(each)}]" for each in self.executed if command[0].upper() == b"EXEC")
                self.differences.append(f"{context}{show(command)}{queue}\n    millpond: {ours!r}\n    redis:    {theirs!r}")
            if len(self.differences) >= DIFFERENCES_MAX:
                break

    def same(self, command, ours, theirs):
        name = command[0].upper()
        if name == b"MULTI" and theirs.value == b"OK":
            self.transaction = []
        elif name in (b"EXEC", b"DISCARD", b"RESET"):
            queued, self.transaction = self.transaction or [], None
            self.executed = queued
            if name == b"EXEC":
                return equal_transaction(queued, ours, theirs)
        elif self.transaction is not None and theirs.value == b"QUEUED":
            self.transaction.append(command)
        return equal(command, ours, theirs)

    def compare_digests(self):
        ours, theirs = self.both("DEBUG", "DIGEST")
        if ours == theirs:
            return
        self.differences.append(f"DEBUG DIGEST differs: {ours!r} {theirs!r}")
        for db in range(16):
            self.both("SELECT", db)
            mine, other = self.both("KEYS", "*")
            keys = sorted({key.value for key in mine.value} | {key.value for key in other.value})
            for key in keys:
                a, b = self.both("DEBUG", "DIGEST-VALUE", key)
                if a != b:
                    self.differences.append(f"db {db} key {key!r}: {a!r} {b!r}, type {self.both('TYPE', key)}")
        self.both("SELECT", 0)
