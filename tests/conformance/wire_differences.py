"""Where Bellhop's wire differs from what AWS prints, and why: the only two tables of that.

`test_wire.py` fails for a difference that is not here and for a row that nothing needs; `test_every_member.py` expects by them.
"""

from fnmatch import fnmatchcase

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


def explains(row, place: str, ours, theirs) -> bool:
    where, our, their, _ = row
    return fnmatchcase(place, where) and our in (ANYTHING, ours) and their == theirs


def accepted(place: str, theirs):
    """What stands for the model's fact at that place of the wire; None for nothing."""
    for where, our, their, _ in DIFFERENCES_FROM_THE_MODEL:
        if fnmatchcase(place, where) and their == (ABSENT if theirs is None else theirs):
            return None if our == ABSENT else our
    return theirs
