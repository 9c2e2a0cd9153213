# SPDX-License-Identifier: Apache-2.0
"""CLIENT's subcommands, and what redis-server 7.0 and millpond-engine do to clients that want too much.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/client_limits.py [Test.method]
"""

import contextlib
import hashlib
import os
import re
import select
import shlex
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import servers
from resp_client import encode, to_bytes

PATIENCE = 20  # seconds
A_WHILE = 0.1  # in which what is not held back has been answered

# Each of these is sent while writes are paused. MIGRATE talks to others, QUIT and RESET end what is looked at.
UNDER_PAUSE = """SET a 1|GET a|DEL a|EVAL "return 1" 0|EVALSHA x 0|EVAL_RO "return 1" 0
PUBLISH a b|SPUBLISH a b|PFCOUNT a|PFADD a b|PFMERGE a b|PING|SCRIPT FLUSH|FUNCTION FLUSH|FLUSHALL|SUBSCRIBE a|MULTI|INFO
CONFIG GET port|CONFIG SET maxmemory 0|DBSIZE|EXPIRE a 1|OBJECT HELP|SORT a|SORT_RO a|BLPOP a 0|XREAD STREAMS a 0|CLIENT LIST
WAIT 0 0|REPLCONF LISTENING-PORT 1|COMMAND COUNT|MEMORY USAGE a|FCALL a 0|FCALL_RO a 0|GETEX a|COPY a b|TOUCH a|DUMP a
RANDOMKEY|SCAN 0|KEYS *|AUTH x|HELLO|SELECT 1|ECHO x|MOVE a 1|SWAPDB 0 1|LATENCY RESET|SLOWLOG RESET|ACL LIST|UNLINK a
GEORADIUS a 1 1 1 km|LASTSAVE|WATCH a|SET|GET|NOSUCH|CLIENT NO-EVICT on|CLUSTER INFO|TIME|ROLE|BITFIELD a GET u8 0
BITFIELD_RO a GET u8 0|MONITOR|DISCARD|EXEC|LPOS a b|SUBSTR a 0 1|ZUNION 1 a|SINTERSTORE a b|GETDEL a""".replace("\n", "|").split("|")

# Scripts and functions too; what they declare of themselves decides.
SCRIPTS_UNDER_PAUSE = [
    *(["EVAL", f"#!lua{flags}\nreturn 1", "0"] for flags in ("", " flags=no-writes", " flags=allow-oom", " flags=nonsense", " flags=")),
    *(["FCALL", name, "0"] for name in ("reads", "READS", "writes", "nosuch")),
    ["EVALSHA", hashlib.sha1(b"#!lua flags=no-writes\nreturn 2").hexdigest(), "0"],
    ["EVALSHA", hashlib.sha1(b"return 3").hexdigest(), "0"],
]
LIBRARY = """#!lua name=lib
redis.register_function{function_name='reads', callback=function() return 1 end, flags={'no-writes'}}
redis.register_function('writes', function() return 1 end)"""

# Errors and simple answers of CLIENT; {other} is another connection's id.
SIMPLE = """LIST TYPE foo|LIST TYPE|LIST ID|LIST ID x|LIST FOO|LIST FOO x|LIST TYPE normal x|KILL|KILL x|KILL ID|KILL ID x|KILL ID 0|KILL ID 99999
KILL ADDR 1:1|KILL LADDR 1:1|KILL TYPE foo|KILL TYPE master|KILL TYPE replica|KILL TYPE slave|KILL USER nope|KILL SKIPME foo|KILL SKIPME
KILL ID 1 FOO|KILL ADDR|KILL TYPE pubsub SKIPME yes|NO-EVICT on|NO-EVICT off|NO-EVICT x|NO-EVICT|NO-EVICT on off|PAUSE|PAUSE x|PAUSE -1
PAUSE 1 foo|PAUSE 0 ALL x|PAUSE 99999999999999999999|UNPAUSE|UNPAUSE x|REPLY|REPLY x|REPLY ON|TRACKINGINFO|TRACKINGINFO x|GETREDIR|GETREDIR x
UNBLOCK|UNBLOCK x|UNBLOCK 99999|UNBLOCK -1|UNBLOCK 99999 TIMEOUT|UNBLOCK 99999 ERROR|UNBLOCK 99999 FOO|UNBLOCK 1 TIMEOUT x|UNBLOCK {other}
GETNAME|SETNAME|SETNAME ab|GETNAME|SETNAME a\tb|GETNAME|CACHING yes|CACHING no|TRACKING on|TRACKINGINFO|CACHING YES|TRACKING off|TRACKING on OPTIN
CACHING yes|TRACKINGINFO|CACHING no|TRACKING on|TRACKING off|TRACKING on BCAST PREFIX a PREFIX ab|TRACKING on BCAST PREFIX a|TRACKINGINFO
TRACKING off|TRACKING on OPTOUT NOLOOP|CACHING no|TRACKINGINFO|TRACKING off|TRACKING on REDIRECT 99999|FOO|ID x|INFO x""".replace("\n", "|").split("|")


