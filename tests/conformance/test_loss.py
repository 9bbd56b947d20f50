"""Nothing is lost, nothing is sent in vain: the loss table in a short form. `cargo xtask bench loss` runs it whole, with 60 of each.

Rests on our own fake chat: nobody else's plays 429 with Retry-After.
"""

import pytest

from accounting import Sent, first_arrivals, overtaken, repeats
from loss_table import Loss, modes, table

COUNT = 14
LETTERS = [mode.letter for mode in modes(wait_seconds=4)]


@pytest.fixture(scope="module")
def rows(tmp_path_factory, sns):
    folder = tmp_path_factory.mktemp("loss") / "bellhop"
    rows = Loss(folder, sns, COUNT, wait_seconds=4, timeout_seconds=1, seconds=55).run()
    print(table(rows))
    return {row.mode.letter: row for row in rows}


@pytest.mark.parametrize("letter", LETTERS)
def test_every_message_is_delivered_once_or_explained(rows, letter):
    assert rows[letter].problems() == []


@pytest.mark.parametrize("letter", LETTERS)
def test_what_mends_itself_or_is_mended_is_delivered(rows, letter):
    assert (rows[letter].delivered, rows[letter].explained) == (COUNT, {})


@pytest.mark.parametrize("letter", "bcdefg")
def test_the_chat_did_fail(rows, letter):
    assert rows[letter].failed_by_chat + rows[letter].shown_unanswered >= 2


def test_a_limit_that_is_known_is_never_reached(rows):
    assert [rows[letter].requests for letter in "ahij"] == [COUNT] * 4


def test_the_accounting_finds_what_is_wrong():
    sent = [Sent("a", 0, 1), Sent("b", 2, 3), Sent("c", 2.5, 4), Sent("d", 5, 6)]
    assert overtaken(sent, "abcd") == overtaken(sent, "acbd") == []
    assert overtaken(sent, "bacd") == [("a", "b")]
    assert overtaken(sent, "dabc") == [("a", "d")]
    # What comes again is no overtaking, and what never came overtook nobody.
    assert overtaken(sent, "abad") == []
    assert (first_arrivals("abad"), repeats("abada")) == (["a", "b", "d"], {"a": 2})
