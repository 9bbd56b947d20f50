//! What is refused at the door is in the ledger, with whom it came from; and a flood of it changes nothing else.

use store::RefusedMessage;

use crate::kit::{OTHER_TOPIC, SnsPost, TOPIC, TestServer, eventually};

/// How often the ledger is written.
const WRITTEN_EVERY_MS: i64 = 1000;

/// What the ledger has, the oldest first, once it is so many.
async fn recorded(server: &TestServer, count: usize) -> Vec<RefusedMessage> {
    eventually(&format!("{count} refused"), async || {
        server.clock.advance(WRITTEN_EVERY_MS);
        let mut refused = server.store().refused_messages(None, 1000).await.unwrap();
        refused.reverse();
        (refused.len() >= count).then_some(refused)
    })
    .await
}

async fn post(server: &TestServer, post: &SnsPost, status: u16) {
    assert_eq!(server.post_sns(post).await.0, status);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_in_the_ledger_with_the_reason_and_the_sender() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    post(&server, &server.sns.notification(OTHER_TOPIC, "nobody-listens").signed(), 404).await;
    let mut forged = server.sns.notification(TOPIC, "as-it-was-signed").signed();
    forged.body = forged.body.replace("as-it-was-signed", "as-it-was-changed");
    post(&server, &forged, 403).await;
    let mut nonsense = server.sns.notification(TOPIC, "message").signed();
    nonsense.body = "no JSON \0 at all".to_owned();
    post(&server, &nonsense, 400).await;
    let [unknown, bad, malformed] = <[RefusedMessage; 3]>::try_from(recorded(&server, 3).await).unwrap();
    assert_eq!((unknown.outcome.as_str(), unknown.topic_arn.as_deref()), ("unknown_topic", Some(OTHER_TOPIC)));
    assert!(unknown.body.contains("nobody-listens") && unknown.reason.contains(OTHER_TOPIC), "{unknown:?}");
    assert_eq!(bad.outcome, "bad_signature");
    assert!(bad.body.contains("as-it-was-changed") && bad.message_id.is_some(), "{bad:?}");
    assert_eq!((malformed.outcome.as_str(), malformed.body.as_str()), ("malformed", "no JSON \u{fffd} at all"));
    for refused in [unknown, bad, malformed] {
        assert_eq!(refused.source, "127.0.0.1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_is_kept_to_its_beginning() {
    let server = TestServer::start().await;
    let mut large = server.sns.notification(TOPIC, "message").signed();
    large.body = "é".repeat(20_000);
    post(&server, &large, 400).await;
    let refused = recorded(&server, 1).await;
    assert_eq!(refused[0].body, "é".repeat(8 * 1024));
}

/// Nobody waits for the ledger, and what is more than it takes in a second is counted.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_answered_at_once_and_costs_one_write_a_second() {
    const FLOOD: usize = 400;
    const ROOM: u64 = 2 * 256;
    let server = TestServer::start().await;
    let mut nonsense = server.sns.notification(TOPIC, "message").signed();
    nonsense.body = "nonsense".to_owned();
    let lost = "bellhop_refused_unrecorded_total";
    // The clock stands still: nothing is written, and all are answered.
    let mut sent = 0;
    while server.metric(lost).await == 0 {
        assert!(sent < ROOM, "the queue takes more than it should");
        for _ in 0..FLOOD / 10 {
            post(&server, &nonsense, 400).await;
            sent += 1;
        }
    }
    assert!(server.store().refused_messages(None, 1).await.unwrap().is_empty(), "written before its second");
    let kept = usize::try_from(sent - server.metric(lost).await).unwrap();
    assert_eq!(recorded(&server, kept).await.len(), kept, "each is in the ledger or counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_when_the_server_stops_is_written() {
    let mut server = TestServer::start().await;
    post(&server, &server.sns.notification(OTHER_TOPIC, "nobody-listens").signed(), 404).await;
    server.restart().await;
    assert_eq!(server.store().refused_messages(None, 10).await.unwrap().len(), 1);
}

/// What SNS brings again is not refused.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_store_could_not_take_is_not_called_refused() {
    let mut server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.store().close().await;
    post(&server, &server.sns.notification(TOPIC, "message").signed(), 503).await;
    server.restart().await;
    assert!(server.store().refused_messages(None, 10).await.unwrap().is_empty());
}
