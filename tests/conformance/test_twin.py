"""`bellhop dev`, the local twin, as its user meets it: it starts, refuses, survives, shows, ends.

Rests on the program's own sandbox, and on our own signing SNS and fake Slack where a test needs a message or a refusal of its choice.
"""

import json
import re
import secrets

import pytest
import requests

from bellhop import BINARY, WORKSPACE, topic_arn
from fake_slack import REFUSED
from processes import Process, bare_environment, free_port, wait_until

TOPIC = topic_arn("twin")
CHANNEL = "C0TWIN"


def test_it_says_once_that_it_is_ready_and_what_to_type_next(start):
    bellhop = start()
    wait_until("the commands to copy", lambda: bellhop.process.said().count("\n") > 1)
    lines = bellhop.process.said().splitlines()
    assert [line for line in lines if line.startswith("bellhop ready")] == [f"bellhop ready {bellhop.url}"]
    assert any("aws chatbot create-slack-channel-configuration" in line for line in lines)


@pytest.mark.parametrize("address", ["0.0.0.0", "[::]", "192.0.2.1"])
def test_it_refuses_an_address_that_others_reach(tmp_path, address):
    """The key `test`/`test` must not be offered to a network."""
    command = [BINARY, "dev", "--listen", f"{address}:{free_port()}", "--data-dir", tmp_path / "data"]
    process = Process("bellhop", command, tmp_path, bare_environment(tmp_path))
    assert process.child.wait(10) not in (0, None)
    said = process.stderr.read_text()
    assert address.strip("[]") in said and "loopback" in said
    assert "bellhop ready" not in process.said()


def test_it_ends_cleanly_on_sigterm(start):
    assert start().process.stop(seconds=5) == 0


def test_it_survives_a_restart(start):
    bellhop = start()
    arn = bellhop.configure("twin", CHANNEL, TOPIC)
    [before] = bellhop.client().describe_slack_channel_configurations()["SlackChannelConfigurations"]
    assert bellhop.stop() == 0
    bellhop.start()
    [after] = bellhop.client().describe_slack_channel_configurations()["SlackChannelConfigurations"]
    assert after == before and after["ChatConfigurationArn"] == arn


def test_what_was_accepted_before_a_restart_arrives_after_it(start, slack, sns):
    fake = slack(failing=1.0)
    bellhop = start(BELLHOP_SLACK__API_URL=fake.api_url)
    bellhop.configure("twin", CHANNEL, TOPIC)
    assert bellhop.post(sns.notification(TOPIC, "accepted-before")) == 200
    wait_until("a first attempt", lambda: fake.calls)
    assert bellhop.stop() == 0
    fake.failing = 0.0
    bellhop.start()
    wait_until("the post", fake.posts, seconds=30)
    assert "accepted-before" in fake.posts()[0].text


@pytest.mark.parametrize("sample", ["cloudwatch-alarm", "cloudwatch-ok", "custom", "custom-thread", "eventbridge", "text"])
def test_each_sample_event_arrives(start, sample):
    bellhop = start()
    bellhop.configure("twin", CHANNEL, TOPIC)
    words = ("events", "send", "--topic", TOPIC, "--sample", sample, "--endpoint", bellhop.url, "--data-dir", str(bellhop.data))
    bellhop.run(*words)
    [message] = bellhop.wait_for_messages(CHANNEL, 1)
    assert message["text"] or message["blocks"] or message["attachments"]
    assert re.fullmatch(r"\d+\.\d{6}", message["ts"])


def test_an_event_from_a_file_arrives(start, tmp_path):
    bellhop = start()
    bellhop.configure("twin", CHANNEL, TOPIC)
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"version": "1.0", "source": "custom", "content": {"description": "from-a-file"}}))
    bellhop.run("events", "send", "--topic", TOPIC, str(event), "--endpoint", bellhop.url, "--data-dir", str(bellhop.data))
    [message] = bellhop.wait_for_messages(CHANNEL, 1)
    assert "from-a-file" in json.dumps(message)


@pytest.mark.parametrize("version", ["1", "2"])
def test_messages_of_both_signature_versions_arrive(start, sns, version):
    bellhop = start()
    bellhop.configure("twin", CHANNEL, TOPIC)
    assert bellhop.post(sns.notification(TOPIC, f"signed-{version}", subject="With a subject", version=version)) == 200
    [message] = bellhop.wait_for_messages(CHANNEL, 1)
    assert f"signed-{version}" in json.dumps(message)


