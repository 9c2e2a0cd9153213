# SPDX-License-Identifier: Apache-2.0
"""What observers of redis-server 7.0 and of millpond-engine are told of the same commands: keyspace events, MONITOR's
lines, invalidations.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/observers.py [Test.method]

MILLPOND_SEED repeats a random run.
"""

import os
import pathlib
import random
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import seeds
import servers
from clients import wait_until
from differential import CORPUS, read_corpus, split_line
from effects import Stream
from generator import Generator
from pair import show
from resp_client import Reply, to_bytes

COMMANDS = int(os.environ.get("MILLPOND_COMMANDS") or 4000)
SEED = seeds.seed()

# Corpora whose commands are about keys.
KEY_FAMILIES = {"generic", "strings", "hashes", "lists", "sets", "sorted_sets", "streams", "bits", "bitmaps", "geo",
                "hyperloglog", "sort", "sorting", "dump"}
# What is drawn at random changes other keys on each server.
RANDOM = {b"SPOP", b"RANDOMKEY", b"SRANDMEMBER", b"HRANDFIELD", b"ZRANDMEMBER"}
# Commands after which the observing or the observed connection would not be what it was.
CONNECTION = {b"RESET", b"HELLO", b"QUIT", b"SUBSCRIBE", b"PSUBSCRIBE", b"SSUBSCRIBE", b"CLIENT", b"MONITOR", b"AUTH",
              b"DEBUG", b"SHUTDOWN", b"CONFIG", b"SWAPDB"}


def order_free(events):
    """Redis walks its tables in an order of its own; what one command says of several keys is compared as a set."""
    return sorted(events, key=repr)


class Side:
    """One server: a connection that acts, and one that observes."""

    def __init__(self, server):
        self.server = server
        self.actor, self.observer = server.client(), server.client()

    def close(self):
        self.actor.close()
        self.observer.close()

    def until(self, wanted):
        """What the observer is told before the message `wanted`."""
        seen = []
        while True:
            reply = self.observer.read()
            if reply.value[-1] == wanted if isinstance(reply.value, tuple) else False:
                return seen
            seen.append(reply)


