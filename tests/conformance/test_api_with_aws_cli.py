"""The API as AWS's own clients see it: boto3 and the AWS CLI, against the reference and what the live service was observed to do.

Rests on botocore for signatures, requests, responses and errors. botocore checks no pattern and no length: what is refused here, the
server refused.
"""

import datetime
import re

import botocore.auth
import botocore.compat
import botocore.crt.auth
import pytest

from bellhop import ACCOUNT, ROLE, WORKSPACE, Bellhop, configuration_arn, refused, topic_arn
from localstack import aws


@pytest.fixture(scope="module")
def bellhop(tmp_path_factory):
    with Bellhop(tmp_path_factory.mktemp("bellhop")) as server:
        yield server


@pytest.fixture
def api(bellhop):
    """A client in an account without configurations."""
    client = bellhop.client()
    for each in client.describe_slack_channel_configurations()["SlackChannelConfigurations"]:
        client.delete_slack_channel_configuration(ChatConfigurationArn=each["ChatConfigurationArn"])
    return client


def arn_of(name: str) -> str:
    return configuration_arn("slack-channel", name)


def create(api, name="ops", channel="C0OPS", **members):
    required = {"SlackTeamId": WORKSPACE, "SlackChannelId": channel, "IamRoleArn": ROLE, "ConfigurationName": name}
    return api.create_slack_channel_configuration(**required | members)["ChannelConfiguration"]


def describe(api, arn: str) -> list[dict]:
    return api.describe_slack_channel_configurations(ChatConfigurationArn=arn)["SlackChannelConfigurations"]


def test_a_configuration_has_the_documented_defaults(api):
    made = create(api)
    assert made["ChatConfigurationArn"] == arn_of("ops")
    assert made["ConfigurationName"] == "ops"
    assert made["SlackTeamId"] == WORKSPACE and made["SlackTeamName"] == "Sandbox"
    assert made["SlackChannelId"] == "C0OPS" and made["SlackChannelName"], "never sent, yet clients need one"
    assert made["IamRoleArn"] == ROLE
    assert made["SnsTopicArns"] == []
    assert made["LoggingLevel"] == "NONE"
    assert made["GuardrailPolicyArns"] == ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert made["UserAuthorizationRequired"] is False
    assert made["State"] == "ENABLED"


def test_everything_that_was_sent_is_read_back_at_once_by_arn(api):
    sent = {
        "SlackChannelName": "operations",
        "SnsTopicArns": [topic_arn("one"), "arn:aws:sns:eu-west-1:210987654321:two"],
        "LoggingLevel": "ERROR",
        "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "UserAuthorizationRequired": True,
        "Tags": [{"TagKey": "team", "TagValue": "ops"}, {"TagKey": "empty", "TagValue": ""}],
    }
    made = create(api, **sent)
    [read] = describe(api, made["ChatConfigurationArn"])
    assert read == made
    assert {name: read[name] for name in sent} == sent


def test_an_update_changes_what_it_names_and_leaves_the_rest(api):
    made = create(api, LoggingLevel="INFO", SnsTopicArns=[topic_arn("one")])
    arn = made["ChatConfigurationArn"]
    updated = api.update_slack_channel_configuration(
        ChatConfigurationArn=arn, SlackChannelId="C0MOVED", SnsTopicArns=[topic_arn("two")], UserAuthorizationRequired=True
    )["ChannelConfiguration"]
    wanted = {"SlackChannelId": "C0MOVED", "SnsTopicArns": [topic_arn("two")], "UserAuthorizationRequired": True}
    own_name = {"SlackChannelName": updated["SlackChannelName"]}
    assert updated == made | wanted | own_name
    assert describe(api, arn) == [updated]
    emptied = api.update_slack_channel_configuration(ChatConfigurationArn=arn, SlackChannelId="C0MOVED", SnsTopicArns=[])
    assert emptied["ChannelConfiguration"]["SnsTopicArns"] == []


def test_a_deleted_configuration_is_gone_and_its_name_is_free(api):
    arn = create(api)["ChatConfigurationArn"]
    answer = api.delete_slack_channel_configuration(ChatConfigurationArn=arn)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert describe(api, arn) == []
    assert create(api)["ChatConfigurationArn"] == arn


