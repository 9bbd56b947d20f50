//! The two operations on Microsoft Teams user identities: people of a channel, and the IAM role that each acts under.

use serde_json::{Value, json};
use store::PersonId;
use wire::operations::Operation::{
    CreateMicrosoftTeamsChannelConfiguration, DeleteMicrosoftTeamsUserIdentity as DELETE, DescribeSlackUserIdentities,
    ListMicrosoftTeamsUserIdentities as LIST,
};

use crate::kit::{Listing, OPS, OTHER, PERSON, ROLE, TEAMS_TEAM, TENANT, TestServer};

async fn configure(server: &TestServer, name: &str) -> String {
    let body = json!({ "ConfigurationName": name, "TeamId": TEAMS_TEAM, "TenantId": TENANT,
                       "ChannelId": format!("19%3A{name}%40thread.tacv2"), "IamRoleArn": ROLE });
    let created = server.call(CreateMicrosoftTeamsChannelConfiguration, body).await.ok(201);
    created["ChannelConfiguration"]["ChatConfigurationArn"].as_str().unwrap().to_owned()
}

/// People in the order of their digits.
fn user_id(digit: char) -> String {
    PERSON.replace('c', &digit.to_string())
}

async fn link(server: &TestServer, arn: &str, digit: char) {
    server.link(OPS, arn, &PersonId::MicrosoftTeams(user_id(digit).parse().unwrap())).await;
}

fn person(arn: &str, digit: char) -> Value {
    json!({ "ChatConfigurationArn": arn, "UserId": user_id(digit) })
}

async fn listed(server: &TestServer, filter: Value) -> Value {
    server.call(LIST, filter).await.ok(200)["TeamsUserIdentities"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_shown_with_their_role_and_their_channel() {
    let server = TestServer::start().await;
    let none = server.call(LIST, json!({})).await.ok(200); // model
    assert_eq!(none, json!({ "TeamsUserIdentities": [], "NextToken": null })); // the null: observed
    let arn = configure(&server, "ops").await;
    link(&server, &arn, '1').await;
    let expected = json!([{
        "IamRoleArn": ROLE,
        "ChatConfigurationArn": arn,
        "TeamId": TEAMS_TEAM,
        "UserId": user_id('1'),
        "AwsUserIdentity": null, // an administrator linked them; the null: observed
        "TeamsChannelId": "19%3Aops%40thread.tacv2",
        "TeamsTenantId": TENANT,
    }]);
    assert_eq!(listed(&server, json!({})).await, expected); // model
    assert_eq!(listed(&server, json!({ "ChatConfigurationArn": arn })).await, expected);
    // Each platform has its own people.
    let slack = server.call(DescribeSlackUserIdentities, json!({ "ChatConfigurationArn": arn })).await.ok(200);
    assert_eq!(slack["SlackUserIdentities"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_link_is_gone_and_the_others_stay() {
    let server = TestServer::start().await;
    let (ops, web) = (configure(&server, "ops").await, configure(&server, "web").await);
    for (arn, digit) in [(&ops, '1'), (&ops, '2'), (&web, '1')] {
        link(&server, arn, digit).await;
    }
    server.call(DELETE, person(&ops, '1')).await.no_content(); // model
    let left = listed(&server, json!({})).await;
    let left: Vec<_> = left.as_array().unwrap().iter().map(|found| found["UserId"].as_str().unwrap()).collect();
    assert_eq!(left, [user_id('2'), user_id('1')]);
    let text = server.call(DELETE, person(&ops, '1')).await.refused(404, "ResourceNotFoundException", "Message"); // observed
    assert!(text.contains(&user_id('1')) && text.contains(&ops), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_there_or_not_theirs_is_not_found() {
    let server = TestServer::start().await;
    let arn = configure(&server, "ops").await;
    link(&server, &arn, '1').await;
    let gone = arn.replace("/ops", "/gone");
    for (key, body) in [(OPS, person(&arn, '9')), (OPS, person(&gone, '1')), (OTHER, person(&arn, '1'))] {
        server.call_as(key, DELETE, body).await.refused(404, "ResourceNotFoundException", "Message"); // observed
    }
    let theirs = server.call_as(OTHER, LIST, json!({ "ChatConfigurationArn": arn })).await.ok(200);
    assert_eq!(theirs["TeamsUserIdentities"], json!([]));
    assert_eq!(listed(&server, json!({ "ChatConfigurationArn": gone })).await, json!([])); // observed of Describe*
    assert_eq!(listed(&server, json!({})).await.as_array().unwrap().len(), 1);
    let text = server.call(DELETE, json!({ "UserId": "x" })).await.refused(400, "InvalidParameterException", "message"); // model
    assert!(text.contains("'userId'") && text.contains("'chatConfigurationArn'"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_everybody_once_while_others_come_and_go() {
    let server = TestServer::start().await;
    let (ops, web) = (configure(&server, "ops").await, configure(&server, "web").await);
    for (arn, digit) in [(&ops, '1'), (&ops, '3'), (&ops, '5'), (&web, '7')] {
        link(&server, arn, digit).await;
    }
    let ids: Vec<_> = "1357".chars().map(user_id).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let listing = |filter| Listing { operation: LIST, filter, member: "TeamsUserIdentities", key: "/UserId" };
    let (of_ops, of_web) = (json!({ "ChatConfigurationArn": ops }), json!({ "ChatConfigurationArn": web }));
    listing(json!({})).holds(&server, &ids).await;
    listing(of_ops.clone()).holds(&server, &ids[..3]).await;
    let others = [(LIST, json!({})), (LIST, of_web), (DescribeSlackUserIdentities, of_ops.clone())];
    listing(of_ops.clone()).keeps_its_tokens_to_itself(&server, &others).await;
    let (first, token) = listing(of_ops.clone()).page(&server, 2, &Value::Null).await;
    assert_eq!(first, ids[..2]);
    server.call(DELETE, person(&ops, '3')).await.no_content();
    link(&server, &ops, '0').await;
    link(&server, &ops, '4').await;
    assert_eq!(listing(of_ops).page(&server, 100, &token).await.0, [user_id('4'), user_id('5')]);
}
