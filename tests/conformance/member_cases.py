"""Requests around every limit of every member, made from botocore's model: what `test_every_member.py` sends, and what each is to be
answered.

For each member, nested ones too: texts below, at and above each length, matching and nearly matching the pattern; numbers, lists and
maps around their bounds; every other JSON type; null; left out; a stranger beside it. The oracle is the model with the differences of
`wire_differences.py` and Python's `re`.
"""

import itertools
import re
from dataclasses import dataclass

import pattern_examples
from bellhop import WORKSPACE
from wire_differences import accepted
from wire_facts import MODEL, SHAPES

OPERATIONS = MODEL["operations"]
NULL = "Value null at '{}' failed to satisfy constraint: Member must not be null"

# Where the model sets no limit, Bellhop sets this one against hostile input.
LIST_MEMBERS_MAX = 1_000
# Characters of a refused value that an answer repeats. AWS repeats all of them.
ECHOED_CHARACTERS = 256

# Requests that create succeed only in a team that is there, and once for each name. By shape.
FRESH = {
    "ConfigurationName": "n{}",
    "CustomActionName": "a{}",
    "SlackChannelId": "C{}",
    "TeamsChannelId": "19%3a{}%40thread.tacv2",
}
PRESENT = {
    "SlackTeamId": WORKSPACE,
    "TeamId": "11111111-2222-4333-8444-555555555555",
    "TenantId": "66666666-7777-4888-9999-aaaaaaaaaaaa",
}

# Optional in the model, and required by the live service: observed. Without it nothing of an attachment could be good.
REQUIRED_LIVE = {"CustomActionAttachment": ["NotificationType"]}

ABSENT = object()
# A value of each JSON type, under AWS's parser's word for it.
OTHER_TYPES = {
    "TRUE_VALUE": True,
    "FALSE_VALUE": False,
    "NUMBER_VALUE": 1.5,
    "STRING_VALUE": "1",
    "START_ARRAY": [],
    "START_OBJECT": {},
}
# The types that a shape's values may have, and how a refusal calls it.
WANTED = {
    "string": ({"STRING_VALUE"}, "a String"),
    "integer": (set(), "an Integer"),
    "boolean": ({"TRUE_VALUE", "FALSE_VALUE"}, "a Boolean"),
    "list": ({"START_ARRAY"}, "a list"),
    "map": ({"START_OBJECT"}, "a structure"),
    "structure": ({"START_OBJECT"}, "a structure"),
}


@dataclass(frozen=True)
class Member:
    """A member of a request: its place as `wire_facts` names it, the steps to it from the request's shape, its shape's name."""

    place: str
    steps: tuple[str, ...]
    shape_name: str
    required: bool = False

    @property
    def shape(self) -> dict:
        return SHAPES[self.shape_name]

    @property
    def path(self) -> str:
        """As messages name it: `tags.1.member.tagKey`; what is inside a map is named by the map."""
        words = ["1.member" if step == "[]" else step[0].lower() + step[1:] for step in self.steps if step not in ("{key}", "{value}")]
        return ".".join(words)

    def limit(self, attribute: str):
        return accepted(f"{self.place}.{attribute}", self.shape.get(attribute))

    def inside(self) -> list["Member"]:
        shape = self.shape
        required = shape.get("required", [])
        found = [
            Member(f"{self.place}.{name}", (*self.steps, name), member["shape"], name in required)
            for name, member in shape.get("members", {}).items()
        ]
        for part, step in (("member", "[]"), ("key", "{key}"), ("value", "{value}")):
            if part in shape:
                found.append(Member(f"{self.place}.{part}", (*self.steps, step), shape[part]["shape"]))
        return found


@dataclass
class Case:
    """A request and what is wrong with it: sentences of violations, one sentence that stands alone, or nothing."""

    what: str
    request: object
    violations: list[str] | None = None
    alone: str | None = None


def input_of(operation: str) -> str | None:
    return OPERATIONS[operation].get("input", {}).get("shape")


