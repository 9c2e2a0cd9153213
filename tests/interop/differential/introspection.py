# SPDX-License-Identifier: Apache-2.0
"""What redis-server 7.0 and millpond-engine tell of themselves: INFO, MEMORY, LATENCY, SLOWLOG, and how OBJECT says values
are kept and used, at every threshold.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/introspection.py [Test.method]
"""

import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import servers
from pair import Pair

# Fields of INFO that redis-server 7.0 does not have, by their origin.
OURS = {"millpond_version", "io_threads"}
LATER = {"listener0", "pubsub_clients", "watching_clients", "total_watched_keys", "total_blocking_keys",
         "total_blocking_keys_on_nokey", "client_query_buffer_limit_disconnections",
         "client_output_buffer_limit_disconnections", "acl_access_denied_auth", "acl_access_denied_cmd",
         "acl_access_denied_key", "acl_access_denied_channel"}
# What stands there is each server's own word.
OWN_WORDS = {"redis_build_id", "mem_allocator", "executable", "gcc_version"}
FORMS = [("number", r"-?\d+"), ("real", r"-?\d+\.\d+"), ("size", r"\d+(\.\d\d)?[BKMGT]"), ("percent", r"\d+\.\d\d%"), ("id", r"[0-9a-f]{40}")]

OBJECT_POLICIES = ("allkeys-lfu", "volatile-lfu", "allkeys-lru", "volatile-ttl", "noeviction")


def sections(client):
    """section -> {field: value} of INFO everything."""
    found = {}
    for line in client.call("INFO", "everything").value.decode().split("\r\n"):
        if line.startswith("# "):
            fields = found[line[2:]] = {}
        elif line:
            name, _, value = line.partition(":")
            fields[name] = value
    return found


def form(value):
    """What a value looks like; of "a=1,b=2" the form of each part."""
    if "=" in value:
        return ",".join(part.partition("=")[0] + "=" + form(part.partition("=")[2]) for part in value.split(","))
    return next((name for name, pattern in FORMS if re.fullmatch(pattern, value)), value)


