# SPDX-License-Identifier: Apache-2.0
"""Everything at once: clients that write, wait, watch, subscribe, run scripts long and short, pause the server, kill each
other and go away in the midst of it, while it saves, rewrites, flushes, evicts, moves keys to another server, feeds a
replica and changes places with it. Whatever it answers, it answers: nobody waits for ever, nobody is forgotten, and at
the end the replica and the files hold what it holds."""
import faulthandler
import glob
import os
import random
import threading
import time
import unittest

from server_harness import Client, Engine, Error, wait_until

SLOWNESS = int(os.environ.get("MILLPOND_SLOWNESS", "1"))
SECONDS = 300 if os.environ.get("MILLPOND_SOAK") else 4
CLIENTS = 16
PATIENCE_S = 30 * SLOWNESS
KEYS = 12
LIBRARY = ("#!lua name=storm\n"
           "redis.register_function('push', function(keys, args) return redis.call('RPUSH', keys[1], args[1]) end)\n")


class Gone(Exception):
    """The connection was closed by somebody, as it may be."""


class Stormer:
    """One client after another, each doing something for a while."""

    def __init__(self, storm, number):
        self.storm, self.rng = storm, random.Random(storm.seed + number)
        self.client = None
        self.last = None

    def run(self):
        try:
            while not self.storm.over():
                self.client = Client(self.storm.engine.port, timeout=PATIENCE_S)
                try:
                    for _ in range(self.rng.randrange(1, 30)):
                        self.rng.choice(self.ACTIONS)(self)
                except (Gone, EOFError, ConnectionError, BrokenPipeError):
                    pass
                self.client.close()
        except BaseException as error:  # pylint: disable=broad-except
            self.storm.print_threads()
            self.storm.failures.append("%s: %r after %r" % (self.client.socket, error, self.last))

    # -- What it says

    def ask(self, *words):
        self.last = words
        self.client.push(*words)
        return self.client.read()

    def key(self, kind):
        return "%s%d" % (kind, self.rng.randrange(KEYS))

    def write(self):
        kind, *words = self.rng.choice((
            ("s", "SET", None, "v"), ("s", "SET", None, "v" * 20000), ("s", "SET", None, "v", "PX", 30), ("s", "APPEND", None, "x"), ("s", "DEL", None),
            ("l", "RPUSH", None, "a", "b"), ("l", "LPOP", None), ("l", "LPUSH", None, "c"), ("l", "DEL", None),
            ("h", "HSET", None, "f", "v"), ("h", "HDEL", None, "f"), ("z", "ZADD", None, 1, "m"), ("z", "ZPOPMIN", None),
            ("x", "XADD", None, "MAXLEN", 50, "*", "f", "v"), ("e", "SADD", None, "m", "n"), ("e", "SPOP", None)))
        return [self.key(kind) if word is None else word for word in words]

    def read(self):
        return self.rng.choice((
            ("GET", self.key("s")), ("LRANGE", self.key("l"), 0, -1), ("HGETALL", self.key("h")), ("KEYS", "*"),
            ("SCAN", 0), ("DBSIZE",), ("XLEN", self.key("x")), ("TYPE", self.key("z")), ("PING",), ("NOSUCH",),
            ("OBJECT", "ENCODING", self.key("l")), ("SORT", self.key("l"), "ALPHA"), ("RANDOMKEY",)))

    # -- What it does

    def work(self):
        self.ask(*(self.write() if self.rng.random() < 0.6 else self.read()))

    def pipeline(self):
        commands = [self.write() if self.rng.random() < 0.6 else self.read() for _ in range(self.rng.randrange(2, 100))]
        if self.rng.random() < 0.2:
            commands.insert(self.rng.randrange(len(commands)), ("EVAL", "return redis.call('INCR', 'n')", 0))
        self.last = ("pipeline", *commands)
        data = b"".join(self.client.encode(*command) for command in commands)
        cut = self.rng.randrange(len(data))
        self.client.raw(data[:cut])
        self.client.raw(data[cut:])
        for _ in commands:
            self.client.read()

    def blocking(self):
        seconds = self.rng.choice((0.01, 0.05, 0.2))
        return self.rng.choice((
            ("BLPOP", self.key("l"), self.key("l"), seconds), ("BRPOP", self.key("l"), seconds),
            ("BLMOVE", self.key("l"), self.key("l"), "LEFT", "RIGHT", seconds), ("BZPOPMIN", self.key("z"), seconds),
            ("BLMPOP", seconds, 2, self.key("l"), self.key("l"), "LEFT"),
            ("XREAD", "BLOCK", int(seconds * 1000), "STREAMS", self.key("x"), "$"), ("WAIT", 2, int(seconds * 1000))))

    def wait(self):
        self.ask(*self.blocking())

    def leave_waiting(self):
        self.client.push(*self.blocking()[:-1], 0) if self.rng.random() < 0.3 else self.client.push(*self.blocking())
        raise Gone()

    def leave_in_a_word(self):
        data = self.client.encode(*self.write())
        self.client.raw(data[:self.rng.randrange(1, len(data))])
        raise Gone()

    def transact(self):
        if self.rng.random() < 0.6:
            self.ask("WATCH", self.key("s"), self.key("l"))
        if self.rng.random() < 0.2:
            raise Gone()
        self.ask("MULTI")
        for _ in range(self.rng.randrange(4)):
            self.ask(*self.write())
        if self.rng.random() < 0.2:
            self.ask(*self.blocking())
        if self.rng.random() < 0.1:
            raise Gone()
        self.ask(self.rng.choice(("EXEC", "EXEC", "DISCARD", "RESET")))

    def script(self):
        key = self.key("l")
        self.ask(*self.rng.choice((
            ("EVAL", "return redis.call('RPUSH', KEYS[1], 'x')", 1, key),
            ("EVAL", "for i = 1, 20000 do redis.call('GET', KEYS[1]) end", 1, self.key("s")),
            ("EVAL", "for i = 1, 3000000 do local x = i end redis.call('RPUSH', KEYS[1], 'x')", 1, key),
            ("FCALL", "push", 1, key, "y"), ("SCRIPT", "FLUSH"), ("FUNCTION", "LOAD", "REPLACE", LIBRARY),
            ("EVAL", "return redis.call('BLPOP', KEYS[1], 1)", 1, key))))

    def script_for_ever(self):
        if self.rng.random() < 0.3:
            self.client.push("EVAL", "while true do end", 0)
            raise Gone()
        self.ask("EVAL", "while true do end", 0)

    def kill_script(self):
        self.ask("SCRIPT", "KILL")

    def pause(self):
        self.ask("CLIENT", "PAUSE", self.rng.randrange(1, 60), self.rng.choice(("WRITE", "ALL")))
        if self.rng.random() < 0.5:
            self.ask(*self.write())
        self.ask("CLIENT", "UNPAUSE")

    def disturb(self):
        listed = self.ask("CLIENT", "LIST")
        if not isinstance(listed, bytes):
            return
        ids = [line.split()[0][3:] for line in listed.decode().splitlines() if "flags=S" not in line]
        victim = self.rng.choice(ids)
        self.ask(*self.rng.choice((("CLIENT", "UNBLOCK", victim), ("CLIENT", "UNBLOCK", victim, "ERROR"),
                                   ("CLIENT", "KILL", "ID", victim), ("CLIENT", "KILL", "ID", victim, "SKIPME", "no"))))

    def observe(self):
        """Pushed messages come between replies, so this client only looks whether something comes."""
        if self.rng.random() < 0.5:
            self.ask("HELLO", 3)
        for words in self.rng.sample((("SUBSCRIBE", "a", "b"), ("PSUBSCRIBE", "__key*"), ("MONITOR",),
                                      ("CLIENT", "TRACKING", "ON", "BCAST"), ("GET", self.key("s"))), 2):
            self.last = words
            self.client.push(*words)
        if self.rng.random() < 0.7:
            self.client.read()
        raise Gone()

    def cache(self):
        """Reads what it tracks; the invalidations that come between the replies are arrays, the replies are not."""
        self.ask("HELLO", 3)
        self.ask("CLIENT", "TRACKING", "ON", *self.rng.choice(((), ("NOLOOP",), ("OPTIN",))))
        for _ in range(self.rng.randrange(1, 30)):
            self.last = self.rng.choice((("GET", self.key("s")), ("HGET", self.key("h"), "f"), ("SET", self.key("s"), "v"),
                                         ("CLIENT", "CACHING", "YES"), ("TYPE", self.key("l"))))
            self.client.push(*self.last)
            while isinstance(self.client.read(), list):
                pass
        raise Gone()

    def be_a_guest(self):
        self.ask("ACL", "SETUSER", "guest", "on", ">p", "~*", "&*", "+@all", "-@admin")
        self.ask("AUTH", "guest", "p")
        for _ in range(self.rng.randrange(4)):
            self.work()
        if self.rng.random() < 0.5:
            self.ask("ACL", "DELUSER", "guest")
            other = Client(self.storm.engine.port, timeout=PATIENCE_S)
            other.ask("ACL", "DELUSER", "guest")
            other.close()
        raise Gone()

    def migrate(self):
        options = self.rng.choice(((), ("COPY",), ("REPLACE",), ("COPY", "REPLACE")))
        if self.rng.random() < 0.5:
            self.ask("MIGRATE", "127.0.0.1", self.storm.other.port, self.key("slhzxe"[self.rng.randrange(6)]), 0, 1000, *options)
        else:
            keys = [self.key("s"), self.key("l"), self.key("x")]
            self.ask("MIGRATE", "127.0.0.1", self.storm.other.port, "", 0, 1000, *options, "KEYS", *keys)

    def fail_over(self):
        for server in (self.storm.engine, self.storm.replica):
            client = server.client(timeout=PATIENCE_S)
            role = client.ask("ROLE")
            if isinstance(role, list) and role[0] == b"master":
                self.last = ("FAILOVER",)
                client.ask("FAILOVER", "TIMEOUT", self.rng.choice((1, 100, 500)))
                if self.rng.random() < 0.3:
                    client.ask("FAILOVER", "ABORT")
            client.close()

    def publish(self):
        self.ask("PUBLISH", self.rng.choice("abc"), "m" * self.rng.choice((1, 1000)))

    def administer(self):
        self.ask(*self.rng.choice((
            ("BGSAVE",), ("SAVE",), ("BGREWRITEAOF",), ("FLUSHALL", "ASYNC"), ("FLUSHDB",), ("SWAPDB", 0, 1), ("INFO",),
            ("CONFIG", "SET", "appendonly", self.rng.choice(("yes", "no"))), ("DEBUG", "SLEEP", "0.01"),
            ("CONFIG", "SET", "notify-keyspace-events", self.rng.choice(("", "KEA"))), ("MEMORY", "STATS"), ("SLOWLOG", "GET"),
            ("CONFIG", "SET", "maxmemory", self.rng.choice((0, "100mb", "1mb"))), ("MEMORY", "PURGE"), ("ACL", "LIST"),
            ("CONFIG", "SET", "maxmemory-policy", self.rng.choice(("noeviction", "allkeys-lru", "volatile-ttl", "allkeys-random"))),
            ("CONFIG", "SET", "maxmemory-clients", self.rng.choice((0, "300kb"))), ("CLIENT", "NO-EVICT", "ON"),
            ("CONFIG", "SET", "client-output-buffer-limit", "pubsub %s 8kb 1" % self.rng.choice((0, "16kb"))),
            ("CONFIG", "SET", "tracking-table-max-keys", self.rng.choice((0, 5))), ("LATENCY", "RESET"), ("FUNCTION", "DUMP"))))

    ACTIONS = ([work] * 12 + [pipeline] * 8 + [wait] * 8 + [leave_waiting, leave_in_a_word] * 2 + [transact] * 5 + [script] * 4 +
               [script_for_ever] + [kill_script] * 6 + [pause, disturb, disturb, observe, observe, publish, publish, cache, cache] +
               [be_a_guest, migrate, fail_over, administer, administer])


