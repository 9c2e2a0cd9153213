# SPDX-License-Identifier: Apache-2.0
"""The append-only file: what has been acknowledged is there after a SIGKILL, at every moment of a rewrite; redis-server starts
from what we leave, and we from what it leaves; what is broken is refused in words."""
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import SLOWNESS, SOAK, Redis, ReplyError, wait_for  # noqa: E402
from replication_redis import ENGINE, LOOPBACK, SEED, Node, Traffic, follow, free_port, link_up  # noqa: E402

KILLS = 20 if SOAK else 4


class Counter:
    """A client that counts, each number acknowledged before the next; and writes lists in transactions beside it."""

    def __init__(self, node, name):
        self.node, self.name, self.acknowledged, self.asked = node, name, 0, 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        with contextlib.suppress(OSError, ReplyError), Redis(LOOPBACK, self.node.port, timeout=30 * SLOWNESS) as client:
            while True:
                self.asked += 1
                client("MULTI")
                client("SET", self.name, self.asked)
                client("RPUSH", self.name + ":list", self.asked)
                client("EXEC")
                self.acknowledged = self.asked


class AppendOnlyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"MILLPOND_SEED={SEED} on {LOOPBACK}", flush=True)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="millpond-append-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.nodes = []
        self.addCleanup(lambda: [node.stop() for node in self.nodes])

    def start(self, program=ENGINE, *options, folder=None, yes="yes"):
        node = Node(program, "--appendonly", yes, *options, folder=folder or self.folder)
        self.nodes.append(node)
        wait_for("loaded", lambda: node.info("persistence")["loading"] == "0", 60 * SLOWNESS)
        return node

    def kill(self, node):
        node.process.kill()
        node.process.wait()
        node.stop()

    def end(self, node):
        with contextlib.suppress(ConnectionError):
            node("SHUTDOWN", "NOSAVE")
        node.process.wait(60 * SLOWNESS)
        node.stop()

    def inside(self, *names):
        return os.path.join(self.folder, "appendonlydir", *names)

    def manifest(self):
        with open(self.inside("appendonly.aof.manifest"), encoding="utf-8") as file:
            return [line.split()[1::2] for line in file]

    def last_increment(self):
        return self.inside(self.manifest()[-1][0])

    def rewrite(self, node):
        before = int(node.info("persistence")["aof_rewrites"])
        self.assertIn("Background append only file rewriting", node("BGREWRITEAOF"))
        wait_for("rewritten", lambda: int(node.info("persistence")["aof_rewrites"]) > before, 60 * SLOWNESS)

    def write_around_a_rewrite(self, node, before, behind):
        with Traffic(node, SEED) as traffic:
            wait_for("data", lambda: traffic.count > before, 60 * SLOWNESS)
            self.rewrite(node)
            at = traffic.count
            wait_for("data behind it", lambda: traffic.count > at + behind, 60 * SLOWNESS)

    def refused(self, *options):
        """What an engine that cannot start from the folder says."""
        done = subprocess.run([ENGINE, "--port", str(free_port(LOOPBACK)), "--bind", LOOPBACK, "--dir", self.folder, "--appendonly", "yes",
                               *options], capture_output=True, text=True, timeout=60 * SLOWNESS)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    # -- What was acknowledged stays

    def test_a_kill_loses_nothing_that_was_acknowledged(self):
        for policy, threads in (("everysec", 1), ("everysec", 4), ("always", 2), ("no", 2)):
            node = self.start(ENGINE, "--appendfsync", policy, "--threads", str(threads))
            node("FLUSHALL")
            counters = [Counter(node, f"{policy}:{threads}:{i}") for i in range(4)]
            for kill in range(KILLS):
                marks = [counter.acknowledged for counter in counters]
                wait_for("counting", lambda: all(c.acknowledged > m + 50 for c, m in zip(counters, marks)))
                if kill % 2:
                    node("BGREWRITEAOF")  # and the kill comes somewhere within it
                    time.sleep(random.Random(SEED + kill).random() * 0.02)
                self.kill(node)
                for counter in counters:
                    counter.thread.join()
                node = self.start(ENGINE, "--appendfsync", policy, "--threads", str(threads))
                self.assertEqual([name for name in os.listdir(self.inside()) if name.startswith("temp-")], [])
                for counter in counters:
                    found = int(node("GET", counter.name) or 0)
                    self.assertGreaterEqual(found, counter.acknowledged, counter.name)
                    self.assertLessEqual(found, counter.asked, counter.name)
                    self.assertEqual(int(node("LINDEX", counter.name + ":list", -1)), found, "half a transaction")
                    node("DEL", counter.name, counter.name + ":list")
                counters = [Counter(node, f"{policy}:{threads}:{kill}:{i}") for i in range(4)]
            self.kill(node)
            for counter in counters:
                counter.thread.join()

    def test_a_fault_that_is_asked_for_loses_nothing_either(self):
        for number, (word, ended_by) in enumerate((("SEGFAULT", signal.SIGSEGV), ("ASSERT", signal.SIGABRT),
                                                   ("OOM", signal.SIGABRT), ("PANIC", signal.SIGABRT))):
            node = self.start()
            self.assertEqual(node("INCR", "faults"), number + 1)
            with self.assertRaises((ConnectionError, OSError)):
                node("DEBUG", word)
            self.assertEqual(node.process.wait(60 * SLOWNESS), -ended_by, word)
            self.assertIn(f"DEBUG {word} ends this process", node.log_text())
            node.stop()

    def test_all_types_come_back_before_and_behind_a_rewrite(self):
        node = self.start()
        self.write_around_a_rewrite(node, 2000, 1000)
        self.assert_returns(node)

    def test_functions_come_back(self):
        node = self.start()
        node("FUNCTION", "LOAD", "#!lua name=one\nredis.register_function('f', function() return 1 end)")
        self.rewrite(node)
        node("FUNCTION", "LOAD", "#!lua name=two\nredis.register_function('g', function() return 2 end)")
        self.kill(node)
        node = self.start()
        self.assertEqual([node("FCALL", "f", 0), node("FCALL", "g", 0)], [1, 2])

    def test_debug_loadaof_brings_back_what_the_files_hold(self):
        node = self.start()
        self.write_around_a_rewrite(node, 2000, 1000)
        self.persist_all(node)
        digest = node.digest()
        node("DEBUG", "POPULATE", 10, "unlogged")
        with Redis(LOOPBACK, node.port) as other:
            other("WATCH", "unlogged:1")
            other("MULTI")
            other("PING")
            self.assertEqual(node("DEBUG", "LOADAOF"), "OK")
            self.assertEqual(node.digest(), digest)
            self.assertIsNone(other("EXEC"))
        node("SET", "behind", 1)
        node("BGREWRITEAOF")
        self.assertEqual(node("DEBUG", "LOADAOF"), "OK")
        wait_for("the rewrite, tried again", lambda: node.info("persistence")["aof_rewrite_in_progress"] == "0")
        self.assertEqual(node("GET", "behind"), b"1")
        self.assert_returns(node)

    def test_debug_loadaof_loses_nothing_that_was_acknowledged(self):
        node = self.start(ENGINE, "--threads", "2")
        node("EVAL", "for i = 1, 100000 do redis.call('SET', 'k' .. i, i) end", 0)
        counters = [Counter(node, f"counter:{i}") for i in range(4)]
        wait_for("counting", lambda: all(counter.acknowledged > 50 for counter in counters))
        self.assertEqual(node("DEBUG", "LOADAOF"), "OK")
        for counter in counters:
            counter.thread.join()  # by -LOADING
            found = int(node("GET", counter.name))
            self.assertGreaterEqual(found, counter.acknowledged)
            self.assertLessEqual(found, counter.asked)
            self.assertEqual(int(node("LINDEX", counter.name + ":list", -1)), found, "half a transaction")
        self.assertEqual(node("DBSIZE"), 100008)

    def test_debug_loadaof_says_why_not(self):
        node = self.start(yes="no")
        with self.assertRaisesRegex(ReplyError, "There is no append-only file to load"):
            node("DEBUG", "LOADAOF")
        node("MULTI")
        node("DEBUG", "LOADAOF")
        node("PING")
        with self.assertRaisesRegex(ReplyError, "a transaction or script cannot"):
            node("EXEC")
        self.assertEqual(node.client.read(), "PONG")
        node("SET", "k", 1)
        node("CONFIG", "SET", "appendonly", "yes")
        wait_for("a base", lambda: node.info("persistence")["aof_rewrite_in_progress"] == "0"
                 and os.path.exists(self.inside("appendonly.aof.manifest")))
        node("CONFIG", "SET", "appendonly", "no")
        node("SET", "k", 2)
        self.assertEqual(node("DEBUG", "LOADAOF"), "OK")
        self.assertEqual(node("GET", "k"), b"1")
        node("REPLICAOF", LOOPBACK, free_port(LOOPBACK))
        with self.assertRaisesRegex(ReplyError, "A replica has its data from its primary"):
            node("DEBUG", "LOADAOF")

    def persist_all(self, node):
        """So that nothing ends between two looks at it. redis-server counts what has ended until it comes upon it."""
        for db in range(2):
            node("SELECT", db)
            for key in node("KEYS", "*"):
                node("PERSIST", key)
            wait_for("what has ended is gone", lambda: node("DBSIZE") == len(node("KEYS", "*")), 30 * SLOWNESS)
        node("SELECT", 0)

    def assert_returns(self, node, program=ENGINE):
        self.persist_all(node)
        digest = node.digest()
        self.assertNotEqual(digest, b"0" * 40)
        self.kill(node)
        again = self.start(program)
        self.assertEqual(again.digest(), digest)
        return again

    # -- Rewrites

    def test_a_rewrite_under_traffic_leaves_two_files(self):
        node = self.start()
        with Traffic(node, SEED, flush=True) as traffic:
            wait_for("data", lambda: traffic.count > 500)
            for _ in range(3):
                self.rewrite(node)
        files = self.manifest()
        self.assertEqual([kind for _, _, kind in files], ["b", "i"])
        self.assertEqual(sorted(os.listdir(self.inside())), sorted([name for name, _, _ in files] + ["appendonly.aof.manifest"]))
        self.assert_returns(node)

    def test_what_has_been_replaced_is_kept_when_asked(self):
        def listed(folder):
            """The files that the manifest names, and those that are there."""
            directory = os.path.join(folder, "appendonlydir")
            with open(os.path.join(directory, "appendonly.aof.manifest"), encoding="utf-8") as file:
                named = [line.split() for line in file]
            return sorted([words[1], words[5]] for words in named), sorted(set(os.listdir(directory)) - {"appendonly.aof.manifest"})

        seen = []
        for program in (ENGINE, "redis-server"):
            folder = tempfile.mkdtemp(dir=self.folder)
            node = self.start(program, "--aof-disable-auto-gc", "yes", folder=folder)
            for i in range(2):
                node("SET", "k", i)
                self.rewrite(node)
                wait_for("no rewrite", lambda n=node: n.info("persistence")["aof_rewrite_in_progress"] == "0")
            kept = listed(folder)
            self.assertEqual(sorted(name for name, _ in kept[0]), kept[1], program)
            self.assertGreater(sum(kind == "h" for _, kind in kept[0]), 1, program)
            self.end(node)
            node = self.start(program, "--aof-disable-auto-gc", "yes", folder=folder)
            self.assertEqual(node("GET", "k"), b"1")
            self.assertEqual(listed(folder)[1], kept[1], program)
            node("CONFIG", "SET", "aof-disable-auto-gc", "no")
            wait_for("no history", lambda f=folder: {kind for _, kind in listed(f)[0]} == {"b", "i"})
            wait_for("the files gone", lambda f=folder: len(listed(f)[1]) == 2)
            seen.append((kept, listed(folder)))
        self.assertEqual(seen[0], seen[1])

    def test_it_is_rewritten_when_it_has_grown(self):
        node = self.start(ENGINE, "--auto-aof-rewrite-min-size", "100kb", "--auto-aof-rewrite-percentage", "50")
        for i in range(3000):
            node("SET", "same", f"{i} " + "x" * 100)
        wait_for("a rewrite", lambda: int(node.info("persistence")["aof_rewrites"]) > 0, 20 * SLOWNESS)
        wait_for("a small file", lambda: int(node.info("persistence")["aof_current_size"]) < 100_000, 20 * SLOWNESS)
        self.assert_returns(node)

    def test_it_is_turned_on_and_off(self):
        node = self.start(yes="no")
        with Traffic(node, SEED) as traffic:
            wait_for("data", lambda: traffic.count > 300)
            for _ in range(3):
                node("CONFIG", "SET", "appendonly", "yes")
                wait_for("the first base", lambda: os.path.exists(self.inside("appendonly.aof.manifest")))
                node("CONFIG", "SET", "appendonly", "no")
            node("CONFIG", "SET", "appendonly", "yes")
            rewrites = int(node.info("persistence")["aof_rewrites"])
            wait_for("a new base", lambda: int(node.info("persistence")["aof_rewrites"]) > rewrites, 30 * SLOWNESS)
            # That may have been one of the time when it was off: it is on when nothing is to come any more.
            wait_for("the last base", lambda: {node.info("persistence")[f"aof_rewrite_{word}"] for word in ("in_progress", "scheduled")} == {"0"},
                     30 * SLOWNESS)
            at = traffic.count
            wait_for("data", lambda: traffic.count > at + 300)
        self.assert_returns(node)

    def test_a_rewrite_without_an_append_only_file_writes_a_base(self):
        node = self.start(yes="no")
        node("SET", "k", "v")
        self.rewrite(node)
        self.assertEqual([kind for _, _, kind in self.manifest()], ["b"])
        self.kill(node)
        self.assertEqual(self.start()("GET", "k"), b"v")

    def test_big_collections_change_while_they_are_written(self):
        for preamble in ("yes", "no"):
            folder = tempfile.mkdtemp(dir=self.folder)
            options = ("--aof-use-rdb-preamble", preamble, "--threads", "2")
            node = self.start(ENGINE, *options, folder=folder)
            for i in range(0, 30000, 100):
                numbers = range(i, i + 100)
                node("RPUSH", "list", *numbers)
                node("SADD", "set", *(f"m{n}" for n in numbers))
                node("ZADD", "zset", *(word for n in numbers for word in (n, f"m{n}")))
                node("HSET", "hash", *(word for n in numbers for word in (f"f{n}", n)))
                node("EVAL", "for i = 1, 25 do redis.call('XADD', 'stream', '*', 'f', i) end", 0)
            node("EXPIREAT", "zset", 4102444800)
            over = threading.Event()

            def change(seed, node=node, over=over):
                draw = random.Random(seed)
                with Redis(LOOPBACK, node.port, timeout=60 * SLOWNESS) as client:
                    while not over.is_set():
                        n = draw.randrange(30000)
                        client(*draw.choice([("LPUSH", "list", n), ("RPOP", "list"), ("LSET", "list", 5, n), ("SADD", "set", n), ("SREM", "set", f"m{n}"),
                                             ("ZADD", "zset", n, f"m{n // 2}"), ("ZREM", "zset", f"m{n}"), ("HSET", "hash", f"f{n}", "new"),
                                             ("HDEL", "hash", f"f{n}"), ("XADD", "stream", "*", "f", n), ("XTRIM", "stream", "MAXLEN", "~", 7000),
                                             ("RENAME", "zset", "zset"), ("PERSIST", "hash"), ("SET", f"small:{n}", n)]))

            writers = [threading.Thread(target=change, args=(SEED + i,)) for i in range(3)]
            for writer in writers:
                writer.start()
            for _ in range(4):
                self.rewrite(node)
            over.set()
            for writer in writers:
                writer.join()
            digest = node.digest()
            self.kill(node)
            again = self.start(ENGINE, *options, folder=folder)
            self.assertEqual(again.digest(), digest, preamble)
            self.end(again)

    # -- The other server

    def test_redis_starts_from_ours_and_we_from_its(self):
        node = self.start()
        for program, options in (("redis-server", ("--aof-timestamp-enabled", "yes")), (ENGINE, ()),
                                 ("redis-server", ("--aof-use-rdb-preamble", "no")), (ENGINE, ())):
            self.write_around_a_rewrite(node, 1000, 500)
            self.persist_all(node)
            digest = node.digest()
            self.end(node)
            node = self.start(program, *options)
            self.assertEqual(node.digest(), digest, program)

    # -- A base of commands

    def base_commands(self, folder):
        """What the base says, by key; of what has no order, or is written in none, the elements, and how many at a time."""
        directory = os.path.join(folder, "appendonlydir")
        base, = (name for name in os.listdir(directory) if ".base." in name)
        self.assertTrue(base.endswith(".base.aof"), base)
        commands, db = {}, 0
        with open(os.path.join(directory, base), "rb") as file:
            while line := file.readline():
                if line.startswith(b"#TS:"):
                    self.assertLess(abs(int(line[4:]) - time.time()), 600)
                    commands.setdefault("times", []).append("one")
                    continue
                words = [file.read(int(file.readline()[1:]) + 2)[:-2] for _ in range(int(line[1:]))]
                if words[0] == b"SELECT":
                    db = int(words[1])
                    continue
                key = words[2] if words[0] in (b"XGROUP", b"FUNCTION") else words[1]
                if words[0] in (b"SADD", b"HMSET", b"ZADD"):
                    step = 1 if words[0] == b"SADD" else 2
                    elements = sorted(tuple(words[i:i + step]) for i in range(2, len(words), step))
                    before = commands.setdefault((db, key), [])
                    if before and before[-1][0] == words[0]:
                        before[-1] = (words[0], sorted(before[-1][1] + elements), [*before[-1][2], len(elements)])
                    else:
                        before.append((words[0], elements, [len(elements)]))
                else:
                    commands.setdefault((db, key), []).append(words)
        return commands

    def test_a_base_of_commands_is_redis_own(self):
        seen = []
        for program in ("redis-server", ENGINE):
            folder = tempfile.mkdtemp(dir=self.folder)
            options = ("--aof-use-rdb-preamble", "no", "--aof-timestamp-enabled", "yes")
            node = self.start(program, *options, folder=folder)
            node("FUNCTION", "LOAD", "#!lua name=one\nredis.register_function('f', function() return 1 end)")
            node("SET", "s", "text")
            node("SET", "", b"\x00\r\n\xff", "PXAT", 4102444800123)
            node("SET", "number", -12345)
            node("SET", "big", "x" * 100_000)
            node("APPEND", "raw", "y" * 300)
            node("SELECT", 9)
            node("RPUSH", "l", *range(150), "z" * 9000)
            node("SADD", "integers", *range(130))
            node("SADD", "names", *(f"name:{i}" for i in range(200)))
            node("ZADD", "scores", 1.5, "a", "-inf", "b", 3, "c", "1e300", "d", 0.1, "e")
            node("ZADD", "many", *(word for i in range(300) for word in (i / 7, f"member:{i}")))
            node("HSET", "h", "f", "v", "", "")
            node("HSET", "wide", *(word for i in range(700) for word in (f"field:{i}", i)))
            node("EXPIREAT", "wide", 4102444800)
            for i in range(1, 151):
                node("XADD", "x", f"{i}-1", "field", i, *(["more", "m"] if i % 3 else []))
            node("XDEL", "x", "150-1", "7-1")
            node("XGROUP", "CREATE", "x", "g", "0", "ENTRIESREAD", 3)
            node("XGROUP", "CREATECONSUMER", "x", "g", "idle")
            node("XREADGROUP", "GROUP", "g", "one", "COUNT", 5, "STREAMS", "x", ">")
            node("XREADGROUP", "GROUP", "g", "two", "COUNT", 5, "STREAMS", "x", ">")
            node("XCLAIM", "x", "g", "two", 0, "2-1", "TIME", 1600000000000, "RETRYCOUNT", 7)
            node("XGROUP", "CREATE", "empty", "g", "$", "MKSTREAM")
            node("XADD", "emptied", "5-5", "f", "v")
            node("XDEL", "emptied", "5-5")
            node("SELECT", 0)
            digest = node.digest()
            self.rewrite(node)
            node("SET", "behind", "it")
            node("DEL", "behind")
            wait_for("no rewrite", lambda n=node: n.info("persistence")["aof_rewrite_in_progress"] == "0")
            commands = self.base_commands(folder)
            for words in commands[9, b"x"]:  # when each was delivered
                if words[0] == b"XCLAIM" and words[7] != b"1600000000000":
                    words[7] = b"then"
            seen.append(commands)
            self.end(node)
            for other in ("redis-server", ENGINE):
                copy = shutil.copytree(folder, os.path.join(self.folder, f"{len(seen)}-{other.rpartition('/')[2]}"))
                again = self.start(other, *options, folder=copy)
                self.assertEqual(again.digest(), digest, (program, other))
                self.assertEqual(again("FCALL", "f", 0), 1)
                again("SELECT", 9)
                self.assertEqual([consumer[1::2][:2] for consumer in map(list, again("XINFO", "CONSUMERS", "x", "g"))],
                                 [[b"idle", 0], [b"one", 4], [b"two", 6]])
                self.end(again)
        self.assertEqual(seen[0].keys(), seen[1].keys())
        for key, commands in seen[0].items():
            self.assertEqual(seen[1][key], commands, key)

    def test_a_base_of_commands_under_traffic(self):
        options = ("--aof-use-rdb-preamble", "no", "--aof-timestamp-enabled", "yes")
        node = self.start(ENGINE, *options)
        node("HSET", "timed", "stays", "v", "goes", "w")
        node("HPEXPIREAT", "timed", 4102444800000, "FIELDS", 1, "goes")
        for program in (ENGINE, "redis-server", ENGINE):
            self.write_around_a_rewrite(node, 1000, 500)
            self.persist_all(node)
            if program != ENGINE:
                node("DEL", "timed")  # whose commands redis-server 7.0 does not know
                self.rewrite(node)
            elif node("EXISTS", "timed"):
                self.assertEqual(node("HPEXPIRETIME", "timed", "FIELDS", 2, "stays", "goes"), [-1, 4102444800000])
            digest = node.digest()
            self.end(node)
            node = self.start(program, *options)
            self.assertEqual(node.digest(), digest, program)

    def test_times_are_noted_between_records(self):
        node = self.start(ENGINE, "--aof-timestamp-enabled", "yes", "--threads", "2")
        counters = [Counter(node, f"c{i}") for i in range(4)]
        begun = time.monotonic()
        wait_for("three seconds of counting", lambda: time.monotonic() - begun > 3)
        middle, at = time.time(), counters[0].acknowledged
        wait_for("more of it", lambda: time.monotonic() - begun > 5 and counters[0].acknowledged > at)
        self.kill(node)
        for counter in counters:
            counter.thread.join()
        with open(self.last_increment(), "rb") as file:
            notes = [int(line[4:]) for line in file if line.startswith(b"#TS:")]
        self.assertEqual(notes, sorted(set(notes)))
        self.assertGreaterEqual(len(notes), 3)
        # Back to a moment, with redis-check-aof: it cuts between records.
        done = subprocess.run(["redis-check-aof", "--truncate-to-timestamp", str(int(middle)), self.inside("appendonly.aof.manifest")],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        node = self.start()
        found = int(node("GET", "c0"))
        self.assertGreater(found, 0)
        self.assertLess(found, counters[0].acknowledged)
        self.assertEqual(int(node("LINDEX", "c0:list", -1)), found, "half a transaction")

    def test_redis_check_aof_finds_nothing(self):
        node = self.start()
        for i in range(500):
            node("RPUSH", "l", i)
        self.rewrite(node)
        node("SET", "k", "v")
        self.end(node)
        done = subprocess.run(["redis-check-aof", self.inside("appendonly.aof.manifest")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_one_file_of_old_is_taken_in(self):
        with open(os.path.join(self.folder, "appendonly.aof"), "wb") as file:
            file.write(b"*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n")
        node = self.start()
        node("SELECT", 3)
        self.assertEqual(node("GET", "k"), b"v")
        self.assertEqual(os.listdir(self.folder).count("appendonly.aof"), 0)
        node("SET", "k", "w")
        self.end(node)
        node = self.start("redis-server")
        node("SELECT", 3)
        self.assertEqual(node("GET", "k"), b"w")

    def test_info_has_the_same_fields(self):
        ours, theirs = self.start(), self.start("redis-server", folder=tempfile.mkdtemp(dir=self.folder))
        self.assertEqual(set(ours.info("persistence")), set(theirs.info("persistence")))
        self.assertEqual(ours.info("persistence")["aof_enabled"], "1")

    # -- What is broken

    def fill(self, count):
        node = self.start()
        for i in range(count):
            node("SET", f"k{i}", "v" * (i % 50))
        node("MULTI")
        node("SET", "last", 1)
        node("SET", "very last", 2)
        node("EXEC")
        self.end(node)

    def test_a_file_that_is_cut_off_gives_what_is_whole(self):
        self.fill(100)
        path = self.last_increment()
        with open(path, "rb") as file:
            whole = file.read()
        draw = random.Random(SEED)
        for _ in range(8 if not SOAK else 200):
            at = draw.randrange(1, len(whole))
            with open(path, "wb") as file:
                file.write(whole[:at])
            node = self.start()
            left = node("DBSIZE")
            self.assertEqual(node("EXISTS", "last"), node("EXISTS", "very last"))
            for i in range(100):
                self.assertEqual(node("EXISTS", f"k{i}"), int(i < left))
            node("SET", "new", 1)
            self.kill(node)
            node = self.start("redis-server")
            self.assertEqual(node("DBSIZE"), left + 1)
            self.kill(node)
        with open(path, "wb") as file:
            file.write(whole[:-5])
        text = self.refused("--aof-load-truncated", "no")
        self.assertIn("Unexpected end of file", text)
        self.assertIn("aof-load-truncated", text)
        with open(path, "rb") as file:
            self.assertEqual(len(file.read()), len(whole) - 5, "a refused file is left as it is")

    def test_what_makes_no_sense_is_refused_in_words(self):
        self.fill(20)
        path = self.last_increment()
        with open(path, "rb") as file:
            whole = file.read()
        manifest_path = self.inside("appendonly.aof.manifest")
        with open(manifest_path, encoding="utf-8") as file:
            manifest = file.read()
        for data, word in ((whole.replace(b"$3\r\nSET", b"$9\r\nSET", 1), "Bad file format"), (b"hello\r\n" + whole, "Bad file format"),
                           (whole + b"*1\r\n$6\r\nNOSUCH\r\n", "unknown command 'NOSUCH'")):
            with open(path, "wb") as file:
                file.write(data)
            text = self.refused()
            self.assertIn(word, text)
            self.assertIn(os.path.basename(path), text)
        with open(path, "wb") as file:
            file.write(whole)
        for text, word in (("", "empty"), ("file x seq 1\n", "makes no sense"), ("file x seq y type b\n", "seq is a number"),
                           ("file x/y seq 1 type b\n", "not a path"), ("file x seq 1 type z\n", "type is b, i or h"),
                           (manifest + "file z seq 9 type b\n", "base already"), (manifest.rstrip("\n"), "no end"),
                           (manifest + "file y seq 1 type i\n", "order"), (manifest + "file y seq 7 type i\n", "cannot open")):
            with open(manifest_path, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertIn(word, self.refused(), text)
        with open(manifest_path, "w", encoding="utf-8") as file:
            file.write("# a remark\n" + manifest)
        self.assertEqual(self.start()("GET", "last"), b"1")

    def test_slow_writes_are_latency_events(self):
        seen = []
        for program in (ENGINE, "redis-server"):
            folder = tempfile.mkdtemp(dir=self.folder)
            node = self.start(program, "--appendfsync", "always", "--latency-monitor-threshold", "1", folder=folder)
            node("SET", "big", b"x" * (64 << 20))  # no disk takes that in less than a millisecond
            seen.append({event[0] for event in node("LATENCY", "LATEST") if event[0].startswith(b"aof")})
        self.assertEqual(*seen)

    def test_a_full_disk_stops_writes_until_there_is_room(self):
        def little_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write that is too long is then an error like that of a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

        port = free_port(LOOPBACK)
        args = [ENGINE, "--port", str(port), "--bind", LOOPBACK, "--dir", self.folder, "--appendonly", "yes", "--save", "",
                "--protected-mode", "no", "--enable-debug-command", "yes"]
        with open(os.path.join(self.folder, "log"), "wb") as log:
            process = subprocess.Popen(args, preexec_fn=little_room, restore_signals=False, stdout=log, stderr=log)
        self.addCleanup(process.kill)
        client = wait_for("the server", lambda: self.try_connect(port))
        self.addCleanup(client.close)
        with self.assertRaisesRegex(ReplyError, "MISCONF Errors writing to the AOF file: File too large"):
            for i in range(200):
                client("SET", f"k{i}", "x" * 1000)
        self.assertEqual(client("GET", "k1"), b"x" * 1000)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        def writes():
            with contextlib.suppress(ReplyError):
                return client("SET", "after", 1) == "OK"
            return False

        wait_for("writes are served again", writes, 20 * SLOWNESS)
        keys, digest = client("DBSIZE"), client("DEBUG", "DIGEST")
        process.kill()
        process.wait()
        node = self.start()
        self.assertEqual((node("DBSIZE"), node.digest()), (keys, digest))

    @staticmethod
    def try_connect(port):
        with contextlib.suppress(OSError, ReplyError):
            client = Redis(LOOPBACK, port, timeout=30)
            client("PING")
            return client
        return None

    # -- Replication

    def test_a_replica_keeps_one_of_its_own(self):
        primary = Node(ENGINE)
        self.nodes.append(primary)
        replica = self.start()
        replica("SET", "own", "gone with the sync")
        with Traffic(primary, SEED) as traffic:
            wait_for("data", lambda: traffic.count > 500)
            follow(replica, primary)
            wait_for("the link", lambda: link_up(replica), 60 * SLOWNESS)
            wait_for("a base of the new data", lambda: int(replica.info("persistence")["aof_rewrites"]) > 0, 60 * SLOWNESS)
            at = traffic.count
            wait_for("data behind it", lambda: traffic.count > at + 1000, 60 * SLOWNESS)
        self.persist_all(primary)
        wait_for("in step", lambda: primary.info()["master_repl_offset"] == replica.info()["master_repl_offset"])
        digest = primary.digest()
        wait_for("written", lambda: replica.info("persistence")["aof_buffer_length"] == "0")
        self.kill(replica)
        self.assertEqual(self.start().digest(), digest)

    def test_without_replicas_there_is_no_backlog(self):
        """Though the file is written from the same log."""
        def backlog(node):
            info = node.info()
            return [info["repl_backlog_" + name] != "0" for name in ("active", "first_byte_offset", "histlen")]

        for program in (ENGINE, "redis-server"):
            node = self.start(program, "--repl-backlog-ttl", "1", folder=tempfile.mkdtemp(dir=self.folder))
            node("SET", "a", 1)
            self.assertEqual(backlog(node), [False] * 3, program)
            replica = Node(ENGINE)
            self.nodes.append(replica)
            follow(replica, node)
            wait_for("the link", lambda r=replica: link_up(r), 60 * SLOWNESS)
            node("SET", "a", 2)
            wait_for("the backlog", lambda n=node: backlog(n) == [True] * 3)
            self.kill(replica)
            wait_for("no backlog", lambda n=node: backlog(n) == [False] * 3, 60 * SLOWNESS)

    def test_waitaof_waits_for_the_disk(self):
        node = self.start()
        for i in range(3):
            node("SET", "k", i)
            self.assertEqual(node("WAITAOF", 1, 0, 20_000), [1, 0])
        node("CONFIG", "SET", "appendfsync", "no")
        node("SET", "k", "x")
        self.assertEqual(node("WAITAOF", 1, 0, 200), [0, 0])
        node("CONFIG", "SET", "appendfsync", "always")
        node("SET", "k", "y")
        self.assertEqual(node("WAITAOF", 1, 0, 1), [1, 0])
        node("CONFIG", "SET", "appendonly", "no")
        with self.assertRaisesRegex(ReplyError, "appendonly is disabled"):
            node("WAITAOF", 1, 0, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
