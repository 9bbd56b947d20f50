"""`--output`: the AWS CLI's own formatters are the oracle of JSON, tables and text. It has YAML since version 2, which no package
index has: PyYAML, of which version 2 uses a sibling, reads all of ours back, and writes the same wherever a text stands on one line.
"""

import io
import json
import random
from types import SimpleNamespace

import jmespath
import pytest
import yaml
from awscli import formatter, table

from asked import ask
from test_queries import FUNCTIONS, INSTANCES, ODD

FIXTURES = {
    "functions": FUNCTIONS,
    "instances": INSTANCES,
    "one": {"Account": "112345678901", "Arn": "arn:aws:iam::012345678901:user/al", "UserId": "AIDA"},
    "one member": {"location": "eu-west-1"},
    "nested": {"A": {"B": {"C": {"D": 1, "E": "x"}}, "F": [1, 2], "G": [[1, 2], [3, 4]]}, "Z": None},
    "names": {"QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/1/a", "b"], "Names": []},
    "empty list": {"Items": []},
    "empty": {},
    "wide": {"Rules": [{"Name": "n" * 30, "Description": "d" * 60, "State": "ENABLED", "Id": 1}]},
    "wide one": {"Configuration": {name: name * 12 for name in ("Alpha", "Beta", "Gamma", "Delta")}, "Status": "ok"},
    "lists in objects": {"Groups": [
        {"Name": "a", "Members": [{"Id": "1"}, {"Id": "2"}], "Tags": {}},
        {"Name": "b", "Members": [], "Owner": "me"},
        {"Members": [{"Id": "3", "Role": {"Arn": "r"}}]},
    ]},
    "only lists": {"A": [{"B": [{"C": 1}]}, {"B": [{"C": 2}]}]},
    "texts": {"Texts": ["it's", "a: b", "yes", "1.0", "0123", "2026-11-23", "", " x", "x ", "#x", "x #y", "-", "- x", "~", "null", "é", "x:"]},
    "kinds": {"Whole": 3, "Broken": 1.5, "Yes": True, "No": False, "Nothing": None, "Big": 123456789012345},
    "letters of two widths": {"Tags": [{"Key": "名前", "Value": "x"}, {"Key": "k", "Value": "値"}]},
    "list of lists": [["i-1", "running", None], ["i-2", "stopped", "web"]],
    "list of names": ["a", "b", "c"],
    "list of objects": [{"N": "a", "R": 1}, {"N": "b"}],
    "text": "just text",
    "number": 7,
}
LINES = {"multi": {"Policy": "line one\nline two\n", "Tab": "a\tb", "Back": "a\\b", "Quote": 'say "x"', "Esc": "\u001b[31m", "Nel": "\u0085\u2028"},
         # A number for a reader of YAML 1.2, and so in quotes; PyYAML knows 1.1.
         "account": {"Account": "012345678901"}}


def by_cli(form: str, operation: str, value) -> str:
    arguments = SimpleNamespace(query=jmespath.compile("Answer"), color="off")
    stream = io.StringIO()
    made = formatter.get_formatter(form, arguments)
    if form == "table":
        made.table._terminal_width = 80
    made(operation, {"Answer": json.loads(json.dumps(value))}, stream)
    return stream.getvalue()


def written(form: str, values: dict) -> dict[str, str]:
    questions = [{"format": form, "operation": "DescribeThings", "value": value} for value in values.values()]
    return {name: answer["text"] for name, answer in zip(values, ask("outputs", questions), strict=True)}


def made_up(count: int) -> dict:
    """Answers of every form that a model may give, by a fixed seed: a member is of one kind, and may be missing or null."""
    of = random.Random(23)

    def shape(depth: int):
        kind = of.random()
        if depth == 0 or kind < 0.5:
            return None
        if kind < 0.75:
            return {f"M{at}": shape(depth - 1) for at in range(of.randint(1, 4))}
        return [shape(depth - 1) if of.random() < 0.8 else None]

    def value(shape):
        if shape is None:
            return of.choice(["x", "some words", "", None, True, False, 0, 17, 2.5, "abc" * of.randint(1, 12)])
        if isinstance(shape, dict):
            return {name: value(inner) for name, inner in shape.items() if of.random() < 0.85}
        return [value(shape[0]) for _ in range(of.randint(0, 3))]

    return {f"made up {at}": value({f"Top{top}": shape(3) for top in range(of.randint(1, 4))}) for at in range(count)}


@pytest.mark.parametrize("form", ["json", "table", "text"])
def test_an_answer_is_written_as_the_aws_cli_writes_it(form, monkeypatch):
    # Letters that a font shows in one width are one wide here; the AWS CLI takes some of them for two.
    monkeypatch.setattr(table, "get_text_length", lambda text: sum(2 if ord(c) >= 0x1100 else 1 for c in str(text)))
    wrong, compared = [], 0
    values = FIXTURES | {"odd": ODD} | made_up(400)
    for name, ours in written(form, values).items():
        try:
            theirs = by_cli(form, "DescribeThings", values[name])
        except (ValueError, TypeError, AttributeError, IndexError, KeyError):
            # It has no form for lists of several kinds, and no table of rows of several lengths.
            assert form == "table" or name == "odd"
            continue
        compared += 1
        if ours != theirs:
            wrong.append((name, values[name], ours, theirs))
    assert compared > 300, compared
    assert not wrong, f"{len(wrong)} of {compared}: {wrong[0][:2]}\n{wrong[0][2]}\n{wrong[0][3]}"


def test_yaml_reads_back_and_is_written_as_pyyaml_writes_it():
    values = FIXTURES | {"odd": ODD} | made_up(400)
    for name, ours in written("yaml", values | LINES).items():
        value = (values | LINES)[name]
        if value == {}:
            assert ours == ""
            continue
        assert yaml.safe_load(ours) == value, (name, ours)
        if name in LINES:
            continue
        theirs = yaml.safe_dump(value, default_flow_style=False, allow_unicode=True, width=1_000_000).removesuffix("...\n")
        assert ours == theirs, name
