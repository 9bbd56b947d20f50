"""Every operation succeeds, in the order in which a resource lives: created, read back at once, changed, tagged, listed, deleted.

Rests on boto3 for signatures, requests and answers. What an update leaves alone and what it empties, that tags show everywhere, that
configurations are global: source, the model, the reference and what the live service was observed to do.
"""

import boto3
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from answers import Answers, skip_unless_whole_file
from bellhop import ROLE, TEAM, TENANT, WORKSPACE, Bellhop, configuration_arn, custom_action_arn, refused, topic_arn
from wire_facts import MODEL

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
CHIME = "https://hooks.chime.aws/incomingwebhooks/{}?token=secret-{}"
TAGS = [{"TagKey": "team", "TagValue": "ops"}, {"TagKey": "empty", "TagValue": ""}]


@pytest.fixture(scope="module")
def answers():
    return Answers()


@pytest.fixture(scope="module")
def bellhop(tmp_path_factory):
    with Bellhop(tmp_path_factory.mktemp("bellhop")) as server:
        yield server


@pytest.fixture(scope="module")
def api(bellhop, answers):
    return answers.watch(bellhop.client())


def channel_id(name: str) -> str:
    return f"19%3A{name}%40thread.tacv2"


class Slack:
    platform = "slack-channel"
    required = {"SlackTeamId": WORKSPACE, "SlackChannelId": "C0LIFE", "IamRoleArn": ROLE}
    optional = {
        "SlackChannelName": "operations",
        "SnsTopicArns": [topic_arn("one"), "arn:aws:sns:eu-west-1:210987654321:two"],
        "LoggingLevel": "ERROR",
        "GuardrailPolicyArns": [READ_ONLY, "arn:aws:iam::123456789012:policy/guard"],
        "UserAuthorizationRequired": True,
        "Tags": TAGS,
    }
    # Of an update; then what it changes.
    again = {"SlackChannelId": "C0LIFE"}
    changes = {"SlackChannelName": "night", "LoggingLevel": "INFO", "UserAuthorizationRequired": False, "IamRoleArn": f"{ROLE}-2"}
    unset = {"SnsTopicArns": [], "LoggingLevel": "NONE", "GuardrailPolicyArns": [ADMINISTRATOR], "UserAuthorizationRequired": False}

    def __init__(self, api):
        self.api = api

    def create(self, **members):
        return self.api.create_slack_channel_configuration(**members)["ChannelConfiguration"]

    def read(self, arn):
        return self.api.describe_slack_channel_configurations(ChatConfigurationArn=arn)["SlackChannelConfigurations"]

    def list(self):
        return self.api.describe_slack_channel_configurations()["SlackChannelConfigurations"]

    def update(self, **members):
        return self.api.update_slack_channel_configuration(**members)["ChannelConfiguration"]

    def delete(self, arn):
        return self.api.delete_slack_channel_configuration(ChatConfigurationArn=arn)


class Teams(Slack):
    platform = "microsoft-teams-channel"
    required = {"TeamId": TEAM, "TenantId": TENANT, "ChannelId": channel_id("life"), "IamRoleArn": ROLE}
    optional = {name: value for name, value in Slack.optional.items() if name != "SlackChannelName"} | {
        "ChannelName": "Operations",
        "TeamName": "Sandbox",
    }
    again = {"ChannelId": channel_id("life")}
    changes = {"ChannelName": "Night", "LoggingLevel": "INFO", "UserAuthorizationRequired": False, "IamRoleArn": f"{ROLE}-2"}

    def create(self, **members):
        return self.api.create_microsoft_teams_channel_configuration(**members)["ChannelConfiguration"]

    def read(self, arn):
        """Unlike the others, an unknown one is an error. Observed."""
        try:
            return [self.api.get_microsoft_teams_channel_configuration(ChatConfigurationArn=arn)["ChannelConfiguration"]]
        except self.api.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException"
            return []

    def list(self):
        return self.api.list_microsoft_teams_channel_configurations()["TeamChannelConfigurations"]

    def update(self, **members):
        return self.api.update_microsoft_teams_channel_configuration(**members)["ChannelConfiguration"]

    def delete(self, arn):
        return self.api.delete_microsoft_teams_channel_configuration(ChatConfigurationArn=arn)


