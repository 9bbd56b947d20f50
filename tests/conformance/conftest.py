"""What the tests share: the binary, a signing SNS, servers that end with their test, and the logs of a test that failed."""

import time

import pytest

import bellhop
from fake_slack import FakeSlack
from processes import LOGS, tail
from signing_sns import SigningSns


def pytest_configure(config):
    if not bellhop.BINARY.exists():
        raise pytest.UsageError(f"{bellhop.BINARY} is not there; `cargo xtask conformance` builds it and runs these tests")


@pytest.fixture(scope="module", autouse=True)
def module_began(request):
    """Notes the time: servers are shared by the tests of one file, and so are their logs."""
    request.node.began = time.time()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Puts the ends of the logs that were written since the test's file began into the report of its failure."""
    report = yield
    if report.failed:
        began = getattr(item.getparent(pytest.Module), "began", 0)
        for log in LOGS:
            if log.exists() and log.stat().st_size and log.stat().st_mtime >= began:
                report.sections.append((f"end of {log.parent.name}/{log.name}", tail(log)))
    return report


@pytest.fixture(scope="session")
def sns():
    server = SigningSns()
    yield server
    server.close()


@pytest.fixture
def start(tmp_path, sns):
    """Starts `bellhop dev`, trusting the signing SNS, and ends it with the test."""
    yield from starting(tmp_path, sns)


@pytest.fixture(scope="module")
def start_module(tmp_path_factory, sns):
    """The same for all tests of a file."""
    yield from starting(tmp_path_factory.mktemp("servers"), sns)


def starting(folder, sns):
    started = []

    def start_one(**settings):
        own = folder / f"bellhop-{len(started)}"
        own.mkdir()
        server = bellhop.Bellhop(own, **{"BELLHOP_SNS__TRUSTED_CERTIFICATE_HOSTS": sns.host} | settings)
        started.append(server)
        return server.start()

    yield start_one
    for server in started:
        if server.process and server.process.child.poll() is None:
            server.stop()


@pytest.fixture
def slack():
    """Makes fake Slacks and closes them with the test."""
    made = []

    def make(**behaviour):
        made.append(FakeSlack(**behaviour))
        return made[-1]

    yield make
    for server in made:
        server.close()