class Storm(unittest.TestCase):
    THREADS = "1"

    def setUp(self):
        self.seed = int(os.environ.get("MILLPOND_SEED", random.randrange(1 << 30)))
        print("MILLPOND_SEED=%d" % self.seed)
        self.engine = Engine("--threads", self.THREADS, "--busy-reply-threshold", "10", "--enable-debug-command", "yes")
        self.addCleanup(self.engine.close)
        self.replica = Engine("--threads", self.THREADS, "--enable-debug-command", "yes",
                              "--replicaof", "127.0.0.1 %d" % self.engine.port)
        self.addCleanup(self.replica.close)
        self.other = Engine("--threads", self.THREADS)  # to which keys are moved
        self.addCleanup(self.other.close)
        self.failures = []
        self.end = time.monotonic() + SECONDS
        faulthandler.dump_traceback_later(SECONDS + PATIENCE_S / 2)  # who waits, if somebody does
        self.addCleanup(faulthandler.cancel_dump_traceback_later)

    def over(self):
        return self.failures or time.monotonic() > self.end

    def test_nobody_is_forgotten(self):
        threads = [threading.Thread(target=Stormer(self, number).run) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        # Somebody always looks for a script to kill: those that storm may all wait for one.
        killer = Client(path=self.engine.path, timeout=PATIENCE_S)
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.02)
            try:
                killer.ask("SCRIPT", "KILL")
            except (EOFError, ConnectionError):
                killer.close()
                killer = Client(path=self.engine.path, timeout=PATIENCE_S)
        killer.close()
        self.assertEqual(self.failures, [])
        self.settle()

    def print_threads(self):
        """What the engine's threads do when somebody waits in vain: their states, and the ticks they have run."""
        for task in glob.glob("/proc/%d/task/*/stat" % self.engine.process.pid):
            with open(task, encoding="ascii") as file:
                name, rest = file.read().split("(", 1)[1].rsplit(")", 1)
            fields = rest.split()
            print("thread %s: %s, ran %s + %s" % (name, fields[0], fields[11], fields[12]), flush=True)

    def settle(self):
        clients = [server.client(timeout=PATIENCE_S) for server in (self.engine, self.replica)]
        pair = []  # the primary's and the replica's
        for client in clients:
            self.addCleanup(client.close)

        def quiet(client):
            client.ask("SCRIPT", "KILL")  # who has gone may have left one
            client.ask("FAILOVER", "ABORT")
            return client.ask("CLIENT", "UNPAUSE") == "OK"

        def paired():
            if not all(quiet(client) for client in clients):
                return False
            roles = [client.ask("ROLE") for client in clients]
            if any(isinstance(role, Error) for role in roles):
                return False
            if roles[0][0] == roles[1][0] == b"master":  # as a failover leaves it that was called off late; so does redis-server
                clients[1].ask("REPLICAOF", "127.0.0.1", self.engine.port)
            order = (0, 1) if roles[0][0] == b"master" else (1, 0)
            pair[:] = [clients[i] for i in order]
            primary, replica = [roles[i] for i in order]
            return primary[0] == b"master" and replica[0] == b"slave" and replica[3] == b"connected"

        try:
            wait_until(paired, PATIENCE_S, what="the last script's end, and one primary with its replica")
        except AssertionError:
            for server, client in ((self.engine, clients[0]), (self.replica, clients[1])):
                print(client.ask("ROLE"), "\n".join(server.read_log().splitlines()[-40:]), sep="\n", flush=True)
            raise
        primary, replica = pair

        def alone(client):
            """But for the primary, which is a client of its replica."""
            client.ask("SCRIPT", "KILL")
            text = client.ask("INFO")
            if isinstance(text, Error):
                return False
            info = dict(line.split(":", 1) for line in text.decode().splitlines() if ":" in line)
            connected = "1" if info["role"] == "master" else "2"
            return (info["blocked_clients"], info["connected_clients"], info["pubsub_clients"]) == ("0", connected, "0")

        def all_expired():
            return b"expires=" not in primary.do("INFO", "keyspace").replace(b"expires=0,", b"")

        for client in clients:
            client.do("CONFIG", "SET", "maxmemory", 0)
            wait_until(lambda one=client: alone(one), PATIENCE_S, what="every client that has gone to be forgotten")
        wait_until(all_expired, PATIENCE_S, what="keys to expire")
        wait_until(lambda: primary.do("DEBUG", "DIGEST") == replica.do("DEBUG", "DIGEST"), PATIENCE_S, what="the replica's data")
        before = primary.do("DEBUG", "DIGEST")
        self.assertEqual(primary.do("DEBUG", "RELOAD"), "OK")
        self.assertEqual(primary.do("DEBUG", "DIGEST"), before)


class StormFourThreads(Storm):
    THREADS = "4"


if __name__ == "__main__":
    unittest.main(verbosity=2 if os.environ.get("VERBOSE") else 1)
