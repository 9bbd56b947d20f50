"""What the AWS CLI's own parser makes of the command lines in `crates/awscall/src/command_line/tests/aws_cli.txt`.

Nothing is sent: the parameters are taken where the AWS CLI would call AWS. `python command_lines.py` writes them beside the lines;
`test_command_lines.py` fails when what is committed is not what the pinned AWS CLI says.
"""

import base64
import json
import os
import shlex
from decimal import Decimal
from pathlib import Path
from unittest import mock

LINES = Path(__file__).parents[2] / "crates/awscall/src/command_line/tests/aws_cli.txt"
FACTS = LINES.with_suffix(".json")


def said(value, shape):
    """As `awscall::call::Input` holds it: blobs as base64, moments as RFC 3339 or seconds."""
    if value is None or shape is None:
        return value
    if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        return {name: said(item, shape.members[name]) for name, item in value.items() if name in shape.members}
    if shape.type_name == "list":
        return [said(item, shape.member) for item in value]
    if shape.type_name == "map":
        return {name: said(item, shape.value) for name, item in value.items()}
    if shape.type_name == "blob":
        text = value.encode() if isinstance(value, str) else value
        return base64.b64encode(text).decode()
    if shape.type_name == "timestamp" and isinstance(value, str):
        from botocore.utils import parse_to_aware_datetime

        if value.lstrip("-").isdigit():
            return int(value)
        return parse_to_aware_datetime(value).isoformat().replace("+00:00", "Z")
    return float(value) if isinstance(value, Decimal) else value


ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "TZ": "UTC",
}


class Recorder:
    def __init__(self):
        from awscli import clidriver
        from awscli.customizations.ec2.addcount import set_default_count

        self.set_default_count = set_default_count
        self.clidriver = clidriver
        # Models are read once for all lines; handlers of one line must not meet another.
        self.loader = clidriver.create_clidriver().session.get_component("data_loader")
        self.calls = []

    def invoke(self, service_name, operation_name, parameters, parsed_globals):
        self.calls.append((service_name, operation_name, parameters, parsed_globals))
        return 0

    def record(self, line):
        self.calls.clear()
        driver = self.clidriver.create_clidriver()
        driver.session.register_component("data_loader", self.loader)
        status = driver.main(shlex.split(line))
        if status != 0 or len(self.calls) != 1:
            raise ValueError(f"the AWS CLI does not take `{line}`: {status}")
        service, operation, parameters, flags = self.calls[0]
        shape = driver.session.get_service_model(service).operation_model(operation).input_shape
        if operation == "RunInstances":
            # Where botocore would be asked, after what is recorded here.
            self.set_default_count(parameters)
        pages = parameters.pop("PaginationConfig", {})
        fact = {"line": line, "operation": operation, "input": said(parameters, shape) if shape else {}}
        for name, value in [
            ("max_items", pages.get("MaxItems")),
            ("page_size", pages.get("PageSize")),
            ("starting_token", pages.get("StartingToken")),
            ("region", flags.region),
            ("output", flags.output),
            ("query", flags.query and flags.query.expression),
        ]:
            if value is not None:
                fact[name] = int(value) if name in ("max_items", "page_size") else value
        if not flags.paginate:
            fact["no_paginate"] = True
        return fact


def facts():
    with mock.patch.dict(os.environ, ENVIRONMENT):
        recorder = Recorder()
        # Put back afterwards: the same process asks the same AWS CLI for real in `test_commands_like_the_aws_cli.py`.
        with mock.patch.object(recorder.clidriver.CLIOperationCaller, "invoke", new=lambda _, *call: recorder.invoke(*call)):
            return [recorder.record(line) for line in LINES.read_text().splitlines() if line]


def written(recorded):
    lines = ",\n".join(json.dumps(fact, ensure_ascii=False) for fact in recorded)
    return f"[\n{lines}\n]\n"


if __name__ == "__main__":
    FACTS.write_text(written(facts()))
    print(f"{FACTS}: {len(json.loads(FACTS.read_text()))} lines")
