"""A chat of our own that can be told to limit, to fail, to hang and to know no channel, and that remembers every request.

No real or emulated chat plays 429 with Retry-After, so what the loss, kill and oracle tests prove rests on this fake. It is Slack's Web
API under /api/, webhooks of Microsoft Teams under /teams/NAME and of Amazon Chime under /incomingwebhooks/NAME. What goes wrong in a
channel is told by `chat_faults.py`; without, all is well.
"""

import json
import random
import socket
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from chat_faults import ACCEPT, CUT, FAILED, HANG, LIMITED, POSTED, REFUSED, Bucket, Reply, Request

__all__ = ["FAILED", "LIMITED", "POSTED", "REFUSED", "Call", "FakeSlack"]

# A client that waits longer than this has no time-out.
HANG_SECONDS = 120


@dataclass
class Call:
    """One message that was posted: when it came, what it carried, how it was answered."""

    at: float
    # A Slack channel's id, `teams/NAME` or `chime/NAME`.
    channel: str
    # The whole request, for a test to find its mark in.
    text: str
    outcome: str
    # The channel shows it, whatever the sender was told.
    shown: bool
    # The sender was told nothing: the connection was cut or nobody answered.
    unanswered: bool
    # When the answer began to leave; None while it is on its way.
    answered: float | None = None


class FakeSlack:
    """Listens on 127.0.0.1; `api_url` goes into `slack.api_url`, `url` is the host of its webhooks.

    `limit` is (rate, burst) per channel; `failing` the fraction of posts answered with 500 and not kept; `latency` the seconds that
    every post takes; `channels` the ones that exist, None meaning any. `faults` are by channel and are asked before all these; `fault`
    is asked for channels that have none of their own.
    """

    def __init__(self, limit=None, failing=0.0, seed=1, latency=0.0, channels=None, faults=None, fault=None):
        self.limit, self.failing, self.latency, self.channels = limit, failing, latency, channels
        self.faults, self.fault = dict(faults or {}), fault
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.buckets: dict[str, Bucket] = {}
        self.calls: list[Call] = []
        self.tokens: set[str] = set()

        class Handler(BaseHTTPRequestHandler):
            # Kept alive as Slack does: a client that cannot reuse a connection shows here.
            protocol_version = "HTTP/1.1"

            def do_POST(handler):
                self.answer(handler)

            do_GET = do_POST

            def log_message(handler, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(server, *_):
                pass  # a client that was killed in the middle is what some tests are about

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.api_url = f"{self.url}api/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def of(self, channel=None) -> list[Call]:
        """Every request of the channel, in order of arrival."""
        with self.lock:
            return [call for call in self.calls if channel in (None, call.channel)]

    def posts(self, channel=None) -> list[Call]:
        """What the channel shows, in order of arrival."""
        return [call for call in self.of(channel) if call.shown]

    def count(self, outcome: str) -> int:
        return sum(call.outcome == outcome for call in self.of())

    def answer(self, handler):
        url = urllib.parse.urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0)).decode()
        match url.path.strip("/").split("/", 1):
            case ["teams", name]:
                reply = self.post(f"teams/{name}", body, Reply(POSTED, body="1"))
            case ["incomingwebhooks", name]:
                reply = self.post(f"chime/{name}", body, Reply(POSTED, body={"MessageId": "1", "RoomId": name}))
            case _:
                reply = self.call_slack(url, body, handler.headers)
        self.send(handler, reply)

    def send(self, handler, reply: Reply):
        if reply.how == HANG:
            handler.connection.settimeout(HANG_SECONDS)
            handler.rfile.read(1)  # until the client gives up
        if reply.how != ACCEPT:
            # A reset, as of a load balancer that lost its backend.
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            handler.connection.close()
            return
        content = (reply.body if isinstance(reply.body, str) else json.dumps(reply.body)).encode()
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def call_slack(self, url, body: str, headers) -> Reply:
        if "json" in (headers.get("Content-Type") or ""):
            arguments = json.loads(body or "{}")
        else:
            arguments = dict(urllib.parse.parse_qsl(url.query) + urllib.parse.parse_qsl(body))
        token = (headers.get("Authorization") or "").removeprefix("Bearer ")
        if not token:
            return Reply(REFUSED, body={"ok": False, "error": "not_authed"})
        self.tokens.add(token)
        channel = arguments.get("channel", "")
        match url.path.removeprefix("/api/"):
            case "chat.postMessage":
                with self.lock:
                    ts = f"{int(time.time())}.{len(self.calls):06d}"
                posted = {"ok": True, "channel": channel, "ts": ts, "message": {"type": "message", "ts": ts}}
                return self.post(channel, body, Reply(POSTED, body=posted))
            case "chat.update":
                return Reply(POSTED, body={"ok": True, "channel": channel, "ts": arguments.get("ts"), "text": ""})
            case "auth.test":
                team = {"team": "Sandbox", "team_id": "T0SANDBOX", "user_id": "U0BOT", "bot_id": "B0BOT"}
                return Reply(POSTED, body={"ok": True} | team)
            case "team.info":
                return Reply(POSTED, body={"ok": True, "team": {"id": "T0SANDBOX", "name": "Sandbox"}})
            case "conversations.info" if self.exists(channel):
                info = {"id": channel, "name": channel.lower(), "is_archived": False}
                return Reply(POSTED, body={"ok": True, "channel": info})
            case "conversations.info":
                return Reply(REFUSED, body={"ok": False, "error": "channel_not_found"})
        return Reply(REFUSED, body={"ok": False, "error": "unknown_method"})

    def exists(self, channel: str) -> bool:
        return self.channels is None or channel in self.channels

    def post(self, channel: str, body: str, accepted: Reply) -> Reply:
        """A message for a channel: judged, remembered, answered."""
        with self.lock:
            at = time.monotonic()
            reply = self.judge(channel, body, at) or accepted
            shown = reply.outcome == POSTED
            call = Call(at, channel, body, reply.outcome, shown, unanswered=reply.how != ACCEPT)
            self.calls.append(call)
        if self.latency:
            time.sleep(self.latency)
        call.answered = time.monotonic()
        return reply

    def judge(self, channel: str, body: str, at: float) -> Reply | None:
        """What happens to a post at this moment; None if nothing."""
        fault = self.faults.get(channel, self.fault)
        if fault and (reply := fault.judge(Request(channel, body, at))):
            return reply
        if not self.exists(channel):
            return Reply(REFUSED, body={"ok": False, "error": "channel_not_found"})
        if self.limit and not self.buckets.setdefault(channel, Bucket(*self.limit)).take():
            return Reply(LIMITED, 429, {"Retry-After": "1"}, {"ok": False, "error": "ratelimited"})
        if self.chance.random() < self.failing:
            return Reply(FAILED, 500, {}, {"ok": False, "error": "internal_error"})
        return None
