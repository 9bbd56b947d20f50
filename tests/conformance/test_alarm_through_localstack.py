"""The main job with real peers: an alarm of CloudWatch, through an SNS that signs, into a channel, configured by the AWS CLI.

Rests on LocalStack (topics, subscriptions, signatures of both versions, alarms, metrics, roles, event rules), on the AWS CLI and on
slack_sdk's reading of Block Kit. The channel itself is Bellhop's own sandbox.
"""

import json
import threading
import uuid
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from bellhop import ACCOUNT, ROLE, WORKSPACE, Bellhop
from localstack import REGION, LocalStack, aws
from processes import wait_until
from slack_messages import assert_slack_takes, blocks_of

CHANNEL = "C0ALARMS"


@pytest.fixture(scope="module")
def localstack(tmp_path_factory):
    server = LocalStack(tmp_path_factory.mktemp("localstack"), services="sns,sqs,cloudwatch,events,sts")
    try:
        yield server.wait_until_ready()
    finally:
        server.close()


@pytest.fixture(scope="module")
def bellhop(tmp_path_factory, localstack, sns):
    settings = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL_SNS": localstack.url,
        "AWS_ENDPOINT_URL_STS": localstack.url,
        "AWS_ENDPOINT_URL_CLOUDWATCH": localstack.url,
        "BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS": f"{localstack.host},{sns.host}",
    }
    with Bellhop(tmp_path_factory.mktemp("bellhop"), **settings) as server:
        yield server


class Account:
    """The AWS account that a user types commands in: LocalStack's services, and Bellhop as its AWS Chatbot."""

    def __init__(self, localstack, bellhop):
        self.localstack, self.bellhop = localstack, bellhop
        self.topic = self.aws("sns", "create-topic", "--name", "alarms")["TopicArn"]

    def aws(self, *words):
        return aws(*words, endpoint=self.localstack.url, folder=self.localstack.folder)

    def chatbot(self, *words):
        return aws("chatbot", *words, endpoint=self.bellhop.url, folder=self.localstack.folder)

    def subscriptions(self, topic: str) -> list[dict]:
        return self.aws("sns", "list-subscriptions-by-topic", "--topic-arn", topic)["Subscriptions"]

    def pending(self, topic: str, endpoint: str) -> bool | None:
        """Whether SNS still waits for the endpoint to confirm; None if it is not subscribed."""
        for each in self.subscriptions(topic):
            if each["Endpoint"] == endpoint:
                # The list does not tell: LocalStack shows an ARN there from the start.
                words = ("sns", "get-subscription-attributes", "--subscription-arn", each["SubscriptionArn"])
                return self.aws(*words)["Attributes"]["PendingConfirmation"] == "true"
        return None


@pytest.fixture(scope="module")
def account(localstack, bellhop):
    return Account(localstack, bellhop)


@pytest.fixture(scope="module")
def configuration(account, bellhop):
    """A configuration as a user creates it; there once SNS shows Bellhop's subscription as confirmed."""
    created = account.chatbot(
        "create-slack-channel-configuration",
        *("--configuration-name", "alarms"),
        *("--slack-team-id", WORKSPACE),
        *("--slack-channel-id", CHANNEL),
        *("--iam-role-arn", ROLE),
        *("--sns-topic-arns", account.topic),
    )
    endpoint = f"{bellhop.url}/sns"
    wait_until("Bellhop's subscription is confirmed", lambda: account.pending(account.topic, endpoint) is False, seconds=30)
    return created["ChannelConfiguration"]["ChatConfigurationArn"]


@pytest.fixture(scope="module")
def captured(account, configuration):
    """A second endpoint on the same topic: genuine messages, as LocalStack signed them, for a test to hold in its hands."""
    messages = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(handler):
            messages.append(json.loads(handler.rfile.read(int(handler.headers["Content-Length"]))))
            handler.send_response(200)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        def log_message(handler, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}/"
    account.aws("sns", "subscribe", "--topic-arn", account.topic, "--protocol", "http", "--notification-endpoint", endpoint)
    confirmation = wait_until("the confirmation", lambda: messages and messages[0])
    token = confirmation["Token"]
    account.aws("sns", "confirm-subscription", "--topic-arn", account.topic, "--token", token)
    yield messages
    server.shutdown()
    server.server_close()


def with_text(bellhop, text: str) -> list[dict]:
    return [message for message in bellhop.messages(CHANNEL) if text in json.dumps(message)]


def set_alarm(account, state: str, reason: str):
    account.aws("cloudwatch", "set-alarm-state", "--alarm-name", "cpu-high", "--state-value", state, "--state-reason", reason)


