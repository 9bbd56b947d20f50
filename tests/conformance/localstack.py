"""LocalStack as a process: an SNS, an SQS, a CloudWatch and an EventBridge that others wrote, and that really sign. No Docker, no account.

Used by `test_alarm_through_localstack.py`, `test_cloudwatch.py` and `test_sqs.py`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from processes import Process, bare_environment, free_port

REGION = "us-east-1"


class LocalStack:
    def __init__(self, folder: Path, services="sns,sqs,cloudwatch,events"):
        self.folder = folder
        port = free_port()
        self.host = f"localhost:{port}"
        self.url = f"http://{self.host}"
        # Several run at once: none shares a folder with another.
        temporary = folder / "tmp"
        temporary.mkdir()
        environment = bare_environment(folder) | {
            "TMPDIR": str(temporary),
            "GATEWAY_SERVER": "hypercorn",
            "GATEWAY_LISTEN": f"127.0.0.1:{port}",
            "LOCALSTACK_HOST": self.host,
            "FILESYSTEM_ROOT": str(folder / "files"),
            "SERVICES": services,
            # Nothing outside this machine: no certificate, no statistics, no name server.
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DISABLE_EVENTS": "1",
            "DNS_ADDRESS": "0",
        }
        self.process = Process("localstack", [sys.executable, "-m", "localstack.runtime.main"], folder, environment)

    def wait_until_ready(self) -> "LocalStack":
        self.process.wait_for_line("Ready.", seconds=120)
        return self

    def close(self):
        # It may take longer than a test wants to wait, and it keeps nothing.
        self.process.kill()


def aws(*words: str, endpoint: str, folder: Path, expect=0, key="test", secret="test"):
    """The AWS CLI, as typed; returns what it printed, read as JSON."""
    environment = bare_environment(folder) | {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_PAGER": "",
    }
    command = [sys.executable, os.path.join(os.path.dirname(sys.executable), "aws"), "--endpoint-url", endpoint, *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == expect, f"aws {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    if expect:
        return done.stderr.strip()
    return json.loads(done.stdout) if done.stdout.strip() else None
