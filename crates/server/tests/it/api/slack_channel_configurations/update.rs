//! `UpdateSlackChannelConfiguration`.

use serde_json::{Value, json};
use wire::operations::Operation::{
    CreateSlackChannelConfiguration as CREATE, DescribeSlackChannelConfigurations as DESCRIBE,
    UpdateSlackChannelConfiguration as UPDATE,
};

use super::{arn, smallest, with};
use crate::kit::{OTHER, OTHER_TOPIC, TOPIC, TestServer};

const GUARDRAIL: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// A server with `ops` in channel C1, every member of it set to something other than its default.
async fn with_ops() -> (TestServer, Value) {
    let server = TestServer::start().await;
    let members = json!({
        "SlackChannelName": "alarms",
        "SnsTopicArns": [TOPIC],
        "LoggingLevel": "INFO",
        "GuardrailPolicyArns": [GUARDRAIL],
        "UserAuthorizationRequired": true,
        "Tags": [{ "TagKey": "team", "TagValue": "ops" }],
    });
    let created = server.call(CREATE, with(smallest("ops", "C1"), members)).await.ok(201);
    (server, created["ChannelConfiguration"].clone())
}

/// The required members only. Source of which these are: model.
fn smallest_update(channel_id: &str) -> Value {
    json!({ "ChatConfigurationArn": arn("ops"), "SlackChannelId": channel_id })
}

async fn described(server: &TestServer) -> Value {
    let found = server.call(DESCRIBE, json!({ "ChatConfigurationArn": arn("ops") })).await.ok(200);
    found["SlackChannelConfigurations"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_absent_or_null_stays() {
    let (server, before) = with_ops().await;
    for body in [
        smallest_update("C1"),
        with(smallest_update("C1"), json!({ "SnsTopicArns": null, "GuardrailPolicyArns": null, "LoggingLevel": null })),
    ] {
        let updated = server.call(UPDATE, body).await.ok(200); // model
        assert_eq!(updated["ChannelConfiguration"], before); // assumed: absent is unchanged
        assert_eq!(described(&server).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_clears() {
    let (server, before) = with_ops().await;
    let body = with(smallest_update("C1"), json!({ "SnsTopicArns": [], "GuardrailPolicyArns": [] }));
    let updated = server.call(UPDATE, body).await.ok(200);
    let expected = json!({
        "SnsTopicArns": [],
        "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"], // reference: the default if there is none
    });
    assert_eq!(updated["ChannelConfiguration"], with(before, expected));
    assert_eq!(described(&server).await, updated["ChannelConfiguration"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_changes_and_the_order_of_guardrails_is_the_callers() {
    let (server, before) = with_ops().await;
    let changes = json!({
        "SlackChannelId": "C2",
        "SlackChannelName": "builds",
        "SnsTopicArns": [OTHER_TOPIC],
        "IamRoleArn": "arn:aws:iam::123456789012:role/other",
        "LoggingLevel": "NONE",
        "GuardrailPolicyArns": ["arn:aws:iam::aws:policy/Z", GUARDRAIL, "arn:aws:iam::aws:policy/A"],
        "UserAuthorizationRequired": false,
    });
    let updated = server.call(UPDATE, with(smallest_update("C2"), changes.clone())).await.ok(200);
    assert_eq!(updated["ChannelConfiguration"], with(before, changes));
    assert_eq!(described(&server).await, updated["ChannelConfiguration"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_channel_without_a_name_gets_slacks() {
    let (server, _) = with_ops().await;
    let updated = server.call(UPDATE, smallest_update("C2")).await.ok(200);
    assert_eq!(updated["ChannelConfiguration"]["SlackChannelName"], "name-of-C2"); // observed: never empty, nor another's
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_of_another_configuration_is_refused_and_nothing_changes() {
    let (server, before) = with_ops().await;
    server.configure("web", "C2", &[]).await;
    let body = with(smallest_update("C2"), json!({ "LoggingLevel": "ERROR" }));
    let text = server.call(UPDATE, body).await.refused(400, "InvalidRequestException", "message"); // observed of create
    assert!(text.contains("Slack channel with ID C2 in Slack team T0OPS has already been configured"), "{text}");
    assert_eq!(described(&server).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_arn_and_another_accounts_are_not_found() {
    let (server, before) = with_ops().await;
    let unknown = json!({ "ChatConfigurationArn": arn("other"), "SlackChannelId": "C9" });
    let text = server.call(UPDATE, unknown).await.refused(404, "ResourceNotFoundException", "Message"); // model
    assert!(text.contains(&arn("other")), "{text}");
    let foreign = server.call_as(OTHER, UPDATE, smallest_update("C9")).await;
    foreign.refused(404, "ResourceNotFoundException", "Message");
    assert_eq!(described(&server).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_create_refuses_update_refuses() {
    let (server, before) = with_ops().await;
    let queue = with(smallest_update("C1"), json!({ "SnsTopicArns": ["arn:aws:sqs:eu-west-1:123456789012:q"] }));
    server.call(UPDATE, queue).await.refused(400, "InvalidRequestException", "message"); // assumed
    let text =
        server.call(UPDATE, json!({ "LoggingLevel": "x" })).await.refused(400, "InvalidParameterException", "message"); // model
    for at in ["'chatConfigurationArn'", "'slackChannelId'", "'loggingLevel'"] {
        assert!(text.contains(at), "{at}: {text}");
    }
    assert_eq!(described(&server).await, before);
}
