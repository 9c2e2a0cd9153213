# SPDX-License-Identifier: Apache-2.0
"""Starts redis-server and millpond-engine side by side, each on a free port and in a folder of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from ports import free_port  # noqa: E402
from resp_client import Client

# Everything that would make a difference in time, not in kind, is switched off.
COMMON = ["--save", "", "--enable-debug-command", "yes", "--loglevel", "warning", "--bind", "127.0.0.1",
          "--repl-diskless-sync-delay", "0"]


class OwnFolder:
    """The end of a process that has a log and a folder of its own."""

    def stop_process(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.stop_process()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Server(OwnFolder):
    def __init__(self, program, *options):
        self.name = os.path.basename(program)
        self.folder = tempfile.mkdtemp(prefix=f"differential-{self.name}-")
        self.log = open(os.path.join(self.folder, "log"), "wb")
        for _ in range(5):
            self.port = free_port()
            command = [program, "--port", str(self.port), "--dir", self.folder, *COMMON, *options]
            self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, cwd=self.folder)
            if self.wait_until_up():
                return
            self.stop_process()
        raise RuntimeError(f"{self.name} did not start: {self.output()}")

    def wait_until_up(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                client = Client(self.port, 5)
                up = client.call("PING").value == b"PONG"
                client.close()
                if up:
                    return True
            except OSError:
                time.sleep(0.02)
        return False

    def output(self):
        with open(os.path.join(self.folder, "log"), "rb") as log:
            return log.read()[-4000:].decode(errors="replace")

    def client(self):
        return Client(self.port)


class StartError(Exception):
    pass


class ConfiguredServer(OwnFolder):
    """A server that has a configuration file, and nothing else but a port and a folder."""

    def __init__(self, program, lines, *options, files=()):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix="configured-")
        self.path = os.path.join(self.folder, "node.conf")
        for name, data in (("node.conf", lines), *files):
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(data)
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.port = free_port()
        self.start("--port", str(self.port), "--dir", self.folder, *options)

    def start(self, *options):
        self.process = subprocess.Popen([self.program, self.path, *options], stdout=self.log, stderr=subprocess.STDOUT, cwd=self.folder)
        deadline = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                with self.client() as client:
                    client.call("PING")
                    return
            except OSError:
                time.sleep(0.02)
        said = self.said()
        self.stop()
        raise StartError(f"{self.process.args} ended with {self.process.returncode}\n{said}")

    def client(self):
        return ContextClient(self.port)

    def configuration(self):
        with open(self.path, "rb") as file:
            return file.read()

    def said(self):
        with open(os.path.join(self.folder, "log"), "rb") as log:
            return log.read().decode(errors="replace")


class ContextClient(Client):
    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def redis():
    return Server("/usr/bin/redis-server")


def millpond(threads, *options):
    return Server(os.path.join(os.environ["MILLPOND_BIN"], "millpond-engine"), "--threads", str(threads), *options)


class BothServers(unittest.TestCase):
    """redis-server and millpond-engine, started once for all tests of the class."""
    THREADS = 1

    @classmethod
    def setUpClass(cls):
        cls.theirs = redis()
        cls.addClassCleanup(cls.theirs.stop)
        cls.ours = millpond(cls.THREADS)
        cls.addClassCleanup(cls.ours.stop)

    def tearDown(self):
        self.assertIsNone(self.ours.process.poll(), f"millpond-engine died: {self.ours.output()}")
