"""Nothing is lost, nothing is sent in vain: 60 notifications against a Slack that limits, and against one that fails.

Rests on our own fake Slack: nobody else's plays 429 with Retry-After. Both runs take about a minute and wait most of it, so they go
side by side.
"""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests

from bellhop import Bellhop, topic_arn
from fake_slack import FAILED, LIMITED, FakeSlack

COUNT = 60
SENDERS = 4
CHANNEL, TOPIC = "C0LOSS", topic_arn("loss")


@dataclass
class Sent:
    """One notification on its way in: between these moments it was accepted."""

    number: int
    began: float
    ended: float


@dataclass
class Run:
    slack: FakeSlack
    sent: list[Sent]

    def arrived(self) -> list[int]:
        """The numbers of the notifications in the channel, in the order they came."""
        return [int(re.search(r"loss-(\d+)", call.text)[1]) for call in self.slack.posts(CHANNEL)]


def send(bellhop, sns) -> list[Sent]:
    """COUNT notifications, SENDERS at a time, in the order of their numbers."""
    numbers = iter(range(COUNT))
    lock, sent = threading.Lock(), []

    def sender():
        session = requests.Session()
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            message = sns.notification(TOPIC, f"loss-{number:03}")
            began = time.monotonic()
            assert bellhop.post(message, session) == 200
            sent.append(Sent(number, began, time.monotonic()))

    with ThreadPoolExecutor(SENDERS) as pool:
        for done in [pool.submit(sender) for _ in range(SENDERS)]:
            done.result()
    return sent


def run(folder, sns, slack: FakeSlack) -> Run:
    settings = {"BELLHOP_SLACK__API_URL": slack.api_url, "BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS": sns.host}
    folder.mkdir()
    with Bellhop(folder, **settings) as bellhop:
        bellhop.configure("loss", CHANNEL, TOPIC)
        sent = send(bellhop, sns)
        # The failing one needs about 90 s: each failure costs its channel a second or more.
        bellhop.wait_until(f"{COUNT} posts", lambda: len(slack.posts()) >= COUNT, seconds=240, every=0.2)
        # One that was sent twice would follow at the pace of the channel.
        assert bellhop.stop() == 0
    return Run(slack, sent)


@pytest.fixture(scope="module")
def runs(tmp_path_factory, sns):
    folder = tmp_path_factory.mktemp("loss")
    slacks = {"limiting": FakeSlack(limit=(1.0, 5)), "failing": FakeSlack(failing=0.3, seed=20)}
    with ThreadPoolExecutor(len(slacks)) as pool:
        futures = {name: pool.submit(run, folder / name, sns, slack) for name, slack in slacks.items()}
    yield futures
    for slack in slacks.values():
        slack.close()


def assert_in_order(one: Run):
    """Whatever was accepted before another was even sent stands before it; of those in flight together either may be first."""
    place = {number: index for index, number in enumerate(one.arrived())}
    for earlier in one.sent:
        for later in one.sent:
            if earlier.ended < later.began:
                assert place[earlier.number] < place[later.number], f"{later.number} overtook {earlier.number}"


def test_a_slack_that_limits_gets_all_and_never_has_to_say_429(runs):
    one = runs["limiting"].result()
    assert sorted(one.arrived()) == list(range(COUNT))
    assert one.slack.count(LIMITED) == 0
    assert len(one.slack.calls) == COUNT, "no wasted request"
    assert_in_order(one)


def test_a_slack_that_fails_three_times_in_ten_gets_all_in_order(runs):
    one = runs["failing"].result()
    assert one.slack.count(FAILED) > COUNT / 10, "the fake did fail"
    assert sorted(one.arrived()) == list(range(COUNT))
    assert_in_order(one)
