# SPDX-License-Identifier: Apache-2.0
"""A millpond-engine of the test's own, and a client that sees every byte."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from ports import free_port  # noqa: E402

ENGINE = os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine")


class Error(Exception):
    """An error reply."""


def text(reply):
    """An error reply as its text; another as it is."""
    return str(reply) if isinstance(reply, Error) else reply


def wait_until(condition, seconds=20, what="condition"):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("not within %s s: %s" % (seconds, what))
        time.sleep(0.01)


class Client:
    """RESP2 and RESP3, one reply at a time; push() and read() are apart so that pipelines can be made."""

    def __init__(self, port=None, address="127.0.0.1", path=None, source=None, timeout=30):
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(path)
        else:
            self.socket = socket.create_connection((address, port), timeout, (source, 0) if source else None)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb")

    @staticmethod
    def encode(*args):
        out = b"*%d\r\n" % len(args)
        for arg in args:
            if not isinstance(arg, bytes):
                arg = str(arg).encode()
            out += b"$%d\r\n%s\r\n" % (len(arg), arg)
        return out

    def push(self, *args):
        self.socket.sendall(self.encode(*args))

    def raw(self, data):
        self.socket.sendall(data)

    def read(self):
        line = self.input.readline()
        if not line.endswith(b"\r\n"):
            raise EOFError(line)
        kind, text = line[:1], line[1:-2]
        if kind == b"+":
            return text.decode()
        if kind == b"-":
            return Error(text.decode())
        if kind in b":(":
            return int(text)
        if kind == b",":
            return float(text)
        if kind == b"_":
            return None
        if kind == b"#":
            return text == b"t"
        if kind in b"$=":
            if text == b"-1":
                return None
            data = self.input.read(int(text) + 2)[:-2]
            return data if kind == b"$" else data[4:]
        if kind in b"*~>":
            return None if text == b"-1" else [self.read() for _ in range(int(text))]
        if kind == b"%":
            return {self.read(): self.read() for _ in range(int(text))}
        raise AssertionError(line)

    def ask(self, *args):
        """The reply, errors as values."""
        self.push(*args)
        return self.read()

    def do(self, *args):
        """The reply; an error is raised."""
        reply = self.ask(*args)
        if isinstance(reply, Error):
            raise reply
        return reply

    def at_end(self):
        """Has the server closed the connection?"""
        try:
            return self.input.read(1) == b""
        except ConnectionResetError:
            return True

    def close(self):
        self.input.close()
        self.socket.close()


class Engine:
    def __init__(self, *options, address="127.0.0.1", config=None):
        self.folder = tempfile.mkdtemp(prefix="millpond-engine-")
        self.address = address
        self.path = os.path.join(self.folder, "sock")
        args = [ENGINE]
        if config is not None:
            self.config_file = os.path.join(self.folder, "engine.conf")
            with open(self.config_file, "w", encoding="utf-8") as out:
                out.write(config)
            args.append(self.config_file)
        self.log = open(os.path.join(self.folder, "log"), "wb")
        for _ in range(5):  # another test may take the port between the probe and the bind
            self.port = free_port(address)
            self.process = subprocess.Popen(
                args + ["--port", str(self.port), "--bind", address, "--unixsocket", self.path, "--save", "",
                        "--dir", self.folder] + list(options), stderr=self.log)
            if self._answers():
                return
            self.stop()
        raise AssertionError("the engine does not start: " + self.read_log())

    def read_log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as log:
            return log.read()

    def _answers(self):
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            try:
                client = Client(path=self.path)
                reply = client.ask("PING")
                client.close()
                if not (isinstance(reply, Error) and "LOADING" in str(reply)):
                    return True
            except OSError:
                time.sleep(0.01)
        return False

    def client(self, **options):
        return Client(self.port, self.address, **options)

    def local(self):
        return Client(path=self.path)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def close(self):
        status = self.stop()
        self.log.close()
        if status != 0:
            print(self.read_log())
        shutil.rmtree(self.folder, ignore_errors=True)
        assert status == 0, "the engine ended with status %s" % status


class OneEngine(unittest.TestCase):
    """One engine for all tests of a class; each test has a client of its own, and begins without keys."""
    OPTIONS = ("--threads", "2")

    @classmethod
    def setUpClass(cls):
        cls.engine = Engine(*cls.OPTIONS)

    @classmethod
    def tearDownClass(cls):
        cls.engine.close()

    def setUp(self):
        self.client = self.engine.client()
        self.addCleanup(self.client.close)
        self.client.do("FLUSHALL")
