"""What the wire looks like, from three sources, each as one flat table that can be compared with the others: the binary's own
`bellhop wire dump`, the chatbot model inside botocore, and the facts of AWS's API reference in `reference.json`.

A table maps a place to a fact: `CreateX.path`, `CreateX.errors.ConflictException` to (status, message member), and, for each
attribute of each member, `CreateX.request.Tags.member.TagKey.max` to 128. Used by `test_wire.py`; judges nothing.
"""

import json
import subprocess
from pathlib import Path

import botocore.loaders

from bellhop import BINARY

MODEL = botocore.loaders.Loader().load_service_model("chatbot", "service-2")
SHAPES = MODEL["shapes"]
REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text())


def dump() -> list[dict]:
    """The operations, as the binary describes them."""
    done = subprocess.run([BINARY, "wire", "dump"], capture_output=True, text=True, timeout=30, env={})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def facts_of_dump(operations: list[dict]) -> dict:
    facts = {}
    for operation in operations:
        name = operation["name"]
        facts |= {f"{name}.path": operation["path"], f"{name}.status": operation["status"]}
        for error in operation["errors"]:
            facts[f"{name}.errors.{error['code']}"] = (error["status"], error["messageMember"])
        for part in ("request", "result"):
            facts |= dict(described(f"{name}.{part}", operation[part]))
    return facts


def described(place: str, shape: dict):
    """The facts of a shape of the dump: its attributes, then what it is made of."""
    for attribute, value in shape.items():
        match attribute:
            case "members":
                for name, member in value.items():
                    yield from described(f"{place}.{name}", member)
            case "member" | "key" | "value":
                yield from described(f"{place}.{attribute}", value)
            case "pattern":
                yield f"{place}.pattern", without_anchors(value)
            case "required" if ".result." in place:
                pass  # What is always there need not be required: the two say different things of an answer.
            case _:
                yield f"{place}.{attribute}", value


def facts_of_model() -> dict:
    facts = {}
    for name, operation in MODEL["operations"].items():
        facts |= {f"{name}.path": operation["http"]["requestUri"], f"{name}.status": operation["http"]["responseCode"]}
        assert operation["http"]["method"] == "POST", name
        for error in operation.get("errors", []):
            shape = SHAPES[error["shape"]]
            [message] = shape["members"]
            facts[f"{name}.errors.{error['shape']}"] = (shape["error"]["httpStatusCode"], message)
        for part, key in (("request", "input"), ("result", "output")):
            shape = operation.get(key)
            facts |= dict(modelled(f"{name}.{part}", shape["shape"])) if shape else {f"{name}.{part}.type": "structure"}
    return facts


def modelled(place: str, shape_name: str):
    """The facts of a shape of botocore's model, in the words of the dump."""
    shape = SHAPES[shape_name]
    yield f"{place}.type", shape["type"]
    for attribute in ("min", "max", "enum", "sensitive"):
        if attribute in shape:
            yield f"{place}.{attribute}", shape[attribute]
    if "pattern" in shape:
        yield f"{place}.pattern", without_anchors(shape["pattern"])
    for name, member in shape.get("members", {}).items():
        if place.split(".")[1] == "request":
            yield f"{place}.{name}.required", name in shape.get("required", [])
        yield from modelled(f"{place}.{name}", member["shape"])
    for part in ("member", "key", "value"):
        if part in shape:
            yield from modelled(f"{place}.{part}", shape[part]["shape"])


def without_anchors(pattern: str) -> str:
    """botocore's copy of the model leaves out the `^` and `$` that the reference prints; both mean a whole match."""
    return pattern.removeprefix("^").removesuffix("$")


def facts_of_reference() -> dict:
    """The 23 operations that the reference has. It gives no message members, no patterns worth having and no limits of lists."""
    facts = {}
    for name, operation in REFERENCE["operations"].items():
        facts |= {f"{name}.path": operation["path"], f"{name}.status": operation["status"]}
        facts |= {f"{name}.errors.{code}": status for code, status in operation["errors"].items()}
        for part in ("request", "result"):
            facts[f"{name}.{part}.type"] = "structure"
            for member, attributes in operation[part].items():
                facts |= dict(documented(f"{name}.{part}.{member}", attributes))
    return facts


def documented(place: str, attributes: dict):
    """The facts of a member of the reference. `{}` is a member that is shown and not described."""
    stated = attributes.get("type", "")
    kind, inner, structure = {
        "": (None, None, None),
        "strings": ("list", "string", None),
    }.get(stated, ("list", "structure", stated.removeprefix("list of ")) if stated.startswith("list of ") else (stated, None, None))
    if stated in REFERENCE["structures"]:
        kind, structure = "structure", stated
    yield (f"{place}.type", kind) if kind else (place, None)
    if "required" in attributes and ".request." in place:
        yield f"{place}.required", attributes["required"]
    content = f"{place}.member" if inner else place
    if inner:
        yield f"{content}.type", inner
    for limit in ("min", "max"):
        if limit in attributes:
            # What it says of a list of strings, it says of each string.
            yield f"{content}.{limit}", attributes[limit]
    for name, member in REFERENCE["structures"].get(structure, {}).items():
        yield from documented(f"{content}.{name}", member)


def facts_to_hold_against_the_reference(operations: list[dict]) -> dict:
    """The dump's facts, less what the reference never states."""
    kept = {}
    for place, fact in facts_of_dump([each for each in operations if each["name"] in REFERENCE["operations"]]).items():
        if ".errors." in place:
            fact = fact[0]
        if not place.endswith((".pattern", ".enum", ".sensitive")):
            kept[place] = fact
    return kept
