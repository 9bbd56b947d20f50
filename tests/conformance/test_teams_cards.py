"""Every Teams message of the golden files, held to Microsoft's own parser of Adaptive Cards and to Teams' limit of size.

Rests on npm's `adaptivecards`, pinned beside this file, at version 1.5; the golden files say that they are what is rendered, and the
crate's own tests compare them. What Teams itself shows of a card rests on nobody here.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[2] / "crates/domain/tests/golden"
CHECK = Path(__file__).parent / "adaptive_cards/check.js"
MODULES = Path(os.environ.get("BELLHOP_NODE_MODULES", Path(__file__).parents[2] / "target/conformance-node/node_modules"))
# https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
MESSAGE_BYTES = 28_000
# For Teams and not of Adaptive Cards: the parser does not know it, and Teams takes it.
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#full-width-adaptive-card
OF_TEAMS = "msteams"


def messages() -> dict[str, dict]:
    """What each golden file has for Teams, by the file's name."""
    found = {}
    for path in sorted(GOLDEN.glob("*/*.snap")):
        _, _, rendered = path.read_text(encoding="utf-8").split("---\n", 2)
        found[f"{path.parent.name}/{path.stem}"] = json.loads(rendered)["teams"]
    return found


def checked(cards: list[dict]) -> list[dict]:
    """What the parser says of each card: `parsed` and `validated` are its complaints, `understood` is the card as it writes it."""
    node = subprocess.run(
        ["node", CHECK], input=json.dumps(cards), env=os.environ | {"NODE_PATH": str(MODULES)}, capture_output=True, text=True, timeout=60
    )
    assert node.returncode == 0, f"node, or the parser in {MODULES}: {node.stderr}"
    return json.loads(node.stdout)


def complaints(card: dict, answer: dict) -> list[str]:
    said = answer["parsed"] + answer["validated"]
    if answer["understood"] != {name: value for name, value in card.items() if name != OF_TEAMS}:
        said.append(f"not all of it was understood: {json.dumps(answer['understood'])}")
    return said


def test_every_card_is_one_by_microsofts_parser():
    cards = {name: message["attachments"][0]["content"] for name, message in messages().items()}
    assert len(cards) >= 18, "the golden files are somewhere else"
    answers = checked(list(cards.values()))
    wrong = {name: said for (name, card), answer in zip(cards.items(), answers, strict=True) if (said := complaints(card, answer))}
    assert not wrong, json.dumps(wrong, indent=2)


def test_every_message_is_one_card_within_the_limit():
    for name, message in messages().items():
        assert message["type"] == "message" and message["summary"].strip(), name
        [attachment] = message["attachments"]
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive", name
        assert (attachment["content"]["type"], attachment["content"]["version"]) == ("AdaptiveCard", "1.5"), name
        assert attachment["content"][OF_TEAMS] == {"width": "Full"}, name
        size = len(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())
        assert size <= MESSAGE_BYTES, f"{name}: {size} bytes"


@pytest.mark.parametrize(
    "body",
    [
        [{"type": "Nope"}],
        [{"type": "TextBlock", "text": "x", "weight": "Bold"}],
        [{"type": "TextBlock", "text": "x", "wrapped": True}],
        [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x", "size": 3}]}],
        [{"type": "ActionSet", "actions": [{"type": "Action.OpenUrl", "title": "no URL"}]}],
    ],
)
def test_the_parser_notices_what_is_wrong(body):
    card = {"type": "AdaptiveCard", "version": "1.5", "body": body}
    [answer] = checked([card])
    assert complaints(card, answer), body
