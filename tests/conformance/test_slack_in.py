"""Slack's requests: whose signatures Bellhop takes, and what becomes of what they say.

What rests on whom:
- that a signature is good or bad rests on PyPI's `slack_sdk`: its SignatureVerifier makes what Bellhop must take, and its verdict is what
  Bellhop's is compared with;
- that messages of a Slack are signed like that on the wire, and that an answer is one that Slack's `chat.postMessage` takes, rests on npm's
  `emulate`. It names no app in its events and knows neither mentions, commands nor presses: those are written here after Slack's pages, and
  signed by slack_sdk;
- retries and timeouts rest on nobody here: crates/server/tests/it/slack plays them, and says so.
"""

import hashlib
import hmac
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests
from slack_sdk.signature import SignatureVerifier

from bellhop import ACCOUNT
from processes import Process, bare_environment, free_port, wait_until
from served import Served, section

APP = "A0CONFORM"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
VERIFIER = SignatureVerifier(SECRET)
CHALLENGE = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY", "token": "x"})
# Seeded by `emulate`.
EMULATED_TEAM, EMULATED_CHANNEL, EMULATED_TOKEN = "T000000001", "C000000001", "xoxb-emulated"
MODULES = Path(os.environ.get("BELLHOP_NODE_MODULES", Path(__file__).parents[2] / "target/conformance-node/node_modules"))
EMULATE = Path(__file__).parent / "slack_emulate/serve.mjs"


class Hearing(Served):
    """`bellhop serve` with an app that Slack speaks to, and `emulate`'s workspace beside the usual one."""

    def __init__(self, folder, chat):
        super().__init__(folder, "127.0.0.1:1", chat)
        workspace = {"account_id": ACCOUNT, "team_id": EMULATED_TEAM, "team_name": "Emulate", "bot_token": EMULATED_TOKEN}
        sections = [section("[slack.apps]", app_id=APP, signing_secret=SECRET), section("[slack.workspaces]", **workspace)]
        self.settings.write_text("\n".join([self.settings.read_text(), *sections]))

    def hand_in(self, door: str, body: str | bytes, headers: dict) -> requests.Response:
        content = body if isinstance(body, bytes) else body.encode()
        return requests.post(f"{self.url}/slack/{door}", content, headers=headers, timeout=10)

    def heard(self, door: str, outcome: str) -> int:
        line = f'bellhop_slack_requests_total{{door="{door}",outcome="{outcome}"}} '
        text = requests.get(f"{self.url}/metrics", timeout=10).text
        return next((int(found.removeprefix(line)) for found in text.splitlines() if found.startswith(line)), 0)


@pytest.fixture
def hearing(tmp_path, slack):
    with Hearing(tmp_path / "bellhop", slack()) as server:
        yield server


def signed(body: str, at=0.0, secret=SECRET, timestamp=None) -> dict:
    """The headers of a body, signed `at` seconds from now by slack_sdk."""
    timestamp = str(int(time.time() + at)) if timestamp is None else timestamp
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


def believed(body: str | bytes, headers: dict) -> bool:
    """slack_sdk's verdict. What it cannot even read, it does not believe."""
    try:
        return VERIFIER.is_valid_request(body, headers)
    except (ValueError, UnicodeDecodeError):
        return False


def otherwise(headers: dict, signature=None, timestamp=None) -> dict:
    changed = dict(headers)
    if signature is not None:
        changed["X-Slack-Signature"] = signature(changed["X-Slack-Signature"])
    if timestamp is not None:
        changed["X-Slack-Request-Timestamp"] = timestamp(changed["X-Slack-Request-Timestamp"])
    return changed


def made_of(base: bytes, digest=hashlib.sha256) -> str:
    return "v0=" + hmac.new(SECRET.encode(), base, digest).hexdigest()


def respelled(signature: str) -> str:
    """A digit pair with a nought, as a careless parser of numbers would read it too."""
    version, digits = signature.split("=")
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    return version + "=" + "".join("+" + pair[1] if pair[0] == "0" else pair for pair in pairs)


def with_nought() -> dict:
    """A good signature that has such a pair."""
    for second in range(200):
        headers = signed(CHALLENGE, at=-second)
        if respelled(headers["X-Slack-Signature"]) != headers["X-Slack-Signature"]:
            return headers
    raise AssertionError("no signature has a nought")