class Chime(Slack):
    platform = "chime-webhook"
    required = {
        "WebhookDescription": "Ops/alarms",
        "WebhookUrl": CHIME.format("life", 1),
        "SnsTopicArns": [topic_arn("one")],
        "IamRoleArn": ROLE,
    }
    optional = {"LoggingLevel": "ERROR", "Tags": TAGS}
    again = {}
    changes = {"WebhookDescription": "Ops/night", "LoggingLevel": "INFO", "IamRoleArn": f"{ROLE}-2"}
    unset = {"LoggingLevel": "NONE"}

    def create(self, **members):
        return self.api.create_chime_webhook_configuration(**members)["WebhookConfiguration"]

    def read(self, arn):
        return self.api.describe_chime_webhook_configurations(ChatConfigurationArn=arn)["WebhookConfigurations"]

    def list(self):
        return self.api.describe_chime_webhook_configurations()["WebhookConfigurations"]

    def update(self, **members):
        return self.api.update_chime_webhook_configuration(**members)["WebhookConfiguration"]

    def delete(self, arn):
        return self.api.delete_chime_webhook_configuration(ChatConfigurationArn=arn)


@pytest.fixture(params=[Slack, Teams, Chime], ids=lambda platform: platform.__name__)
def platform(request, api):
    one = request.param(api)
    yield one
    for each in one.list():
        one.delete(each["ChatConfigurationArn"])


def as_answered(members: dict) -> dict:
    """A webhook's URL is a secret: no answer shows it."""
    return {name: value for name, value in members.items() if name != "WebhookUrl"}


def test_a_configuration_is_created_whole_read_back_at_once_and_deleted(platform):
    sent = platform.required | platform.optional | {"ConfigurationName": "life"}
    made = platform.create(**sent)
    arn = configuration_arn(platform.platform, "life")
    assert made["ChatConfigurationArn"] == arn and made["State"] == "ENABLED"
    assert {name: made.get(name) for name in as_answered(sent)} == as_answered(sent)
    assert "secret" not in str(made)
    assert platform.read(arn) == [made] and platform.list() == [made]
    assert platform.delete(arn)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert platform.read(arn) == [] and platform.list() == []


def test_what_a_create_leaves_out_has_its_default(platform):
    made = platform.create(**platform.required, ConfigurationName="life")
    wanted = {name: value for name, value in platform.unset.items() if name not in platform.required}
    assert {name: made.get(name) for name in wanted} == wanted
    assert made["Tags"] == [] and "StateReason" not in made
    assert platform.read(made["ChatConfigurationArn"]) == [made]


def test_an_update_leaves_what_it_does_not_name(platform):
    made = platform.create(**platform.required, **platform.optional, ConfigurationName="life")
    arn = made["ChatConfigurationArn"]
    assert platform.update(ChatConfigurationArn=arn, **platform.again) == made
    for name, value in platform.changes.items():
        made |= {name: value}
        assert platform.update(ChatConfigurationArn=arn, **platform.again, **{name: value}) == made, name
        assert platform.read(arn) == [made]


def test_an_update_with_an_empty_list_empties_it(platform):
    made = platform.create(**platform.required, **platform.optional, ConfigurationName="life")
    arn = made["ChatConfigurationArn"]
    for name, empty in (("SnsTopicArns", []), ("GuardrailPolicyArns", [ADMINISTRATOR])):
        if name in made:
            made |= {name: empty}
            assert platform.update(ChatConfigurationArn=arn, **platform.again, **{name: []}) == made
    assert platform.read(arn) == [made]


