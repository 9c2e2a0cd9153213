# SPDX-License-Identifier: Apache-2.0
"""maxmemory, as redis-server 7.0 and millpond-engine keep it: which keys may go under each policy, what is refused when
nothing may, and whether what is used stays. Sizes are each server's own, so each has a limit of its own.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/eviction.py [Test.method]
"""

import os
import random
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import command_info
import seeds
import servers
from resp_client import to_bytes

PATIENCE = 20  # seconds
SEED = seeds.seed()
POLICIES = [f"{which}-{how}" for which in ("allkeys", "volatile") for how in ("lru", "lfu", "random")] + ["volatile-ttl", "noeviction"]
VALUE = b"v" * 1000
BUFFERS = 100_000  # what answering INFO itself may take

# What a server without room does with these: refused or not, alone, in MULTI, in a script.
WITHOUT_ROOM = """SET a 1|SET k 1|SETNX k 1|APPEND k x|INCR n|DECR n|INCRBYFLOAT n 1|GETSET k v|GETDEL k|GETEX k|SETRANGE k 0 x|SETBIT k 1 1|GETBIT k 1|MSET a 1
MSETNX a 1|GET k|MGET k|STRLEN k|DEL nosuch|UNLINK nosuch|EXISTS k|EXPIRE k 1000|PERSIST k|RENAME k k2|RENAME k2 k|COPY k k2|RPUSH l a|LPUSHX l a|LPOP l|LREM l 0 a
LTRIM l 0 1|LSET l 0 x|LINSERT l BEFORE x y|LMOVE l m LEFT LEFT|RPOPLPUSH l m|LRANGE l 0 -1|SADD s a|SREM s a|SPOP s|SMOVE s t a|SINTERSTORE t s s|SMEMBERS s
HSET h f v|HSETNX h g v|HINCRBY h n 1|HDEL h f|HGETALL h|ZADD z 1 a|ZINCRBY z 1 a|ZREM z a|ZUNIONSTORE y 1 z|ZPOPMIN z|ZRANGESTORE y z 0 1|ZREMRANGEBYRANK z 0 1
XADD x 1-1 f v|XDEL x 1-1|XTRIM x MAXLEN 0|XGROUP CREATE x g $ MKSTREAM|XGROUP DESTROY x g|PFADD p a|PFCOUNT p|PFMERGE p q|GEOADD g 1 1 m|GEORADIUS g 1 1 1 km
BITFIELD k SET u8 0 1|BITFIELD_RO k GET u8 0|BITOP NOT k2 k|SORT l STORE l2|SORT l|TOUCH k|TYPE k|TTL k|PUBLISH c m|PING|INFO server|DBSIZE|SCAN 0 COUNT 1000|OBJECT ENCODING k
MOVE k 1|SWAPDB 0 0|WATCH k|UNWATCH|MULTI|DISCARD|SCRIPT LOAD return|RESTORE r 0 x|MEMORY USAGE k|HSTRLEN h f|CONFIG GET maxmemory|SELECT 0|EVAL_RO return(1) 0
EVAL return(1) 0|FUNCTION FLUSH|FUNCTION LOAD x|BLPOP l 1|BLMOVE l m LEFT LEFT 1|XREADGROUP GROUP g c STREAMS x >|XREAD STREAMS x 0|LPOS l a""".replace("\n", "|").split("|")
RANDOM_REPLIES = ("SPOP", "INFO", "SCAN", "MEMORY", "DBSIZE")


