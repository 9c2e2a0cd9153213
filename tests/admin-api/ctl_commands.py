# SPDX-License-Identifier: Apache-2.0
"""millpondctl against the real daemon (its fleet is without processes): every command, its words and its JSON,
its exit codes, and completion."""

import json
import os
import pty
import subprocess
import tempfile
import unittest

BIN = os.environ["MILLPOND_BIN"]
TESTS = os.path.join(os.path.dirname(BIN), "tests")
OK, REFUSED, USAGE, NO_DAEMON = 0, 1, 2, 3


class CtlTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = os.path.join(folder.name, "state")
        self.server = subprocess.Popen(
            [os.path.join(TESTS, "ctl_server"), self.state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(self.stop)
        self.port = int(self.server.stdout.readline())

    def stop(self):
        self.server.stdin.close()
        self.server.stdout.close()
        self.server.wait(20)

    def run_ctl(self, *words, where=None, stdin=None):
        where = ["--state-dir", self.state] if where is None else where
        return subprocess.run(
            [os.path.join(BIN, "millpondctl"), *where, *words], capture_output=True, text=True, timeout=60, input=stdin
        )

    def ctl(self, *words, **options):
        done = self.run_ctl(*words, **options)
        self.assertEqual(done.returncode, OK, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *words):
        return json.loads(self.ctl("--json", *words))

    def assert_refused(self, code, part, *words, **options):
        done = self.run_ctl(*words, **options)
        self.assertEqual(done.returncode, code, f"{words}: {done.stdout}{done.stderr}")
        self.assertIn(part, done.stderr)

    def create_orders(self):
        return self.ctl("create", "orders", "--replicas", "2", "--auto-failover", "--tag", "team=shop", "--wait")

    def test_a_cluster_from_birth_to_death(self):
        self.assertIn("millpondctl create orders", self.ctl("clusters"))
        created = self.create_orders()
        self.assertIn("orders is available", created)
        self.assertIn("redis-cli -h 127.", created)
        table = self.ctl("clusters").splitlines()
        self.assertTrue(table[0].startswith("NAME"))
        self.assertIn("available", table[1])
        shown = self.json("show", "orders")
        self.assertEqual([node["id"] for node in shown["nodes"]], ["orders-001", "orders-002", "orders-003"])
        self.assertIn("orders-003", self.ctl("show", "orders"))
        operation = self.json("modify", "orders", "--replicas", "1", "--description", "new", "--wait")
        self.assertEqual(operation["status"], "succeeded")
        self.assertEqual(len(self.json("show", "orders")["nodes"]), 2)
        self.assertIn("is the primary now", self.ctl("failover", "orders", "--wait"))
        self.assertIn("Done", self.ctl("reboot", "orders-001", "--wait"))
        self.assertIn("Done", self.ctl("reboot", "orders", "orders-002", "--wait"))
        started = self.ctl("modify", "orders", "--no-auto-failover")
        self.assertIn("millpondctl operation op-", started)
        operation_id = started.split("(")[1].split(")")[0]
        self.assertIn("Done", self.ctl("operation", operation_id, "--wait"))
        self.assertIn("STEP", self.ctl("operation", operation_id))
        self.assert_refused(USAGE, "--yes", "delete", "orders", stdin="")
        self.assertIn("Done", self.ctl("delete", "orders", "--yes", "--wait"))
        self.assertEqual(self.json("clusters"), [])

    def test_security_groups_by_name(self):
        self.create_orders()
        self.ctl("create-security-group", "redis-sg", "--description", "clients")
        self.assertIn("lets nobody in", self.ctl("security-group", "redis-sg"))
        allowed = self.ctl("allow", "redis-sg", "6379", "--from", "anywhere", "--description", "all")
        self.assertIn("Anywhere (0.0.0.0/0)", allowed)
        self.assertIn("No cluster uses redis-sg yet", allowed)
        self.ctl("allow", "redis-sg", "6379-6390", "--from", "127.0.0.7")
        self.ctl("allow", "redis-sg", "all", "--from", "default")
        self.ctl("modify", "orders", "--security-groups", "redis-sg,default", "--wait")
        group = self.json("group", "redis-sg")
        self.assertEqual(group["used_by"], ["orders"])
        self.assertEqual(len(group["inbound"]), 3)
        self.assertIn("Allowed", self.ctl("reachability", "orders", "127.0.0.1"))
        self.assertEqual(self.run_ctl("reachability", "orders", "192.0.2.1").returncode, REFUSED)
        self.ctl("revoke", "redis-sg", "6379", "--from", "anywhere")
        rule = next(rule for rule in self.json("group", "redis-sg")["inbound"] if rule.get("group"))
        self.ctl("revoke", "redis-sg", rule["id"])
        self.assertEqual(len(self.json("group", "redis-sg")["inbound"]), 1)
        self.assert_refused(REFUSED, "orders", "delete-security-group", "redis-sg")
        self.ctl("modify", "orders", "--security-groups", "default", "--wait")
        self.ctl("delete-security-group", "redis-sg")
        self.assert_refused(REFUSED, "create-security-group redis-sg", "allow", "redis-sg", "1", "--from", "anywhere")
        self.assert_refused(REFUSED, "no such rule", "revoke", "default", "6379", "--from", "anywhere")
        self.assert_refused(USAGE, "is not a port", "allow", "default", "0", "--from", "anywhere")

    def test_tags(self):
        self.create_orders()
        self.ctl("tag", "orders", "team=web", "stage=test")
        self.ctl("untag", "orders", "stage")
        self.assertEqual(self.json("tags", "orders"), [{"key": "team", "value": "web"}])
        self.assert_refused(REFUSED, "no tag", "untag", "orders", "stage")
        self.assert_refused(USAGE, "KEY=VALUE", "tag", "orders", "nonsense")

    def test_what_happened(self):
        self.create_orders()
        self.assertIn("orders", self.ctl("events"))
        self.assertEqual(self.json("operations", "orders")[0]["kind"], "create-cluster")
        self.assertIn("create", self.ctl("audit").lower())
        self.assertIn("SUBNET", self.ctl("vpcs"))
        self.assertIn("cache.t4g.micro", self.ctl("node-types"))
        self.assertIn(self.state, self.ctl("info"))
        self.ctl("sources", "orders")
        self.ctl("metrics")

    def test_events_are_followed_until_the_end(self):
        self.create_orders()
        follower = subprocess.Popen(
            [os.path.join(BIN, "millpondctl"), "--state-dir", self.state, "--json", "events", "orders", "-f"],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(follower.stdout.close)
        old = len(self.json("events", "orders"))
        self.ctl("reboot", "orders-002", "--wait")
        new = len(self.json("events", "orders"))
        self.assertGreater(new, old)
        events = [json.loads(follower.stdout.readline()) for _ in range(new)]
        self.assertEqual(len({event["id"] for event in events}), new)
        follower.terminate()
        self.assertEqual(follower.wait(10), OK)

    def test_over_tcp_with_the_token(self):
        url = f"http://127.0.0.1:{self.port}"
        token = os.path.join(self.state, "token")
        self.ctl("clusters", where=["--url", url, "--token-file", token])
        self.ctl("clusters", where=["--url", url, "--state-dir", self.state])
        with tempfile.NamedTemporaryFile("w", suffix=".token") as wrong:
            wrong.write("0" * 64)
            wrong.flush()
            done = self.run_ctl("clusters", where=["--url", url, "--token-file", wrong.name])
            self.assertEqual(done.returncode, REFUSED, done.stderr)

    def test_mistakes_are_told_in_a_sentence(self):
        self.assert_refused(REFUSED, "none", "show", "none")
        self.assert_refused(USAGE, "no command 'creat'", "creat", "orders")
        self.assert_refused(USAGE, "Nothing to change", "modify", "orders")
        self.assert_refused(USAGE, "CLUSTER is required", "show")
        self.assert_refused(REFUSED, "(Invalid", "create", "Bad--Name")
        self.assert_refused(REFUSED, "replica", "create", "alone", "--auto-failover")
        self.assert_refused(NO_DAEMON, "Start it with: millpond-admin", "clusters", where=["--socket", "/nonexistent/s"])
        self.assert_refused(USAGE, "either --socket or --url", "clusters", where=["--socket", "/s", "--url", "x"])

    def test_progress_is_drawn_on_a_terminal_only(self):
        master, slave = pty.openpty()
        command = [os.path.join(BIN, "millpondctl"), "--state-dir", self.state, "create", "orders", "--replicas", "2", "-w"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=slave, timeout=60)
        os.close(slave)
        drawn = os.read(master, 65536)
        os.close(master)
        self.assertEqual(done.returncode, OK)
        self.assertIn(b"%", drawn)
        self.assertNotIn(b"[#", done.stdout)

    def test_completion_knows_commands_options_and_names(self):
        self.create_orders()
        candidates = lambda *words: self.ctl("__complete", "--", *words).split()
        self.assertEqual(candidates("creat"), ["create", "create-security-group"])
        self.assertEqual(candidates("show", ""), ["orders"])
        self.assertEqual(candidates("reboot", "orders-00"), ["orders-001", "orders-002", "orders-003"])
        self.assertIn("--auto-failover", candidates("create", "--au"))
        self.assertEqual(candidates("modify", "orders", "--security-groups", ""), ["default"])
        self.assertIn("anywhere", candidates("allow", "default", "6379", "--from", ""))
        script = self.ctl("completion", "bash")
        self.assertEqual(subprocess.run(["bash", "-n"], input=script, text=True).returncode, 0)
        shell = f"""PATH={BIN}:$PATH; export MILLPOND_STATE_DIR={self.state}; {script}
            COMP_WORDS=(millpondctl show ord); COMP_CWORD=2; _millpondctl; echo "${{COMPREPLY[@]}}" """
        self.assertEqual(subprocess.check_output(["bash", "-c", shell], text=True).strip(), "orders")


if __name__ == "__main__":
    unittest.main()
