//! The three operations on associations: which custom actions show in which configurations.

use serde_json::{Value, json};
use wire::operations::Operation::{
    AssociateToConfiguration as ASSOCIATE, CreateCustomAction, DeleteSlackChannelConfiguration,
    DisassociateFromConfiguration as DISASSOCIATE, ListAssociations as LIST, ListCustomActions,
};

use crate::kit::{Furniture, Listing, OPS, OTHER, TestServer, furnish};

async fn action(server: &TestServer, name: &str) -> String {
    let body = json!({ "ActionName": name, "Definition": { "CommandText": "s3 ls" } });
    let created = server.call(CreateCustomAction, body).await.ok(201);
    created["CustomActionArn"].as_str().unwrap().to_owned()
}

fn pair(configuration: &str, resource: &str) -> Value {
    json!({ "ChatConfiguration": configuration, "Resource": resource })
}

fn of(configuration: &str) -> Value {
    json!({ "ChatConfiguration": configuration })
}

async fn listed(server: &TestServer, configuration: &str) -> Value {
    server.call(LIST, of(configuration)).await.ok(200)["Associations"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_shows_where_it_was_associated_however_often() {
    let server = TestServer::start().await;
    let (ops, web) = (server.configure("ops", "C1", &[]).await, server.configure("web", "C2", &[]).await);
    let (a, b) = (action(&server, "a").await, action(&server, "b").await);
    let none = server.call(LIST, of(&ops)).await.ok(200); // model
    assert_eq!(none, json!({ "Associations": [], "NextToken": null })); // the null: observed
    for resource in [&b, &a, &a] {
        // Observed: associating twice is an upsert.
        assert_eq!(server.call(ASSOCIATE, pair(&ops, resource)).await.ok(201), json!({})); // model
    }
    server.call(ASSOCIATE, pair(&web, &a)).await.ok(201);
    assert_eq!(listed(&server, &ops).await, json!([{ "Resource": a }, { "Resource": b }]));
    for _ in 0..2 {
        // Assumed: what is not associated any more is no error.
        server.call(DISASSOCIATE, pair(&ops, &a)).await.no_content(); // model
        assert_eq!(listed(&server, &ops).await, json!([{ "Resource": b }]));
    }
    assert_eq!(listed(&server, &web).await, json!([{ "Resource": a }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn configurations_of_every_platform_show_actions() {
    let server = TestServer::start().await;
    let Furniture { chime, teams, slack, action, .. } = furnish(&server, OPS, "ops").await;
    for configuration in [chime, teams, slack] {
        server.call(ASSOCIATE, pair(&configuration, &action)).await.ok(201); // assumed of Chime
        assert_eq!(listed(&server, &configuration).await, json!([{ "Resource": action }]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_theirs_is_not_found() {
    let server = TestServer::start().await;
    let ops = server.configure("ops", "C1", &[]).await;
    let a = action(&server, "a").await;
    let (no_configuration, no_action) = (ops.replace("/ops", "/gone"), a.replace("/a", "/gone"));
    for (key, operation) in [(OPS, ASSOCIATE), (OPS, DISASSOCIATE), (OTHER, ASSOCIATE), (OTHER, DISASSOCIATE)] {
        let configuration = if key.id == OPS.id { &no_configuration } else { &ops };
        let answer = server.call_as(key, operation, pair(configuration, &a)).await;
        let text = answer.refused(404, "ResourceNotFoundException", "Message"); // observed
        assert_eq!(text, format!("Channel Arn {configuration} does not exist!")); // observed
    }
    let text =
        server.call(ASSOCIATE, pair(&ops, &no_action)).await.refused(404, "ResourceNotFoundException", "Message");
    assert!(text.contains(&no_action), "{text}"); // assumed: nothing was observed of an action that is not there
    // Assumed: to take away what is not there is done already.
    server.call(DISASSOCIATE, pair(&ops, &no_action)).await.no_content();
    assert_eq!(listed(&server, &ops).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_action_cannot_be_shown() {
    let server = TestServer::start().await;
    let ours = server.configure("ops", "C1", &[]).await;
    let theirs = server.configure_as(OTHER, "ops", "C1", &[]).await;
    let a = action(&server, "a").await;
    server.call_as(OTHER, ASSOCIATE, pair(&theirs, &a)).await.refused(404, "ResourceNotFoundException", "Message");
    server.call(ASSOCIATE, pair(&ours, &a)).await.ok(201);
    let seen = server.call_as(OTHER, LIST, of(&ours)).await.ok(200);
    assert_eq!(seen, json!({ "Associations": [], "NextToken": null }));
    server.call_as(OTHER, DISASSOCIATE, pair(&ours, &a)).await.refused(404, "ResourceNotFoundException", "Message");
    assert_eq!(listed(&server, &ours).await, json!([{ "Resource": a }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_unknown_configuration_nothing_is_listed_and_a_malformed_arn_is_refused() {
    let server = TestServer::start().await;
    let gone = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/gone";
    assert_eq!(listed(&server, gone).await, json!([])); // observed
    for body in [json!({}), of("ops"), of("arn:aws:sns:eu-west-1:123456789012:x")] {
        let text = server.call(LIST, body).await.refused(400, "InvalidRequestException", "message"); // observed
        assert!(text.contains("'chatConfiguration'"), "{text}");
    }
    for operation in [ASSOCIATE, DISASSOCIATE] {
        let text = server.call(operation, pair("ops", gone)).await.refused(400, "InvalidRequestException", "message"); // model
        assert!(text.contains("'chatConfiguration'") && text.contains("'resource'"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_configuration_forgets_its_associations() {
    let server = TestServer::start().await;
    let ops = server.configure("ops", "C1", &[]).await;
    let a = action(&server, "a").await;
    server.call(ASSOCIATE, pair(&ops, &a)).await.ok(201);
    server.call(DeleteSlackChannelConfiguration, json!({ "ChatConfigurationArn": ops })).await.no_content();
    assert_eq!(listed(&server, &ops).await, json!([]));
    server.configure("ops", "C1", &[]).await;
    assert_eq!(listed(&server, &ops).await, json!([]));
    assert_eq!(server.call(ListCustomActions, json!({})).await.ok(200)["CustomActions"], json!([a]));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_association_once_while_others_come_and_go() {
    let server = TestServer::start().await;
    let (ops, web) = (server.configure("ops", "C1", &[]).await, server.configure("web", "C2", &[]).await);
    let mut actions = Vec::new();
    for name in ["n1", "n2", "n3", "n4", "n0", "n31"] {
        actions.push(action(&server, name).await);
    }
    for resource in &actions[..4] {
        server.call(ASSOCIATE, pair(&ops, resource)).await.ok(201);
    }
    server.call(ASSOCIATE, pair(&web, &actions[5])).await.ok(201);
    let listing = Listing { operation: LIST, filter: of(&ops), member: "Associations", key: "/Resource" };
    listing.holds(&server, &actions[..4].iter().map(String::as_str).collect::<Vec<_>>()).await;
    listing.keeps_its_tokens_to_itself(&server, &[(LIST, of(&web)), (ListCustomActions, json!({}))]).await;
    let (first, token) = listing.page(&server, 2, &Value::Null).await;
    assert_eq!(first, actions[..2]);
    server.call(DISASSOCIATE, pair(&ops, &actions[1])).await.no_content();
    for resource in &actions[4..] {
        server.call(ASSOCIATE, pair(&ops, resource)).await.ok(201);
    }
    let expected = [&actions[2], &actions[5], &actions[3]];
    assert_eq!(listing.page(&server, 100, &token).await.0.iter().collect::<Vec<_>>(), expected);
}
