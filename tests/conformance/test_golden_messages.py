"""Every golden message of every source against slack_sdk's Block Kit: what the renderer's tests call right, Slack's own library reads.

The golden messages are what `cargo test` holds the renderer to: crates/domain/tests/golden/SOURCE/CASE.snap.
"""

import json
from pathlib import Path

import pytest

from slack_messages import assert_slack_takes

DOMAIN = Path(__file__).parents[2] / "crates/domain/tests"
GOLDEN = sorted((DOMAIN / "golden").glob("*/*.snap"))


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
