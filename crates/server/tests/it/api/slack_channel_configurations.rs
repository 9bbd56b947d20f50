//! The four operations on Slack channel configurations. One file an operation.

mod create;
mod delete;
mod describe;
mod update;

use serde_json::{Value, json};

use crate::kit::{ROLE, TEAM, with};

/// A request with the required members only. Source of which these are: model.
fn smallest(name: &str, channel_id: &str) -> Value {
    json!({
        "ConfigurationName": name,
        "SlackTeamId": TEAM,
        "SlackChannelId": channel_id,
        "IamRoleArn": ROLE,
    })
}

/// The ARN of a configuration of the tests' account. Form: observed.
fn arn(name: &str) -> String {
    format!("arn:aws:chatbot::123456789012:chat-configuration/slack-channel/{name}")
}
