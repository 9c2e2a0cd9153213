# SPDX-License-Identifier: Apache-2.0
"""Ports for the servers of tests that run beside each other."""
import errno
import random
import socket

# Below what the kernel gives to outgoing connections, any of which could take a port between this look and the
# server's start; and many, so that two tests seldom draw the same.
FIRST, LAST = 10000, 32000
_random = random.SystemRandom()


def free_port(address="127.0.0.1"):
    """A port of that address on which nobody listens. An OSError: the machine has no such address."""
    while True:
        port = _random.randrange(FIRST, LAST)
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
                return port
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
