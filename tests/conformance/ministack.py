"""MiniStack as a process: an IAM and an STS that others wrote, and that verify signatures. No Docker, no account.

Used by `test_sign_in.py`.
"""

import sys
from pathlib import Path

import boto3
import requests
from botocore.config import Config

from processes import Process, bare_environment, free_port, wait_until

# Whose root signs with test / test, unless a test says otherwise.
ACCOUNT = "000000000000"
REGION = "us-east-1"


class MiniStack:
    def __init__(self, folder: Path, account=ACCOUNT):
        port = free_port()
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        environment = bare_environment(folder) | {
            # Else any signature is good.
            "AUTH": "true",
            "MINISTACK_ACCOUNT_ID": account,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            # It would listen on a port of its own, always the same.
            "IOT_MTLS_ENABLED": "0",
        }
        self.process = Process("ministack", [sys.executable, "-m", "ministack"], folder, environment)

    def wait_until_ready(self) -> "MiniStack":
        wait_until("MiniStack answers", self.answers, seconds=60)
        return self

    def answers(self) -> bool:
        assert self.process.child.poll() is None, "MiniStack ended before it answered"
        try:
            return requests.get(self.url, timeout=5).status_code < 500
        except requests.RequestException:
            return False

    def new_user(self, name: str) -> tuple[str, str]:
        """Makes an IAM user; returns its access key and secret."""
        iam = boto3.client(
            "iam",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def close(self):
        # It keeps nothing.
        self.process.kill()