def test_topics_are_a_set_and_guardrails_keep_their_order(platform):
    topics = [topic_arn("b"), topic_arn("a"), topic_arn("b")]
    made = platform.create(**platform.required | {"SnsTopicArns": topics}, ConfigurationName="life")
    assert sorted(made["SnsTopicArns"]) == sorted(set(topics))
    if "GuardrailPolicyArns" in made:
        for guardrails in ([READ_ONLY, ADMINISTRATOR], [ADMINISTRATOR, READ_ONLY]):
            arn = made["ChatConfigurationArn"]
            made = platform.update(ChatConfigurationArn=arn, **platform.again, GuardrailPolicyArns=guardrails)
            assert made["GuardrailPolicyArns"] == guardrails


def test_tags_are_seen_wherever_the_configuration_is(api, platform):
    arn = platform.create(**platform.required, ConfigurationName="life", Tags=TAGS)["ChatConfigurationArn"]
    new = {"TagKey": "stage", "TagValue": "test"}
    api.tag_resource(ResourceARN=arn, Tags=[new, {"TagKey": "team", "TagValue": "dev"}])
    wanted = {"team": "dev", "empty": "", "stage": "test"}
    seen = [api.list_tags_for_resource(ResourceARN=arn)["Tags"], platform.read(arn)[0]["Tags"], platform.list()[0]["Tags"]]
    seen.append(platform.update(ChatConfigurationArn=arn, **platform.again)["Tags"])
    assert [{tag["TagKey"]: tag["TagValue"] for tag in tags} for tags in seen] == [wanted] * 4
    api.untag_resource(ResourceARN=arn, TagKeys=["team", "empty", "never-there"])
    assert api.list_tags_for_resource(ResourceARN=arn)["Tags"] == platform.read(arn)[0]["Tags"] == [new]


def test_a_configuration_is_global(bellhop, platform):
    there = type(platform)(bellhop.client(region="us-east-2"))
    here = type(platform)(bellhop.client(region="eu-west-1"))
    made = there.create(**platform.required, ConfigurationName="life")
    assert here.read(made["ChatConfigurationArn"]) == here.list() == [made]
    assert made["ChatConfigurationArn"].split(":")[3] == ""


def test_platforms_name_their_configurations_apart(api):
    """One namespace for each, as their ARNs say. Assumed."""
    platforms = [Slack(api), Teams(api), Chime(api)]
    arns = [each.create(**each.required, ConfigurationName="life")["ChatConfigurationArn"] for each in platforms]
    assert arns == [configuration_arn(each.platform, "life") for each in platforms]
    for each, arn in zip(platforms, arns):
        assert [read["ChatConfigurationArn"] for read in each.list()] == [arn]
        each.delete(arn)


def test_several_channels_of_one_team_are_listed_by_team(api):
    teams = Teams(api)
    arns = {
        teams.create(**teams.required | {"ChannelId": channel_id(name)}, ConfigurationName=name)["ChatConfigurationArn"]
        for name in ("one", "two")
    }
    listed = api.list_microsoft_teams_channel_configurations(TeamId=TEAM)["TeamChannelConfigurations"]
    assert {each["ChatConfigurationArn"] for each in listed} == arns
    elsewhere = api.list_microsoft_teams_channel_configurations(TeamId=TENANT)
    assert elsewhere["TeamChannelConfigurations"] == []
    assert "TeamName" not in listed[0] and "ChannelName" not in listed[0], "they are echoed, and nothing was sent. Observed"
    for arn in arns:
        teams.delete(arn)


def attachment(**members) -> dict:
    return {"NotificationType": "CloudWatch", "ButtonText": "Restart"} | members


