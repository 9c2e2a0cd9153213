# SPDX-License-Identifier: Apache-2.0
"""Access control of redis-server 7.0 and millpond-engine side by side, beyond single lines: categories, what rules make of
every command, random rules, and each server reading the other's files.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/access.py [Test.method]

MILLPOND_SEED repeats a random run.
"""

import os
import random
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import seeds
import command_info
import servers
from access_commands import RULES, calls
from pair import Pair
from servers import ConfiguredServer, StartError

ROUNDS = 20_000 if os.environ.get("MILLPOND_SOAK") else 400
SEED = seeds.seed()
KEEP = b"user default on nopass sanitize-payload ~* &* +@all\n"


def engine(*options):
    return servers.Server(os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine"), "--threads", "1", *options)


def redis(*options):
    return servers.Server("/usr/bin/redis-server", *options)


def file_of(server):
    return os.path.join(server.folder, "users.acl")


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def listing(client):
    """ACL LIST, the words of each line sorted: single commands stand in the order of a hash table."""
    return [sorted(line.value.split(b" ")) for line in client.call("ACL", "LIST").value]


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.theirs = redis()
        cls.addClassCleanup(cls.theirs.stop)
        cls.ours = engine()
        cls.addClassCleanup(cls.ours.stop)

    def setUp(self):
        self.pair = Pair(self.ours, self.theirs)
        self.addCleanup(self.pair.close)
        ours, theirs = (set(command_info.flatten(reply)) for reply in self.pair.both("COMMAND"))
        self.common = ours & theirs
        self.complete = theirs <= ours

    def finish(self):
        self.assertTrue(self.pair.seen, "nothing was compared")
        found = self.pair.differences
        self.assertFalse(found, f"{len(found)} differences in {self.pair.seen} commands:\n" + "\n".join(found))

    def known(self, call):
        return call[0] in self.common and (len(call) < 2 or not self.container(call[0]) or f"{call[0]}|{call[1]}" in self.common)

    def understood(self, rules):
        """Do both know the commands that the rules name?"""
        names = [name.split("|")[0] for rule in rules for name in re.findall(r"[+-]([a-z][^ )]*)", rule)]
        return all(name in self.common for name in names)

    def container(self, name):
        return any(other.startswith(name + "|") for other in self.common)

    def test_categories(self):
        for category in self.pair.theirs.call("ACL", "CAT").value:
            for command in (("ACL", "CAT", category.value), ("COMMAND", "LIST", "FILTERBY", "ACLCAT", category.value)):
                ours, theirs = ({item.value.decode() for item in reply.value} for reply in self.pair.both(*command))
                self.assertEqual(ours & self.common, theirs & self.common, command)
        self.assertEqual(*self.pair.both("COMMAND", "LIST", "FILTERBY", "ACLCAT", "bogus"))

    def test_rehearsal_of_every_command(self):
        every = [call for call in calls() if self.known(call)]
        self.assertGreater(len(every), 200)
        for rules in filter(self.understood, RULES):
            self.pair.run([["ACL", "SETUSER", "u", "reset", *rules], *(["ACL", "DRYRUN", "u", *call] for call in every)], f"{rules}: ")
            self.assertLess(len(self.pair.differences), 20, "\n".join(self.pair.differences))
        self.finish()

    def rule(self, rng):
        name = rng.choice(self.names)
        return rng.choice([
            lambda: "+" + name, lambda: "-" + name, lambda: "+" + name.upper(), lambda: "+@" + rng.choice(self.categories),
            lambda: "-@" + rng.choice(self.categories), lambda: rng.choice(["+@all", "-@all", "allcommands", "nocommands"]),
            lambda: "+" + rng.choice(["get", "select", "set", "config", "debug", "object"]) + "|" + rng.choice(["a", "0", "get", "help", "", "x|y"]),
            lambda: rng.choice("~&") + rng.choice(["*", "a*", "b", "?", "[ab]", "", "c"]),
            lambda: "%" + rng.choice(["R", "W", "RW", "wr", "", "X", "RR"]) + rng.choice(["~a*", "~*", "~b", "~", ""]),
            lambda: rng.choice(["allkeys", "resetkeys", "allchannels", "resetchannels"]),
        ])()

    def rules(self, rng):
        found = []
        for _ in range(rng.randrange(1, 9)):
            kind = rng.randrange(12)
            if kind == 0:
                found.append("(" + " ".join(self.rule(rng) for _ in range(rng.randrange(0, 5))) + ")")
            elif kind == 1:
                found += ["(" + self.rule(rng), *(self.rule(rng) for _ in range(rng.randrange(3))), self.rule(rng) + rng.choice([")", ")", ""])]
            elif kind == 2:
                found.append(rng.choice(["on", "off", "nopass", "resetpass", "reset", "clearselectors", "sanitize-payload",
                                         "skip-sanitize-payload", ">p", "<p", ">q", "<q", "#x", "!" + "0" * 64, "", "bogus"]))
            else:
                found.append(self.rule(rng))
        return found

    def test_random_rules(self):
        print(f"MILLPOND_SEED={SEED} rounds={ROUNDS} complete={self.complete}", flush=True)
        rng = random.Random(SEED)
        self.names = sorted(self.common)
        self.categories = [item.value.decode() for item in self.pair.theirs.call("ACL", "CAT").value] + ["bogus"]
        every = [call for call in calls() if self.known(call)]
        for _ in range(ROUNDS):
            rules = self.rules(rng)
            sample = [["ACL", "DRYRUN", "u", *call] for call in rng.sample(every, 40)]
            self.pair.run([["ACL", "SETUSER", "u", *rules], *sample], f"{rules}: ")
            self.compare_users(rules)
            if self.pair.differences:
                break
        self.finish()

    def compare_users(self, rules):
        """Commands that one of the two does not know may turn up, or tip the scales for a category: then the text of commands is
        left out, since the rehearsals have compared what it means."""
        ours, theirs = (without_commands(reply) if reply.value else None for reply in self.pair.both("ACL", "GETUSER", "u"))
        if ours != theirs:
            self.pair.differences.append(f"{rules}: GETUSER\n    {ours}\n    {theirs}")


def without_commands(reply):
    fields = {name.value: value for name, value in zip(reply.value[::2], reply.value[1::2])}
    fields.pop(b"commands")
    fields[b"selectors"] = [without_commands_of_selector(selector) for selector in fields[b"selectors"].value]
    return fields


def without_commands_of_selector(reply):
    return {name.value: value.value for name, value in zip(reply.value[::2], reply.value[1::2]) if name.value != b"commands"}


# What may be wrong with an ACL file, and what is odd but right.
FILES = [
    b"", b"\n\n", KEEP, b"user alice on\n", b"user  alice on\n", b"user\n", b"alice on\n", b"USER alice on\n", b"user alice on\r\n", b"# comment\n",
    b"  user alice on >p ~* +@all  \n", b"user alice on  >p   ~*\n", b"user alice\nuser alice\n", b"user a\tb on\n", b"user alice bogus\n",
    b"user alice +bogus +@bogus -bogus\n", b"user alice bogus ~* ~x bogus +bogus\nuser bob alsobogus\n", b"user alice (+get\n",
    # redis-server 7.0.15 crashes on "(+get ~x) (+set ~y": a parenthesis that is left open behind one that is not.
    b"user alice (+get ~x) ( +set\t ~y )\n", b"user alice on #abc\n", b"user alice \"on\"\n",
    b"user default on nopass +acl\n", b"user default on >p ~* +@all\nuser alice on nopass (~a +get)", b"user alice %R~a %RW~b %~c\n", b"user \xff\xfe on\n",
]


class Files(unittest.TestCase):
    """Both servers with an ACL file of their own, of the same name."""

    @classmethod
    def setUpClass(cls):
        cls.both = []
        for make in (engine, redis):
            folder_of = make()  # only its folder is wanted before the file can be there
            write(file_of(folder_of), KEEP)
            folder_of.stop_process()
            server = make("--aclfile", file_of(folder_of))
            server.users = file_of(folder_of)
            cls.both.append(server)
            cls.addClassCleanup(server.stop)
            cls.addClassCleanup(folder_of.stop)
        cls.ours, cls.theirs = cls.both

    def client(self, server):
        client = server.client()
        self.addCleanup(client.close)
        return client

    def load(self, server, data):
        write(server.users, data)
        reply = server.admin.call("ACL", "LOAD")
        return reply.kind, reply.value.replace(server.users.encode(), b"users.acl")

    def tearDown(self):
        for server in self.both:
            admin = server.admin
            write(server.users, KEEP)
            admin.call("ACL", "LOAD")
            admin.close()

    def setUp(self):
        for server in self.both:
            server.admin = server.client()

    def test_files_right_and_wrong(self):
        for data in FILES:
            replies = []
            for server in self.both:
                replies.append((self.load(server, data), listing(server.admin)))
                write(server.users, KEEP)
                server.admin.call("ACL", "LOAD")
            self.assertEqual(*replies, data)

    def test_each_reads_what_the_other_has_saved(self):
        for writer, reader in (self.both, self.both[::-1]):
            for name, rules in enumerate(RULES):
                known = [rule for rule in rules if writer.admin.call("ACL", "SETUSER", "probe", "reset", rule).kind == "+"
                         and reader.admin.call("ACL", "SETUSER", "probe", "reset", rule).kind == "+"]
                self.assertEqual(writer.admin.call("ACL", "SETUSER", f"user{name}", ">" + str(name), *known).value, b"OK")
            writer.admin.call("ACL", "DELUSER", "probe")
            self.assertEqual(writer.admin.call("ACL", "SAVE").value, b"OK")
            write(reader.users, read(writer.users))
            self.assertEqual(reader.admin.call("ACL", "LOAD").value, b"OK", read(writer.users))
            passwords = [server.admin.call("ACL", "GETUSER", "user3").value[3] for server in self.both]
            self.assertEqual(*passwords)
            self.assertEqual([reply.value for reply in reader.admin.call("ACL", "USERS").value],
                             [reply.value for reply in writer.admin.call("ACL", "USERS").value])
            self.tearDown()
            self.setUp()

    def test_load_closes_the_connections_of_other_users(self):
        outcomes = []
        for server in self.both:
            write(server.users, KEEP + b"user alice on nopass +@all ~*\n")
            server.admin.call("ACL", "LOAD")
            alice = self.client(server)
            self.assertEqual(alice.call("AUTH", "alice", "x").value, b"OK")
            server.admin.call("ACL", "LOAD")
            outcomes.append((closed(alice), server.admin.call("ACL", "WHOAMI").value))
        self.assertEqual(*outcomes)
        self.assertEqual(outcomes[0], (True, b"default"))

    def test_load_and_subscribers(self):
        """The default user's stay, whatever they listen to."""
        outcomes = []
        for server in self.both:
            write(server.users, KEEP + b"user alice on nopass +@all ~* &*\n")
            server.admin.call("ACL", "LOAD")
            alice, other = self.client(server), self.client(server)
            alice.call("AUTH", "alice", "x")
            for client in (alice, other):
                client.call("SUBSCRIBE", "news")
            write(server.users, b"user default on nopass ~* resetchannels +@all\nuser alice on nopass +@all ~* &*\n")
            outcomes.append((server.admin.call("ACL", "LOAD"), closed(alice), closed(other)))
        self.assertEqual(*outcomes)

    def test_what_could_not_be_read_again_is_not_saved(self):
        """redis-server saves it, and does not start with it."""
        admin = self.ours.admin
        for rules in (["+select|a b"], ["(~a) +get)"], ["%RW~*", "~b"]):
            self.assertEqual(admin.call("ACL", "SETUSER", "alice", "reset", *rules).value, b"OK")
            before = read(self.ours.users)
            self.assertIn(b"There was an error trying to save the ACLs", admin.call("ACL", "SAVE").value)
            self.assertEqual(read(self.ours.users), before)
        self.assertEqual(admin.call("ACL", "DELUSER", "alice").value, 1)
        self.assertEqual(admin.call("ACL", "SAVE").value, b"OK")

    def test_save_where_nothing_can_be_written(self):
        replies = []
        for server in self.both:
            folder = os.path.dirname(server.users)
            os.rename(folder, folder + ".away")
            try:
                replies.append((server.admin.call("ACL", "SAVE"), server.admin.call("ACL", "LOAD").value.replace(server.users.encode(), b"f")))
            finally:
                os.rename(folder + ".away", folder)
        self.assertEqual(*replies)


def closed(client):
    try:
        client.call("PING")
        return False
    except OSError:
        return True


class Lines(unittest.TestCase):
    """"user" lines in the configuration file and on the command line."""

    def run_with(self, program, lines, *options):
        server = ConfiguredServer(program, lines, "--save", "", "--enable-debug-command", "yes", *options)
        self.addCleanup(server.stop)
        return server

    def programs(self):
        return os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine"), "/usr/bin/redis-server"

    def test_users_of_the_file_and_the_command_line(self):
        lines = b"user alice on >secret ~a* +get (+set ~b)\nuser default on nopass ~* &* +@all\nUSER bob on ( +get ~x )\n"
        found = []
        for program in self.programs():
            server = self.run_with(program, lines, "--user", "carol", "on", ">p", "+@hash", "--requirepass", "x")
            with server.client() as client:
                found.append((listing(client), client.call("CONFIG", "GET", "requirepass")))
        self.assertEqual(*found)
        self.assertEqual(len(found[0][0]), 4)

    def test_a_password_for_the_default_user(self):
        found = []
        for program in self.programs():
            server = self.run_with(program, b"requirepass secret\nuser alice on nopass +ping\n")
            with server.client() as client:
                found.append([client.call(*words) for words in (
                    ("PING",), ("BOGUS",), ("GET",), ("DEBUG", "SLEEP", "0"), ("HELLO", "3"), ("ACL", "WHOAMI"), ("RESET",), ("AUTH", "x"),
                    ("AUTH", "alice", "x"), ("PING",), ("ACL", "WHOAMI"), ("RESET",), ("PING",), ("AUTH", "secret"), ("ACL", "WHOAMI"),
                    ("ACL", "SETUSER", "default", "off"), ("PING",), ("AUTH", "secret"), ("ACL", "SETUSER", "default", "on", "nopass"))])
        self.assertEqual(*found)

    def test_lines_that_stop_the_start(self):
        for line in (b"user alice bogus", b"user alice (+get", b"user alice\nuser alice", b"user", b"user alice +bogus", b"user 'a b' on",
                     b"aclfile users.acl\nuser alice on"):
            for program in self.programs():
                with self.assertRaises(StartError, msg=f"{program} {line}"):
                    self.run_with(program, line + b"\n")

    def test_each_reads_the_configuration_that_the_other_rewrote(self):
        ours, theirs = self.programs()
        for writer, reader in ((ours, theirs), (theirs, ours)):
            server = self.run_with(writer, b"# a comment\nuser alice on >secret ~a*\nmaxmemory 1mb\nuser gone on\n")
            with server.client() as client:
                client.call("ACL", "DELUSER", "gone")
                client.call("ACL", "SETUSER", "bob", "on", ">p", "+@hash", "-hget", "%R~x", "(+get ~y)")
                self.assertEqual(client.call("CONFIG", "REWRITE").value, b"OK")
                before = listing(client)
            self.assertNotIn(b"user gone", server.configuration())
            other = self.run_with(reader, drop_unknown(server.configuration()))
            with other.client() as client:
                after = listing(client)
            # The line of the default user begins with a reset, which says what a new server leaves unsaid.
            self.assertEqual([[w for w in line if w != b"sanitize-payload"] for line in before],
                             [[w for w in line if w != b"sanitize-payload"] for line in after])


def drop_unknown(text):
    """What is a server's own: ports, folders, and directives that the other does not have."""
    keep = (b"user ", b"maxmemory ", b"#")
    return b"".join(line + b"\n" for line in text.splitlines() if line.startswith(keep))


class Clients(unittest.TestCase):
    """What becomes of connections when users change."""

    @classmethod
    def setUpClass(cls):
        cls.both = [engine(), redis()]
        for server in cls.both:
            cls.addClassCleanup(server.stop)

    def clients(self, count):
        """The same number of connections to each server."""
        made = [[server.client() for _ in range(count)] for server in self.both]
        for client in sum(made, []):
            self.addCleanup(client.close)
        return made

    def test_a_deleted_users_connections_are_closed(self):
        outcomes = []
        for admin, alice, blocked in self.clients(3):
            admin.call("ACL", "SETUSER", "alice", "on", "nopass", "+@all", "~*")
            for client in (alice, blocked):
                client.call("AUTH", "alice", "x")
            alice.call("MULTI")
            outcomes.append((admin.call("ACL", "DELUSER", "alice", "alice"), closed(alice), closed(blocked), admin.call("PING")))
        self.assertEqual(*outcomes)

    def test_who_deletes_itself_is_told(self):
        outcomes = []
        for admin, alice in self.clients(2):
            admin.call("ACL", "SETUSER", "alice", "on", "nopass", "+@all", "~*")
            alice.call("AUTH", "alice", "x")
            outcomes.append((alice.call("ACL", "DELUSER", "alice"), closed(alice)))
        self.assertEqual(*outcomes)

    def test_a_disabled_user_stays_but_does_not_come_again(self):
        outcomes = []
        for admin, alice, late in self.clients(3):
            admin.call("ACL", "SETUSER", "alice", "on", "nopass", "+@all", "~*")
            alice.call("AUTH", "alice", "x")
            admin.call("ACL", "SETUSER", "alice", "off", "-get")
            outcomes.append((alice.call("ACL", "WHOAMI"), alice.call("GET", "x"), late.call("AUTH", "alice", "x")))
            admin.call("ACL", "DELUSER", "alice")
        self.assertEqual(*outcomes)

    def outcome(self, server, subscriptions, change, rules=("&a*", "&b")):
        """Who is still connected after a change of alice's rules: a subscriber, one who listens to nothing, the default user's."""
        admin, alice, idle, other = (server.client() for _ in range(4))
        for client in (admin, alice, idle, other):
            self.addCleanup(client.close)
        admin.call("ACL", "SETUSER", "alice", "reset", "on", "nopass", "+@all", "~*", *rules)
        for client in (alice, idle):
            client.call("AUTH", "alice", "x")
        other.call("SUBSCRIBE", "a1")
        for words in subscriptions:
            alice.call(*words)
        reply = admin.call(*change)
        found = [reply, closed(alice), closed(idle), closed(other), admin.call("ACL", "WHOAMI"), admin.call("PUBSUB", "NUMSUB", "a1", "b")]
        admin.call("ACL", "DELUSER", "alice")
        return found

    def test_subscribers_to_what_is_no_longer_allowed_are_closed(self):
        changes = [("ACL", "SETUSER", "alice", *rules) for rules in (
            ("resetchannels",), ("resetchannels", "&a*"), ("resetchannels", "&b"), ("&c",), ("allchannels",), ("resetchannels", "&a1"),
            ("resetchannels", "&*"), ("resetchannels", "(&a* +@all)"), ("reset",), ("off",), ("-@all",), ("resetkeys",),
            ("resetchannels", "bogus"), ("resetchannels", "&[a]*", "&?"))]
        changes += [("ACL", "SETUSER", "bob", "resetchannels"), ("ACL", "DELUSER", "alice"), ("ACL", "DELUSER", "bob")]
        lists = [[], [("SUBSCRIBE", "a1")], [("SUBSCRIBE", "a1"), ("SUBSCRIBE", "b")], [("PSUBSCRIBE", "a*")], [("PSUBSCRIBE", "b")],
                 [("SSUBSCRIBE", "a1")], [("HELLO", "3"), ("SUBSCRIBE", "a1")], [("SUBSCRIBE", "a1"), ("UNSUBSCRIBE", "a1")]]
        for change in changes:
            for subscriptions in lists:
                self.assertEqual(*(self.outcome(server, subscriptions, change) for server in self.both), (change, subscriptions))

    def test_selectors_and_all_channels_before(self):
        for before, after in ((("allchannels",), ("resetchannels",)), (("allchannels",), ("resetchannels", "&a*")),
                              (("(&a* +@all)",), ("clearselectors",)), (("(&a* +@all)",), ("(&* +@all)",)),
                              (("allchannels", "(&b +@all)"), ("resetchannels",))):
            for words in (("SUBSCRIBE", "a1"), ("PSUBSCRIBE", "a*"), ("SSUBSCRIBE", "b")):
                change = ("ACL", "SETUSER", "alice", *after)
                self.assertEqual(*(self.outcome(server, [words], change, before) for server in self.both), (before, after, words))

    def test_rules_that_change_between_queueing_and_exec(self):
        for rules in (["-set"], ["resetkeys", "~other"], ["-exec"], ["-@all"], ["+@all"]):
            outcomes = []
            for admin, alice in self.clients(2):
                admin.call("ACL", "SETUSER", "alice", "reset", "on", "nopass", "+@all", "~*")
                alice.call("AUTH", "alice", "x")
                alice.call("MULTI")
                alice.call("SET", "k", "1")
                alice.call("PING")
                admin.call("ACL", "SETUSER", "alice", *rules)
                outcomes.append((alice.call("EXEC"), alice.call("PING")))
                admin.call("ACL", "DELUSER", "alice")
            self.assertEqual(*outcomes, rules)

    def test_clients_are_listed_and_killed_by_user(self):
        outcomes = []
        for admin, alice in self.clients(2):
            admin.call("ACL", "SETUSER", "alice", "on", "nopass", "+@all", "~*")
            alice.call("AUTH", "alice", "x")
            listed = admin.call("CLIENT", "LIST").value.count(b" user=alice ")
            outcomes.append((listed, admin.call("CLIENT", "KILL", "USER", "alice"), closed(alice)))
            admin.call("ACL", "DELUSER", "alice")
        self.assertEqual(*outcomes)

    def test_the_slow_log_keeps_no_secrets(self):
        outcomes = []
        for admin, *_ in self.clients(1):
            for words in (("CONFIG", "SET", "slowlog-log-slower-than", "0"), ("SLOWLOG", "RESET"), ("AUTH", "alice", "pass1"), ("AUTH", "pass2"),
                          ("HELLO", "2", "AUTH", "alice", "pass3"), ("ACL", "SETUSER", "alice", "on", ">pass4"),
                          ("CONFIG", "SET", "masterauth", "pass5"), ("CONFIG", "SET", "slowlog-log-slower-than", "10000")):
                admin.call(*words)
            outcomes.append([[word.value for word in entry.value[3].value] for entry in admin.call("SLOWLOG", "GET", "10").value][::-1])
            admin.call("ACL", "DELUSER", "alice")
            admin.call("CONFIG", "SET", "masterauth", "")
        self.assertEqual(*outcomes)


if __name__ == "__main__":
    unittest.main(verbosity=2)