class Introspection(servers.BothServers):
    def setUp(self):
        self.pair = Pair(self.ours, self.theirs)
        self.addCleanup(self.pair.close)
        for command in (["FLUSHALL"], ["CONFIG", "RESETSTAT"], ["SLOWLOG", "RESET"], ["LATENCY", "RESET"]):
            self.pair.both(*command)

    def run_both(self, *lines):
        """Lines of words, or commands as lists."""
        self.pair.run([line.split() if isinstance(line, str) else line for line in lines])

    def exactly(self, *words):
        """A command whose replies are compared to the byte, whatever compare.py makes of them."""
        ours, theirs = self.pair.both(*words)
        self.pair.seen += 1
        if ours != theirs:
            self.pair.differences.append(f"{words}\n    millpond: {ours}\n    redis:    {theirs}")
        return ours

    def finish(self):
        self.assertTrue(self.pair.seen, "nothing was compared")
        found = self.pair.differences
        self.assertFalse(found, f"{len(found)} differences in {self.pair.seen} commands:\n" + "\n".join(found[:40]))

    # -- INFO and MEMORY

    def test_every_field_of_info(self):
        self.run_both("SET a 1 EX 1000", "GET a", "NOSUCH", "LPUSH a 1", ["EVAL", "return 1", "0"], "CONFIG SET maxmemory 100mb")
        self.addCleanup(self.pair.both, "CONFIG", "SET", "maxmemory", "0")
        ours, theirs = sections(self.pair.ours), sections(self.pair.theirs)
        self.assertEqual(list(ours), list(theirs))
        for section, fields in theirs.items():
            self.assertEqual(fields.keys() - ours[section].keys(), set(), section)
            self.assertEqual(ours[section].keys() - fields.keys() - OURS - LATER, set(), section)
            for name, value in fields.items():
                if name not in OWN_WORDS:
                    self.pair.seen += 1
                    mine = ours[section][name]
                    if not self.same_form(name, mine, value):
                        self.pair.differences.append(f"{section} {name}: millpond {mine}, redis {value}")
        self.assertEqual(LATER & {name for fields in ours.values() for name in fields}, LATER)
        self.finish()

    def same_form(self, name, ours, theirs):
        if name == "config_file":
            return ours == theirs == ""
        return name == "io_threads_active" or form(ours) == form(theirs)

    def test_sections_of_info(self):
        for words in ([], ["default"], ["all"], ["everything"], ["server"], ["SERVER"], ["nosuch"], ["clients", "memory"], ["keyspace", "server"],
                      ["commandstats"], ["latencystats"], ["errorstats"], ["modules"], ["default", "commandstats"], ["cpu", "nosuch", "cpu"]):
            titles = [re.findall(rb"(?m)^# (\w+)", reply.value) for reply in self.pair.both("INFO", *words)]
            self.assertEqual(*titles, words)

    def test_what_info_counts(self):
        """Counters that follow from what was sent are the same numbers."""
        self.run_both("SET a 1", "SET b 1 PX 1", "GET a", "GET nope", "LPUSH a 1", "NOSUCH", "GET", "WATCH a b", "MULTI", "GET a", "EXEC",
                      "SUBSCRIBE c", "PSUBSCRIBE p*", "UNSUBSCRIBE", "PUNSUBSCRIBE")
        deadline = time.monotonic() + 20
        while self.pair.both("DBSIZE")[0].value != 1 or self.pair.both("DBSIZE")[1].value != 1:
            self.assertLess(time.monotonic(), deadline)
        ours, theirs = sections(self.pair.ours), sections(self.pair.theirs)
        for name in ("expired_keys", "keyspace_hits", "keyspace_misses", "total_error_replies", "evicted_keys", "unexpected_error_replies",
                     "expired_time_cap_reached_count", "total_forks", "rejected_connections"):
            self.assertEqual(ours["Stats"][name], theirs["Stats"][name], name)
        self.assertEqual(ours["Errorstats"], theirs["Errorstats"])
        calls = [{name: re.sub(r"usec=.*?,usec_per_call=.*?,", "", text) for name, text in side["Commandstats"].items()
                  if name != "cmdstat_dbsize"} for side in (ours, theirs)]
        self.assertEqual(*calls)

    def test_clients_that_wait_and_watch_are_counted(self):
        client, blocked = self.ours.client(), self.ours.client()
        self.addCleanup(client.close)
        self.addCleanup(blocked.close)
        client.call("WATCH", "x", "y")
        blocked.send([[b"BLPOP", b"l", b"m", b"0"]])
        deadline = time.monotonic() + 20
        # It is blocked a moment before its keys are counted.
        while (clients := sections(self.pair.ours)["Clients"])["total_blocking_keys"] == "0":
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(clients["blocked_clients"], "1")
        self.assertEqual([clients[name] for name in ("watching_clients", "total_watched_keys", "total_blocking_keys", "total_blocking_keys_on_nokey")],
                         ["1", "2", "2", "0"])

    def test_fields_of_memory_stats(self):
        self.run_both("SET a 1", "SELECT 3", "SET a 1 EX 1000", "SELECT 0")
        names = [[field.value for field in reply.value[::2]] for reply in self.pair.both("MEMORY", "STATS")]
        self.assertEqual(*names)
        kinds = [[value.kind for value in reply.value[1::2]] for reply in self.pair.both("MEMORY", "STATS")]
        self.assertEqual(*kinds)
        self.pair.both("HELLO", "3")
        three = [[(name.value, value.kind) for name, value in zip(reply.value[::2], reply.value[1::2])] for reply in self.pair.both("MEMORY", "STATS")]
        self.assertEqual(*three)
        stats = {name.value: value.value for name, value in zip(*[iter(self.pair.ours.call("MEMORY", "STATS").value)] * 2)}
        self.assertLessEqual(stats[b"startup.allocated"], stats[b"total.allocated"])
        self.assertEqual(stats[b"keys.count"], 2)

    def test_memory_usage(self):
        keys = ["string", "int", "big", "list", "set", "intset", "hash", "zset", "stream", "nosuch"]
        self.run_both("SET string abc", "SET int 1", ["SET", "big", "x" * 100000], "RPUSH list a b", "SADD set a b", "SADD intset 1 2", "HSET hash f v",
                      "ZADD zset 1 a", "XADD stream 1-1 a b", *(["RPUSH", "list2"] + ["x" * 200] * 300 for _ in range(1)))
        for key in keys + ["list2"]:
            for tail in ([], ["SAMPLES", 0], ["SAMPLES", 5], ["samples", 10000], ["SAMPLES", -1], ["SAMPLES", "x"], ["SAMPLES"], ["FOO", 1],
                         ["SAMPLES", 1, "SAMPLES", 2], ["SAMPLES", 2**63 - 1], ["SAMPLES", 2**63]):
                ours, theirs = self.pair.both("MEMORY", "USAGE", key, *tail)
                self.pair.seen += 1
                if ours.kind != theirs.kind or ours.kind != ":" and ours != theirs or ours.kind == ":" and ours.value <= 0:
                    self.pair.differences.append(f"MEMORY USAGE {key} {tail}: millpond {ours}, redis {theirs}")
        for words in (["MEMORY"], ["MEMORY", "PURGE"], ["MEMORY", "PURGE", "x"], ["MEMORY", "DOCTOR", "x"], ["MEMORY", "USAGE"], ["MEMORY", "NOSUCH"]):
            self.exactly(*words)
        for words in (["MEMORY", "DOCTOR"], ["MEMORY", "MALLOC-STATS"]):
            self.assertEqual(*(reply.kind for reply in self.pair.both(*words)))
        self.finish()

    # -- LATENCY and SLOWLOG

    def test_latency_events(self):
        self.addCleanup(self.pair.both, "CONFIG", "SET", "latency-monitor-threshold", "0")
        for words in (["LATENCY", "LATEST"], ["LATENCY", "HISTORY", "command"], ["LATENCY", "GRAPH", "command"], ["LATENCY", "RESET"],
                      ["LATENCY", "RESET", "command"], ["LATENCY"], ["LATENCY", "NOSUCH"], ["LATENCY", "LATEST", "x"], ["LATENCY", "HISTORY"],
                      ["LATENCY", "GRAPH"], ["CONFIG", "SET", "latency-monitor-threshold", "-1"], ["DEBUG", "SLEEP", "0.03"], ["LATENCY", "LATEST"]):
            self.exactly(*words)
        slow = 250  # so long that nothing else is
        self.run_both(f"CONFIG SET latency-monitor-threshold {slow}", "DEBUG SLEEP 0.3")
        for words in (["LATENCY", "LATEST"], ["LATENCY", "HISTORY", "command"]):
            ours, theirs = self.pair.both(*words)
            self.assertEqual((len(ours.value), len(theirs.value)), (1, 1), f"{words}: {ours} {theirs}")
            times = [[part.value for part in reply.value[0].value] for reply in (ours, theirs)]
            if words[1] == "LATEST":
                self.assertEqual([part.pop(0) for part in times], [b"command"] * 2)
            for seconds, *ms in times:
                self.assertLess(abs(seconds - time.time()), 20)
                self.assertTrue(all(300 <= one < 3000 for one in ms), ms)
        self.exactly("LATENCY", "HISTORY", "COMMAND")
        graphs = [re.sub(rb"\d+", b"N", reply.value) for reply in self.pair.both("LATENCY", "GRAPH", "command")]
        self.assertEqual(*graphs)
        self.exactly("LATENCY", "RESET", "nosuch", "command", "command")
        self.exactly("LATENCY", "LATEST")
        self.finish()

    def test_latency_histograms(self):
        self.addCleanup(self.pair.both, "CONFIG", "SET", "latency-tracking", "yes")
        self.run_both("SET a 1", "SET a 1", "CONFIG GET port", "CONFIG SET latency-tracking no", "SET a 1", "GET a")
        for names in (["set"], ["SET", "get", "nosuch"], ["config"], ["config|get"], ["CONFIG|GET"], ["config|nosuch"], ["nosuch|get"], ["get"], ["debug"],
                      ["set", "set"]):
            ours, theirs = (self.calls(reply) for reply in self.pair.both("LATENCY", "HISTOGRAM", *names))
            self.assertEqual(ours, theirs, names)
        self.assertEqual(self.calls(self.pair.ours.call("LATENCY", "HISTOGRAM", "set")), [(b"set", 2)])
        bounds = {1, 2, 4, 8} | {(2**i + 2**(i - 7)) // 1000 for i in range(14, 40)}
        for reply in self.pair.both("LATENCY", "HISTOGRAM"):
            for histogram in reply.value[1::2]:
                self.assertLessEqual({bound.value for bound in histogram.value[3].value[::2]}, bounds, reply)

    def calls(self, reply):
        """Names and numbers of calls; a histogram's last line counts all of them."""
        found = []
        for name, histogram in zip(reply.value[::2], reply.value[1::2]):
            self.assertEqual(histogram.value[1].value, histogram.value[3].value[-1].value)
            found.append((name.value, histogram.value[1].value))
        return sorted(found)

    def test_slow_log(self):
        self.addCleanup(self.pair.both, "CONFIG", "SET", "slowlog-log-slower-than", "10000", "slowlog-max-len", "128", "requirepass", "")
        self.run_both("CONFIG SET slowlog-log-slower-than 0", "SLOWLOG RESET", "SLOWLOG LEN", "CLIENT SETNAME me", ["SET", "k", "v" * 128],
                      ["SET", "k", "v" * 129], ["SET", "k" * 1000, "v"], *(["RPUSH", "l", *range(n)] for n in (29, 30, 31, 100)), "AUTH secret",
                      "AUTH user secret", "HELLO 2 AUTH default x", "ACL SETUSER u >p", "CONFIG SET requirepass x requirepass y", "CONFIG SET requirepass x maxmemory 0",
                      "MULTI", "SET a b", "DEBUG SLEEP 0", "EXEC", ["EVAL", "return redis.call('SET', 'a', 'b')", "0"], "NOSUCH", "GET", "LPUSH a b",
                      "CLIENT SETNAME", ["CLIENT", "SETNAME", ""], "PING")
        kept = self.pair.both("SLOWLOG", "GET", "-1")
        port = re.compile(rb"127\.0\.0\.1:\d+")
        entries = [[(number.value, [word.value for word in args.value], port.sub(b"addr", peer.value), name.value)
                    for number, _, _, args, peer, name in (entry.value for entry in reply.value)] for reply in kept]
        first = [numbers[-1][0] for numbers in entries]
        relative = [[(entry[0] - base, *entry[1:]) for entry in side] for side, base in zip(entries, first)]
        self.assertEqual(*relative)
        self.assertGreater(len(entries[0]), 20)
        self.run_both("CONFIG SET slowlog-log-slower-than -1")
        for count in ("-2", "x", "0", "1 2", "99999999999999999999"):
            self.exactly("SLOWLOG", "GET", *count.split())
        for count, length in (("-1", 20), ("", 10), ("3", 3), ("1000", 20)):
            self.assertEqual(*(len(reply.value) for reply in self.pair.both("SLOWLOG", "GET", *count.split())), length)
        for words in ("LEN", "RESET x", "NOSUCH", "LEN x"):
            self.exactly("SLOWLOG", *words.split())
        for length in (3, 0):
            self.exactly("CONFIG", "SET", "slowlog-max-len", length)
            self.exactly("SLOWLOG", "LEN")
            self.run_both("CONFIG SET slowlog-log-slower-than 0", "PING", "CONFIG SET slowlog-log-slower-than -1")
            self.exactly("SLOWLOG", "LEN")
        self.finish()

    # -- OBJECT

    def encodings(self, *keys):
        return [["OBJECT", "ENCODING", key] for key in keys]

    def test_encodings_by_number_of_elements(self):
        self.addCleanup(self.pair.both, "CONFIG", "SET", "hash-max-listpack-entries", "128", "set-max-intset-entries", "512", "zset-max-listpack-entries", "128")
        for limit in (0, 1, 2, 3, 8, 127, 128, 129, 512):
            self.run_both(f"CONFIG SET hash-max-listpack-entries {limit} set-max-intset-entries {limit} zset-max-listpack-entries {limit}")
            for count in sorted({max(limit - 1, 1), limit or 1, limit + 1, limit + 2}):
                numbers = range(count)
                self.run_both(
                    "DEL h s z g d", ["HSET", "h"] + [word for i in numbers for word in (f"f{i}", i)], ["SADD", "s", *numbers],
                    ["ZADD", "z"] + [word for i in numbers for word in (i, f"m{i}")],
                    ["GEOADD", "g"] + [word for i in numbers for word in (i % 80, i % 80, f"m{i}")], *self.encodings("h", "s", "z", "g"),
                    *(step for command in ("ZUNIONSTORE d 1 z", "SUNIONSTORE d s", "SINTERSTORE d s s", "ZRANGESTORE d z 0 -1", "COPY h d REPLACE")
                      for step in (command, ["OBJECT", "ENCODING", "d"])),
                    "SADD s word", "OBJECT ENCODING s", "SREM s word", "HDEL h f0", "ZREM z m0", *self.encodings("h", "s", "z"))
        self.finish()

    def test_encodings_by_size_of_elements(self):
        self.addCleanup(self.pair.both, "CONFIG", "SET", "hash-max-listpack-value", "64", "zset-max-listpack-value", "64")
        for limit in (0, 1, 4, 20, 21, 64, 65, 128):
            self.run_both(f"CONFIG SET hash-max-listpack-value {limit} zset-max-listpack-value {limit}")
            for size in (1, max(limit, 1), limit + 1, 65):
                long = "v" * size
                self.run_both(
                    "DEL h i z y d", ["HSET", "h", long, "1"], "OBJECT ENCODING h", ["HSET", "h", "f", long], "OBJECT ENCODING h",
                    "HINCRBYFLOAT h n 1.5", "HSET i f v", "OBJECT ENCODING i", ["HSETNX", "i", long, "x"], ["ZADD", "z", 1, long],
                    ["ZINCRBY", "y", 1, long], "ZUNIONSTORE d 2 z y", *self.encodings("h", "i", "z", "y", "d"))
        self.finish()

    def test_encodings_of_lists(self):
        self.addCleanup(self.pair.both, "CONFIG", "SET", "list-max-listpack-size", "-2")
        for limit in (-5, -4, -3, -2, -1, 1, 2, 5, 128):
            self.run_both(f"CONFIG SET list-max-listpack-size {limit}")
            for count, size in ((1, 1), (2, 1), (3, 1), (5, 1), (6, 1), (129, 1), (1, 4000), (1, 4096), (1, 8192), (2, 4096), (3, 4000), (1, 70000)):
                self.run_both("DEL l", ["RPUSH", "l"] + ["e" * size] * count, "OBJECT ENCODING l", "LPOP l", "OBJECT ENCODING l")
        self.finish()

    def test_encodings_of_strings(self):
        for value in ("", "1", "12345678901234567890", str(2**63 - 1), str(2**63), str(-2**63), "-0", "+1", "01", " 1", "1.5", "x" * 43, "x" * 44, "x" * 45):
            self.run_both(*(step for change in (["SET", "k", value], ["APPEND", "k", ""], ["APPEND", "k", "1"], ["SET", "k", value], ["SETRANGE", "k", 0, "x"],
                                                ["GETSET", "k", value], ["SETBIT", "k", 1, 1], ["SETEX", "k", 100, value], ["MSET", "k", value],
                                                ["SETNX", "new", value], ["SET", "k", value, "KEEPTTL"])
                            for step in (change, ["OBJECT", "ENCODING", "k"], ["OBJECT", "ENCODING", "new"])))
        self.run_both("SET k 10", "INCR k", "OBJECT ENCODING k", "INCRBYFLOAT k 0.5", "OBJECT ENCODING k", "INCRBYFLOAT k 0.5", "OBJECT ENCODING k",
                      "PFADD p a", "OBJECT ENCODING p", "XADD x 1-1 a b", "OBJECT ENCODING x")
        self.finish()

    def test_use_of_keys(self):
        self.addCleanup(self.pair.both, "CONFIG", "SET", "maxmemory-policy", "noeviction", "lfu-log-factor", "10", "lfu-decay-time", "1")
        self.exactly("CONFIG", "SET", "lfu-log-factor", "0", "lfu-decay-time", "0")  # nothing is left to chance, nor to the minute
        dump = self.pair.theirs.call("SET", "f", "x") and self.pair.theirs.call("DUMP", "f").value
        for policy in OBJECT_POLICIES:
            self.exactly("CONFIG", "SET", "maxmemory-policy", policy)
            self.run_both("FLUSHALL", "SET f x")
            self.exactly("OBJECT", "FREQ", "f")
            self.run_both("SET f y")  # a use: the first few count for certain
            for words in (["OBJECT", "FREQ", "f"], ["OBJECT", "IDLETIME", "f"], ["OBJECT", "FREQ", "nope"], ["OBJECT", "IDLETIME", "nope"],
                          ["COPY", "f", "g"], ["OBJECT", "FREQ", "g"], ["RESTORE", "r", 0, dump], ["OBJECT", "FREQ", "r"],
                          ["RESTORE", "r", 0, dump, "REPLACE", "FREQ", "77"], ["OBJECT", "FREQ", "r"], ["RENAME", "r", "s"], ["OBJECT", "FREQ", "s"]):
                self.exactly(*words)
            self.exactly("RESTORE", "r", 0, dump, "REPLACE", "IDLETIME", "1000")
            for words in (["EXISTS", "r"], ["TTL", "r"], ["TYPE", "r"], ["OBJECT", "ENCODING", "r"], ["MEMORY", "USAGE", "r"], ["TOUCH", "r"]):
                idle = [reply.value // 100 if reply.kind == ":" else reply for reply in self.pair.both("OBJECT", "IDLETIME", "r")]
                self.assertEqual(*idle, f"{policy} {words}")
                self.pair.both(*words)
            idle = [reply.value // 100 if reply.kind == ":" else reply for reply in self.pair.both("OBJECT", "IDLETIME", "r")]
            self.assertEqual(*idle, policy)
        for words in ("REFCOUNT", "NOSUCH f", "ENCODING", "ENCODING f x", "FREQ f x", "HELP x"):
            self.exactly("OBJECT", *words.split())
        self.finish()


class IntrospectionFourThreads(Introspection):
    THREADS = 4


if __name__ == "__main__":
    unittest.main(verbosity=2)
