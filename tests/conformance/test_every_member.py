"""Every member of every request, held to its limits: the cases are made from botocore's model at run time (`member_cases.py`), none is
written by hand.

A bad request is answered in the words in which AWS services answer violations (observed with other services). A good one need not
succeed, for nothing that it names need exist, but it must not be refused for its form.
"""

import http.client
import json
import re

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bellhop import Bellhop
from member_cases import MEMBERS, NULL, OPERATIONS, OTHER_TYPES, Case, Member, cases_of, input_of, sample, sentences, values
from wire_facts import SHAPES

FAILURES_SHOWN = 10

# Answered to a request of good form although the operation does not declare it.
UNDECLARED = {
    # Observed.
    "AssociateToConfiguration": {"ResourceNotFoundException"},
    "DeleteMicrosoftTeamsConfiguredTeam": {"ResourceNotFoundException"},
    "DisassociateFromConfiguration": {"ResourceNotFoundException"},
    "GetMicrosoftTeamsChannelConfiguration": {"ResourceNotFoundException"},
    # A token that nobody gave out, as the other operations with pages answer it. Assumed.
    "ListAssociations": {"InvalidParameterException"},
    "ListCustomActions": {"InvalidParameterException"},
}


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
    with Bellhop(tmp_path_factory.mktemp("bellhop"), BELLHOP_THROTTLE__REQUESTS_PER_SECOND="0") as server:
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
    declared = {error["shape"] for error in OPERATIONS[operation].get("errors", [])}
    if status >= 500 or code not in declared | UNDECLARED.get(operation, set()):
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


def assert_good(found: list[str]):
    assert not found, f"{len(found)} answers are wrong:\n" + "\n".join(found[:FAILURES_SHOWN])


@pytest.mark.parametrize(("operation", "member"), MEMBERS, ids=[member.place.replace(".request", "") for _, member in MEMBERS])
def test_a_member_is_held_to_its_limits_and_to_no_other(wire, operation, member):
    cases = list(cases_of(operation, member))
    assert any(case.violations or case.alone for case in cases), "a member that cannot be wrong"
    assert_good(judged(wire, operation, cases))


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_body_is_an_object_and_may_hold_strangers(wire, operation):
    request = Member(f"{operation}.request", (), input_of(operation)) if input_of(operation) else None
    nulls = [NULL.format(member.path) for member in (request.inside() if request else []) if member.required]
    good = sample(input_of(operation), creating=operation.startswith("Create")) if request else {}
    cases = [Case("nothing in it", {}, violations=nulls), Case("a stranger", good | {"Stranger": {"deep": [None]}}, violations=[])]
    for token, value in (OTHER_TYPES | {"NULL_VALUE": None}).items():
        if token != "START_OBJECT":
            said = f"Could not parse request body into json: {token} can not be converted to a structure"
            cases.append(Case("no object", value, alone=said))
    assert_good(judged(wire, operation, cases))
    assert wrong_with(operation, Case("empty", None, violations=nulls), wire.post(operation, b"")) is None
    status, headers, body = wire.post(operation, b'{"unfinished":')
    assert (status, headers["x-amzn-errortype"]) == (400, invalid_code(operation))
    assert json.loads(body)[message_member(invalid_code(operation))].startswith("Could not parse request body into json: ")


@pytest.mark.parametrize("operation", sorted({operation for operation, member in MEMBERS if member.shape["type"] != "boolean"}))
def test_all_violations_are_answered_at_once(wire, operation):
    """One wrong value for each member of the outermost level, or none at all where it is required."""
    request, expected = {}, []
    for member in Member(f"{operation}.request", (), input_of(operation)).inside():
        bad = next((value for value in values(member) if len(sentences(member, value)) == 1), None)
        if bad is not None:
            request[member.steps[0]] = bad
            expected += sentences(member, bad)
        elif member.required:
            expected.append(NULL.format(member.path))
    assert expected, "nothing was made wrong"
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
