# SPDX-License-Identifier: Apache-2.0
"""What the AWS interop tests share: the AWS face in memory (aws_server), and clients that speak to an endpoint."""

import json
import os
import shutil
import subprocess

import boto3
from botocore.config import Config

REGION = "local-1"


def binary(name, folder="tests"):
    """A binary of this build: aws_server lies beside the tests, millpond-admin in bin/."""
    bin_dir = os.environ["MILLPOND_BIN"]
    return os.path.join(os.path.dirname(bin_dir), folder, name)


class FakeEndpoint:
    """aws_server as a child process: ends with its standard input, so it never outlives the test."""

    key_id = "MLPDTESTKEY"
    secret = "test-secret"

    def __init__(self, busy_ms=0):
        self.process = subprocess.Popen(
            [binary("aws_server"), str(busy_ms)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


def client(endpoint, service, key_id=None, secret=None):
    return boto3.client(
        service,
        endpoint_url=endpoint.url,
        region_name=REGION,
        aws_access_key_id=key_id or endpoint.key_id,
        aws_secret_access_key=secret or endpoint.secret,
        config=Config(retries={"max_attempts": 1}),
    )


def aws_cli():
    """The AWS CLI of the system, if there is one."""
    for path in ("/usr/bin/aws", shutil.which("aws")):
        if path and os.access(path, os.X_OK):
            return path
    return None


class Cli:
    """Runs the AWS CLI with nothing of the caller's configuration, and reads its JSON."""

    def __init__(self, endpoint, home):
        self.endpoint = endpoint
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": home,
            "AWS_ACCESS_KEY_ID": endpoint.key_id,
            "AWS_SECRET_ACCESS_KEY": endpoint.secret,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run(self, *words):
        return subprocess.run(
            [aws_cli(), "--endpoint-url", self.endpoint.url, "--output", "json", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def __call__(self, *words):
        done = self.run(*words)
        if done.returncode != 0:
            raise AssertionError(f"aws {' '.join(words)}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None
