"""The judgement: what was accepted against what the chat saw, and the faults that explain what came twice."""

import re
from collections import Counter
from dataclasses import dataclass, field

from accounting import Sent, overtaken, repeats
from chat_faults import POSTED
from fake_slack import Call
from oracle.faults import Fault
from oracle.plan import Topic

# A post that was answered longer ago than this is written down, also on a busy machine.
SETTLED_AFTER_SECONDS = 0.3
# After a store or a network is back, nodes connect again and tell what they could not.
RECOVERED_AFTER_SECONDS = 5.0
MARK = re.compile(r"oracle-\d\d-\d{4}")

# One arrival of a message: the channel and the mark.
type Key = tuple[str, str]


@dataclass
class Verdict:
    accepted: int = 0
    expected: set[Key] = field(default_factory=set)
    arrived: set[Key] = field(default_factory=set)
    # Dead in the ledger when all was over, with the reason.
    dead: dict[Key, str] = field(default_factory=dict)
    repeated: int = 0
    explained_by_chat: int = 0
    explained_by_faults: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def lost(self) -> set[Key]:
        return self.expected - self.arrived - set(self.dead)


def key_of(call: Call) -> Key:
    return call.channel, MARK.search(call.text)[0]


def expected(topics: list[Topic], sent: list[Sent]) -> set[Key]:
    accepted = {one.key for one in sent}
    return {
        (channel, message.mark)
        for topic in topics
        for message in topic.messages
        if message.mark in accepted
        for channel in topic.channels
    }


def judge(topics: list[Topic], sent: list[Sent], calls: list[Call], faults: list[Fault]) -> Verdict:
    """Everything but the ledger's word on what did not arrive, which the caller adds."""
    verdict = Verdict(accepted=len(sent), expected=expected(topics, sent))
    arrivals = [key_of(call) for call in calls if call.shown]
    verdict.arrived = set(arrivals)
    planned = {(channel, message.mark) for topic in topics for message in topic.messages for channel in topic.channels}
    if strangers := verdict.arrived - planned:
        verdict.problems.append(f"arrived and was never sent: {sorted(strangers)[:5]}")
    judge_order(verdict, sent, calls, arrivals)
    judge_repeats(verdict, calls, arrivals, faults)
    return verdict


def judge_order(verdict: Verdict, sent: list[Sent], calls: list[Call], arrivals: list[Key]):
    # What died with its channel and was revived comes when it comes.
    revived = {key_of(call) for call in calls if call.outcome == "refused"}
    times = {one.key: one for one in sent}
    for channel in {channel for channel, _ in arrivals}:
        marks = [mark for where, mark in arrivals if where == channel and (where, mark) not in revived and mark in times]
        for earlier, later in overtaken([times[mark] for mark in dict.fromkeys(marks)], marks):
            verdict.problems.append(f"in {channel} {later} overtook {earlier}")


def judge_repeats(verdict: Verdict, calls: list[Call], arrivals: list[Key], faults: list[Fault]):
    again = repeats(arrivals)
    verdict.repeated = again.total()
    # Shown, and its sender heard nothing: it has to come again.
    unanswered = Counter(key_of(call) for call in calls if call.shown and call.unanswered)
    # On its way, or not yet written down, when something broke.
    in_flight = Counter()
    for fault in faults:
        until = fault.ended
        if fault.kind in ("store killed", "network cut", "network silent", "freeze", "clock jump"):
            until += RECOVERED_AFTER_SECONDS
        caught = {key_of(call) for call in calls if call.shown and call.at < until and settled(call) > fault.began}
        in_flight.update(caught)
    verdict.explained_by_chat = (again & unanswered).total()
    rest = again - unanswered
    verdict.explained_by_faults = (rest & in_flight).total()
    if unexplained := rest - in_flight:
        verdict.problems.append(f"came again without need: {dict(unexplained)}")


def settled(call: Call) -> float:
    return (call.answered or float("inf")) + SETTLED_AFTER_SECONDS


def failed_by_chat(calls: list[Call]) -> int:
    return sum(call.outcome != POSTED or call.unanswered for call in calls)
