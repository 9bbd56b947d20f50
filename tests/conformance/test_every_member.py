"""Every member of every request, held to its limits: the cases are made from botocore's model at run time, none is written by hand.

For each member, nested ones too: texts below, at and above each length, matching and nearly matching the pattern; numbers, lists and
maps around their bounds; every other JSON type; null; left out; a stranger beside it. The oracle is the model with the differences of
`wire_differences.py` and Python's `re`; the words are those in which AWS services answer violations (observed with other services).
A good request need not succeed, for nothing that it names need exist, but it must not be refused for its form.
"""

import http.client
import itertools
import json
import re
from dataclasses import dataclass

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import pattern_examples
from bellhop import WORKSPACE, Bellhop
from wire_differences import accepted
from wire_facts import MODEL, SHAPES

OPERATIONS = MODEL["operations"]

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

# Answered to a request of good form although the operation does not declare it.
UNDECLARED = {
    # Observed.
    "GetMicrosoftTeamsChannelConfiguration": {"ResourceNotFoundException"},
    "DeleteMicrosoftTeamsConfiguredTeam": {"ResourceNotFoundException"},
    "AssociateToConfiguration": {"ResourceNotFoundException"},
    "DisassociateFromConfiguration": {"ResourceNotFoundException"},
    # A token that nobody gave out. Assumed: these two declare no InvalidParameterException.
    "ListAssociations": {"InvalidRequestException", "InvalidParameterException"},
    "ListCustomActions": {"InvalidParameterException"},
    # More topics than the account may have. Assumed: only creates declare it.
    "UpdateChimeWebhookConfiguration": {"LimitExceededException"},
    "UpdateMicrosoftTeamsChannelConfiguration": {"LimitExceededException"},
    "UpdateSlackChannelConfiguration": {"LimitExceededException"},
}

ABSENT = object()
# By the Python type of a JSON value: the words of AWS's parser for it.
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
        steps = {name: name for name in shape.get("members", {})}
        steps |= {part: step for part, step in {"member": "[]", "key": "{key}", "value": "{value}"}.items() if part in shape}
        target = shape.get("members", {}) | shape
        return [Member(f"{self.place}.{name}", (*self.steps, step), target[name]["shape"]) for name, step in steps.items()]


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
            return {
                member: sample(shape["members"][member]["shape"], member, creating, number) for member in shape.get("required", [])
            }
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
    text = shape["enum"][0] if "enum" in shape else pattern_examples.example(shape.get("pattern", ".*"), max(shape.get("min", 1), 1))
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
        # Of a map's keys and values, all that is asked is said, and not of which.
        limits = [f"Member must have length {words} than or equal to {member.limit(limit)}" for limit, words in (("max", "less"), ("min", "greater"))]
        limits.append(f"Member must satisfy regular expression pattern: ^{member.limit('pattern')}$")
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
        found += member.shape["enum"] + [value.lower() for value in member.shape["enum"]] + [f"{value}X" for value in member.shape["enum"]]
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
    *outer, step = member.steps
    if step == "{key}":
        return  # A key is a text, in JSON.
    fitting, wanted = WANTED[member.shape["type"]]
    for token, value in OTHER_TYPES.items():
        wrong = {} if token in fitting else {"alone": f"{token} can not be converted to {wanted} at '{member.path}'"}
        if wrong:
            yield case("type", value, **wrong)
    null = [f"Value null at '{member.path}' failed to satisfy constraint: Member must not be null"]
    if step == "{value}":
        yield case("null", None, alone=f"NULL_VALUE can not be converted to {wanted} at '{member.path}'")
    elif step == "[]":
        yield case("null", None, violations=null)
    else:
        parent = Member("", tuple(outer), input_of(operation))
        for each in outer:
            target = parent.shape.get("members", {}) | parent.shape
            parent = Member("", (), target["member" if each == "[]" else each]["shape"])
        required = step in parent.shape.get("required", [])
        yield case("null", None, violations=null if required else [])
        yield case("left out", ABSENT, violations=null if required else [])
    if member.shape["type"] == "structure":
        good = sample(member.shape_name)
        yield case("with a stranger", good | {"Stranger": [{"deep": None}]}, violations=[])


class Wire:
    """Signed requests, raw, over one connection that is kept alive."""

    def __init__(self, port: int):
        self.host = f"127.0.0.1:{port}"
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.signer = SigV4Auth(Credentials("test", "test"), "chatbot", "us-west-2")

    def post(self, operation: str, body: bytes):
        """Status, headers (lower case), body."""
        path = OPERATIONS[operation]["http"]["requestUri"]
        headers = {"Host": self.host, "Content-Type": "application/json"}
        request = AWSRequest("POST", f"http://{self.host}{path}", headers=headers, data=body)
        self.signer.add_auth(request)
        self.connection.request("POST", path, body, dict(request.headers))
        answer = self.connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@pytest.fixture(scope="module")
def wire(tmp_path_factory):
    with Bellhop(tmp_path_factory.mktemp("bellhop")) as server:
        yield Wire(server.port)


def invalid_code(operation: str) -> str:
    """The error with which an operation refuses a request's form."""
    declared = {error["shape"] for error in OPERATIONS[operation].get("errors", [])}
    fitting = [code for code in ("InvalidParameterException", "InvalidRequestException") if code in declared]
    # ListAssociations declares none; observed. The operations on tags declare none that fits: the reference's common one.
    return fitting[0] if fitting else "InvalidRequestException" if operation == "ListAssociations" else "ValidationError"


