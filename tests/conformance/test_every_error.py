"""Every error that an operation declares and a client can cause, from its real cause and in the service's words.

The texts that the live service was observed to say are held to word by word. Refusals of a request's form are
`test_every_member.py`'s; who may call is asked elsewhere. The last test asks whether a declared error was left out.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from botocore.exceptions import ClientError

from answers import Answers, skip_unless_whole_file
from bellhop import ACCOUNT, ROLE, TEAM, TENANT, WORKSPACE, Bellhop, configuration_arn, custom_action_arn, refused, topic_arn
from wire_facts import MODEL, SHAPES

CONFIGURATIONS, TOPICS, ACTIONS, TAGS = 4, 2, 2, 3
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue"
STRANGER = "99999999-2222-4333-8444-555555555555"

# Declared, and never answered by Bellhop.
NEVER = {
    "UnauthorizedException": "who lacks a permission is answered AccessDeniedException, one of the reference's common errors",
    "ServiceUnavailableException": "who calls too often is answered ThrottlingException, one of the reference's common errors",
}
# Declared as InvalidRequestException by the operations that begin so, which refuse with InvalidParameterException alone.
NO_INVALID_REQUEST = (
    "DeleteChime",
    "DeleteMicrosoftTeamsChannel",
    "DeleteSlackChannel",
    "Describe",
    "GetMicrosoft",
    "ListMicrosoft",
    "UpdateAccount",
)


@pytest.fixture(scope="module")
def answers():
    return Answers()


@pytest.fixture(scope="module")
def bellhop(tmp_path_factory):
    limits = {
        "CHAT_CONFIGURATIONS": CONFIGURATIONS,
        "TOPICS_PER_CONFIGURATION": TOPICS,
        "CUSTOM_ACTIONS": ACTIONS,
        "TAGS_PER_RESOURCE": TAGS,
    }
    settings = {f"BELLHOP_LIMITS__{name}": str(limit) for name, limit in limits.items()}
    with Bellhop(tmp_path_factory.mktemp("bellhop"), **settings) as server:
        yield server


@pytest.fixture
def api(bellhop, answers):
    """A client in an account that has nothing."""
    client = bellhop.client()
    for each in client.describe_slack_channel_configurations()["SlackChannelConfigurations"]:
        client.delete_slack_channel_configuration(ChatConfigurationArn=each["ChatConfigurationArn"])
    for each in client.list_microsoft_teams_channel_configurations()["TeamChannelConfigurations"]:
        client.delete_microsoft_teams_channel_configuration(ChatConfigurationArn=each["ChatConfigurationArn"])
    for each in client.describe_chime_webhook_configurations()["WebhookConfigurations"]:
        client.delete_chime_webhook_configuration(ChatConfigurationArn=each["ChatConfigurationArn"])
    for arn in client.list_custom_actions()["CustomActions"]:
        client.delete_custom_action(CustomActionArn=arn)
    return answers.watch(client)


# A create's members but for the name, and the place that it takes in words.
CREATES = {
    "slack-channel": {"SlackTeamId": WORKSPACE, "SlackChannelId": "C0ERR", "IamRoleArn": ROLE},
    "microsoft-teams-channel": {"TeamId": TEAM, "TenantId": TENANT, "ChannelId": "19%3Aerr%40thread.tacv2", "IamRoleArn": ROLE},
    "chime-webhook": {
        "WebhookUrl": "https://hooks.chime.aws/incomingwebhooks/err?token=secret",
        "WebhookDescription": "Ops",
        "SnsTopicArns": [],
        "IamRoleArn": ROLE,
    },
}
ELSEWHERE = {
    "slack-channel": {"SlackChannelId": "C0OTHER"},
    "microsoft-teams-channel": {"ChannelId": "19%3Aother%40thread.tacv2"},
    "chime-webhook": {"WebhookUrl": "https://hooks.chime.aws/incomingwebhooks/other?token=secret"},
}
NOUNS = {
    "slack-channel": "slack_channel_configuration",
    "microsoft-teams-channel": "microsoft_teams_channel_configuration",
    "chime-webhook": "chime_webhook_configuration",
}


def create(api, platform: str, name="err", **members):
    return getattr(api, f"create_{NOUNS[platform]}")(**CREATES[platform] | members, ConfigurationName=name)


def update(api, platform: str, arn: str, **members):
    same = {name: value for name, value in CREATES[platform].items() if name in ("SlackChannelId", "ChannelId")}
    return getattr(api, f"update_{NOUNS[platform]}")(ChatConfigurationArn=arn, **same | members)


def delete(api, platform: str, arn: str):
    return getattr(api, f"delete_{NOUNS[platform]}")(ChatConfigurationArn=arn)


each_platform = pytest.mark.parametrize("platform", sorted(CREATES))


@each_platform
def test_a_name_is_taken_once(api, platform):
    create(api, platform)
    said = refused(create, api=api, platform=platform, **ELSEWHERE[platform])
    # Observed, word by word.
    assert said == (409, "ConflictException", f"Resource with arn {configuration_arn(platform, 'err')} already exists.")


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        # Observed, word by word.
        ("slack-channel", "Slack channel with ID C0ERR in Slack team T0SANDBOX has already been configured for AWS account"),
        # Assumed from it.
        ("microsoft-teams-channel", f"{CREATES['microsoft-teams-channel']['ChannelId']} in team {TEAM} has already been configured"),
    ],
)
def test_a_channel_is_configured_once(api, platform, place):
    create(api, platform)
    status, code, said = refused(create, api=api, platform=platform, name="again")
    assert (status, code) == (400, "InvalidRequestException")
    assert said.startswith("Invalid request provided: ") and place in said and "secret" not in said
    create(api, platform, name="again", **ELSEWHERE[platform])
    moved = refused(update, api=api, platform=platform, arn=configuration_arn(platform, "again"), **place_of(platform))
    assert moved == (status, code, said), "nor by an update"


def test_a_webhook_may_be_configured_twice(api):
    """Unlike a channel: nothing says that the service looks at it. Assumed."""
    create(api, "chime-webhook")
    create(api, "chime-webhook", name="again")


def at_once(calls: list) -> Counter:
    """How many of these calls ended how, all under way together."""

    def ending(call) -> str:
        try:
            call()
            return "made"
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(len(calls)) as threads:
        return Counter(threads.map(ending, calls))


def test_of_many_creates_at_once_one_takes_the_name_the_channel_and_the_last_place(bellhop, api):
    many = bellhop.client(max_pool_connections=8)
    named = [partial(create, many, "slack-channel", SlackChannelId=f"C{number}") for number in range(8)]
    assert at_once(named) == {"made": 1, "ConflictException": 7}
    placed = [partial(create, many, "slack-channel", name=f"n{number}") for number in range(8)]
    assert at_once(placed) == {"made": 1, "InvalidRequestException": 7}
    last = [partial(create, many, "slack-channel", name=f"m{number}", SlackChannelId=f"C1{number}") for number in range(8)]
    assert at_once(last) == {"made": CONFIGURATIONS - 2, "LimitExceededException": 8 - CONFIGURATIONS + 2}


def test_of_many_repeated_creates_at_once_all_are_the_first(bellhop, api):
    many = bellhop.client(max_pool_connections=8)
    assert at_once([partial(act, many, ClientToken="token-" + "0" * 30)] * 8) == {"made": 8}
    assert len(api.list_custom_actions()["CustomActions"]) == 1


def place_of(platform: str) -> dict:
    return {name: CREATES[platform][name] for name in ELSEWHERE[platform]}


@pytest.mark.parametrize(
    ("platform", "members", "words"),
    [
        ("slack-channel", {"SlackTeamId": "T0ELSEWHERE"}, "is not authorized with AWS account"),
        ("microsoft-teams-channel", {"TeamId": STRANGER}, "team id you are using is not configured"),
        ("microsoft-teams-channel", {"TenantId": STRANGER}, "team id you are using is not configured"),
    ],
)
def test_a_team_that_nobody_authorised_is_refused_and_reserves_nothing(api, platform, members, words):
    status, code, said = refused(create, api=api, platform=platform, **members)
    assert (status, code) == (400, "InvalidRequestException")
    assert words in said
    create(api, platform)


@each_platform
def test_an_arn_of_another_service_is_no_topic(api, platform):
    """The model's pattern lets it through. Assumed."""
    status, code, said = refused(create, api=api, platform=platform, SnsTopicArns=[topic_arn("good"), QUEUE])
    assert (status, code) == (400, "InvalidRequestException") and QUEUE in said
    arn = configuration_arn(platform, "err")
    create(api, platform)
    assert refused(update, api=api, platform=platform, arn=arn, SnsTopicArns=[QUEUE])[:2] == (status, code)