def mutations() -> dict[str, tuple[str | bytes, dict]]:
    good = signed(CHALLENGE)
    now = good["X-Slack-Request-Timestamp"]
    umlaut = CHALLENGE.replace("3eZ", "äöü")
    return {
        "as it is": (CHALLENGE, good),
        "another letter": (CHALLENGE.replace("3eZ", "4eZ"), good),
        "cut": (CHALLENGE[:-1], good),
        "continued": (CHALLENGE + " ", good),
        "a line break": (CHALLENGE + "\n", good),
        "no body": ("", good),
        "no signature": (CHALLENGE, {"X-Slack-Request-Timestamp": now}),
        "no time": (CHALLENGE, {"X-Slack-Signature": good["X-Slack-Signature"]}),
        "neither": (CHALLENGE, {}),
        "an empty signature": (CHALLENGE, otherwise(good, signature=lambda _: "")),
        "an empty time": (CHALLENGE, otherwise(good, timestamp=lambda _: "")),
        "capital digits": (CHALLENGE, otherwise(good, signature=lambda found: "v0=" + found[3:].upper())),
        "a capital version": (CHALLENGE, otherwise(good, signature=lambda found: "V0=" + found[3:])),
        "no version": (CHALLENGE, otherwise(good, signature=lambda found: found[3:])),
        "another version": (CHALLENGE, otherwise(good, signature=lambda found: "v1=" + found[3:])),
        "another digit": (CHALLENGE, otherwise(good, signature=lambda found: found[:-1] + ("0" if found[-1] != "0" else "1"))),
        "a digit less": (CHALLENGE, otherwise(good, signature=lambda found: found[:-1])),
        "a digit more": (CHALLENGE, otherwise(good, signature=lambda found: found + "0")),
        "a sign for a nought": (CHALLENGE, otherwise(with_nought(), signature=respelled)),
        "a second later": (CHALLENGE, otherwise(good, timestamp=lambda found: str(int(found) + 1))),
        "another's secret": (CHALLENGE, signed(CHALLENGE, secret="e6b19c573432dcc6b075501d51b51bb8")),
        "almost stale": (CHALLENGE, signed(CHALLENGE, at=-290)),
        "stale": (CHALLENGE, signed(CHALLENGE, at=-303)),
        "almost too early": (CHALLENGE, signed(CHALLENGE, at=290)),
        "too early": (CHALLENGE, signed(CHALLENGE, at=310)),
        "at the beginning of time": (CHALLENGE, signed(CHALLENGE, timestamp="0")),
        "before it": (CHALLENGE, signed(CHALLENGE, timestamp="-" + now)),
        "a fraction of a second": (CHALLENGE, signed(CHALLENGE, timestamp=now + ".5")),
        "no number": (CHALLENGE, signed(CHALLENGE, timestamp="now")),
        "signed the other way round": (CHALLENGE, otherwise(good, signature=lambda _: made_of(f"v0:{CHALLENGE}:{now}".encode()))),
        "of an older hash": (CHALLENGE, otherwise(good, signature=lambda _: made_of(f"v0:{now}:{CHALLENGE}".encode(), hashlib.sha1))),
        "names of headers in small letters": (CHALLENGE, {name.lower(): value for name, value in good.items()}),
        "other alphabets": (umlaut, signed(umlaut)),
        "no text": (b'{"challenge": "\xff"}', otherwise(good, signature=lambda _: made_of(b'v0:%s:{"challenge": "\xff"}' % now.encode()))),
    }


def test_verdicts_are_those_of_slacks_own_verifier(hearing):
    cases = mutations()
    assert len(cases) >= 20
    taken = 0
    for name, (body, headers) in cases.items():
        answer = hearing.hand_in("events", body, headers)
        verdict = believed(body, headers)
        taken += verdict
        if verdict:
            assert (answer.status_code, answer.text) == (200, json.loads(body)["challenge"]), name
        else:
            # Of bytes that are no text, slack_sdk has no verdict but an exception: they are no payload.
            assert answer.status_code == (400 if isinstance(body, bytes) else 401), f"{name}: {answer.status_code} {answer.text}"
    assert 4 <= taken <= len(cases) - 20, "a verifier that says the same to all says nothing"


