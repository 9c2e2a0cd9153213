# SPDX-License-Identifier: Apache-2.0
"""Deadlines of hash fields, which redis-server 7.0 does not know: HEXPIRE and its kin, SET IFEQ and DELIFEQ."""
import time
import unittest

from server_harness import Engine, Error, OneEngine, wait_until

FAR = 100_000  # seconds


class HashFields(OneEngine):
    OPTIONS = ("--threads", "2", "--enable-debug-command", "yes")

    def setUp(self):
        super().setUp()
        self.client.do("HSET", "h", "a", "1", "b", "2", "c", "3")

    def error(self, *args):
        reply = self.client.ask(*args)
        self.assertIsInstance(reply, Error, args)
        return str(reply)

    def check(self, expected, *args):
        self.assertEqual(self.client.ask(*args), expected, args)

    def test_each_field_gets_an_answer(self):
        self.check([1, -2], "HEXPIRE", "h", FAR, "FIELDS", 2, "a", "nope")
        self.check([FAR, -1, -2], "HTTL", "h", "FIELDS", 3, "a", "b", "nope")
        self.check([-2, -2], "HTTL", "nokey", "FIELDS", 2, "a", "b")
        self.check([-2], "HEXPIRE", "nokey", FAR, "FIELDS", 1, "a")
        self.check([1, -1, -2], "HPERSIST", "h", "FIELDS", 3, "a", "b", "nope")
        self.check([-1], "HTTL", "h", "FIELDS", 1, "a")
        self.check([2], "HEXPIRE", "h", 0, "FIELDS", 1, "a")
        self.check(0, "HEXISTS", "h", "a")
        self.check([2, 2], "HPEXPIREAT", "h", 1, "FIELDS", 2, "b", "c")
        self.check(0, "EXISTS", "h")

    def test_absolute_times(self):
        self.check([1], "HEXPIREAT", "h", 4102444800, "FIELDS", 1, "a")
        self.check([4102444800], "HEXPIRETIME", "h", "FIELDS", 1, "a")
        self.check([4102444800000], "HPEXPIRETIME", "h", "FIELDS", 1, "a")
        self.check([1], "HPEXPIREAT", "h", 4102444800123, "FIELDS", 1, "a")
        self.check([4102444801], "HEXPIRETIME", "h", "FIELDS", 1, "a")

    def test_conditions(self):
        self.check([0], "HEXPIRE", "h", FAR, "XX", "FIELDS", 1, "a")
        self.check([0], "HEXPIRE", "h", FAR, "GT", "FIELDS", 1, "a")
        self.check([1], "HEXPIRE", "h", FAR, "NX", "FIELDS", 1, "a")
        self.check([0], "HEXPIRE", "h", FAR, "NX", "FIELDS", 1, "a")
        self.check([1], "HEXPIRE", "h", 2 * FAR, "gt", "FIELDS", 1, "a")
        self.check([0], "HEXPIRE", "h", FAR, "GT", "FIELDS", 1, "a")
        self.check([1], "HEXPIRE", "h", FAR, "LT", "FIELDS", 1, "a")
        self.check([0], "HEXPIRE", "h", 2 * FAR, "LT", "FIELDS", 1, "a")
        self.check([1], "HEXPIRE", "h", FAR, "LT", "FIELDS", 1, "b")
        self.check([1], "HEXPIRE", "h", 3 * FAR, "XX", "FIELDS", 1, "b")

    def test_bad_arguments(self):
        for command, text in (
            (("HEXPIRE", "h", "x", "FIELDS", 1, "a"), "ERR value is not an integer or out of range"),
            (("HEXPIRE", "h", -1, "FIELDS", 1, "a"), "ERR invalid expire time, must be >= 0"),
            (("HEXPIRE", "h", 2**62, "FIELDS", 1, "a"), "ERR invalid expire time in 'hexpire' command"),
            (("HPEXPIREAT", "h", 2**46 + 1, "FIELDS", 1, "a"), "ERR invalid expire time in 'hpexpireat' command"),
            (("HEXPIRE", "h", 1, "FIELD", 1, "a"), "ERR Mandatory argument FIELDS is missing or not at the right position"),
            (("HEXPIRE", "h", 1, "FIELDS", 0, "a"), "ERR Parameter `numFields` should be greater than 0"),
            (("HEXPIRE", "h", 1, "FIELDS", 2, "a"), "ERR The `numfields` parameter must match the number of arguments"),
            (("HTTL", "h", "FIELDS", "x", "a"), "ERR Number of fields must be a positive integer"),
            (("HTTL", "h", "FIELDS", 1, "a", "b"), "ERR The `numfields` parameter must match the number of arguments"),
            (("HGETEX", "h", "EX", 1, "PERSIST", "FIELDS", 1, "a"),
             "ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified"),
            (("HGETEX", "h", "FIELDS", 2, "a"), "ERR wrong number of arguments"),
            (("HSETEX", "h", "FNX", "FXX", "FIELDS", 1, "a", 1), "ERR Only one of FXX or FNX arguments can be specified"),
            (("HSETEX", "h", "KEEPTTL", "EX", 1, "FIELDS", 1, "a", 1),
             "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"),
            (("HSETEX", "h", "BOGUS", "FIELDS", 1, "a", 1), "ERR unknown argument: BOGUS"),
            (("HSETEX", "h", "FIELDS", 0, "a", 1), "ERR invalid number of fields"),
            (("HTTL", "h"), "ERR wrong number of arguments for 'httl' command"),
        ):
            self.assertEqual(self.error(*command), text, command)
        self.client.do("SET", "s", "x")
        for command in (("HEXPIRE", "s", 1, "FIELDS", 1, "a"), ("HTTL", "s", "FIELDS", 1, "a"),
                        ("HSETEX", "s", "FIELDS", 1, "a", 1), ("HGETDEL", "s", "FIELDS", 1, "a")):
            self.assertTrue(self.error(*command).startswith("WRONGTYPE"), command)

    def test_values_with_deadlines(self):
        self.check([b"1", None], "HGETEX", "h", "EX", FAR, "FIELDS", 2, "a", "nope")
        self.check([FAR], "HTTL", "h", "FIELDS", 1, "a")
        self.check([b"1"], "HGETEX", "h", "PERSIST", "FIELDS", 1, "a")
        self.check([-1], "HTTL", "h", "FIELDS", 1, "a")
        self.check(0, "HSETEX", "h", "FNX", "FIELDS", 2, "a", 9, "new", 9)
        self.check(0, "HSETEX", "h", "FXX", "FIELDS", 2, "a", 9, "new", 9)
        self.check(1, "HSETEX", "h", "FXX", "EX", FAR, "FIELDS", 2, "a", 8, "b", 9)
        self.check([b"8", b"9"], "HMGET", "h", "a", "b")
        self.check(1, "HSETEX", "h", "KEEPTTL", "FIELDS", 2, "a", 7, "c", 7)
        self.check([FAR, FAR, -1], "HTTL", "h", "FIELDS", 3, "a", "b", "c")
        self.check([b"7", None], "HGETDEL", "h", "FIELDS", 2, "a", "nope")
        self.check([b"9", b"7"], "HGETDEL", "h", "FIELDS", 2, "b", "c")
        self.check(0, "EXISTS", "h")

    def test_a_new_value_has_no_deadline_and_an_increment_keeps_it(self):
        self.client.do("HEXPIRE", "h", FAR, "FIELDS", 3, "a", "b", "c")
        self.client.do("HSET", "h", "a", "x")
        self.client.do("HINCRBY", "h", "b", 1)
        self.client.do("HINCRBYFLOAT", "h", "c", "0.5")
        self.check([-1, FAR, FAR], "HTTL", "h", "FIELDS", 3, "a", "b", "c")

    def test_no_reader_sees_an_expired_field(self):
        self.client.do("DEBUG", "SET-ACTIVE-EXPIRE", 0)
        self.addCleanup(self.client.do, "DEBUG", "SET-ACTIVE-EXPIRE", 1)
        readers = [(("HGET", "h", "a"), None), (("HLEN", "h"), 2), (("HEXISTS", "h", "a"), 0), (("HMGET", "h", "a"), [None]),
                   (("HSTRLEN", "h", "a"), 0), (("HKEYS", "h"), [b"b", b"c"]), (("HVALS", "h"), [b"2", b"3"]),
                   (("HGETALL", "h"), [b"b", b"2", b"c", b"3"]), (("HTTL", "h", "FIELDS", 1, "a"), [-2]),
                   (("HSETNX", "h", "a", "new"), 1), (("HINCRBY", "h", "a", 5), 5), (("HDEL", "h", "a"), 0),
                   (("HRANDFIELD", "h", 10), [b"b", b"c"]), (("HSCAN", "h", 0), [b"0", [b"b", b"2", b"c", b"3"]])]
        for command, expected in readers:
            self.client.do("DEL", "h")
            self.client.do("HSET", "h", "a", "1", "b", "2", "c", "3")
            self.client.do("HPEXPIRE", "h", 1, "FIELDS", 1, "a")
            time.sleep(0.003)  # a moment must pass: there is no other condition
            self.check(expected, *command)

    def test_fields_go_of_themselves_within_a_moment(self):
        self.client.do("HPEXPIRE", "h", 50, "FIELDS", 2, "a", "b")
        wait_until(lambda: self.client.do("DEBUG", "OBJECT", "h") and self.client.do("HLEN", "h") == 1, 5, "two fields gone")
        dirty = self.client.do("DBSIZE")
        self.client.do("HPEXPIRE", "h", 50, "FIELDS", 1, "c")
        # DBSIZE looks at no key: nobody but the expiry thread can have removed it.
        wait_until(lambda: self.client.do("DBSIZE") == dirty - 1, 5, "the last field took the key along")

    def test_many_fields_of_one_hash_go_at_once(self):
        names = [f"f{i}" for i in range(2000)]
        self.client.do("HSET", "big", *[w for name in names for w in (name, "v")], "stays", "v")
        self.client.do("HPEXPIRE", "big", 30, "FIELDS", len(names), *names)
        wait_until(lambda: self.client.do("HLEN", "big") == 1, 5, "all but one gone")
        self.check([b"stays"], "HKEYS", "big")

    def test_deadlines_stay_with_copies_names_and_dumps(self):
        self.client.do("HEXPIREAT", "h", 4102444800, "FIELDS", 2, "a", "b")
        self.client.do("COPY", "h", "copy")
        self.client.do("RENAME", "copy", "renamed")
        self.client.do("RESTORE", "restored", 0, self.client.do("DUMP", "h"))
        self.client.do("MOVE", "renamed", 1)
        self.client.do("MOVE", "h", 1)
        for key, db in (("restored", 0), ("renamed", 1), ("h", 1)):
            self.client.do("SELECT", db)
            self.check([4102444800, 4102444800, -1], "HEXPIRETIME", key, "FIELDS", 3, "a", "b", "c")
        digests = self.client.do("DEBUG", "DIGEST")
        self.check("OK", "DEBUG", "RELOAD")
        self.check(digests, "DEBUG", "DIGEST")
        self.check([4102444800, -1], "HEXPIRETIME", "h", "FIELDS", 2, "a", "c")

    def test_copies_expire_on_their_own(self):
        self.client.do("HPEXPIRE", "h", 60, "FIELDS", 3, "a", "b", "c")
        self.client.do("COPY", "h", "copy")
        self.client.do("RENAME", "h", "renamed")
        wait_until(lambda: self.client.do("DBSIZE") == 0, 5, "both gone")

    def test_encodings(self):
        self.check(b"listpack", "OBJECT", "ENCODING", "h")
        self.client.do("HEXPIRE", "h", FAR, "FIELDS", 1, "a")
        self.check(b"listpackex", "OBJECT", "ENCODING", "h")
        self.client.do("HSET", "h", "d", "x" * 100)
        self.check(b"hashtable", "OBJECT", "ENCODING", "h")

    def test_replicas_follow(self):
        replica = Engine("--replicaof", f"127.0.0.1 {self.engine.port}", "--enable-debug-command", "yes")
        self.addCleanup(replica.close)
        other = replica.client()
        self.addCleanup(other.close)
        self.client.do("HEXPIREAT", "h", 4102444800, "FIELDS", 1, "a")

        def same():
            self.client.do("SET", "mark", time.monotonic())
            wait_until(lambda: other.ask("GET", "mark") == self.client.do("GET", "mark"), 20, "the replica has caught up")
            return self.client.do("DEBUG", "DIGEST") == other.do("DEBUG", "DIGEST")

        wait_until(same, 20, "equal after the full sync")
        self.client.do("HEXPIREAT", "h", 4102444801, "FIELDS", 2, "b", "c")
        self.client.do("HPERSIST", "h", "FIELDS", 1, "b")
        self.client.do("HSETEX", "h", "EX", FAR, "FIELDS", 2, "d", 1, "e", 2)
        self.client.do("HINCRBYFLOAT", "h", "d", "1.5")
        self.client.do("HSETEX", "h", "KEEPTTL", "FIELDS", 1, "e", 3)
        self.client.do("HGETEX", "h", "PERSIST", "FIELDS", 1, "a")
        self.client.do("HGETDEL", "h", "FIELDS", 1, "c")
        wait_until(same, 20, "equal after every command")
        fields = ("FIELDS", 5, "a", "b", "c", "d", "e")
        self.assertEqual(other.do("HPEXPIRETIME", "h", *fields), self.client.do("HPEXPIRETIME", "h", *fields))
        self.client.do("HPEXPIRE", "h", 40, *fields)
        wait_until(lambda: self.client.do("EXISTS", "h") == 0 and same() and other.do("EXISTS", "h") == 0, 20, "gone on both")

    # -- Keyspace events

    def listen(self, engine=None, classes="KEA"):
        engine = engine or self.engine
        admin, listener = engine.client(), engine.client()
        admin.do("CONFIG", "SET", "notify-keyspace-events", classes)
        self.addCleanup(admin.close)
        self.addCleanup(admin.do, "CONFIG", "SET", "notify-keyspace-events", "")
        self.addCleanup(listener.close)
        listener.do("PSUBSCRIBE", "__keyevent@*__:*")
        return listener

    def events(self, listener, *commands):
        """What is told of the commands, up to a mark of our own: "event key"."""
        for command in commands:
            self.client.do(*command)
        self.client.do("SET", "mark", "1")
        found = []
        while not found or found[-1] != "set mark":
            _, _, channel, key = listener.read()
            found.append(channel.decode().split(":")[1] + " " + key.decode())
        return found[:-1]

    def test_events_of_commands(self):
        listener = self.listen()
        told = lambda *command: self.events(listener, command)
        past = ("HPEXPIREAT", "h", 1, "FIELDS", 1)
        for command, events in (
                (("HEXPIRE", "h", FAR, "FIELDS", 3, "a", "b", "nope"), ["hexpire h"]),
                (("HPEXPIRE", "h", FAR, "FIELDS", 1, "nope"), []),
                (("HEXPIRE", "h", FAR, "NX", "FIELDS", 1, "a"), []),
                (("HEXPIREAT", "h", 4102444800, "GT", "FIELDS", 1, "a"), ["hexpire h"]),
                (("HPEXPIREAT", "h", 4102444800001, "FIELDS", 1, "a"), ["hexpire h"]),
                (("HTTL", "h", "FIELDS", 1, "a"), []),
                (("HPERSIST", "h", "FIELDS", 2, "a", "c"), ["hpersist h"]),
                (("HPERSIST", "h", "FIELDS", 1, "a"), []),
                (("HSET", "h", "b", 5), ["hset h"]),
                (("HGETEX", "h", "FIELDS", 1, "a"), []),
                (("HGETEX", "h", "EX", FAR, "FIELDS", 2, "a", "b"), ["hexpire h"]),
                (("HGETEX", "h", "PERSIST", "FIELDS", 2, "a", "c"), ["hpersist h"]),
                (("HGETEX", "h", "PERSIST", "FIELDS", 1, "c"), []),
                (("HGETEX", "h", "PXAT", 1, "FIELDS", 1, "c"), ["hdel h"]),
                (("HSETEX", "h", "FIELDS", 1, "c", 1), ["hset h"]),
                (("HSETEX", "h", "EX", FAR, "FIELDS", 2, "c", 1, "d", 1), ["hset h", "hexpire h"]),
                (("HSETEX", "h", "KEEPTTL", "FIELDS", 1, "c", 2), ["hset h"]),
                (("HSETEX", "h", "FNX", "FIELDS", 1, "c", 2), []),
                (("HSETEX", "h", "PXAT", 1, "FIELDS", 1, "d", 1), ["hset h", "hdel h"]),
                (("HSETEX", "new", "PXAT", 1, "FIELDS", 1, "d", 1), ["hset new", "hdel new", "del new"]),
                (("HINCRBY", "h", "c", 1), ["hincrby h"]),
                (("HGETDEL", "h", "FIELDS", 1, "nope"), []),
                (("HGETDEL", "h", "FIELDS", 2, "c", "nope"), ["hdel h"]),
                ((*past, "a"), ["hdel h"]),
                (("HDEL", "h", "b"), ["hdel h", "del h"])):
            self.assertEqual(told(*command), events, command)
        for last in ((*past, "f"), ("HGETDEL", "h", "FIELDS", 1, "f"), ("HGETEX", "h", "PXAT", 1, "FIELDS", 1, "f"), ("HDEL", "h", "f")):
            self.client.do("DEL", "h")
            self.assertEqual(self.events(listener, ("HSET", "h", "f", 1), last)[-3:], ["hset h", "hdel h", "del h"], last)

    def test_events_of_fields_that_go_of_themselves(self):
        listener = self.listen()
        told = lambda count: [listener.read()[2].split(b":")[1] for _ in range(count)]
        self.client.do("HPEXPIRE", "h", 1, "FIELDS", 2, "a", "b")
        self.assertEqual(told(2), [b"hexpire", b"hexpired"])
        self.client.do("HPEXPIRE", "h", 1, "FIELDS", 1, "c")
        self.assertEqual(told(3), [b"hexpire", b"hexpired", b"del"])
        self.check(0, "EXISTS", "h")
        self.assertEqual(self.events(listener), [])

    def test_a_deadline_after_one_that_is_over_is_kept(self):
        self.client.do("HPEXPIRE", "h", 20, "FIELDS", 1, "a")
        self.client.do("HPERSIST", "h", "FIELDS", 1, "a")
        begin = time.monotonic()
        wait_until(lambda: time.monotonic() > begin + 0.1)  # what was filed has come up
        listener = self.listen()
        self.client.do("HPEXPIRE", "h", 1, "FIELDS", 1, "b")
        self.assertEqual([listener.read()[2].split(b":")[1] for _ in range(2)], [b"hexpire", b"hexpired"])

    def test_events_of_fields_that_are_met_expired(self):
        self.client.do("DEBUG", "SET-ACTIVE-EXPIRE", 0)
        self.addCleanup(self.client.do, "DEBUG", "SET-ACTIVE-EXPIRE", 1)
        for number, (command, reply, events) in enumerate((
                (("HGET", "h", "a"), None, ["hexpired h"]), (("HSET", "h", "a", 1), 1, ["hexpired h", "hset h"]),
                (("HSET", "x", "b", 1), 1, ["hexpired x", "del x", "hset x"]), (("EXISTS", "x"), 0, ["hexpired x", "del x"]))):
            listener = self.listen()
            self.client.do("DEL", "h", "x")
            self.client.do("HSET", "h", "a", 1, "b", 2)
            self.client.do("HSET", "x", "a", 1)
            for key in ("h", "x"):
                self.client.do("HPEXPIRE", key, 1, "FIELDS", 1, "a")
            begin = time.monotonic()
            wait_until(lambda b=begin: time.monotonic() > b + 0.005)
            self.events(listener)
            self.check(reply, *command)
            self.assertEqual(self.events(listener), events, command)

    def test_classes_of_events(self):
        for classes, told in (("Eh", ["hset", "hexpire", "hpersist", "hdel"]), ("Eg", ["del"]), ("Ex", [])):
            listener = self.listen(classes=classes + "$")
            self.client.do("DEL", "h")
            self.events(listener)
            found = self.events(listener, ("HSET", "h", "a", 1), ("HEXPIRE", "h", FAR, "FIELDS", 1, "a"), ("HPERSIST", "h", "FIELDS", 1, "a"),
                                ("HEXPIRE", "h", 0, "FIELDS", 1, "a"))
            self.assertEqual(found, [event + " h" for event in told], classes)

    def test_a_replica_tells_the_same(self):
        replica = Engine("--replicaof", "127.0.0.1 %d" % self.engine.port)
        self.addCleanup(replica.close)
        there = replica.client()
        self.addCleanup(there.close)
        wait_until(lambda: there.ask("HGET", "h", "a") == b"1")
        listener = self.listen(replica)
        found = self.events(listener, ("HEXPIRE", "h", FAR, "FIELDS", 1, "a"), ("HPERSIST", "h", "FIELDS", 1, "a"), ("HEXPIRE", "h", 0, "FIELDS", 1, "a"),
                            ("HSETEX", "h", "EX", FAR, "FIELDS", 1, "a", 1), ("HGETDEL", "h", "FIELDS", 3, "a", "b", "c"))
        self.assertEqual(found, ["hexpire h", "hpersist h", "hdel h", "hset h", "hexpire h", "hdel h", "del h"])
        self.client.do("HSET", "h", "a", 1)
        self.client.do("HPEXPIRE", "h", 1, "FIELDS", 1, "a")
        told = [listener.read()[2].split(b":")[1] for _ in range(4)]
        self.assertEqual(told, [b"hset", b"hexpire", b"hdel", b"del"])

    def test_who_watches_and_who_tracks_is_told(self):
        watcher, tracker = self.engine.client(), self.engine.client()
        self.addCleanup(watcher.close)
        self.addCleanup(tracker.close)
        tracker.do("HELLO", 3)
        tracker.do("CLIENT", "TRACKING", "ON", "BCAST")
        for command, touched in ((("HEXPIRE", "h", FAR, "FIELDS", 1, "a"), True), (("HEXPIRE", "h", FAR, "NX", "FIELDS", 1, "a"), False),
                                 (("HGETEX", "h", "FIELDS", 1, "a"), False), (("HPERSIST", "h", "FIELDS", 1, "a"), True), (("HTTL", "h", "FIELDS", 1, "a"), False),
                                 (("HGETDEL", "h", "FIELDS", 1, "nope"), False), (("HGETDEL", "h", "FIELDS", 1, "a"), True),
                                 (("HSETEX", "h", "FXX", "FIELDS", 1, "a", 1), False), (("HEXPIRE", "h", 0, "FIELDS", 1, "b"), True)):
            watcher.do("WATCH", "h")
            self.client.do(*command)
            watcher.do("MULTI")
            self.assertEqual(watcher.do("EXEC") is None, touched, command)
            if touched:
                self.assertEqual(tracker.read(), [b"invalidate", [b"h"]], command)


