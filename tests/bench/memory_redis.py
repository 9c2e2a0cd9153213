# SPDX-License-Identifier: Apache-2.0
"""Resident memory of the same data in redis-server and in millpond-engine, over the bytes of keys, fields and values;
and the time from start to the first PONG."""
import os
import statistics
import sys

from peers import Peer, Table

COUNT = int(os.environ.get("MILLPOND_BENCH_KEYS", "1000000"))
STARTS = 15


def strings(*options):
    return ([b"SET", b"key:%012d" % i, b"v" * 32, *[option(i) for option in options]] for i in range(COUNT))


def members(command, *score):
    """Of one huge collection, a hundred a command, in a scattered order."""
    for start in range(0, COUNT, 100):
        names = [b"m:%014x" % (i * 0x9E3779B97F4A7C15 >> 8 & 0xFFFFFFFFFFFFFF) for i in range(start, start + 100)]
        yield [command, b"huge", *[word for i, name in enumerate(names) for word in (*[make(start + i) for make in score], name)]]


def hashes():
    for i in range(COUNT // 10):
        yield [b"HSET", b"hash:%011d" % i, *[word for f in range(10) for word in (b"field%d" % f, b"value%05d" % (i % 99999))]]


# name: (payload bytes of all, how many one counts per, commands, target as a share of redis-server's, and in bytes)
KINDS = {
    "string of 32 B": (48, COUNT, strings, 0.24),
    "string of 32 B with TTL": (48, COUNT, lambda: strings(lambda i: b"PX", lambda i: b"%d" % (3_600_000 + i)), 0.25),
    "integer of 8 digits": (24, COUNT, lambda: ([b"SET", b"key:%012d" % i, b"%d" % (10_000_000 + i)] for i in range(COUNT)), 0.27),
    "hash of 10 small fields": (16 + 10 * 16, COUNT // 10, hashes, 0.50),
    "sorted-set member of 16 B": (16, COUNT, lambda: members(b"ZADD", lambda i: b"%d" % (i * 7 % COUNT)), 0.40),
    "set member of 16 B": (16, COUNT, lambda: members(b"SADD"), 0.30),
    # One stream; the payload is the values of its entries, whose two fields are always the same.
    "stream entry": (20, COUNT, lambda: ([b"XADD", b"s", b"*", b"reading", b"%d" % (10_000_000 + i), b"place", b"place-%06d" % (i % 999983)]
                                         for i in range(COUNT)), 1.00),
}


def over_payload(name, payload, count, commands):
    with Peer(name) as peer:
        # Code and buffers that every request needs are no memory of the data.
        peer.pipe(([b"SET", b"warm", b"v" * 32] for _ in range(1000)), batch=500)
        before = peer.resident()
        peer.pipe(commands(), batch=500)
        return (peer.resident() - before) / count - payload


def starts(*names):
    """Medians of starts in turn."""
    seen = {name: [] for name in names}
    for _ in range(STARTS):
        for name in names:
            with Peer(name) as peer:
                seen[name].append(peer.start_ms)
    return {name: statistics.median(times) for name, times in seen.items()}


def main():
    only = sys.argv[1:]
    table = Table("resident memory over payload, bytes each")
    for name, (payload, count, commands, target) in KINDS.items():
        if only and not any(word in name for word in only):
            continue
        table.row(name, {peer: over_payload(peer, payload, count, commands) for peer in ("redis", "millpond")}, target)
    if only:
        return table.status()
    print()
    start = Table("ms")
    start.row("start to first PONG", starts("redis", "millpond"), 1.0)
    return table.status() or start.status()


if __name__ == "__main__":
    sys.exit(main())
