"""What was answered to the tests of one file: which operations have succeeded, and which errors were caused. Every answer is held to the
model's shape on its way: boto3 would not tell a member that is null, missing or too many.

Used by `test_every_operation.py` and `test_every_error.py`, each of which ends by asking whether something was left out.
"""

import json

import pytest

from wire_facts import SHAPES

TYPES = {"string": str, "boolean": bool, "integer": int, "list": list, "map": dict, "structure": dict}


class Answers:
    """Fed by the clients it watches."""

    def __init__(self):
        self.succeeded: set[str] = set()
        self.caused: set[tuple[str, str]] = set()

    def watch(self, client):
        client.meta.events.register("after-call.chatbot", self.remember)
        client.meta.events.register("before-parse.chatbot", hold_to_the_model)
        return client

    def remember(self, model, parsed, **_):
        if "Error" in parsed:
            self.caused.add((model.name, parsed["Error"]["Code"]))
        else:
            status = parsed["ResponseMetadata"]["HTTPStatusCode"]
            assert status == model.http["responseCode"], f"{model.name} succeeded with {status}"
            self.succeeded.add(model.name)


def hold_to_the_model(operation_model, response_dict, **_):
    """Every member of the model is in a success, an absent one as null (observed), and none beside them."""
    body, status = response_dict["body"], response_dict["status_code"]
    if status >= 300:
        return
    if status == 204:
        assert body == b"", f"{operation_model.name}: a 204 with {body!r}"
        return
    assert response_dict["headers"]["content-type"] == "application/json"
    output = operation_model.output_shape
    wrong = list(differences(output.name, json.loads(body), operation_model.name)) if output else []
    assert wrong == [], wrong


def differences(shape_name: str, value, place: str):
    """Where a value is not of the model's shape."""
    shape = SHAPES[shape_name]
    if not isinstance(value, TYPES[shape["type"]]):
        yield f"{place} is {value!r}"
        return
    match shape["type"]:
        case "structure":
            members = shape.get("members", {})
            yield from (f"{place}.{name} is not in the model" for name in value.keys() - members.keys())
            for name, member in members.items():
                if name not in value:
                    yield f"{place}.{name} is missing"
                elif value[name] is not None or name in shape.get("required", []):
                    yield from differences(member["shape"], value[name], f"{place}.{name}")
        case "list":
            for number, each in enumerate(value):
                yield from differences(shape["member"]["shape"], each, f"{place}.{number}")
        case "map":
            for key, each in value.items():
                yield from differences(shape["value"]["shape"], each, f"{place}.{key}")


def skip_unless_whole_file(request):
    """A question about all tests of a file is none to ask of some of them."""
    names = {item.name for item in request.session.items if item.fspath == request.node.fspath}
    missing = {name for name in vars(request.module) if name.startswith("test_")} - {name.split("[")[0] for name in names}
    if missing or request.config.option.keyword:
        pytest.skip("only some tests of this file run")
