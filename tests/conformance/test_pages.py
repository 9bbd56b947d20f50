"""Pages: botocore's paginator is the oracle, for every paginator of every service, over answers that are made up from the models."""

import base64
import copy
import json
from itertools import product

import pytest
from botocore.exceptions import PaginationError
from botocore.model import ServiceModel
from botocore.paginate import Paginator

from asked import ask
from test_endpoints import COMMANDS, newest, services

# What botocore cannot put together: it keeps the first page of a map, and slices one in vain.
MAPS = "structure map"


def several(value) -> list:
    return value if isinstance(value, list) else [value]


def put(page: dict, path: str, value):
    *outer, last = path.split(".")
    for name in outer:
        page = page.setdefault(name, {})
    page[last] = value


class Made:
    """Three pages of one operation: lists, texts and counts where the paginator reads them, tokens until the last."""

    def __init__(self, operation, paginator: dict):
        self.operation, self.paginator = operation, paginator
        self.pages = [self.page(number) for number in range(3)]

    def kind(self, path: str):
        shape = self.operation.output_shape
        for name in path.split("."):
            if shape.type_name != "structure" or name not in shape.members:
                return "string"
            shape = shape.members[name]
        return shape.type_name

    def page(self, number: int) -> dict:
        page: dict = {"Unread": number}
        for path in several(self.paginator["result_key"]):
            kind = self.kind(path)
            value = {
                "list": [{"Id": f"{path}-{number}-{item}"} for item in range(2)],
                "string": f"{path}{number}",
                "integer": number + 2, "long": number + 2, "double": number + 0.5, "float": number + 0.5,
            }.get(kind, {f"k{number}": number})
            put(page, path, value)
        for path in self.paginator.get("non_aggregate_keys", [])[:2]:
            if path.split(".")[0] not in page:
                put(page, path, f"{path}-{number}")
        last = number == 2
        for at, path in enumerate(several(self.paginator["output_token"])):
            # `Jobs[-1].JobId` is a member of the last of a list, `A || B[-1].C` is A.
            if "[-1]" in path.split(" ")[0]:
                name, member = path.split("[-1].")
                put(page, name, [{member: f"t{number}", "Id": "x"}] if not last else [])
            else:
                put(page, path.split(" ")[0], None if last else f"t{number}" if at == 0 or number == 0 else None)
        if "more_results" in self.paginator:
            put(page, self.paginator["more_results"], not last)
        return page

    def has_map(self) -> bool:
        kinds = [self.kind(path) for path in several(self.paginator["result_key"])]
        return any(kind in MAPS.split() for kind in kinds)


def by_botocore(made: Made, settings: dict) -> dict:
    """What its paginator called with, and what it put together."""
    answers = iter(copy.deepcopy(made.pages))
    inputs = []

    def method(**given):
        inputs.append(given)
        return next(answers)

    paginator = Paginator(method, made.paginator, made.operation)
    try:
        output = paginator.paginate(PaginationConfig=settings).build_full_result()
    except (PaginationError, ValueError):
        return {"error": None}
    return {"inputs": inputs, "output": output}


def without_token_form(answer: dict) -> dict:
    """Tokens as what they say: the order within and a count of nothing shown say nothing."""
    output = dict(answer.get("output", {}))
    if "NextToken" in output and isinstance(output["NextToken"], str):
        try:
            token = json.loads(base64.b64decode(output["NextToken"]))
        except ValueError:
            return answer
        if isinstance(token, dict):
            output["NextToken"] = {name: value for name, value in token.items() if (name, value) != ("boto_truncate_amount", 0)}
    return answer | {"output": output}


def token(made: Made, shown: int) -> str:
    names = several(made.paginator["input_token"])
    values = {name: f"t{at}" for at, name in enumerate(names)} | ({"boto_truncate_amount": shown} if shown else {})
    return base64.b64encode(json.dumps(values).encode()).decode()


def settings_of(made: Made):
    yield {}
    for max_items, shown in product([None, 1, 2, 3, 6, 99], [None, 0, 1]):
        setting = {"MaxItems": max_items} if max_items is not None else {}
        setting |= {"StartingToken": token(made, shown)} if shown is not None else {}
        if "limit_key" in made.paginator and shown is None:
            setting["PageSize"] = 2
        yield setting
    for old in ("opaque", "opaque___1", "None___1", "x___y"):
        yield {"StartingToken": old}


def every_paginator():
    for service in services():
        paginators = newest(service, "paginators-1.json")
        if not paginators or not paginators["pagination"]:
            continue
        model = ServiceModel(newest(service, "service-2.json"), service)
        extras = newest(service, "paginators-1.sdk-extras.json") or {"merge": {"pagination": {}}}
        for index, (name, paginator) in enumerate(sorted(paginators["pagination"].items())):
            if name not in model.operation_names:
                continue
            paginator = paginator | extras["merge"]["pagination"].get(name, {})
            yield service, index, Made(model.operation_model(name), paginator)


@pytest.fixture(scope="module")
def compared():
    questions, expected = [], []
    for service, index, made in every_paginator():
        # All settings for what is out of the ordinary; else two, another one for each.
        plain = set(made.paginator) <= {"input_token", "output_token", "limit_key", "result_key"}
        plain &= len(several(made.paginator["result_key"])) == 1 and "." not in str(made.paginator)
        settings = list(settings_of(made))
        chosen = settings if not plain else [settings[0], settings[1 + (index + len(questions)) % (len(settings) - 1)]]
        for setting in chosen:
            if made.has_map():
                continue
            questions.append({
                "service": COMMANDS.get(service, service), "operation": made.operation.name, "input": {},
                "max_items": setting.get("MaxItems"), "starting_token": setting.get("StartingToken"),
                "page_size": setting.get("PageSize"), "answers": made.pages,
            })
            expected.append(by_botocore(made, setting))
    answers = ask("pages", questions)
    return list(zip(questions, answers, expected, strict=True))


def test_every_paginator_puts_the_same_together(compared):
    assert len(compared) > 7_000, len(compared)
    wrong = []
    for question, answer, oracle in compared:
        if "error" in oracle:
            same = "error" in answer
        else:
            # As text: the order of members is the AWS CLI's too.
            same = json.dumps(without_token_form(answer)) == json.dumps(without_token_form(oracle))
        if not same:
            wrong.append((question["service"], question["operation"], question, answer, oracle))
    assert not wrong, f"{len(wrong)} of {len(compared)}: {wrong[:3]}"


def test_a_page_given_twice_is_an_error_for_both():
    model = ServiceModel(newest("lambda", "service-2.json"), "lambda")
    made = Made(model.operation_model("ListFunctions"), newest("lambda", "paginators-1.json")["pagination"]["ListFunctions"])
    made.pages = [made.pages[0]] * 3
    question = {"service": "lambda", "operation": "ListFunctions", "input": {}, "answers": made.pages}
    assert by_botocore(made, {}) == {"error": None}
    assert "error" in ask("pages", [question])[0]
