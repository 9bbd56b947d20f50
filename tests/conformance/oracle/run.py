"""One run of the oracle: everything is started, broken for a while, mended, and judged."""

import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from chat_faults import Weather
from fake_slack import FakeSlack
from oracle.faults import Fault, Faults
from oracle.installation import Installation
from oracle.plan import CHANNELS, FRESH, Topic, topics
from oracle.publisher import Publisher
from oracle.verdict import Verdict, expected, failed_by_chat, judge, key_of

# A node that died holds its lanes until their leases end, and a lane that failed often waits for more.
DRAINED_WITHIN_SECONDS = 90
FRESH_WITHIN_SECONDS = 20
# A repeat that is still on its way.
LATE_SECONDS = 1.5
# A line of `bellhop deliveries list`: id, when received, state, attempts, configuration, reason.
LINE = re.compile(r"^\s*(\d+)  (\S+)  (.+?)\s+(\d+) attempts?\s+(\S+?)(?:  (.+))?$")
SHOWN_OF_LEDGER = 20


@dataclass
class Outcome:
    seed: int
    nodes: int
    verdict: Verdict
    faults: list[Fault]
    again: Counter
    requests: int
    failed_by_chat: int
    drained_seconds: float | None = None
    fresh_seconds: float | None = None
    problems: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        verdict, store = self.verdict, "SQLite" if self.nodes == 1 else "PostgreSQL"
        kinds = ", ".join(f"{kind} × {count}" for kind, count in sorted(Counter(fault.kind for fault in self.faults).items()))
        again = ", ".join(f"{status} × {count}" for status, count in self.again.most_common()) or "never"
        drained = "never" if self.drained_seconds is None else f"{self.drained_seconds:.1f} s"
        fresh = "never" if self.fresh_seconds is None else f"{self.fresh_seconds:.2f} s"
        return [
            f"seed {self.seed}, {self.nodes} node{'s' if self.nodes > 1 else ''} on {store}",
            f"  faults: {kinds}",
            f"  accepted {verdict.accepted} messages; the publisher had to repeat: {again}",
            f"  to arrive {len(verdict.expected)}, arrived {len(verdict.arrived & verdict.expected)}, dead with reason {len(verdict.dead)}, "
            f"lost {len(verdict.lost)}",
            f"  requests to the chat {self.requests}, of which it failed {self.failed_by_chat}",
            f"  repeated {verdict.repeated}: {verdict.explained_by_chat} shown without an answer, {verdict.explained_by_faults} on their way "
            "when something broke",
            f"  all there {drained} after the last fault; then a fresh message in every channel within {fresh}",
            *(f"  NOT AS PROMISED: {problem}" for problem in self.problems),
        ]


def run(folder: Path, sns, seed: int, seconds: float, nodes: int, clocks_jump: bool = False) -> Outcome:
    plan = topics(seed, seconds)
    weather = Weather(seed)
    chat = FakeSlack(latency=0.02, fault=weather)
    installation = Installation(folder, nodes, sns.host, chat, clocks_jump)
    try:
        installation.start(plan)
        publisher = Publisher(sns, installation.nodes, seed)
        faults = Faults(installation, chat, seed)
        began = time.monotonic()
        with ThreadPoolExecutor(len(plan)) as pool:
            topics_done = [pool.submit(publisher.publish, topic, began) for topic in plan]
            try:
                faults.run(began + seconds)
                weather.bad = False
                mended = time.monotonic()
                for done in topics_done:
                    done.result(timeout=60)
            finally:
                publisher.give_up.set()
        publisher.give_up.clear()
        return judged(installation, chat, publisher, faults, plan, mended)
    finally:
        installation.close()
        chat.close()


def judged(installation: Installation, chat: FakeSlack, publisher: Publisher, faults: Faults, plan: list[Topic], mended: float) -> Outcome:
    accepted = list(publisher.sent)
    # What died with its channel is an operator's to revive.
    installation.nodes[0].deliveries("retry", "--all-dead")
    everything = expected(plan, accepted)
    drained = seconds_until(mended, lambda: everything <= shown(chat), DRAINED_WITHIN_SECONDS)
    ledger = ledger_of_missing(installation) if drained is None else []
    fresh = send_fresh(chat, publisher, plan)
    time.sleep(LATE_SECONDS)
    codes = installation.stop()

    calls = [call for call in chat.of() if int(key_of(call)[1][-4:]) < FRESH]
    verdict = judge(plan, accepted, calls, faults.done)
    verdict.dead = {key: line for key, line, state in ledger if state == "dead"}
    seed, nodes = publisher.seed, len(installation.nodes)
    outcome = Outcome(seed, nodes, verdict, faults.done, publisher.again, len(calls), failed_by_chat(calls), drained, fresh)
    outcome.problems = list(verdict.problems)
    if verdict.lost:
        outcome.problems.append(f"answered 200, and neither arrived nor dead: {sorted(verdict.lost)[:10]}")
        outcome.problems += [f"the ledger says: {line}" for _, line, state in ledger if state != "dead"]
    if publisher.final:
        outcome.problems.append(f"refused for good, so SNS would have dropped them: {publisher.final[:10]}")
    if len(accepted) < sum(len(topic.messages) for topic in plan) - len(publisher.final):
        outcome.problems.append("not all messages were taken in the end")
    if fresh is None:
        outcome.problems.append(f"not every channel got a fresh message within {FRESH_WITHIN_SECONDS} s")
    outcome.problems += [f"crashed: {crash}" for crash in dict.fromkeys(faults.crashes)]
    if any(codes):
        outcome.problems.append(f"the nodes ended with {codes}")
    return outcome


def shown(chat: FakeSlack) -> set:
    return {key_of(call) for call in chat.posts()}


def seconds_until(since: float, check, within: float) -> float | None:
    until = time.monotonic() + within
    while not check():
        if time.monotonic() > until:
            return None
        time.sleep(0.2)
    return time.monotonic() - since


def send_fresh(chat: FakeSlack, publisher: Publisher, plan: list[Topic]) -> float | None:
    """How long one more message takes to every channel."""
    began = time.monotonic()
    wanted = {(topic.channels[0], topic.fresh().mark) for topic in plan[: len(CHANNELS)]}
    with ThreadPoolExecutor(len(CHANNELS)) as pool:
        for topic in plan[: len(CHANNELS)]:
            pool.submit(publisher.send, topic.fresh(), random.Random(topic.name))
    return seconds_until(began, lambda: wanted <= shown(chat), FRESH_WITHIN_SECONDS)


def ledger_of_missing(installation: Installation) -> list[tuple]:
    """Key, line and state of what the ledger does not call delivered."""
    found = []
    node = installation.nodes[0]
    for state in ("dead", "pending"):
        for line in node.deliveries("list", "--state", state, "--max-items", str(SHOWN_OF_LEDGER)).splitlines():
            if not (parts := LINE.match(line)):
                continue
            mark = re.search(r"oracle-\d\d-\d{4}", node.deliveries("show", parts[1]))
            channel = next((c for c in CHANNELS if c.replace("/", "-").lower() == parts[5].split("/")[-1]), parts[5])
            found.append(((channel, mark[0] if mark else "?"), line.strip(), state))
    return found
