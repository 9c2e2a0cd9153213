# SPDX-License-Identifier: Apache-2.0
"""Who waits how long: p99 under the same offered load beside redis-server, and, by itself, that nothing big makes others
wait: tables that grow, a list and a set of a million that are deleted, keys that expire among a million volatile ones."""
import os
import socket
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

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()
        self.link.close()


def slowest_of(peer, threshold_us):
    """The longest command in the server's own slow log since it was reset, in ms; 0 when none passed the threshold."""
    with socket.create_connection(("127.0.0.1", peer.port)) as link:
        link.sendall(encode(["SLOWLOG", "GET", "-1"]))
        link.settimeout(0.5)
        text = b""
        try:
            while chunk := link.recv(65536):
                text += chunk
        except socket.timeout:
            pass
    integers = [int(line[1:]) for line in text.split(b"\r\n") if line.startswith(b":")]
    return max(integers[2::3], default=0) / 1000 if threshold_us else 0


def growth(peer):
    """Every SET is timed by the server itself: none may take over a millisecond because a table grew."""
    peer.pipe([["CONFIG", "SET", "slowlog-log-slower-than", "1000", "slowlog-max-len", "1000"]])
    peer.pipe(([b"SET", b"grow:%d" % i, b"v"] for i in range(GROWTH_KEYS)))
    return slowest_of(peer, 1000)


def deletion(peer, make):
    peer.pipe(make())
    with Prober(peer.port) as prober:
        while prober.count < 100:
            time.sleep(0.001)
        prober.longest_ms = 0
        peer.pipe([["DEL", "huge"]])
        at = prober.count
        while prober.count < at + 200:
            time.sleep(0.001)
    return prober.longest_ms


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


def say(name, ms, limit):
    print(f"| {name} | {ms:.2f} | {limit} |", flush=True)
    return ms > limit


def main():
    table = Table("us")
    with Peer("redis") as redis, Peer("millpond") as engine:
        table.row(f"p99 at {RATE} requests/s", alternate({"redis": redis, "millpond": engine}, ROUNDS, p99_us), 1.0)
    print("\n| ms, millpond by itself | seen | at most |\n|---|---|---|")
    missed = 0
    with Peer("millpond") as engine:
        missed += say(f"longest SET while {GROWTH_KEYS} keys are inserted", growth(engine), 1)
    with Peer("millpond") as engine:
        missed += say(f"longest wait of others while a list of {MILLION} is deleted",
                      deletion(engine, lambda: ([b"RPUSH", b"huge", *[b"e:%d" % (i + j) for j in range(100)]]
                                                for i in range(0, MILLION, 100))), 1)
        missed += say(f"longest wait of others while a set of {MILLION} is deleted",
                      deletion(engine, lambda: ([b"SADD", b"huge", *[b"m:%d" % (i + j) for j in range(100)]]
                                                for i in range(0, MILLION, 100))), 1)
    with Peer("millpond") as engine:
        missed += say(f"p99 from deadline to gone, among {MILLION} volatile keys", expiry(engine), 100)
    return table.status() or (1 if missed and os.environ.get("MILLPOND_CHECK") else 0)


if __name__ == "__main__":
    assert CORES
    sys.exit(main())