@each_platform
def test_what_is_not_there_cannot_be_changed(api, platform):
    arn = configuration_arn(platform, "nobody")
    for change in (update, delete):
        status, code, said = refused(change, api=api, platform=platform, arn=arn)
        assert (status, code) == (404, "ResourceNotFoundException") and arn in said
    other = next(name for name in CREATES if name != platform)
    create(api, other)
    assert refused(delete, api=api, platform=platform, arn=configuration_arn(other, "err"))[0] == 404, "of another platform"


@each_platform
def test_an_account_has_so_many_configurations(api, platform):
    """Of all platforms together. Assumed."""
    for number in range(CONFIGURATIONS):
        create(api, "slack-channel", name=f"n{number}", SlackChannelId=f"C{number}")
    status, code, said = refused(create, api=api, platform=platform)
    assert (status, code) == (403, "LimitExceededException") and str(CONFIGURATIONS) in said
    delete(api, "slack-channel", configuration_arn("slack-channel", "n0"))
    create(api, platform)


@each_platform
def test_a_configuration_has_so_many_topics_and_tags(api, platform):
    topics = [topic_arn(f"t{number}") for number in range(TOPICS + 1)]
    assert refused(create, api=api, platform=platform, SnsTopicArns=topics)[:2] == (403, "LimitExceededException")
    tags = [{"TagKey": f"k{number}", "TagValue": ""} for number in range(TAGS + 1)]
    assert refused(create, api=api, platform=platform, Tags=tags)[:2] == (403, "LimitExceededException")
    create(api, platform, SnsTopicArns=topics[1:], Tags=tags[1:])
    # An update declares no error for it. Assumed.
    said = refused(update, api=api, platform=platform, arn=configuration_arn(platform, "err"), SnsTopicArns=topics)
    assert said[:2] == (400, "InvalidRequestException")


