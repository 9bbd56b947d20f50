"""A PostgreSQL of the oracle's own, to be killed and started again, and the network between it and a node, to be cut.

The server of the other tests is not touched. Its programs are where TEST_POSTGRES_PROGRAMS says.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from processes import free_port, wait_until

PROGRAMS = "TEST_POSTGRES_PROGRAMS"
# A killed process loses nothing that it handed to the kernel: no fsync is needed for that, and the disk is others' too.
SETTINGS = ["fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]


class Postgres:
    def __init__(self):
        if not os.environ.get(PROGRAMS):
            raise RuntimeError(f"{PROGRAMS} is not set: `cargo xtask conformance` and `cargo xtask bench oracle` set it")
        self.programs = Path(os.environ[PROGRAMS])
        self.folder = Path(tempfile.mkdtemp(prefix="bellhop-oracle-postgres-"))
        self.port = free_port()
        # PostgreSQL refuses to run as root: then as the user of Debian's package.
        self.user = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.data = self.folder / "data"
        words = ["--auth=trust", "--username=bellhop", "--encoding=UTF8", "--no-sync", "--pgdata", self.data]
        subprocess.run([self.programs / "initdb", *words], check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self.user)
        self.child: subprocess.Popen | None = None

    def start(self) -> "Postgres":
        settings = [word for setting in SETTINGS for word in ("-c", setting)]
        command = [self.programs / "postgres", "-D", self.data, "-p", str(self.port), *settings]
        with (self.folder / "log").open("ab") as log:
            streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            self.child = subprocess.Popen(command, cwd=self.folder, start_new_session=True, **streams, **self.user)
        ready = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        wait_until("PostgreSQL takes connections", lambda: subprocess.run(ready, check=False).returncode == 0, seconds=30)
        return self

    def kill(self):
        """kill -9 to the server and to all its processes."""
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def close(self):
        if self.child and self.child.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Link:
    """The network of one node to the store: open; cut (connections are reset, new ones refused); or mute (nothing passes, nobody is told)."""

    def __init__(self, port: int):
        self.target = port
        self.flows, self.refuses = threading.Event(), False
        self.flows.set()
        self.lock, self.streams = threading.Lock(), set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def cut(self):
        self.refuses = True
        self.reset()

    def mute(self):
        self.flows.clear()

    def mend(self):
        self.refuses = False
        self.flows.set()

    def reset(self):
        with self.lock:
            streams, self.streams = self.streams, set()
        for stream in streams:
            # Wakes the thread that reads from it, too.
            quietly(stream.shutdown, socket.SHUT_RDWR)
            quietly(stream.close)

    def close(self):
        self.mend()
        self.refuses = True
        quietly(self.listener.shutdown, socket.SHUT_RDWR)
        self.listener.close()
        self.reset()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = None if self.refuses else socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                far = None
            if not far:
                near.close()
                continue
            far.settimeout(None)
            with self.lock:
                self.streams |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    def pump(self, source: socket.socket, sink: socket.socket):
        try:
            while data := source.recv(65536):
                self.flows.wait()
                sink.sendall(data)
        except OSError:
            pass
        self.flows.wait()
        for stream in (source, sink):
            quietly(stream.shutdown, socket.SHUT_RDWR)
            quietly(stream.close)
            with self.lock:
                self.streams.discard(stream)


def quietly(call, *arguments):
    try:
        call(*arguments)
    except OSError:
        pass
