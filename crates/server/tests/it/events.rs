//! `bellhop_events`: what became of events, by configuration.

use serde_json::json;
use server::config::Unsupported;
use store::outbox::DeliveryState;
use wire::operations::Operation::DeleteSlackChannelConfiguration;

use crate::kit::{SlackAnswer, TOPIC, TestServer};

fn line(configuration: &str, outcome: &str) -> String {
    format!(r#"bellhop_events_total{{configuration="{configuration}",outcome="{outcome}"}}"#)
}

async fn counts<const N: usize>(server: &TestServer, configuration: &str, outcomes: [&str; N]) -> [u64; N] {
    let mut counts = [0; N];
    for (count, outcome) in counts.iter_mut().zip(outcomes) {
        *count = server.metric(&line(configuration, outcome)).await;
    }
    counts
}

const OUTCOMES: [&str; 4] = ["processed", "unsupported", "delivered", "failed"];

#[tokio::test(flavor = "multi_thread")]
async fn events_are_counted_by_configuration_and_retries_are_not() {
    let server = TestServer::start().await;
    let ops = server.configure("ops", "C1", &[TOPIC]).await;
    let builds = server.configure("builds", "C2", &[TOPIC]).await;
    server.slack.always("C2", SlackAnswer::Error("is_archived"));
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!(counts(&server, &ops, OUTCOMES).await, [1, 1, 1, 0]);
    assert_eq!(counts(&server, &builds, OUTCOMES).await, [1, 1, 0, 1]);
    server.slack.next("chat.postMessage", [SlackAnswer::Status(500)]);
    server.publish(TOPIC, r#"{"AlarmName":"message-2","NewStateValue":"OK"}"#).await;
    server.quiet().await;
    assert_eq!(counts(&server, &ops, OUTCOMES).await, [2, 1, 1, 0], "a retry is no failure yet");
    server.pass(1000).await;
    assert_eq!(counts(&server, &ops, OUTCOMES).await, [2, 1, 2, 0]);
    server.leaves_dead(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_is_deleted_is_counted_no_more() {
    let server = TestServer::start().await;
    let ops = server.configure("ops", "C1", &[TOPIC]).await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!(server.metric(&line(&ops, "delivered")).await, 1);
    let body = json!({ "ChatConfigurationArn": ops });
    server.call(DeleteSlackChannelConfiguration, body).await.no_content();
    let (_, text) = server.get("/metrics").await;
    assert!(!text.contains(&ops), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_can_be_left_out() {
    let server = TestServer::start_with(|settings| settings.metrics.by_configuration = false).await;
    let ops = server.configure("ops", "C1", &[TOPIC]).await;
    let builds = server.configure("builds", "C2", &[TOPIC]).await;
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    assert_eq!(counts(&server, "", OUTCOMES).await, [2, 2, 2, 0]);
    let (_, text) = server.get("/metrics").await;
    assert!(!text.contains(&ops) && !text.contains(&builds), "{text}");
}

/// AWS's limit, where it is wanted: what is too much in one second is kept, counted, and not told.
#[tokio::test(flavor = "multi_thread")]
async fn events_beyond_the_seconds_limit_are_throttled_and_counted() {
    let server = TestServer::start_with(|settings| settings.delivery.events_per_second = 2).await;
    let ops = server.configure("ops", "C1", &[TOPIC]).await;
    server.publish_numbered(TOPIC, 5).await;
    server.quiet().await;
    assert_eq!(counts(&server, &ops, ["processed", "throttled", "delivered"]).await, [5, 3, 2]);
    let states: Vec<_> = server.deliveries().await.iter().map(|delivery| delivery.state).collect();
    let (out, kept) = states.split_at(2);
    assert_eq!((out, kept), (&[DeliveryState::Delivered; 2][..], &[DeliveryState::Throttled; 3][..]));
    // The next second has its own.
    server.pass(1000).await;
    server.publish(TOPIC, "message-6").await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C1").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_digest_tells_of_is_processed_too() {
    let server = TestServer::start_with(|settings| settings.delivery.digest_after = 5).await;
    let ops = server.configure("ops", "C1", &[TOPIC]).await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }]);
    server.publish_numbered(TOPIC, 20).await;
    server.quiet().await;
    server.pass(30_000).await;
    assert_eq!(counts(&server, &ops, ["processed", "delivered"]).await, [20, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_aws_would_drop_is_dropped_if_that_is_wanted_and_can_be_brought() {
    let server = TestServer::start_with(|settings| settings.notifications.unsupported = Unsupported::Drop).await;
    let ops = server.configure("ops", "C1", &[TOPIC]).await;
    let event = |source: &str| {
        json!({"version": "0", "id": "e", "detail-type": "Order Shipped", "source": source, "account": "123456789012",
            "time": "2026-11-22T12:00:00Z", "region": "eu-west-1", "resources": [], "detail": {"state": "shipped"}})
    };
    let custom = json!({"version": "1.0", "source": "custom", "content": {"description": "message-custom"}});
    for message in ["message-text".to_owned(), event("com.example.shop").to_string(), custom.to_string()] {
        server.publish(TOPIC, &message).await;
    }
    server.publish(TOPIC, &event("aws.x").to_string()).await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C1").len(), 2, "the custom notification and the event of AWS");
    assert_eq!(counts(&server, &ops, OUTCOMES).await, [4, 2, 2, 0]);
    let dropped: Vec<_> =
        server.deliveries().await.into_iter().filter(|d| d.state == DeliveryState::Suppressed).collect();
    assert_eq!(dropped.len(), 2);
    assert!(dropped.iter().all(|d| d.reason.as_deref().is_some_and(|why| why.contains("notifications.unsupported"))));
    server.revive(&dropped[0]).await;
    server.pass(2000).await;
    assert!(server.slack.posted("C1")[2].body.to_string().contains("message-text"));
}
