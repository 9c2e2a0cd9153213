# SPDX-License-Identifier: Apache-2.0
"""Who waits how long: p99 under the same offered load beside redis-server, and, by itself, that nothing big makes others
wait: a sorted set of a million that is saved (beside redis-server), tables that grow, a list and a set of a million that are
deleted, keys that expire among a million volatile ones."""
import os
import socket
import statistics
import subprocess
import sys
import threading
import time

from peers import CORES, LOAD_CORES, Peer, Table, alternate, encode

LOAD = os.path.join(os.environ["MILLPOND_BIN"], "..", "tests", "offered_load")
ROUNDS = int(os.environ.get("MILLPOND_BENCH_ROUNDS", "5"))
RATE = int(os.environ.get("MILLPOND_BENCH_RATE", "20000"))
SECONDS = float(os.environ.get("MILLPOND_BENCH_SECONDS", "3"))
GROWTH_KEYS = int(os.environ.get("MILLPOND_BENCH_GROWTH_KEYS", "10000000"))
MILLION = int(os.environ.get("MILLPOND_BENCH_KEYS", "1000000"))
EXPIRING = 1000


def p99_us(peer):
    done = subprocess.run(["taskset", "-c", LOAD_CORES, LOAD, str(peer.port), str(RATE), str(SECONDS)],
                          capture_output=True, text=True, check=True)
    return float(done.stdout.split()[1])


class Prober:
    """Another client, which sends PING upon PING; knows the longest that it waited."""

    def __init__(self, port):
        self.longest_ms, self.over, self.count = 0.0, False, 0
        self.link = socket.create_connection(("127.0.0.1", port))
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over:
            begun = time.monotonic()
            self.link.sendall(b"PING\r\n")
            self.link.recv(16)
            self.longest_ms = max(self.longest_ms, (time.monotonic() - begun) * 1000)
            self.count += 1
            time.sleep(0.0005)

    def longest_of(self, pings, meanwhile=lambda: None):
        """The longest wait, in ms, of this many PINGs after and while something is done."""
        self.longest_ms, until = 0.0, self.count + pings
        meanwhile()
        while self.count < until:
            time.sleep(0.001)
        return self.longest_ms

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()
        self.link.close()


def over_a_millisecond(peer):
    """How many commands the server's own slow log has, and the longest of them in ms."""
    with socket.create_connection(("127.0.0.1", peer.port)) as link:
        link.sendall(encode(["SLOWLOG", "GET", "-1"]))
        link.settimeout(0.5)
        text = b""
        try:
            while chunk := link.recv(65536):
                text += chunk
        except socket.timeout:
            pass
    took_us = [int(line[1:]) for line in text.split(b"\r\n") if line.startswith(b":")][2::3]
    return len(took_us), max(took_us, default=0) / 1000


def growth(peer):
    """SETs that the server itself timed at over a millisecond. Both servers have some in which the machine did something
    else; that no table that grows is among them is shown by memory_entries, which tells the two apart."""
    peer.pipe([["CONFIG", "SET", "slowlog-log-slower-than", "1000", "slowlog-max-len", "1000"]])
    peer.pipe(([b"SET", b"grow:%d" % i, b"v"] for i in range(GROWTH_KEYS)))
    return over_a_millisecond(peer)


def deletion(peer, make):
    """The longest that another client waits while a giant is deleted and freed, and in a moment of rest after it: what the
    machine alone makes it wait. Medians of ROUNDS."""
    deleting, resting = [], []
    for _ in range(ROUNDS):
        peer.pipe(make())
        with Prober(peer.port) as prober:
            prober.longest_of(100)
            deleting.append(prober.longest_of(200, lambda: peer.pipe([["DEL", "huge"]])))
            resting.append(prober.longest_of(200))
    return statistics.median(deleting), statistics.median(resting)


