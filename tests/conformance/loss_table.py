"""The loss table: so many notifications to a chat that limits, fails, hangs, cuts off, vanishes or takes no long messages, and what
became of each one. `cargo xtask bench loss` runs it whole, test_loss.py in a short form.

All modes run at once on one server, each in a channel of its own, so that it also shows whether one bad channel holds up another.
Judged from outside: by what the chat saw and by what `bellhop deliveries` says.
"""

import argparse
import json
import re
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import requests

from accounting import Sent, first_arrivals, overtaken, repeats
from bellhop import topic_arn
from chat_faults import CUT, HANG, LIMITED, POSTED, Failing, Gone, Limit, Silent, Size, TeamsLimit, Wait
from fake_slack import FakeSlack
from served import Served
from signing_sns import SigningSns

WHOLE = 60
# SNS takes 256 KiB; near it, with the mark before.
NEARLY_256_KIB = 255 * 1024
# What is sent twice comes at the pace of its channel.
LATE_SECONDS = 2.5
# A line of `bellhop deliveries list`: id, when received, state, attempts, configuration, reason.
LINE = re.compile(r"^\s*(\d+)  (\S+)  (.+?)\s+(\d+) attempts?\s+(\S+?)(?:  (.+))?$")

BEGIN = "<!-- measured: begin, written by `cargo xtask bench loss`, do not edit -->"
END = "<!-- measured: end -->"


@dataclass
class Mode:
    """One row: what the chat does in one channel, and to what messages."""

    letter: str
    title: str
    channel: str
    fault: object
    text: object = None

    @property
    def configuration(self) -> str:
        return f"loss-{self.letter}"

    def message(self, number: int) -> str:
        mark = f"loss-{self.letter}-{number:03}"
        return self.text(mark, number) if self.text else f"{mark} The disk of db-1 is full"


@dataclass
class Row:
    """What became of one mode's messages."""

    mode: Mode
    count: int
    sent: list[Sent] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    # By mark, of those that did not arrive: state and reason of the ledger.
    explained: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    # Requests that the chat was told to let fail. One more each is needed to deliver.
    failed_by_chat: int = 0
    # Shown, but the sender was told nothing: whoever never loses has to post again.
    shown_unanswered: int = 0
    # Refused while the chat had said to wait, or over the channel's own limit.
    against_limit: int = 0
    revived: set[str] = field(default_factory=set)
    overtaken: list = field(default_factory=list)
    seconds: float = 0.0

    @property
    def delivered(self) -> int:
        return len(set(self.arrived))

    @property
    def duplicates(self) -> int:
        return repeats(self.arrived).total()

    @property
    def wasted(self) -> int:
        """Requests beyond one a message."""
        return self.requests - self.delivered

    def problems(self) -> list[str]:
        """What a reader would have to be told; nothing if all is as promised."""
        marks = {one.key for one in self.sent}
        lost = marks - set(self.arrived) - set(self.explained)
        needless = self.wasted - self.failed_by_chat - self.duplicates
        checks = [
            (len(marks) != self.count, f"{len(marks)} of {self.count} were accepted"),
            (lost, f"neither delivered nor explained: {sorted(lost)}"),
            (set(self.arrived) - marks, "messages arrived that were never sent"),
            (self.duplicates > self.shown_unanswered, f"{self.duplicates} repeated, {self.shown_unanswered} had no answer"),
            (needless > 0, f"{needless} requests without need"),
            (self.against_limit, f"{self.against_limit} requests against a limit that was known"),
            (self.overtaken, f"out of order: {self.overtaken[:3]}"),
        ]
        return [f"{self.mode.letter}: {problem}" for wrong, problem in checks if wrong]