def message_member(code: str) -> str:
    return next(iter(SHAPES[code]["members"])) if code in SHAPES else "message"


def wrong_with(operation: str, case: Case, answer) -> str | None:
    """What an answer lacks of what it must be."""
    status, headers, body = answer
    if not re.fullmatch(r"[0-9a-f-]{36}", headers.get("x-amzn-requestid", "")):
        return f"no request id: {headers}"
    if case.violations or case.alone:
        return wrong_with_refusal(operation, case, answer)
    if status == OPERATIONS[operation]["http"]["responseCode"]:
        good = body == b"" if status == 204 else isinstance(json.loads(body), dict)
        return None if good and "x-amzn-errortype" not in headers else f"a success with {headers} and {body!r}"
    code = headers.get("x-amzn-errortype")
    declared = {error["shape"] for error in OPERATIONS[operation].get("errors", []) if SHAPES[error["shape"]]["error"]["httpStatusCode"] < 500}
    if code not in declared | UNDECLARED.get(operation, set()):
        return f"answered {status} {code}, which it does not declare: {body!r}"
    said = json.loads(body)[message_member(code)]
    if re.search("failed to satisfy constraint|can not be converted|Could not parse", said):
        return f"refused for its form: {said}"
    return None


def wrong_with_refusal(operation: str, case: Case, answer) -> str | None:
    status, headers, body = answer
    code = invalid_code(operation)
    if case.alone:
        message = case.alone
    else:
        count = len(case.violations)
        message = f"{count} validation {'error' if count == 1 else 'errors'} detected: {'; '.join(case.violations)}"
    wanted = (400, code, {"__type": code, message_member(code): message})
    seen = (status, headers.get("x-amzn-errortype"), json.loads(body) if body else None)
    return None if seen == wanted else f"\n    answered {seen}\n    not      {wanted}"


def judged(wire: Wire, operation: str, cases) -> list[str]:
    found = []
    for case in cases:
        answer = wire.post(operation, json.dumps(case.request).encode())
        if wrong := wrong_with(operation, case, answer):
            found.append(f"{case.what}: {wrong}")
    return found


MEMBERS = [(operation, member) for operation in sorted(OPERATIONS) if input_of(operation) for member in members_of(operation)]


@pytest.mark.parametrize(("operation", "member"), MEMBERS, ids=[member.place.replace(".request", "") for _, member in MEMBERS])
def test_a_member_is_held_to_its_limits_and_to_no_other(wire, operation, member):
    cases = list(cases_of(operation, member))
    assert any(case.violations or case.alone for case in cases), "a member that cannot be wrong"
    assert judged(wire, operation, cases) == []


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_body_is_an_object_and_may_hold_strangers(wire, operation):
    required = SHAPES[input_of(operation)].get("required", []) if input_of(operation) else []
    paths = [Member("", (name,), "").path for name in SHAPES.get(input_of(operation), {}).get("members", {}) if name in required]
    nulls = [f"Value null at '{path}' failed to satisfy constraint: Member must not be null" for path in paths]
    good = sample(input_of(operation), creating=operation.startswith("Create")) if input_of(operation) else {}
    found = judged(wire, operation, [
        Case("nothing in it", {}, violations=nulls),
        Case("a stranger", good | {"Stranger": {"deep": [None]}}, violations=[]),
        *(
            Case("no object", value, alone=f"Could not parse request body into json: {token} can not be converted to a structure")
            for token, value in (OTHER_TYPES | {"NULL_VALUE": None}).items()
            if token != "START_OBJECT"
        ),
    ])  # fmt: skip
    assert found == []
    assert wrong_with(operation, Case("empty", None, violations=nulls), wire.post(operation, b"")) is None
    status, headers, body = wire.post(operation, b'{"unfinished":')
    assert (status, headers["x-amzn-errortype"]) == (400, invalid_code(operation))
    assert json.loads(body)[message_member(invalid_code(operation))].startswith("Could not parse request body into json: ")


@pytest.mark.parametrize("operation", sorted(name for name in OPERATIONS if input_of(name)))
def test_all_violations_are_answered_at_once(wire, operation):
    """One wrong value for each member of the outermost level, or none at all where it is required."""
    request, expected = {}, []
    for member in Member(f"{operation}.request", (), input_of(operation)).inside():
        bad = next((value for value in values(member) if len(sentences(member, value)) == 1), None)
        if bad is not None:
            request[member.steps[0]] = bad
            expected += sentences(member, bad)
        elif member.steps[0] in SHAPES[input_of(operation)].get("required", []):
            expected.append(f"Value null at '{member.path}' failed to satisfy constraint: Member must not be null")
    if not expected:
        pytest.skip("nothing that can be out of bounds")
    status, _, body = wire.post(operation, json.dumps(request).encode())
    said = json.loads(body)[message_member(invalid_code(operation))]
    head, sentence = said.split(": ", 1)
    assert status == 400
    assert sorted(sentence.split("; ")) == sorted(expected)
    assert head == f"{len(expected)} validation {'error' if len(expected) == 1 else 'errors'} detected"


def test_the_cases_are_many_and_reach_every_shape():
    """What is generated, counted: a generator that stopped generating must not pass."""
    reached = {member.shape_name for _, member in MEMBERS}
    count = sum(1 for operation, member in MEMBERS for _ in cases_of(operation, member))
    assert count > 4_000
    assert {"Tag", "CustomActionAttachmentVariablesKeyString", "CustomActionAttachmentCriteriaOperator", "UUID"} <= reached
    assert len(MEMBERS) > 140
