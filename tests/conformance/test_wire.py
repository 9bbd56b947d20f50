"""`bellhop wire dump` against AWS: the model that the pinned botocore sends by, all 34 operations, and the API reference, its 23.

Both ways: nothing that AWS has may lack, nothing may be there that AWS has not. Where they differ on purpose, a table
(`wire_differences.py`) says why; a row of it that nothing needs any more fails too. What the server then does with its limits is
`test_every_member.py`'s business.
"""

import pytest

import wire_facts
from wire_differences import ABSENT, DIFFERENCES_FROM_THE_MODEL, DIFFERENCES_FROM_THE_REFERENCE, explains

@pytest.fixture(scope="module")
def dump():
    return wire_facts.dump()


def unexplained(ours: dict, theirs: dict, table: list) -> list[str]:
    """Every difference that no row explains, and every row that explains none."""
    places = [place for place in sorted(ours | theirs) if ours.get(place, ABSENT) != theirs.get(place, ABSENT)]
    found, used = [], set()
    for place in places:
        difference = (place, ours.get(place, ABSENT), theirs.get(place, ABSENT))
        rows = [number for number, row in enumerate(table) if explains(row, *difference)]
        used.update(rows)
        if not rows:
            found.append("{}: ours {!r}, AWS's {!r}".format(*difference))
    found += [f"no longer differs: {row}" for number, row in enumerate(table) if number not in used]
    return found


def test_the_wire_is_the_models(dump):
    model = wire_facts.facts_of_model()
    assert len(model) > 1500, "botocore's model was not read"
    assert unexplained(wire_facts.facts_of_dump(dump), model, DIFFERENCES_FROM_THE_MODEL) == []


def test_the_wire_is_the_references_where_it_speaks(dump):
    reference = wire_facts.facts_of_reference()
    shown = [place for place, fact in reference.items() if fact is None]
    ours = wire_facts.facts_to_hold_against_the_reference(dump)
    assert all(f"{place}.type" in ours for place in shown), "a member that the reference shows and does not describe"
    described = {place: fact for place, fact in reference.items() if fact is not None}
    assert len(wire_facts.REFERENCE["operations"]) == 23 and len(described) > 800
    assert unexplained(ours, described, DIFFERENCES_FROM_THE_REFERENCE) == []


def test_the_dump_has_each_operation_once_and_in_order(dump):
    names = [operation["name"] for operation in dump]
    assert names == sorted(wire_facts.MODEL["operations"]) and len(names) == 34


def test_a_difference_is_seen_from_either_side():
    """The comparison itself: it must not be blind to what is missing here, missing there, or excused for nothing."""
    table = [("X.request.Tags.max", 200, ABSENT, "limited here")]
    assert unexplained({"X.request.Tags.max": 200, "X.path": "/x"}, {"X.path": "/x"}, table) == []
    assert len(unexplained({"X.request.Tags.max": 199}, {}, table)) == 2
    assert unexplained({}, {"X.status": 200}, []) == ["X.status: ours 'absent', AWS's 200"]
    assert unexplained({"X.extra.type": "string"}, {}, []) == ["X.extra.type: ours 'string', AWS's 'absent'"]
    assert unexplained({"X.status": 200}, {"X.status": 204}, []) == ["X.status: ours 200, AWS's 204"]
