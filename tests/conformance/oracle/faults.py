"""Breaks things, one after the other, by a seed: kills, freezes, a store that dies, networks that are cut or go silent, channels that
vanish. Remembers when each began and when what it broke was whole again.
"""

import os
import random
import signal
import threading
import time
from dataclasses import dataclass

from chat_faults import Gone
from fake_slack import FakeSlack
from oracle.installation import Installation
from oracle.plan import CHANNELS

# How often each, of one node and of several.
ALONE = {"kill": 6, "freeze": 2, "channel gone": 1}
TOGETHER = {"kill": 5, "freeze": 2, "store killed": 2, "network cut": 2, "network silent": 1, "channel gone": 1}
# Longer than a lease: another node takes over what the frozen one believes to hold. Only in a run that is longer still.
LONG_FREEZE_SECONDS = 70
LONG_RUN_SECONDS = 150
# Twice a lease of these nodes, and no more: what a node dates ahead waits for the others' clocks to come there.
JUMP_SECONDS = 30


@dataclass
class Fault:
    kind: str
    # A node's number, or a channel.
    what: object
    began: float
    ended: float = float("inf")


class Faults:
    def __init__(self, installation: Installation, chat: FakeSlack, seed: int):
        self.installation, self.chat = installation, chat
        self.chance = random.Random(f"{seed} faults")
        self.done: list[Fault] = []
        self.crashes: list[str] = []

    def run(self, until: float):
        """Until that moment; then everything is whole."""
        weights = dict(TOGETHER if self.installation.postgres else ALONE)
        if self.installation.clocks:
            weights["clock jump"] = 4
        long = None
        if self.installation.postgres and until - time.monotonic() > LONG_RUN_SECONDS:
            long = threading.Thread(target=self.freeze, args=(len(self.installation.nodes) - 1, LONG_FREEZE_SECONDS))
            long.start()
        while time.monotonic() < until:
            time.sleep(self.chance.uniform(0.5, 3.0))
            kind = self.chance.choices(list(weights), weights.values())[0]
            # What is frozen for long is left alone.
            free = [number for number in range(len(self.installation.nodes)) if number not in self.installation.down]
            self.crashes += self.installation.crashed()
            self.break_(kind, self.chance.choice(free))
        if long:
            long.join()
        self.crashes += self.installation.crashed()

    def break_(self, kind: str, node: int):
        match kind:
            case "kill":
                self.kill(node)
            case "freeze":
                self.freeze(node, self.chance.uniform(0.3, 4.0))
            case "clock jump":
                self.jump(node)
            case "store killed":
                self.kill_store()
            case "network cut" | "network silent":
                self.cut(kind, node)
            case "channel gone":
                self.hide(self.chance.choice([channel for channel in CHANNELS if "/" not in channel]))

    def kill(self, node: int):
        fault = self.begin("kill", node)
        self.installation.down.add(node)
        self.installation.nodes[node].kill()
        time.sleep(self.chance.uniform(0, 0.5))
        self.installation.restart(node)
        fault.ended = time.monotonic()

    def freeze(self, node: int, seconds: float):
        fault = self.begin("freeze", node)
        self.installation.down.add(node)
        group = self.installation.nodes[node].process.child.pid
        os.killpg(group, signal.SIGSTOP)
        time.sleep(seconds)
        os.killpg(group, signal.SIGCONT)
        self.installation.down.discard(node)
        fault.ended = time.monotonic()

    def jump(self, node: int):
        """Ahead over every lease, or back, and right again."""
        fault = self.begin("clock jump", node)
        self.installation.clocks[node].set(self.chance.uniform(-JUMP_SECONDS, JUMP_SECONDS))
        time.sleep(self.chance.uniform(0.3, 4.0))
        self.installation.clocks[node].set(0)
        fault.ended = time.monotonic()

    def kill_store(self):
        fault = self.begin("store killed", "store")
        self.installation.postgres.kill()
        time.sleep(self.chance.uniform(0.2, 2.5))
        self.installation.postgres.start()
        fault.ended = time.monotonic()

    def cut(self, kind: str, node: int):
        link = self.installation.links[node]
        fault = self.begin(kind, node)
        link.cut() if kind == "network cut" else link.mute()
        time.sleep(self.chance.uniform(0.3, 4.0))
        if kind == "network silent" and self.chance.random() < 0.5:
            # As when a firewall has forgotten the connections meanwhile.
            link.reset()
        link.mend()
        fault.ended = time.monotonic()

    def hide(self, channel: str):
        fault = self.begin("channel gone", channel)
        self.chat.faults[channel] = Gone()
        time.sleep(self.chance.uniform(0.5, 2.0))
        del self.chat.faults[channel]
        fault.ended = time.monotonic()

    def begin(self, kind: str, what) -> Fault:
        fault = Fault(kind, what, time.monotonic())
        self.done.append(fault)
        return fault
