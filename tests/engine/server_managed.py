# SPDX-License-Identifier: Apache-2.0
"""A managed node driven over its management socket: listeners handed over, access rules, roles, pauses."""
import array
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from server_harness import ENGINE, Client, wait_until

HOST = "127.78.5.1"


class Managed(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="millpond-node-")
        os.mkdir(os.path.join(self.folder, "data"))
        self.log = open(os.path.join(self.folder, "engine.log"), "wb")
        self.process = subprocess.Popen(
            [ENGINE, "--millpond-node", "n-1", "--millpond-folder", self.folder, "--maxmemory", "100mb", "--threads", "2",
             "--dir", os.path.join(self.folder, "data")], stderr=self.log)
        self.addCleanup(self.end)
        path = os.path.join(self.folder, "mgmt.sock")
        wait_until(lambda: os.path.exists(path) or self.process.poll() is not None)
        for _ in range(500):
            try:
                self.control = Client(path=path)
                break
            except OSError:
                time.sleep(0.01)
        self.addCleanup(self.control.close)
        self.hello = self.control.do("NODE.HELLO", 1)
        self.epoch = 0

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def data(self):
        client = Client(path=os.path.join(self.folder, "data.sock"))
        self.addCleanup(client.close)
        return client

    def grant(self):
        self.epoch += 1
        self.control.do("NODE.GRANT", self.epoch, "PRIMARY")

    def listen(self, name="node", kind="node", state="active"):
        listener = socket.socket()
        listener.bind((HOST, 0))
        listener.listen(100)
        rights = array.array("i", [listener.fileno()])
        self.control.socket.sendmsg([Client.encode("NODE.LISTEN", name, kind, state)],
                                    [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        self.assertEqual(self.control.read(), "OK")
        self.addCleanup(listener.close)
        return listener.getsockname()[1]

    def connect(self, port, source=None):
        client = Client(port, HOST, source=source)
        self.addCleanup(client.close)
        return client

    def refused(self, port, source=None):
        try:
            client = self.connect(port, source)
            client.ask("PING")
        except (ConnectionResetError, BrokenPipeError, EOFError):
            return True
        return False

    def test_no_role_no_data(self):
        client = self.data()
        self.assertIn("LOADING", str(client.ask("GET", "k")))
        self.assertTrue(str(client.ask("SET", "k", 1)).startswith("READONLY"))
        self.grant()
        self.assertEqual(client.do("SET", "k", 1), "OK")

    def test_rules_decide_before_a_byte_is_read(self):
        self.grant()
        port = self.listen()
        self.assertTrue(self.refused(port), "before the first rules nobody comes in")
        self.control.do("NODE.RULES", 1, "VPC", "127.0.0.0/8", "ALLOW", "127.78.5.7/32")
        self.assertTrue(self.refused(port, "127.78.5.8"))
        friend = self.connect(port, "127.78.5.7")
        self.assertEqual(friend.do("PING"), "PONG")
        self.control.do("NODE.RULES", 2, "VPC", "10.0.0.0/8", "ALLOW", "0.0.0.0/0")
        self.assertTrue(self.refused(port, "127.78.5.7"), "outside the VPC, whatever the groups allow")
        self.assertIn("STALERULES", str(self.control.ask("NODE.RULES", 1, "VPC", "0.0.0.0/0", "ALLOW", "0.0.0.0/0")))

        def source():
            return {s[b"address"]: s for s in self.control.do("NODE.SOURCES")}.get(b"127.78.5.8", {})
        self.assertEqual(source()[b"refused"], 1)
        self.assertEqual(source()[b"reason"], b"no inbound rule allows it")
        wait_until(lambda: source().get(b"uid") == os.getuid(), what="the peer's uid")
        wait_until(lambda: str(os.getpid()) in str(source().get(b"process")), what="the peer's process")

    def test_connections_outlive_their_rule_by_one_second(self):
        self.grant()
        port = self.listen()
        self.control.do("NODE.RULES", 1, "VPC", "127.0.0.0/8", "ALLOW", "127.0.0.0/8")
        keeps, goes = self.connect(port, "127.78.5.2"), self.connect(port, "127.78.5.3")
        keeps.do("PING")
        goes.do("PING")
        self.control.do("NODE.RULES", 2, "VPC", "127.0.0.0/8")
        self.assertTrue(self.refused(port, "127.78.5.2"), "new ones are refused at once")
        self.assertEqual(goes.do("PING"), "PONG")
        self.control.do("NODE.RULES", 3, "VPC", "127.0.0.0/8", "ALLOW", "127.78.5.2")
        began = time.monotonic()
        self.assertTrue(goes.at_end())
        self.assertGreater(time.monotonic() - began, 0.5)
        self.assertEqual(keeps.do("PING"), "PONG")
        self.assertEqual(self.data().do("PING"), "PONG")

    def test_dormant_listeners_let_clients_wait(self):
        self.grant()
        self.control.do("NODE.RULES", 1, "VPC", "127.0.0.0/8", "ALLOW", "127.0.0.0/8")
        port = self.listen("reader-1", "reader", "dormant")
        client = self.connect(port)
        client.push("PING")
        client.socket.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            client.socket.recv(1)
        self.control.do("NODE.LISTENER", "reader-1", "active")
        client.socket.settimeout(20)
        self.assertEqual(client.socket.recv(7), b"+PONG\r\n")
        self.assertEqual(self.control.do("NODE.UNLISTEN", "reader-1"), "OK")
        client.socket.sendall(Client.encode("PING"))
        self.assertEqual(client.socket.recv(7), b"+PONG\r\n")

    def test_managed_commands_are_unknown_over_tcp_only(self):
        self.grant()
        port = self.listen()
        self.control.do("NODE.RULES", 1, "VPC", "127.0.0.0/8", "ALLOW", "127.0.0.0/8")
        client = self.connect(port)
        for command in (("CONFIG", "GET", "*"), ("REPLICAOF", "NO", "ONE"), ("DEBUG", "SLEEP", 0), ("SHUTDOWN",), ("SAVE",)):
            self.assertIn("unknown command", str(client.ask(*command)))
        self.assertIsInstance(self.data().do("CONFIG", "GET", "maxmemory"), list)

    def test_users_are_changed_on_the_nodes_own_socket_only(self):
        self.grant()
        port = self.listen()
        self.control.do("NODE.RULES", 1, "VPC", "127.0.0.0/8", "ALLOW", "127.0.0.0/8")
        client = self.connect(port)
        for command in (("SETUSER", "alice", "on"), ("DELUSER", "default"), ("LOAD",), ("SAVE",)):
            self.assertIn("unknown subcommand", str(client.ask("ACL", *command)))
        self.assertEqual(self.data().do("ACL", "SETUSER", "alice", "on", ">secret", "~a*", "+get", "+acl|whoami"), "OK")
        self.assertEqual(client.ask("AUTH", "alice", "secret"), "OK")
        self.assertEqual(client.ask("ACL", "WHOAMI"), b"alice")
        self.assertIn("NOPERM", str(client.ask("GET", "b")))

    def test_what_it_listens_on_is_not_the_nodes_own_affair(self):
        client = self.data()
        for name, value in (("port", "0"), ("bind", ""), ("bind-source-addr", "127.0.0.2")):
            before = client.do("CONFIG", "GET", name)
            self.assertIn("can't set immutable config", str(client.ask("CONFIG", "SET", name, value)))
            self.assertEqual(client.do("CONFIG", "GET", name), before)

    def test_its_command_line_stays_what_its_manager_knows_it_by(self):
        self.data().do("CONFIG", "SET", "proc-title-template", "x {port}")
        with open(f"/proc/{self.process.pid}/cmdline", "rb") as line:
            self.assertEqual(line.read(), b"".join(word.encode() + b"\0" for word in self.process.args))

    def test_revoke_closes_parked_writes_unexecuted(self):
        self.grant()
        port = self.listen("primary", "primary")
        self.control.do("NODE.RULES", 1, "VPC", "127.0.0.0/8", "ALLOW", "127.0.0.0/8")
        writer, reader, local = self.connect(port), self.connect(port), self.data()
        writer.do("SET", "k", 1)
        self.assertIsInstance(self.control.do("NODE.PAUSE", "op-1", 5000), list)
        writer.raw(Client.encode("GET", "k") + Client.encode("SET", "k", 2))
        self.assertEqual(writer.read(), b"1")
        self.assertEqual(reader.do("GET", "k"), b"1")
        self.assertIsInstance(self.control.do("NODE.REVOKE", "op-1", self.epoch), list)
        self.assertTrue(writer.at_end())
        reader.push("SET", "k", 9)  # no error: the connection's end, whichever comes first
        self.assertTrue(reader.at_end())
        self.assertTrue(str(local.ask("SET", "k", 3)).startswith("READONLY"))
        self.grant()
        self.assertEqual(local.do("GET", "k"), b"1")
        self.assertEqual(local.do("SET", "k", 4), "OK")

    def test_a_pause_ends_by_itself_and_then_there_is_no_revoke(self):
        self.grant()
        client = self.data()
        self.control.do("NODE.PAUSE", "op-2", 150)
        began = time.monotonic()
        self.assertEqual(client.do("INCR", "n"), 1)
        self.assertGreater(time.monotonic() - began, 0.1)
        self.assertIn("PAUSEEXPIRED", str(self.control.ask("NODE.REVOKE", "op-2", self.epoch)))
        self.assertEqual(client.do("INCR", "n"), 2)
        self.control.do("NODE.PAUSE", "op-3", 60000)
        client.push("INCR", "n")
        self.assertEqual(self.control.do("NODE.RESUME", "op-3"), "OK")
        self.assertEqual(client.read(), 3)

    def test_the_management_thread_answers_while_a_command_runs_long(self):
        self.grant()
        self.data().push("DEBUG", "SLEEP", 1)
        wait_until(lambda: self.control.do("NODE.STATUS")[b"exclusive_holder"] is not None, what="a named holder")
        began = time.monotonic()
        self.assertGreater(self.control.do("NODE.STATUS")[b"exclusive_ms"], -1)
        self.assertLess(time.monotonic() - began, 0.5)
        wait_until(lambda: self.control.do("NODE.STATUS")[b"exclusive_holder"] is None)

    def test_the_tick_goes_on_and_samples_count(self):
        self.grant()
        first = self.control.do("NODE.STATUS")[b"tick"]
        wait_until(lambda: self.control.do("NODE.STATUS")[b"tick"] > first + 3)
        client = self.data()
        for i in range(10):
            client.do("SET", "s%d" % i, i)
        sample = self.control.do("NODE.SAMPLE")
        self.assertEqual(sample[b"keys"], 10)
        self.assertGreater(sample[b"total_commands_processed"], 9)

    def test_an_orderly_end_leaves_its_note(self):
        self.assertEqual(self.control.do("NODE.SHUTDOWN"), "OK")
        self.assertEqual(self.process.wait(20), 0)
        with open(os.path.join(self.folder, "exit.json"), encoding="utf-8") as note:
            self.assertIn("reason", json.load(note))


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