@pytest.mark.parametrize("version", ["1", "2"])
def test_an_alarm_reaches_the_channel(account, bellhop, configuration, version):
    account.aws(
        *("sns", "set-topic-attributes", "--topic-arn", account.topic),
        *("--attribute-name", "SignatureVersion", "--attribute-value", version),
    )
    account.aws(
        *("cloudwatch", "put-metric-alarm", "--alarm-name", "cpu-high", "--namespace", "AWS/EC2", "--metric-name", "CPUUtilization"),
        *("--dimensions", "Name=InstanceId,Value=i-0abc", "--statistic", "Average", "--period", "60"),
        *("--evaluation-periods", "1", "--threshold", "80", "--comparison-operator", "GreaterThanThreshold"),
        *("--alarm-actions", account.topic, "--ok-actions", account.topic),
    )
    reason = f"tested with signature version {version}"
    set_alarm(account, "ALARM", reason)
    message = wait_until("the alarm in the channel", lambda: with_text(bellhop, reason), seconds=20)[0]
    assert_slack_takes(message)
    shown = json.dumps(message)
    assert "cpu-high" in shown and "ALARM" in shown.upper() and "CPUUtilization" in shown

    set_alarm(account, "OK", f"over, {reason}")
    message = wait_until("the end of the alarm", lambda: with_text(bellhop, f"over, {reason}"), seconds=20)[0]
    assert_slack_takes(message)


def image_of(bellhop, text: str) -> dict | None:
    return next((block for message in with_text(bellhop, text) for block in blocks_of(message) if block["type"] == "image"), None)


