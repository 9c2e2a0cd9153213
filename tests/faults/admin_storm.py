#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Everything at once, at the admin API: clients that create, modify, fail over, reboot and delete the same few clusters,
change the groups that they use, and kill their nodes, while others read lists, keys and the event stream. Every request is
answered, every operation ends, and at the end what the stream has told is what the lists hold."""
import contextlib
import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))
from harness import SLOWNESS, SOAK, Millpond, Unix, wait_for  # noqa: E402

SEED = int(os.environ.get("MILLPOND_SEED", random.randrange(1 << 30)))
SECONDS = 300 if SOAK else 8
CLIENTS = 6
NAMES = ("orders", "users", "carts")
# What a client may be told that asks for what another has just changed: never that the daemon does not know what to do.
REFUSALS = {400, 404, 409, 412}


class Stream(threading.Thread):
    """Follows the event stream from the beginning, and keeps the latest of every object."""

    def __init__(self, pond):
        super().__init__(daemon=True)
        self.connection = Unix(os.path.join(pond.state, "admin.sock"))
        self.connection.request("GET", "/v1/stream")
        self.response = self.connection.getresponse()
        self.objects = {"cluster": {}, "security-group": {}, "operation": {}}
        self.revision = 0
        self.started, self.resets = threading.Event(), 0
        self.failure = None
        self.start()
        self.started.wait(30)

    def run(self):
        frame = {}
        try:
            while line := self.response.readline():
                text = line.decode().rstrip("\n")
                if text:
                    name, value = text.split(": ", 1)
                    frame[name] = value
                elif frame:
                    self.take(frame)
                    frame = {}
        except (OSError, AttributeError, http.client.HTTPException):
            pass  # it has been closed
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure

    def take(self, frame):
        if frame["event"] == "reset":
            self.resets += 1
        if "id" in frame:
            revision = int(frame["id"])
            assert revision > self.revision or frame["event"] == "hello", (self.revision, frame)
            self.revision = revision
        self.started.set()
        objects = self.objects.get(frame["event"])
        if objects is not None:
            data = json.loads(frame["data"])
            if data["change"] == "upsert":
                objects[data["id"]] = data["object"]
            else:
                objects.pop(data["id"], None)

    def close(self):
        self.connection.close()


class Client:
    def __init__(self, storm, number):
        self.storm, self.pond, self.random = storm, storm.pond, random.Random(SEED + number)

    def run(self):
        try:
            while not self.storm.over():
                self.random.choice(self.ACTIONS)(self)
        except BaseException as failure:  # pylint: disable=broad-except
            self.storm.failures.append(repr(failure))

    def ask(self, method, path, body=None):
        status, text = self.pond.api(method, path, body, raw=True)
        assert status < 300 or status in REFUSALS, f"{method} {path} {body}: {status} {text}"
        answer = json.loads(text)
        if status >= 300:
            assert answer["error"]["message"], text
            return None
        if status == 202:
            self.storm.operations.append(answer["id"])
        return answer

    def name(self):
        return self.random.choice(NAMES)

    def create(self):
        replicas = self.random.randrange(3)
        self.ask("POST", "/v1/clusters", {"id": self.name(), "replicas": replicas,
                                          "automatic_failover": replicas > 0 and self.random.random() < 0.8})

    def modify(self):
        change = self.random.choice((
            {"replicas": self.random.randrange(4)}, {"description": "d%d" % self.random.randrange(100)},
            {"node_type": self.random.choice(("cache.t4g.micro", "cache.t4g.small"))},
            {"automatic_failover": self.random.random() < 0.7}, {"security_groups": [self.group()]}))
        self.ask("PATCH", f"/v1/clusters/{self.name()}", change)

    def delete(self):
        self.ask("DELETE", f"/v1/clusters/{self.name()}")

    def fail_over(self):
        self.ask("POST", f"/v1/clusters/{self.name()}/failover", {})

    def reboot(self):
        cluster = self.ask("GET", f"/v1/clusters/{self.name()}")
        if cluster and cluster["nodes"]:
            self.ask("POST", f"/v1/clusters/{cluster['id']}/reboot", {"nodes": [self.random.choice(cluster["nodes"])["id"]]})

    def kill(self):
        cluster = self.ask("GET", f"/v1/clusters/{self.name()}")
        if cluster and cluster["nodes"]:
            pid = self.random.choice(cluster["nodes"])["pid"]
            if pid in self.pond.node_pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def group(self):
        groups = self.ask("GET", "/v1/security-groups")["items"]
        return self.random.choice(groups)["id"]

    def change_groups(self):
        draw = self.random.random()
        if draw < 0.3:
            self.ask("POST", "/v1/security-groups", {"name": "g%d" % self.random.randrange(6)})
        elif draw < 0.5:
            self.ask("DELETE", f"/v1/security-groups/{self.group()}")
        else:
            group = self.ask("GET", f"/v1/security-groups/{self.group()}")
            if group and group["inbound"] and draw < 0.7:
                self.ask("DELETE", f"/v1/security-groups/{group['id']}/rules/{self.random.choice(group['inbound'])['id']}")
            elif group:
                self.ask("POST", f"/v1/security-groups/{group['id']}/rules", {"rules": [
                    {"from_port": 6379, "to_port": 6379, "cidr": "127.0.%d.0/24" % self.random.randrange(5)}]})

    def read(self):
        self.ask("GET", self.random.choice((
            "/v1", "/v1/clusters", "/v1/events?limit=50", "/v1/operations?limit=50", "/v1/audit", "/v1/metrics/latest", "/v1/vpcs",
            f"/v1/clusters/{self.name()}/sources", f"/v1/events?cluster={self.name()}")))

    def read_keys(self):
        status, text = self.pond.api("GET", f"/v1/clusters/{self.name()}/keys", raw=True)
        away = status >= 400 and json.loads(text)["error"]["message"].startswith("The node ")  # killed, or started anew
        assert status in {200, 404} or away, text

    def look_at_the_stream(self):
        stream = Stream(self.pond)
        time.sleep(self.random.uniform(0, 0.05))
        stream.close()

    ACTIONS = [create, create, modify, modify, modify, delete, fail_over, reboot, kill, change_groups, change_groups, read, read, read,
               read_keys, look_at_the_stream]


class AdminStorm(unittest.TestCase):
    def setUp(self):
        print(f"MILLPOND_SEED={SEED}", flush=True)
        self.pond = Millpond()
        self.pond.start()
        self.addCleanup(self.pond.stop)
        self.failures, self.operations = [], []
        self.end = time.monotonic() + SECONDS

    def over(self):
        return self.failures or time.monotonic() > self.end

    def test_every_request_is_answered_and_every_operation_ends(self):
        stream = Stream(self.pond)
        self.addCleanup(stream.close)
        stream.objects["security-group"] = {one["id"]: one for one in self.pond.api("GET", "/v1/security-groups")["items"]}
        threads = [threading.Thread(target=Client(self, number).run) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.failures, [], self.pond.log_text()[-4000:])
        self.settle(stream)

    def has_primary(self, name):
        if any(node["role"] == "primary" for node in self.pond.cluster(name)["nodes"]):
            return True
        status, text = self.pond.api("POST", f"/v1/clusters/{name}/failover", {}, raw=True)
        if status == 202:
            self.pond.wait_operation(json.loads(text))
        return False

    def settle(self, stream):
        for operation in self.operations:
            self.pond.wait_operation({"id": operation, "kind": "?", "target": operation}, 60 * SLOWNESS)
        for cluster in self.pond.api("GET", "/v1/clusters")["items"]:
            if cluster["automatic_failover"] == "disabled" and cluster["replicas"] > 0:
                # Whoever has lost a primary is asked to promote a replica; it must not be refused for ever.
                wait_for("a replica is promoted", lambda name=cluster["id"]: self.has_primary(name), 60 * SLOWNESS)
            self.pond.wait_available(cluster["id"], 60 * SLOWNESS)

        def nobody_works():
            return all(one["status"] in ("succeeded", "failed") for one in self.pond.api("GET", "/v1/operations?limit=1000")["items"])

        wait_for("every operation has ended, recoveries too", nobody_works, 60 * SLOWNESS)
        clusters = self.pond.api("GET", "/v1/clusters")["items"]
        running = {node["pid"] for cluster in clusters for node in cluster["nodes"]}
        wait_for("no process too many or too few", lambda: set(self.pond.node_pids()) == running)

        def as_told():
            lists = {"cluster": "/v1/clusters", "security-group": "/v1/security-groups"}
            return all({one["id"]: one for one in self.pond.api("GET", path)["items"]} == stream.objects[kind]
                       for kind, path in lists.items())

        self.assertEqual((stream.failure, stream.resets), (None, 0))
        wait_for("the stream's objects are those of the lists", as_told)
        unended = [one for one in stream.objects["operation"].values() if one["status"] not in ("succeeded", "failed")]
        self.assertEqual([(one, self.pond.api("GET", f"/v1/operations/{one['id']}")) for one in unended], [])
        self.assertGreater(len(self.operations), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2 if os.environ.get("VERBOSE") else 1)
