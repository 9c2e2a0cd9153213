# SPDX-License-Identifier: Apache-2.0
"""What a server sends to its replicas: the stream that a replica sees after its full sync."""

import re

from resp_client import to_bytes

# Sent by either server when it likes.
NOISE = {b"PING", b"SELECT", b"REPLCONF"}


class Stream:
    def __init__(self, server):
        self.client = server.client()
        # Without "eof": after a snapshot of unknown length Redis would wait for acknowledgements.
        self.client.call("REPLCONF", "capa", "psync2")
        self.client.send([[b"PSYNC", b"?", b"-1"]])
        line = b"\n"
        while line == b"\n" or line.startswith(b"+"):  # a bare line end keeps the link alive
            line = self.client.file.readline()
        if line.startswith(b"$EOF:"):
            self.skip_to(line[5:-2])
        elif re.match(rb"\$\d+\r\n", line):
            self.client.file.read(int(line[1:]))
        else:
            raise AssertionError(f"no snapshot: {line!r}")

    def skip_to(self, mark):
        seen = b""
        while not seen.endswith(mark):
            seen = seen[-len(mark):] + self.client.file.read(1)

    def until(self, marker):
        """The commands before the one that sets the key `marker`, names in upper case."""
        commands = []
        while True:
            words = [word.value for word in self.client.read().value]
            if words[:2] == [b"SET", to_bytes(marker)]:
                return commands
            if words[0].upper() not in NOISE:
                commands.append([words[0].upper(), *words[1:]])

    def close(self):
        self.client.close()
