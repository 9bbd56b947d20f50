"""Whether Teams would take a message: by Microsoft's own parser of Adaptive Cards (npm's `adaptivecards`, pinned beside this file) at version
1.5, and by Teams' limit of size. What Teams itself shows of a card rests on nobody here."""

import json
import os
import subprocess
from pathlib import Path

CHECK = Path(__file__).parent / "adaptive_cards/check.js"
MODULES = Path(os.environ.get("BELLHOP_NODE_MODULES", Path(__file__).parents[2] / "target/conformance-node/node_modules"))
# https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
MESSAGE_BYTES = 28_000
# For Teams and not of Adaptive Cards: the parser does not know it, and Teams takes it.
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#full-width-adaptive-card
OF_TEAMS = "msteams"


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


def within_teams(message: dict) -> list[str]:
    """What is wrong with the message around its card."""
    [attachment] = message["attachments"]
    content = attachment["content"]
    size = len(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())
    rules = {
        "it is no message with a push line": message["type"] == "message" and message["summary"].strip(),
        "its attachment is no card": attachment["contentType"] == "application/vnd.microsoft.card.adaptive",
        "its card is not of version 1.5": (content["type"], content["version"]) == ("AdaptiveCard", "1.5"),
        "its card has not Teams' full width": content[OF_TEAMS] == {"width": "Full"},
        f"it has {size} bytes": size <= MESSAGE_BYTES,
    }
    return [wrong for wrong, holds in rules.items() if not holds]