class Eviction(unittest.TestCase):
    THREADS = 1

    @classmethod
    def setUpClass(cls):
        cls.both = []
        for make in (lambda: servers.millpond(cls.THREADS), servers.redis):
            cls.both.append(make())
            cls.addClassCleanup(cls.both[-1].stop)

    def setUp(self):
        self.differences = []
        for server in self.both:
            server.admin = server.client()
            self.addCleanup(server.admin.close)
            self.clear(server)
        if not self.counts(self.both[0]):
            self.skipTest("a sanitizer's allocator counts nothing")

    def counts(self, server):
        before = self.used(server)
        server.admin.call("SET", "big", b"v" * 1_000_000)
        grown = self.used(server) - before
        server.admin.call("DEL", "big")
        return grown > 500_000

    def clear(self, server):
        server.admin.call("CONFIG", "SET", "maxmemory", 0, "maxmemory-policy", "noeviction", "notify-keyspace-events", "")
        server.admin.call("FLUSHALL")
        server.admin.call("FUNCTION", "FLUSH")
        server.admin.call("CONFIG", "RESETSTAT")

    def info(self, server, section, field):
        return re.search(rb"(?m)^%s:(.*)\r" % field.encode(), server.admin.call("INFO", section).value)[1]

    def used(self, server):
        return int(self.info(server, "memory", "used_memory"))

    def wait(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.01)

    def fill(self, server, count, expiring=lambda i: False):
        commands = []
        for i in range(count):
            commands.append([b"SET", b"key:%d" % i, VALUE, *([b"PX", b"%d" % (10_000_000 + i * 1000)] if expiring(i) else [])])
        for at in range(0, count, 1000):
            server.admin.pipeline(commands[at:at + 1000])

    def left(self, server):
        keys, cursor = set(), b"0"
        while True:
            cursor, part = (reply.value for reply in server.admin.call("SCAN", cursor, "COUNT", 1000).value)
            keys.update(key.value for key in part)
            if cursor == b"0":
                return keys

    def shrink(self, server, policy, share):
        """Sets the limit to that share of the room that the keys take, and waits until it is kept."""
        full = self.used(server)
        server.admin.call("CONFIG", "SET", "maxmemory-policy", policy)
        limit = int(full - share * (full - server.empty))
        server.admin.call("CONFIG", "SET", "maxmemory", limit)
        return limit

    def same(self, what, ours, theirs):
        if ours != theirs:
            self.differences.append(f"{what}\n    millpond: {ours!r}\n    redis:    {theirs!r}")

    def finish(self):
        self.assertFalse(self.differences, f"{len(self.differences)} differences:\n" + "\n".join(self.differences[:40]))

    # -- Who goes

    def test_who_may_go(self):
        """Each policy keeps the limit with no write at all, and takes only whom it may."""
        count = 6000
        for policy in POLICIES:
            for server in self.both:
                self.clear(server)
                server.empty = self.used(server)
                self.fill(server, count, lambda i: i % 2 == 1)
                limit = self.shrink(server, policy, 0.25)
                if policy == "noeviction":
                    self.assertEqual(server.admin.call("SET", "one", VALUE).value, b"OOM command not allowed when used memory > 'maxmemory'.")
                    self.assertEqual(len(self.left(server)), count)
                    continue
                self.wait(lambda s=server, to=limit: self.used(s) <= to + BUFFERS, f"{server.name} {policy} keeps its limit")
                server.admin.call("CONFIG", "SET", "maxmemory", 0)
                left = {int(key.split(b":")[1]) for key in self.left(server)}
                gone = set(range(count)) - left
                self.assertEqual(int(self.info(server, "stats", "evicted_keys")), len(gone), f"{server.name} {policy}")
                self.assertGreater(len(gone), count // 10, f"{server.name} {policy}")
                self.assertLess(len(gone), count // 2, f"{server.name} {policy}")
                if policy.startswith("volatile"):
                    self.assertTrue(all(i % 2 for i in gone), f"{server.name} {policy}: keys without a deadline went")
                else:
                    self.assertTrue(any(i % 2 == 0 for i in gone), f"{server.name} {policy}")
                if policy == "volatile-ttl":
                    # Those that end soon, nearly: of the half that would be the right one, most went.
                    soon = sorted(i for i in range(count) if i % 2)[:len(gone)]
                    self.assertGreater(len(gone & set(soon)), 0.7 * len(gone), server.name)

    def test_what_is_used_stays(self):
        """Keys that are read now and then outlive those that are not, with both servers."""
        print(f"MILLPOND_SEED={SEED} threads={self.THREADS}", flush=True)
        count, hot = 5000, 500
        for policy in ("allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-lfu"):
            for server in self.both:
                rng = random.Random(SEED)
                self.clear(server)
                server.empty = self.used(server)
                server.admin.call("CONFIG", "SET", "maxmemory-policy", policy, "maxmemory-samples", 10)
                self.fill(server, count, lambda i: policy.startswith("volatile"))
                if policy.endswith("lru"):
                    time.sleep(2.1)  # the clock of LRU has whole seconds
                wanted = [[b"GET", b"key:%d" % i] for i in range(hot)] * (1 if policy.endswith("lru") else 20)
                rng.shuffle(wanted)
                for at in range(0, len(wanted), 1000):
                    server.admin.pipeline(wanted[at:at + 1000])
                limit = self.shrink(server, policy, 0.5)
                self.wait(lambda s=server, to=limit: self.used(s) <= to + BUFFERS, f"{server.name} {policy} keeps its limit")
                server.admin.call("CONFIG", "SET", "maxmemory", 0)
                left = {int(key.split(b":")[1]) for key in self.left(server)}
                kept_hot = sum(i < hot for i in left) / hot
                kept_cold = sum(i >= hot for i in left) / (count - hot)
                print(f"{server.name} {policy}: {kept_hot:.0%} of the hot keys left, {kept_cold:.0%} of the others", flush=True)
                self.assertLess(kept_cold, 0.8, f"{server.name} {policy}")
                self.assertGreater(kept_hot, 0.97, f"{server.name} {policy}")

    def test_nothing_stays_below_an_impossible_limit(self):
        """All go that may, though one sweep's time is up long before; with a write and without one."""
        for policy in ("allkeys-random", "allkeys-lru", "volatile-random", "volatile-ttl"):
            for server in self.both:
                self.clear(server)
                self.fill(server, 20_000, lambda i: policy.startswith("volatile"))
                server.admin.call("CONFIG", "SET", "maxmemory-policy", policy)
                server.admin.call("CONFIG", "SET", "maxmemory", 1)
                self.wait(lambda s=server: s.admin.call("DBSIZE").value == 0, f"{server.name} {policy} evicts all")
                self.wait(lambda s=server: s.admin.call("SET", "one", "1").kind == "-", f"{server.name} {policy} has no room")
                self.assertGreaterEqual(int(self.info(server, "stats", "current_eviction_exceeded_time")), 0)

    def test_a_pause_keeps_all(self):
        for server in self.both:
            server.empty = self.used(server)
            self.fill(server, 2000)
            server.admin.call("CLIENT", "PAUSE", 100_000, "WRITE")
            self.addCleanup(server.admin.call, "CLIENT", "UNPAUSE")
            server.admin.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
            server.admin.call("CONFIG", "SET", "maxmemory", 1)
            for _ in range(50):
                self.assertEqual(server.admin.call("DBSIZE").value, 2000, server.name)
            server.admin.call("CLIENT", "UNPAUSE")
            self.wait(lambda s=server: s.admin.call("DBSIZE").value == 0, f"{server.name} evicts after the pause")

    # -- What is refused

    def without_room(self, policy="noeviction"):
        setup = [["SET", "k", "v"], ["SET", "n", "1"], ["RPUSH", "l", *range(10)], ["SADD", "s", "a", "b"], ["HSET", "h", "f", "v"], ["ZADD", "z", 1, "a", 2, "b"],
                 ["XADD", "x", "0-1", "f", "v"], ["PFADD", "p", "a"], ["GEOADD", "g", 1, 1, "m"]]
        for server in self.both:
            self.clear(server)
            for command in setup:
                server.admin.call(*command)
            server.admin.call("CONFIG", "SET", "maxmemory-policy", policy)
            server.admin.call("CONFIG", "SET", "maxmemory", 1)

    def ask(self, what, commands, client=None):
        told = []
        for server in self.both:
            one = client(server) if client else server.admin
            told.append(one.pipeline([[to_bytes(word) for word in command] for command in commands]))
        self.same(what, *told)
        return told[0]

    def test_what_is_refused(self):
        refused = 0
        for policy in ("noeviction", "volatile-lru"):  # nothing expires
            self.without_room(policy)
            for line in WITHOUT_ROOM:
                command = line.split()
                ours, theirs = (server.admin.call(*command) for server in self.both)
                refused += theirs.value is not None and theirs.kind == "-" and theirs.value.startswith(b"OOM")
                if command[0] in RANDOM_REPLIES:
                    ours, theirs = ours.kind, theirs.kind
                self.same(line, ours, theirs)
        self.assertGreater(refused, 50)
        self.finish()

    def test_flags_of_commands(self):
        replies = [command_info.flatten(server.admin.call("COMMAND")) for server in self.both]
        for name in replies[0].keys() & replies[1].keys():
            self.same(name, *(b"denyoom" in {flag.value for flag in side[name][2].value} for side in replies))
        self.finish()

    def test_transactions_without_room(self):
        self.without_room()
        for lines in (["GET k", "DEL a"], ["SET a 1"], ["GET k", "SET a 1"], ["DEL k", "SET a 1"], ["LPUSH l a", "LPOP l"], ["NOSUCH"], ["EVAL return(1) 0"]):
            self.ask(lines, [["MULTI"], *(line.split() for line in lines), ["EXEC"], ["DISCARD"]])
        for server in self.both:  # room is gone between MULTI and EXEC
            server.admin.call("CONFIG", "SET", "maxmemory", 0)
        self.ask("queue", [["MULTI"], ["SET", "a", "1"], ["GET", "a"]])
        for server in self.both:
            with_another = server.client()
            with_another.call("CONFIG", "SET", "maxmemory", 1)
            with_another.close()
        self.ask("room is gone before EXEC", [["EXEC"], ["GET", "a"]])
        for server in self.both:
            server.admin.call("CONFIG", "SET", "maxmemory", 0)
        self.ask("queue", [["MULTI"], ["CONFIG", "SET", "maxmemory", "1"], ["SET", "b", "1"], ["EXEC"], ["GET", "b"]])
        self.finish()

    def test_scripts_without_room(self):
        self.without_room()
        head = "#!lua flags={}\n"
        bodies = ["return redis.call('GET', 'k')", "return redis.call('SET', 'a', '1')", "return redis.call('DEL', 'a')", "return redis.pcall('SET', 'a', '1')",
                  "redis.call('DEL', 'nosuch'); return redis.call('SET', 'a', '1')", "redis.call('EXPIRE', 'k', 1000); return redis.call('SET', 'a', '1')",
                  "redis.call('LPOP', 'l'); return redis.call('RPUSH', 'l', 'x')"]
        for flags in (None, "", "allow-oom", "no-writes", "allow-stale", "no-writes,allow-oom"):
            for body in bodies:
                script = body if flags is None else head.format(flags) + body
                for command in (["EVAL", script, 0], ["EVAL_RO", script, 0]):
                    replies = self.normal(self.told(command))
                    self.same(command, *replies)
        for function in ("function", "function_oom"):
            flags = ", flags={'allow-oom'}" if function.endswith("oom") else ""
            library = f"#!lua name={function}\nredis.register_function{{function_name='{function}', callback=function() return redis.call('SET', 'a', '1') end{flags}}}"
            self.same(function, *self.told(["FUNCTION", "LOAD", library]))
            for server in self.both:
                server.admin.call("CONFIG", "SET", "maxmemory", 0)
                server.admin.call("FUNCTION", "LOAD", "REPLACE", library)
                server.admin.call("CONFIG", "SET", "maxmemory", 1)
            self.same(function, *self.normal(self.told(["FCALL", function, 0])))
        self.finish()

    def told(self, command):
        return [server.admin.call(*command) for server in self.both]

    def normal(self, replies):
        return [(reply.kind, re.sub(rb"[0-9a-f]{40}", b"SHA", reply.value) if isinstance(reply.value, bytes) else reply.value) for reply in replies]


class EvictionFourThreads(Eviction):
    THREADS = 4


if __name__ == "__main__":
    unittest.main(verbosity=2)