def test_statuses_are_the_models(api):
    status = {
        "create": api.create_slack_channel_configuration(
            SlackTeamId=WORKSPACE, SlackChannelId="C0A", IamRoleArn=ROLE, ConfigurationName="a"
        ),
        "describe": api.describe_slack_channel_configurations(),
        "workspaces": api.describe_slack_workspaces(),
    }
    codes = {name: answer["ResponseMetadata"]["HTTPStatusCode"] for name, answer in status.items()}
    assert codes == {"create": 201, "describe": 200, "workspaces": 200}


def test_the_sandbox_is_an_authorised_workspace(api):
    [workspace] = api.describe_slack_workspaces(MaxResults=10)["SlackWorkspaces"]
    assert (workspace["SlackTeamId"], workspace["SlackTeamName"]) == (WORKSPACE, "Sandbox")


# The next five: source, observed on the live service.


def test_a_name_is_taken_once(api):
    create(api)
    status, code, message = refused(lambda: create(api, channel="C0OTHER"))
    assert (status, code) == (409, "ConflictException")
    assert message == f"Resource with arn {arn_of('ops')} already exists."


def test_a_channel_is_configured_once(api):
    create(api)
    status, code, message = refused(lambda: create(api, name="ops-again"))
    assert (status, code) == (400, "InvalidRequestException")
    assert message == (
        "Invalid request provided: Slack channel with ID C0OPS in Slack team T0SANDBOX "
        f"has already been configured for AWS account {ACCOUNT}"
    )


def test_an_unauthorised_workspace_is_refused_and_reserves_nothing(api):
    status, code, message = refused(lambda: create(api, SlackTeamId="T0ELSEWHERE"))
    assert (status, code) == (400, "InvalidRequestException")
    assert "is not authorized with AWS account" in message
    assert create(api)["ConfigurationName"] == "ops"


def test_describing_an_unknown_arn_is_an_empty_list(api):
    create(api)
    assert describe(api, arn_of("nobody")) == []


def test_changing_or_deleting_an_unknown_arn_is_not_found(api):
    unknown = arn_of("nobody")
    calls = {
        "update": refused(api.update_slack_channel_configuration, ChatConfigurationArn=unknown, SlackChannelId="C0A"),
        "delete": refused(api.delete_slack_channel_configuration, ChatConfigurationArn=unknown),
    }
    assert {name: answer[:2] for name, answer in calls.items()} == dict.fromkeys(calls, (404, "ResourceNotFoundException"))


@pytest.mark.parametrize(
    "members",
    [
        {"ConfigurationName": "no spaces"},
        {"ConfigurationName": "x" * 129},
        {"SlackChannelId": "C-1"},
        {"SlackTeamId": "t0lower"},
        {"IamRoleArn": "role/chatbot-without-arn"},
        {"LoggingLevel": "DEBUG"},
        {"SnsTopicArns": [topic_arn("good"), "topic-without-arn"]},
        {"GuardrailPolicyArns": ["policy/without-arn"]},
        {"SlackChannelName": "x" * 256},
        {"Tags": [{"TagKey": "k" * 129, "TagValue": "v"}]},
    ],
    ids=lambda members: f"{next(iter(members))}={str(next(iter(members.values())))[:20]}",
)
def test_what_the_model_forbids_is_refused_and_leaves_nothing(api, members):
    status, code, message = refused(lambda: create(api, **members))
    assert (status, code) == (400, "InvalidParameterException")
    assert message
    assert api.describe_slack_channel_configurations()["SlackChannelConfigurations"] == []


def test_an_arn_of_another_service_is_no_topic(api):
    """The model's pattern lets it through. Which error the live service answers is assumed."""
    status, code, message = refused(lambda: create(api, SnsTopicArns=["arn:aws:sqs:us-east-1:123456789012:queue"]))
    assert status == 400 and code in ("InvalidRequestException", "InvalidParameterException")
    assert "arn:aws:sqs:us-east-1:123456789012:queue" in message


@pytest.mark.parametrize("missing", ["SlackTeamId", "SlackChannelId", "IamRoleArn", "ConfigurationName"])
def test_a_required_member_is_required(bellhop, api, missing):
    lenient = bellhop.client(parameter_validation=False)
    members = {"SlackTeamId": WORKSPACE, "SlackChannelId": "C0A", "IamRoleArn": ROLE, "ConfigurationName": "a"}
    del members[missing]
    status, code, message = refused(lenient.create_slack_channel_configuration, **members)
    assert (status, code) == (400, "InvalidParameterException")
    assert missing.lower() in message.lower()