def test_the_alarms_graph_follows_its_message(account, bellhop, configuration):
    """Drawn by Bellhop from the numbers of `GetMetricData`, which it reads as the configuration's role: LocalStack draws nothing."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)

    def datum(minutes):
        return {
            "MetricName": "CPUUtilization",
            "Dimensions": [{"Name": "Instance", "Value": "i-0abc"}],
            "Value": 93.5 if minutes < 5 else 20 + minutes % 7,
            "Timestamp": (now - timedelta(minutes=minutes)).isoformat(),
        }

    data = json.dumps([datum(minutes) for minutes in range(40, -1, -1)])
    # LocalStack keeps accounts apart by key: the role reads the metrics of its own.
    words = ("cloudwatch", "put-metric-data", "--namespace", "Shop", "--metric-data", data)
    aws(*words, endpoint=account.localstack.url, folder=account.localstack.folder, key=ACCOUNT)
    account.aws(
        *("cloudwatch", "put-metric-alarm", "--alarm-name", "shop-cpu", "--namespace", "Shop", "--metric-name", "CPUUtilization"),
        *("--dimensions", "Name=Instance,Value=i-0abc", "--statistic", "Average", "--period", "60"),
        *("--evaluation-periods", "1", "--threshold", "80", "--comparison-operator", "GreaterThanThreshold"),
        *("--alarm-actions", account.topic),
    )
    account.aws("cloudwatch", "set-alarm-state", "--alarm-name", "shop-cpu", "--state-value", "ALARM", "--state-reason", "tested")
    image = wait_until("the graph in the message", lambda: image_of(bellhop, "shop-cpu"), seconds=30)
    assert "CPUUtilization (Average)" in image["alt_text"] and "highest 93.5 %" in image["alt_text"], image
    assert_slack_takes(with_text(bellhop, "shop-cpu")[0])
    png = requests.get(f"{bellhop.url}/sandbox/files/{image['slack_file']['id']}", timeout=10)
    assert png.headers["content-type"] == "image/png"
    width, height = (int.from_bytes(png.content[at : at + 4], "big") for at in (16, 20))
    assert png.content.startswith(b"\x89PNG") and (width, height) == (1200, 600)
    (bellhop.folder / "alarm.png").write_bytes(png.content)


def test_an_event_of_eventbridge_reaches_the_channel(account, bellhop, configuration):
    pattern = json.dumps({"source": ["bellhop.test"]})
    account.aws("events", "put-rule", "--name", "to-chat", "--event-pattern", pattern)
    account.aws("events", "put-targets", "--rule", "to-chat", "--targets", f"Id=1,Arn={account.topic}")
    mark = f"order-{uuid.uuid4()}"
    entry = {"Source": "bellhop.test", "DetailType": "Order Shipped", "Detail": json.dumps({"order": mark})}
    account.aws("events", "put-events", "--entries", json.dumps([entry]))
    message = wait_until("the event in the channel", lambda: with_text(bellhop, "Order Shipped"), seconds=20)[0]
    assert_slack_takes(message)
    assert mark in json.dumps(message), "the detail of an event of an unknown kind is shown"


@pytest.fixture(scope="module")
def genuine(account, bellhop, captured):
    """A message that LocalStack signed and that Bellhop has delivered already."""
    mark = f"genuine-{uuid.uuid4()}"
    account.aws("sns", "publish", "--topic-arn", account.topic, "--message", f"Backup {mark} is done.", "--subject", "Backup")
    message = wait_until("the captured message", lambda: [each for each in captured if mark in each["Message"]])[0]
    wait_until("the same message in the channel", lambda: with_text(bellhop, mark))
    return mark, message


def test_the_same_message_twice_arrives_once(account, bellhop, genuine):
    mark, message = genuine
    assert bellhop.post(message) == 200, "SNS is told that a repeated message is taken, or it would repeat it for an hour"
    assert_nothing_follows(account, bellhop)
    assert len(with_text(bellhop, mark)) == 1


def test_a_forged_message_never_arrives(bellhop, genuine, sns, account):
    _, message = genuine
    fresh = {"MessageId": str(uuid.uuid4())}
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own = sns.notification(account.topic, "forged: never shown")
    elsewhere = own["SigningCertURL"].replace("127.0.0.1", "127.0.0.2")
    forged = {
        "altered text": message | fresh | {"Message": "forged: never shown"},
        "altered id": message | fresh,
        "altered subject": message | fresh | {"Subject": "forged: never shown"},
        "no subject": {name: value for name, value in message.items() if name != "Subject"} | fresh,
        "another signature version": message | fresh | {"SignatureVersion": "1" if message["SignatureVersion"] == "2" else "2"},
        "a stranger's key": sns.sign(own | fresh, key=stranger),
        "an untrusted host": own | {"SigningCertURL": elsewhere},
        "a host that only begins like Amazon's": own
        | {"SigningCertURL": "https://sns.us-east-1.amazonaws.com.example.com/SimpleNotificationService-0.pem"},
        "a certificate from another path": own | {"SigningCertURL": f"http://{sns.host}/elsewhere.pem"},
        "no signature": own | fresh | {"Signature": ""},
    }
    before = len(bellhop.messages(CHANNEL))
    answers = {name: bellhop.post(each) for name, each in forged.items()}
    assert answers == dict.fromkeys(forged, 403)
    assert_nothing_follows(account, bellhop)
    assert len(bellhop.messages(CHANNEL)) == before + 1, "only the marker of this test was added"
    assert not with_text(bellhop, "forged")


def assert_nothing_follows(account, bellhop):
    """What was taken before this marker is in the channel before it: a channel is served in order."""
    mark = f"marker-{uuid.uuid4()}"
    account.aws("sns", "publish", "--topic-arn", account.topic, "--message", mark)
    wait_until("the marker in the channel", lambda: with_text(bellhop, mark), seconds=20)


def test_a_subscription_of_a_topic_that_no_configuration_lists_is_not_confirmed(account, bellhop, configuration):
    other = account.aws("sns", "create-topic", "--name", "of-somebody-else")["TopicArn"]
    account.aws("sns", "subscribe", "--topic-arn", other, "--protocol", "http", "--notification-endpoint", f"{bellhop.url}/sns")
    wait_until("the refusal is logged", lambda: other in bellhop.process.stderr.read_text() + bellhop.process.said(), seconds=20)
    assert account.pending(other, f"{bellhop.url}/sns") is True


def test_topics_come_and_go_with_the_configurations(account, bellhop, configuration, captured):
    """Runs last: it takes the others' configuration away."""
    second = account.chatbot(
        "create-slack-channel-configuration",
        *("--configuration-name", "alarms-too", "--slack-team-id", WORKSPACE, "--slack-channel-id", "C0SECOND"),
        *("--iam-role-arn", ROLE, "--sns-topic-arns", account.topic),
    )["ChannelConfiguration"]["ChatConfigurationArn"]
    assert second == f"arn:aws:chatbot::{ACCOUNT}:chat-configuration/slack-channel/alarms-too"

    def ours():
        return [each for each in account.subscriptions(account.topic) if each["Endpoint"] == f"{bellhop.url}/sns"]

    account.chatbot("delete-slack-channel-configuration", "--chat-configuration-arn", configuration)
    mark = f"still-{uuid.uuid4()}"
    account.aws("sns", "publish", "--topic-arn", account.topic, "--message", mark)
    wait_until("the other channel still hears", lambda: mark in json.dumps(bellhop.messages("C0SECOND")), seconds=20)
    assert len(ours()) == 1, "one configuration still lists the topic, one subscription serves it"
    assert not with_text(bellhop, mark), "the deleted configuration hears nothing"

    account.chatbot(
        "update-slack-channel-configuration",
        *("--chat-configuration-arn", second, "--slack-channel-id", "C0SECOND", "--sns-topic-arns"),
    )
    wait_until("the subscription is gone", lambda: not ours(), seconds=30, every=0.5)
