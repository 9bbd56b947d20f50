"""What was answered to the tests of one file: which operations have succeeded, and which errors were caused.

Used by `test_every_operation.py` and `test_every_error.py`, each of which ends by asking whether something was left out.
"""

import pytest


class Answers:
    """Fed by the clients it watches."""

    def __init__(self):
        self.succeeded: set[str] = set()
        self.caused: set[tuple[str, str]] = set()

    def watch(self, client):
        client.meta.events.register("after-call.chatbot", self.remember)
        return client

    def remember(self, model, parsed, **_):
        if "Error" in parsed:
            self.caused.add((model.name, parsed["Error"]["Code"]))
        else:
            status = parsed["ResponseMetadata"]["HTTPStatusCode"]
            assert status == model.http["responseCode"], f"{model.name} succeeded with {status}"
            self.succeeded.add(model.name)


def skip_unless_whole_file(request):
    """A question about all tests of a file is none to ask of some of them."""
    names = {item.name for item in request.session.items if item.fspath == request.node.fspath}
    missing = {name for name in vars(request.module) if name.startswith("test_")} - {name.split("[")[0] for name in names}
    if missing or request.config.option.keyword:
        pytest.skip("only some tests of this file run")
