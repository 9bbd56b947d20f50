"""kill -9 at random moments while 500 notifications flow: each arrives, in its channel's order, and no more are sent twice than were on
their way to Slack when the process died.

The sender repeats until it has a 200, as SNS does. Rests on our own fake Slack.
"""

import random
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

from bellhop import topic_arn

CHANNELS = 25
EACH = 20
KILLS = 8
SEED = 4750
# A post that Slack answered longer ago than this is settled: the process had the answer and the time to write it down, also on a
# busy machine.
SETTLED_AFTER_SECONDS = 0.1


def test_kills_lose_nothing_and_repeat_only_what_was_in_flight(start, slack, sns):
    # An answer takes a little, so that a kill finds posts in flight.
    fake = slack(latency=0.03)
    bellhop = start(
        BELLHOP_SLACK__API_URL=fake.api_url,
        # Twice Slack's pace: the test is about the kills, and its time is CI's.
        BELLHOP_DELIVERY__SLACK_MESSAGES_PER_SECOND="2",
        BELLHOP_DELIVERY__SLACK_BURST="3",
        BELLHOP_DELIVERY__SLACK_WORKSPACE_MESSAGES_PER_SECOND="60",
    )
    for channel in range(CHANNELS):
        bellhop.configure(f"kill-{channel}", f"C0KILL{channel:02}", topic_arn(f"kill-{channel}"))

    over = threading.Event()
    with ThreadPoolExecutor(CHANNELS) as pool:
        senders = [pool.submit(send, bellhop, sns, channel, over) for channel in range(CHANNELS)]
        try:
            kills = kill_and_restart(bellhop, random.Random(SEED))
            for sender in senders:
                sender.result(timeout=60)
            everything = {(channel, number) for channel in range(CHANNELS) for number in range(EACH)}
            bellhop.wait_until("500 of 500", lambda: set(arrivals(fake)) >= everything, seconds=90, every=0.2)
        finally:
            over.set()
    assert bellhop.stop() == 0

    assert set(arrivals(fake)) == everything
    assert_in_order(fake)
    assert_repeated_only_in_flight(fake, kills)


def send(bellhop, sns, channel: int, over: threading.Event):
    """The notifications of one channel, each until it is accepted, the next one only then."""
    for number in range(EACH):
        message = sns.notification(topic_arn(f"kill-{channel}"), f"kill-{channel:02}-{number:03}")
        while not over.is_set():
            try:
                if bellhop.post(message) == 200:
                    break
            except requests.RequestException:
                pass
            over.wait(0.05)
        # Spread, so that every kill finds some on their way in.
        over.wait(0.5)


def kill_and_restart(bellhop, chance: random.Random) -> list[tuple[float, float]]:
    """The moments of each kill and of the end of the start after it."""
    kills = []
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.3, 1.7))
        killed = time.monotonic()
        bellhop.kill()
        bellhop.start()
        kills.append((killed, time.monotonic()))
    return kills


def mark(call) -> tuple[int, int]:
    found = re.search(r"kill-(\d\d)-(\d\d\d)", call.text)
    return int(found[1]), int(found[2])


def arrivals(fake) -> list[tuple[int, int]]:
    return [mark(call) for call in fake.posts()]


def assert_in_order(fake):
    first: dict[int, list[int]] = {}
    for channel, number in arrivals(fake):
        seen = first.setdefault(channel, [])
        if number not in seen:
            seen.append(number)
    assert first == {channel: list(range(EACH)) for channel in range(CHANNELS)}


def assert_repeated_only_in_flight(fake, kills: list[tuple[float, float]]):
    """What arrived twice was on its way at a kill: with Slack, or answered so shortly before that it was not written down yet."""
    repeated = Counter({each: count - 1 for each, count in Counter(arrivals(fake)).items() if count > 1})
    in_flight = Counter()
    for killed, restarted in kills:
        # What the dead process had sent may be read by Slack a little after its death.
        in_flight.update(
            {mark(call) for call in fake.calls if call.at < restarted and call.answered > killed - SETTLED_AFTER_SECONDS}
        )
    print(f"{repeated.total()} repeated, {in_flight.total()} were in flight at {len(kills)} kills")
    assert repeated <= in_flight, f"sent twice without need: {repeated - in_flight}"
