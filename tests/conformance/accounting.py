"""What was accepted set against what arrived: lost, repeated, overtaken. Used by the loss table and by the oracle; knows neither the
server nor the chat.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """One message on its way in: it was accepted at some moment between these two."""

    key: Hashable
    began: float
    ended: float


def first_arrivals(arrived: Iterable[Hashable]) -> list[Hashable]:
    return list(dict.fromkeys(arrived))


def repeats(arrived: Iterable[Hashable]) -> Counter:
    """How often each came again."""
    return Counter({key: count - 1 for key, count in Counter(arrived).items() if count > 1})


def overtaken(sent: Iterable[Sent], arrived: Iterable[Hashable]) -> list[tuple[Hashable, Hashable]]:
    """Pairs (earlier, later): the earlier was accepted before the later was even sent, and arrived after it.

    Of messages that were on their way in together either may be first. One pair for each that overtook.
    """
    times = {one.key: one for one in sent}
    found = []
    accepted_first: Sent | None = None
    for key in reversed(first_arrivals(arrived)):
        one = times[key]
        if accepted_first and accepted_first.ended < one.began:
            found.append((accepted_first.key, key))
        if not accepted_first or one.ended < accepted_first.ended:
            accepted_first = one
    return found[::-1]
