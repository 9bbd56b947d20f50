"""What a chat does to those who post: limits, errors, hangs, resets, channels that are gone. Each is a `judge` that `fake_slack.py` asks
about every post, under its lock; None means that the post is taken. What is random is so by a seed.

Sources: https://docs.slack.dev/apis/web-api/rate-limits (one message a second per channel, short bursts allowed, 429 with Retry-After),
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#rate-limiting-for-connectors (200 whose
text says 429; four requests a second; 28 KB a message), https://docs.aws.amazon.com/chime/latest/ug/webhooks.html (4,096 characters).
"""

import json
import random
import time
from dataclasses import dataclass, field

# What came of a post.
POSTED, LIMITED, FAILED, REFUSED = "posted", "limited", "failed", "refused"
# How it is answered: as `Reply` says, by a reset, not at all.
ACCEPT, CUT, HANG = "answer", "cut", "hang"

SLACK_TEXT_MAX = 40_000
SLACK_BLOCKS_MAX = 50
SLACK_BLOCK_TEXT_MAX = 3_000
TEAMS_BYTES_MAX = 28 * 1024
CHIME_CHARACTERS_MAX = 4_096


@dataclass(frozen=True)
class Request:
    channel: str
    body: str
    at: float


@dataclass(frozen=True)
class Reply:
    """`outcome` POSTED means that the channel shows it, also if its sender hears nothing."""

    outcome: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: dict | str = ""
    how: str = ACCEPT


class Bucket:
    """A limit: `burst` at once, then `rate` a second."""

    def __init__(self, rate: float, burst: int):
        self.rate, self.burst = rate, burst
        self.tokens, self.filled_at = float(burst), time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Limit:
    """Slack's limit of a channel."""

    def __init__(self, rate: float, burst: int):
        self.bucket = Bucket(rate, burst)

    def judge(self, _: Request) -> Reply | None:
        return None if self.bucket.take() else limited(1)


class TeamsLimit:
    """Teams' limit of a webhook, and each `every`th post is over it whatever its sender does: others share the connector's limit. The
    answer is 200, and only the text says that nothing was posted."""

    def __init__(self, rate: float, burst: int, every: int):
        self.bucket, self.every, self.posts = Bucket(rate, burst), every, 0

    def judge(self, _: Request) -> Reply | None:
        self.posts += 1
        if self.posts % self.every and self.bucket.take():
            return None
        text = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId "
        return Reply(LIMITED, 200, {}, text + "tcid=0,server=msgapi-production-eus-azsc2-4-170,cv=deadbeef=..")


class Wait:
    """The first `times` answers are 429 and ask to wait; whoever comes sooner is refused again, and remembered in `too_early`."""

    def __init__(self, times: int, seconds: int):
        self.times, self.seconds = times, seconds
        self.until, self.too_early = 0.0, 0

    def judge(self, request: Request) -> Reply | None:
        if request.at < self.until:
            self.too_early += 1
            return limited(max(1, round(self.until - request.at)))
        if self.times == 0:
            return None
        self.times -= 1
        self.until = request.at + self.seconds
        return limited(self.seconds)


class Failing:
    """A fraction of all posts is answered 500 and not kept."""

    def __init__(self, fraction: float, seed: int):
        self.fraction, self.chance = fraction, random.Random(seed)

    def judge(self, _: Request) -> Reply | None:
        return failed() if self.chance.random() < self.fraction else None


class Silent:
    """A fraction of all posts gets no answer (`how`: CUT or HANG); of these one in two is shown all the same."""

    def __init__(self, fraction: float, seed: int, how: str):
        self.fraction, self.how, self.chance = fraction, how, random.Random(seed)

    def judge(self, _: Request) -> Reply | None:
        if self.chance.random() >= self.fraction:
            return None
        return Reply(POSTED if self.chance.random() < 0.5 else FAILED, how=self.how)


class Gone:
    """While `gone`, the channel does not exist, or is archived: by turns."""

    def __init__(self):
        self.gone, self.refused = True, 0

    def judge(self, _: Request) -> Reply | None:
        if not self.gone:
            return None
        self.refused += 1
        return Reply(REFUSED, body={"ok": False, "error": ("channel_not_found", "is_archived")[self.refused % 2]})


class Size:
    """The platforms' limits of a message, each by its own error."""

    def judge(self, request: Request) -> Reply | None:
        match request.channel.split("/")[0]:
            case "teams":
                return Reply(REFUSED, 413, {}, "RequestEntityTooLarge") if len(request.body.encode()) > TEAMS_BYTES_MAX else None
            case "chime":
                long = len(json.loads(request.body).get("Content", "")) > CHIME_CHARACTERS_MAX
                return Reply(REFUSED, 400, {}, {"Message": "Content exceeds 4096 characters"}) if long else None
        message = json.loads(request.body)
        if len(message.get("text") or "") > SLACK_TEXT_MAX:
            return Reply(REFUSED, body={"ok": False, "error": "msg_too_long"})
        blocks = list(message.get("blocks") or [])
        for attachment in message.get("attachments") or []:
            blocks += attachment.get("blocks") or []
        if len(blocks) > SLACK_BLOCKS_MAX or any(longest(block) > SLACK_BLOCK_TEXT_MAX for block in blocks):
            return Reply(REFUSED, body={"ok": False, "error": "invalid_blocks"})
        return None


class Weather:
    """Of everything a little, while it is `bad`: 429, 500, resets and hangs, before and after the message is shown."""

    def __init__(self, seed: int):
        self.chance, self.bad = random.Random(seed), True

    def judge(self, request: Request) -> Reply | None:
        draw = self.chance.random()
        if not self.bad:
            return None
        shown = POSTED if self.chance.random() < 0.5 else FAILED
        if draw < 0.04:
            return limited(1)
        if draw < 0.10:
            return failed()
        if draw < 0.13:
            return Reply(shown, how=CUT)
        if draw < 0.145:
            return Reply(shown, how=HANG)
        return None


def limited(seconds: int) -> Reply:
    return Reply(LIMITED, 429, {"Retry-After": str(seconds)}, {"ok": False, "error": "ratelimited"})


def failed() -> Reply:
    return Reply(FAILED, 500, {}, {"ok": False, "error": "internal_error"})


def longest(block) -> int:
    """The longest text within a block."""
    if isinstance(block, dict):
        return max([longest(value) for value in block.values()], default=0)
    if isinstance(block, list):
        return max([longest(value) for value in block], default=0)
    return len(block) if isinstance(block, str) else 0