class ClientLimits(unittest.TestCase):
    THREADS = 1

    def setUp(self):
        self.both = []
        for make in (lambda: servers.millpond(self.THREADS), servers.redis):
            server = make()
            self.addCleanup(server.stop)
            server.admin = server.client()
            self.addCleanup(server.admin.close)
            self.both.append(server)
        self.differences = []

    def connect(self):
        """A connection to each."""
        pair = [server.client() for server in self.both]
        for client in pair:
            self.addCleanup(client.close)
            client.id = client.call("CLIENT", "ID").value
            client.address = "127.0.0.1:%d" % client.socket.getsockname()[1]
            client.own = "127.0.0.1:%d" % client.socket.getpeername()[1]
        return pair

    def same(self, what, ours, theirs):
        if ours != theirs:
            self.differences.append(f"{what}\n    millpond: {ours!r}\n    redis:    {theirs!r}")

    def admins(self, *words):
        return [server.admin.call(*words) for server in self.both]

    def ask(self, pair, *words):
        replies = [client.call(*words) for client in pair]
        self.same(words, *replies)
        return replies

    def ask_admins(self, *words):
        return self.ask([server.admin for server in self.both], *words)

    def finish(self):
        self.assertFalse(self.differences, f"{len(self.differences)} differences:\n" + "\n".join(self.differences[:40]))

    def wait(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.002)

    def line_of(self, server, client):
        line = server.admin.call("CLIENT", "LIST", "ID", client.id).value.decode()
        return dict(field.partition("=")[::2] for field in line.split())

    def listed(self, server, client):
        return bool(self.line_of(server, client))

    def ends(self, client):
        """Does the server close the connection?"""
        client.socket.settimeout(PATIENCE)
        try:
            while client.file.read1(1 << 16):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False

    # -- CLIENT

    def test_simple_answers(self):
        pair, other = self.connect(), self.connect()
        for words in SIMPLE:
            commands = [["CLIENT", *words.replace("{other}", str(client.id)).split(" ")] for client in other]
            self.same(commands[1], *(client.call(*command) for client, command in zip(pair, commands)))
        for name in ("a b", "a\nb", ""):
            self.ask(pair, "CLIENT", "SETNAME", name)
            self.ask(pair, "CLIENT", "GETNAME")
        self.finish()

    def test_who_is_listed(self):
        one, two = self.connect(), self.connect()
        self.ask(two, "SUBSCRIBE", "channel")
        for words in ("", "TYPE normal", "TYPE NORMAL", "TYPE pubsub", "TYPE replica", "TYPE slave", "TYPE master", "ID {0}", "ID {1} {0}", "ID {0} 99999 {1}", "ID 99999",
                      "ID 0", "ID -1"):
            found = []
            for i, server in enumerate(self.both):
                names = {one[i].id: "one", two[i].id: "two", server.admin.call("CLIENT", "ID").value: "admin"}
                reply = server.admin.call("CLIENT", "LIST", *words.format(one[i].id, two[i].id).split())
                found.append([names[int(number)] for number in re.findall(rb"(?m)^id=(\d+)", reply.value)])
            self.same(words, *found)
        self.finish()

    def test_fields_of_a_line(self):
        """Every field of 7.0 is there, in its order; what it says of state is the same."""
        pair = self.connect()
        later = {"watch", "lib-name", "lib-ver"}
        state = ("name", "db", "sub", "psub", "ssub", "multi", "cmd", "user", "redir", "resp", "flags")
        for commands in (["SELECT 3", "CLIENT SETNAME me"], ["WATCH a"], ["MULTI", "GET a"], ["DISCARD", "CLIENT NO-EVICT on"],
                         ["HELLO 3", "CLIENT TRACKING on BCAST", "SUBSCRIBE a b"], ["PSUBSCRIBE p", "SSUBSCRIBE s"], ["CLIENT NO-EVICT off", "RESET"], ["NOSUCH"], ["get"], ["config get port"],
                         ["MONITOR"]):
            for command in commands:
                for client in pair:
                    client.send([[to_bytes(word) for word in command.split()]])
            lines = []
            for server, client in zip(self.both, pair):
                last = commands[-1].split()
                self.wait(lambda s=server, c=client, last=last: self.line_of(s, c)["cmd"].split("|")[0] in (last[0].lower(), "NULL") and select.select(
                    [c.socket], [], [], 0)[0], f"{server.name} runs {commands}")
                lines.append(self.line_of(server, client))
            self.same(commands, [name for name in lines[0] if name not in later], list(lines[1]))
            self.same(commands, *({name: line[name] for name in state} for line in lines))
            for client in pair:  # what was answered is of no interest
                while select.select([client.socket], [], [], 0.02)[0]:
                    client.file.read1(1 << 16)
        self.finish()

    def test_kill_by_every_filter(self):
        self.ask_admins("ACL", "SETUSER", "u", "on", "nopass", "+@all", "~*", "&*")
        for filters in ("ID {id}", "ADDR {address}", "LADDR {own} SKIPME yes", "USER u", "TYPE pubsub", "ID {id} TYPE normal", "ID {id} TYPE pubsub",
                        "ADDR {address} ID {id}", "{address}", "USER u SKIPME yes", "USER u ADDR {address} LADDR {own} ID {id} TYPE normal SKIPME no",
                        "USER default ID {id}"):
            pair = self.connect()
            self.ask(pair, "AUTH", "u", "x")
            if "TYPE pubsub" == filters:
                self.ask(pair, "SUBSCRIBE", "channel")
            self.same(filters, *(server.admin.call("CLIENT", "KILL", *filters.format(id=c.id, address=c.address, own=c.own).split())
                                 for server, c in zip(self.both, pair)))
            # A connection that is killed is listed for a moment longer.
            gone = not self.listed(self.both[1], pair[1])
            self.wait(lambda p=pair, g=gone: not g or not self.listed(self.both[0], p[0]), f"{filters}: the client goes")
            self.same(filters + ": who is left", *(self.listed(server, client) for server, client in zip(self.both, pair)))
            for server, client in zip(self.both, pair):
                if not self.listed(server, client):
                    self.assertTrue(self.ends(client), filters)
        own = self.connect()
        self.ask(own, "CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "no")
        self.same("kills itself", *(client.call("CLIENT", "KILL", "ID", client.id, "SKIPME", "no") for client in own))
        self.same("is gone", *(self.ends(client) for client in own))
        self.finish()

    def test_replies_on_off_and_skipped(self):
        """CLIENT REPLY OFF inside MULTI takes effect after EXEC's reply: redis-server breaks that reply off in its middle."""
        pair = self.connect()
        lines = ["CLIENT REPLY OFF", "PING", "NOSUCH", "CLIENT REPLY ON", "ECHO 1", "CLIENT REPLY SKIP", "ECHO 2", "ECHO 3", "CLIENT REPLY SKIP", "NOSUCH", "ECHO 4",
                 "CLIENT REPLY SKIP", "CLIENT REPLY SKIP", "ECHO 5", "ECHO 6", "CLIENT REPLY OFF", "CLIENT REPLY SKIP", "ECHO 7", "CLIENT REPLY X", "CLIENT REPLY ON",
                 "CLIENT REPLY SKIP", "MULTI", "ECHO 8", "ECHO 9", "EXEC", "CLIENT REPLY SKIP", "SUBSCRIBE a", "UNSUBSCRIBE a", "CLIENT REPLY OFF", "CLIENT REPLY ON",
                 "ECHO end"]
        told = []
        for client in pair:
            client.send([[to_bytes(word) for word in line.split()] for line in lines])
            told.append([client.read()])
            while told[-1][-1].value != b"end":
                told[-1].append(client.read())
        self.same("replies", *told)
        self.finish()

    def test_who_has_been_killed_is_gone(self):
        told = []
        for client, victim in zip(self.connect(), self.connect()):
            victims = b"%d" % victim.id
            client.send([[b"CLIENT", b"KILL", b"ID", victims], [b"CLIENT", b"LIST", b"ID", victims]])
            told.append([client.read(), client.read()])
        self.same("replies", *told)
        self.finish()

    def test_no_data_behind_replies(self):
        """Who asks for the data in the same breath as for something else would not know where it begins."""
        for line in ("SYNC", "PSYNC ? -1"):
            pair, told = self.connect(), []
            for client in pair:
                client.send([[to_bytes(word) for word in words.split()] for words in ("PING", line, "ECHO end")])
                told.append([client.read() for _ in range(3)])
            self.same(line, *told)
        self.finish()

    def test_redirections(self):
        pair, target = self.connect(), self.connect()
        self.same("on", *(client.call("CLIENT", "TRACKING", "on", "REDIRECT", to.id) for client, to in zip(pair, target)))
        self.same("redirected", *(client.call("CLIENT", "GETREDIR").value == to.id for client, to in zip(pair, target)))
        self.same("info", *([part.value if part.kind == "$" else [item.value for item in part.value] for part in client.call("CLIENT", "TRACKINGINFO").value
                             if part.kind != ":"] for client in pair))
        for server, to in zip(self.both, target):
            to.close()
            self.wait(lambda s=server, t=to: not self.listed(s, t), "the target is gone")
        self.ask_admins("SET", "a", "1")
        self.ask(pair, "GET", "a")
        self.ask_admins("SET", "a", "2")
        self.same("flags", *([item.value for item in client.call("CLIENT", "TRACKINGINFO").value[1].value] for client in pair))
        self.ask(pair, "CLIENT", "TRACKING", "off")
        self.ask(pair, "CLIENT", "TRACKINGINFO")
        self.finish()

    def test_unblock(self):
        for how in ([], ["TIMEOUT"], ["ERROR"], ["error"]):
            for command in ("BLPOP no 0", "BZPOPMIN no 0", "XREAD BLOCK 0 STREAMS no $", "WAIT 1 0", "BLMOVE no to LEFT LEFT 0", "BLMPOP 0 1 no LEFT",
                            "BRPOPLPUSH no to 0", "BZMPOP 0 1 no MIN"):
                pair = self.connect()
                for server, client in zip(self.both, pair):
                    client.send([[to_bytes(word) for word in command.split()]])
                    self.wait(lambda s=server, c=client: "b" in self.line_of(s, c)["flags"], command)
                self.same((command, how), *(server.admin.call("CLIENT", "UNBLOCK", client.id, *how) for server, client in zip(self.both, pair)))
                self.same((command, how), *(client.read() for client in pair))
                self.same("again", *(server.admin.call("CLIENT", "UNBLOCK", client.id, *how) for server, client in zip(self.both, pair)))
        self.finish()

    # -- CLIENT PAUSE

    def held(self, pair):
        """Whose reply has not come after a while? Whoever answers has it at once."""
        waiting, end = [client.socket for client in pair], time.monotonic() + A_WHILE
        while waiting and (left := end - time.monotonic()) > 0:
            ready = select.select(waiting, [], [], left)[0]
            waiting = [each for each in waiting if each not in ready]
        return [client.socket in waiting for client in pair]

    def test_what_a_pause_of_writes_holds(self):
        self.ask_admins("SCRIPT", "LOAD", "#!lua flags=no-writes\nreturn 2")
        self.ask_admins("SCRIPT", "LOAD", "return 3")
        self.ask_admins("FUNCTION", "LOAD", LIBRARY)
        held_some = 0
        for line, words in [*((line, shlex.split(line)) for line in UNDER_PAUSE), *((str(words), words) for words in SCRIPTS_UNDER_PAUSE)]:
            pair = self.connect()
            self.ask_admins("CLIENT", "PAUSE", "100000", "WRITE")
            for client in pair:
                client.send([[to_bytes(word) for word in words]])
            held = self.held(pair)
            if held[0] != held[1]:
                held = self.held(pair)  # one of the two was merely slow
            self.same(line, *held)
            held_some += held[0]
            if all(held):
                self.same(f"{line}: flags", *(self.line_of(server, client)["flags"] for server, client in zip(self.both, pair)))
            self.ask_admins("CLIENT", "UNPAUSE")
            if line not in ("BLPOP a 0", "MONITOR", "HELLO"):
                self.wait(lambda p=pair: len(select.select([c.socket for c in p], [], [], 0)[0]) == 2, f"{line} is answered")
            for client in pair:
                client.close()
            self.ask_admins("FLUSHALL")
        self.assertGreater(held_some, 10)
        self.finish()

    def test_transactions_under_a_pause(self):
        for mode in ("WRITE", "write"):
            for body, held in (("GET a", False), ("SET a 1", True), ("PUBLISH a b", True), ("PING", False), ('EVAL "return 1" 0', True)):
                pair = self.connect()
                self.ask(pair, "MULTI")
                self.ask(pair, *shlex.split(body))
                self.ask_admins("CLIENT", "PAUSE", "100000", mode)
                for client in pair:
                    client.send([[b"EXEC"]])
                self.assertEqual(self.held(pair), [held, held], body)
                self.ask_admins("CLIENT", "UNPAUSE")
                self.same(body, *(client.read() for client in pair))
        self.finish()

    def test_a_pause_of_all_holds_everything_and_ends(self):
        pair = self.connect()
        begin = time.monotonic()
        self.ask_admins("CLIENT", "PAUSE", "600", "ALL")
        for client in pair:
            client.send([[b"PING"]])
        self.same("PING", *self.held(pair))
        self.same("PING", *(client.read() for client in pair))
        self.assertGreater(time.monotonic() - begin, 0.5)
        # A later pause does not shorten one that is longer, nor weaken it.
        self.ask_admins("CLIENT", "PAUSE", "600", "ALL")
        self.same("weaker", *(server.admin.call("CLIENT", "PAUSE", "1", "WRITE") for server in self.both))
        self.assertGreater(time.monotonic() - begin, 1.0)
        self.finish()

    def test_keys_do_not_expire_during_a_pause(self):
        self.ask_admins("SET", "a", "1", "PX", "100")
        self.ask_admins("CLIENT", "PAUSE", "100000", "WRITE")
        self.wait(lambda: all(reply.kind == "$" and reply.value is None for reply in self.admins("GET", "a")), "a has expired")
        self.ask_admins("DBSIZE")
        self.same("DBSIZE", *(reply.value for reply in self.admins("DBSIZE")))
        self.assertEqual(self.admins("DBSIZE")[0].value, 1)
        self.ask_admins("CLIENT", "UNPAUSE")
        self.wait(lambda: all(reply.value == 0 for reply in self.admins("DBSIZE")), "a goes")
        self.finish()

    # -- Limits

    def test_maxclients(self):
        self.ask_admins("CONFIG", "SET", "maxclients", "0")
        self.ask_admins("CONFIG", "SET", "maxclients", "2")
        first = self.connect()
        second = [socket.create_connection(("127.0.0.1", server.port), PATIENCE) for server in self.both]
        told = []
        for one in second:
            data = b""
            try:
                while part := one.recv(1000):
                    data += part
            except ConnectionError:
                pass
            told.append(data)
            one.close()
        self.same("one too many", *told)
        self.assertEqual(told[0], b"-ERR max number of clients reached\r\n")
        self.ask(first, "PING")
        for server in self.both:
            self.assertIn(b"rejected_connections:1\r\n", server.admin.call("INFO", "stats").value)
        self.finish()

    def refused(self, payload):
        """What each answers to bytes that go beyond a limit, and whether it closes."""
        outcomes = []
        for client in self.connect():
            told, closed = b"", False
            client.socket.settimeout(PATIENCE)
            try:
                client.send_raw(payload)
                client.socket.shutdown(socket.SHUT_WR)
                while part := client.file.read1(1 << 16):
                    told += part
                closed = True
            except (ConnectionError, BrokenPipeError):
                closed = True
            except TimeoutError:
                pass
            outcomes.append((told, closed))
        return outcomes

    def test_size_of_arguments(self):
        self.ask_admins("CONFIG", "SET", "proto-max-bulk-len", "1000")
        self.ask_admins("CONFIG", "SET", "proto-max-bulk-len", "1mb")
        megabyte = 1 << 20
        self.same("too long", *self.refused(b"*2\r\n$4\r\nECHO\r\n$%d\r\n" % (megabyte + 1)))
        self.same("long", *self.refused(encode([b"ECHO", b"x" * megabyte])))
        for words in (["SET", "k", "x"], ["SETRANGE", "k", megabyte - 6, "x" * 6], ["SETRANGE", "k", megabyte - 6, "x" * 7], ["APPEND", "k", ""], ["APPEND", "k", "y"],
                      ["SETBIT", "k", megabyte * 8 - 1, 1], ["SETBIT", "k", megabyte * 8, 1], ["BITFIELD", "k", "SET", "u8", megabyte * 8 - 8, 1],
                      ["BITFIELD", "k", "SET", "u8", megabyte * 8 - 7, 1], ["STRLEN", "k"]):
            self.ask_admins(*words)
        self.finish()

    def test_size_of_requests(self):
        self.ask_admins("CONFIG", "SET", "client-query-buffer-limit", "1000")
        self.ask_admins("CONFIG", "SET", "client-query-buffer-limit", "1mb")
        for server, client in zip(self.both, self.connect()):
            try:
                client.send_raw(b"*2\r\n$4\r\nECHO\r\n$3000000\r\n" + b"x" * 2_000_000)
            except OSError:
                pass
            self.assertTrue(self.ends(client), server.name)
        self.same("below", *self.refused(encode([b"ECHO", b"x" * 900_000])))
        self.finish()

    def test_idle_clients(self):
        """Those who wait for something are not idle."""
        self.ask_admins("CONFIG", "SET", "timeout", "1")
        idle, another, subscribed, monitor, blocked = (self.connect() for _ in range(5))
        self.ask(subscribed, "SUBSCRIBE", "a")
        self.ask(monitor, "MONITOR")
        for client in blocked:
            client.send([[b"BLPOP", b"no", b"0"]])
        # Asked in turn, neither admin's connection is idle.
        self.wait(lambda: not any([self.listed(server, client) for pair in (idle, another) for server, client in zip(self.both, pair)]),
                  "the idle ones go")
        for pair in (subscribed, monitor, blocked):
            self.assertTrue(all([self.listed(server, client) for server, client in zip(self.both, pair)]))
        self.ask_admins("CONFIG", "SET", "timeout", "0")
        self.same("another", *(self.ends(client) for client in another))
        self.finish()

    def check_output_limit(self, kind, limit):
        self.ask_admins("CONFIG", "SET", "client-output-buffer-limit", f"{kind} {limit}")
        pair = self.connect()
        value = b"x" * 200_000
        self.ask_admins("SET", "big", value)
        if kind == "pubsub":
            self.ask(pair, "SUBSCRIBE", "big")
        for server, client in zip(self.both, pair):
            if kind == "normal":
                client.send([[b"GET", b"big"]] * 200)
            else:
                for _ in range(100):
                    server.admin.call("PUBLISH", "big", value)
            self.wait(lambda s=server, c=client: not self.listed(s, c), f"{server.name} closes who does not read")
            stats = server.admin.call("INFO", "stats").value
            if b"client_output_buffer_limit_disconnections" in stats:
                self.assertRegex(stats, rb"client_output_buffer_limit_disconnections:[1-9]")
            self.assertEqual(server.admin.call("PUBLISH", "big", "x").value, 0)

    def test_output_of_those_who_do_not_read(self):
        for kind in ("normal", "pubsub"):
            for limit in ("100000 0 0", "0 50000 1"):
                self.check_output_limit(kind, limit)
        self.finish()

    def test_words_of_output_limits(self):
        for words in ("normal 0 0", "normal 0 0 0 foo", "foo 0 0 0", "normal x 0 0", "normal -1 0 0", "normal 1 2 x", "slave 1mb 1mb 1 normal 0 0 0", "replica 0 0 0",
                      "", "NORMAL 1 2 3", "master 0 0 0"):
            self.ask_admins("CONFIG", "SET", "client-output-buffer-limit", words)
            self.ask_admins("CONFIG", "GET", "client-output-buffer-limit")
        self.finish()

    def test_memory_of_clients(self):
        """The largest goes; whoever is not to be evicted stays."""
        for value in ("5%", "101%", "-5", "x%", "0", "4mb"):
            self.ask_admins("CONFIG", "SET", "maxmemory-clients", value)
            self.ask_admins("CONFIG", "GET", "maxmemory-clients")
        spared, large, small = self.connect(), self.connect(), self.connect()
        self.ask(spared, "CLIENT", "NO-EVICT", "on")
        for pair, size in ((spared, 1_500_000), (large, 6_000_000)):
            for client in pair:
                client.send_raw(b"*2\r\n$4\r\nECHO\r\n$%d\r\n" % size)
                try:
                    client.send_raw(b"x" * (size - 1000))
                except OSError:
                    pass  # gone before all was sent
        for server, client in zip(self.both, large):
            self.wait(lambda s=server, c=client: not self.listed(s, c), f"{server.name} evicts")
            self.assertIn(b"evicted_clients:1\r\n", server.admin.call("INFO", "stats").value)
        for pair in (spared, small):
            self.assertTrue(all(self.listed(server, client) for server, client in zip(self.both, pair)))
        self.finish()

    def test_memory_of_what_is_tracked(self):
        """Prefixes count, and invalidations that nobody fetches: whoever lists the clients finds no more than may be there."""
        self.ask_admins("CONFIG", "SET", "maxmemory-clients", 200_000)
        for server, client in zip(self.both, self.connect()):
            commands = [[to_bytes(word) for word in ("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "%012d" % i)] for i in range(20_000)]
            with contextlib.suppress(OSError):
                client.send(commands)
            self.assertTrue(self.ends(client), server.name)
        self.ask_admins("CONFIG", "SET", "maxmemory-clients", 3_000_000)
        for server, client, other in zip(self.both, self.connect(), self.connect()):
            client.call("SUBSCRIBE", "__redis__:invalidate")
            other.call("CLIENT", "TRACKING", "ON", "REDIRECT", client.id, "BCAST")
            script = other.call("SCRIPT", "LOAD", "redis.call('INCR', '%s')" % ("k" * 200_000)).value
            most = 0
            for _ in range(1000):
                sizes = [int(size) for size in re.findall(rb"id=%d .*? tot-mem=(\d+)" % client.id, server.admin.call("CLIENT", "LIST").value)]
                if not sizes:
                    break
                most = max(most, *sizes)
                other.call("EVALSHA", script, 0)
            self.assertFalse(self.listed(server, client), server.name)
            self.assertLess(most, 3_000_000, server.name)
        self.finish()


class ClientLimitsFourThreads(ClientLimits):
    THREADS = 4


if __name__ == "__main__":
    unittest.main(verbosity=2)
