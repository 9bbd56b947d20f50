"""The whole conversation in Microsoft's own playground of Teams: a mention and its card, a command agreed to, a form, an approval, an
alias, a button on an alarm.

Rests on npm's `@microsoft/m365agentsplayground`, driven in Chromium: its activities, its connector, its drawing of the cards. It sends no
token, so a proxy of ours adds one (`Signing`), and gives Bellhop the token that it answers with. The account of AWS is moto's.
"""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

import browser
from bellhop import ROLE, Bellhop, topic_arn
from bot_framework_peer import ISSUER, BotFramework, claims
from moto_server import APPROVALS, SET_BACK, Account, Moto
from processes import Process, bare_environment, free_port, wait_until

HERE = Path(__file__).parent / "bot_framework"
APP_ID = "dddddddd-3333-4444-8555-666666666666"
CHANNEL = "19:ops@thread.tacv2"
ALARMS = topic_arn("alarms")
# Of playground.yml: Teams' own name for him, and his object id in Microsoft Entra.
BEN, BEN_IN_ENTRA = "29:u1", "cccccccc-1111-4222-8333-444444444441"
ON_IT = (200, "Bellhop is on it.")


class Signing:
    """Ours: hands activities on with a token of the test's issuer; the login that gives the bot a token of its own; keeps what went by."""

    def __init__(self, framework: BotFramework):
        self.target = None
        self.ring = None
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
                if self.path == "/ring":
                    return self.answer(signing.ring(), "text/plain", b"")
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

    def presses(self) -> list:
        """How Bellhop answered them, in their order."""
        return [(status, json.loads(answer)["value"]) for told, status, answer in self.passed if told["type"] == "invoke"]

    def close(self):
        self.server.shutdown()


@pytest.fixture(scope="module")
def framework():
    peer = BotFramework()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def proxy(framework):
    proxy = Signing(framework)
    yield proxy
    proxy.close()


@pytest.fixture
def signing(proxy):
    """With nothing gone by yet."""
    proxy.passed.clear()
    return proxy


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    moto = Moto(tmp_path_factory.mktemp("moto")).wait_until_ready()
    yield Account(moto)
    moto.close()


@pytest.fixture(scope="module")
def playground(tmp_path_factory, proxy):
    home, port = tmp_path_factory.mktemp("playground"), free_port()
    shutil.copy(HERE / "playground.yml", home / ".m365agentsplayground.yml")
    program = browser.MODULES / "@microsoft/m365agentsplayground/cli.js"
    words = ["-e", f"{proxy.url}/teams/messages", "-c", "msteams", "-p", str(port), "--disable-telemetry", "true"]
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


@pytest.fixture(scope="module")
def bellhop(start_module, framework, proxy, playground, account):
    bot = {
        "APP_ID": APP_ID,
        "APP_PASSWORD": "secret",
        "OPENID_URL": f"{framework.url}/openid",
        "TOKEN_ISSUER": ISSUER,
        "LOGIN_URL": f"{proxy.url}/login/",
        # Where what nobody asked for goes.
        "SERVICE_URL": f"{playground}/_connector/",
    }
    settings = {f"BELLHOP_MICROSOFT_TEAMS__BOT__{name}": value for name, value in bot.items()}
    server = start_module(**settings, **account.moto.environment(), BELLHOP_APPROVALS__RULES=APPROVALS)
    proxy.target = f"{server.url}/teams/messages"
    arn = server.configure_teams("ops", CHANNEL, ALARMS)
    server.give_role("teams", BEN_IN_ENTRA, arn)
    server.put_button_on_alarms("Set it back", SET_BACK, arn)
    return server


@pytest.fixture
def drive(tmp_path, bellhop, playground):
    """What a browser saw that took that walk."""

    def drive(walk: str, *besides) -> dict:
        try:
            return browser.walk("bot_framework/playground.js", playground, "ops", tmp_path, walk, *besides)
        except AssertionError:
            print(bellhop.run("conversations", "list", *bellhop.store_arguments()).stdout)
            raise

    return drive


def test_a_mention_gets_a_card_whose_button_works(drive, signing):
    seen = drive("help")
    assert ROLE in seen["text"] and seen["alone"].strip(), seen
    assert signing.presses() == [ON_IT]


def test_a_command_is_shown_agreed_to_and_done(drive, signing, account):
    seen = drive("command")
    assert "sns create-topic --name from-teams --region us-east-1" in seen["shown"] and ROLE in seen["shown"], seen
    assert signing.presses() == [ON_IT]
    assert account.topics() == ["from-teams"]
    assert topic_arn("from-teams") in seen["result"], seen


def test_what_is_missing_is_filled_in(drive, signing, account):
    seen = drive("form")
    assert "--value" in seen["needs"] and "--value large" in seen["shown"], seen
    assert account.parameters()["/teams/size"][0] == "large"
    # The form between the two buttons comes as a message.
    assert signing.presses() == [ON_IT] * 2


def test_somebody_else_approves(drive, signing, account):
    account.make_table("orders")
    seen = drive("approval", BEN)
    assert "no-table-goes-alone" in seen["shown"] and "yourself" in seen["refused"] and "Ben1" in seen["approved"], seen
    assert account.tables() == []
    pressed = [told["from"]["id"] for told, *_ in signing.passed if told["type"] == "invoke"]
    assert pressed == ["29:anna", "29:anna", BEN]


def test_an_alias_is_made_and_run(drive):
    seen = drive("alias")
    assert "@aws run topics" in seen["made"] and "sns list-topics --region us-east-1" in seen["ran"], seen


def test_a_button_of_an_alarm_runs_its_action(drive, signing, account, bellhop, sns):
    account.make_alarm()
    signing.ring = lambda: bellhop.post(sns.notification(ALARMS, account.alarm_rings()))
    seen = drive("alarm", f"{signing.url}/ring")
    assert "--alarm-name checkout-errors --state-value OK" in seen["shown"], seen
    assert signing.presses() == [ON_IT] * 2
    assert account.state_of_alarm() == "OK"
