"""Tokens of the Bot Framework: Bellhop's verdict on each is that of Microsoft's own library.

Rests on npm's `botframework-connector` (pinned in bot_framework/), which is told where our keys are and changed in nothing. The keys and
tokens are made here (bot_framework_peer.py), after Microsoft's pages: that Microsoft signs so rests on nobody here.
"""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
import requests

from bellhop import TENANT, Bellhop
from bot_framework_peer import BotFramework, ISSUER, claims

APP_ID = "dddddddd-3333-4444-8555-666666666666"
SERVICE_URL = "https://smba.example/emea/"
OTHER = "eeeeeeee-3333-4444-8555-666666666666"


def activity(**other) -> dict:
    told = {
        "type": "message",
        "channelId": "msteams",
        "serviceUrl": SERVICE_URL,
        "from": {"id": "29:anna", "aadObjectId": "cccccccc-1111-4222-8333-444444444444"},
        "recipient": {"id": f"28:{APP_ID}"},
        "conversation": {"conversationType": "channel", "tenantId": TENANT, "id": "19:ops@thread.tacv2"},
        "channelData": {"tenant": {"id": TENANT}},
        "text": "not to the bot",
    }
    return {name: value for name, value in (told | other).items() if value is not None}


def variants(framework: BotFramework) -> dict[str, tuple[str | None, dict]]:
    """`Authorization` and activity by what is special about them."""
    now = int(time.time())

    def bearer(kid="good", signed_by=None, algorithm="RS256", **other):
        return f"Bearer {framework.token(claims(APP_ID, SERVICE_URL, **other), kid, signed_by, algorithm)}"

    good = bearer()
    head, payload, signature = good.split(".")
    entra = f"https://sts.windows.net/{TENANT}/"
    return {
        "good": (good, activity()),
        "without nbf": (bearer(nbf=None), activity()),
        "expired within the skew": (bearer(exp=now - 240), activity()),
        "not yet valid within the skew": (bearer(nbf=now + 240), activity()),
        "expired": (bearer(exp=now - 400), activity()),
        "not yet valid": (bearer(nbf=now + 400), activity()),
        "exp is no number": (bearer(exp="tomorrow"), activity()),
        "another audience": (bearer(aud=OTHER), activity()),
        "no audience": (bearer(aud=None), activity()),
        "audiences": (bearer(aud=[APP_ID]), activity()),
        "audience of the connector": (bearer(aud=ISSUER), activity()),
        "another issuer": (bearer(iss="https://issuer.example"), activity()),
        "issuer with a slash": (bearer(iss=f"{ISSUER}/"), activity()),
        "issuer of Entra, version 1": (bearer(iss=entra, ver="1.0", appid=OTHER), activity()),
        "issuer of Entra, version 2": (bearer(iss=f"https://login.microsoftonline.com/{TENANT}/v2.0", ver="2.0", azp=OTHER), activity()),
        "no issuer": (bearer(iss=None), activity()),
        "another service URL": (bearer(serviceurl="https://smba.example/amer/"), activity()),
        "no service URL": (bearer(serviceurl=None), activity()),
        "the activity's service URL is another": (good, activity(serviceUrl="https://attacker.example/")),
        "a key that is not published": (bearer(kid="secret"), activity()),
        "a key under another's name": (bearer(kid="good", signed_by="secret"), activity()),
        "no name of a key": (bearer(kid=None), activity()),
        "a key that may not speak for Teams": (bearer(kid="web"), activity()),
        "unsigned": (bearer(algorithm="none"), activity()),
        "signed with the public key as password": (bearer(algorithm="HS256"), activity()),
        "another payload": (".".join([head, bearer(exp=now + 9999).split(".")[1], signature]), activity()),
        "no signature": (f"{head}.{payload}.", activity()),
        "no token": ("Bearer", activity()),
        "another scheme": (good.replace("Bearer", "Basic"), activity()),
        "no words": ("", activity()),
    }


# What Bellhop refuses and the library takes, on purpose: Microsoft sends none of it.
def stricter(framework: BotFramework) -> dict[str, tuple[str, dict]]:
    def bearer(kid="good", algorithm="RS256", **other):
        return f"Bearer {framework.token(claims(APP_ID, SERVICE_URL, **other), kid, None, algorithm)}"

    return {
        "without exp": (bearer(exp=None), activity()),
        "a key that may speak for nobody": (bearer(kid="bare"), activity()),
        "signed with RS512": (bearer(algorithm="RS512"), activity()),
        "an activity without a service URL": (bearer(), activity(serviceUrl=None)),
    }


@pytest.fixture(scope="module")
def framework():
    peer = BotFramework()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def bellhop(tmp_path_factory, framework):
    settings = {
        "BELLHOP_MICROSOFT_TEAMS__BOT__APP_ID": APP_ID,
        "BELLHOP_MICROSOFT_TEAMS__BOT__APP_PASSWORD": "secret",
        "BELLHOP_MICROSOFT_TEAMS__BOT__OPENID_URL": f"{framework.url}/openid",
        "BELLHOP_MICROSOFT_TEAMS__BOT__TOKEN_ISSUER": ISSUER,
    }
    with Bellhop(tmp_path_factory.mktemp("bellhop"), **settings) as server:
        yield server


def of_microsoft(framework, cases) -> list[bool]:
    asked = {
        "metadata": f"{framework.url}/openid",
        "appId": APP_ID,
        "issuer": ISSUER,
        "cases": [{"authorization": authorization, "activity": told} for authorization, told in cases],
    }
    script = Path(__file__).parent / "bot_framework/verdict.js"
    environment = os.environ | {"NODE_PATH": os.environ["BELLHOP_BOT_FRAMEWORK_MODULES"], "NO_PROXY": "*"}
    done = subprocess.run(
        ["node", script], input=json.dumps(asked), env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return [verdict["taken"] for verdict in json.loads(done.stdout)]


def of_bellhop(bellhop, cases) -> list[bool]:
    taken = []
    for number, (authorization, told) in enumerate(cases):
        headers = {"authorization": authorization} if authorization else {}
        answer = requests.post(f"{bellhop.url}/teams/messages", json=told | {"id": f"v{number}"}, headers=headers, timeout=10)
        assert answer.status_code in (200, 401), f"{number}: {answer.status_code} {answer.text}"
        taken.append(answer.status_code == 200)
    return taken


def test_every_verdict_is_that_of_microsofts_library(framework, bellhop):
    found = variants(framework)
    cases = list(found.values())
    theirs = dict(zip(found, of_microsoft(framework, cases), strict=True))
    ours = dict(zip(found, of_bellhop(bellhop, cases), strict=True))
    assert ours == theirs
    assert sum(theirs.values()) == 4 and len(theirs) >= 20, theirs


def test_what_bellhop_is_stricter_about_is_this_alone(framework, bellhop):
    cases = list(stricter(framework).values())
    assert of_microsoft(framework, cases) == [True] * len(cases)
    assert of_bellhop(bellhop, cases) == [False] * len(cases)
