"""Queues instead of a public URL: topics and event rules into SQS, and from there into the channel, without one HTTPS subscription.

Rests on LocalStack's SNS, SQS and EventBridge, and on the AWS CLI, which runs the commands of docs/guides/sqs.md as they stand there.
"""

import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from bellhop import Bellhop
from localstack import REGION, LocalStack, aws
from processes import bare_environment, wait_until

GUIDE = Path(__file__).parents[2] / "docs/guides/sqs.md"
ACCOUNT = "000000000000"
CHANNELS = {"enveloped": "C0ENVELOPED", "raw": "C0RAW", "events": "C0EVENTS", "guide": "C0GUIDE"}
# Of queues that SNS does not fill, or that hold messages nobody can take.
EVENTS_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:events-without-sns"
UNLISTED_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:unlisted"


@pytest.fixture(scope="module")
def localstack(tmp_path_factory):
    server = LocalStack(tmp_path_factory.mktemp("localstack"))
    try:
        yield server.wait_until_ready()
    finally:
        server.close()


class Account:
    """What a user has made in AWS: topics, each with a queue of its own, and a queue that an event rule fills."""

    def __init__(self, localstack):
        self.localstack = localstack
        self.topics, self.queues = {}, {}
        self.follow_the_guide()
        for name in ("enveloped", "raw", "events"):
            self.queues[name] = self.aws("sqs", "create-queue", "--queue-name", f"bellhop-{name}")["QueueUrl"]
        for name in ("enveloped", "raw"):
            self.topics[name] = self.aws("sns", "create-topic", "--name", name)["TopicArn"]
            self.aws(
                *("sns", "subscribe", "--topic-arn", self.topics[name]),
                *("--protocol", "sqs", "--notification-endpoint", self.arn(name)),
                *("--attributes", f"RawMessageDelivery={'true' if name == 'raw' else 'false'}"),
            )
        pattern = json.dumps({"source": ["bellhop.test"]})
        self.aws("events", "put-rule", "--name", "to-queue", "--event-pattern", pattern)
        self.aws("events", "put-targets", "--rule", "to-queue", "--targets", f"Id=1,Arn={self.arn('events')}")

    def follow_the_guide(self):
        """Runs its first block, with our region and account in it, in the shell of a reader."""
        self.topics["guide"] = self.aws("sns", "create-topic", "--name", "alarms")["TopicArn"]
        commands = GUIDE.read_text().split("```")[1].replace("eu-central-1", REGION).replace("123456789012", ACCOUNT)
        environment = bare_environment(self.localstack.folder) | {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        # The CLI of these tests, whatever else is on the machine; for SQS its first version does not heed AWS_ENDPOINT_URL.
        own = f'aws() {{ {Path(sys.executable).parent}/aws --endpoint-url {self.localstack.url} "$@"; }}'
        folder = self.localstack.folder
        shell = ["bash", "-eu", "-c", f"{own}\n{commands}"]
        done = subprocess.run(shell, env=environment, cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        self.queues["guide"] = self.aws("sqs", "get-queue-url", "--queue-name", "bellhop")["QueueUrl"]

    def aws(self, *words):
        return aws(*words, endpoint=self.localstack.url, folder=self.localstack.folder)

    def attribute(self, queue: str, name: str) -> str:
        words = ("sqs", "get-queue-attributes", "--queue-url", self.queues[queue], "--attribute-names", name)
        return self.aws(*words)["Attributes"][name]

    def arn(self, queue: str) -> str:
        return self.attribute(queue, "QueueArn")

    def counts(self, queue: str) -> tuple[int, int]:
        """Messages that may be received, and messages that were received and neither deleted nor shown again."""
        return (
            int(self.attribute(queue, "ApproximateNumberOfMessages")),
            int(self.attribute(queue, "ApproximateNumberOfMessagesNotVisible")),
        )


@pytest.fixture(scope="module")
def account(localstack):
    return Account(localstack)


@pytest.fixture(scope="module")
def bellhop(tmp_path_factory, account):
    topics = account.topics | {"events": EVENTS_TOPIC}
    more = f'region="{REGION}",wait_seconds=2,visibility_timeout_seconds=10'
    queues = [f'{{queue_url="{account.queues[name]}",topic_arn="{topic}",{more}}}' for name, topic in topics.items()]
    settings = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": account.localstack.url,
        "BELLHOP_INGEST__SQS": f"[{','.join(queues)}]",
    }
    with Bellhop(tmp_path_factory.mktemp("bellhop"), **settings) as server:
        for name, topic in topics.items():
            server.configure(name, CHANNELS[name], topic)
        yield server


def shown(bellhop, queue: str, text: str) -> dict:
    """The message in the queue's channel that has this text."""

    def look():
        return [message for message in bellhop.messages(CHANNELS[queue]) if text in json.dumps(message)]

    return wait_until(f"{text} in {CHANNELS[queue]}", look, seconds=20)[0]


def assert_emptied(account, queue: str):
    wait_until(f"the queue {queue} is empty", lambda: account.counts(queue) == (0, 0), seconds=20)


@pytest.mark.parametrize("queue", ["guide", "enveloped", "raw"])
def test_an_alarm_reaches_the_channel_through_a_queue(account, bellhop, queue):
    reason = f"cpu-{uuid.uuid4()}"
    account.aws(
        *("cloudwatch", "put-metric-alarm", "--alarm-name", f"cpu-{queue}", "--namespace", "AWS/EC2", "--metric-name", "CPUUtilization"),
        *("--statistic", "Average", "--period", "60", "--evaluation-periods", "1", "--threshold", "80"),
        *("--comparison-operator", "GreaterThanThreshold", "--alarm-actions", account.topics[queue]),
    )
    words = ("--alarm-name", f"cpu-{queue}", "--state-value", "ALARM", "--state-reason", reason)
    account.aws("cloudwatch", "set-alarm-state", *words)
    message = shown(bellhop, queue, reason)
    assert "CPUUtilization" in json.dumps(message), "the alarm was read as an alarm"
    assert_emptied(account, queue)


def test_a_custom_notification_keeps_its_thread_through_a_raw_queue(account, bellhop):
    mark = f"deploy-{uuid.uuid4()}"
    for text in ("started", "ended"):
        notification = {
            "version": "1.0",
            "source": "custom",
            "content": {"title": f"{mark} {text}", "description": text},
            "metadata": {"threadId": mark, "summary": text},
        }
        account.aws("sns", "publish", "--topic-arn", account.topics["raw"], "--message", json.dumps(notification))
        shown(bellhop, "raw", f"{mark} {text}")
    first, reply = shown(bellhop, "raw", f"{mark} started"), shown(bellhop, "raw", f"{mark} ended")
    assert first["ts"] and reply.get("thread_ts") == first["ts"]


def test_an_event_rule_needs_no_topic(account, bellhop):
    mark = f"order-{uuid.uuid4()}"
    entry = {"Source": "bellhop.test", "DetailType": "Order Shipped", "Detail": json.dumps({"order": mark})}
    account.aws("events", "put-events", "--entries", json.dumps([entry]))
    assert "Order Shipped" in json.dumps(shown(bellhop, "events", mark))
    assert_emptied(account, "events")


def test_there_is_no_subscription_but_the_queues(account, bellhop):
    protocols = [each["Protocol"] for each in account.aws("sns", "list-subscriptions")["Subscriptions"]]
    assert protocols == ["sqs", "sqs", "sqs"]


def test_the_guides_queue_has_a_policy_and_a_way_out(account):
    redrive = json.loads(account.attribute("guide", "RedrivePolicy"))
    assert redrive["deadLetterTargetArn"].endswith(":bellhop-dead") and int(redrive["maxReceiveCount"]) == 10
    policy = json.loads(account.attribute("guide", "Policy"))
    assert policy["Statement"][0]["Condition"] == {"ArnEquals": {"aws:SourceArn": account.topics["guide"]}}


def test_a_restart_loses_nothing_that_came_meanwhile(account, bellhop):
    marks = [f"meanwhile-{number}-{uuid.uuid4()}" for number in range(3)]
    bellhop.stop()
    for mark in marks:
        account.aws("sns", "publish", "--topic-arn", account.topics["enveloped"], "--subject", "Backup", "--message", mark)
    bellhop.start()
    # The poll that was dropped at the stop may have been handed one: SQS shows it again after the visibility timeout.
    for mark in marks:
        shown(bellhop, "enveloped", mark)
    assert_emptied(account, "enveloped")


def test_what_nobody_can_take_is_not_deleted(account, bellhop):
    envelope = {
        "Type": "Notification",
        "MessageId": str(uuid.uuid4()),
        "TopicArn": UNLISTED_TOPIC,
        "Message": "for nobody",
        "Timestamp": "2026-11-22T18:20:16.623Z",
        "SignatureVersion": "1",
        "Signature": "c2ln",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
    }
    account.aws("sqs", "send-message", "--queue-url", account.queues["enveloped"], "--message-body", json.dumps(envelope))
    wait_until("it was received", lambda: account.counts("enveloped") == (0, 1), seconds=20)
    mark = f"after-{uuid.uuid4()}"
    account.aws("sns", "publish", "--topic-arn", account.topics["enveloped"], "--message", mark)
    shown(bellhop, "enveloped", mark)
    assert account.counts("enveloped") == (0, 1), "it stays, hidden, for an operator or the redrive policy"
