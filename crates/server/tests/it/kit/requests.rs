//! A valid request of every operation, and what a policy must allow for it. An operation without a row does not compile.

use serde_json::{Value, json};
use wire::operations::Operation;

use super::{CHIME_URL, Furniture, ROLE, TEAM, TEAMS_TEAM, TENANT, with};

/// A team that nobody has yet.
const NEW_TEAM: &str = "77777777-2222-4333-8444-555555555555";
/// Someone of Teams who has no role of their own yet.
const NEW_PERSON: &str = "77777777-1111-4222-8333-dddddddddddd";

/// What an operation is sent, with the required members alone (and those without which it would not touch what it is
/// about), and what IAM looks at.
#[derive(Debug)]
pub struct Request {
    pub body: Value,
    /// The resources, in the order in which they are looked at; `*` for an operation that has none. Source: AWS's
    /// Service Authorization Reference for AWS Chatbot.
    pub resources: Vec<String>,
    /// The role that the request hands to the service.
    pub passes: Option<&'static str>,
    /// Another action that it asks for, on `*`: AWS's reference has it as one without an operation.
    pub also: Option<&'static str>,
}

/// The request of an operation that is about these things; creates make new ones.
pub fn request(operation: Operation, about: &Furniture) -> Request {
    let body = body(operation, about);
    let resources = resources(operation, about);
    Request {
        passes: body.get("IamRoleArn").map(|_| ROLE),
        also: (operation == Operation::GetSlackOauthParameters).then_some("chatbot:RedeemSlackOauthCode"),
        resources: if resources.is_empty() { vec!["*".to_owned()] } else { resources },
        body,
    }
}

fn body(operation: Operation, it: &Furniture) -> Value {
    use Operation as O;
    let new = format!("{}new", it.name);
    match operation {
        O::AssociateToConfiguration | O::DisassociateFromConfiguration => {
            json!({ "ChatConfiguration": it.slack, "Resource": it.action })
        }
        O::CreateChimeWebhookConfiguration => {
            json!({ "ConfigurationName": new, "WebhookDescription": "Ops", "WebhookUrl": CHIME_URL, "IamRoleArn": ROLE,
                    "SnsTopicArns": [] })
        }
        O::CreateCustomAction => json!({ "ActionName": new, "Definition": { "CommandText": "s3 ls" } }),
        O::CreateMicrosoftTeamsChannelConfiguration => {
            json!({ "ConfigurationName": new, "TeamId": TEAMS_TEAM, "TenantId": TENANT,
                    "ChannelId": format!("19%3A{new}%40thread.tacv2"), "IamRoleArn": ROLE })
        }
        O::ProveLink => json!({ "Code": it.link_code }),
        O::CreateMicrosoftTeamsConfiguredTeam => {
            json!({ "TeamId": NEW_TEAM, "TenantId": TENANT, "TeamName": "New" })
        }
        O::CreateMicrosoftTeamsUserIdentity => {
            json!({ "ChatConfigurationArn": it.teams, "UserId": NEW_PERSON, "IamRoleArn": ROLE })
        }
        O::CreateSlackUserIdentity => {
            json!({ "ChatConfigurationArn": it.slack, "SlackUserId": "U0NEWCOMER", "IamRoleArn": ROLE })
        }
        O::CreateSlackWorkspaceAuthorization => json!({ "BotToken": "xoxb-new" }),
        O::CreateSlackChannelConfiguration => {
            json!({ "ConfigurationName": new, "SlackTeamId": TEAM, "SlackChannelId": format!("C{new}"),
                    "IamRoleArn": ROLE })
        }
        O::DeleteChimeWebhookConfiguration | O::DescribeChimeWebhookConfigurations => of(&it.chime),
        O::DeleteCustomAction | O::GetCustomAction => json!({ "CustomActionArn": it.action }),
        O::DeleteMicrosoftTeamsConfiguredTeam => json!({ "TeamId": it.spare_team }),
        O::DeleteMicrosoftTeamsUserIdentity => json!({ "ChatConfigurationArn": it.teams, "UserId": it.teams_user }),
        O::DeleteSlackUserIdentity => {
            json!({ "ChatConfigurationArn": it.slack, "SlackTeamId": TEAM, "SlackUserId": it.slack_user })
        }
        O::DeleteSlackWorkspaceAuthorization => json!({ "SlackTeamId": it.spare_workspace }),
        O::DeleteSlackChannelConfiguration | O::DescribeSlackChannelConfigurations | O::DescribeSlackUserIdentities => {
            of(&it.slack)
        }
        O::DeleteMicrosoftTeamsChannelConfiguration
        | O::GetMicrosoftTeamsChannelConfiguration
        | O::ListMicrosoftTeamsUserIdentities => of(&it.teams),
        O::DescribeSlackWorkspaces
        | O::GetAccountPreferences
        | O::GetSlackOauthParameters
        | O::ListCustomActions
        | O::ListMicrosoftTeamsChannelConfigurations
        | O::ListMicrosoftTeamsConfiguredTeams => json!({}),
        O::ListAssociations => json!({ "ChatConfiguration": it.slack }),
        O::ListTagsForResource => json!({ "ResourceARN": it.slack }),
        O::TagResource => json!({ "ResourceARN": it.slack, "Tags": [{ "TagKey": "new", "TagValue": "1" }] }),
        O::UntagResource => json!({ "ResourceARN": it.slack, "TagKeys": ["team"] }),
        O::UpdateAccountPreferences => json!({ "UserAuthorizationRequired": true }),
        O::UpdateChimeWebhookConfiguration => with(of(&it.chime), update()),
        O::UpdateCustomAction => {
            json!({ "CustomActionArn": it.action, "Definition": { "CommandText": "sts get-caller-identity" } })
        }
        O::UpdateMicrosoftTeamsChannelConfiguration => {
            let channel = json!({ "ChannelId": format!("19%3A{}%40thread.tacv2", it.name) });
            with(with(of(&it.teams), update()), channel)
        }
        O::UpdateSlackChannelConfiguration => {
            with(with(of(&it.slack), update()), json!({ "SlackChannelId": format!("C{}", it.name) }))
        }
    }
}

