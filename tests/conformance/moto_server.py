"""moto as a process: the widest account of AWS that runs on one's own machine. Verifies no signature, evaluates no policy.

Used by `test_commands_like_the_aws_cli.py`.
"""

import sys
from pathlib import Path

import requests

from processes import Process, bare_environment, free_port, wait_until

ACCOUNT = "123456789012"
REGION = "us-east-1"


class Moto:
    def __init__(self, folder: Path):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = Process("moto", command, folder, bare_environment(folder))

    def wait_until_ready(self) -> "Moto":
        wait_until("moto answers", self.answers, seconds=60)
        return self

    def answers(self) -> bool:
        assert self.process.child.poll() is None, "moto ended before it answered"
        try:
            return requests.get(f"{self.url}/moto-api/", timeout=5).status_code < 500
        except requests.RequestException:
            return False

    def environment(self) -> dict[str, str]:
        """What leads an AWS client to it."""
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
        }

    def close(self):
        self.process.stop()
