//! The five operations on custom actions. Creating them, which may be repeated, has a file of its own.

mod create;

use serde_json::{Value, json};
use wire::operations::Operation::{
    AssociateToConfiguration, CreateCustomAction as CREATE, DeleteCustomAction as DELETE, GetCustomAction as GET,
    ListAssociations, ListCustomActions as LIST, ListTagsForResource, UpdateCustomAction as UPDATE,
};

use crate::kit::{Listing, OPS, OTHER, TestServer, with};

const COMMAND: &str = "lambda invoke --function-name $name";

/// A request with the required members only. Source of which these are: model.
fn smallest(name: &str) -> Value {
    json!({ "ActionName": name, "Definition": { "CommandText": COMMAND } })
}

/// The ARN of an action of the tests' account. Form: documented.
fn arn(name: &str) -> String {
    format!("arn:aws:chatbot::123456789012:custom-action/{name}")
}

fn of(name: &str) -> Value {
    json!({ "CustomActionArn": arn(name) })
}

async fn create(server: &TestServer, body: Value) {
    let name = body["ActionName"].as_str().unwrap().to_owned();
    assert_eq!(server.call(CREATE, body).await.ok(201), of(&name)); // model
}

async fn found(server: &TestServer, name: &str) -> Value {
    server.call(GET, of(name)).await.ok(200)["CustomAction"].clone()
}

/// An attachment with every member.
fn attachment() -> Value {
    json!({
        "NotificationType": "CloudWatch",
        "ButtonText": "Neu starten",
        "Criteria": [
            { "Operator": "EQUALS", "VariableName": "state", "Value": "ALARM" },
            { "Operator": "HAS_VALUE", "VariableName": "name", "Value": null },
        ],
        "Variables": { "name": "event.detail.name", "state": "event.detail.state" },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_member_changes_and_what_is_absent_stays() {
    let server = TestServer::start().await;
    create(&server, with(smallest("a"), json!({ "AliasName": "restart", "Attachments": [attachment()] }))).await;
    let before = found(&server, "a").await;
    let update = |members| with(with(of("a"), json!({ "Definition": { "CommandText": COMMAND } })), members);
    for members in [json!({}), json!({ "AliasName": null, "Attachments": null })] {
        assert_eq!(server.call(UPDATE, update(members)).await.ok(200), of("a")); // model
        assert_eq!(found(&server, "a").await, before); // assumed: absent is unchanged
    }
    let changes = json!({
        "Definition": { "CommandText": "s3 ls" },
        "AliasName": "list",
        "Attachments": [{ "NotificationType": "Custom", "ButtonText": null, "Criteria": null, "Variables": null }],
    });
    server.call(UPDATE, with(of("a"), changes.clone())).await.ok(200);
    let after = found(&server, "a").await;
    assert_eq!(after, with(before, changes));
    server.call(UPDATE, update(json!({ "Attachments": [] }))).await.ok(200);
    let cleared = json!({ "Attachments": [], "Definition": { "CommandText": COMMAND } });
    assert_eq!(found(&server, "a").await, with(after, cleared));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_update_changes_nothing() {
    let server = TestServer::start().await;
    create(&server, with(smallest("a"), json!({ "Attachments": [attachment()] }))).await;
    let before = found(&server, "a").await;
    let command = |text: &str| json!({ "Definition": { "CommandText": text } });
    for members in [
        json!({}),                                                                  // model: the definition is required
        command(""),                                                                // model
        command("aws s3 ls"),                                                       // documented: no leading `aws`
        with(command("s3 ls"), json!({ "Attachments": [{ "ButtonText": "Go" }] })), // observed: NotificationType
        with(command("s3 ls"), json!({ "AliasName": "two words" })),                // model
    ] {
        server.call(UPDATE, with(of("a"), members)).await.refused(400, "InvalidRequestException", "message"); // model
        assert_eq!(found(&server, "a").await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_arn_and_another_accounts_are_not_found() {
    let server = TestServer::start().await;
    create(&server, smallest("a")).await;
    for (key, name) in [(OPS, "gone"), (OTHER, "a")] {
        for operation in [GET, UPDATE, DELETE] {
            let body = with(of(name), json!({ "Definition": { "CommandText": "s3 ls" } }));
            let answer = server.call_as(key, operation, body).await;
            let text = answer.refused(404, "ResourceNotFoundException", "Message"); // observed of get; model
            assert!(text.contains(&arn(name)), "{text}");
        }
    }
    assert_eq!(found(&server, "a").await["Definition"]["CommandText"], COMMAND);
    for operation in [GET, UPDATE, DELETE] {
        for wrong in ["arn:aws:chatbot::123456789012:chat-configuration/slack-channel/a", "a"] {
            let body = json!({ "CustomActionArn": wrong, "Definition": { "CommandText": "s3 ls" } });
            let text = server.call(operation, body).await.refused(400, "InvalidRequestException", "message"); // model
            assert!(text.contains("'customActionArn'"), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_action_is_gone_from_everywhere() {
    let server = TestServer::start().await;
    let configuration = server.configure("ops", "C1", &[]).await;
    create(&server, with(smallest("a"), json!({ "Tags": [{ "TagKey": "team", "TagValue": "ops" }] }))).await;
    let association = json!({ "ChatConfiguration": configuration, "Resource": arn("a") });
    server.call(AssociateToConfiguration, association).await.ok(201);
    server.call(DELETE, of("a")).await.no_content(); // model
    server.call(DELETE, of("a")).await.refused(404, "ResourceNotFoundException", "Message"); // model
    assert_eq!(server.call(LIST, json!({})).await.ok(200), json!({ "CustomActions": [], "NextToken": null }));
    let associations = json!({ "ChatConfiguration": configuration });
    assert_eq!(server.call(ListAssociations, associations.clone()).await.ok(200)["Associations"], json!([]));
    // Made again under its name, it is another: without tags, and nowhere shown.
    create(&server, smallest("a")).await;
    assert_eq!(server.call(ListAssociations, associations).await.ok(200)["Associations"], json!([]));
    let tags = server.call(ListTagsForResource, json!({ "ResourceARN": arn("a") })).await.ok(200);
    assert_eq!(tags["Tags"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_action_once_while_others_come_and_go() {
    let server = TestServer::start().await;
    server.call_as(OTHER, CREATE, smallest("theirs")).await.ok(201);
    for name in ["n1", "n2", "n3", "n4"] {
        create(&server, smallest(name)).await;
    }
    let listing = Listing { operation: LIST, filter: json!({}), member: "CustomActions", key: "" };
    let [n1, n2, n3, n4, n31] = ["n1", "n2", "n3", "n4", "n31"].map(arn);
    listing.holds(&server, &[&n1, &n2, &n3, &n4]).await;
    let configuration = server.configure("ops", "C1", &[]).await;
    let others = [(ListAssociations, json!({ "ChatConfiguration": configuration }))];
    listing.keeps_its_tokens_to_itself(&server, &others).await;
    let (first, token) = listing.page(&server, 2, &Value::Null).await;
    assert_eq!(first, [n1, n2]);
    server.call(DELETE, of("n2")).await.no_content();
    create(&server, smallest("n0")).await;
    create(&server, smallest("n31")).await;
    assert_eq!(listing.page(&server, 100, &token).await.0, [n3, n31, n4]);
}
