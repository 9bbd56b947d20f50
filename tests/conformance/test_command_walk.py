"""A whole day of commands in a channel of the sandbox: asked, answered, confirmed, filled in, approved, named, pressed under an alarm.

The account is moto's: what is said to have happened is looked up there by boto3, past Bellhop. The same is then done by hand, as far as
a browser has hands: typed and pressed in Chromium, and the pictures of it kept beside the test.
"""

import json
import time

import pytest
import requests

from bellhop import ACCOUNT, ROLE, Bellhop, configuration_arn, topic_arn
from browser import walk as walk_in_browser
from moto_server import ALARM, APPROVALS, SET_BACK, Account, Moto

CHANNEL = "C0WALK"
ALARMS = topic_arn("alarms")


class Walk:
    """A person at the sandbox: says, presses, submits; and sees what is said next in the thread."""

    def __init__(self, bellhop: Bellhop):
        self.bellhop = bellhop

    def post(self, path: str, **body):
        answer = requests.post(f"{self.bellhop.url}/sandbox/{path}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["heard"]["status"] == 200, told
        return told

    def messages(self) -> list[dict]:
        return self.bellhop.messages(CHANNEL)

    def say(self, text: str, user="U0ANNA") -> dict:
        """Answers the message that it comes to."""
        thread = self.post("say", channel=CHANNEL, user=user, text=text)["message"]["ts"]
        return self.wait(f"an answer to {text}", lambda: self.replies(thread))[0]

    def replies(self, thread: str) -> list[dict]:
        return [each for each in self.messages() if each["thread_ts"] == thread and each["bot_id"]]

    def press(self, message: dict, label: str, user="U0ANNA"):
        return self.post("press", user=user, channel=CHANNEL, ts=message["ts"], label=label)

    def next_reply(self, message: dict) -> dict:
        """What is said in the thread below it."""
        thread = message["thread_ts"] or message["ts"]
        is_below = lambda each: float(each["ts"]) > float(message["ts"]) and not each["ephemeral_to"]
        below = lambda: [each for each in self.replies(thread) if is_below(each)]
        return self.wait(f"a word below {words(message)[:200]}", below)[0]

    def changed(self, message: dict) -> dict:
        """The same message, as it reads once it was replaced."""
        same = lambda: [each for each in self.messages() if each["ts"] == message["ts"] and each["edited"]]
        return self.wait(f"a change of {words(message)[:200]}", same)[0]

    def submit(self, values: dict[str, str], user="U0ANNA"):
        view = lambda: [each for each in requests.get(f"{self.bellhop.url}/sandbox/views", timeout=10).json()["views"] if each["user"] == user]
        self.wait("the form", view)
        sent = self.post("submit", user=user, values=values)
        assert not sent.get("errors"), sent

    def wait(self, what: str, check):
        return self.bellhop.wait_until(what, check, seconds=20)


def words(message: dict) -> str:
    """All that is read of it."""
    texts = []

    def gather(node):
        if isinstance(node, dict):
            texts.extend(value for key, value in node.items() if key == "text" and isinstance(value, str))
            for value in node.values():
                gather(value)
        elif isinstance(node, list):
            for value in node:
                gather(value)

    gather(message["blocks"])
    return "\n".join(texts) or message["text"]


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    moto = Moto(tmp_path_factory.mktemp("moto")).wait_until_ready()
    account = Account(moto)
    for name in ("alarms", "deploys"):
        account.client("sns").create_topic(Name=name)
    yield account
    moto.close()


@pytest.fixture(scope="module")
def bellhop(account, start_module):
    server = start_module(**account.moto.environment(), BELLHOP_APPROVALS__RULES=APPROVALS)
    arn = server.configure("walk", CHANNEL, ALARMS)
    server.give_role("slack", "U0BEN", arn)
    return server


@pytest.fixture
def walk(bellhop):
    return Walk(bellhop)


def test_what_only_reads_is_answered_in_the_thread(walk):
    answer = walk.say("@aws sns list-topics --region us-east-1")
    assert "2 topics" in words(answer) and "deploys" in words(answer), words(answer)


def test_what_changes_something_is_confirmed_and_then_done(walk, account):
    shown = walk.say("@aws sns create-topic --name releases --region us-east-1")
    for word in ("sns create-topic --name releases --region us-east-1", ACCOUNT, ROLE):
        assert word in words(shown), words(shown)
    assert "releases" not in account.topics(), "it ran before anybody agreed"
    walk.press(shown, "Run command")
    result = walk.next_reply(shown)
    assert topic_arn("releases") in words(result), words(result)
    assert "releases" in account.topics()
    assert "Started" in words(walk.changed(shown))


def test_what_is_cancelled_is_not_done(walk, account):
    shown = walk.say("@aws sns delete-topic --topic-arn " + topic_arn("deploys") + " --region us-east-1")
    walk.press(shown, "Cancel command")
    assert "Cancelled" in words(walk.changed(shown))
    assert "deploys" in account.topics()


def test_what_is_missing_is_asked_for_in_a_form_and_shown_before_it_is_done(walk, account):
    needs = walk.say("@aws ssm put-parameter --name /walk/size --region us-east-1")
    assert "--value" in words(needs), words(needs)
    walk.press(needs, "Fill in parameters")
    value, description = "large --region eu-west-1", "--overwrite 'as it stands'"
    walk.submit({"value": value, "type": "String", "description": description})
    shown = walk.next_reply(needs)
    # All that runs is shown, and a secret is not.
    assert value in words(shown) and "as it stands" in words(shown), words(shown)
    secret = walk.say("@aws ssm put-parameter --name /walk/secret --type SecureString --value hunter2 --region us-east-1")
    assert "Run this command?" in words(secret) and "hunter2" not in words(secret), words(secret)
    assert "/walk/size" not in account.parameters()
    walk.press(shown, "Run command")
    result = walk.next_reply(shown)
    assert "Version" in words(result), words(result)
    assert account.parameters()["/walk/size"] == (value, description)


def test_what_a_rule_names_waits_for_somebody_else(walk, account):
    account.make_table("orders")
    shown = walk.say("@aws dynamodb delete-table --table-name orders --region us-east-1")
    assert "no-table-goes-alone" in words(shown), words(shown)
    walk.press(shown, "Ask for approval")
    asked = walk.changed(shown)
    assert "waits for approval" in words(asked), words(asked)
    walk.press(asked, "Approve", user="U0ANNA")
    walk.wait("a no to Anna", lambda: [each for each in walk.messages() if each["ephemeral_to"] == "U0ANNA" and "yourself" in words(each)])
    assert account.tables() == ["orders"], "nobody else said yes"
    walk.press(asked, "Approve", user="U0BEN")
    result = walk.next_reply(asked)
    assert "orders" in words(result), words(result)
    assert account.tables() == []


def test_an_alias_is_made_and_run(walk, account):
    made = walk.say("@aws alias create find logs describe-log-groups --log-group-name-prefix $prefix --region us-east-1")
    assert "is an alias" in words(made) and "@aws run find" in words(made), words(made)
    for name in ("/walk/one", "/walk/two", "/other"):
        account.client("logs").create_log_group(logGroupName=name)
    answer = walk.say("@aws run find /walk")
    assert "2 log groups" in words(answer) and "/other" not in words(answer), words(answer)


def test_a_button_of_an_alarm_runs_its_action(walk, bellhop, account, sns):
    bellhop.put_button_on_alarms("Set it back", SET_BACK, configuration_arn("slack-channel", "walk"))
    account.make_alarm()
    alarm = alarmed(walk, bellhop, account, sns)
    walk.press(alarm, "Set it back")
    shown = walk.next_reply(alarm)
    assert "set-alarm-state --alarm-name checkout-errors --state-value OK" in words(shown), words(shown)
    assert account.state_of_alarm() == "ALARM"
    walk.press(shown, "Run command")
    walk.next_reply(shown)
    assert account.state_of_alarm() == "OK"


def test_the_logs_of_an_alarm_are_shown(walk, bellhop, account, sns):
    now_ms = int(time.time() * 1000)
    logs = account.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/checkout")
    logs.create_log_stream(logGroupName="/aws/lambda/checkout", logStreamName="one")
    event = {"timestamp": now_ms - 60_000, "message": "ERROR: the till is closed"}
    logs.put_log_events(logGroupName="/aws/lambda/checkout", logStreamName="one", logEvents=[event])
    alarm = alarmed(walk, bellhop, account, sns)
    walk.press(alarm, "Show logs")
    result = walk.next_reply(alarm)
    assert "the till is closed" in words(result), words(result)


def alarmed(walk: Walk, bellhop: Bellhop, account: Account, sns) -> dict:
    """The alarm rings; answers its message."""
    before = {each["ts"] for each in walk.messages()}
    assert bellhop.post(sns.notification(ALARMS, account.alarm_rings())) == 200
    rung = lambda: [each for each in walk.messages() if each["ts"] not in before and ALARM in json.dumps(each)]
    return walk.wait("the alarm", rung)[0]


def test_the_same_by_hand_in_a_browser(bellhop, account, sns, tmp_path):
    """Typed and pressed on the page. Pictures of it are in the test's folder."""
    account.make_table("carts")
    account.make_alarm()
    seen = walk_in_browser("sandbox/walk_slack.js", bellhop.url, CHANNEL, tmp_path)
    assert "topics" in seen["read"], seen
    assert "sns create-topic --name by-hand --region us-east-1" in seen["shown"], seen
    assert topic_arn("by-hand") in seen["result"] and "by-hand" in account.topics(), seen
    assert account.parameters()["/walk/by-hand"][1] == "typed by hand", seen
    assert "yourself" in seen["refused"] and account.tables() == [], seen
    assert "sns list-topics --region us-east-1" in seen["alias"], seen
    assert "checkout-errors" in seen["action"] and account.state_of_alarm() == "OK", seen
