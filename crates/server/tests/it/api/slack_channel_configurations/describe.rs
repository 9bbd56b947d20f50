//! `DescribeSlackChannelConfigurations`. Its pages are in `api/pagination.rs`.

use serde_json::json;
use wire::operations::Operation::DescribeSlackChannelConfigurations as DESCRIBE;

use super::arn;
use crate::kit::{OPS, OTHER, TOPIC, TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_is_found_by_its_arn_at_once() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.configure("web", "C2", &[]).await;
    let found = server.call(DESCRIBE, json!({ "ChatConfigurationArn": arn("ops") })).await.ok(200); // model
    let list = found["SlackChannelConfigurations"].as_array().unwrap();
    assert_eq!(list.len(), 1); // observed: clients expect exactly one
    assert_eq!((&list[0]["ConfigurationName"], &list[0]["SnsTopicArns"]), (&json!("ops"), &json!([TOPIC])));
    assert_eq!(found["NextToken"], json!(null)); // observed
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_arn_is_an_empty_list() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[]).await;
    for unknown in [arn("other"), "arn:aws:chatbot::123456789012:chat-configuration/chime-webhook/ops".to_owned()] {
        let found = server.call(DESCRIBE, json!({ "ChatConfigurationArn": unknown })).await.ok(200); // observed
        assert_eq!(found["SlackChannelConfigurations"], json!([]));
    }
    let malformed = server.call(DESCRIBE, json!({ "ChatConfigurationArn": "arn:aws:sns:eu-west-1:1:x" })).await;
    malformed.refused(400, "InvalidParameterException", "message"); // model
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_never_see_each_others() {
    let server = TestServer::start().await;
    let ours = server.configure_as(OPS, "ops", "C1", &[TOPIC]).await;
    let theirs = server.configure_as(OTHER, "ops", "C1", &[TOPIC]).await;
    for (key, own, foreign) in [(OPS, &ours, &theirs), (OTHER, &theirs, &ours)] {
        let all = server.call_as(key, DESCRIBE, json!({})).await.ok(200);
        let list = all["SlackChannelConfigurations"].as_array().unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!(list[0]["ChatConfigurationArn"], json!(own));
        let foreign = server.call_as(key, DESCRIBE, json!({ "ChatConfigurationArn": foreign })).await.ok(200);
        assert_eq!(foreign["SlackChannelConfigurations"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_that_is_no_longer_authorised_disables_its_configurations() {
    let mut server = TestServer::start().await;
    server.configure("ops", "C1", &[]).await;
    server
        .restart_with(|settings| settings.slack.workspaces.retain(|found| found.account_id.as_str() != OPS.account_id))
        .await;
    let all = server.call(DESCRIBE, json!({})).await.ok(200);
    let found = &all["SlackChannelConfigurations"][0];
    assert_eq!(found["State"], "DISABLED"); // assumed; the states: model
    assert!(found["StateReason"].as_str().unwrap().contains("is not authorized"), "{found}");
    assert_ne!(found["SlackTeamName"], ""); // observed: never empty
}
