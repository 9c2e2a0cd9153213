# SPDX-License-Identifier: Apache-2.0
"""redis-server 7.0 and millpond-engine side by side: the same commands, the same replies, the same data.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/differential.py [Test.method]

MILLPOND_SEED repeats a random run; MILLPOND_SOAK=1 makes it millions of commands long.
"""

import os
import pathlib
import random
import re
import shlex
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import command_docs
import seeds
import command_info
import servers
from corpus_effects import WRITES
from effects import Stream
from generator import Generator
from pair import Pair
from unspecified import SORTS, why_unspecified

CORPUS = pathlib.Path(__file__).parent / "corpus"
COMMANDS = 2_000_000 if os.environ.get("MILLPOND_SOAK") else 20_000
BATCH = 40
SEED = seeds.seed()

ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "\\": b"\\", '"': b'"'}


def unescape(text):
    out, at = b"", 0
    while at < len(text):
        if text[at] != "\\":
            out += text[at].encode()
            at += 1
        elif text[at + 1] == "x":
            out += bytes.fromhex(text[at + 2 : at + 4])
            at += 4
        else:
            out += ESCAPES[text[at + 1]]
            at += 2
    return out


def split_line(line):
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    return [unescape(word) for word in lexer]


def read_corpus(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


class Differential(servers.BothServers):
    def setUp(self):
        self.pair = Pair(self.ours, self.theirs)
        self.addCleanup(self.pair.close)
        self.pair.both("FLUSHALL")

    def finish(self):
        self.assertTrue(self.pair.seen, "nothing was compared")
        found = self.pair.differences
        self.assertFalse(found, f"{len(found)} differences in {self.pair.seen} commands:\n" + "\n".join(found))

    def check_corpus(self, name):
        for protocol in (2, 3):
            self.pair.both("RESET")
            self.pair.both("FLUSHALL")
            self.pair.both("HELLO", protocol)
            for number, line in enumerate(read_corpus(CORPUS / f"{name}.txt"), 1):
                if line == "!clear":
                    self.pair.both("FLUSHALL")
                    continue
                self.pair.run([split_line(line)], f"RESP{protocol} {name} #{number}: ")
                if line in ("RESET", "DISCARD") or line.startswith("HELLO"):
                    self.pair.both("HELLO", protocol)
            self.pair.compare_digests()
        self.finish()

    def check_random(self, protocol):
        print(f"MILLPOND_SEED={SEED} threads={self.THREADS} RESP{protocol} commands={COMMANDS}", flush=True)
        stream = Generator(random.Random(SEED + protocol)).commands(COMMANDS // 2)
        self.pair.both("HELLO", protocol)
        batch, seen = [], 0
        for command in stream:
            batch.append(command)
            if len(batch) == BATCH:
                self.pair.run(batch, f"#{seen}.. ")
                seen, batch = seen + len(batch), []
                if self.pair.differences and not self.is_excused():
                    break
        if not self.pair.differences:
            self.pair.run(batch)
            self.pair.both("EXEC")
            self.pair.compare_digests()
        self.finish()

    def test_random_resp2(self):
        self.check_random(2)

    def test_random_resp3(self):
        self.check_random(3)

    def test_iterations_return_every_element(self):
        for server in (self.ours, self.theirs):
            client = server.client()
            self.addCleanup(client.close)
            names = {f"member:{i}".encode() for i in range(3000)}
            ordered = sorted(names)
            client.call("SADD", "S", *ordered)
            client.call("HSET", "h", *[word for name in ordered for word in (name, b"v" + name)])
            client.call("ZADD", "z", *[word for i, name in enumerate(ordered) for word in (i, name)])
            client.call("MSET", *[word for name in ordered for word in (b"key:" + name, b"1")])
            self.assertEqual(set(iterate(client, "SSCAN", "S")), names)
            fields = iterate(client, "HSCAN", "h")
            self.assertEqual(dict(zip(fields[::2], fields[1::2])), {name: b"v" + name for name in names})
            members = iterate(client, "ZSCAN", "z")
            self.assertEqual({n: int(s) for n, s in zip(members[::2], members[1::2])}, {n: i for i, n in enumerate(ordered)})
            keys = set(iterate(client, "SCAN", None, "MATCH", "key:*"))
            self.assertEqual(keys, {b"key:" + name for name in names})

    def test_big_arguments(self):
        big = bytes(range(256)) * 4096 * 8
        self.pair.run([["SET", "big", big], ["GET", "big"], ["STRLEN", "big"], ["APPEND", "big", "x"],
                       ["RPUSH", "l", big, "small", big], ["LRANGE", "l", 0, -1], ["LSET", "l", 1, big], ["LPOP", "l"],
                       ["HSET", "h", big, big], ["HGET", "h", big], ["HGETALL", "h"], ["SADD", "s", big, "x"],
                       ["SISMEMBER", "s", big], ["ZADD", "z", 1, big], ["ZSCORE", "z", big], ["ECHO", big]])
        self.pair.compare_digests()
        self.finish()

    def test_patterns(self):
        """Random glob patterns on random keys, of the characters that mean something in one."""
        rng = random.Random(SEED)
        print(f"MILLPOND_SEED={SEED}", flush=True)
        draw = lambda letters, most: "".join(rng.choice(letters) for _ in range(rng.randint(0, most)))  # noqa: E731
        keys = ["", *(draw("ab[]^-\\c*", 4) for _ in range(300))]
        self.pair.both("MSET", *(word for key in keys for word in (key, "v")))
        self.pair.both("HSET", "hash", *(word for key in keys for word in (key, "v")))
        for _ in range(COMMANDS // 10):
            pattern = draw("ab*?[]^-\\c", 6)
            self.pair.run([["KEYS", pattern]])
        for pattern in ("*", "**", ""):
            found = [sorted(iterate(client, "HSCAN", "hash", "MATCH", pattern)) for client in (self.pair.ours, self.pair.theirs)]
            self.assertEqual(*found, pattern)
        self.finish()

    def test_inline_commands(self):
        for line in (b"PING\r\n", b"SET inline 'a b'\r\n", b'GET "inline"\r\n', b"ECHO \"\\x41\\n\"\r\n", b"PING\n",
                     b"SET x \"unbalanced\r\n"):
            self.pair.ours.send_raw(line)
            self.pair.theirs.send_raw(line)
            self.pair.seen += 1
            replies = self.pair.ours.read(), self.pair.theirs.read()
            if replies[0] != replies[1]:
                self.pair.differences.append(f"{line!r}: {replies}")
        self.finish()

    def test_malformed_requests_get_the_same_last_words(self):
        for request in (b"*1\r\n$-1\r\n", b"*1\r\nGET\r\n", b"*x\r\n", b"*1\r\n$x\r\n", b"*-5\r\nPING\r\n", b"*0\r\nPING\r\n",
                        b"*3000000000\r\n", b"*1\r\n$999999999999\r\n", b"*1\r\n$4\r\nPING\r\n\r\nPING\r\n"):
            words = []
            for server in (self.ours, self.theirs):
                client = server.client()
                client.send_raw(request)
                words.append(client.file.readline())
                client.close()
            self.assertEqual(words[0], words[1], request)

    def test_replicas_are_sent_the_same_effects(self):
        streams = [Stream(self.ours), Stream(self.theirs)]
        for stream in streams:
            self.addCleanup(stream.close)
        for number, line in enumerate(WRITES):
            self.pair.run([split_line(line)], "effects: ")
            if self.pair.transaction is None:  # inside MULTI nothing is sent
                self.pair.both("SET", f"marker{number}", number)
                ours, theirs = (stream.until(f"marker{number}") for stream in streams)
                if not same_effects(ours, theirs):
                    self.pair.differences.append(f"{line}\n    millpond: {ours}\n    redis:    {theirs}")
        self.finish()

    def test_command_info(self):
        ours, theirs = self.pair.both("COMMAND")
        differences, compared = command_info.compare(ours, theirs)
        self.assertGreater(compared, 150, "too few commands known to both")
        self.assertFalse(differences, f"{len(differences)} of {compared}:\n" + "\n".join(differences))

    def test_command_docs(self):
        for protocol in (2, 3):
            self.pair.both("HELLO", protocol)
            differences, compared = command_docs.compare(*self.pair.both("COMMAND", "DOCS"))
            self.assertGreater(compared, 150, "too few commands known to both")
            self.assertFalse(differences, f"{len(differences)} of {compared}:\n" + "\n".join(differences))

    def is_excused(self):
        """Nothing but orders of SORT that are left open for the data, which then are forgotten."""
        excused = self.pair.transaction is None and all(
            command[0].upper() in SORTS and why_unspecified(self.pair, command) for command in self.pair.unlike)
        if excused:
            print(f"not counted: {self.pair.differences}", flush=True)
            self.pair.forget()
        return excused

    def test_generator_covers_every_data_command(self):
        makers = Generator(random.Random(0)).makers
        ours, theirs = ({c.value[0].value.decode(): c.value for c in reply.value} for reply in self.pair.both("COMMAND"))
        missing = [name for name in sorted(ours.keys() & theirs.keys())
                   if command_info.is_data_command(theirs[name]) and name not in makers]
        self.assertEqual(missing, command_info.NOT_GENERATED)


def same_effects(ours, theirs):
    """Equal, but for absolute times, which differ by the milliseconds between the two calls."""
    margin = 3000
    return len(ours) == len(theirs) and all(
        len(mine) == len(other) and all(
            a == b or is_time(a) and is_time(b) and abs(int(a[:13]) - int(b[:13])) < margin
            for a, b in zip(mine, other)
        )
        for mine, other in zip(ours, theirs)
    )


def is_time(word):
    """Milliseconds, or an id of a stream that has been made from them."""
    return re.fullmatch(rb"\d{13}(-0)?", word)


def iterate(client, command, key, *options):
    found, cursor = [], b"0"
    while True:
        words = [command] + ([key] if key else []) + [cursor, *options]
        cursor, items = (part.value for part in client.call(*words).value)
        found += [item.value for item in items]
        if cursor == b"0":
            return found


def add_corpus_tests():
    for path in sorted(CORPUS.glob("*.txt")):
        def test(self, name=path.stem):
            self.check_corpus(name)
        setattr(Differential, f"test_corpus_{path.stem}", test)


add_corpus_tests()


class DifferentialFourThreads(Differential):
    THREADS = 4


if __name__ == "__main__":
    unittest.main(verbosity=2)