def members_of(operation: str) -> list[Member]:
    """Every member of the operation's request, from the outermost to the innermost."""
    found = Member(f"{operation}.request", (), input_of(operation)).inside()
    for member in found:
        found.extend(member.inside())
    return found


counter = itertools.count(1)


def sample(shape_name: str, name="", creating=False, number=0):
    """A good value, as small as it goes; what must be new is new each time."""
    shape = SHAPES[shape_name]
    match shape["type"]:
        case "structure":
            required = shape.get("required", []) + REQUIRED_LIVE.get(shape_name, [])
            return {member: sample(shape["members"][member]["shape"], member, creating, number) for member in required}
        case "list":
            return [sample(shape["member"]["shape"], creating=creating)] * shape.get("min", 0)
        case "map":
            return {sample(shape["key"]["shape"]): sample(shape["value"]["shape"])}
        case "integer":
            return shape.get("min", 1)
        case "boolean":
            return False
    if creating and name in PRESENT:
        return PRESENT[name]
    if creating and shape_name in FRESH:
        return FRESH[shape_name].format(next(counter))
    if "enum" in shape:
        return shape["enum"][0]
    text = pattern_examples.example(shape.get("pattern", ".*"), max(shape.get("min", 1), 1))
    # Members of one list differ, where the pattern lets them.
    return f"{text}{number}" if number and re.fullmatch(shape.get("pattern", ".*"), f"{text}{number}") else text


def request_with(operation: str, steps: tuple[str, ...], value):
    """A good request but for the value at these steps; `ABSENT` leaves it out."""
    creating = operation.startswith("Create")

    def build(shape_name: str, steps):
        if not steps:
            return value
        step, *rest = steps
        shape = SHAPES[shape_name]
        if step == "[]":
            return [build(shape["member"]["shape"], rest)]
        if step == "{key}":
            return {build(shape["key"]["shape"], rest): sample(shape["value"]["shape"])}
        if step == "{value}":
            return {sample(shape["key"]["shape"]): build(shape["value"]["shape"], rest)}
        built = sample(shape_name, creating=creating)
        inner = build(shape["members"][step]["shape"], rest)
        built.pop(step, None)
        return built | ({} if inner is ABSENT else {step: inner})

    return build(input_of(operation), steps)


def violated(member: Member, value) -> list[str]:
    """The constraints that a value of the right type breaks, in the order in which they are named."""
    if member.shape["type"] == "boolean":
        return []
    size = value if member.shape["type"] == "integer" else len(value)
    least, most, pattern = (member.limit(attribute) for attribute in ("min", "max", "pattern"))
    if member.shape["type"] == "list" and most is None:
        most = LIST_MEMBERS_MAX
    words = "" if member.shape["type"] == "integer" else "have length "
    found = []
    if most is not None and size > most:
        found.append(f"Member must {words or 'be '}less than or equal to {most}")
    if least is not None and size < least:
        found.append(f"Member must {words or 'be '}greater than or equal to {least}")
    if pattern and not re.fullmatch(pattern, value):
        found.append(f"Member must satisfy regular expression pattern: ^{pattern}$")
    if "enum" in member.shape and value not in member.shape["enum"]:
        found.append(f"Member must satisfy enum value set: [{', '.join(member.shape['enum'])}]")
    return found


def sentences(member: Member, value) -> list[str]:
    """How a request with that value there is refused; nothing if it is good."""
    found = violated(member, value)
    if found and member.steps[-1] in ("{key}", "{value}"):
        # Of a map's keys and values all that is asked is said, and not which of them breaks it.
        least, most, pattern = (member.limit(attribute) for attribute in ("min", "max", "pattern"))
        limits = [
            f"Member must have length less than or equal to {most}",
            f"Member must have length greater than or equal to {least}",
            f"Member must satisfy regular expression pattern: ^{pattern}$",
        ]
        found = [f"Map {'keys' if member.steps[-1] == '{key}' else 'value'} must satisfy constraint: [{', '.join(limits)}]"]
        value = []
    return [f"{echo(member, value)} at '{member.path}' failed to satisfy constraint: {constraint}" for constraint in found]


