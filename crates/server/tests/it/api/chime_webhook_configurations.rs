//! The four operations on Chime webhook configurations, and what becomes of messages to a webhook.

use serde_json::{Value, json};
use wire::operations::Operation::{
    CreateChimeWebhookConfiguration as CREATE, DeleteChimeWebhookConfiguration as DELETE,
    DescribeChimeWebhookConfigurations as DESCRIBE, DescribeSlackChannelConfigurations,
    UpdateChimeWebhookConfiguration as UPDATE,
};

use crate::kit::{CHIME_URL, Listing, OPS, OTHER, OTHER_TOPIC, ROLE, TOPIC, TestServer, with};

const LISTING: fn() -> Listing =
    || Listing { operation: DESCRIBE, filter: json!({}), member: "WebhookConfigurations", key: "/ConfigurationName" };

/// A request with the required members only. Source of which these are: model.
fn smallest(name: &str) -> Value {
    json!({
        "ConfigurationName": name,
        "WebhookDescription": "Operations room",
        "WebhookUrl": CHIME_URL,
        "SnsTopicArns": [],
        "IamRoleArn": ROLE,
    })
}

/// The ARN of a configuration of the tests' account. Form: observed.
fn arn(name: &str) -> String {
    format!("arn:aws:chatbot::123456789012:chat-configuration/chime-webhook/{name}")
}

fn of(name: &str) -> Value {
    json!({ "ChatConfigurationArn": arn(name) })
}

async fn create(server: &TestServer, body: Value) -> Value {
    server.call(CREATE, body).await.ok(201)["WebhookConfiguration"].clone()
}

