"""Whether Slack would take a message or a view: by slack_sdk's reading of Block Kit, and by the limits that it does not know."""

import json

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

BLOCKS = 50
FIELD_TEXT = 2000
# https://docs.slack.dev/reference/methods/views.open: `view_too_large` above 250 kB.
VIEW_BYTES = 250_000
# Unlike blocks, the text of an attachment's fallback is stated nowhere; the message's own text is cut at 40,000.
MESSAGE_TEXT = 4000


def blocks_of(message: dict) -> list[dict]:
    """The blocks of a message, those of its attachments (the coloured bar) too."""
    inside = [block for attachment in message.get("attachments") or [] for block in attachment.get("blocks") or []]
    return (message.get("blocks") or []) + inside


def assert_block(block: dict):
    parsed = Block.parse(block)
    parsed.validate_json()
    for element in getattr(parsed, "elements", None) or [getattr(parsed, "element", None)]:
        # It does not look into a block's elements by itself: a button's value, a menu's lines.
        if hasattr(element, "validate_json"):
            element.validate_json()
    # A member that slack_sdk does not know would be gone here.
    assert parsed.to_dict() == block
    assert all(len(field["text"]) <= FIELD_TEXT for field in block.get("fields", [])), block


def assert_slack_takes_view(view: dict):
    parsed = View(**view)
    parsed.validate_json()
    assert parsed.to_dict() == view
    for block in view["blocks"]:
        assert_block(block)
    assert len(json.dumps(view).encode()) <= VIEW_BYTES
    # Inputs come back by block and action, and a view that has any needs the button that sends it.
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    places = [(block["block_id"], block["element"]["action_id"]) for block in inputs]
    assert len(set(places)) == len(places)
    assert not inputs or view["submit"]["text"]


def assert_slack_takes(message: dict):
    blocks = blocks_of(message)
    assert blocks, f"no blocks in {message}"
    assert len(blocks) <= BLOCKS
    for block in blocks:
        assert_block(block)
    text = message.get("text") or ""
    assert text or any(attachment.get("fallback") for attachment in message["attachments"]), (
        "nothing to read in a notification or aloud"
    )
    assert len(text) <= MESSAGE_TEXT
