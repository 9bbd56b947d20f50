"""Who may run what from chat, enforced by an IAM and an STS that others wrote.

What rests on whom:
- that a session's guardrails, deny list, trust policy and role are all of them obeyed rests on MiniStack, which verifies signatures and
  evaluates role, trust and session policies; Bellhop calls it as an IAM user of its own, for its root's key passes every trust policy;
- that the policy which Bellhop prints is the one that it sends rests on the last tests, which go through chat;
- that a session ends while a command is under way rests on nobody here: a proxy before MiniStack plays it, and says so;
- MiniStack names identity-based policies whichever policy refused: who refused is for crates/domain's tests of AWS's own words.
"""

import io
import json
import re
import threading
import uuid
import zipfile
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from bellhop import ACCOUNT, Bellhop
from ministack import REGION, MiniStack

CHANNEL = "C0TALK"
# A function of the account: nothing but what AWS answers has its name.
NAME = "greeter"
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def archive() -> bytes:
    """A function's code, of which nothing is run."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as files:
        files.writestr("x.py", "def y(event, context): return None")
    return made.getvalue()


class World:
    """An AWS account on MiniStack: a user for Bellhop, and roles and guardrails that tests make."""

    def __init__(self, ministack: MiniStack):
        self.url = ministack.url
        self.key, self.secret = ministack.new_user("bellhop")
        self.iam = self.client("iam", "test", "test")
        self.user_arn = f"arn:aws:iam::{ACCOUNT}:user/bellhop"
        assume = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], "Resource": "*"}
        read = {"Effect": "Allow", "Action": ["iam:GetPolicy", "iam:GetPolicyVersion"], "Resource": "*"}
        self.iam.put_user_policy(UserName="bellhop", PolicyName="commands", PolicyDocument=document(assume, read))
        s3, dynamodb = self.client("s3", "test", "test"), self.client("dynamodb", "test", "test")
        s3.create_bucket(Bucket="kept")
        s3.put_object(Bucket="kept", Key="key", Body=b"x")
        key = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
        self.client("lambda", "test", "test").create_function(
            FunctionName=NAME, Runtime="python3.13", Handler="x.y", Role=self.role(trusted=self.user_arn), Code={"ZipFile": archive()}
        )
        dynamodb.create_table(TableName="kept", BillingMode="PAY_PER_REQUEST", **key)

    def client(self, service, key, secret, token=None):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def role(self, *statements: dict, trusted=None, actions=("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")) -> str:
        name = f"role-{uuid.uuid4().hex[:8]}"
        trust = {"Effect": "Allow", "Principal": {"AWS": trusted or self.user_arn}, "Action": list(actions)}
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document(*statements))
        return f"arn:aws:iam::{ACCOUNT}:role/{name}"

    def guardrail(self, *statements: dict) -> str:
        made = self.iam.create_policy(PolicyName=f"guardrail-{uuid.uuid4().hex[:8]}", PolicyDocument=document(*statements))
        return made["Policy"]["Arn"]

    def session(self, role: str, policy: str | None, *guardrails: str):
        """Clients of a role, bound as Bellhop binds it."""
        asked = {"RoleArn": role, "RoleSessionName": "Bellhop-slack-U0ANNA", "PolicyArns": [{"arn": arn} for arn in guardrails]}
        if policy:
            asked["Policy"] = policy
        lent = self.client("sts", self.key, self.secret).assume_role(**asked)["Credentials"]
        return lambda service: self.client(service, lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])


@pytest.fixture(scope="module")
def ministack(tmp_path_factory):
    # The twin's own: it takes on no role of another account.
    server = MiniStack(tmp_path_factory.mktemp("ministack"), ACCOUNT)
    yield server.wait_until_ready()
    server.close()


@pytest.fixture(scope="module")
def world(ministack):
    return World(ministack)


@pytest.fixture(scope="module")
def policy(tmp_path_factory) -> str:
    return Bellhop(tmp_path_factory.mktemp("policy")).run("policy", "commands").stdout.strip()


def denied(call, **arguments) -> bool:
    """Whether it is refused for want of a permission. Another error, such as for a thing that is not there, is none."""
    try:
        call(**arguments)
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"] or "not authorized" in error.response["Error"]["Message"]
    return False


# By what each would be refused, had it not been allowed: so the tests look at both.
DENIED = [
    ("secretsmanager", "get_secret_value", {"SecretId": "none"}),
    ("secretsmanager", "list_secrets", {}),
    ("iam", "list_users", {}),
    ("iam", "create_access_key", {"UserName": "bellhop"}),
    ("kms", "list_keys", {}),
    ("sts", "assume_role", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/none", "RoleSessionName": "again"}),
    ("s3", "get_object", {"Bucket": "kept", "Key": "key"}),
    ("s3", "put_object", {"Bucket": "kept", "Key": "other", "Body": b"x"}),
    ("s3", "get_bucket_policy", {"Bucket": "kept"}),
    ("dynamodb", "get_item", {"TableName": "kept", "Key": {"id": {"S": "1"}}}),
    ("ec2", "create_key_pair", {"KeyName": "chat"}),
    ("ecr", "get_authorization_token", {}),
    ("cognito-idp", "list_user_pools", {"MaxResults": 1}),
]


def test_the_policy_fits_what_aws_takes(policy):
    assert len(policy) < 2048 and len(policy) + 10 * 60 <= 2048
    assert {statement["Effect"] for statement in json.loads(policy)["Statement"]} == {"Deny"}, "an Allow would undo the guardrails"


@pytest.mark.parametrize(("service", "method", "arguments"), DENIED, ids=[f"{service}.{method}" for service, method, _ in DENIED])
def test_the_deny_list_binds_an_administrator(world, policy, service, method, arguments):
    administrator, all_of_it = world.role(ALLOW_ALL), world.guardrail(ALLOW_ALL)
    unbound = world.session(administrator, None, all_of_it)
    bound = world.session(administrator, policy, all_of_it)
    if (service, method) != ("sts", "assume_role"):
        assert not denied(getattr(unbound(service), method), **arguments), "it is refused without the deny list too"
    assert denied(getattr(bound(service), method), **arguments)


def test_what_is_not_on_the_list_an_administrator_may(world, policy):
    session = world.session(world.role(ALLOW_ALL), policy, world.guardrail(ALLOW_ALL))
    assert [found["FunctionName"] for found in session("lambda").list_functions()["Functions"]] == [NAME]
    session("sqs").list_queues()
    session("s3").list_buckets()
    session("ssm").describe_parameters()


def test_a_guardrail_denies_what_the_role_may(world, policy):
    role, reads = world.role(ALLOW_ALL), world.guardrail({"Effect": "Allow", "Action": "lambda:List*", "Resource": "*"})
    session = world.session(role, policy, reads)
    assert [found["FunctionName"] for found in session("lambda").list_functions()["Functions"]] == [NAME]
    assert denied(session("sqs").list_queues)
    assert denied(session("lambda").delete_function, FunctionName="none")


def test_a_guardrail_gives_nothing_that_the_role_has_not(world, policy):
    role = world.role({"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"})
    session = world.session(role, policy, world.guardrail(ALLOW_ALL))
    session("sqs").list_queues()
    assert denied(session("lambda").list_functions)


def test_an_explicit_deny_wins_wherever_it_stands(world, policy):
    no_queues = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
    in_role = world.session(world.role(ALLOW_ALL, no_queues), policy, world.guardrail(ALLOW_ALL))
    in_guardrail = world.session(world.role(ALLOW_ALL), policy, world.guardrail(ALLOW_ALL, no_queues))
    for session in (in_role, in_guardrail):
        assert denied(session("sqs").list_queues)
        session("lambda").list_functions()


class Expiring:
    """A proxy before MiniStack, which says once of the next call to a service that its session is over."""

    def __init__(self, url: str):
        self.host, self.expire, self.assumed, self.sessions = url.removeprefix("http://"), False, 0, []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, answer = proxy.answer(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_PUT = do_DELETE = do_HEAD = do_POST

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, method, path, headers, body):
        self.assumed += b"Action=AssumeRole&" in body + b"&"
        scope = re.search(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/", headers.get("authorization", ""))
        if scope and scope[2] == "lambda":
            self.sessions.append(scope[1])
            if self.expire:
                self.expire = False
                answer = json.dumps({"message": "The security token included in the request is expired"}).encode()
                return 403, {"Content-Type": "application/json", "x-amzn-ErrorType": "ExpiredTokenException"}, answer
        connection = HTTPConnection(self.host, timeout=30)
        # The signature is over the host that Bellhop called: MiniStack is told that one.
        connection.request(method, path, body, headers)
        answered = connection.getresponse()
        kept = {name: value for name, value in answered.getheaders() if name.lower() not in ("content-length", "transfer-encoding", "connection")}
        return answered.status, kept, answered.read()


@pytest.fixture(scope="module")
def proxy(ministack):
    return Expiring(ministack.url)


@pytest.fixture
def twin(tmp_path, start, world, proxy):
    """The local twin, whose AWS is MiniStack, as the IAM user `bellhop`."""
    return start(
        AWS_ENDPOINT_URL=proxy.url,
        AWS_ACCESS_KEY_ID=world.key,
        AWS_SECRET_ACCESS_KEY=world.secret,
        AWS_REGION=REGION,
    )


def configure(twin, role: str, *guardrails: str, **more) -> str:
    created = twin.client().create_slack_channel_configuration(
        ConfigurationName="talk",
        SlackTeamId="T0SANDBOX",
        SlackChannelId=CHANNEL,
        IamRoleArn=role,
        **({"GuardrailPolicyArns": list(guardrails)} if guardrails else {}),
        **more,
    )
    return created["ChannelConfiguration"]["ChatConfigurationArn"]


def told(twin, text: str, *words: str, user="U0ANNA") -> str:
    """Says it, and waits until an answer has all of these words."""
    before = len(twin.messages(CHANNEL))
    answer = requests.post(f"{twin.url}/sandbox/say", json={"channel": CHANNEL, "user": user, "text": text}, timeout=10)
    assert answer.status_code == 200 and answer.json()["heard"]["status"] == 200, answer.text
    seen = ""

    def answered():
        nonlocal seen
        seen = json.dumps(twin.messages(CHANNEL)[before + 1 :])
        return all(word in seen for word in words) and seen

    try:
        return twin.wait_until(f"{words} after {text!r}", answered, 20)
    except AssertionError as failed:
        raise AssertionError(f"{failed}; seen: {seen}") from failed


LIST = "@aws lambda list-functions --region us-east-1"


def test_a_command_runs_as_the_role_and_in_the_persons_name(twin, world, proxy):
    configure(twin, world.role(ALLOW_ALL), world.guardrail(ALLOW_ALL))
    told(twin, LIST, NAME)
    assert proxy.sessions and world.key not in proxy.sessions, "a command was signed with the server's own key"


def test_what_the_guardrail_denies_is_refused_and_aws_is_quoted(twin, world):
    reads = world.guardrail({"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"})
    configure(twin, world.role(ALLOW_ALL), reads)
    told(twin, "@aws sqs list-queues --region us-east-1", "queues")
    told(twin, LIST, "AWS refused", "lambda:ListFunctions", "not authorized to perform")
    told(twin, "@aws can-i lambda list-functions", "No: you may not run", "do not allow it")


def test_an_explicit_deny_is_said_to_be_one(twin, world):
    no_lambda = {"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}
    configure(twin, world.role(ALLOW_ALL, no_lambda), world.guardrail(ALLOW_ALL))
    told(twin, LIST, "AWS refused", "denies it", "explicit deny")


def test_a_role_that_does_not_trust_bellhop_says_what_it_must_say(twin, world):
    role = world.role(ALLOW_ALL, trusted=f"arn:aws:iam::{ACCOUNT}:user/somebody-else")
    configure(twin, role)
    seen = told(twin, LIST, "AWS does not lend me the role", "update-assume-role-policy", world.user_arn)
    assert role.rsplit("/", 1)[1] in seen


def test_a_role_that_lets_neither_tags_nor_source_identity_is_taken_without(twin, world):
    configure(twin, world.role(ALLOW_ALL, actions=("sts:AssumeRole",)), world.guardrail(ALLOW_ALL))
    told(twin, LIST, NAME)


def test_a_persons_role_may_be_narrower_than_the_channels(twin, world):
    arn = configure(twin, world.role(ALLOW_ALL), world.guardrail(ALLOW_ALL))
    narrow = world.role({"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"})
    words = ["--configuration-arn", arn, "--slack-user-id", "U0BEN", "--iam-role-arn", narrow, *twin.store_arguments()]
    twin.run("user-identity", "create", "slack", *words)
    told(twin, LIST, NAME, user="U0ANNA")
    told(twin, LIST, "AWS refused", "lambda:ListFunctions", user="U0BEN")
    told(twin, "@aws whoami", narrow, "an administrator gave it to you", user="U0BEN")


def test_what_is_on_the_deny_list_is_refused_before_aws_hears_of_it(twin, world, proxy):
    configure(twin, world.role(ALLOW_ALL), world.guardrail(ALLOW_ALL))
    before = proxy.assumed
    told(twin, "@aws secretsmanager get-secret-value --secret-id x --region us-east-1", "is never run from chat", "Nobody can allow it")
    told(twin, "@aws ecr get-login-password --region us-east-1", "is never run from chat")
    told(twin, "@aws can-i iam list-users", "is never run from chat")
    assert proxy.assumed == before


def test_a_session_that_ends_meanwhile_is_renewed_once(twin, world, proxy):
    configure(twin, world.role(ALLOW_ALL), world.guardrail(ALLOW_ALL))
    told(twin, LIST, NAME)
    asked, assumed = len(proxy.sessions), proxy.assumed
    told(twin, LIST, NAME)
    assert proxy.assumed == assumed, "the session is kept"
    proxy.expire = True
    told(twin, LIST, NAME)
    assert proxy.assumed == assumed + 1
    assert len(proxy.sessions) == asked + 3 and proxy.sessions[-1] != proxy.sessions[-2]


def test_more_guardrails_than_aws_takes_are_merged(twin, world):
    guardrails = [world.guardrail({"Effect": "Allow", "Action": f"sqs:None{number}", "Resource": "*"}) for number in range(10)]
    last = world.guardrail({"Effect": "Allow", "Action": "lambda:ListFunctions", "Resource": "*"})
    configure(twin, world.role(ALLOW_ALL), *guardrails, last)
    told(twin, LIST, NAME)
    told(twin, "@aws sqs list-queues --region us-east-1", "AWS refused")
