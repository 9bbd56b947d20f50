//! The five operations on Microsoft Teams channel configurations. One file a group of operations.

mod create;
mod list;
mod update_and_delete;

use serde_json::{Value, json};
use wire::operations::Operation::CreateMicrosoftTeamsChannelConfiguration as CREATE;

use crate::kit::{ROLE, TEAMS_TEAM, TENANT, TestServer};

/// A request with the required members only. Source of which these are: model.
fn smallest(name: &str) -> Value {
    json!({
        "ConfigurationName": name,
        "TeamId": TEAMS_TEAM,
        "TenantId": TENANT,
        "ChannelId": channel_id(name),
        "IamRoleArn": ROLE,
    })
}

/// A channel as Teams' links have it.
fn channel_id(name: &str) -> String {
    format!("19%3A{name}%40thread.tacv2")
}

/// The ARN of a configuration of the tests' account. Form: observed.
fn arn(name: &str) -> String {
    format!("arn:aws:chatbot::123456789012:chat-configuration/microsoft-teams-channel/{name}")
}

fn of(name: &str) -> Value {
    json!({ "ChatConfigurationArn": arn(name) })
}

async fn create(server: &TestServer, body: Value) -> Value {
    server.call(CREATE, body).await.ok(201)["ChannelConfiguration"].clone()
}