def modes(wait_seconds: int) -> list[Mode]:
    return [
        Mode("a", "Slack's limit, 1 a second and burst of 5, 429 above", "C0LOSSA", Limit(1.0, 5)),
        Mode("b", "30 % answered 500", "C0LOSSB", Failing(0.3, seed=20)),
        Mode("c", "Teams webhook, each third 200 says 429 in its text", "teams/loss-c", TeamsLimit(4.0, 4, every=3)),
        Mode("d", f"the first two answers 429 with Retry-After {wait_seconds}", "C0LOSSD", Wait(2, wait_seconds)),
        Mode("e", "30 % hang, half of them shown", "C0LOSSE", Silent(0.3, 21, HANG)),
        Mode("f", "30 % reset after the request, half of them shown", "C0LOSSF", Silent(0.3, 22, CUT)),
        Mode("g", "channel gone, then back and `retry --all-dead`", "C0LOSSG", Gone()),
        Mode("h", "255 KiB each, Slack's limits of a message", "C0LOSSH", Size(), oversize),
        Mode("i", "255 KiB each, Teams' limit of 28 KB", "teams/loss-i", Size(), oversize),
        Mode("j", "255 KiB each, Chime's limit of 4,096 characters", "chime/loss-j", Size(), oversize),
    ]