def test_custom_notifications_of_one_thread_share_it(start, sns):
    bellhop = start()
    bellhop.configure("twin", CHANNEL, TOPIC)
    for number in range(2):
        custom = {
            "version": "1.0",
            "source": "custom",
            "content": {"textType": "client-markdown", "title": "Deploy", "description": f"step-{number}"},
            "metadata": {"threadId": "deploy-7", "summary": f"summary-{number}"},
        }
        assert bellhop.post(sns.notification(TOPIC, json.dumps(custom))) == 200
    parent, reply = bellhop.wait_for_messages(CHANNEL, 2)
    assert parent.get("thread_ts") in (None, parent["ts"]) and reply["thread_ts"] == parent["ts"]
    assert "step-0" in json.dumps(parent) and "step-1" in json.dumps(reply)


def test_a_subscription_is_confirmed_only_for_a_topic_that_is_configured(start, sns):
    bellhop = start()
    bellhop.configure("twin", CHANNEL, TOPIC)
    stranger = sns.subscription_confirmation(topic_arn("stranger"))
    assert bellhop.post(stranger) == 404
    known = sns.subscription_confirmation(TOPIC)
    assert bellhop.post(known) == 200
    wait_until("the SubscribeURL is called", lambda: any(known["Token"] in path for path in sns.confirmed))
    assert not any(stranger["Token"] in path for path in sns.confirmed)


def test_a_confirmation_never_makes_bellhop_call_a_stranger(start, sns, slack):
    """Signed well, but the SubscribeURL points at a host that nobody trusts."""
    bellhop = start()
    bellhop.configure("twin", CHANNEL, TOPIC)
    stranger = slack()
    url = stranger.api_url.replace("/api/", "/?Action=ConfirmSubscription")
    assert bellhop.post(sns.subscription_confirmation(TOPIC, SubscribeURL=url)) == 403
    assert not stranger.tokens and not stranger.calls


def test_what_sns_would_not_send_is_answered_by_its_fault(start, sns):
    bellhop = start()
    bellhop.configure("twin", CHANNEL, TOPIC)
    good = sns.notification(TOPIC, "never shown")

    def status(body: bytes, **headers) -> int:
        return requests.post(f"{bellhop.url}/sns", data=body, headers=headers, timeout=10).status_code

    unsigned = {name: value for name, value in good.items() if name != "Signature"}
    other_id = json.dumps(good | {"MessageId": "00000000-0000-0000-0000-000000000000"}).encode()
    headers = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": good["MessageId"], "x-amz-sns-topic-arn": TOPIC}
    seen = {
        "no JSON": status(b"hello", **headers),
        "no object": status(b"[]", **headers),
        "a member is missing": status(json.dumps(unsigned).encode(), **headers),
        "header and body disagree": status(other_id, **headers),
        "over 256 KiB": status(json.dumps(good | {"Message": "x" * (257 * 1024)}).encode(), **headers),
        "a topic that nobody configured": bellhop.post(sns.notification(topic_arn("nobody"), "never shown")),
    }
    assert seen == {
        "no JSON": 400,
        "no object": 400,
        "a member is missing": 400,
        "header and body disagree": 400,
        "over 256 KiB": 413,
        "a topic that nobody configured": 404,
    }
    # What follows on the same channel would be behind any of them.
    assert bellhop.post(sns.notification(TOPIC, "the only one")) == 200
    [message] = bellhop.wait_for_messages(CHANNEL, 1)
    assert "the only one" in json.dumps(message)


def test_a_dead_delivery_is_seen_with_its_reason_and_revived(start, slack, sns):
    fake = slack(channels=set())
    bellhop = start(BELLHOP_SLACK__API_URL=fake.api_url)
    bellhop.configure("twin", CHANNEL, TOPIC)
    assert bellhop.post(sns.notification(TOPIC, "revived-one")) == 200

    dead = wait_until("the dead delivery", lambda: re.search(r"^.*\bdead\b.*$", bellhop.deliveries("list"), re.MULTILINE), every=0.3)
    number = re.search(r"\d+", dead[0])[0]
    shown = bellhop.deliveries("show", number)
    assert "channel_not_found" in shown and CHANNEL in shown and TOPIC in shown
    assert fake.count(REFUSED) == 1, "a channel that does not exist is asked once"

    fake.channels = {CHANNEL}
    bellhop.deliveries("retry", number)
    wait_until("the revived delivery", fake.posts, seconds=20)
    assert "revived-one" in fake.posts()[0].text
    wait_until("it is delivered", lambda: "delivered" in bellhop.deliveries("show", number), every=0.3)


