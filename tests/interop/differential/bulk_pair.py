# SPDX-License-Identifier: Apache-2.0
"""Long pipelines to both servers. Replies are compared as bytes first, and read only where the bytes differ."""

from compare import equal, equal_transaction, show
from resp_client import encode, parse

MARKER = b"the-end-of-the-batch"
END = b"$%d\r\n%s\r\n" % (len(MARKER), MARKER)
AGGREGATES = {ord("*"): 1, ord("~"): 1, ord(">"): 1, ord("%"): 2}


def end_of(data, at):
    """Where the reply that begins at `at` ends."""
    line = data.index(b"\r\n", at) + 2
    kind = data[at]
    if kind in b"$=!":
        size = int(data[at + 1 : line - 2])
        return line if size < 0 else line + size + 2
    for _ in range(AGGREGATES.get(kind, 0) * int(data[at + 1 : line - 2]) if kind in AGGREGATES else 0):
        line = end_of(data, line)
    return line


def read_until_marker(client):
    data = bytearray()
    while not data.endswith(END):
        try:
            part = client.socket.recv(1 << 18)
        except TimeoutError:
            part = b""
        if not part:
            raise Stopped(data)
        data += part
    return bytes(data)


class Stopped(ConnectionError):
    """The server has closed the connection, or has not answered for a long time."""

    def __init__(self, data):
        self.data = data

    def tell(self, name, batch):
        at = answered = 0
        while at < len(self.data):
            try:
                at, answered = end_of(self.data, at), answered + 1
            except ValueError:
                break
        silent = show(batch[answered]) if answered < len(batch) else "the marker"
        return ConnectionError(f"{name} stopped at {silent}, after {show(batch[answered - 1])}: {bytes(self.data[-200:])!r}")


class BulkPair:
    """Tells of each batch the first difference only: what follows may come of it."""

    def __init__(self, ours, theirs):
        self.clients = ours.client(), theirs.client()
        self.seen = 0

    def close(self):
        for client in self.clients:
            client.close()

    def both(self, *words):
        return tuple(client.call(*words) for client in self.clients)

    def run(self, batch):
        """None, or (the command, a text that shows the difference)."""
        wire = b"".join(map(encode, batch)) + encode([b"ECHO", MARKER])
        for client in self.clients:
            client.send_raw(wire)
        replies = []
        for name, client in zip(("millpond", "redis"), self.clients):
            try:
                replies.append(read_until_marker(client))
            except Stopped as stopped:
                raise stopped.tell(name, batch) from None
        ours, theirs = replies
        self.seen += len(batch)
        if ours == theirs:
            return None
        at_ours = at_theirs = 0
        queue = []
        for command in batch:
            end_ours, end_theirs = end_of(ours, at_ours), end_of(theirs, at_theirs)
            if command[0] == b"MULTI":
                queue = []
            same = ours[at_ours:end_ours] == theirs[at_theirs:end_theirs]
            if not same:
                mine, other = parse(ours, at_ours)[0], parse(theirs, at_theirs)[0]
                done = [each for each, status in queue if status]
                same = equal_transaction(done, mine, other) if command[0] == b"EXEC" else equal(command, mine, other)
                if not same:
                    told = "".join(f" [{show(each)}]" for each in done) if command[0] == b"EXEC" else ""
                    return command, f"{show(command)}{told}\n    millpond: {mine!r}\n    redis:    {other!r}"
            queue.append((command, ours[at_ours:end_ours] == b"+QUEUED\r\n"))
            at_ours, at_theirs = end_ours, end_theirs
        return None
