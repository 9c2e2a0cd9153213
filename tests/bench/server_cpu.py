# SPDX-License-Identifier: Apache-2.0
"""Server CPU time per operation, millpond-engine beside redis-server in the same run.

Each is pinned to one core (--threads 1), redis-benchmark to the others; the time is the server process's own,
from /proc. Rounds alternate between the two, and ratios are of the medians. With MILLPOND_CHECK=1 the ratios must
meet the targets: 0.7 at pipeline 16, 1.0 at pipeline 1.
"""
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ENGINE = os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine")
ROUNDS = int(os.environ.get("MILLPOND_BENCH_ROUNDS", "5"))
REQUESTS = {1: int(os.environ.get("MILLPOND_BENCH_REQUESTS", "100000"))}
REQUESTS[16] = 10 * REQUESTS[1]
TARGETS = {1: 1.0, 16: 0.7}
CORES = sorted(os.sched_getaffinity(0))


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, name, *command):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix="millpond-bench-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        pinned = ["taskset", "-c", str(CORES[0])]
        self.process = subprocess.Popen(
            pinned + list(command) + ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(1000):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.01)
        raise SystemExit(name + " does not start")

    def microseconds(self, command, depth):
        """CPU per operation of one run."""
        others = ",".join(map(str, CORES[1:] or CORES))
        before = cpu_seconds(self.process.pid)
        subprocess.run(["taskset", "-c", others, "redis-benchmark", "-p", str(self.port), "-q", "-t", command,
                        "-n", str(REQUESTS[depth]), "-P", str(depth), "-r", "100000", "-d", "32", "-c", "50"],
                       stdout=subprocess.DEVNULL, check=True)
        return (cpu_seconds(self.process.pid) - before) / REQUESTS[depth] * 1e6

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    redis = Server("redis-server", "redis-server")
    engine = Server("millpond-engine", ENGINE, "--threads", "1")
    missed = 0
    try:
        for server in (redis, engine):
            server.microseconds("set", 16)  # the keys are there, and everything is warm
        print("%-5s %4s %14s %14s %7s %7s" % ("", "P", "redis us/op", "millpond us/op", "ratio", "target"))
        for depth in (16, 1):
            for command in ("get", "set"):
                times = {redis: [], engine: []}
                for _ in range(ROUNDS):
                    for server, seen in times.items():
                        seen.append(server.microseconds(command, depth))
                theirs, ours = (statistics.median(times[s]) for s in (redis, engine))
                missed += ours / theirs > TARGETS[depth]
                print("%-5s %4d %14.3f %14.3f %7.2f %7.1f" % (command, depth, theirs, ours, ours / theirs,
                                                              TARGETS[depth]), flush=True)
    finally:
        redis.close()
        engine.close()
    return 1 if missed and os.environ.get("MILLPOND_CHECK") else 0


if __name__ == "__main__":
    sys.exit(main())