def test_a_custom_action_lives(api):
    sent = {
        "ActionName": "restart",
        "Definition": {"CommandText": "lambda invoke --function-name restart --region us-east-1"},
        "AliasName": "restart-it",
        "Attachments": [
            attachment(
                Criteria=[
                    {"Operator": "EQUALS", "VariableName": "state", "Value": "ALARM"},
                    {"Operator": "HAS_VALUE", "VariableName": "id"},
                ],
                Variables={"state": "event.detail.state", "id": "$.metadata.additionalContext.Id"},
            )
        ],
    }
    arn = custom_action_arn("restart")
    assert api.create_custom_action(**sent, Tags=TAGS, ClientToken="t" * 33)["CustomActionArn"] == arn
    assert api.get_custom_action(CustomActionArn=arn)["CustomAction"] == sent | {"CustomActionArn": arn}
    assert api.list_custom_actions()["CustomActions"] == [arn]
    assert api.list_tags_for_resource(ResourceARN=arn)["Tags"] == TAGS

    definition = {"CommandText": "sts get-caller-identity"}
    assert api.update_custom_action(CustomActionArn=arn, Definition=definition)["CustomActionArn"] == arn
    sent |= {"Definition": definition, "CustomActionArn": arn}
    assert api.get_custom_action(CustomActionArn=arn)["CustomAction"] == sent, "an absent member stays"
    api.update_custom_action(CustomActionArn=arn, Definition=definition, AliasName="again", Attachments=[])
    sent |= {"AliasName": "again", "Attachments": []}
    assert api.get_custom_action(CustomActionArn=arn)["CustomAction"] == sent, "an empty list empties"

    api.delete_custom_action(CustomActionArn=arn)
    assert api.list_custom_actions()["CustomActions"] == []


def test_a_client_token_makes_a_repeated_create_the_same(api):
    sent = {"ActionName": "twice", "Definition": {"CommandText": "sts get-caller-identity"}, "ClientToken": "twice-" + "0" * 30}
    assert api.create_custom_action(**sent)["CustomActionArn"] == api.create_custom_action(**sent)["CustomActionArn"]
    assert api.list_custom_actions()["CustomActions"] == [custom_action_arn("twice")]
    api.delete_custom_action(CustomActionArn=custom_action_arn("twice"))


def test_an_association_lives(api):
    configuration = Slack(api).create(**Slack.required, ConfigurationName="life")["ChatConfigurationArn"]
    actions = [
        api.create_custom_action(ActionName=name, Definition={"CommandText": "sts get-caller-identity"})["CustomActionArn"]
        for name in ("one", "two")
    ]

    def associated():
        return [each["Resource"] for each in api.list_associations(ChatConfiguration=configuration)["Associations"]]

    for action in [*actions, actions[0]]:  # Twice is once. Observed.
        api.associate_to_configuration(Resource=action, ChatConfiguration=configuration)
    assert sorted(associated()) == actions
    api.disassociate_from_configuration(Resource=actions[0], ChatConfiguration=configuration)
    assert associated() == [actions[1]]
    api.delete_custom_action(CustomActionArn=actions[1])
    assert associated() == [], "an action that is gone shows nowhere"
    api.delete_custom_action(CustomActionArn=actions[0])
    Slack(api).delete(configuration)
    assert associated() == [], "of a configuration that is gone, none. Observed"


def test_account_preferences_change_one_by_one(api):
    assert api.get_account_preferences()["AccountPreferences"] == {
        "UserAuthorizationRequired": False,
        "TrainingDataCollectionEnabled": False,
    }
    first = api.update_account_preferences(UserAuthorizationRequired=True)["AccountPreferences"]
    assert first == {"UserAuthorizationRequired": True, "TrainingDataCollectionEnabled": False}
    both = api.update_account_preferences(TrainingDataCollectionEnabled=True)["AccountPreferences"]
    assert both == {"UserAuthorizationRequired": True, "TrainingDataCollectionEnabled": True}
    assert api.get_account_preferences()["AccountPreferences"] == both
    api.update_account_preferences(UserAuthorizationRequired=False, TrainingDataCollectionEnabled=False)


def test_account_preferences_are_asked_for_with_an_empty_body(bellhop):
    """The reference: the request has no body."""
    credentials = boto3.Session("test", "test").get_credentials()
    request = AWSRequest("POST", f"{bellhop.url}/get-account-preferences", data=b"")
    SigV4Auth(credentials, "chatbot", "us-west-2").add_auth(request)
    answer = requests.post(request.url, headers=dict(request.headers), timeout=10)
    assert answer.status_code == 200 and set(answer.json()) == {"AccountPreferences"}