def echo(member: Member, value) -> str:
    if value is None:
        return "Value null"
    if member.shape.get("sensitive") or isinstance(value, (list, dict)):
        return "Value"
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f]", "\ufffd", str(value)[:ECHOED_CHARACTERS])
    return f"Value '{shown}{'...' if len(str(value)) > ECHOED_CHARACTERS else ''}'"


def texts(member: Member) -> list[str]:
    """Texts on both sides of every limit of a string."""
    least, most, pattern = (member.limit(attribute) for attribute in ("min", "max", "pattern"))
    lengths = {0, 1} | {limit + step for limit in (least, most) if limit is not None for step in (-1, 0, 1)}
    found = []
    for length in sorted(length for length in lengths if length >= 0):
        text = pattern_examples.example(pattern or ".*", length)
        # Longer or shorter than the pattern can be: cut or filled up, and it breaks the pattern too.
        found.append(text[:length] + "a" * (length - len(text)))
        found.append("ü" * length)
        found.append("🚨" * length)
    if pattern:
        found += pattern_examples.near_misses(pattern, (least or 0) + 1)
        if member.place in FIRST_OF_PATTERN:
            found += pattern_examples.alphabet(pattern, (least or 0) + 1)
    if "enum" in member.shape:
        for value in member.shape["enum"]:
            found += [value, value.lower(), f"{value}X"]
    return list(dict.fromkeys(found))


# The member of each pattern that is tried with the whole alphabet; once is enough, for one parser reads them all.
FIRST_OF_PATTERN = {
    pattern: member.place
    for operation in sorted(OPERATIONS, reverse=True)
    if input_of(operation)
    for member in members_of(operation)
    if (pattern := member.limit("pattern"))
}.values()


def sizes(member: Member) -> list[int]:
    least = member.limit("min") or 0
    most = member.limit("max") or LIST_MEMBERS_MAX
    return sorted({size for size in (least - 1, least, least + 1, most - 1, most, most + 1) if size >= 0})


def values(member: Member) -> list:
    """Values of the right type on both sides of every limit."""
    shape = member.shape
    match shape["type"]:
        case "string":
            return texts(member)
        case "integer":
            around = [limit + step for limit in (shape["min"], shape["max"]) for step in (-1, 0, 1)]
            return [*around, -1, -(2**63), 2**63 - 1, 2**64 - 1]
        case "boolean":
            return [True, False]
        case "list":
            return [[sample(shape["member"]["shape"], number=number) for number in range(size)] for size in sizes(member)]
        case "map":
            value = sample(shape["value"]["shape"])
            return [{sample(shape["key"]["shape"], number=number): value for number in range(size)} for size in sizes(member)]
    return []


def cases_of(operation: str, member: Member):
    """Every request that is about this member."""

    def case(what: str, value, **wrong) -> Case:
        return Case(f"{what} {str(value)[:80]!r}", request_with(operation, member.steps, value), **wrong)

    for value in values(member):
        yield case("value", value, violations=sentences(member, value))
    step = member.steps[-1]
    if step == "{key}":
        return  # A key is a text, in JSON.
    fitting, wanted = WANTED[member.shape["type"]]
    for token, value in OTHER_TYPES.items():
        if token not in fitting:
            yield case("type", value, alone=f"{token} can not be converted to {wanted} at '{member.path}'")
    null = [NULL.format(member.path)]
    if step == "{value}":
        yield case("null", None, alone=f"NULL_VALUE can not be converted to {wanted} at '{member.path}'")
    elif step == "[]":
        yield case("null", None, violations=null)
    else:
        yield case("null", None, violations=null if member.required else [])
        yield case("left out", ABSENT, violations=null if member.required else [])
    if member.shape["type"] == "structure":
        good = sample(member.shape_name)
        yield case("with a stranger", good | {"Stranger": [{"deep": None}]}, violations=[])


MEMBERS = [(operation, member) for operation in sorted(OPERATIONS) if input_of(operation) for member in members_of(operation)]
