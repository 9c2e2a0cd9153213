#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A source outside the VPC's range stays refused, even with Anywhere. Runs in a network namespace of its own, whose
loopback has one address more (198.51.100.7, of a range for documentation) to come from."""
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))
from harness import Millpond, Redis, wait_for  # noqa: E402

OUTSIDE = "198.51.100.7"


class OutsideTheVpc(unittest.TestCase):
    def test_anywhere_ends_at_the_vpc(self):
        with Millpond() as pond:
            cluster = pond.create_open_cluster(replicas=1)
            for endpoint in (cluster["primary_endpoint"]["address"], cluster["reader_endpoint"]["address"],
                             cluster["nodes"][0]["address"]):
                with Redis(endpoint, source="127.0.0.9") as inside:
                    self.assertEqual(inside("PING"), "PONG")
                with self.assertRaises(OSError):
                    with Redis(endpoint, source=OUTSIDE) as outside:
                        outside("PING")
            counted = wait_for("the refusals are counted", lambda: [
                s for s in pond.api("GET", "/v1/clusters/orders/sources")["items"]
                if s["address"] == OUTSIDE and s["refused"] > 0])
            self.assertIn("VPC", counted[0]["reason"])
            answer = pond.api("POST", "/v1/reachability", {"cluster": "orders", "source": OUTSIDE})
            self.assertFalse(answer["allowed"])
            self.assertTrue(pond.api("POST", "/v1/reachability", {"cluster": "orders", "source": "127.0.0.9"})["allowed"])


if __name__ == "__main__":
    if os.environ.get("MILLPOND_IN_NAMESPACE") != "1":
        setup = f"ip link set lo up && ip addr add {OUTSIDE}/32 dev lo && exec \"$@\""
        unshare = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--map-root-user", "--net"]
        if subprocess.run([*unshare, "true"], capture_output=True).returncode:
            print("skipped: this machine lets nobody make a network namespace")
            sys.exit(77)
        os.environ["MILLPOND_IN_NAMESPACE"] = "1"
        os.execvp(unshare[0], [*unshare, "sh", "-c", setup, "sh", sys.executable, *sys.argv])
    unittest.main(verbosity=2)
