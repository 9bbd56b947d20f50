//! A valid request of every operation, and what a policy must allow for it. An operation without a row does not compile.

use serde_json::{Value, json};
use wire::operations::Operation;

use super::{CHIME_URL, Furniture, ROLE, TEAM, TEAMS_TEAM, TENANT};

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
}

/// The request of an operation that is about these things; creates make new ones.
pub fn request(operation: Operation, about: &Furniture) -> Request {
    let it = about;
    let new = format!("{}new", it.name);
    let none = Vec::<&String>::new;
    let (body, resources) = match operation {
        Operation::AssociateToConfiguration | Operation::DisassociateFromConfiguration => {
            (json!({ "ChatConfiguration": it.slack, "Resource": it.action }), vec![&it.slack, &it.action])
        }
        Operation::CreateChimeWebhookConfiguration => (
            json!({ "ConfigurationName": new, "WebhookDescription": "Ops", "WebhookUrl": CHIME_URL, "IamRoleArn": ROLE,
                    "SnsTopicArns": [] }),
            none(),
        ),
        Operation::CreateCustomAction => {
            (json!({ "ActionName": new, "Definition": { "CommandText": "s3 ls" } }), none())
        }
        Operation::CreateMicrosoftTeamsChannelConfiguration => (
            json!({ "ConfigurationName": new, "TeamId": TEAMS_TEAM, "TenantId": TENANT,
                    "ChannelId": format!("19%3A{new}%40thread.tacv2"), "IamRoleArn": ROLE }),
            none(),
        ),
        Operation::CreateSlackChannelConfiguration => (
            json!({ "ConfigurationName": new, "SlackTeamId": TEAM, "SlackChannelId": format!("C{new}"),
                    "IamRoleArn": ROLE }),
            none(),
        ),
        Operation::DeleteChimeWebhookConfiguration => (of(&it.chime), vec![&it.chime]),
        Operation::DeleteCustomAction | Operation::GetCustomAction => {
            (json!({ "CustomActionArn": it.action }), vec![&it.action])
        }
        Operation::DeleteMicrosoftTeamsChannelConfiguration => (of(&it.teams), vec![&it.teams]),
        Operation::DeleteMicrosoftTeamsConfiguredTeam => (json!({ "TeamId": it.spare_team }), none()),
        Operation::DeleteMicrosoftTeamsUserIdentity => {
            (json!({ "ChatConfigurationArn": it.teams, "UserId": it.teams_user }), none())
        }
        Operation::DeleteSlackChannelConfiguration => (of(&it.slack), vec![&it.slack]),
        Operation::DeleteSlackUserIdentity => {
            (json!({ "ChatConfigurationArn": it.slack, "SlackTeamId": TEAM, "SlackUserId": it.slack_user }), none())
        }
        Operation::DeleteSlackWorkspaceAuthorization => (json!({ "SlackTeamId": it.spare_workspace }), none()),
        Operation::DescribeChimeWebhookConfigurations => (of(&it.chime), none()),
        Operation::DescribeSlackChannelConfigurations | Operation::DescribeSlackUserIdentities => {
            (of(&it.slack), none())
        }
        Operation::ListMicrosoftTeamsUserIdentities | Operation::GetMicrosoftTeamsChannelConfiguration => {
            (of(&it.teams), none())
        }
        Operation::DescribeSlackWorkspaces
        | Operation::GetAccountPreferences
        | Operation::ListCustomActions
        | Operation::ListMicrosoftTeamsChannelConfigurations
        | Operation::ListMicrosoftTeamsConfiguredTeams => (json!({}), none()),
        Operation::ListAssociations => (json!({ "ChatConfiguration": it.slack }), vec![&it.slack]),
        Operation::ListTagsForResource => (json!({ "ResourceARN": it.slack }), none()),
        Operation::TagResource => {
            (json!({ "ResourceARN": it.slack, "Tags": [{ "TagKey": "new", "TagValue": "1" }] }), vec![&it.slack])
        }
        Operation::UntagResource => (json!({ "ResourceARN": it.slack, "TagKeys": ["team"] }), vec![&it.slack]),
        Operation::UpdateAccountPreferences => (json!({ "UserAuthorizationRequired": true }), none()),
        Operation::UpdateChimeWebhookConfiguration => {
            (json!({ "ChatConfigurationArn": it.chime, "LoggingLevel": "INFO", "IamRoleArn": ROLE }), vec![&it.chime])
        }
        Operation::UpdateCustomAction => (
            json!({ "CustomActionArn": it.action, "Definition": { "CommandText": "sts get-caller-identity" } }),
            vec![&it.action],
        ),
        Operation::UpdateMicrosoftTeamsChannelConfiguration => (
            json!({ "ChatConfigurationArn": it.teams, "ChannelId": format!("19%3A{}%40thread.tacv2", it.name),
                    "LoggingLevel": "INFO", "IamRoleArn": ROLE }),
            vec![&it.teams],
        ),
        Operation::UpdateSlackChannelConfiguration => (
            json!({ "ChatConfigurationArn": it.slack, "SlackChannelId": format!("C{}", it.name),
                    "LoggingLevel": "INFO", "IamRoleArn": ROLE }),
            vec![&it.slack],
        ),
    };
    let resources: Vec<_> = resources.into_iter().cloned().collect();
    Request {
        passes: body.get("IamRoleArn").map(|_| ROLE),
        resources: if resources.is_empty() { vec!["*".to_owned()] } else { resources },
        body,
    }
}

fn of(arn: &str) -> Value {
    json!({ "ChatConfigurationArn": arn })
}