def test_a_delivery_that_does_not_exist_is_said_so(start):
    bellhop = start()
    said = bellhop.run("deliveries", "show", "999999", "--data-dir", str(bellhop.data), expect=1).stderr
    assert "999999" in said


@pytest.mark.parametrize(
    ("fault", "counted"),
    [
        ({"fault": "rate_limited", "retry_after_seconds": 1}, "429"),
        ({"fault": "server_error", "status": 503}, "503"),
        ({"fault": "reset"}, "reset"),
    ],
    ids=lambda value: value["fault"] if isinstance(value, dict) else "",
)
def test_a_sandbox_that_misbehaves_delays_and_loses_nothing(start, sns, fault, counted):
    bellhop = start()
    bellhop.configure("twin", CHANNEL, TOPIC)
    armed = requests.post(f"{bellhop.url}/sandbox/faults", json=fault | {"count": 1}, timeout=10)
    assert armed.ok, armed.text
    assert bellhop.post(sns.notification(TOPIC, "after-a-fault")) == 200
    [message] = bellhop.wait_for_messages(CHANNEL, 1, seconds=30)
    assert "after-a-fault" in json.dumps(message)
    answered = requests.get(f"{bellhop.url}/sandbox/faults", timeout=10).json()["answered"]["chat.postMessage"]
    assert (answered["requests"], answered[counted]) == (2, 1), "the first attempt met the fault"


def test_the_sandbox_has_a_page(start):
    page = requests.get(f"{start().url}/sandbox", timeout=10)
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")


def test_health_readiness_and_metrics(start, sns):
    bellhop = start()
    for path in ("healthz", "readyz"):
        assert requests.get(f"{bellhop.url}/{path}", timeout=10).status_code == 200
    bellhop.configure("twin", CHANNEL, TOPIC)
    assert bellhop.post(sns.notification(TOPIC, "counted")) == 200
    assert bellhop.post(sns.notification(TOPIC, "counted") | {"Message": "forged"}) == 403
    bellhop.wait_for_messages(CHANNEL, 1)

    def metrics():
        text = requests.get(f"{bellhop.url}/metrics", timeout=10).text
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line and line[0] != "#"}

    sns_counts = wait_until("counts of SNS", lambda: {name: n for name, n in metrics().items() if "sns" in name and n >= 1})
    assert any("signature" in name or "403" in name for name in sns_counts), f"the refusal is counted by its reason: {sns_counts}"
    assert len(sns_counts) >= 2, f"what was taken is counted too: {sns_counts}"


def test_no_secret_is_in_a_log_or_in_clear_in_the_data(start, slack, sns):
    token, key, text = (f"{kind}-{secrets.token_hex(12)}" for kind in ("xoxb", "aws", "chat"))
    fake = slack()
    account = "123456789012"
    workspace = f'[{{account_id="{account}", team_id="{WORKSPACE}", team_name="Sandbox", bot_token="{token}"}}]'
    bellhop = start(
        BELLHOP_SLACK__API_URL=fake.api_url,
        BELLHOP_SLACK__WORKSPACES=workspace,
        AWS_ACCESS_KEY_ID="AKIAEXAMPLE",
        AWS_SECRET_ACCESS_KEY=key,
        # Nothing listens there: the call fails, and its failure must not tell either.
        AWS_ENDPOINT_URL_SNS=f"http://127.0.0.1:{free_port()}",
        AWS_REGION="us-east-1",
        RUST_LOG="trace",
    )
    bellhop.configure("twin", CHANNEL, TOPIC)
    assert bellhop.post(sns.notification(TOPIC, text)) == 200
    wait_until("the post", fake.posts)
    assert fake.tokens == {token}, "the token is in use"
    assert bellhop.stop() == 0

    logs = bellhop.process.stdout.read_bytes() + bellhop.process.stderr.read_bytes()
    for name, secret in {"token": token, "AWS secret": key, "chat text": text}.items():
        assert secret.encode() not in logs, f"the {name} is in a log"
    for file in (path for path in bellhop.data.rglob("*") if path.is_file()):
        stored = file.read_bytes()
        assert token.encode() not in stored and key.encode() not in stored, f"a secret is in clear in {file.name}"
        assert file.stat().st_mode & 0o077 == 0 or file.suffix not in (".key",), f"others may read {file.name}"
