"""Every Teams message of the golden files, held to Microsoft's own parser of Adaptive Cards and to Teams' limit of size.

Rests on npm's `adaptivecards`, pinned beside this file, at version 1.5; the golden files say that they are what is rendered, and the
crate's own tests compare them. What Teams itself shows of a card rests on nobody here.
"""

import json
from pathlib import Path

import pytest

from teams_messages import checked, complaints, within_teams

DOMAIN_TESTS = Path(__file__).parents[2] / "crates/domain/tests"


def messages() -> dict[str, dict]:
    """What each golden file has for Teams, by the file's name: notifications, and answers and forms of conversations."""
    found = {}
    for path in sorted([*DOMAIN_TESTS.glob("golden/*/*.snap"), *DOMAIN_TESTS.glob("golden_answers/*.snap")]):
        _, _, rendered = path.read_text(encoding="utf-8").split("---\n", 2)
        rendered = json.loads(rendered)
        for kind in ("teams", "teams_form"):
            if kind in rendered:
                found[f"{path.parent.name}/{path.stem} {kind}"] = rendered[kind]
    return found


def test_every_card_is_one_by_microsofts_parser():
    cards = {name: message["attachments"][0]["content"] for name, message in messages().items()}
    assert len([name for name in cards if not name.startswith("golden_answers/")]) >= 18, "the golden files are somewhere else"
    assert {"golden_answers/preferences teams", "golden_answers/preferences teams_form"} <= cards.keys(), "the golden answers are"
    answers = checked(list(cards.values()))
    wrong = {name: said for (name, card), answer in zip(cards.items(), answers, strict=True) if (said := complaints(card, answer))}
    assert not wrong, json.dumps(wrong, indent=2)


def test_every_message_is_one_card_within_the_limit():
    wrong = {name: said for name, message in messages().items() if (said := within_teams(message))}
    assert not wrong, json.dumps(wrong, indent=2)


@pytest.mark.parametrize(
    "body",
    [
        [{"type": "Nope"}],
        [{"type": "TextBlock", "text": "x", "weight": "Bold"}],
        [{"type": "TextBlock", "text": "x", "wrapped": True}],
        [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x", "size": 3}]}],
        [{"type": "ActionSet", "actions": [{"type": "Action.OpenUrl", "title": "no URL"}]}],
        [{"type": "ActionSet", "actions": [{"type": "Action.Execute", "title": "x", "style": "danger"}]}],
        [{"type": "Input.Text", "id": "a"}, {"type": "Input.Text", "id": "a"}],
        [{"type": "Input.ChoiceSet", "id": "a", "choices": [{"title": "no value"}]}],
    ],
)
def test_the_parser_notices_what_is_wrong(body):
    card = {"type": "AdaptiveCard", "version": "1.5", "body": body}
    [answer] = checked([card])
    assert complaints(card, answer), body
