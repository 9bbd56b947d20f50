"""Every golden message of every source against slack_sdk's Block Kit: what the renderer's tests call right, Slack's own library reads.

The golden messages are what `cargo test` holds the renderer to: crates/domain/tests/golden/SOURCE/CASE.snap, and what Bellhop says in
conversations: crates/domain/tests/golden_answers/NAME.snap.
"""

import json
from pathlib import Path

import pytest

from slack_sdk.errors import SlackObjectFormationError

from slack_messages import assert_slack_takes, assert_slack_takes_view

DOMAIN = Path(__file__).parents[2] / "crates/domain/tests"
GOLDEN = sorted((DOMAIN / "golden").glob("*/*.snap"))
ANSWERS = sorted((DOMAIN / "golden_answers").glob("*.snap"))


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def read(path: Path) -> dict:
    """insta's file: a heading between two lines of dashes, then the JSON."""
    return json.loads(path.read_text().split("---\n", 2)[2])


def test_every_fixture_has_its_golden_message():
    fixtures = {named(path) for path in (DOMAIN / "fixtures/notification").glob("*/*.*")}
    assert fixtures == {named(path) for path in GOLDEN}
    assert fixtures


@pytest.mark.parametrize("golden", GOLDEN, ids=named)
def test_slack_takes_it(golden):
    assert_slack_takes(read(golden)["slack"])


def test_there_are_golden_answers():
    names = {path.stem for path in ANSWERS}
    assert {"help", "preferences", "link", "refusal"} <= names, "the golden answers are somewhere else"
    assert any("slack_view" in read(path) for path in ANSWERS)


@pytest.mark.parametrize("golden", ANSWERS, ids=lambda path: path.stem)
def test_slack_takes_the_answer(golden):
    answer = read(golden)
    assert_slack_takes(answer["slack"])
    if "slack_view" in answer:
        assert_slack_takes_view(answer["slack_view"])


def preferences() -> dict:
    return read(DOMAIN / "golden_answers/preferences.snap")


def test_slack_sdk_notices_a_button_that_brings_back_too_much():
    message = preferences()["slack"]
    [row] = [block for block in message["blocks"] if block["type"] == "actions"]
    row["elements"][0]["value"] = "t" * 2001
    with pytest.raises(SlackObjectFormationError):
        assert_slack_takes(message)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": {"type": "plain_text", "text": "t" * 25}},
        {"private_metadata": "t" * 3001},
        {"submit": {"type": "plain_text", "text": "t" * 25}},
        {"blocks": []},
        {"type": "modals"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_slack_sdk_notices_a_wrong_view(wrong):
    view = preferences()["slack_view"]
    with pytest.raises((SlackObjectFormationError, AssertionError)):
        assert_slack_takes_view(view | wrong)
