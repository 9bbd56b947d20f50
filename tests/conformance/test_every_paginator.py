"""Every paginator that botocore has for the service: all rows, each once, in pages of the size asked for.

Filled once: eleven of everything that has pages. The tokens are opaque; that they are of the form that the model gives them is what
clients may rely on.
"""

import json
import re

import botocore
import botocore.loaders
import pytest

from bellhop import ACCOUNT, ROLE, TEAM, TENANT, WORKSPACE, Bellhop, refused, topic_arn
from wire_facts import MODEL, SHAPES

PAGINATORS = botocore.loaders.Loader().load_service_model("chatbot", "paginators-1")["pagination"]
COUNT = 11


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    shared = {"account_id": ACCOUNT, "team_name": "Sandbox"}
    workspace_ids = [WORKSPACE] + [f"T{number}" for number in range(1, COUNT)]
    workspaces = [shared | {"team_id": each, "bot_token": "xoxb-sandbox"} for each in workspace_ids]
    team_ids = [TEAM] + [f"{TEAM[:-2]}{number:02}" for number in range(1, COUNT)]
    teams = [shared | {"team_id": each, "tenant_id": TENANT} for each in team_ids]
    settings = {"BELLHOP_SLACK__WORKSPACES": written(workspaces), "BELLHOP_MICROSOFT_TEAMS__TEAMS": written(teams)}
    with Bellhop(tmp_path_factory.mktemp("bellhop"), **settings) as server:
        client = server.client()
        client.configuration, teams_configuration = fill(client)
        server.link_people(COUNT, client.configuration, teams_configuration)
        client.teams_configuration = teams_configuration
        yield client


def written(rows: list[dict]) -> str:
    """A list of tables in one variable of the environment."""
    return "[" + ", ".join("{" + ", ".join(f"{key} = {json.dumps(value)}" for key, value in row.items()) + "}" for row in rows) + "]"


def fill(client) -> tuple[str, str]:
    """Returns the Slack and the Teams configuration that people and associations are of."""
    for number in range(COUNT):
        shared = {"ConfigurationName": f"page-{number:02}", "IamRoleArn": ROLE}
        slack = client.create_slack_channel_configuration(SlackTeamId=WORKSPACE, SlackChannelId=f"C{number}", **shared)
        channel = {"TeamId": TEAM, "TenantId": TENANT, "ChannelId": f"19%3A{number}%40thread.tacv2"}
        teams = client.create_microsoft_teams_channel_configuration(**channel, **shared)
        url = f"https://hooks.chime.aws/incomingwebhooks/{number}?token=t"
        client.create_chime_webhook_configuration(WebhookUrl=url, WebhookDescription="d", SnsTopicArns=[topic_arn("t")], **shared)
        action = client.create_custom_action(ActionName=f"page-{number:02}", Definition={"CommandText": "sts get-caller-identity"})
        configuration = slack["ChannelConfiguration"]["ChatConfigurationArn"] if not number else configuration
        client.associate_to_configuration(Resource=action["CustomActionArn"], ChatConfiguration=configuration)
    return configuration, teams["ChannelConfiguration"]["ChatConfigurationArn"]


def filter_of(api, operation: str) -> dict:
    match operation:
        case "ListAssociations":
            return {"ChatConfiguration": api.configuration}
        case "DescribeSlackUserIdentities":
            return {"ChatConfigurationArn": api.configuration}
        case "ListMicrosoftTeamsUserIdentities":
            return {"ChatConfigurationArn": api.teams_configuration}
    return {}


def pages_of(api, operation: str, size: int) -> list[dict]:
    paginator = api.get_paginator(botocore.xform_name(operation))
    return list(paginator.paginate(PaginationConfig={"PageSize": size}, **filter_of(api, operation)))


@pytest.mark.parametrize("operation", sorted(PAGINATORS))
@pytest.mark.parametrize("size", [1, 4, COUNT, 100])
def test_a_paginator_brings_every_row_once(api, operation, size):
    pages = pages_of(api, operation, size)
    rows = [[json.dumps(row, sort_keys=True) for row in page[PAGINATORS[operation]["result_key"]]] for page in pages]
    whole, rest = divmod(COUNT, size)
    assert [len(page) for page in rows] == [size] * whole + [rest] * bool(rest)
    assert len({row for page in rows for row in page}) == COUNT
    assert not pages[-1].get("NextToken")


@pytest.mark.parametrize("operation", sorted(PAGINATORS))
def test_a_token_is_of_the_models_form_and_good_for_its_own_pages_only(api, operation):
    call = getattr(api, botocore.xform_name(operation))
    token = call(MaxResults=1, **filter_of(api, operation))["NextToken"]
    output = SHAPES[MODEL["operations"][operation]["output"]["shape"]]
    shape = SHAPES[output["members"]["NextToken"]["shape"]]
    assert re.fullmatch(shape["pattern"], token) and shape["min"] <= len(token) <= shape["max"]

    altered = token[:8] + ("A" if token[8] != "A" else "B") + token[9:]
    other = next(name for name in sorted(PAGINATORS) if name != operation)
    foreign = getattr(api, botocore.xform_name(other))(MaxResults=1, **filter_of(api, other))["NextToken"]
    for wrong in (altered, foreign, "made-up-token"):
        status, code, _ = refused(call, NextToken=wrong, **filter_of(api, operation))
        assert (status, code) == (400, "InvalidParameterException"), wrong


@pytest.mark.parametrize("operation", ["DescribeSlackUserIdentities", "ListMicrosoftTeamsUserIdentities"])
def test_a_token_is_good_for_its_own_filter_only(api, operation):
    call = getattr(api, botocore.xform_name(operation))
    token = call(MaxResults=1, **filter_of(api, operation))["NextToken"]
    assert refused(call, MaxResults=1, NextToken=token)[1] == "InvalidParameterException"


def test_pages_are_stable_under_creates_and_deletes(api):
    """What was there all the while is seen once, whatever is made and deleted between two pages."""
    help_me = {"CommandText": "help"}
    made = [api.create_custom_action(ActionName=f"stable-{number}", Definition=help_me)["CustomActionArn"] for number in range(6)]
    seen, token = [], {}
    for number in range(100):
        page = api.list_custom_actions(MaxResults=3, **token)
        seen += page["CustomActions"]
        if number == 0:
            api.delete_custom_action(CustomActionArn=page["CustomActions"][0])
            api.create_custom_action(ActionName="a-new-one", Definition=help_me)
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    gone = seen[0]
    assert [arn for arn in seen if arn in made] == sorted(made)
    assert len(seen) == len(set(seen)) and gone not in api.list_custom_actions()["CustomActions"]
    for arn in [*made, gone.rsplit("/", 1)[0] + "/a-new-one"]:
        api.delete_custom_action(CustomActionArn=arn)
    api.create_custom_action(ActionName=gone.rsplit("/", 1)[1], Definition=help_me)
