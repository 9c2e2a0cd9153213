# SPDX-License-Identifier: Apache-2.0
"""A client of raw sockets that keeps what a reply was, not only what it meant: RESP2 and RESP3."""

import socket
from typing import NamedTuple


class Reply(NamedTuple):
    """One reply: the type byte of the wire, and bytes, int, None or a tuple of replies.

    A null keeps its form: ("$", None) and ("*", None) differ, as clients see the difference.
    """

    kind: str
    value: object

    def __repr__(self):
        if isinstance(self.value, tuple):
            return self.kind + "[" + ", ".join(map(repr, self.value)) + "]"
        return f"{self.kind}{self.value!r}"


class Client:
    def __init__(self, port, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb", 1 << 16)

    def close(self):
        self.file.close()
        self.socket.close()

    def send_raw(self, data):
        self.socket.sendall(data)

    def send(self, commands):
        self.socket.sendall(b"".join(map(encode, commands)))

    def call(self, *words):
        self.send([[to_bytes(word) for word in words]])
        return self.read()

    def pipeline(self, commands):
        self.send(commands)
        return [self.read() for _ in commands]

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError(f"connection closed, last bytes {line!r}")
        kind, rest = chr(line[0]), line[1:-2]
        if kind in "+-,(#":
            return Reply(kind, rest)
        if kind == ":":
            return Reply(kind, int(rest))
        if kind == "_":
            return Reply(kind, None)
        size = int(rest)
        if kind in "$=!":
            return Reply(kind, None if size < 0 else self.file.read(size + 2)[:-2])
        if kind in "*~>":
            return Reply(kind, None if size < 0 else tuple(self.read() for _ in range(size)))
        if kind == "%":
            return Reply(kind, tuple(self.read() for _ in range(2 * size)))
        raise ValueError(f"not RESP: {line!r}")


def parse(data, at):
    """The reply that begins at `at`, and where it ends."""
    line = data.index(b"\r\n", at)
    kind, rest, at = chr(data[at]), data[at + 1 : line], line + 2
    if kind in "+-,(#":
        return Reply(kind, rest), at
    if kind == ":":
        return Reply(kind, int(rest)), at
    if kind == "_":
        return Reply(kind, None), at
    size = int(rest)
    if size < 0:
        return Reply(kind, None), at
    if kind in "$=!":
        return Reply(kind, data[at : at + size]), at + size + 2
    items = []
    for _ in range(2 * size if kind == "%" else size):
        item, at = parse(data, at)
        items.append(item)
    return Reply(kind, tuple(items)), at


def to_bytes(word):
    return word if isinstance(word, bytes) else str(word).encode()


def encode(words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
