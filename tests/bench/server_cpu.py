# SPDX-License-Identifier: Apache-2.0
"""Server CPU time per operation, millpond-engine beside redis-server in the same run.

Each is pinned to one core (--threads 1), the load to the others; the time is the server process's own, from /proc. The
load is closed_load, which costs less than a server does and so keeps it busy (MILLPOND_BENCH_LOAD=redis-benchmark takes
that instead: there the faster server waits, and pays for falling asleep and waking up). Rounds alternate between the
two, short and many of them, since a machine changes its speed; ratios are of the medians. A third, transport_floor,
only takes and answers: what it spends no server here can save, and the last column compares what the two spend beyond
it. With MILLPOND_CHECK=1 the ratios must meet their targets.
"""
import hashlib
import os
import sys

from peers import CORES, KEYS, Peer, Table, alternate

ROUNDS = int(os.environ.get("MILLPOND_BENCH_ROUNDS", "15"))
REQUESTS = int(os.environ.get("MILLPOND_BENCH_REQUESTS", "40000"))  # at pipeline 1; ten times as many at 16
VALUE = "v" * 64
KEY = "__rand_int__"
MAXMEMORY = "30mb"  # of 64 B values redis-server keeps 170,000 in it, the engine 300,000
MANY_KEYS = 1000000

SIMPLE = {
    "SET": ["SET", f"s:{KEY}", VALUE],
    "GET": ["GET", f"s:{KEY}"],
    "INCR": ["INCR", f"n:{KEY}"],
    "HSET": ["HSET", f"h:{KEY}", "field", VALUE],
    "LPUSH": ["LPUSH", "list", VALUE],
    "RPOP": ["RPOP", "list"],
    "SADD": ["SADD", "set", f"member:{KEY}"],
    "ZADD": ["ZADD", "zset", KEY, f"member:{KEY}"],
}
WIDE = {
    "LRANGE of 100": ["LRANGE", "list100", "0", "99"],
    "MSET of 10": ["MSET", *[word for i in range(10) for word in (f"m{i}:{KEY}", VALUE)]],
    "ZRANGE of 100": ["ZRANGE", "zset100", "0", "99"],
    "HGETALL of 50": ["HGETALL", "hash50"],
}
SCRIPT = "return redis.call('SET', KEYS[1], ARGV[1])"
SCRIPT_SHA = hashlib.sha1(SCRIPT.encode()).hexdigest()
SCRIPTS = {
    "EVAL": ["EVAL", SCRIPT, "1", f"s:{KEY}", VALUE],
    "EVALSHA": ["EVALSHA", SCRIPT_SHA, "1", f"s:{KEY}", VALUE],
}
ROWS = [(f"{name}, pipeline 16", 16, words, 0.60) for name, words in SIMPLE.items()]
ROWS += [(f"{name}, pipeline 1", 1, words, 0.90) for name, words in SIMPLE.items()]
ROWS += [(f"{name}, pipeline 16", 16, words, 0.60) for name, words in WIDE.items()]
ROWS += [(f"{name}, pipeline 16", 16, words, 0.80) for name, words in SCRIPTS.items()]


def prepare(peer):
    peer.pipe([["SCRIPT", "FLUSH"],
               ["RPUSH", "list100", *[f"element:{i}" for i in range(100)]],
               ["ZADD", "zset100", *[word for i in range(100) for word in (i, f"member:{i}")]],
               ["HSET", "hash50", *[word for i in range(50) for word in (f"field:{i}", VALUE)]]])
    peer.benchmark_us(16, 1000, SCRIPTS["EVAL"])  # so that EVALSHA knows it
    peer.benchmark_us(16, 5 * KEYS, SIMPLE["SET"])  # the keys are there, and everything is warm


def main():
    only = sys.argv[1:]
    table = Table("server CPU, us per operation", floor=True)
    with Peer("redis") as redis, Peer("millpond") as engine, Peer("floor") as floor:
        peers = {"redis": redis, "millpond": engine}
        for peer in peers.values():
            prepare(peer)
        for name, depth, words, target in ROWS:
            if only and not any(word in name for word in only):
                continue
            requests = REQUESTS * (1 if depth == 1 else 2 if len(words) > 6 or "100" in name or "50" in name else 10)
            # Short answers only: what long ones cost to send is not in the floor.
            racers = {**peers, "floor": floor} if words in SIMPLE.values() else peers
            table.row(name, alternate(racers, ROUNDS, lambda peer: peer.benchmark_us(depth, requests, words)), target)
    if not only or "append-only" in only:
        with_append_only_file(table)
    if not only or "maxmemory" in only:
        with_maxmemory(table)
    if not only or "threads" in only:
        with_two_threads(table)
    return table.status()


def with_two_threads(table):
    """Two threads do 1.6 times the work of one if each of their operations costs 2 / 1.6 of one thread's at most: that is
    what can be measured where the load has no cores of its own. All share all cores."""
    every = ",".join(map(str, CORES))
    with Peer("millpond", cores=every) as one, Peer("millpond", "--threads", "2", cores=every) as two:
        peers = {"one thread": one, "two threads": two}
        for peer in peers.values():
            prepare(peer)
        table.compare("server CPU, us per operation", *peers)
        for name in ("GET", "SET", "INCR", "HSET"):
            table.row(f"{name}, pipeline 16", alternate(peers, ROUNDS, lambda peer: peer.benchmark_us(16, 10 * REQUESTS, SIMPLE[name])), 1.25)


def with_maxmemory(table):
    """A cache is full nearly always: what is new has to make room first. Keys are drawn from more than there is room for."""
    for policy, words in (("allkeys-lru", SIMPLE["SET"]), ("allkeys-lfu", SIMPLE["SET"]),
                          ("volatile-lru", [*SIMPLE["SET"], "EX", "10000"]), ("volatile-ttl", [*SIMPLE["SET"], "EX", "10000"])):
        options = ("--maxmemory", MAXMEMORY, "--maxmemory-policy", policy)
        with Peer("redis", *options) as redis, Peer("millpond", *options) as engine:
            peers = {"redis": redis, "millpond": engine}
            for peer in peers.values():
                peer.benchmark_us(16, MANY_KEYS, words, MANY_KEYS)
            table.row(f"SET, {policy} at its limit, pipeline 16",
                      alternate(peers, ROUNDS, lambda peer: peer.benchmark_us(16, 5 * REQUESTS, words, MANY_KEYS)), 0.75)


def with_append_only_file(table):
    for policy in ("everysec", "always"):
        options = ("--appendonly", "yes", "--appendfsync", policy, "--auto-aof-rewrite-percentage", "0")
        with Peer("redis", *options) as redis, Peer("millpond", *options) as engine:
            for depth, target in ((16, 0.60), (1, 0.95)):
                requests = REQUESTS if depth == 1 else 5 * REQUESTS
                table.row(f"SET, append-only {policy}, pipeline {depth}",
                          alternate({"redis": redis, "millpond": engine}, ROUNDS,
                                    lambda peer: peer.benchmark_us(depth, requests, SIMPLE["SET"])), target)


if __name__ == "__main__":
    sys.exit(main())
