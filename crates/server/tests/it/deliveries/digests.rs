//! Storms: a queue that grew too long becomes one message, alarms come first, and nothing is lost by it.

use serde_json::json;
use store::outbox::DeliveryState;

use super::markers;
use crate::kit::{OTHER_TOPIC, SlackAnswer, TOPIC, TestServer};

async fn listening(digest_after: u32) -> TestServer {
    let server = TestServer::start_with(|settings| settings.delivery.digest_after = digest_after).await;
    server.configure("ops", "C1", &[TOPIC, OTHER_TOPIC]).await;
    server
}

fn alarm(name: &str) -> String {
    json!({ "AlarmName": name, "NewStateValue": "ALARM", "OldStateValue": "OK", "NewStateReason": name,
        "StateChangeTime": "2026-11-23T12:00:00.000+0000", "Region": "EU (Ireland)", "AWSAccountId": "123456789012",
        "Trigger": {} })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_becomes_one_message_and_what_follows_is_told_again() {
    let server = listening(10).await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }]);
    server.publish_numbered(TOPIC, 30).await;
    server.publish_numbered(OTHER_TOPIC, 7).await;
    server.quiet().await;
    server.pass(30_000).await;
    let posted = server.slack.posted("C1");
    assert_eq!(posted.len(), 1, "{posted:#?}");
    let said = posted[0].body.to_string();
    assert!(said.contains("37") && said.contains("alarms") && said.contains("builds"), "{said}");
    assert!(said.contains("bellhop deliveries list"), "{said}");
    let deliveries = server.deliveries().await;
    assert_eq!(deliveries[0].state, DeliveryState::Delivered);
    assert!(deliveries[1..].iter().all(|found| found.state == DeliveryState::Folded), "{deliveries:#?}");
    assert!(deliveries[1..].iter().all(|found| found.folded_into == Some(deliveries[0].id)));
    server.publish(TOPIC, "message-after").await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C1")[1].marker(), "message-after");
}

#[tokio::test(flavor = "multi_thread")]
async fn alarms_go_before_chatter_and_are_not_folded_with_it() {
    let server = listening(5).await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }]);
    server.publish_numbered(TOPIC, 20).await;
    server.publish(TOPIC, &alarm("message-alarm-1")).await;
    server.publish(TOPIC, &alarm("message-alarm-2")).await;
    server.quiet().await;
    server.pass(30_000).await;
    server.pass(5000).await;
    let posted = server.slack.posted("C1");
    assert_eq!(posted.len(), 3, "{posted:#?}");
    assert_eq!(markers(&posted[..2]), ["message-alarm-1", "message-alarm-2"]);
    assert!(posted[2].body.to_string().contains("20"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bound_every_message_comes_itself() {
    let server = listening(0).await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }]);
    server.publish_numbered(TOPIC, 30).await;
    server.quiet().await;
    server.pass(30_000).await;
    for _ in 0..30 {
        server.pass(1000).await;
    }
    assert_eq!(server.slack.posted("C1").len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_fails_is_tried_again_whole() {
    let server = listening(5).await;
    let troubles = [SlackAnswer::RateLimited { retry_after_seconds: 30 }, SlackAnswer::Status(500)];
    server.slack.next("chat.postMessage", troubles);
    server.publish_numbered(TOPIC, 20).await;
    server.quiet().await;
    server.pass(30_000).await;
    server.pass(60_000).await;
    let posted = server.slack.posted("C1");
    assert_eq!(posted.len(), 1, "{posted:#?}");
    assert!(posted[0].body.to_string().contains("20"));
}

/// The same alarm by two topics, and one that flaps.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_just_told_is_suppressed_where_that_is_wanted_and_a_change_is_not() {
    let server = TestServer::start_with(|settings| settings.delivery.suppress_similar_seconds = 300).await;
    server.configure("ops", "C1", &[TOPIC, OTHER_TOPIC]).await;
    let ok = alarm("message-alarm").replace("\"NewStateValue\":\"ALARM\"", "\"NewStateValue\":\"OK\"");
    assert_ne!(ok, alarm("message-alarm"));
    server.publish(TOPIC, &alarm("message-alarm")).await;
    server.publish(OTHER_TOPIC, &alarm("message-alarm")).await;
    server.publish(TOPIC, &ok).await;
    server.publish(TOPIC, &alarm("message-alarm")).await;
    server.quiet().await;
    server.pass(5000).await;
    let states: Vec<_> = server.deliveries().await.iter().map(|delivery| delivery.state).collect();
    let (out, kept) = (DeliveryState::Delivered, DeliveryState::Suppressed);
    assert_eq!(states, [out, kept, out, out]);
}
