# SPDX-License-Identifier: Apache-2.0
"""A primary and its replica, as each sees the other and as clients see them: both redis-server, then both millpond-engine; what
is seen is compared.

    MILLPOND_BIN=build/release/bin python3 tests/interop/differential/following.py [Following.method]
"""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import servers
from clients import wait_until

PROGRAMS = (os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine"), "/usr/bin/redis-server")


class Node:
    def __init__(self, program, stack, *options):
        self.server = servers.Server(program, *options)
        stack.callback(self.server.stop)
        self.stack = stack
        self.admin = self.client()
        wait_until(lambda: self.info("clients", "connected_clients") == "1", "whoever asked whether it is up has gone")

    def client(self):
        return self.stack.enter_context(contextlib.closing(self.server.client()))

    def call(self, line):
        return self.admin.call(*line.split())

    def text(self, line):
        return self.call(line).value.decode()

    def info(self, section, name):
        return re.search(rf"(?m)^{name}:(.*?)\r?$", self.text(f"INFO {section}"))[1]

    def listed(self, kind):
        """The clients of a kind, as dictionaries."""
        return [dict(field.partition("=")[::2] for field in line.split())
                for line in self.text(f"CLIENT LIST TYPE {kind}").splitlines()]

    def follow(self, primary):
        self.call(f"REPLICAOF 127.0.0.1 {primary.server.port}")
        self.wait_for_link()

    def wait_for_link(self):
        wait_until(lambda: self.info("replication", "master_link_status") == "up", f"the link of {self.server.name}")

    def catch_up(self, primary):
        wait_until(lambda: self.info("replication", "slave_repl_offset") == primary.info("replication", "master_repl_offset"), "the replica has all")


class Following(unittest.TestCase):
    def each(self, scenario, *options):
        """What a scenario returns of each program's pair."""
        seen = []
        for program in PROGRAMS:
            with contextlib.ExitStack() as stack:
                primary, replica = (Node(program, stack, *options) for _ in range(2))
                seen.append(scenario(primary, replica))
                for node in (primary, replica):
                    self.assertIsNone(node.server.process.poll(), node.server.output())
        self.assertEqual(*seen)
        return seen[0]

    def test_the_primary_is_a_client_of_its_replica(self):
        def scenario(primary, replica):
            found = [replica.listed("master"), replica.info("clients", "connected_clients")]
            replica.follow(primary)
            primary.call("SELECT 3")
            primary.call("SET k v")
            replica.catch_up(primary)
            known = replica.listed("master")
            wait_until(lambda: replica.listed("master")[0]["cmd"] == "set", "the command is shown")
            [line] = replica.listed("master")
            found += [[line[name] for name in ("flags", "db", "sub", "multi", "cmd", "user", "redir", "resp")], line["id"] == known[0]["id"],
                      line["addr"] == f"127.0.0.1:{primary.server.port}", int(line["fd"]) > 2]
            [other] = primary.listed("replica")
            found += [other["addr"] == line["laddr"], other["laddr"] == line["addr"], [other[name] for name in ("flags", "db", "user")],
                      replica.info("clients", "connected_clients"), primary.info("clients", "connected_clients"), len(replica.listed("normal"))]
            for kill in (f"127.0.0.1:{primary.server.port}", "TYPE master", f"ID {line['id']}", f"LADDR {line['laddr']}", "TYPE normal"):
                before = int(primary.info("stats", "sync_partial_ok"))
                address = replica.listed("master")[0]["laddr"]
                if kill.startswith("LADDR"):
                    kill = f"LADDR {address}"
                found.append((kill.split()[0], replica.call(f"CLIENT KILL {kill}")) if kill[0] != "1" else replica.call(f"CLIENT KILL {kill}"))
                if kill != "TYPE normal":
                    wait_until(lambda b=before: int(primary.info("stats", "sync_partial_ok")) > b, "it goes on from where it stood")
                    replica.wait_for_link()
                wait_until(lambda: replica.listed("master"), "the primary is listed again")
                found.append(replica.listed("master")[0]["id"] == line["id"])
            found.append(primary.info("stats", "sync_full"))
            replica.call("REPLICAOF NO ONE")
            wait_until(lambda: not replica.listed("master"), "it is gone")
            return found
        self.each(scenario)

    def test_whose_rights_a_replica_has(self):
        def scenario(primary, replica):
            primary.call("ACL SETUSER copier on >secret +psync +replconf +ping")
            replica.call("CONFIG SET masteruser copier masterauth secret")
            replica.follow(primary)
            found = [primary.listed("replica")[0]["user"], primary.call("CLIENT KILL USER default SKIPME yes").value]
            before = int(primary.info("stats", "sync_partial_ok"))
            found.append(primary.call("CLIENT KILL USER copier"))
            wait_until(lambda: int(primary.info("stats", "sync_partial_ok")) > before, "it comes back")
            replica.wait_for_link()
            wait_until(lambda: primary.listed("replica"), "it is listed")
            found.append(primary.call("ACL DELUSER copier"))
            wait_until(lambda: replica.info("replication", "master_link_status") == "down", "the link goes with the user")
            wait_until(lambda: not primary.listed("replica"), "so does the client")
            return found
        self.each(scenario)

    def test_a_pause_on_the_replica_holds_what_comes(self):
        def scenario(primary, replica):
            replica.follow(primary)
            found = []
            for how in ("WRITE", "ALL"):
                primary.call("SET k before")
                replica.catch_up(primary)
                start = int(replica.info("replication", "slave_repl_offset"))
                replica.call(f"CLIENT PAUSE {100000 if how == 'WRITE' else 1000} {how}")
                primary.call("SET k after")
                if how == "WRITE":
                    wait_until(lambda: replica.info("replication", "slave_read_repl_offset") == primary.info("replication", "master_repl_offset"),
                               "it has been received")
                    found += [int(replica.info("replication", "slave_repl_offset")) - start, replica.text("GET k")]
                else:
                    # Nobody can ask it, nor end the pause: the primary knows what it has acknowledged.
                    found.append(primary.call("WAIT 1 300").value)
                replica.admin.call("CLIENT", "UNPAUSE")
                replica.catch_up(primary)
                found.append(replica.text("GET k"))
            return found
        self.each(scenario)

    def test_a_writable_replica_expires_its_own_keys(self):
        def scenario(primary, replica):
            replica.call("CONFIG SET replica-read-only no")
            replica.follow(primary)
            primary.call("DEBUG SET-ACTIVE-EXPIRE 0")
            primary.call("SET theirs v PX 1")
            replica.catch_up(primary)
            for line in ("SET a v PX 50", "SET b v", "PEXPIRE b 60", "SADD c 1 2", "PEXPIRE c 70", "SET d v EX 1000", "SET e v PX 50", "PERSIST e",
                         "SET f v PX 50", "SET f v", "SET g v EX 1000", "PEXPIRE g 40", "SELECT 2", "SET a v PX 30"):
                replica.call(line)
            wait_until(lambda: replica.call("DBSIZE").value == 0, "what is due is gone")
            replica.call("SELECT 0")
            wait_until(lambda: replica.call("DBSIZE").value == 4, "what is due is gone")
            wait_until(lambda: replica.info("stats", "slave_expires_tracked_keys") == "1", "one is left to come")
            found = [sorted(value.value for value in replica.call("KEYS *").value), replica.info("stats", "expired_keys"),
                     replica.call("EXISTS theirs"), primary.call("DBSIZE"), replica.call("FLUSHALL"), replica.info("stats", "slave_expires_tracked_keys")]
            # Switched off, it puts off what is due, and forgets nothing.
            for line in ("DEBUG SET-ACTIVE-EXPIRE 0", "SET late v PX 1", "DEBUG SLEEP 0.3"):
                replica.call(line)
            found += [replica.call("DBSIZE"), replica.call("EXISTS late"), replica.call("DEBUG SET-ACTIVE-EXPIRE 1")]
            wait_until(lambda: replica.call("DBSIZE").value == 0, "what was put off is gone")
            replica.call("SET h v EX 1000")
            found.append(replica.info("stats", "slave_expires_tracked_keys"))
            replica.call("REPLICAOF NO ONE")
            replica.call("SET h v PX 1")
            wait_until(lambda: replica.call("DBSIZE").value == 0, "a primary expires its keys")
            return found
        self.each(scenario)

    def test_functions_alone(self):
        def scenario(primary, replica):
            found = []
            primary.admin.call("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)")
            primary.call("SET k v")
            for line in ("rdb-filter-only functions", "rdb-filter-only keys", "rdb-filter-only", 'rdb-filter-only "functions', "RDB-FILTER-ONLY FUNCTIONS"):
                found.append(primary.client().call("REPLCONF", *line.split()))
            other = primary.client()
            found += [other.call("REPLCONF", "rdb-filter-only", ""), other.call("REPLCONF", "rdb-filter-only", "functions other"), other.call("PSYNC", "?", "-1")]
            with tempfile.TemporaryDirectory() as folder:
                for name, kind in (("all", "--rdb"), ("functions", "--functions-rdb")):
                    path = os.path.join(folder, name)
                    done = subprocess.run(["redis-cli", "-p", str(primary.server.port), kind, path], capture_output=True, timeout=60)
                    found.append((kind, done.returncode))
                    checked = subprocess.run(["redis-check-rdb", path], capture_output=True, text=True, timeout=60)
                    found += [checked.returncode, re.findall(r"(\d+) (?:keys read|functions)", checked.stdout)]
                    with open(path, "rb") as file:
                        found.append(b"register_function" in file.read())
            return found
        self.each(scenario)

    def test_as_many_replicas_as_are_waited_for(self):
        def scenario(primary, replica):
            with contextlib.ExitStack() as stack:
                other = Node(PROGRAMS[1], stack)
                primary.call("CONFIG SET repl-diskless-sync-delay 1000 repl-diskless-sync-max-replicas 2")
                replica.call(f"REPLICAOF 127.0.0.1 {primary.server.port}")
                wait_until(lambda: primary.info("replication", "connected_slaves") == "1", "one waits")
                found = [replica.info("replication", "master_link_status")]
                other.follow(primary)
                replica.wait_for_link()
                # The delay is one of syncs that take no file.
                replica.call("REPLICAOF NO ONE")
                primary.call("CONFIG SET repl-diskless-sync-max-replicas 0 repl-diskless-sync no")
                replica.call("DEBUG CHANGE-REPL-ID")
                replica.follow(primary)
                return found
        self.each(scenario)

    def test_any_words_can_be_replicated(self):
        def scenario(primary, replica):
            replica.follow(primary)
            found = [primary.call("DEBUG REPLICATE SET k v"), primary.call("DEBUG REPLICATE")]
            primary.call("SET other v")
            replica.catch_up(primary)
            return [*found, primary.text("GET other"), primary.call("GET k"), replica.call("GET k")]
        self.each(scenario)

    def test_a_replica_counts_for_itself(self):
        def scenario(primary, replica):
            replica.follow(primary)
            primary.call("PFADD h a b c d e")
            replica.catch_up(primary)
            before = replica.call("GET h").value
            return [replica.call("PFCOUNT h"), replica.call("GET h").value == before, primary.call("GET h").value == before,
                    replica.call("PFCOUNT h"), replica.call("GET h").value]
        self.each(scenario)

    def test_snapshots_and_loads_can_be_slowed_down(self):
        def scenario(primary, replica):
            found = [primary.call("CONFIG SET rdb-key-save-delay 100000"), primary.call("CONFIG GET *-delay"), primary.call("CONFIG GET rdb-key-save-delay"),
                     primary.call("DEBUG POPULATE 2000 key 5000"), primary.call("BGSAVE"), primary.info("persistence", "rdb_bgsave_in_progress")]
            # A process that saves tells once a second.
            wait_until(lambda: int(primary.info("persistence", "current_save_keys_processed")) > 0, "it says how far it is")
            found += [primary.info("persistence", "current_save_keys_total"), primary.call("FLUSHALL")]
            wait_until(lambda: primary.info("persistence", "rdb_bgsave_in_progress") == "0", "the save is given up")
            found += [primary.info("persistence", "rdb_last_bgsave_status"), int(primary.info("persistence", "rdb_changes_since_last_save")) > 1999]
            primary.call("CONFIG SET rdb-key-save-delay 1000")
            for line in ("DEBUG POPULATE 500 key 10", "SELECT 1", "SET k v", "SELECT 2", "SET k v", "CONFIG SET save 3600\ 1"):
                primary.call(line)
            for line in ("FLUSHDB", "SWAPDB 0 1", "FLUSHDB ASYNC"):
                found += [primary.call("BGSAVE"), primary.call(line)]
                wait_until(lambda: primary.info("persistence", "rdb_bgsave_in_progress") == "0", "it has been saved")
                found += [primary.info("persistence", "rdb_last_bgsave_status"), primary.call("SET k v")]
            found += [primary.call("BGREWRITEAOF"), primary.call("FLUSHDB")]
            wait_until(lambda: primary.info("persistence", "aof_rewrite_in_progress") == "0", "it has been rewritten")
            found += [primary.info("persistence", "aof_last_bgrewrite_status"), primary.call("FLUSHALL"), primary.call("SELECT 0")]
            found += [primary.call("DEBUG POPULATE 2000 key 5000"), primary.call("CONFIG SET rdb-key-save-delay 0 rdbcompression no"), replica.call("CONFIG SET key-load-delay 500")]
            replica.call(f"REPLICAOF 127.0.0.1 {primary.server.port}")
            wait_until(lambda: replica.info("persistence", "loading") == "1", "it loads")
            told = replica.text("INFO persistence")
            found += [replica.call("GET key:1"), re.findall(r"(?m)^(\w+):", told)]
            wait_until(lambda: 0 < float(replica.info("persistence", "loading_loaded_perc")) < 100, "it says how far it is")
            replica.call("CONFIG SET key-load-delay 0")
            replica.wait_for_link()
            for line in ("CONFIG SET rdb-key-save-delay 1000", "DEBUG CHANGE-REPL-ID", "CLIENT KILL TYPE replica"):
                primary.call(line)
            wait_until(lambda: primary.info("persistence", "rdb_bgsave_in_progress") == "1", "a sync is shown as a save")
            primary.call("CONFIG SET rdb-key-save-delay 0")
            wait_until(lambda: primary.info("persistence", "rdb_bgsave_in_progress") == "0", "the sync ends")
            replica.wait_for_link()
            return [*found, replica.call("DBSIZE")]
        self.each(scenario)


if __name__ == "__main__":
    unittest.main()