def test_paginators_see_every_configuration_once(api):
    names = [f"channel-{number:02}" for number in range(23)]
    for number, name in enumerate(names):
        create(api, name=name, channel=f"C0PAGE{number:02}")
    paginator = api.get_paginator("describe_slack_channel_configurations")
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 5}))
    assert [len(page["SlackChannelConfigurations"]) for page in pages] == [5, 5, 5, 5, 3]
    assert sorted(each["ConfigurationName"] for page in pages for each in page["SlackChannelConfigurations"]) == names
    assert not pages[-1].get("NextToken")
    workspaces = list(api.get_paginator("describe_slack_workspaces").paginate(PaginationConfig={"PageSize": 1}))
    assert [each["SlackTeamId"] for page in workspaces for each in page["SlackWorkspaces"]] == [WORKSPACE]


@pytest.mark.parametrize("arguments", [{"MaxResults": 101}, {"NextToken": "made up"}], ids=lambda each: next(iter(each)))
def test_a_page_that_cannot_be_is_refused(api, arguments):
    status, code, _ = refused(api.describe_slack_channel_configurations, **arguments)
    assert (status, code) in {(400, "InvalidParameterException"), (400, "InvalidRequestException")}


@pytest.mark.parametrize("region", ["us-east-2", "ap-southeast-1", "eu-central-1"])
def test_a_configuration_is_global(bellhop, api, region):
    create(api)
    assert len(describe(bellhop.client(region=region), arn_of("ops"))) == 1


def test_a_strangers_key_and_a_wrong_secret_are_refused(bellhop):
    key = refused(bellhop.client(key="AKIASTRANGER").describe_slack_workspaces)
    assert key[:2] == (403, "UnrecognizedClientException")
    secret = refused(bellhop.client(secret="wrong").describe_slack_workspaces)
    assert secret[:2] == (403, "InvalidSignatureException")


@pytest.fixture
def clock_off(monkeypatch):
    """Puts the clock of botocore's signers wrong by some minutes: its own and that of the AWS common runtime."""

    def put(minutes: int):
        right = botocore.compat.get_current_datetime
        for signer in (botocore.auth, botocore.crt.auth):
            monkeypatch.setattr(
                signer, "get_current_datetime", lambda *args, **named: right(*args, **named) + datetime.timedelta(minutes=minutes)
            )

    return put


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_clock_that_is_a_quarter_of_an_hour_off_is_refused(bellhop, clock_off, minutes):
    """Source: reference, its common errors."""
    clock_off(minutes)
    status, code, _ = refused(bellhop.client().describe_slack_workspaces)
    assert (status, code) == (400, "RequestExpired")


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_that_is_a_little_off_is_not(bellhop, clock_off, minutes):
    clock_off(minutes)
    assert bellhop.client().describe_slack_workspaces()["SlackWorkspaces"]


def test_the_aws_cli_types_the_whole_life_of_a_configuration(api, bellhop):
    def chatbot(*words, expect=0):
        return aws("chatbot", *words, endpoint=bellhop.url, folder=bellhop.folder, expect=expect)

    create_words = (
        *("create-slack-channel-configuration", "--configuration-name", "cli", "--slack-team-id", WORKSPACE),
        *("--slack-channel-id", "C0CLI", "--iam-role-arn", ROLE, "--sns-topic-arns", topic_arn("one"), topic_arn("two")),
        *("--tags", "TagKey=team,TagValue=ops"),
    )
    made = chatbot(*create_words)["ChannelConfiguration"]
    assert made["SnsTopicArns"] == [topic_arn("one"), topic_arn("two")]
    said = chatbot(*create_words, expect=255)
    assert re.search(r"\(ConflictException\) when calling the CreateSlackChannelConfiguration operation: Resource with arn", said)

    arn = made["ChatConfigurationArn"]
    words = ("update-slack-channel-configuration", "--chat-configuration-arn", arn, "--slack-channel-id", "C0CLI")
    assert chatbot(*words, "--logging-level", "INFO")["ChannelConfiguration"]["LoggingLevel"] == "INFO"
    listed = chatbot("describe-slack-channel-configurations")["SlackChannelConfigurations"]
    assert [each["LoggingLevel"] for each in listed] == ["INFO"]
    assert chatbot("describe-slack-workspaces")["SlackWorkspaces"][0]["SlackTeamName"] == "Sandbox"
    assert chatbot("delete-slack-channel-configuration", "--chat-configuration-arn", arn) is None
    assert chatbot("describe-slack-channel-configurations")["SlackChannelConfigurations"] == []
