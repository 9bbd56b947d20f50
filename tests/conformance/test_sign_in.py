"""Signing in with an identity of AWS, from end to end: `bellhop login` as the AWS CLI calls it, and an STS that verifies the signature.

Rests on MiniStack, which refuses a signature that is not good, and on the AWS CLI's `credential_process` and `endpoint_url`.
"""

import json
import os
import re
import subprocess
import sys

import pytest

from bellhop import BINARY, Bellhop
from ministack import ACCOUNT, REGION, MiniStack
from processes import bare_environment

ROOT = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.fixture(scope="module")
def ministack(tmp_path_factory):
    server = MiniStack(tmp_path_factory.mktemp("ministack"))
    yield server.wait_until_ready()
    server.close()


@pytest.fixture(scope="module")
def bellhop(tmp_path_factory, ministack):
    with Bellhop(tmp_path_factory.mktemp("bellhop"), BELLHOP_SIGN_IN__STS_HOSTS=ministack.host) as server:
        server.run("account", "create", ACCOUNT, "--data-dir", str(server.data))
        yield server


@pytest.fixture
def someone(tmp_path, bellhop, ministack):
    """Makes the machine of somebody with an identity of AWS (profile `work`) who calls Bellhop (profile `bellhop`)."""

    def make(key="test", secret="test"):
        config = tmp_path / "config"
        config.write_text(
            f"[profile work]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\nregion = {REGION}\n\n"
            f"[profile bellhop]\nregion = us-east-2\nendpoint_url = {bellhop.url}\n"
            f"credential_process = {BINARY} login --server {bellhop.url} --profile work --credential-process\n"
        )
        return bare_environment(tmp_path) | {
            "AWS_CONFIG_FILE": str(config),
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ENDPOINT_URL_STS": ministack.url,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
        }

    return make


def run(environment, *command) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True, timeout=60)


def chatbot(environment, *words) -> subprocess.CompletedProcess:
    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    return run(environment, sys.executable, aws, "chatbot", *words)


def login(environment, url, *words) -> subprocess.CompletedProcess:
    return run(environment, BINARY, "login", "--server", url, "--profile", "work", *words)


def test_a_profile_with_credential_process_calls_the_api(someone):
    done = chatbot(someone(), "describe-slack-workspaces", "--profile", "bellhop")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"SlackWorkspaces": []}


def test_what_login_prints_is_for_a_shell(someone, bellhop):
    environment = someone()
    done = login(environment, bellhop.url)
    assert done.returncode == 0, done.stderr
    assert re.match(rf"# {ROOT}, until \d\d\d\d-", done.stdout)
    shell = f'{done.stdout}\nexec "$@"'
    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    words = ["chatbot", "describe-slack-workspaces", "--endpoint-url", bellhop.url, "--region", "us-east-2"]
    called = run(environment, "sh", "-c", shell, "sh", sys.executable, aws, *words)
    assert called.returncode == 0, called.stderr
    assert json.loads(called.stdout) == {"SlackWorkspaces": []}


def test_the_answer_for_a_credential_process_is_the_documented_one(someone, bellhop):
    answer = json.loads(login(someone(), bellhop.url, "--credential-process").stdout)
    assert answer["Version"] == 1
    assert sorted(answer) == ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken", "Version"]
    assert answer["AccessKeyId"].startswith("ASIA")


def test_a_tampered_secret_is_refused(someone, bellhop, ministack):
    key, secret = ministack.new_user("mallory")
    tampered = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    done = login(someone(key, tampered), bellhop.url)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "SignatureDoesNotMatch" in done.stderr and "HTTP 403" in done.stderr
    assert login(someone(key, secret), bellhop.url).returncode == 0


def test_a_user_is_who_sts_says_and_may_do_what_policies_say(someone, bellhop, ministack):
    environment = someone(*ministack.new_user("alice"))
    done = chatbot(environment, "describe-slack-workspaces", "--profile", "bellhop")
    assert done.returncode != 0
    assert "AccessDeniedException" in done.stderr and f"arn:aws:iam::{ACCOUNT}:user/alice" in done.stderr


def test_a_server_of_another_name_is_of_no_use(someone, bellhop, tmp_path_factory):
    """A server in the middle would hand on what was signed for itself."""
    environment = someone()
    other = {"BELLHOP_SIGN_IN__STS_HOSTS": environment["AWS_ENDPOINT_URL_STS"].removeprefix("http://")}
    with Bellhop(tmp_path_factory.mktemp("other"), BELLHOP_SIGN_IN__SERVER_NAME="bellhop.example.com", **other) as server:
        server.run("account", "create", ACCOUNT, "--data-dir", str(server.data))
        done = login(environment, server.url)
    assert done.returncode == 1
    assert "signed for another server" in done.stderr


def test_a_revoked_session_calls_no_more(someone, bellhop):
    environment = someone()
    answer = json.loads(login(environment, bellhop.url, "--credential-process").stdout)
    key = answer["AccessKeyId"]
    assert key in bellhop.run("session", "list", "--account-id", ACCOUNT, "--data-dir", str(bellhop.data)).stdout
    bellhop.run("session", "revoke", key, "--data-dir", str(bellhop.data))
    environment |= {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["SessionToken"],
    }

    def refused():
        done = chatbot(environment, "describe-slack-workspaces", "--endpoint-url", bellhop.url, "--region", "us-east-2")
        return "UnrecognizedClientException" in done.stderr

    bellhop.wait_until("the revoked session is unknown", refused, seconds=6)


def test_another_account_than_was_meant_is_an_error(someone, bellhop):
    done = login(someone(), bellhop.url, "--account-id", "123456789012")
    assert done.returncode == 1 and done.stdout == ""
    assert ROOT in done.stderr
