"""All 34 operations as one types them: the AWS CLI, from the creation of each resource to its end.

What the answers hold is `test_every_operation.py`'s; here it is that the words of the CLI, its shorthand for lists and maps and its own
paginators work.
"""

import re

import pytest

from bellhop import ROLE, TEAM, TENANT, WORKSPACE, Bellhop, configuration_arn, custom_action_arn, topic_arn
from localstack import aws
from wire_facts import MODEL

SLACK = configuration_arn("slack-channel", "cli")
TEAMS = configuration_arn("microsoft-teams-channel", "cli")
CHIME = configuration_arn("chime-webhook", "cli")
ACTION = custom_action_arn("cli")
CHANNEL = "19%3Acli%40thread.tacv2"
# As an argument of its own, the CLI would fetch what a URL leads to.
WEBHOOK = '{"WebhookUrl":"https://hooks.chime.aws/incomingwebhooks/cli?token=secret"}'
ATTACHMENT = (
    "NotificationType=CloudWatch,ButtonText=Restart,"
    "Criteria=[{Operator=EQUALS,VariableName=state,Value=ALARM}],Variables={state=event.detail.state}"
)

# What is typed after `aws chatbot`, and a text that must be in the answer.
LIFE = [
    (f"create-slack-channel-configuration --configuration-name cli --slack-team-id {WORKSPACE} --slack-channel-id C0CLI"
     f" --iam-role-arn {ROLE} --sns-topic-arns {topic_arn('one')} {topic_arn('two')} --tags TagKey=team,TagValue=ops", SLACK),
    (f"create-microsoft-teams-channel-configuration --configuration-name cli --team-id {TEAM} --tenant-id {TENANT}"
     f" --channel-id {CHANNEL} --iam-role-arn {ROLE} --user-authorization-required", TEAMS),
    (f"create-chime-webhook-configuration --configuration-name cli --cli-input-json {WEBHOOK}"
     f" --webhook-description Ops --iam-role-arn {ROLE} --sns-topic-arns {topic_arn('one')}", CHIME),
    (f"create-custom-action --action-name cli --definition CommandText=help --attachments {ATTACHMENT} --alias-name cli", ACTION),
    ("describe-slack-channel-configurations", SLACK),
    ("list-microsoft-teams-channel-configurations", TEAMS),
    (f"get-microsoft-teams-channel-configuration --chat-configuration-arn {TEAMS}", CHANNEL),
    ("describe-chime-webhook-configurations", CHIME),
    ("list-custom-actions --page-size 1", ACTION),
    (f"get-custom-action --custom-action-arn {ACTION}", "event.detail.state"),
    (f"update-slack-channel-configuration --chat-configuration-arn {SLACK} --slack-channel-id C0CLI --logging-level INFO", "INFO"),
    (f"update-microsoft-teams-channel-configuration --chat-configuration-arn {TEAMS} --channel-id {CHANNEL}"
     f" --no-user-authorization-required --sns-topic-arns {topic_arn('one')}", topic_arn("one")),
    (f"update-chime-webhook-configuration --chat-configuration-arn {CHIME} --webhook-description Night", "Night"),
    (f"update-custom-action --custom-action-arn {ACTION} --definition CommandText=help", ACTION),
    (f"associate-to-configuration --resource {ACTION} --chat-configuration {SLACK}", ""),
    (f"list-associations --chat-configuration {SLACK}", ACTION),
    (f"disassociate-from-configuration --resource {ACTION} --chat-configuration {SLACK}", ""),
    (f"tag-resource --resource-arn {SLACK} --tags TagKey=stage,TagValue=test", ""),
    (f"list-tags-for-resource --resource-arn {SLACK}", "stage"),
    (f"untag-resource --resource-arn {SLACK} --tag-keys stage team", ""),
    ("get-account-preferences", "UserAuthorizationRequired"),
    ("update-account-preferences --no-training-data-collection-enabled", "TrainingDataCollectionEnabled"),
    ("describe-slack-user-identities", "U0"),
    ("list-microsoft-teams-user-identities", "aaaaaaaa-bbbb-4ccc-8ddd-000000000000"),
    (f"delete-slack-user-identity --chat-configuration-arn {SLACK} --slack-team-id {WORKSPACE} --slack-user-id U0", ""),
    (f"delete-microsoft-teams-user-identity --chat-configuration-arn {TEAMS} --user-id aaaaaaaa-bbbb-4ccc-8ddd-000000000000", ""),
    (f"delete-custom-action --custom-action-arn {ACTION}", ""),
    (f"delete-slack-channel-configuration --chat-configuration-arn {SLACK}", ""),
    (f"delete-microsoft-teams-channel-configuration --chat-configuration-arn {TEAMS}", ""),
    (f"delete-chime-webhook-configuration --chat-configuration-arn {CHIME}", ""),
    ("describe-slack-workspaces", WORKSPACE),
    ("list-microsoft-teams-configured-teams", TENANT),
    (f"delete-slack-workspace-authorization --slack-team-id {WORKSPACE}", ""),
    (f"delete-microsoft-teams-configured-team --team-id {TEAM}", ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def bellhop(tmp_path_factory):
    with Bellhop(tmp_path_factory.mktemp("bellhop")) as server:
        yield server


def test_the_life_has_every_operation_once():
    typed = sorted(words.split()[0].replace("-", "") for words, _ in LIFE)
    assert typed == sorted(name.lower() for name in MODEL["operations"])


def test_the_cli_types_every_operation(bellhop):
    for line, wanted in LIFE:
        words = line.split()
        said = aws("chatbot", *words, endpoint=bellhop.url, folder=bellhop.folder)
        assert re.search(re.escape(wanted), str(said)), f"{line}: {said}"
        assert "secret" not in str(said)
        if words[0] == "create-custom-action":
            bellhop.link_people(1, SLACK, TEAMS)
