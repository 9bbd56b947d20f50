//! What mends itself is tried again, with growing waits and up to a day; what does not is dead with its reason.

use store::outbox::DeliveryState;

use super::{listening, markers, reason, times};
use crate::kit::{MIDDAY_MS, SlackAnswer, TOPIC, TestServer};

const HOUR_MS: i64 = 60 * 60 * 1000;

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_is_obeyed_to_the_millisecond() {
    let server = listening().await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }]);
    server.publish_numbered(TOPIC, 2).await;
    server.quiet().await;
    server.pass(29_999).await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1, "nothing goes to a channel that is to wait");
    server.pass(1).await;
    let requests = server.slack.requests("chat.postMessage");
    assert_eq!(times(&requests, MIDDAY_MS), [0, 30_000, 30_000]);
    assert_eq!(markers(&requests), ["message-1", "message-1", "message-2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_mends_itself_is_tried_again_with_growing_waits() {
    let server = TestServer::start_with(|settings| settings.delivery.request_timeout_seconds = 1).await;
    server.configure("ops", "C1", &[TOPIC]).await;
    let troubles = [
        SlackAnswer::Status(500),
        SlackAnswer::Reset,
        SlackAnswer::Truncated,
        SlackAnswer::Hang,
        SlackAnswer::Status(503),
        SlackAnswer::Error("internal_error"),
        SlackAnswer::Error("ratelimited"),
    ];
    let count = troubles.len();
    server.slack.next("chat.postMessage", troubles);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    // After the n-th failure the wait is anything up to 500 ms × 2^(n-1), and not less than the pace or 50 ms.
    for failed in 1..=count {
        assert_eq!(server.slack.requests("chat.postMessage").len(), failed);
        let ceiling_ms = 500 << (failed - 1);
        let due_at_ms = server.deliveries().await[0].due_at_ms.unwrap();
        let waits_ms = due_at_ms - server.slack.requests("chat.postMessage")[failed - 1].at_ms;
        assert!((50..=ceiling_ms.max(1000)).contains(&waits_ms), "after {failed}: {waits_ms} ms of {ceiling_ms}");
        server.pass(waits_ms - 1).await;
        assert_eq!(server.slack.requests("chat.postMessage").len(), failed, "too early");
        server.pass(1).await;
    }
    assert_eq!(markers(&server.slack.posted("C1")), ["message-1"]);
    assert_eq!(server.deliveries().await[0].attempts, i64::try_from(count).unwrap() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_fails_holds_its_channel_so_that_the_order_stays() {
    let server = listening().await;
    server.slack.next("chat.postMessage", [SlackAnswer::Status(500), SlackAnswer::Status(500)]);
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    server.pass(500).await;
    server.pass(1000).await;
    server.pass(5000).await;
    assert_eq!(markers(&server.slack.posted("C1")), ["message-1", "message-2", "message-3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_given_up_after_a_day() {
    let server = listening().await;
    server.slack.always("C1", SlackAnswer::Status(500));
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    server.pass(24 * HOUR_MS - 1).await;
    assert!(reason(&server, DeliveryState::Pending).await.contains("HTTP 500"));
    // The next attempt is the last: it begins after the day is over.
    server.pass(5 * 60 * 1000).await;
    let reason = reason(&server, DeliveryState::Dead).await;
    assert!(reason.contains("gave up after 24 h") && reason.contains("HTTP 500"), "{reason}");
    server.leaves_dead(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_person_can_mend_is_dead_at_once_and_does_not_hold_the_next() {
    for code in ["channel_not_found", "is_archived", "not_in_channel", "no_permission"] {
        let server = listening().await;
        server.slack.next("chat.postMessage", [SlackAnswer::Error(code)]);
        server.publish_numbered(TOPIC, 2).await;
        server.quiet().await;
        let deliveries = server.deliveries().await;
        assert_eq!(deliveries[0].state, DeliveryState::Dead);
        assert!(deliveries[0].reason.as_ref().unwrap().contains(code), "{deliveries:#?}");
        assert_eq!(markers(&server.slack.posted("C1")), ["message-2"]);
        // Mended and revived: it arrives, though late.
        server.revive(&deliveries[0]).await;
        assert_eq!(markers(&server.slack.posted("C1")), ["message-2", "message-1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_slack_refuses_is_dead_with_slacks_word() {
    let server = listening().await;
    server.slack.next("chat.postMessage", [SlackAnswer::Error("invalid_blocks"), SlackAnswer::Error("no_text")]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let reason = reason(&server, DeliveryState::Dead).await;
    assert!(reason.contains("no_text"), "{reason}");
    server.leaves_dead(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_layout_slack_refuses_is_said_in_a_line() {
    let server = listening().await;
    server.slack.next("chat.postMessage", [SlackAnswer::Error("msg_blocks_too_long")]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let posts = server.slack.posted("C1");
    assert_eq!(markers(&posts), ["message-1"]);
    let body = &posts[0].body;
    assert!(body.get("blocks").is_none() && body.get("attachments").is_none(), "{body}");
    assert!(body["text"].as_str().unwrap().contains("refused the layout"), "{body}");
    assert_eq!(server.deliveries().await[0].state, DeliveryState::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_revived_has_a_day_again() {
    let server = listening().await;
    server.slack.next("chat.postMessage", [SlackAnswer::Error("is_archived")]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    server.pass(30 * HOUR_MS).await;
    server.slack.next("chat.postMessage", [SlackAnswer::Status(500)]);
    server.revive(&server.deliveries().await[0]).await;
    assert!(reason(&server, DeliveryState::Pending).await.contains("HTTP 500"));
    server.pass(1000).await;
    assert_eq!(markers(&server.slack.posted("C1")), ["message-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_delivered_by_the_next_server_on_the_same_data() {
    let mut server = listening().await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }]);
    server.publish_numbered(TOPIC, 5).await;
    server.quiet().await;
    server.restart().await;
    server.pass(29_999).await;
    assert!(server.slack.posted("C1").is_empty(), "a restart does not forget that Slack said to wait");
    server.pass(1).await;
    server.pass(10_000).await;
    let expected: Vec<_> = (1..=5).map(|number| format!("message-{number}")).collect();
    assert_eq!(markers(&server.slack.posted("C1")), expected);
}
