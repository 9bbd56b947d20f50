"""What a card says of events that are not in the repository: of real ones that AWS published, and of AWS's own EventBridge schemas.

    cargo xtask bench corpus --samples FOLDER [--schemas FILE] [--write] [--show]

FOLDER is searched for JSON that holds EventBridge events, however deep; of each pair of source and detail-type every event counts. FILE
is a list of schemas (`source`, `detailType`, `detail`: members with `required` and `type`), as npm's @aws-cdk/aws-service-spec has them; an
event is made of each. A card counts as telling if it names the place, something of what the event is about, and its state where the event
has one, and holds no `null`, no `[object` and no raw JSON. `--write` keeps the counts for docs/reference/sources.md.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from slack_sdk.errors import SlackObjectFormationError

from slack_messages import assert_slack_takes
from teams_messages import checked, complaints, within_teams

COUNTS = Path(__file__).with_name("corpus.json")
STATE = re.compile(r"(state|status|result|outcome|compliance)$", re.IGNORECASE)
SUBJECT = re.compile(r"(name|id|arn|identifier|title|bucket|key|cluster|pipeline|stack|project|repository|job|instance|service)$", re.IGNORECASE)
REGION = re.compile(r"\b[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-\d\b")
RAW_JSON = re.compile(r'\{\s*\\?"\w+\\?"\s*:')
HALF_A_MINUTE = 30
SNS_MESSAGE_BYTES = 256 * 1024


def rendered(messages: list) -> list[dict]:
    """What each becomes on every platform, by the build under test."""
    binary = os.environ["BELLHOP_BINARY"]
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        for number, message in enumerate(messages):
            path = Path(folder) / f"{number}.json"
            path.write_text(json.dumps(message))
            command = [binary, "render", str(path), "--platform", "all", "--format", "json"]
            answer = subprocess.run(command, capture_output=True, text=True, timeout=HALF_A_MINUTE, check=True)
            answers.append(json.loads(answer.stdout))
    return answers


def refused(answer: dict, teams: dict) -> list[str]:
    """What slack_sdk and Microsoft's parser have against a message; `teams` is the parser's answer to its card."""
    wrong = complaints(answer["teams"]["attachments"][0]["content"], teams) + within_teams(answer["teams"])
    try:
        assert_slack_takes(answer["slack"])
    except (AssertionError, SlackObjectFormationError) as error:
        wrong.append(f"slack_sdk: {error}")
    return wrong


def members(value, name: str = "", depth: int = 0):
    """Names and scalar values of an event's detail, as deep as a person would look."""
    if depth > 4:
        return
    if isinstance(value, dict):
        for key, member in value.items():
            yield from members(member, key, depth + 1)
    elif isinstance(value, list):
        for member in value[:5]:
            yield from members(member, name, depth)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
        yield name, str(value)


def texts(value):
    if isinstance(value, dict):
        for key, member in value.items():
            if key not in ("type", "color"):
                yield from texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from texts(member)
    elif isinstance(value, str):
        yield value


def faults(event: dict, message: dict) -> list[str]:
    """What a card fails to tell; empty if it tells all."""
    said = "\n".join(texts(message)).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    folded = said.casefold()
    found = [] if not event.get("account") or event["account"] in said else ["no account"]
    # What concerns another region than the event's names that one.
    if event.get("region") and event["region"] not in said and not REGION.search(folded):
        found.append("no region")
    details = list(members(event.get("detail")))
    shallow = list(members(event.get("detail"), depth=3))
    resources = [arn for arn in event.get("resources") or [] if isinstance(arn, str)]
    named = [value for name, value in details if SUBJECT.search(name)] + resources
    # A card may show an ARN by its last part.
    subjects = [part for value in named for part in (value, re.split(r"[:/]", value)[-1]) if part]
    if subjects and not any(subject.casefold()[:200] in folded for subject in subjects):
        found.append("no subject")
    states = [value for name, value in shallow if STATE.search(name) and len(value) <= 60]
    if states and not any(state.casefold() in folded for state in states):
        found.append("no state")
    found += [f"{word} in it" for word in ("[object", "None,") if word in said]
    if re.search(r"(^|[\s:`(])null($|[\s,.`)])", said):
        found.append("null in it")
    if RAW_JSON.search(said):
        found.append("raw JSON in it")
    return found


def events_in(value):
    if isinstance(value, dict):
        kind = value.get("detail-type") or value.get("detailType")
        if isinstance(kind, str) and isinstance(value.get("source"), str) and "detail" in value and "account" in value:
            yield value
        else:
            for member in value.values():
                yield from events_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from events_in(member)


def files(folder: Path) -> list:
    """Every file of JSON, whatever it holds."""
    found = []
    for path in sorted(folder.rglob("*.json")):
        try:
            found.append(json.loads(path.read_text()))
        except ValueError:
            continue
    return found


