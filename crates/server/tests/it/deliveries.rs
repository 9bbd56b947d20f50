//! What becomes of an accepted message on its way to Slack: order, pace, retries, threads, and what it dies of.

mod changes;
mod digests;
mod pace;
mod pauses;
mod retries;
mod teams_bot;
mod threads;
mod webhooks;

use store::outbox::{Delivery, DeliveryState};

use crate::kit::{SlackAnswer, SlackRequest, TOPIC, TestServer};

/// A server whose channel C1 listens to [`TOPIC`].
async fn listening() -> TestServer {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server
}

fn markers(posts: &[SlackRequest]) -> Vec<String> {
    posts.iter().map(SlackRequest::marker).collect()
}

/// When each request arrived, in milliseconds after `from_ms`.
fn times(requests: &[SlackRequest], from_ms: i64) -> Vec<i64> {
    requests.iter().map(|request| request.at_ms - from_ms).collect()
}

/// The reason of the one delivery, which must be in this state.
async fn reason(server: &TestServer, state: DeliveryState) -> String {
    let deliveries = server.deliveries().await;
    let [Delivery { state: found, reason, .. }] = deliveries.as_slice() else {
        panic!("not one delivery: {deliveries:#?}");
    };
    assert_eq!(*found, state, "{reason:?}");
    reason.clone().unwrap_or_default()
}

/// What a test says as it fails, which it must.
fn failure_of<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) -> String {
    let run = || tokio::runtime::Runtime::new().unwrap().block_on(test());
    let panic = std::thread::spawn(run).join().expect_err("the test passed");
    panic.downcast_ref::<String>().cloned().expect("it failed without a text")
}

/// The kit's own promise, without which the tests here would not notice a message that nobody looks for.
#[test]
fn a_test_that_leaves_a_message_undelivered_fails() {
    let failure = failure_of(|| async {
        let server = listening().await;
        server.slack.next("chat.postMessage", [SlackAnswer::Status(500)]);
        server.publish(TOPIC, "message-1").await;
    });
    assert!(failure.contains("left over") && failure.contains("500"), "{failure}");
}

#[test]
fn a_test_that_leaves_a_dead_message_fails() {
    let failure = failure_of(|| async {
        let server = listening().await;
        server.slack.next("chat.postMessage", [SlackAnswer::Error("is_archived")]);
        server.publish(TOPIC, "message-1").await;
        server.quiet().await;
    });
    assert!(failure.contains("left over") && failure.contains("is_archived"), "{failure}");
}