class Observers(servers.BothServers):
    def setUp(self):
        self.sides = [Side(self.ours), Side(self.theirs)]
        for side in self.sides:
            self.addCleanup(side.close)
            side.actor.call("FLUSHALL")
            side.actor.call("CONFIG", "SET", "notify-keyspace-events", "")
        self.differences = []
        self.seen = 0

    def finish(self):
        self.assertGreater(self.seen, 0, "nothing was told")
        self.assertFalse(self.differences, f"{len(self.differences)} differences, {self.seen} told:\n" + "\n".join(self.differences[:40]))

    def compare(self, command, replies, told):
        self.seen += len(told[1])
        if told[0] != told[1] and order_free(told[0]) != order_free(told[1]):
            self.differences.append(f"{show([to_bytes(word) for word in command])} -> {replies[1]!r}\n    millpond: {told[0]}\n    redis:    {told[1]}")

    # -- Keyspace events

    def watch_events(self, classes="KEAmn"):
        for side in self.sides:
            side.actor.call("CONFIG", "SET", "notify-keyspace-events", classes)
            side.observer.call("PSUBSCRIBE", "__key*__:*")
            side.observer.call("SUBSCRIBE", "marker")

    def events_of(self, command, number):
        marker = b"m%d" % number
        replies, told = [], []
        for side in self.sides:
            replies.append(side.actor.call(*command))
            side.actor.call("PUBLISH", "marker", marker)
            told.append([tuple(part.value for part in reply.value[2:]) for reply in side.until(Reply("$", marker))])
        self.compare(command, replies, told)

    def run_commands(self, commands):
        transaction = False
        for number, command in enumerate(commands):
            command = [to_bytes(word) for word in command]
            name = command[0].upper()
            if name in CONNECTION or name in RANDOM:
                continue
            if name == b"MULTI":
                transaction = True
            elif name in (b"EXEC", b"DISCARD"):
                transaction = False
            if transaction:
                for side in self.sides:
                    side.actor.call(*command)
            else:
                self.events_of(command, number)
            if len(self.differences) > 40:
                break
        for side in self.sides:
            side.actor.call("DISCARD")

    def check_corpus(self, name):
        self.watch_events()
        self.run_commands([["FLUSHALL"] if line == "!clear" else split_line(line) for line in read_corpus(CORPUS / f"{name}.txt")])
        self.finish()

    def test_random_events(self):
        print(f"MILLPOND_SEED={SEED} threads={self.THREADS} commands={COMMANDS}", flush=True)
        self.watch_events()
        self.run_commands(Generator(random.Random(SEED)).commands(COMMANDS))
        self.finish()

    def test_event_classes(self):
        for classes in ("", "K", "E", "KE$", "Eg", "Kl", "KEx", "KEm", "KEn", "A", "AK", "AE", "KEd", "KEz", "KEh", "KEs"):
            self.setUp()
            self.watch_events(classes)
            self.run_commands(c.split() for c in (
                "SET a 1", "GET nope", "LPUSH l 1", "SADD s 1", "HSET h f v", "ZADD z 1 m", "EXPIRE a 100", "DEL a", "RENAME l m",
                "SET a 1 EX 10", "FLUSHDB", "GETDEL nope"))
            told = self.seen
            self.assertFalse(self.differences, classes)
            self.assertEqual(told > 0, classes not in ("", "K", "E", "A", "KEd", "KEx"), classes)

    def test_expired_and_evicted(self):
        self.watch_events("KEAmn")
        for command in (["SET", "lazy", "1", "PX", "1"], ["RPUSH", "list", "a"], ["PEXPIRE", "list", "1"]):
            for side in self.sides:
                side.actor.call(*command)
        time.sleep(0.3)  # gone of their own by now, on both: their events come before the marker's
        self.events_of(["GET", "lazy"], 0)
        for side in self.sides:
            side.actor.call("DEBUG", "SET-ACTIVE-EXPIRE", "0")
            side.actor.call("SET", "slow", "1", "PX", "1")
            side.actor.call("HSET", "slow2", "f", "v")
            side.actor.call("PEXPIRE", "slow2", "1")
        time.sleep(0.02)
        self.events_of(["GET", "slow"], 1)
        self.events_of(["HSET", "slow2", "f", "v"], 2)
        for side in self.sides:
            side.actor.call("DEBUG", "SET-ACTIVE-EXPIRE", "1")
        self.finish()

    # -- MONITOR

    def test_monitor(self):
        for side in self.sides:
            side.observer.call("MONITOR")
        units = [[line] for line in read_corpus(CORPUS / "strings.txt")[:150] if line != "!clear"] + [[line] for line in (
            "AUTH a", "AUTH a b", "AUTH a b c", "HELLO 2 AUTH default x", "HELLO 2 SETNAME n", "SELECT 3", "SELECT 0", "DISCARD",
            "CONFIG GET port", "CLIENT ID", "CLIENT LIST", "GET", "NOSUCH", "PUBLISH a b", "DEBUG SLEEP 0", "SLOWLOG GET", "COMMAND COUNT",
            'ECHO "\\x00\\x07\\x08\\n\\r\\t\\x22\\\\ \\x7f\\xff"', "get A", "WATCH a", "UNWATCH", "MEMORY USAGE a")] + [
            ["MULTI", "SET a 1", "GET a", "SELECT 3", "SET a 2", "SELECT 0", "EXEC"], ["MULTI", "NOSUCH", "EXEC"],
            ["MULTI", "SET a 1", "DISCARD"], ["HELLO 3", "SUBSCRIBE a", "UNSUBSCRIBE a", "HELLO 2"], ["MULTI", "INCR nosuch x", "EXEC"],
            ["MULTI", "GET a", "EXEC x", "EXEC"], ["EXEC x y"]]
        for number, lines in enumerate(units):
            replies, told = [], []
            for side in self.sides:
                replies = [side.actor.call(*split_line(line)) for line in lines]
                side.actor.call("ECHO", "marker%d" % number)
                seen = []
                while True:
                    text = side.observer.read().value.decode()
                    match = re.fullmatch(r"\d+\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\] (.*)", text)
                    self.assertTrue(match, text)
                    if match[2] == '"ECHO" "marker%d"' % number:
                        break
                    seen.append(match.groups())
                told.append(seen)
            self.seen += len(told[1])
            if told[0] != told[1]:
                self.differences.append(f"{lines} -> {replies}\n    millpond: {told[0]}\n    redis:    {told[1]}")
        self.finish()

    # -- Tracking

    def check_tracking(self, *options, noise=0):
        """A RESP3 client tracks; what it reads and what others write is drawn from a few keys."""
        rng = random.Random(SEED)
        others = []
        for side in self.sides:
            others.append(side.actor)
            side.observer.call("HELLO", 3)
            self.assertEqual(side.observer.call("CLIENT", "TRACKING", "ON", *options).value, b"OK")
        reads = [["GET", "k{}"], ["MGET", "k{}", "k{}"], ["EXISTS", "k{}"], ["STRLEN", "k{}"], ["TTL", "k{}"], ["LRANGE", "l{}", 0, -1],
                 ["SINTER", "s{}", "s{}"], ["HGET", "h{}", "f"], ["ZRANGE", "z{}", 0, -1], ["OBJECT", "ENCODING", "k{}"], ["TYPE", "k{}"]]
        writes = [["SET", "k{}", 1], ["DEL", "k{}"], ["MSET", "k{}", 1, "k{}", 2], ["LPUSH", "l{}", 1], ["LPOP", "l{}"], ["SADD", "s{}", 1],
                  ["SREM", "s{}", 1], ["HSET", "h{}", "f", 1], ["ZADD", "z{}", 1, 1], ["APPEND", "k{}", "x"], ["EXPIRE", "k{}", 100],
                  ["PERSIST", "k{}"], ["RENAME", "k{}", "k{}"], ["SETNX", "k{}", 1], ["COPY", "k{}", "k{}", "REPLACE"], ["GETDEL", "k{}"],
                  ["LMOVE", "l{}", "l{}", "LEFT", "RIGHT"], ["SMOVE", "s{}", "s{}", 1], ["SINTERSTORE", "s{}", "s{}", "s{}"]]
        pick = lambda command: [str(word).format(rng.randrange(6), rng.randrange(6)) for word in command]
        for number in range(800):
            own = rng.random() < 0.5
            command = pick(rng.choice(reads if own and rng.random() < 0.8 else writes))
            replies, told = [], []
            for side in self.sides:
                client = side.observer if own else side.actor
                pushes = []
                client.send([[to_bytes(word) for word in command]])
                reply = client.read()
                while reply.kind == ">":
                    pushes.append(reply)
                    reply = client.read()
                replies.append(reply)
                # What is due is there before the reply to a command sent after the write was answered; Redis's broadcasts
                # wait for the end of its loop's turn, so two commands.
                for _ in range(2):
                    side.observer.send([[b"ECHO", b"m%d" % number]])
                    while (reply := side.observer.read()).kind == ">":
                        pushes.append(reply)
                told.append(sorted(key.value for push in pushes for key in push.value[1].value or [Reply("_", None)]))
            self.compare(command, replies, told)
        self.finish()

    def test_tracking(self):
        self.check_tracking()

    def test_tracking_noloop(self):
        self.check_tracking("NOLOOP")

    def test_tracking_optout(self):
        self.check_tracking("OPTOUT")

    def test_tracking_broadcast(self):
        self.check_tracking("BCAST", "PREFIX", "k", "PREFIX", "l1", "PREFIX", "s")

    def test_tracking_broadcast_of_all_noloop(self):
        self.check_tracking("BCAST", "NOLOOP")

    # -- Order

    def wait_for_blocked(self, side, count):
        while b"blocked_clients:%d\r" % count not in side.actor.call("INFO", "clients").value:
            time.sleep(0.002)

    def test_messages_and_the_reply_of_who_was_blocked(self):
        """A blocked client that subscribes and tracks is told of what came before what served it, gets its reply, and is
        told of the rest, though one turn of a server's loop saw all of it."""
        push, tell = ["LPUSH", "l", "x"], ["PUBLISH", "news", "1"]
        change, change_other = ["SET", "k0", 1], ["SET", "k1", 1]
        for commands in ([tell, push], [push, tell], [tell, push, tell], [change, push, change_other], [push, change, tell, change_other],
                         [["MULTI"], change, push, change_other, ["EXEC"], tell], [["MULTI"], push, ["EXEC"], tell, change],
                         [["MULTI"], tell, push, tell, ["EXEC"], tell], [["EVAL", "redis.call('LPUSH', 'l', 'x') redis.call('PUBLISH', 'news', 1)", 1, "l"], tell],
                         [["MSET", "k0", 1, "k1", 1], push, ["FLUSHALL"]], [push, ["DEBUG", "RELOAD"], tell]):
            told = []
            for side in self.sides:
                observer = side.server.client()
                observer.call("HELLO", 3)
                observer.call("SUBSCRIBE", "news")
                observer.call("CLIENT", "TRACKING", "ON")
                for key in ("k0", "k1"):
                    observer.call("GET", key)
                observer.send([[b"BLPOP", b"l", b"0"]])
                self.wait_for_blocked(side, 1)
                side.actor.pipeline([[to_bytes(word) for word in command] for command in commands])
                observer.send([[b"ECHO", b"end"]])
                told.append([])
                while (reply := observer.read()).value != b"end":
                    told[-1].append(reply)
                observer.close()
                side.actor.call("FLUSHALL")
            self.seen += len(told[1])
            if told[0] != told[1]:
                self.differences.append(f"{commands}\n    millpond: {told[0]}\n    redis:    {told[1]}")
        self.finish()

    def test_who_waits_for_a_key_that_is_past_its_deadline(self):
        """Nobody is given of it; it goes when a waiter is looked for, and replicas are told at once."""
        told = []
        for side in self.sides:
            side.actor.call("DEBUG", "SET-ACTIVE-EXPIRE", 0)
            self.addCleanup(side.actor.call, "DEBUG", "SET-ACTIVE-EXPIRE", 1)
            side.actor.pipeline([[b"SELECT", b"1"], [b"RPUSH", b"k", b"v"], [b"PEXPIRE", b"k", b"20"], [b"SELECT", b"9"]])
            stream = Stream(side.server)
            self.addCleanup(stream.close)
            side.observer.call("SELECT", 9)
            side.observer.send([[b"BRPOP", b"k", b"0"]])
            wait_until(lambda: b"blocked_clients:1\r" in side.actor.call("INFO", "clients").value, "the client waits")
            side.actor.call("DEBUG", "SLEEP", 0.05)
            side.actor.call("SWAPDB", 1, 9)
            for command in ("MULTI", "RPUSH k v", "PEXPIRE k 20", "DEBUG SLEEP 0.05", "EXEC", "SET marker v"):
                side.actor.call(*command.split())
            told.append([[b"TIME" if word.isdigit() and len(word) == 13 else word for word in words] for words in stream.until("marker")])
            self.assertIn(b"blocked_clients:1\r", side.actor.call("INFO", "clients").value)
        self.assertEqual(*told)
        self.assertEqual([words[0] for words in told[0]].count(b"DEL"), 2, told[0])

    def test_what_was_answered_before_a_command_is_told_before_its_reply(self):
        for side in self.sides:
            side.observer.call("HELLO", 3)
            side.observer.call("SUBSCRIBE", "news")
            side.observer.call("CLIENT", "TRACKING", "ON")
        for number in range(1500):
            told = []
            for side in self.sides:
                side.observer.call("GET", "k0")
                for command in (["SET", "k0", number], ["PUBLISH", "news", number]):
                    side.actor.call(*command)
                side.observer.send([[b"PING"]])
                told.append([side.observer.read() for _ in range(3)])
            self.seen += 2
            if told[0] != told[1]:
                self.differences.append(f"{number}\n    millpond: {told[0]}\n    redis:    {told[1]}")
        self.finish()


def add_corpus_tests():
    for path in sorted(pathlib.Path(CORPUS).glob("*.txt")):
        if path.stem not in KEY_FAMILIES:
            continue
        def test(self, name=path.stem):
            self.check_corpus(name)
        setattr(Observers, f"test_events_{path.stem}", test)


add_corpus_tests()


class ObserversFourThreads(Observers):
    THREADS = 4


if __name__ == "__main__":
    unittest.main(verbosity=2)
