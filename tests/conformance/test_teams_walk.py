"""The whole conversation in a channel of Microsoft Teams, by hand: on the sandbox's page, whose cards Microsoft's renderer draws.

As in `test_command_walk.py`; Microsoft's own playground has it in `test_teams_playground.py`. The account is moto's.
"""

import pytest

import browser
from bellhop import ROLE, topic_arn
from moto_server import APPROVALS, SET_BACK, Account, Moto

CHANNEL = "19:sandbox-ops@thread.tacv2"
ALARMS = topic_arn("alarms")
BEN = "bbbbbbbb-0000-4000-8000-000000000002"


@pytest.fixture
def account(tmp_path):
    moto = Moto(tmp_path / "moto").wait_until_ready()
    account = Account(moto)
    for name in ("alarms", "deploys"):
        account.client("sns").create_topic(Name=name)
    account.make_table("carts")
    account.make_alarm()
    yield account
    moto.close()


@pytest.fixture
def bellhop(account, start):
    server = start(**account.moto.environment(), BELLHOP_APPROVALS__RULES=APPROVALS)
    arn = server.configure_teams("walk", CHANNEL, ALARMS)
    server.give_role("teams", BEN, arn)
    server.put_button_on_alarms("Set it back", SET_BACK, arn)
    return server


def test_the_whole_conversation_by_hand(bellhop, account, sns, tmp_path):
    assert bellhop.post(sns.notification(ALARMS, account.alarm_rings())) == 200
    seen = browser.walk("sandbox/walk_teams.js", bellhop.url, CHANNEL, tmp_path)
    assert "topics" in seen["read"], seen
    assert "sns create-topic --name by-hand --region us-east-1" in seen["shown"] and ROLE in seen["shown"], seen
    assert topic_arn("by-hand") in seen["result"] and "by-hand" in account.topics(), seen
    assert account.parameters() == {"/walk/by-hand": ("42", "typed by hand")}, seen
    assert "yourself" in seen["refused"] and account.tables() == [], seen
    assert "sns list-topics --region us-east-1" in seen["alias"], seen
    assert "checkout-errors" in seen["action"] and account.state_of_alarm() == "OK", seen
