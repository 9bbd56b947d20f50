"""A Slack of our own that can be told to limit, to fail and to know no channel, and that remembers every request.

No real or emulated Slack plays 429 with Retry-After, so what the loss and kill tests prove rests on this fake; it follows
https://docs.slack.dev/apis/web-api/rate-limits (one message a second per channel, short bursts allowed, 429 with Retry-After).
"""

import json
import random
import threading
import time
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POSTED, LIMITED, FAILED, REFUSED = "posted", "limited", "failed", "refused"


@dataclass
class Call:
    """One chat.postMessage: when it came, what it carried, how it was answered."""

    at: float
    channel: str
    # The whole request, for a test to find its mark in.
    text: str
    outcome: str
    # When the answer began to leave; None while it is on its way.
    answered: float | None = None


class Bucket:
    """Slack's limit of one channel: `burst` at once, then `rate` a second."""

    def __init__(self, rate: float, burst: int):
        self.rate, self.burst = rate, burst
        self.tokens, self.filled_at = float(burst), time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class FakeSlack:
    """Listens on 127.0.0.1; `api_url` goes into `slack.api_url`.

    `limit` is (rate, burst) per channel; `failing` the fraction of posts answered with 500 and not kept; `latency` the seconds that
    every post takes; `channels` the ones that exist, None meaning any.
    """

    def __init__(self, limit=None, failing=0.0, seed=1, latency=0.0, channels=None):
        self.limit, self.failing, self.latency, self.channels = limit, failing, latency, channels
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
        self.api_url = f"http://127.0.0.1:{self.server.server_port}/api/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def posts(self, channel=None) -> list[Call]:
        """What the channel shows, in order of arrival."""
        with self.lock:
            return [call for call in self.calls if call.outcome == POSTED and channel in (None, call.channel)]

    def count(self, outcome: str) -> int:
        with self.lock:
            return sum(call.outcome == outcome for call in self.calls)

    def answer(self, handler):
        url = urllib.parse.urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0)).decode()
        if "json" in (handler.headers.get("Content-Type") or ""):
            arguments = json.loads(body or "{}")
        else:
            arguments = dict(urllib.parse.parse_qsl(url.query) + urllib.parse.parse_qsl(body))
        token = (handler.headers.get("Authorization") or "").removeprefix("Bearer ")
        status, headers, answer = 200, {}, {"ok": False, "error": "not_authed"}
        if token:
            self.tokens.add(token)
            status, headers, answer = self.call(url.path.removeprefix("/api/"), arguments, body)
        content = json.dumps(answer).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json; charset=utf-8")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def call(self, method: str, arguments: dict, body: str):
        channel = arguments.get("channel", "")
        match method:
            case "chat.postMessage":
                return self.post_message(channel, body)
            case "chat.update":
                return 200, {}, {"ok": True, "channel": channel, "ts": arguments.get("ts"), "text": ""}
            case "auth.test":
                return 200, {}, {"ok": True, "team": "Sandbox", "team_id": "T0SANDBOX", "user_id": "U0BOT", "bot_id": "B0BOT"}
            case "team.info":
                return 200, {}, {"ok": True, "team": {"id": "T0SANDBOX", "name": "Sandbox"}}
            case "conversations.info" if self.exists(channel):
                return 200, {}, {"ok": True, "channel": {"id": channel, "name": channel.lower(), "is_archived": False}}
            case "conversations.info":
                return 200, {}, {"ok": False, "error": "channel_not_found"}
        return 200, {}, {"ok": False, "error": "unknown_method"}

    def exists(self, channel: str) -> bool:
        return self.channels is None or channel in self.channels

    def post_message(self, channel: str, body: str):
        with self.lock:
            at = time.monotonic()
            outcome, status, headers, answer = self.judge(channel)
            call = Call(at, channel, body, outcome)
            self.calls.append(call)
            if outcome == POSTED:
                ts = f"{int(time.time())}.{len(self.calls):06d}"
                answer = {"ok": True, "channel": channel, "ts": ts, "message": {"type": "message", "ts": ts}}
        if self.latency:
            time.sleep(self.latency)
        call.answered = time.monotonic()
        return status, headers, answer

    def judge(self, channel: str):
        """Outcome, status, headers and answer of a post at this moment."""
        if not self.exists(channel):
            return REFUSED, 200, {}, {"ok": False, "error": "channel_not_found"}
        if self.limit and not self.buckets.setdefault(channel, Bucket(*self.limit)).take():
            return LIMITED, 429, {"Retry-After": "1"}, {"ok": False, "error": "ratelimited"}
        if self.chance.random() < self.failing:
            return FAILED, 500, {}, {"ok": False, "error": "internal_error"}
        return POSTED, 200, {}, None