@pytest.fixture
def people(bellhop, api):
    """A configuration of each platform whose channels have five people each."""
    slack = Slack(api).create(**Slack.required, ConfigurationName="people")["ChatConfigurationArn"]
    teams = Teams(api).create(**Teams.required, ConfigurationName="people")["ChatConfigurationArn"]
    yield slack, teams, bellhop.link_people(5, slack, teams)
    Slack(api).delete(slack)
    Teams(api).delete(teams)


def test_people_of_slack_are_shown_and_ended(api, people):
    slack, teams, linked = people
    shown = api.describe_slack_user_identities(ChatConfigurationArn=slack)["SlackUserIdentities"]
    assert sorted(each["SlackUserId"] for each in shown) == [user for user, _ in linked]
    assert api.describe_slack_user_identities()["SlackUserIdentities"] == shown
    first = {
        "IamRoleArn": f"{ROLE}-person",
        "ChatConfigurationArn": slack,
        "SlackTeamId": WORKSPACE,
        "SlackUserId": "U1",
        "AwsUserIdentity": "arn:aws:iam::123456789012:user/person-1",
    }
    assert [each for each in shown if each["SlackUserId"] == "U1"] == [first]
    api.delete_slack_user_identity(ChatConfigurationArn=slack, SlackTeamId=WORKSPACE, SlackUserId="U1")
    left = api.describe_slack_user_identities(ChatConfigurationArn=slack)["SlackUserIdentities"]
    assert len(left) == 4 and first not in left
    assert api.describe_slack_user_identities(ChatConfigurationArn=teams)["SlackUserIdentities"] == []


def test_people_of_teams_are_shown_and_ended(api, people):
    slack, teams, linked = people
    shown = api.list_microsoft_teams_user_identities(ChatConfigurationArn=teams)["TeamsUserIdentities"]
    assert sorted(each["UserId"] for each in shown) == [user for _, user in linked]
    assert api.list_microsoft_teams_user_identities()["TeamsUserIdentities"] == shown
    user = linked[1][1]
    first = {
        "IamRoleArn": f"{ROLE}-person",
        "ChatConfigurationArn": teams,
        "TeamId": TEAM,
        "UserId": user,
        "AwsUserIdentity": "arn:aws:iam::123456789012:user/person-1",
        "TeamsChannelId": channel_id("life"),
        "TeamsTenantId": TENANT,
    }
    assert [each for each in shown if each["UserId"] == user] == [first]
    api.delete_microsoft_teams_user_identity(ChatConfigurationArn=teams, UserId=user)
    left = api.list_microsoft_teams_user_identities(ChatConfigurationArn=teams)["TeamsUserIdentities"]
    assert len(left) == 4 and first not in left
    assert api.list_microsoft_teams_user_identities(ChatConfigurationArn=slack)["TeamsUserIdentities"] == []


def test_workspaces_and_teams_are_shown_and_given_up(tmp_path, answers):
    """On a server of its own, for nothing can be created in a workspace that was given up."""
    with Bellhop(tmp_path) as server:
        api = answers.watch(server.client())
        [workspace] = api.describe_slack_workspaces()["SlackWorkspaces"]
        assert workspace == {"SlackTeamId": WORKSPACE, "SlackTeamName": "Sandbox", "State": "ENABLED"}
        [team] = api.list_microsoft_teams_configured_teams()["ConfiguredTeams"]
        assert team == {"TenantId": TENANT, "TeamId": TEAM, "TeamName": "Sandbox", "State": "ENABLED"}
        for _ in range(2):  # Again is no error. Observed.
            api.delete_slack_workspace_authorization(SlackTeamId=WORKSPACE)
        api.delete_microsoft_teams_configured_team(TeamId=TEAM)
        assert api.describe_slack_workspaces()["SlackWorkspaces"] == []
        assert api.list_microsoft_teams_configured_teams()["ConfiguredTeams"] == []
        said = refused(Slack(api).create, **Slack.required, ConfigurationName="late")[2]
        assert "is not authorized with AWS account" in said


def test_every_operation_has_succeeded(request, answers):
    skip_unless_whole_file(request)
    assert set(MODEL["operations"]) - answers.succeeded == set()