async fn described(server: &TestServer, name: &str) -> Value {
    server.call(DESCRIBE, of(name)).await.ok(200)["WebhookConfigurations"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smallest_request_gets_every_default() {
    let server = TestServer::start().await;
    let created = server.call(CREATE, smallest("ops")).await.ok(201); // model
    let expected = json!({
        "WebhookDescription": "Operations room",
        "ChatConfigurationArn": arn("ops"), // observed: no region
        "IamRoleArn": ROLE,
        "SnsTopicArns": [],
        "ConfigurationName": "ops",
        "LoggingLevel": "NONE", // reference
        "Tags": [],
        "State": "ENABLED", // observed
        "StateReason": null, // observed: nulls are explicit
    });
    assert_eq!(created, json!({ "WebhookConfiguration": expected }));
    let found = server.call(DESCRIBE, of("ops")).await.ok(200); // observed: exactly one, at once
    assert_eq!(found, json!({ "WebhookConfigurations": [expected], "NextToken": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_comes_back_but_for_the_url() {
    let server = TestServer::start().await;
    let members = json!({
        "WebhookDescription": "Störungen 🚨",
        "SnsTopicArns": [TOPIC, OTHER_TOPIC],
        "LoggingLevel": "ERROR",
        "Tags": [{ "TagKey": "team", "TagValue": "ops" }],
    });
    let created = create(&server, with(smallest("ops"), members.clone())).await;
    assert_eq!(with(created.clone(), members), created);
    // Whoever knows the URL can post. Model: no answer has it.
    let all = server.call(DESCRIBE, json!({})).await;
    assert!(!String::from_utf8_lossy(&all.body).contains("secret"));
    assert_eq!(all.ok(200)["WebhookConfigurations"], json!([created]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_unique_and_a_webhook_may_have_several_configurations() {
    let server = TestServer::start().await;
    create(&server, smallest("ops")).await;
    let text = server.call(CREATE, smallest("ops")).await.refused(409, "ConflictException", "message"); // observed
    assert_eq!(text, format!("Resource with arn {} already exists.", arn("ops")));
    create(&server, smallest("web")).await; // assumed: nothing says that a webhook's URL is unique
    server.configure("ops", "C1", &[]).await; // inferred: names are unique in their platform's path
    server.call_as(OTHER, CREATE, smallest("ops")).await.ok(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_violation_is_told_in_one_message_without_the_secrets() {
    let server = TestServer::start().await;
    let body = json!({
        "ConfigurationName": "",
        "WebhookUrl": "https://hooks.example.com/incomingwebhooks/a?token=secret",
        "WebhookDescription": "secret".repeat(50),
        "IamRoleArn": "arn",
        "LoggingLevel": "LOUD",
    });
    let text = server.call(CREATE, body).await.refused(400, "InvalidParameterException", "message"); // model
    for at in [
        "Value '' at 'configurationName'",
        "Value at 'webhookUrl'",         // model: sensitive
        "Value at 'webhookDescription'", // model: sensitive
        "'iamRoleArn'",
        "Value 'LOUD' at 'loggingLevel'",
        "Value null at 'snsTopicArns' failed to satisfy constraint: Member must not be null", // model: required here
    ] {
        assert!(text.contains(at), "{at}: {text}");
    }
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_create_reserves_nothing() {
    let server = TestServer::start_with(|settings| {
        settings.limits.topics_per_configuration = 1;
        settings.limits.tags_per_resource = 1;
        settings.limits.chat_configurations = 1;
    })
    .await;
    let two_tags = json!([{ "TagKey": "a", "TagValue": "" }, { "TagKey": "b", "TagValue": "" }]);
    for (status, code, members) in [
        (400, "InvalidRequestException", json!({ "SnsTopicArns": ["arn:aws:sqs:eu-west-1:123456789012:q"] })), // assumed
        (403, "LimitExceededException", json!({ "SnsTopicArns": [TOPIC, OTHER_TOPIC] })), // reference
        (403, "LimitExceededException", json!({ "Tags": two_tags })),                     // reference
    ] {
        server.call(CREATE, with(smallest("ops"), members)).await.refused(status, code, "message");
        assert_eq!(described(&server, "ops").await, json!([]));
    }
    create(&server, smallest("ops")).await;
    server.call(CREATE, smallest("web")).await.refused(403, "LimitExceededException", "message"); // reference
    // What is gone makes room.
    server.call(DELETE, of("ops")).await.no_content();
    create(&server, smallest("web")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_arn_is_an_empty_list() {
    let server = TestServer::start().await;
    create(&server, smallest("ops")).await;
    assert_eq!(described(&server, "gone").await, json!([])); // observed
    let slack = server.configure("ops", "C1", &[]).await;
    let of_slack = server.call(DESCRIBE, json!({ "ChatConfigurationArn": slack })).await.ok(200);
    assert_eq!(of_slack["WebhookConfigurations"], json!([])); // assumed: another platform's is none
    let malformed = server.call(DESCRIBE, json!({ "ChatConfigurationArn": "ops" })).await;
    malformed.refused(400, "InvalidParameterException", "message"); // model
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_changes_what_it_names_and_an_empty_list_clears() {
    let server = TestServer::start().await;
    let members =
        json!({ "SnsTopicArns": [TOPIC], "LoggingLevel": "INFO", "Tags": [{ "TagKey": "a", "TagValue": "b" }] });
    let before = create(&server, with(smallest("ops"), members)).await;
    let nulls = json!({ "WebhookDescription": null, "WebhookUrl": null, "SnsTopicArns": null, "LoggingLevel": null,
                        "IamRoleArn": null });
    for body in [of("ops"), with(of("ops"), nulls)] {
        let updated = server.call(UPDATE, body).await.ok(200); // model
        assert_eq!(updated, json!({ "WebhookConfiguration": before })); // assumed: absent is unchanged
    }
    let cleared = server.call(UPDATE, with(of("ops"), json!({ "SnsTopicArns": [] }))).await.ok(200);
    assert_eq!(cleared["WebhookConfiguration"], with(before.clone(), json!({ "SnsTopicArns": [] })));
    let changes = json!({
        "WebhookDescription": "Builds",
        "SnsTopicArns": [OTHER_TOPIC],
        "LoggingLevel": "ERROR",
        "IamRoleArn": "arn:aws:iam::123456789012:role/other",
    });
    let url = json!({ "WebhookUrl": "https://hooks.chime.aws/incomingwebhooks/other?token=other" });
    let updated = server.call(UPDATE, with(with(of("ops"), changes.clone()), url)).await.ok(200);
    assert_eq!(updated["WebhookConfiguration"], with(before, changes));
    assert_eq!(described(&server, "ops").await, json!([updated["WebhookConfiguration"]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_update_changes_nothing() {
    let server = TestServer::start_with(|settings| settings.limits.topics_per_configuration = 1).await;
    let before = create(&server, smallest("ops")).await;
    let loud = |members| with(with(of("ops"), json!({ "LoggingLevel": "ERROR" })), members);
    for (code, members) in [
        ("InvalidParameterException", json!({ "WebhookUrl": "http://hooks.chime.aws/incomingwebhooks/a?token=b" })), // model
        ("InvalidRequestException", json!({ "SnsTopicArns": ["arn:aws:sqs:eu-west-1:123456789012:q"] })), // assumed
        ("InvalidRequestException", json!({ "SnsTopicArns": [TOPIC, OTHER_TOPIC] })), // assumed: no limit is declared
    ] {
        server.call(UPDATE, loud(members)).await.refused(400, code, "message");
    }
    for (key, name) in [(OPS, "gone"), (OTHER, "ops")] {
        let text = server.call_as(key, UPDATE, of(name)).await.refused(404, "ResourceNotFoundException", "Message"); // model
        assert!(text.contains(&arn(name)), "{text}");
    }
    assert_eq!(described(&server, "ops").await, json!([before]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_configuration_is_gone_and_its_name_is_free() {
    let server = TestServer::start().await;
    create(&server, smallest("ops")).await;
    for (key, body) in [(OTHER, of("ops")), (OPS, of("gone"))] {
        server.call_as(key, DELETE, body).await.refused(404, "ResourceNotFoundException", "Message"); // model
    }
    server.call(DELETE, of("ops")).await.no_content(); // model
    assert_eq!(described(&server, "ops").await, json!([]));
    server.call(DELETE, of("ops")).await.refused(404, "ResourceNotFoundException", "Message");
    server.call(DELETE, json!({})).await.refused(400, "InvalidParameterException", "message"); // model
    create(&server, smallest("ops")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_configuration_once_while_others_come_and_go() {
    let server = TestServer::start().await;
    for name in ["n1", "n2", "n3", "n4"] {
        create(&server, smallest(name)).await;
    }
    server.configure("n5", "C1", &[]).await; // of another platform
    LISTING().holds(&server, &["n1", "n2", "n3", "n4"]).await;
    LISTING().keeps_its_tokens_to_itself(&server, &[(DescribeSlackChannelConfigurations, json!({}))]).await;
    let (first, token) = LISTING().page(&server, 2, &Value::Null).await;
    assert_eq!(first, ["n1", "n2"]);
    server.call(DELETE, of("n2")).await.no_content();
    create(&server, smallest("n0")).await;
    create(&server, smallest("n31")).await;
    assert_eq!(LISTING().page(&server, 100, &token).await.0, ["n3", "n31", "n4"]);
}
