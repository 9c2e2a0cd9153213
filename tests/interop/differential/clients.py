# SPDX-License-Identifier: Apache-2.0
"""Several connections to each of the two servers, for what one client does to another: a step goes to both servers, and
what comes back is compared."""

import select
import time

from compare import equal, show
from resp_client import to_bytes

PATIENCE = 20  # seconds


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {PATIENCE} s: {what}")
        time.sleep(0.002)


class Side:
    """One server, and its connections by name."""

    def __init__(self, server, protocol):
        self.server, self.protocol = server, protocol
        self.clients, self.ids = {}, {}
        self.watcher = server.client()

    def client(self, name):
        if name not in self.clients:
            client = self.server.client()
            client.call("HELLO", self.protocol)
            self.ids[name] = client.call("CLIENT", "ID").value
            self.clients[name] = client
        return self.clients[name]

    def fill_in(self, words):
        """{name} stands for that connection's id."""
        for name, number in self.ids.items():
            words = [word.replace(b"{%s}" % name.encode(), b"%d" % number) for word in words]
        return words

    def send(self, name, words):
        self.client(name)
        self.clients[name].send([self.fill_in(words)])

    def flags(self, name):
        """What CLIENT LIST says of a connection; nothing when it is gone."""
        line = self.watcher.call("CLIENT", "LIST", "ID", self.ids[name]).value.decode()
        fields = dict(field.partition("=")[::2] for field in line.split())
        return fields.get("flags", "")

    def has_reply(self, name):
        return bool(select.select([self.clients[name].socket], [], [], 0)[0])

    def blocked(self):
        return frozenset(name for name in self.clients if "b" in self.flags(name))

    def close(self, name):
        self.clients.pop(name).close()
        wait_until(lambda: not self.flags(name), f"{self.server.name} lets {name} go")

    def close_all(self):
        for client in self.clients.values():
            client.close()
        # The next ones find nobody blocked.
        wait_until(lambda: b"connected_clients:" in self.watcher.call("INFO", "clients").value
                   and not self.others_connected(), "all connections end")
        self.watcher.close()

    def others_connected(self):
        listed = self.watcher.call("CLIENT", "LIST").value.decode()
        return any(f"id={number} " in listed for number in self.ids.values())


class Clients:
    """Both sides."""

    def __init__(self, ours, theirs, protocol):
        self.ours, self.theirs = Side(ours, protocol), Side(theirs, protocol)
        self.sides = self.ours, self.theirs
        self.sent = {}  # what each connection sent and has not been answered
        self.differences = []
        self.seen = 0

    def send(self, name, words):
        words = [to_bytes(word) for word in words]
        self.sent.setdefault(name, []).append(words)
        for side in self.sides:
            side.send(name, words)

    def read(self, name, context=""):
        words = self.sent[name].pop(0)
        replies = []
        for side in self.sides:
            try:
                replies.append(side.clients[name].read())
            except (ConnectionError, TimeoutError) as error:
                replies.append(f"{type(error).__name__}")
        self.seen += 1
        if isinstance(replies[0], str) or isinstance(replies[1], str):
            same = replies[0] == replies[1]
        else:
            same = equal(words, *replies)
        if not same:
            self.differences.append(f"{context}{name}: {show(words)}\n    millpond: {replies[0]!r}\n    redis:    {replies[1]!r}")

    def call(self, name, words, context=""):
        self.send(name, words)
        self.read(name, context)

    def block(self, name, words):
        """Sends a command that blocks, and waits until it does (or has been answered after all)."""
        self.send(name, words)
        for side in self.sides:
            wait_until(lambda s=side: "b" in s.flags(name) or s.has_reply(name), f"{name} blocks by {show(words)}")

    def compare_blocked(self, name, context=""):
        theirs = self.theirs.flags(name)
        try:
            wait_until(lambda: self.ours.flags(name) == theirs, "")
        except AssertionError:
            self.differences.append(f"{context}{name}: flags {self.ours.flags(name)}, redis {theirs}")
        self.seen += 1

    def expect_end(self, name, context=""):
        """The server has closed the connection."""
        for side in self.sides:
            side.clients[name].socket.settimeout(PATIENCE)
            try:
                rest = side.clients[name].file.read(1)
            except (ConnectionError, TimeoutError) as error:
                rest = b"" if isinstance(error, ConnectionError) else b"?"
            if rest:
                self.differences.append(f"{context}{name}: {side.server.name} has not closed it: {rest!r}")
        self.seen += 1

    def close(self, name):
        self.sent.pop(name, None)
        for side in self.sides:
            side.close(name)

    def close_all(self):
        for side in self.sides:
            side.close_all()