def test_the_same_topic_twice_counts_once(api):
    create(api, "slack-channel", SnsTopicArns=[topic_arn("t")] * (TOPICS + 1))


def test_a_teams_configuration_that_is_not_there(api):
    """Observed; the model does not declare it."""
    arn = configuration_arn("microsoft-teams-channel", "nobody")
    status, code, said = refused(api.get_microsoft_teams_channel_configuration, ChatConfigurationArn=arn)
    assert (status, code) == (404, "ResourceNotFoundException") and arn in said


def test_a_workspace_and_a_team_in_use_are_not_given_up(api):
    create(api, "slack-channel")
    create(api, "microsoft-teams-channel")
    for call, arguments, platform in (
        (api.delete_slack_workspace_authorization, {"SlackTeamId": WORKSPACE}, "slack-channel"),
        (api.delete_microsoft_teams_configured_team, {"TeamId": TEAM}, "microsoft-teams-channel"),
    ):
        status, code, said = refused(call, **arguments)
        assert (status, code) == (400, "InvalidParameterException")
        assert configuration_arn(platform, "err") in said, "it names what uses it"


def test_a_team_that_is_not_there(api):
    status, code, said = refused(api.delete_microsoft_teams_configured_team, TeamId=STRANGER)
    # Observed.
    assert (status, code) == (404, "ResourceNotFoundException") and said.startswith("No Team found for the team id")


def test_people_who_are_not_there(api):
    slack = {"ChatConfigurationArn": configuration_arn("slack-channel", "err"), "SlackTeamId": WORKSPACE, "SlackUserId": "U1"}
    teams = {"ChatConfigurationArn": configuration_arn("microsoft-teams-channel", "err"), "UserId": STRANGER}
    assert refused(api.delete_slack_user_identity, **slack)[:2] == (404, "ResourceNotFoundException")
    assert refused(api.delete_microsoft_teams_user_identity, **teams)[:2] == (404, "ResourceNotFoundException")


DEFINITION = {"CommandText": "sts get-caller-identity"}


def act(api, name="err", **members):
    return api.create_custom_action(**{"ActionName": name, "Definition": DEFINITION} | members)


@pytest.mark.parametrize(
    "members",
    [
        # Optional in the model, required by the live service: observed.
        {"Attachments": [{"ButtonText": "Go"}]},
        # What follows `@aws`: documented; that the API refuses it, assumed.
        {"Definition": {"CommandText": "aws sts get-caller-identity"}},
    ],
    ids=lambda members: next(iter(members)),
)
def test_an_action_that_could_not_run_is_refused(api, members):
    assert refused(act, api=api, **members)[:2] == (400, "InvalidRequestException")
    arn = act(api)["CustomActionArn"]
    said = refused(api.update_custom_action, CustomActionArn=arn, **{"Definition": DEFINITION} | members)
    assert said[:2] == (400, "InvalidRequestException")


def test_an_action_s_name_is_taken_once(api):
    act(api)
    assert refused(act, api=api) == (409, "ConflictException", f"Resource with arn {custom_action_arn('err')} already exists.")