def made(kind, name: str, number: int):
    """A plausible value of a schema's type; each ninth optional one is null."""
    if isinstance(kind, dict) and set(kind) <= {"required", "type"} and "type" in kind:
        if not kind.get("required") and number % 9 == 8:
            return None
        return made(kind["type"], name, number)
    if isinstance(kind, dict):
        if "oneOf" in kind:
            return made(kind["oneOf"][0], name, number)
        if "*" in kind:
            return {"environment": made(kind["*"], "environment", number)}
        return {key: made(member, key, number + index) for index, (key, member) in enumerate(kind.items())}
    if isinstance(kind, list):
        return [made(kind[0], name, number), made(kind[0], name, number + 1)]
    if kind in ("number", "integer"):
        return number
    if kind == "boolean":
        return number % 2 == 0
    if kind == "json":
        return {"inner": {"name": f"inner-{number}"}, "count": number}
    return word(name, number)


def word(name: str, number: int) -> str:
    if STATE.search(name):
        return "FAILED"
    if re.fullmatch(r"(aws)?account(-?id)?", name, re.IGNORECASE):
        return "123456789012"
    if re.fullmatch(r"(aws)?-?region", name, re.IGNORECASE):
        return "eu-west-1"
    if re.search(r"arn$", name, re.IGNORECASE):
        return f"arn:aws:example:eu-west-1:123456789012:thing/{name.lower()}-{number}"
    if re.search(r"(time|date|at)$", name, re.IGNORECASE):
        return "2026-11-22T18:20:16Z"
    return f"{name.lower().replace(' ', '-')}-{number}"


def made_events(schemas: list[dict]) -> list[dict]:
    return [
        {
            "version": "0",
            "id": "0d079340-135a-c8c6-95c2-41fb8f496c53",
            "detail-type": schema["detailType"],
            "source": schema["source"],
            "account": "123456789012",
            "time": "2026-11-22T18:20:16Z",
            "region": "eu-west-1",
            "resources": ["arn:aws:example:eu-west-1:123456789012:thing/resource-0"],
            "detail": {name: made(member, name, index) for index, (name, member) in enumerate(schema["detail"].items())},
        }
        for schema in schemas
    ]


def pair(event: dict) -> tuple[str, str]:
    return event["source"], event.get("detail-type") or event["detailType"]


def judged(what: str, source: str, events: list[dict], show: bool) -> dict:
    """The count of pairs of which every event's card tells all."""
    pairs = {pair(event): [] for event in events}
    for event, answer in zip(events, rendered(events), strict=True):
        message = answer["slack"]
        wrong = faults(event, message)
        pairs[pair(event)] += wrong
        if wrong:
            print(f"{pair(event)}: {', '.join(wrong)}", file=sys.stderr)
        if show:
            print(pair(event)[1], "->", message["text"], file=sys.stderr)
    told = sum(1 for wrong in pairs.values() if not wrong)
    print(f"{what}: {told} of {len(pairs)}")
    return {"what": what, "source": source, "events": len(pairs), "told": told}


def taken(messages: list) -> dict:
    """The count of messages that both platforms' own libraries take."""
    answers = rendered(messages)
    cards = checked([answer["teams"]["attachments"][0]["content"] for answer in answers])
    good = 0
    for answer, card in zip(answers, cards, strict=True):
        wrong = refused(answer, card)
        good += not wrong
        if wrong:
            print(f"{answer['slack']['text'][:100]}: {', '.join(wrong)[:300]}", file=sys.stderr)
    what = "messages, every file and every event in it, that slack_sdk and Microsoft's adaptivecards take within the limits"
    print(f"{what}: {good} of {len(messages)}")
    return {"what": what, "source": "the same", "events": len(messages), "told": good}


def main():
    parser = argparse.ArgumentParser(description="Counts the cards that tell what they should, over events outside the repository.")
    parser.add_argument("--samples", type=Path, help="a folder of real events")
    parser.add_argument("--schemas", type=Path, help="a file of EventBridge schemas")
    parser.add_argument("--write", action="store_true", help="keep the counts for the page on sources")
    parser.add_argument("--show", action="store_true", help="print each card's push line")
    options = parser.parse_args()
    counts = []
    if options.samples:
        what, source = "pairs of source and detail-type, every real event of each", "AWS's guides and its open-source projects' fixtures"
        found = files(options.samples)
        events = [event for file in found for event in events_in(file)]
        counts.append(judged(what, source, events, options.show))
        # A file that is a list of schemas or of recordings is a message like any other: too long for SNS, it is not sent.
        short = [message for message in found + events if len(json.dumps(message)) <= SNS_MESSAGE_BYTES]
        counts.append(taken(short))
    if options.schemas:
        what, source = "EventBridge schemas, an event made of each", "npm @aws-cdk/aws-service-spec"
        counts.append(judged(what, source, made_events(json.loads(options.schemas.read_text())), options.show))
    if options.write:
        COUNTS.write_text(json.dumps(counts, indent=2) + "\n")


if __name__ == "__main__":
    main()
