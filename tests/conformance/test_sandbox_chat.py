"""Talking to Bellhop in the local twin, as its user's own tests do: say, press, submit, in Slack and in Teams.

Rests on the program's own sandbox at both ends; that the sandbox speaks as Slack and the Bot Framework do is for the tests beside its
code and for the peers of the other tests here. Chromium, where this machine has it, shows that the pages start and draw what was said.
"""

import subprocess

import pytest
import requests

from bellhop import ROLE, TEAM, TENANT, topic_arn
from browser import chromium

CHANNEL = "C0TALK"
TEAMS_CHANNEL = "19:sandbox-ops@thread.tacv2"
TOPIC = topic_arn("talk")


@pytest.fixture
def twin(start):
    bellhop = start()
    bellhop.configure("talk", CHANNEL, TOPIC)
    return bellhop


def post(twin, path, **body):
    answer = requests.post(f"{twin.url}/sandbox/{path}", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(twin, text, user="U0ANNA", channel=CHANNEL, **more):
    """Says it, and waits for what Bellhop answers."""
    before = len(twin.messages(channel))
    told = post(twin, "say", channel=channel, user=user, text=text, **more)
    assert told["heard"]["status"] == 200, told
    own = 1 if told["message"] else 0
    return twin.wait_for_messages(channel, before + own + 1)[before + own :]


def test_a_mention_is_answered_in_its_thread(twin):
    told = post(twin, "say", channel=CHANNEL, user="U0ANNA", text="@aws help")
    assert told["heard"]["status"] == 200
    answer = twin.wait_for_messages(CHANNEL, 2)[1]
    assert answer["bot_id"] == "B0BELLHOP" and answer["blocks"]
    assert answer["thread_ts"] == told["message"]["ts"]


def test_a_command_and_a_direct_message_are_answered(twin):
    [answer] = said(twin, "/aws help", user="U0BEN")
    assert answer["ephemeral_to"] in ("U0BEN", None) and answer["blocks"]
    [answer] = said(twin, "help", channel="D0ANNA")
    assert answer["blocks"]


def test_an_event_that_nobody_knows_is_heard_and_not_answered(twin):
    told = post(twin, "event", event={"type": "something_new"})
    assert told["heard"]["status"] == 200
    assert twin.messages(CHANNEL) == []


def test_a_button_opens_a_form_and_the_form_is_kept(twin):
    [answer] = said(twin, "@aws preferences")
    buttons = [each for block in answer["blocks"] if block["type"] == "actions" for each in block["elements"] if each.get("value")]
    assert buttons, answer["blocks"]
    pressed = post(twin, "press", user="U0ANNA", channel=CHANNEL, ts=answer["ts"], action_id=buttons[0]["action_id"])
    assert pressed["heard"]["status"] == 200

    def views():
        return requests.get(f"{twin.url}/sandbox/views", timeout=10).json()["views"]

    [view] = twin.wait_until("the form", views, seconds=10)
    assert view["user"] == "U0ANNA" and view["view"]["private_metadata"]
    inputs = [block["element"] for block in view["view"]["blocks"] if block["type"] == "input"]
    menus = {each["action_id"]: each["options"][-1]["value"] for each in inputs if each["type"] == "static_select"}
    before = len(twin.messages(CHANNEL))
    sent = post(twin, "submit", user="U0ANNA", values=menus)
    assert sent["heard"]["status"] == 200 and sent["view"] is None, sent
    assert views() == []
    twin.wait_until("a word that it is kept", lambda: twin.messages(CHANNEL)[before:] or twin.messages(CHANNEL)[before - 1]["edited"], seconds=10)


def test_a_mention_in_teams_is_answered_in_its_thread(twin):
    twin.client().create_microsoft_teams_channel_configuration(
        ConfigurationName="talk-teams",
        TeamId=TEAM,
        TenantId=TENANT,
        ChannelId=TEAMS_CHANNEL.replace(":", "%3A").replace("@", "%40"),
        IamRoleArn=ROLE,
        SnsTopicArns=[TOPIC],
    )
    told = post(twin, "teams/say", user="U0ANNA", channel=TEAMS_CHANNEL, text="@aws help")
    assert told["heard"]["status"] == 200, told

    def answers():
        answer = requests.get(f"{twin.url}/sandbox/teams/messages", params={"channel": TEAMS_CHANNEL}, timeout=10)
        return [each for each in answer.json()["messages"] if each["user"] is None]

    [answer] = twin.wait_until("the answer in Teams", answers, seconds=15)
    assert answer["reply_to"] == told["message"]["id"]
    assert answer["attachments"][0]["content"]["type"] == "AdaptiveCard"


def test_the_pages_draw_what_was_said(twin, tmp_path):
    said(twin, "@aws help")
    post(twin, "teams/say", user="U0BEN", channel=TEAMS_CHANNEL, text="good morning from Ben")
    for page, words in ((f"/sandbox?still#{CHANNEL}", ["@aws", "Anna", "Bellhop", "reply"]), (f"/sandbox/teams?still#{TEAMS_CHANNEL}", ["good morning from Ben"])):
        command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--virtual-time-budget=4000"]
        command += [f"--user-data-dir={tmp_path / 'chromium'}", "--dump-dom", twin.url + page]
        drawn = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
        for word in words:
            assert word in drawn, (page, word)
