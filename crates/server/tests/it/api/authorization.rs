//! What policies can ask about a call: its resources and condition keys. Source, unless another is named: AWS's Service
//! Authorization Reference for AWS Chatbot,
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_chatbot.html>. The language of policies is
//! `iam`'s and is tested there; that every operation asks at all is the subject of `guarded.rs`.

mod conditions;
mod pass_role;
mod resources;
mod tags;

use serde_json::{Value, json};
use wire::operations::Operation;

use crate::kit::{CHIME_URL, ROLE, TEAM, TEAMS_TEAM, TENANT};

fn allow(actions: &str, resource: impl Into<Value>) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resource.into() })
}

fn allow_if(actions: &str, condition: impl Into<Value>) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition.into() })
}

fn pass_any_role() -> Value {
    allow("iam:PassRole", "*")
}

/// The operations that make something with tags, each with a request without them and the ARN of what it would make.
fn creates(name: &str) -> [(Operation, Value, String); 4] {
    let configuration = |platform: &str| format!("arn:aws:chatbot::123456789012:chat-configuration/{platform}/{name}");
    [
        (
            Operation::CreateSlackChannelConfiguration,
            json!({ "ConfigurationName": name, "SlackTeamId": TEAM, "SlackChannelId": format!("C{name}"),
                    "IamRoleArn": ROLE }),
            configuration("slack-channel"),
        ),
        (
            Operation::CreateMicrosoftTeamsChannelConfiguration,
            json!({ "ConfigurationName": name, "TeamId": TEAMS_TEAM, "TenantId": TENANT,
                    "ChannelId": format!("19%3A{name}%40thread.tacv2"), "IamRoleArn": ROLE }),
            configuration("microsoft-teams-channel"),
        ),
        (
            Operation::CreateChimeWebhookConfiguration,
            json!({ "ConfigurationName": name, "WebhookDescription": name, "WebhookUrl": CHIME_URL,
                    "IamRoleArn": ROLE, "SnsTopicArns": [] }),
            configuration("chime-webhook"),
        ),
        (
            Operation::CreateCustomAction,
            json!({ "ActionName": name, "Definition": { "CommandText": "s3 ls" } }),
            format!("arn:aws:chatbot::123456789012:custom-action/{name}"),
        ),
    ]
}

fn tag(key: &str, value: &str) -> Value {
    json!({ "TagKey": key, "TagValue": value })
}
