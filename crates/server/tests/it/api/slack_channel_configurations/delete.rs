//! `DeleteSlackChannelConfiguration`.

use serde_json::json;
use wire::operations::Operation::{
    DeleteSlackChannelConfiguration as DELETE, DescribeSlackChannelConfigurations as DESCRIBE,
};

use super::arn;
use crate::kit::{OTHER, TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_204_without_a_body_and_frees_name_and_channel() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[]).await;
    let answer = server.call(DELETE, json!({ "ChatConfigurationArn": arn("ops") })).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0)); // model
    assert_eq!(answer.header("content-type"), None);
    assert!(answer.header("x-amzn-requestid").is_some());
    let all = server.call(DESCRIBE, json!({})).await.ok(200);
    assert_eq!(all["SlackChannelConfigurations"], json!([]));
    server.configure("ops", "C1", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_arns_and_another_accounts_are_not_found() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[]).await;
    let foreign = server.call_as(OTHER, DELETE, json!({ "ChatConfigurationArn": arn("ops") })).await;
    foreign.refused(404, "ResourceNotFoundException", "Message"); // model
    server.call(DELETE, json!({ "ChatConfigurationArn": arn("ops") })).await;
    let again = server.call(DELETE, json!({ "ChatConfigurationArn": arn("ops") })).await;
    again.refused(404, "ResourceNotFoundException", "Message");
    let none = server.call(DELETE, json!({})).await.refused(400, "InvalidParameterException", "message"); // model
    assert!(none.contains("'chatConfigurationArn'"), "{none}");
}