def saving(peer):
    """The longest that another client waits, in ms, while a sorted set of a million is saved and the configuration is set
    every millisecond, for which a command has the server to itself. Median of ROUNDS."""
    def save():
        peer.pipe([["BGSAVE"]])
        with socket.create_connection(("127.0.0.1", peer.port)) as link:
            while True:
                link.sendall(encode(["CONFIG", "SET", "hz", "10"]) + encode(["INFO", "persistence"]))
                text = b""
                while b"rdb_last_cow_size" not in text:
                    text += link.recv(65536)
                if b"rdb_bgsave_in_progress:0" in text:
                    return
                time.sleep(0.001)

    peer.pipe([b"ZADD", b"huge", *[word for j in range(100) for word in (b"%d" % ((i + j) * 7 % MILLION), b"m:%d" % (i + j))]]
              for i in range(0, MILLION, 100))
    with Prober(peer.port) as prober:
        return statistics.median(prober.longest_of(100, save) for _ in range(ROUNDS))


def expiry(peer):
    """From a key's deadline until it is gone, p99 of a thousand, with a million other volatile keys."""
    peer.pipe([b"SET", b"volatile:%d" % i, b"v", b"EX", b"%d" % (3600 + i % 3600)] for i in range(MILLION))
    now_ms = int(time.time() * 1000)
    deadlines = {b"soon:%d" % i: now_ms + 1000 + i for i in range(EXPIRING)}
    peer.pipe([b"SET", key, b"v", b"PXAT", b"%d" % at] for key, at in deadlines.items())
    late = []
    with socket.create_connection(("127.0.0.1", peer.port)) as link:
        replies = link.makefile("rb")
        while len(late) < EXPIRING:  # DBSIZE counts what is there, and takes nothing away by looking
            link.sendall(b"DBSIZE\r\n")
            there = int(replies.readline()[1:]) - MILLION
            now = time.time() * 1000
            gone = EXPIRING - there
            late += [now - (now_ms + 1000 + i) for i in range(len(late), gone)]
            time.sleep(0.001)
    return sorted(late)[int(0.99 * len(late))]


def giant(command, name):
    return (lambda: ([command, b"huge", *[b"e:%d" % (i + j) for j in range(100)]] for i in range(0, MILLION, 100)),
            f"longest wait of others while a {name} of {MILLION} is deleted")


def main():
    os.sched_setaffinity(0, map(int, LOAD_CORES.split(",")))  # what we do ourselves is no part of what is measured
    table = Table("us")
    with Peer("redis") as redis, Peer("millpond") as engine:
        table.row(f"p99 at {RATE} requests/s", alternate({"redis": redis, "millpond": engine}, ROUNDS, p99_us), 1.0)
    table.compare("ms", "redis", "millpond")
    with Peer("redis") as redis, Peer("millpond") as engine:
        table.row(f"longest wait of others while a sorted set of {MILLION} is saved",
                  {"redis": saving(redis), "millpond": saving(engine)}, 1.0)
    print("\n| ms | seen | at most |\n|---|---|---|")
    missed = 0
    for command, name in ((b"RPUSH", "list"), (b"SADD", "set")):
        make, what = giant(command, name)
        with Peer("millpond") as engine:
            deleting, resting = deletion(engine, make)
        missed += deleting > 1
        print(f"| {what} (at rest {resting:.2f}) | {deleting:.2f} | 1 |", flush=True)
    with Peer("millpond") as engine:
        late = expiry(engine)
    missed += late > 100
    print(f"| p99 from deadline to gone, among {MILLION} volatile keys | {late:.2f} | 100 |", flush=True)
    print(f"\n| SETs over 1 ms of {GROWTH_KEYS} | how many | longest, ms |\n|---|---|---|")
    for name in ("redis", "millpond"):
        with Peer(name) as peer:
            many, longest = growth(peer)
        print(f"| {name} | {many} | {longest:.2f} |", flush=True)
    return table.status() or (1 if missed and os.environ.get("MILLPOND_CHECK") else 0)


if __name__ == "__main__":
    assert CORES
    sys.exit(main())