def test_a_client_token_is_good_for_one_input(api):
    act(api, ClientToken="token-" + "0" * 30)
    other = {"Definition": {"CommandText": "s3 ls"}}
    assert refused(act, api=api, ClientToken="token-" + "0" * 30, **other)[:2] == (409, "ConflictException")
    assert refused(act, api=api, ClientToken="token-" + "0" * 30, name="other")[:2] == (409, "ConflictException")


def test_an_account_has_so_many_actions_and_an_action_so_many_tags(api):
    tags = [{"TagKey": f"k{number}", "TagValue": ""} for number in range(TAGS + 1)]
    assert refused(act, api=api, Tags=tags)[:2] == (403, "LimitExceededException")
    for number in range(ACTIONS):
        act(api, name=f"n{number}")
    assert refused(act, api=api)[:2] == (403, "LimitExceededException")


def test_an_action_that_is_not_there(api):
    arn = custom_action_arn("nobody")
    for call, members in (
        (api.get_custom_action, {}),
        (api.update_custom_action, {"Definition": DEFINITION}),
        (api.delete_custom_action, {}),
    ):
        status, code, said = refused(call, CustomActionArn=arn, **members)
        assert (status, code) == (404, "ResourceNotFoundException") and arn in said


def test_what_is_associated_must_be_there(api):
    action = act(api)["CustomActionArn"]
    gone = configuration_arn("slack-channel", "nobody")
    for call in (api.associate_to_configuration, api.disassociate_from_configuration):
        said = refused(call, Resource=action, ChatConfiguration=gone)
        # Observed, word by word; the model does not declare it.
        assert said == (404, "ResourceNotFoundException", f"Channel Arn {gone} does not exist!")
    create(api, "slack-channel")
    there = configuration_arn("slack-channel", "err")
    said = refused(api.associate_to_configuration, Resource=custom_action_arn("nobody"), ChatConfiguration=there)
    assert said[:2] == (404, "ResourceNotFoundException") and custom_action_arn("nobody") in said[2]
    # What is not associated need not be there. Assumed.
    api.disassociate_from_configuration(Resource=custom_action_arn("nobody"), ChatConfiguration=there)


def test_associations_of_a_malformed_and_of_an_unknown_configuration(api):
    """Observed: the operation declares no error at all."""
    assert refused(api.list_associations, ChatConfiguration="not-an-arn-of-anything")[:2] == (400, "InvalidRequestException")
    assert api.list_associations(ChatConfiguration=configuration_arn("slack-channel", "nobody"))["Associations"] == []


def test_tags_of_what_is_not_there(api):
    arn, tag = custom_action_arn("nobody"), {"TagKey": "k", "TagValue": "v"}
    for call, members in (
        (api.list_tags_for_resource, {}),
        (api.tag_resource, {"Tags": [tag]}),
        (api.untag_resource, {"TagKeys": ["k"]}),
    ):
        status, code, said = refused(call, ResourceARN=arn, **members)
        assert (status, code) == (404, "ResourceNotFoundException") and arn in said


def test_a_resource_has_so_many_tags(api):
    arn = act(api, Tags=[{"TagKey": "k0", "TagValue": ""}])["CustomActionArn"]
    tags = [{"TagKey": f"k{number}", "TagValue": "new"} for number in range(TAGS + 1)]
    assert refused(api.tag_resource, ResourceARN=arn, Tags=tags[1:])[:2] == (400, "TooManyTagsException")
    assert len(api.list_tags_for_resource(ResourceARN=arn)["Tags"]) == 1, "all or none"
    api.tag_resource(ResourceARN=arn, Tags=tags[:TAGS])
    assert [tag["TagValue"] for tag in api.list_tags_for_resource(ResourceARN=arn)["Tags"]] == ["new"] * TAGS


def test_every_error_that_can_be_caused_was(request, answers):
    skip_unless_whole_file(request)
    missing, needless = [], []
    for name, operation in MODEL["operations"].items():
        declared = {error["shape"] for error in operation.get("errors", [])}
        # The first of the two is the refusal of a request's form.
        form = "InvalidParameterException" if "InvalidParameterException" in declared else "InvalidRequestException"
        for code in sorted(declared):
            if SHAPES[code]["error"]["httpStatusCode"] >= 500 or code == form:
                continue
            never = code in NEVER or (code == "InvalidRequestException" and name.startswith(NO_INVALID_REQUEST))
            (needless if (name, code) in answers.caused else missing).append((name, code, never))
    assert [(name, code) for name, code, never in missing if not never] == []
    assert [(name, code) for name, code, never in needless if never] == [], "a cause is known after all"