def mention(team: str, channel: str, words: str, event_id="Ev0CONFORM") -> dict:
    event = {"type": "app_mention", "user": "U0ANNA", "text": f"<@U0BOT> {words}", "ts": "1700000000.000100", "channel": channel}
    authorization = {"enterprise_id": None, "team_id": team, "user_id": "U0BOT", "is_bot": True, "is_enterprise_install": False}
    envelope = {"type": "event_callback", "api_app_id": APP, "team_id": team, "event_id": event_id, "event_time": int(time.time())}
    return envelope | {"event": event, "authorizations": [authorization]}


def test_what_slack_sdk_signs_is_heard_at_every_door(hearing):
    command = {"api_app_id": APP, "team_id": "T0SANDBOX", "channel_id": "C1", "user_id": "U0ANNA", "command": "/aws", "text": "help"}
    press = {"type": "block_actions", "api_app_id": APP, "team": {"id": "T0SANDBOX"}, "user": {"id": "U0ANNA"}, "trigger_id": "1.3"}
    bodies = {
        "events": json.dumps(mention("T0SANDBOX", "C1", "help")),
        "commands": urlencode(command | {"trigger_id": "1.2"}),
        "interactivity": urlencode({"payload": json.dumps(press)}),
    }
    for door, body in bodies.items():
        for outcome in ("heard", "repeated"):
            answer = hearing.hand_in(door, body, signed(body))
            assert (answer.status_code, answer.text) == (200, ""), door
            assert hearing.heard(door, outcome) == 1, door


class Recorder:
    """Keeps what is posted to it, byte for byte."""

    def __init__(self):
        self.posts: list[tuple[bytes, dict]] = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                recorder.posts.append((body, dict(self.headers)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/slack/events"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Emulated:
    """npm's `emulate` as the Slack that Bellhop calls; its events go to a recorder."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.api_url = f"http://127.0.0.1:{self.port}/api/"
        self.url = f"http://127.0.0.1:{self.port}/"
        self.recorder = Recorder()
        environment = bare_environment(folder) | {"BELLHOP_NODE_MODULES": str(MODULES)}
        command = ["node", EMULATE, self.port, SECRET, self.recorder.url, EMULATED_TOKEN]
        self.process = Process("emulate", command, folder, environment)
        self.process.wait_for_line("emulate ready ", 30.0)

    def call(self, method: str, **arguments) -> dict:
        headers = {"Authorization": f"Bearer {EMULATED_TOKEN}"}
        answer = requests.post(self.api_url + method, json=arguments, headers=headers, timeout=10).json()
        assert answer["ok"], answer
        return answer

    def close(self):
        self.process.stop()
        self.recorder.server.shutdown()


@pytest.fixture
def emulated(tmp_path):
    server = Emulated(tmp_path / "emulate")
    yield server
    server.close()


def test_a_message_of_emulate_is_verified_and_help_is_posted_into_it(tmp_path, emulated):
    with Hearing(tmp_path / "bellhop", emulated) as server:
        emulated.call("chat.postMessage", channel=EMULATED_CHANNEL, text="<@U0BOT> help")
        [(body, headers)] = wait_until("the event of emulate", lambda: emulated.recorder.posts)
        headers = {name: value for name, value in headers.items() if name.lower().startswith("x-slack")}
        # Its signature is taken; that it names no app is then refused, as it is of nobody's.
        answer = server.hand_in("events", body, headers)
        assert (answer.status_code, "api_app_id" in answer.text) == (400, True), answer.text
        assert server.hand_in("events", body.replace(b"help", b"HELP"), headers).status_code == 401

        # The same with what Slack says beside, for an app that was mentioned.
        told = json.loads(body)
        payload = mention(told["team_id"], told["event"]["channel"], "help", told["event_id"])
        payload["event"] |= {name: told["event"][name] for name in ("user", "text", "ts")}
        body = json.dumps(payload)
        for _ in range(3):
            assert server.hand_in("events", body, signed(body)).status_code == 200
        # In the thread of whoever asked, once.
        answers = wait_until("an answer in emulate", lambda: in_thread(emulated, told["event"]["ts"]))
        assert len(answers) == 1 and server.heard("events", "repeated") == 2, answers


def in_thread(emulated: Emulated, ts: str) -> list[dict]:
    """What was answered to the message."""
    messages = emulated.call("conversations.replies", channel=EMULATED_CHANNEL, ts=ts)["messages"]
    return [message for message in messages if message["ts"] != ts]
