//! What changes while a message waits: its configuration, its channel, its workspace.

use serde_json::json;
use store::outbox::DeliveryState;
use wire::operations::Operation::{
    CreateSlackChannelConfiguration, DeleteSlackChannelConfiguration, UpdateSlackChannelConfiguration,
};

use super::{listening, markers, reason};
use crate::kit::{OPS, ROLE, SlackAnswer, TEAM, TOPIC, TestServer};

const ARN: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";
const WAIT: SlackAnswer = SlackAnswer::RateLimited { retry_after_seconds: 30 };

async fn move_to(server: &TestServer, channel_id: &str) {
    let body = json!({ "ChatConfigurationArn": ARN, "SlackChannelId": channel_id, "SlackChannelName": "x" });
    server.call(UpdateSlackChannelConfiguration, body).await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_goes_to_the_new_channel_in_order() {
    let server = listening().await;
    server.slack.next("chat.postMessage", [WAIT]);
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    move_to(&server, "C2").await;
    server.quiet().await;
    // It was the old channel that Slack said to leave alone.
    assert_eq!(markers(&server.slack.posted("C2")), ["message-1", "message-2", "message-3"]);
    server.publish(TOPIC, "message-4").await;
    server.pass(30_000).await;
    assert!(server.slack.posted("C1").is_empty());
    assert_eq!(markers(&server.slack.posted("C2")), ["message-1", "message-2", "message-3", "message-4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_died_of_its_channel_is_revived_in_the_new_one() {
    let server = listening().await;
    server.slack.always("C1", SlackAnswer::Error("is_archived"));
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert!(reason(&server, DeliveryState::Dead).await.contains("is_archived"));
    move_to(&server, "C2").await;
    server.revive(&server.deliveries().await[0]).await;
    assert_eq!(markers(&server.slack.posted("C2")), ["message-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_deleted_configuration_is_dead_and_says_so() {
    let server = listening().await;
    server.slack.next("chat.postMessage", [WAIT]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let deleted = server.call(DeleteSlackChannelConfiguration, json!({ "ChatConfigurationArn": ARN })).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(reason(&server, DeliveryState::Dead).await, "its configuration was deleted");
    server.pass(60_000).await;
    assert!(server.slack.posted("C1").is_empty());
    // Revived without its configuration it dies again, without a word to Slack.
    server.revive(&server.deliveries().await[0]).await;
    assert_eq!(reason(&server, DeliveryState::Dead).await, "its configuration was deleted");
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1);
    // Made again under its name it is the same to what died.
    let again = json!({ "ConfigurationName": "ops", "SlackTeamId": TEAM, "SlackChannelId": "C1", "IamRoleArn": ROLE });
    server.call(CreateSlackChannelConfiguration, again).await.ok(201);
    server.revive(&server.deliveries().await[0]).await;
    assert_eq!(markers(&server.slack.posted("C1")), ["message-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_workspace_a_message_is_dead_until_that_is_authorised_again() {
    let mut server = listening().await;
    server.slack.next("chat.postMessage", [WAIT]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let workspaces = server.settings.slack.workspaces.clone();
    server
        .restart_with(|settings| settings.slack.workspaces.retain(|found| found.account_id.as_str() != OPS.account_id))
        .await;
    server.pass(30_000).await;
    let reason = reason(&server, DeliveryState::Dead).await;
    assert!(reason.contains(TEAM) && reason.contains("not authorised any more"), "{reason}");
    server.restart_with(|settings| settings.slack.workspaces = workspaces).await;
    server.revive(&server.deliveries().await[0]).await;
    assert_eq!(markers(&server.slack.posted("C1")), ["message-1"]);
}
