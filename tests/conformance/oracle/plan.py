"""What a seed makes happen: which messages to which topics, and when. The same for any number of nodes; chance that depends on how fast
things went (which node answers, what the chat does) is not in it.
"""

import json
import random
from dataclasses import dataclass

from bellhop import topic_arn

# As the fake chat names them.
CHANNELS = [f"C0ORACLE{number:02}" for number in range(8)] + ["teams/oracle-0", "teams/oracle-1", "chime/oracle-0"]
# A topic each, and one that goes to three channels of three platforms.
SHARED_BY = [CHANNELS[0], "teams/oracle-0", "chime/oracle-0"]
EVERY_SECONDS = 0.7
FRESH = 9000


@dataclass(frozen=True)
class Message:
    mark: str
    topic: str
    at: float
    text: str


@dataclass(frozen=True)
class Topic:
    name: str
    channels: list[str]
    messages: list[Message]

    @property
    def arn(self) -> str:
        return topic_arn(self.name)

    def fresh(self) -> Message:
        """One more, for when all is over."""
        mark = f"{self.name}-{FRESH}"
        return Message(mark, self.arn, 0.0, f"{mark} All is well again")


def topics(seed: int, seconds: float) -> list[Topic]:
    listeners = [[channel] for channel in CHANNELS] + [SHARED_BY]
    made = []
    for index, channels in enumerate(listeners):
        name = f"oracle-{index:02}"
        # A chance of its own each: one topic more changes no other.
        chance = random.Random(f"{seed} {name}")
        at, messages = chance.uniform(0, EVERY_SECONDS), []
        while at < seconds:
            mark = f"{name}-{len(messages):04}"
            messages.append(Message(mark, topic_arn(name), at, text(chance, mark)))
            at += chance.uniform(0.5, 1.5) * EVERY_SECONDS
        made.append(Topic(name, channels, messages))
    return made


def text(chance: random.Random, mark: str) -> str:
    """All of one priority, so that none may overtake another: plain words, a custom notification, an event."""
    match chance.randrange(4):
        case 0:
            content = {"title": f"Export {mark} is late", "description": f"{mark} has not finished"}
            return json.dumps({"version": "1.0", "source": "custom", "content": content})
        case 1:
            event = {"version": "0", "id": mark, "source": "my.app", "account": "123456789012", "region": "us-east-1"}
            when = {"time": "2026-11-23T03:00:00Z", "resources": [], "detail-type": f"Order {mark}", "detail": {"order": mark}}
            return json.dumps(event | when)
    return f"{mark} " + "word " * chance.randrange(40)
