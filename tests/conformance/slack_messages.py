"""Whether Slack would take a message: by slack_sdk's reading of Block Kit, and by the two limits that it does not know."""

from slack_sdk.models.blocks import Block

BLOCKS = 50
FIELD_TEXT = 2000
# Unlike blocks, the text of an attachment's fallback is stated nowhere; the message's own text is cut at 40,000.
MESSAGE_TEXT = 4000


def blocks_of(message: dict) -> list[dict]:
    """The blocks of a message, those of its attachments (the coloured bar) too."""
    inside = [block for attachment in message.get("attachments") or [] for block in attachment.get("blocks") or []]
    return (message.get("blocks") or []) + inside


def assert_slack_takes(message: dict):
    blocks = blocks_of(message)
    assert blocks, f"no blocks in {message}"
    assert len(blocks) <= BLOCKS
    for block in blocks:
        parsed = Block.parse(block)
        parsed.validate_json()
        # A member that slack_sdk does not know would be gone here.
        assert parsed.to_dict() == block
        assert all(len(field["text"]) <= FIELD_TEXT for field in block.get("fields", [])), block
    text = message.get("text") or ""
    assert text or any(attachment.get("fallback") for attachment in message["attachments"]), (
        "nothing to read in a notification or aloud"
    )
    assert len(text) <= MESSAGE_TEXT
