"""Hands messages in as SNS does: again after anything but 200, the next of a topic only when the last was taken, to any node."""

import random
import threading
import time
from collections import Counter

import requests

from accounting import Sent
from oracle.plan import Message, Topic
from signing_sns import SigningSns, headers

# SNS waits 15 s; here a frozen node would then hold up a topic for most of a short run.
TIMEOUT_SECONDS = 4
AGAIN_SECONDS = 0.1


class Publisher:
    """Statuses that SNS takes for final are kept: such a message would be lost."""

    def __init__(self, sns: SigningSns, nodes: list, seed: int):
        self.sns, self.nodes, self.seed = sns, nodes, seed
        self.lock = threading.Lock()
        self.sent: list[Sent] = []
        self.again, self.final = Counter(), []
        self.give_up = threading.Event()

    def publish(self, topic: Topic, began: float):
        """Every message of a topic, each not before its time."""
        chance = random.Random(f"{self.seed} nodes of {topic.name}")
        for message in topic.messages:
            time.sleep(max(0.0, began + message.at - time.monotonic()))
            if not self.send(message, chance):
                return

    def send(self, message: Message, chance: random.Random) -> bool:
        signed = self.sns.notification(message.topic, message.text)
        first = time.monotonic()
        while not self.give_up.is_set():
            status = self.offer(chance.choice(self.nodes).url, signed)
            if status == 200:
                with self.lock:
                    self.sent.append(Sent(message.mark, first, time.monotonic()))
                return True
            with self.lock:
                self.again[status] += 1
                if isinstance(status, int) and 400 <= status < 500:
                    self.final.append((message.mark, status))
                    return True
            time.sleep(AGAIN_SECONDS)
        return False

    def offer(self, url: str, signed: dict) -> int | str:
        try:
            # No session: what SNS keeps open does not survive a kill either.
            answer = requests.post(f"{url}/sns", json=signed, headers=headers(signed), timeout=TIMEOUT_SECONDS)
        except requests.Timeout:
            return "no answer"
        except requests.RequestException:
            return "no connection"
        return answer.status_code