def oversize(mark: str, number: int) -> str:
    """Near SNS's limit, by turns: one word, what needs escapes, a custom notification, an event of EventBridge."""
    match number % 4:
        case 0:
            return (mark + " " + "x" * NEARLY_256_KIB)[:NEARLY_256_KIB]
        case 1:
            return (mark + ' "\\\n\té<&>*_~`' * NEARLY_256_KIB)[: NEARLY_256_KIB // 2]
        case 2:
            content = {"title": mark, "description": "words and more " * (NEARLY_256_KIB // 16)}
            return json.dumps({"version": "1.0", "source": "custom", "content": content})
    event = {"version": "0", "id": mark, "source": "my.app", "account": "123456789012", "time": "2026-11-23T03:00:00Z"}
    detail = {"order": mark, "items": [f"item {item}" for item in range(NEARLY_256_KIB // 16)]}
    return json.dumps(event | {"region": "us-east-1", "resources": [mark], "detail-type": f"Order {mark}", "detail": detail})


def mark_of(text: str) -> str:
    return re.search(r"loss-[a-z]-\d{3}", text)[0]


class Loss:
    """One run of all modes on one server."""

    def __init__(self, folder: Path, sns, count: int, wait_seconds: int, timeout_seconds: int, seconds: float):
        self.sns, self.count, self.seconds = sns, count, seconds
        self.modes = modes(wait_seconds)
        self.chat = FakeSlack(faults={mode.channel: mode.fault for mode in self.modes})
        teams = [mode.channel.removeprefix("teams/") for mode in self.modes if mode.channel.startswith("teams/")]
        # All else is as users have it.
        delivery = {"request_timeout_seconds": timeout_seconds}
        self.server = Served(folder, sns.host, self.chat, teams=teams, delivery=delivery)

    def run(self) -> list[Row]:
        try:
            with self.server as server:
                for mode in self.modes:
                    server.configure_for(mode.channel, mode.configuration, topic_arn(mode.configuration))
                with ThreadPoolExecutor(len(self.modes)) as pool:
                    rows = list(pool.map(self.run_one, self.modes))
                time.sleep(LATE_SECONDS)
                for row in rows:
                    self.explain(row)
                assert server.stop() == 0
            for row in rows:
                self.account(row)
        finally:
            self.chat.close()
        return rows

    def run_one(self, mode: Mode) -> Row:
        row, began = Row(mode, self.count), time.monotonic()
        sender = threading.Thread(target=self.send, args=(row,), daemon=True)
        sender.start()
        if isinstance(mode.fault, Gone):
            self.bring_back(mode, began)
        while time.monotonic() - began < self.seconds and len(set(self.arrivals(mode))) < self.count:
            assert self.server.process.child.poll() is None, "bellhop ended"
            time.sleep(0.1)
        sender.join(timeout=30)
        posts = self.chat.posts(mode.channel)
        row.seconds = (posts[-1].at if posts else time.monotonic()) - began
        return row

    def send(self, row: Row):
        session = requests.Session()
        for number in range(self.count):
            message = self.sns.notification(topic_arn(row.mode.configuration), row.mode.message(number))
            began = time.monotonic()
            if self.server.post(message, session) == 200:
                row.sent.append(Sent(f"loss-{row.mode.letter}-{number:03}", began, time.monotonic()))

    def bring_back(self, mode: Mode, began: float):
        """The channel comes back when half of the messages have died, and they are revived when the others are through."""

        def wait_for(check):
            while not check() and time.monotonic() - began < self.seconds:
                time.sleep(0.05)

        wait_for(lambda: mode.fault.refused >= self.count // 2)
        mode.fault.gone = False
        wait_for(lambda: len(self.arrivals(mode)) + mode.fault.refused >= self.count)
        # The last post is settled a moment after it arrived.
        time.sleep(0.5)
        self.server.deliveries("retry", "--all-dead")

    def arrivals(self, mode: Mode) -> list[str]:
        return [mark_of(call.text) for call in self.chat.posts(mode.channel)]

    def explain(self, row: Row):
        """The ledger's word on each message that did not arrive."""
        arrived = set(self.arrivals(row.mode))
        for line in self.server.deliveries("list", "--max-items", "1000").splitlines():
            found = LINE.match(line)
            if not found or found[5].split("/")[-1] != row.mode.configuration or found[3] == "delivered":
                continue
            mark = mark_of(self.server.deliveries("show", found[1]))
            if mark not in arrived:
                row.explained[mark] = f"{found[3]}: {found[6]}"

    def account(self, row: Row):
        calls = self.chat.of(row.mode.channel)
        row.arrived = self.arrivals(row.mode)
        row.requests = len(calls)
        row.shown_unanswered = sum(call.shown and call.unanswered for call in calls)
        row.failed_by_chat = sum(call.outcome != POSTED for call in calls)
        if isinstance(row.mode.fault, Limit):
            row.against_limit = sum(call.outcome == LIMITED for call in calls)
        row.against_limit += getattr(row.mode.fault, "too_early", 0)
        refused = {mark_of(call.text) for call in calls if call.outcome != POSTED}
        # Revived messages come after those that overtook them while they were dead.
        row.revived = refused if isinstance(row.mode.fault, Gone) else set()
        for part in (row.revived, {one.key for one in row.sent} - row.revived):
            arrived = [mark for mark in row.arrived if mark in part]
            row.overtaken += overtaken([one for one in row.sent if one.key in part], first_arrivals(arrived))


def table(rows: list[Row]) -> str:
    lines = [
        "| Mode | Sent | Delivered | Waiting or dead, with reason | Requests | Of these wasted | Failed by the chat "
        "| Repeated | Shown without an answer | Out of order | Last one after |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        cells = [
            f"{row.mode.letter.upper()}: {row.mode.title}",
            *(len(row.sent), row.delivered, len(row.explained), row.requests, row.wasted, row.failed_by_chat),
            *(row.duplicates, row.shown_unanswered, len(row.overtaken), f"{row.seconds:.0f} s"),
        ]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def write(page: Path, text: str):
    """Puts the table into the page, between its two markers."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"`{page}` lacks the lines `{BEGIN}` and `{END}`, in this order")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def main() -> int:
    options = argparse.ArgumentParser(prog="cargo xtask bench loss", description="The loss table, whole.")
    options.add_argument("--count", type=int, default=WHOLE, help="notifications in each mode")
    options.add_argument("--write", type=Path, help="put the table into this page, between its markers")
    chosen = options.parse_args()
    sns = SigningSns()
    with tempfile.TemporaryDirectory() as folder:
        rows = Loss(Path(folder) / "bellhop", sns, chosen.count, wait_seconds=30, timeout_seconds=3, seconds=420).run()
    text = table(rows)
    problems = [problem for row in rows for problem in row.problems()]
    explained = [f"- {mark}: {why}" for row in rows for mark, why in sorted(row.explained.items())]
    print("\n".join([text, "", *explained, *(f"NOT AS PROMISED: {problem}" for problem in problems)]))
    if problems:
        return 1
    if chosen.write:
        note = f"{chosen.count} notifications in each mode, all modes at once on one server with SQLite and default settings but "
        write(chosen.write, f"{text}\n\n{note}`delivery.request_timeout_seconds = 3`.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
