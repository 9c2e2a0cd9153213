# SPDX-License-Identifier: Apache-2.0
"""redis-server and millpond-engine side by side, each alone on one core: what all benchmarks here start from."""
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from ports import free_port  # noqa: E402

ENGINE = os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine")
CORES = sorted(os.sched_getaffinity(0))
LOAD_CORES = ",".join(map(str, CORES[1:] or CORES))
TOOLS = os.path.join(os.environ["MILLPOND_BIN"], "..", "tests")
LOAD = os.environ.get("MILLPOND_BENCH_LOAD", os.path.join(TOOLS, "closed_load"))  # or redis-benchmark
CONNECTIONS, KEYS = 50, 100000
PROGRAMS = {"redis": ["redis-server"], "millpond": [ENGINE, "--threads", "1"],
            # Answers without doing anything: what the transport alone costs.
            "floor": [os.path.join(TOOLS, "transport_floor")]}


def encode(words):
    words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


class Peer:
    """One server, pinned to the first core unless told, from its start to its end."""

    def __init__(self, name, *options, cores=str(CORES[0])):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="millpond-bench-")
        self.port = free_port()
        # The floor minds nothing that follows its port.
        command = ["taskset", "-c", cores, *PROGRAMS[name], "--port", str(self.port), "--bind", "127.0.0.1",
                   "--save", "", "--dir", self.folder, "--enable-debug-command", "yes", *options]
        begun = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() - begun > 20:
                raise SystemExit(f"{name} does not start")
            time.sleep(0.0005)
        self.start_ms = (time.monotonic() - begun) * 1000

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as link:
                link.sendall(b"PING\r\n")
                return link.recv(16) == b"+PONG\r\n"
        except OSError:
            return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu_seconds(self):
        """Of all its threads, which live as long as it does; to the nanosecond, where stat has hundredths of a second."""
        spent_ns = 0
        for thread in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{thread}/schedstat", encoding="ascii") as schedstat:
                spent_ns += int(schedstat.read().split()[0])
        return spent_ns / 1e9

    def resident(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def pipe(self, commands, batch=1000):
        """Sends every command; an error reply ends the benchmark. Each is to answer a line or a string."""
        with socket.create_connection(("127.0.0.1", self.port)) as link:
            replies = link.makefile("rb")
            waiting = []
            for command in commands:
                waiting.append(encode(command))
                if len(waiting) == batch:
                    self._flush(link, replies, waiting)
            self._flush(link, replies, waiting)

    @staticmethod
    def _flush(link, replies, waiting):
        link.sendall(b"".join(waiting))
        for _ in waiting:
            line = replies.readline()
            if line.startswith(b"$"):
                line = b"+" + replies.readline()
            if line[:1] not in b"+:" or not line:
                raise SystemExit(f"unexpected reply {line!r}")
        waiting.clear()

    def benchmark_us(self, depth, requests, words, keys=KEYS):
        """Server CPU per operation of one run of the load with this command, in microseconds."""
        before = self.cpu_seconds()
        subprocess.run(["taskset", "-c", LOAD_CORES, *self.load(depth, requests, words, keys)], stdout=subprocess.DEVNULL,
                       check=True, stderr=subprocess.DEVNULL if self.misses_config() else None)
        return (self.cpu_seconds() - before) / requests * 1e6

    def misses_config(self):
        """redis-benchmark asks for CONFIG, which the floor does not have, and says so."""
        return LOAD == "redis-benchmark" and self.name == "floor"

    def load(self, depth, requests, words, keys):
        if LOAD == "redis-benchmark":
            return [LOAD, "-p", str(self.port), "-q", "-n", str(requests), "-P", str(depth), "-r", str(keys),
                    "-c", str(CONNECTIONS), *words]
        return [LOAD, str(self.port), str(requests), str(depth), str(CONNECTIONS), str(keys), *words]


def alternate(peers, rounds, measure):
    """The median of each peer, measured in turn."""
    seen = {name: [] for name in peers}
    for _ in range(rounds):
        for name, peer in peers.items():
            seen[name].append(measure(peer))
    return {name: statistics.median(times) for name, times in seen.items()}


class Table:
    """Rows of redis, millpond, their ratio and its target; knows whether all were met. With a floor, what no server of this
    machine can go below, the ratio of what each spends beyond it is shown too."""

    def __init__(self, unit, floor=False):
        self.missed = 0
        self.compare(unit, "redis", "millpond", floor)

    def compare(self, unit, peer, ours, floor=False):
        """Begins a table of its own: two peers, of which the second is to be the cheaper."""
        self.peer, self.ours, self.floor = peer, ours, floor
        more = (" floor | beyond it |", "---|---|") if floor else ("", "")
        print(f"\n| {unit} | {peer} | {ours} | ratio | target |{more[0]}\n|---|---|---|---|---|{more[1]}", flush=True)

    def row(self, name, figures, target):
        peer, ours = figures[self.peer], figures[self.ours]
        self.missed += ours / peer > target
        row = f"| {name} | {peer:.2f} | {ours:.2f} | {ours / peer:.2f} | {target:.2f} |"
        if self.floor:
            row += self.beyond(peer, ours, figures.get("floor"))
        print(row, flush=True)

    @staticmethod
    def beyond(redis, millpond, floor):
        if floor is None:
            return " | |"
        share = f"{(millpond - floor) / (redis - floor):.2f}" if redis > floor else "redis is at the floor"
        return f" {floor:.2f} | {share} |"

    def status(self):
        return 1 if self.missed and os.environ.get("MILLPOND_CHECK") else 0
