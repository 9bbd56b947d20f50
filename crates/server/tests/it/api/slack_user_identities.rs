//! The two operations on Slack user identities: people of a channel, and the IAM role that each acts under.

use serde_json::{Value, json};
use store::PersonId;
use wire::operations::Operation::{
    DeleteSlackChannelConfiguration, DeleteSlackUserIdentity as DELETE, DescribeSlackChannelConfigurations,
    DescribeSlackUserIdentities as DESCRIBE,
};

use crate::kit::{Listing, OPS, OTHER, ROLE, TEAM, TestServer, user_arn};

async fn link(server: &TestServer, arn: &str, user_id: &str) {
    server.link(OPS, arn, &PersonId::Slack(user_id.parse().unwrap())).await;
}

fn person(arn: &str, user_id: &str) -> Value {
    json!({ "ChatConfigurationArn": arn, "SlackTeamId": TEAM, "SlackUserId": user_id })
}

async fn described(server: &TestServer, filter: Value) -> Value {
    server.call(DESCRIBE, filter).await.ok(200)["SlackUserIdentities"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_shown_with_their_role_and_who_linked_them() {
    let server = TestServer::start().await;
    let none = server.call(DESCRIBE, json!({})).await.ok(200); // model
    assert_eq!(none, json!({ "SlackUserIdentities": [], "NextToken": null })); // the null: observed
    let arn = server.configure("ops", "C1", &[]).await;
    link(&server, &arn, "U1").await;
    let linked_by = user_arn("alice");
    let put = server
        .store()
        .put_user_identity(
            &OPS.account_id.parse().unwrap(),
            &arn.parse().unwrap(),
            &PersonId::Slack("U2".parse().unwrap()),
            &"arn:aws:iam::123456789012:role/other".parse().unwrap(),
            Some(&linked_by.parse().unwrap()),
        )
        .await;
    assert!(put.unwrap().unwrap());
    let expected = json!([
        { "IamRoleArn": ROLE, "ChatConfigurationArn": arn, "SlackTeamId": TEAM, "SlackUserId": "U1",
          "AwsUserIdentity": null }, // an administrator linked them; the null: observed
        { "IamRoleArn": "arn:aws:iam::123456789012:role/other", "ChatConfigurationArn": arn, "SlackTeamId": TEAM,
          "SlackUserId": "U2", "AwsUserIdentity": linked_by },
    ]);
    assert_eq!(described(&server, json!({})).await, expected); // model
    assert_eq!(described(&server, json!({ "ChatConfigurationArn": arn })).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_link_is_gone_and_the_others_stay() {
    let server = TestServer::start().await;
    let (ops, web) = (server.configure("ops", "C1", &[]).await, server.configure("web", "C2", &[]).await);
    for arn in [&ops, &web] {
        link(&server, arn, "U1").await;
    }
    link(&server, &ops, "U2").await;
    server.call(DELETE, person(&ops, "U1")).await.no_content(); // model
    let keys: Vec<_> = described(&server, json!({}))
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            (
                found["ChatConfigurationArn"].as_str().unwrap().to_owned(),
                found["SlackUserId"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    assert_eq!(keys, [(ops.clone(), "U2".to_owned()), (web, "U1".to_owned())]);
    let text = server.call(DELETE, person(&ops, "U1")).await.refused(404, "ResourceNotFoundException", "Message"); // observed
    assert!(text.contains("U1") && text.contains(&ops), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_there_or_not_theirs_is_not_found() {
    let server = TestServer::start().await;
    let arn = server.configure("ops", "C1", &[]).await;
    link(&server, &arn, "U1").await;
    let mut of_another_workspace = person(&arn, "U1");
    of_another_workspace["SlackTeamId"] = json!("T0THEIRS");
    let gone = arn.replace("/ops", "/gone");
    for (key, body) in [
        (OPS, person(&arn, "U9")),
        (OPS, person(&gone, "U1")),
        (OPS, of_another_workspace),
        (OTHER, person(&arn, "U1")),
    ] {
        server.call_as(key, DELETE, body).await.refused(404, "ResourceNotFoundException", "Message"); // observed
    }
    let theirs = server.call_as(OTHER, DESCRIBE, json!({ "ChatConfigurationArn": arn })).await.ok(200);
    assert_eq!(theirs["SlackUserIdentities"], json!([]));
    assert_eq!(described(&server, json!({ "ChatConfigurationArn": gone })).await, json!([])); // observed of Describe*
    assert_eq!(described(&server, json!({})).await.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_violation_is_told_in_one_message() {
    let server = TestServer::start().await;
    let body = json!({ "ChatConfigurationArn": "arn:aws:sns:eu-west-1:123456789012:x", "SlackTeamId": "t" });
    let text = server.call(DELETE, body).await.refused(400, "InvalidParameterException", "message"); // model
    for at in ["'chatConfigurationArn'", "'slackTeamId'", "Value null at 'slackUserId'"] {
        assert!(text.contains(at), "{at}: {text}");
    }
    let describe = server.call(DESCRIBE, json!({ "ChatConfigurationArn": "x" })).await;
    describe.refused(400, "InvalidParameterException", "message"); // model
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_configuration_takes_its_people_with_it() {
    let server = TestServer::start().await;
    let arn = server.configure("ops", "C1", &[]).await;
    link(&server, &arn, "U1").await;
    server.call(DeleteSlackChannelConfiguration, json!({ "ChatConfigurationArn": arn })).await.no_content();
    assert_eq!(described(&server, json!({})).await, json!([]));
    server.configure("ops", "C1", &[]).await;
    assert_eq!(described(&server, json!({})).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_everybody_once_while_others_come_and_go() {
    let server = TestServer::start().await;
    let (ops, web) = (server.configure("ops", "C1", &[]).await, server.configure("web", "C2", &[]).await);
    for user_id in ["U1", "U2", "U3"] {
        link(&server, &ops, user_id).await;
    }
    for user_id in ["U4", "U5"] {
        link(&server, &web, user_id).await;
    }
    let listing = |filter| Listing { operation: DESCRIBE, filter, member: "SlackUserIdentities", key: "/SlackUserId" };
    let (of_ops, of_web) = (json!({ "ChatConfigurationArn": ops }), json!({ "ChatConfigurationArn": web }));
    listing(json!({})).holds(&server, &["U1", "U2", "U3", "U4", "U5"]).await;
    listing(of_ops.clone()).holds(&server, &["U1", "U2", "U3"]).await;
    let others = [(DESCRIBE, json!({})), (DESCRIBE, of_web), (DescribeSlackChannelConfigurations, json!({}))];
    listing(of_ops.clone()).keeps_its_tokens_to_itself(&server, &others).await;
    let (first, token) = listing(of_ops.clone()).page(&server, 2, &Value::Null).await;
    assert_eq!(first, ["U1", "U2"]);
    server.call(DELETE, person(&ops, "U2")).await.no_content();
    link(&server, &ops, "U0").await;
    link(&server, &ops, "U21").await;
    assert_eq!(listing(of_ops).page(&server, 100, &token).await.0, ["U21", "U3"]);
}
