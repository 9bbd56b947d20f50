//! `iam:PassRole`: who hands a channel its role must be allowed to, for this service. Source of the dependency: AWS's
//! administrator guide, <https://docs.aws.amazon.com/chatbot/latest/adminguide/security_iam_service-with-iam.html>.

use serde_json::{Value, json};
use wire::operations::Operation;

use super::{allow, creates};
use crate::kit::{Furniture, Key, OPS, ROLE, TestServer, declare_user, everything, furnish, request, user_arn, with};

const OTHER_ROLE: &str = "arn:aws:iam::123456789012:role/other";

fn pass(role: &str, service: &str) -> Value {
    json!({ "Effect": "Allow", "Action": "iam:PassRole", "Resource": role,
            "Condition": { "StringEquals": { "iam:PassedToService": service } } })
}

/// A user who may do everything of AWS Chatbot, pass [`ROLE`] to it, and pass any role to another service.
async fn start() -> (TestServer, Key) {
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        let statements = [
            allow("chatbot:*", "*"),
            pass(ROLE, "chatbot.amazonaws.com"),
            pass("arn:aws:iam::*:role/*", "ec2.amazonaws.com"),
        ];
        key = Some(declare_user(settings, "passer", &statements));
    })
    .await;
    (server, key.unwrap())
}

fn words() -> String {
    format!(
        "User: {} is not authorized to perform: iam:PassRole on resource: {OTHER_ROLE} because no identity-based policy \
         allows the iam:PassRole action",
        user_arn("passer")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_takes_the_role_that_may_be_passed() {
    let (server, key) = start().await;
    for (operation, body, _) in creates("ops") {
        if body.get("IamRoleArn").is_none() {
            continue;
        }
        let before = everything(&server, OPS).await;
        let other = with(body.clone(), json!({ "IamRoleArn": OTHER_ROLE }));
        assert_eq!(server.call_as(key, operation, other).await.denied(), words());
        assert_eq!(everything(&server, OPS).await, before);
        server.call_as(key, operation, body).await.ok(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_asked_about_the_role_that_it_names_and_about_none_otherwise() {
    let (server, key) = start().await;
    let about: Furniture = furnish(&server, OPS, "ops").await;
    for operation in [
        Operation::UpdateChimeWebhookConfiguration,
        Operation::UpdateMicrosoftTeamsChannelConfiguration,
        Operation::UpdateSlackChannelConfiguration,
    ] {
        let body = request(operation, &about).body;
        let before = everything(&server, OPS).await;
        // The channel is another too: nothing of it happens, and Slack is not asked for its name.
        let other = json!({ "IamRoleArn": OTHER_ROLE, "SlackChannelId": "C9", "ChannelId": "19%3A9%40x" });
        let other = with(body.clone(), other);
        assert_eq!(server.call_as(key, operation, other).await.denied(), words());
        assert_eq!(everything(&server, OPS).await, before);
        assert!(server.slack.requests("conversations.info").is_empty());
        for role in [json!(null), json!(ROLE)] {
            server.call_as(key, operation, with(body.clone(), json!({ "IamRoleArn": role }))).await.ok(200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_pass_a_role_may_not_for_that_use_it() {
    let mut key = None;
    let server = TestServer::start_with(|settings| {
        key = Some(declare_user(settings, "passer", &[pass("*", "chatbot.amazonaws.com")]));
    })
    .await;
    for (operation, body, _) in creates("ops") {
        let text = server.call_as(key.unwrap(), operation, body).await.denied();
        assert!(text.contains(&format!("perform: chatbot:{} on resource: * because", operation.name())), "{text}");
    }
}
