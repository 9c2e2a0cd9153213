# SPDX-License-Identifier: Apache-2.0
"""A real Millpond for a test: a daemon of its own with a state folder, a TCP port and a node range of its
own, and small clients for it. Everything it starts ends with it."""
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

BIN = os.environ.get("MILLPOND_BIN", "build/release/bin")
SOAK = os.environ.get("MILLPOND_SOAK") == "1"
SLOWNESS = float(os.environ.get("MILLPOND_SLOWNESS", "1"))  # of a build with sanitizers


def wait_for(what, condition, seconds=30.0):
    """Waits until condition() is true and returns it; fails with `what` in words."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.01)


class ReplyError(Exception):
    """An error reply."""


class Redis:
    """A plain RESP2 client on one socket; `source` binds it to an address first."""

    def __init__(self, host=None, port=6379, path=None, source=None, timeout=10.0 * SLOWNESS):
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(path)
        else:
            self.socket = socket.create_connection((host, port), timeout, (source, 0) if source else None)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def __call__(self, *args):
        out = [b"*%d\r\n" % len(args)]
        for arg in args:
            data = arg if isinstance(arg, bytes) else str(arg).encode()
            out.append(b"$%d\r\n%s\r\n" % (len(data), data))
        self.socket.sendall(b"".join(out))
        return self.read()

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            raise ReplyError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            length = int(rest)
            if length < 0:
                return None
            data = self.file.read(length + 2)
            if len(data) != length + 2:
                raise ConnectionError("the server closed the connection")
            return data[:-2]
        if kind == b"*":
            return None if int(rest) < 0 else [self.read() for _ in range(int(rest))]
        raise AssertionError(f"no RESP2 reply: {line!r}")


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Millpond:
    """The daemon, its clusters and its clients. Use it in a `with`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="millpond-test-")
        self.state = os.path.join(self.folder, "state")
        self.daemon = None
        self.claim, self.number = self._claim_number()
        self.node_range = f"127.{self.number}.0.0/16"
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]
        self.endpoint_url = f"http://127.0.0.1:{self.port}"

    @staticmethod
    def _claim_number():
        """A second octet that no other test on this machine uses, held for the test's life."""
        for number in range(100, 250):
            claim = socket.socket(socket.AF_UNIX)
            try:
                claim.bind(f"\0millpond-test-range-{number}")
                return claim, number
            except OSError:
                claim.close()
        raise AssertionError("every test range is taken")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Starts the daemon and waits until it says that it is ready."""
        with open(os.path.join(self.folder, "admin.log"), "ab") as log:
            self.daemon = subprocess.Popen(
                [f"{BIN}/millpond-admin", "--state-dir", self.state, "--listen", f"127.0.0.1:{self.port}",
                 "--node-range", self.node_range], stdout=log, stderr=log)
        wait_for("the daemon is ready", self._healthy)

    def _healthy(self):
        if self.daemon.poll() is not None:
            raise AssertionError(f"millpond-admin ended with {self.daemon.returncode}:\n{self.log_text()}")
        try:
            return self.api("GET", "/healthz", raw=True)[0] == 200
        except OSError:
            return False

    def log_text(self):
        with open(os.path.join(self.folder, "admin.log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def kill_daemon(self):
        self.daemon.kill()
        self.daemon.wait()

    def stop(self):
        """Ends the daemon and every node of its state folder, and removes all of it."""
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            try:
                self.daemon.wait(10)
            except subprocess.TimeoutExpired:
                self.kill_daemon()
        for pid in self.node_pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.claim.close()
        if os.environ.get("MILLPOND_KEEP") != "1":
            shutil.rmtree(self.folder, ignore_errors=True)

    def node_pids(self):
        """The engines whose command line names our state folder, whatever the daemon knows of them."""
        pids = []
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    with open(f"/proc/{entry}/cmdline", "rb") as cmdline:
                        text = cmdline.read()
                    if self.state.encode() in text and b"millpond-engine" in text.split(b"\0")[0]:
                        pids.append(int(entry))
        return pids

    # The faces.

    def api(self, method, path, body=None, raw=False):
        """/v1 over the unix socket. Returns the parsed body; raw: (status, text)."""
        connection = Unix(os.path.join(self.state, "admin.sock"))
        try:
            headers = {"Content-Type": "application/json"} if method != "GET" else {}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if raw:
            return response.status, text
        if response.status >= 300:
            raise AssertionError(f"{method} {path}: {response.status} {text}")
        return json.loads(text)

    def ctl(self, *args, check=True):
        """millpondctl; returns its output, or (code, output, errors) without check."""
        done = subprocess.run([f"{BIN}/millpondctl", "--state-dir", self.state, *args], capture_output=True,
                              text=True, timeout=120)
        if not check:
            return done.returncode, done.stdout, done.stderr
        if done.returncode:
            raise AssertionError(f"millpondctl {' '.join(args)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def aws(self, *args, check=True):
        """The AWS CLI with our credentials; returns the parsed JSON (or None), or the process without check."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        environment.update(AWS_SHARED_CREDENTIALS_FILE=os.path.join(self.state, "credentials"),
                           AWS_CONFIG_FILE=os.path.join(self.folder, "no-config"), AWS_REGION="local-1",
                           AWS_PAGER="", AWS_EC2_METADATA_DISABLED="true")
        done = subprocess.run(["aws", "--endpoint-url", self.endpoint_url, "--output", "json", *args],
                              capture_output=True, text=True, timeout=120, env=environment)
        if not check:
            return done
        if done.returncode:
            raise AssertionError(f"aws {' '.join(args)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def cluster(self, name="orders"):
        return self.api("GET", f"/v1/clusters/{name}")

    def wait_available(self, name="orders", seconds=30.0):
        """Waits until the cluster and all its nodes are available with their links up."""
        def settled():
            cluster = self.cluster(name)
            nodes = cluster["nodes"]
            return (cluster["status"] == "available" and all(n["status"] == "available" for n in nodes)
                    and sum(n["role"] == "primary" for n in nodes) == 1
                    and all(n["link"] == "up" for n in nodes if n["role"] == "replica") and cluster)
        try:
            return wait_for(f"{name} is available", settled, seconds)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{json.dumps(self.cluster(name), indent=1)}\n{self.log_text()[-4000:]}")

    def wait_operation(self, operation, seconds=60.0):
        """Waits until the operation has ended; returns it, whatever its outcome."""
        def ended():
            now = self.api("GET", f"/v1/operations/{operation['id']}")
            return now if now["status"] in ("succeeded", "failed") else None
        return wait_for(f"operation {operation['kind']} of {operation['target']} ends", ended, seconds)

    def create_open_cluster(self, name="orders", replicas=2, **more):
        """A cluster that everybody on this machine may connect to."""
        group = self.api("POST", "/v1/security-groups", {"name": f"{name}-open"})
        self.api("POST", f"/v1/security-groups/{group['id']}/rules",
                 {"rules": [{"from_port": 6379, "to_port": 6379, "cidr": "0.0.0.0/0"}]})
        operation = self.api("POST", "/v1/clusters", {
            "id": name, "replicas": replicas, "automatic_failover": replicas > 0, "security_groups": [group["id"]],
            **more})
        outcome = self.wait_operation(operation)
        assert outcome["status"] == "succeeded", outcome
        return self.wait_available(name)

    def node(self, role, name="orders"):
        """The first node of that role."""
        return next(n for n in self.cluster(name)["nodes"] if n["role"] == role)


class CounterWriter:
    """Increments a counter at the endpoint until told to stop, reconnecting as a client would. `acknowledged` is the
    last value that was answered, `lost` how many answered increments a later answer did not know of, `longest_gap`
    (seconds) the longest time between two answers, `refused` the connections that were refused."""

    def __init__(self, address, key="counter"):
        self.address, self.key = address, key
        self.acknowledged = 0
        self.lost = 0
        self.longest_gap = 0.0
        self.refused = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        wait_for("the counter is being written", lambda: self.acknowledged > 10)
        self.longest_gap = 0.0
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        client, last = None, time.monotonic()
        while not self._stop.is_set():
            try:
                client = client or Redis(self.address, timeout=5.0)
                value = client("INCR", self.key)
            except ConnectionRefusedError:
                self.refused += 1
                continue
            except (OSError, ReplyError):
                if client:
                    client.close()
                client = None
                continue
            now = time.monotonic()
            self.longest_gap = max(self.longest_gap, now - last)
            last = now
            # An increment that was carried out and not answered makes the next answer jump; a lost one makes it stand.
            self.lost += max(0, self.acknowledged + 1 - value)
            self.acknowledged = value
        if client:
            client.close()