class Equality(unittest.TestCase):
    """Valkey's conditions on the value that is there."""

    @classmethod
    def setUpClass(cls):
        cls.engine = Engine()

    @classmethod
    def tearDownClass(cls):
        cls.engine.close()

    def test_set_ifeq_and_delifeq(self):
        client = self.engine.client()
        self.addCleanup(client.close)
        self.assertIsNone(client.do("SET", "k", "new", "IFEQ", "old"))
        client.do("SET", "k", "old", "EX", FAR)
        self.assertIsNone(client.do("SET", "k", "new", "IFEQ", "other"))
        self.assertEqual(client.do("SET", "k", "new", "IFEQ", "old", "KEEPTTL"), "OK")
        self.assertGreater(client.do("TTL", "k"), 0)
        self.assertEqual(client.do("SET", "k", "12", "GET", "IFEQ", "new"), b"new")
        self.assertEqual(client.do("SET", "k", "13", "IFEQ", "99", "GET"), b"12")
        self.assertEqual(client.do("GET", "k"), b"12")
        self.assertEqual(str(client.ask("SET", "k", "1", "IFEQ", "2", "NX")), "ERR syntax error")
        self.assertEqual(str(client.ask("SET", "k", "1", "XX", "IFEQ", "2")), "ERR syntax error")
        self.assertEqual(str(client.ask("SET", "k", "1", "IFEQ")), "ERR syntax error")
        self.assertEqual(client.do("DELIFEQ", "k", "11"), 0)
        self.assertEqual(client.do("DELIFEQ", "k", "12"), 1)
        self.assertEqual(client.do("DELIFEQ", "k", "12"), 0)
        client.do("RPUSH", "l", "a")
        self.assertTrue(str(client.ask("SET", "l", "1", "IFEQ", "a")).startswith("WRONGTYPE"))
        self.assertTrue(str(client.ask("DELIFEQ", "l", "a")).startswith("WRONGTYPE"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
