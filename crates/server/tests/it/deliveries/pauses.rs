//! Tokens that Slack refuses: the workspace's messages wait, nobody else's do, and all come in order when it is mended.

use store::outbox::DeliveryState;

use super::{listening, markers};
use crate::kit::{OPS_TOKEN, OTHER, SlackAnswer, TOPIC, TestServer, eventually};

/// A minute passes, and with it the credentials are tried.
async fn probed(server: &TestServer) {
    let tried = server.slack.requests("auth.test").len();
    server.pass(60_000).await;
    eventually("the token is tried", async || (server.slack.requests("auth.test").len() > tried).then_some(())).await;
}

/// The token is good again: the next try finds it, and what was held follows.
async fn recovers(server: &TestServer) {
    probed(server).await;
    let none_is_held = async || (!states(server).await.contains(&DeliveryState::Held)).then_some(());
    for _ in 0..5 {
        server.pass(1000).await;
    }
    eventually("what was held is pending or out", none_is_held).await;
    for _ in 0..5 {
        server.pass(1000).await;
    }
}

async fn states(server: &TestServer) -> Vec<DeliveryState> {
    server.deliveries().await.iter().map(|delivery| delivery.state).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_holds_its_workspace_and_one_request_shows_it() {
    let server = listening().await;
    server.configure("second", "C2", &[TOPIC]).await;
    server.slack.token(OPS_TOKEN, Some(SlackAnswer::Error("token_revoked")));
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    server.publish(TOPIC, "message-2").await;
    server.quiet().await;
    assert_eq!(states(&server).await, [DeliveryState::Held; 4]);
    let asked = server.slack.requests("chat.postMessage").len();
    assert!(asked <= 2, "{asked} requests with a token that is refused");
    let held = &server.deliveries().await[0];
    assert!(held.reason.as_ref().unwrap().contains("token_revoked"), "{held:?}");
    assert_eq!(held.scope.as_deref(), Some("slack/123456789012/T0OPS"));
    server.leaves_pending(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_held_comes_in_order_once_the_token_is_good() {
    let server = listening().await;
    server.slack.token(OPS_TOKEN, Some(SlackAnswer::Error("account_inactive")));
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    for tried in 1..=3 {
        probed(&server).await;
        assert_eq!(server.slack.requests("auth.test").len(), tried, "once a minute");
    }
    assert_eq!(states(&server).await, [DeliveryState::Held; 3]);
    server.slack.token(OPS_TOKEN, None);
    server.publish(TOPIC, "message-4").await;
    recovers(&server).await;
    let posted = markers(&server.slack.posted("C1"));
    assert_eq!(posted, ["message-1", "message-2", "message-3", "message-4"]);
}

/// Two accounts configure one channel, each with its own token.
#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_messages_in_the_same_channel_go_on() {
    let server = listening().await;
    server.configure_as(OTHER, "theirs", "C1", &[TOPIC]).await;
    server.slack.token(OPS_TOKEN, Some(SlackAnswer::Error("invalid_auth")));
    server.publish_numbered(TOPIC, 2).await;
    server.quiet().await;
    server.pass(5000).await;
    let posted = server.slack.posted("C1");
    assert_eq!(markers(&posted), ["message-1", "message-2"]);
    assert!(posted.iter().all(|request| request.token == "xoxb-other"));
    server.leaves_pending(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_given_up_after_its_day() {
    let server = listening().await;
    server.slack.token(OPS_TOKEN, Some(SlackAnswer::Error("token_expired")));
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    server.pass(24 * 60 * 60 * 1000 + 120_000).await;
    eventually("it is given up", async || (states(&server).await == [DeliveryState::Dead]).then_some(())).await;
    let delivery = &server.deliveries().await[0];
    assert_eq!(delivery.state, DeliveryState::Dead);
    let reason = delivery.reason.as_ref().unwrap();
    assert!(reason.contains("gave up") && reason.contains("token_expired"), "{reason}");
    server.leaves_dead(1);
}

/// Its token was refused, and the next server is started with another.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_is_tried_at_the_start() {
    let mut server = listening().await;
    server.slack.token(OPS_TOKEN, Some(SlackAnswer::Error("token_revoked")));
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    server.restart_with(|settings| settings.slack.workspaces[0].bot_token = "xoxb-new".into()).await;
    recovers(&server).await;
    assert_eq!(server.slack.posted("C1")[0].token, "xoxb-new");
}

/// The operators' channel belongs to another account, whose token works.
#[tokio::test(flavor = "multi_thread")]
async fn operators_are_told_once_and_again_when_it_is_over() {
    let operators = "arn:aws:chatbot::210987654321:chat-configuration/slack-channel/operators";
    let server = TestServer::start_with(|settings| {
        settings.operators.configuration_arn = Some(operators.parse().unwrap());
    })
    .await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.configure_as(OTHER, "operators", "COPERATORS", &[]).await;
    server.slack.token(OPS_TOKEN, Some(SlackAnswer::Error("token_revoked")));
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    server.pass(30_000).await;
    let told = server.slack.posted("COPERATORS");
    assert_eq!(told.len(), 1, "{told:#?}");
    let text = told[0].body["text"].as_str().unwrap();
    assert!(text.contains("T0OPS"), "{text}");
    server.slack.token(OPS_TOKEN, None);
    recovers(&server).await;
    assert_eq!(server.slack.posted("COPERATORS").len(), 2);
    assert_eq!(markers(&server.slack.posted("C1")), ["message-1", "message-2", "message-3"]);
    assert_eq!(server.metric(r#"bellhop_findings_total{finding="workspace_paused"}"#).await, 1);
}
