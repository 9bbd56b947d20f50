"""`bellhop wire dump` against AWS: the model that the pinned botocore sends by, all 34 operations, and the API reference, its 23.

Both ways: nothing that AWS has may lack, nothing may be there that AWS has not. Where they differ on purpose, a table says why; a row
of it that nothing needs any more fails too. What the server then does with its limits is `test_every_member.py`'s business.
"""

from fnmatch import fnmatchcase

import pytest

import wire_facts

# In a row of a table: the source does not have the place at all; whatever is there.
ABSENT, ANYTHING = "absent", "anything"

TOKEN = r'[a-zA-Z0-9=\|/+_.\- ,#:\\"{}]{4,1276}'
TOKEN_OF_THE_MODEL = r'[a-zA-Z0-9=\/+_.\-,#:\\"{}]{4,1276}'
ARN = "arn:aws:[A-Za-z0-9][A-Za-z0-9_/.-]{0,62}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9][A-Za-z0-9:_/+=,@.-]{0,1023}"
CUSTOM_ACTION_ARN = "arn:aws:chatbot:[A-Za-z0-9_/.-]{0,63}:[A-Za-z0-9_/.-]{0,63}:custom-action/[a-zA-Z0-9_-]{1,64}"
UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
CHIME = r"https://hooks\.chime\.aws/incomingwebhooks/[A-Za-z0-9\-_]+?\?token=[A-Za-z0-9\-_]+"

# (where, ours, the model's, reason)
DIFFERENCES_FROM_THE_MODEL = [
    ("*.NextToken.pattern", TOKEN, TOKEN_OF_THE_MODEL, "the reference prints `|` and a blank too, and what either accepts is accepted"),
    ("*.WebhookUrl.pattern", CHIME, CHIME.replace(r"\-_", r"\-"), "the reference prints `_` too"),
    ("Create*.request.Tags.min", 0, ABSENT, "one list of tags everywhere: TagResource's is limited"),
    ("Create*.request.Tags.max", 200, ABSENT, "one list of tags everywhere: TagResource's is limited"),
    ("*.result.*Configuration*.Tags.min", 0, ABSENT, "the same list in an answer"),
    ("*.result.*Configuration*.Tags.max", 200, ABSENT, "the same list in an answer"),
    ("*.result.*.SlackTeamName.min", ABSENT, 1, "an answer is not held to limits; the name is the settings' and never empty"),
    ("*.result.*.SlackTeamName.max", ABSENT, 255, "an answer is not held to limits"),
    ("ListAssociations.result.*.Resource.min", 1, 12, "what can be associated is a custom action"),
    ("ListAssociations.result.*.Resource.max", 1011, 1224, "what can be associated is a custom action"),
    ("ListAssociations.result.*.Resource.pattern", CUSTOM_ACTION_ARN, ARN, "what can be associated is a custom action"),
    ("*.result.ConfiguredTeams.*.TeamName.min", ABSENT, 36, "the model says UUID, which a team's name is not"),
    ("*.result.ConfiguredTeams.*.TeamName.max", ABSENT, 36, "the model says UUID, which a team's name is not"),
    ("*.result.ConfiguredTeams.*.TeamName.pattern", ABSENT, UUID, "the model says UUID, which a team's name is not"),
]

YOUNGER = "younger than the reference; the model has it"
MISPRINT = "the reference's text has a hole here: the request shows the member, its description is lost"
DIFFERENCES_FROM_THE_REFERENCE = [
    ("*.Tags.*", ANYTHING, ABSENT, YOUNGER),
    ("*.result.*.State.type", "string", ABSENT, YOUNGER),
    ("*.result.*.StateReason.type", "string", ABSENT, YOUNGER),
    ("*.result.*.SlackTeamName.min", ABSENT, 1, "an answer is not held to limits; the name is the settings' and never empty"),
    ("*.result.*.SlackTeamName.max", ABSENT, 255, "an answer is not held to limits"),
    ("*.result.*ChannelConfiguration*.TeamName.min", 1, ABSENT, "the reference limits the name in a create only"),
    ("*.result.*ChannelConfiguration*.TeamName.max", 255, ABSENT, "the reference limits the name in a create only"),
    ("*.result.ConfiguredTeams.*.TeamName.min", ABSENT, 36, "the reference says UUID, which a team's name is not"),
    ("*.result.ConfiguredTeams.*.TeamName.max", ABSENT, 36, "the reference says UUID, which a team's name is not"),
    *(
        (f"CreateSlackChannelConfiguration.request.{member}*", ANYTHING, ABSENT, MISPRINT)
        for member in ("SlackChannelId.", "SlackChannelName.", "SlackTeamId.", "SnsTopicArns.")
    ),
]


@pytest.fixture(scope="module")
def dump():
    return wire_facts.dump()


def explains(row, place: str, ours, theirs) -> bool:
    where, our, their, _ = row
    return fnmatchcase(place, where) and our in (ANYTHING, ours) and their == theirs


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
