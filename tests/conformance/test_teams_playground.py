"""Somebody of Microsoft Teams mentions the bot, gets a card, and presses its button; a command of AWS is shown, agreed to, and done.

Rests on Microsoft's own playground (npm `@microsoft/m365agentsplayground`, driven in Chromium): its activities, its connector, its drawing
of the card. It sends no token, so a proxy of ours adds one (`Signing`), and gives Bellhop the token that it answers with. The account
of AWS is moto's.
"""

import json
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
import requests

from bellhop import ROLE, TEAM, TENANT, Bellhop, topic_arn
from bot_framework_peer import ISSUER, BotFramework, claims
from moto_server import REGION, Moto
from processes import Process, bare_environment, free_port, wait_until

HERE = Path(__file__).parent / "bot_framework"
MODULES = os.environ.get("BELLHOP_BOT_FRAMEWORK_MODULES", "")
APP_ID = "dddddddd-3333-4444-8555-666666666666"


class Signing:
    """Ours: hands activities on with a token of the test's issuer; the login that gives the bot a token of its own; keeps what went by."""

    def __init__(self, framework: BotFramework):
        self.target = None
        self.passed = []
        signing = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self, status: int, kind: str, body: bytes):
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_HEAD(self):
                self.answer(200, "text/plain", b"")

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.path.endswith("/oauth2/v2.0/token"):
                    token = {"token_type": "Bearer", "expires_in": 3600, "access_token": "of-the-test"}
                    return self.answer(200, "application/json", json.dumps(token).encode())
                told = json.loads(body)
                token = framework.token(claims(APP_ID, told["serviceUrl"]))
                head = {"authorization": f"Bearer {token}", "content-type": "application/json"}
                taken = requests.post(signing.target, data=body, headers=head, timeout=10)
                signing.passed.append((told, taken.status_code, taken.text))
                self.answer(taken.status_code, taken.headers.get("content-type", "text/plain"), taken.content)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()


@pytest.fixture
def framework():
    peer = BotFramework()
    yield peer
    peer.close()


@pytest.fixture
def signing(framework):
    proxy = Signing(framework)
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    account = Moto(tmp_path_factory.mktemp("moto")).wait_until_ready()
    yield account
    account.close()


@pytest.fixture
def bellhop(tmp_path, framework, signing, moto):
    settings = moto.environment() | {
        "BELLHOP_MICROSOFT_TEAMS__BOT__APP_ID": APP_ID,
        "BELLHOP_MICROSOFT_TEAMS__BOT__APP_PASSWORD": "secret",
        "BELLHOP_MICROSOFT_TEAMS__BOT__OPENID_URL": f"{framework.url}/openid",
        "BELLHOP_MICROSOFT_TEAMS__BOT__TOKEN_ISSUER": ISSUER,
        "BELLHOP_MICROSOFT_TEAMS__BOT__LOGIN_URL": f"{signing.url}/login/",
    }
    (tmp_path / "bellhop").mkdir()
    with Bellhop(tmp_path / "bellhop", **settings) as server:
        signing.target = f"{server.url}/teams/messages"
        server.client().create_microsoft_teams_channel_configuration(
            ConfigurationName="ops", TeamId=TEAM, TenantId=TENANT, ChannelId="19%3Aops%40thread.tacv2", IamRoleArn=ROLE, SnsTopicArns=[]
        )
        yield server


@pytest.fixture
def playground(tmp_path, signing):
    home, port = tmp_path / "playground", free_port()
    home.mkdir()
    shutil.copy(HERE / "playground.yml", home / ".m365agentsplayground.yml")
    program = Path(MODULES, "@microsoft/m365agentsplayground/cli.js")
    words = ["-e", f"{signing.url}/teams/messages", "-c", "msteams", "-p", str(port), "--disable-telemetry", "true"]
    command = ["env", "-C", home, "node", "-r", HERE / "loopback.js", program, *words]
    process = Process("playground", command, home, bare_environment(home))
    url = f"http://127.0.0.1:{port}"
    wait_until("the playground listens", lambda: answers(url), 30)
    yield url
    process.stop()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def drive(what, tmp_path, bellhop, signing, playground) -> dict:
    """What a browser saw that did so."""
    environment = os.environ | {"NODE_PATH": MODULES, "BELLHOP_CHROMIUM": shutil.which("chromium") or "chromium", "NO_PROXY": "*"}
    command = ["node", HERE / "mention.js", playground, "ops", tmp_path, what]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90)
    conversations = bellhop.run("conversations", "list", *bellhop.store_arguments()).stdout
    assert done.returncode == 0, f"{done.stderr}\n{passed(signing)}\n{conversations}"
    return json.loads(done.stdout)


def passed(signing) -> str:
    return json.dumps([(told["type"], status) for told, status, _ in signing.passed])


def presses(signing) -> list:
    """How Bellhop answered the presses, in their order."""
    return [(status, json.loads(answer)["value"]) for told, status, answer in signing.passed if told["type"] == "invoke"]


def test_a_mention_gets_a_card_whose_button_works(tmp_path, bellhop, signing, playground):
    seen = drive("help", tmp_path, bellhop, signing, playground)
    assert ROLE in seen["text"] and seen["alone"].strip(), seen
    assert presses(signing) == [(200, "Bellhop is on it.")], passed(signing)


def test_a_command_is_shown_agreed_to_and_done(tmp_path, bellhop, signing, playground, moto):
    seen = drive("command", tmp_path, bellhop, signing, playground)
    assert "sns create-topic --name from-teams --region us-east-1" in seen["shown"] and ROLE in seen["shown"], seen
    assert presses(signing) == [(200, "Bellhop is on it.")], passed(signing)
    topics = boto3.client(
        "sns", endpoint_url=moto.url, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    ).list_topics()["Topics"]
    assert [each["TopicArn"] for each in topics] == [topic_arn("from-teams")]
    assert any(topic_arn("from-teams") in card for card in seen["cards"]), seen


def test_an_alias_is_made_and_run(tmp_path, bellhop, signing, playground):
    seen = drive("alias", tmp_path, bellhop, signing, playground)
    assert "@aws run topics" in seen["made"] and "sns list-topics --region us-east-1" in seen["ran"], seen
