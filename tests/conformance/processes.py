"""Processes that a test starts and ends, and waiting for what they do.

Used by `bellhop.py` and `localstack.py`. Never waits without a bound, and never by a bare sleep: a condition is polled, and what was
last seen is in the failure.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

# Every log of every process, for the report of a failed test (conftest.py).
LOGS: list[Path] = []


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, check, seconds=15.0, every=0.05):
    """Polls `check` until it returns something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        seen = check()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}; last seen: {seen!r}")
        time.sleep(every)


def bare_environment(home: Path) -> dict[str, str]:
    """An environment without a developer's own AWS account, proxies or settings of Bellhop in it."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    # No instance metadata: looking for credentials must not wait for an address that never answers.
    return kept | {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "*"}


class Process:
    """A program with its output in two files."""

    def __init__(self, name: str, command: list, folder: Path, environment: dict[str, str]):
        folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.stdout = folder / f"{name}.stdout.log"
        self.stderr = folder / f"{name}.stderr.log"
        for log in (self.stdout, self.stderr):
            if log not in LOGS:
                LOGS.append(log)
        # Appended to: a restarted program keeps what it said before.
        with self.stdout.open("ab") as out, self.stderr.open("ab") as err:
            self.started_at = out.tell()
            self.child = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )

    def said(self) -> str:
        """What this run has printed on stdout."""
        return self.stdout.read_bytes()[self.started_at :].decode(errors="replace")

    def wait_for_line(self, beginning: str, seconds: float) -> str:
        """The first line of stdout that begins so."""

        def seen():
            if self.child.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.child.returncode} before `{beginning}`:\n{tail(self.stderr)}")
            complete = self.said().splitlines(keepends=True)
            return next((line.rstrip("\n") for line in complete if line.startswith(beginning) and line.endswith("\n")), None)

        return wait_until(f"{self.name} prints `{beginning}`", seen, seconds, every=0.01)

    def stop(self, seconds=10.0) -> int:
        """Asks it to end (SIGTERM) and returns its exit code; one that does not obey is killed and fails the test."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {seconds:.0f} s of SIGTERM") from None

    def kill(self):
        """kill -9, to it and to what it started."""
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()


def tail(log: Path, lines=15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
