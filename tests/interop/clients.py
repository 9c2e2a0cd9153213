# SPDX-License-Identifier: Apache-2.0
"""Real clients at their ordinary work, with one I/O thread and with four: redis-py, hiredis, a job queue of BRPOP workers,
redis-cli in all its modes, redis-benchmark with its default tests, and the Node.js clients of clients_node/."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import redis as redis_py

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "differential"))
import servers  # noqa: E402

THREADS = int(os.environ.get("MILLPOND_THREADS", "4"))
SOCKET = "engine.sock"  # in its folder


def until(what, test, seconds=20):
    end = time.monotonic() + seconds
    while not test():
        if time.monotonic() > end:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.005)


class Clients(unittest.TestCase):
    def setUp(self):
        self.server = servers.millpond(THREADS, "--unixsocket", SOCKET)
        self.addCleanup(self.server.stop)
        self.client = redis_py.Redis(port=self.server.port)
        self.addCleanup(self.client.close)

    def cli(self, *args, seconds=60, **more):
        done = subprocess.run(["redis-cli", "-p", str(self.server.port), *args], capture_output=True, text=True,
                              timeout=seconds, **more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    # -- redis-py -------------------------------------------------------------------------------------------

    def test_redis_py(self):
        client = self.client
        with client.pipeline() as pipe:
            pipe.set("a", 1).incr("a").hset("h", mapping={"x": 1, "y": "z"}).hgetall("h")
            self.assertEqual(pipe.execute(), [True, 2, 2, {b"x": b"1", b"y": b"z"}])
        # Optimistic locking: of many threads that count, none loses an increment.
        client.set("counter", 0)

        def count():
            for _ in range(50):
                client.transaction(lambda pipe: (lambda value: (pipe.multi(), pipe.set("counter", value + 1)))(
                    int(pipe.get("counter"))), "counter")
        threads = [threading.Thread(target=count) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        self.assertEqual(client.get("counter"), b"200")
        with client.lock("lock", timeout=10):
            self.assertFalse(client.lock("lock", timeout=10).acquire(blocking=False))
        double = client.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1] * 2)")
        self.assertEqual(double(keys=["script"], args=[21]), 42)
        pubsub = client.pubsub(ignore_subscribe_messages=True)
        pubsub.psubscribe("news.*")
        until("the subscription", lambda: client.pubsub_numpat() == 1)
        client.publish("news.a", "hello")
        until("the message", lambda: self.heard(pubsub))
        self.assertEqual(self.message["data"], b"hello")
        client.mset({f"scan:{i}": i for i in range(500)})
        self.assertEqual(len(set(client.scan_iter("scan:*", count=77))), 500)
        for i in range(5):
            client.xadd("stream", {"n": i})
        client.xgroup_create("stream", "group", id="0")
        [[_, entries]] = client.xreadgroup("group", "me", {"stream": ">"}, count=3)
        self.assertEqual([fields[b"n"] for _, fields in entries], [b"0", b"1", b"2"])
        self.assertEqual(client.xpending("stream", "group")["pending"], 3)
        client.zadd("z", {"a": 1, "b": 2.5})
        self.assertEqual(client.zrange("z", 0, -1, withscores=True), [(b"a", 1.0), (b"b", 2.5)])
        client.setbit("bits", 7, 1)
        self.assertEqual(client.bitcount("bits"), 1)
        client.pfadd("hll", *range(1000))
        self.assertAlmostEqual(client.pfcount("hll"), 1000, delta=30)
        client.geoadd("geo", (13.361389, 38.115556, "Palermo"))
        self.assertEqual(client.geohash("geo", "Palermo"), ["sqc8b49rny0"])

    def heard(self, pubsub):
        self.message = pubsub.get_message(timeout=0.1)
        return self.message is not None

    # -- A queue as Sidekiq has it: JSON pushed left, workers that wait right ----------------------------------

    def test_job_queue(self):
        jobs, workers = 400, 8
        done, lock = [], threading.Lock()

        def work():
            client = redis_py.Redis(port=self.server.port)
            while True:
                _, job = client.brpop(["queue:critical", "queue:default", "queue:stop"], timeout=30)
                if job == b"stop":
                    return client.close()
                with lock:
                    done.append(json.loads(job)["jid"])
        threads = [threading.Thread(target=work) for _ in range(workers)]
        [thread.start() for thread in threads]
        until("all workers wait", lambda: self.client.info("clients")["blocked_clients"] == workers)
        for jid in range(jobs):
            self.client.lpush("queue:critical" if jid % 5 == 0 else "queue:default", json.dumps({"jid": jid}))
        until("all jobs are done", lambda: len(done) == jobs)
        self.client.lpush("queue:stop", *["stop"] * workers)
        [thread.join(30) for thread in threads]
        self.assertEqual(sorted(done), list(range(jobs)))

    # -- redis-cli ------------------------------------------------------------------------------------------

    def test_redis_cli_modes(self):
        feed = "".join(f"SET key:{i} {'v' * (i % 100 + 1)}\r\nRPUSH list:{i % 10} {i}\r\n" for i in range(2000))
        self.assertIn("errors: 0, replies: 4000", self.cli("--pipe", input=feed))
        self.assertEqual(len(self.cli("--scan", "--pattern", "list:*").split()), 10)
        self.assertIn("Biggest string found '\"key:", self.cli("--bigkeys"))
        self.assertIn("Biggest   list found '\"list:", self.cli("--memkeys"))
        self.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu")
        for _ in range(200):
            self.client.get("key:7")
        self.assertIn('"key:7"', self.cli("--hotkeys"))
        self.assertRegex(self.cli("--latency", "--raw", "-i", "1", seconds=20), r"^\d+ \d+ \d+\.\d+ \d+$")
        self.assertIn("keys", self.first_lines("--stat", 2))
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        self.cli("--rdb", f"{folder}/dump.rdb")
        copy = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", f"{folder}/copy.sock", "--dir", folder,
                                 "--save", ""], stdout=subprocess.DEVNULL)
        self.addCleanup(copy.wait)
        self.addCleanup(copy.kill)
        until("the copy is up", lambda: os.path.exists(f"{folder}/copy.sock"))
        with redis_py.Redis(unix_socket_path=f"{folder}/copy.sock") as other:
            until("the copy is loaded", lambda: self.loaded(other))
            self.assertEqual(other.dbsize(), 2010)
        self.assertEqual(self.cli("EVAL", "return {KEYS[1], ARGV[1]}", "1", "k", "v"), "k\nv\n")
        self.assertEqual(self.cli("-3", "HGETALL", "none"), "\n")
        self.assertIn("redis_version", self.cli("INFO"))
        self.assertIn("key value [NX|XX] [GET]", self.cli(input="help SET\n"))

    def first_lines(self, mode, count):
        process = subprocess.Popen(["redis-cli", "-p", str(self.server.port), mode, "-i", "0.05"], stdout=subprocess.PIPE,
                                   text=True)
        try:
            return "".join(process.stdout.readline() for _ in range(count))
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    @staticmethod
    def loaded(client):
        try:
            return client.info("persistence")["loading"] == 0
        except redis_py.exceptions.RedisError:
            return False

    # -- hiredis --------------------------------------------------------------------------------------------

    def test_hiredis(self):
        program = os.path.join(os.environ["MILLPOND_BIN"], "..", "tests", "hiredis_client")
        done = subprocess.run([program, str(self.server.port), os.path.join(self.server.folder, SOCKET)],
                              capture_output=True, text=True, timeout=100)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    # -- redis-benchmark ------------------------------------------------------------------------------------

    def test_redis_benchmark(self):
        done = subprocess.run(["redis-benchmark", "-p", str(self.server.port), "-n", "3000", "-r", "1000", "-P", "4", "--csv"],
                              capture_output=True, text=True, timeout=100)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        tests = re.findall(r'^"([^"]+)","\d', done.stdout, re.M)
        self.assertGreaterEqual(len(tests), 19, done.stdout)

    # -- Node.js --------------------------------------------------------------------------------------------

    def test_node_clients(self):
        folder = os.path.join(os.environ["MILLPOND_BIN"], "..", "tests", "clients_node")
        source = os.path.join(HERE, "clients_node")
        wanted = open(os.path.join(source, "package-lock.json"), "rb").read()
        lock = os.path.join(folder, "package-lock.json")
        if not os.path.exists(os.path.join(folder, "node_modules")) or open(lock, "rb").read() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder)
            got = subprocess.run(["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                                 capture_output=True, text=True, timeout=300)
            self.assertEqual(got.returncode, 0, got.stderr)
        shutil.copy(os.path.join(source, "clients.mjs"), folder)
        done = subprocess.run(["node", "clients.mjs", str(self.server.port)], cwd=folder, capture_output=True, text=True,
                              timeout=100)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.split(), "ok ioredis ok nodeRedis ok bullmq ok tracking".split())


if __name__ == "__main__":
    unittest.main(verbosity=2)