fn of(arn: &str) -> Value {
    json!({ "ChatConfigurationArn": arn })
}

fn update() -> Value {
    json!({ "LoggingLevel": "INFO", "IamRoleArn": ROLE })
}

/// None where IAM looks at `*`.
fn resources(operation: Operation, it: &Furniture) -> Vec<String> {
    use Operation as O;
    let arns = match operation {
        O::AssociateToConfiguration | O::DisassociateFromConfiguration => vec![&it.slack, &it.action],
        O::DeleteChimeWebhookConfiguration | O::UpdateChimeWebhookConfiguration => vec![&it.chime],
        O::DeleteCustomAction | O::GetCustomAction | O::UpdateCustomAction => vec![&it.action],
        O::CreateMicrosoftTeamsUserIdentity
        | O::DeleteMicrosoftTeamsChannelConfiguration
        | O::UpdateMicrosoftTeamsChannelConfiguration => vec![&it.teams],
        O::CreateSlackUserIdentity
        | O::DeleteSlackChannelConfiguration
        | O::ListAssociations
        | O::TagResource
        | O::UntagResource
        | O::UpdateSlackChannelConfiguration => vec![&it.slack],
        O::CreateChimeWebhookConfiguration
        | O::CreateCustomAction
        | O::CreateMicrosoftTeamsChannelConfiguration
        | O::CreateMicrosoftTeamsConfiguredTeam
        | O::CreateSlackChannelConfiguration
        | O::CreateSlackWorkspaceAuthorization
        | O::DeleteMicrosoftTeamsConfiguredTeam
        | O::DeleteMicrosoftTeamsUserIdentity
        | O::DeleteSlackUserIdentity
        | O::DeleteSlackWorkspaceAuthorization
        | O::DescribeChimeWebhookConfigurations
        | O::DescribeSlackChannelConfigurations
        | O::DescribeSlackUserIdentities
        | O::DescribeSlackWorkspaces
        | O::GetAccountPreferences
        | O::GetMicrosoftTeamsChannelConfiguration
        | O::GetSlackOauthParameters
        | O::ListCustomActions
        | O::ListMicrosoftTeamsChannelConfigurations
        | O::ListMicrosoftTeamsConfiguredTeams
        | O::ListMicrosoftTeamsUserIdentities
        | O::ListTagsForResource
        | O::ProveLink
        | O::UpdateAccountPreferences => Vec::new(),
    };
    arns.into_iter().cloned().collect()
}
