//! What goes wrong: a store that leaves, a queue that refuses, a server that stops half-way.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use domain::sns_message::TrustedHost;
use server::config::QueueTrust;

use super::{LONG_MS, VISIBILITY_TIMEOUT_MS, counted, drained, enveloped, hidden, polling};
use crate::kit::{SlackRequest, TOPIC, eventually};

/// A long poll takes twenty seconds and a certificate ten: a stop waits for neither.
const SOON: Duration = Duration::from_secs(5);
/// A poller's after its first failure.
const PAUSE_MS: i64 = 1000;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_while_the_store_is_away_and_nothing_is_received_in_vain() {
    let (mut server, sqs) = polling(Some(TOPIC), |_| ()).await;
    eventually("it polls", async || sqs.requests("ReceiveMessage").pop()).await;
    server.store().close().await;
    sqs.send_all(&["message-1", "message-2"]);
    counted(&server, "store_away", 2).await;
    let polls = sqs.requests("ReceiveMessage").len();
    // Each receive would bring the messages nearer to the dead-letter queue.
    for _ in 0..10 {
        server.clock.advance(LONG_MS);
        assert_eq!(server.get("/readyz").await.0, 503);
    }
    assert_eq!(sqs.requests("ReceiveMessage").len(), polls);
    let queued = sqs.queued();
    assert!(queued.len() == 2 && queued.iter().all(|message| message.receive_count == 1), "{queued:?}");
    server.restart().await;
    let mut posts = server.slack_requests("chat.postMessage", 2).await;
    posts.sort_by_key(SlackRequest::marker);
    assert_eq!([posts[0].marker(), posts[1].marker()], ["message-1", "message-2"]);
    drained(&sqs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_could_not_be_deleted_comes_again_and_arrives_once() {
    let (server, sqs) = polling(Some(TOPIC), |_| ()).await;
    sqs.fail_next("DeleteMessageBatch", "RequestThrottled");
    sqs.send("message-1");
    counted(&server, "accepted", 1).await;
    eventually("the failure is counted", async || {
        (server.metric("bellhop_sqs_calls_failed_total{call=\"delete\"}").await == 1).then_some(())
    })
    .await;
    hidden(&sqs, VISIBILITY_TIMEOUT_MS / 1000).await;
    server.quiet().await;
    server.clock.advance(VISIBILITY_TIMEOUT_MS);
    eventually("it was deleted", async || {
        server.clock.advance(PAUSE_MS);
        sqs.queued().is_empty().then_some(())
    })
    .await;
    counted(&server, "repeated", 1).await;
    assert_eq!(server.deliveries().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_refuses_is_asked_again_after_a_pause() {
    const FAILED: &str = "bellhop_sqs_calls_failed_total{call=\"receive\"}";
    let (mut server, sqs) = polling(Some(TOPIC), |_| ()).await;
    eventually("it polls", async || sqs.requests("ReceiveMessage").pop()).await;
    for _ in 0..3 {
        sqs.fail_next("ReceiveMessage", "AccessDenied");
    }
    // The poll that was under way when the faults were set is not one of them.
    server.restart().await;
    eventually("the first failure", async || (server.metric(FAILED).await == 1).then_some(())).await;
    // A loop without a pause would have used up the faults by now.
    for _ in 0..50 {
        assert_eq!(server.metric(FAILED).await, 1);
    }
    sqs.send("message-1");
    eventually("the message was taken", async || {
        server.clock.advance(PAUSE_MS);
        sqs.queued().is_empty().then_some(())
    })
    .await;
    assert_eq!(server.metric(FAILED).await, 3);
    server.slack_requests("chat.postMessage", 1).await;
}

/// The certificate's host takes the connection and says nothing: two messages are received and cannot be committed yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_half_way_shows_what_was_received_to_others_at_once() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = silent.local_addr().unwrap().to_string();
    let (mut server, sqs) = polling(None, |queue| queue.trust = QueueTrust::Signature).await;
    let trusted = TrustedHost::parse(&host).unwrap();
    server.restart_with(|settings| settings.sns.trusted_certificate_hosts.push(trusted)).await;
    let good = enveloped(&server, TOPIC, "message-1");
    let url = format!("http://{host}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem");
    let waits = server.sns.notification(TOPIC, "message-2").with("SigningCertURL", &url).signed().body;
    sqs.send_all(&[&good, &waits]);
    eventually("they are received", async || sqs.queued().iter().all(|m| m.receive_count == 1).then_some(())).await;
    eventually("the certificate of the first was fetched", async || {
        (server.sns.certificate_fetches() == 1).then_some(())
    })
    .await;
    let began = Instant::now();
    server.restart_with(|settings| settings.ingest.sqs[0].trust = QueueTrust::Queue).await;
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    let shown = sqs.requests("ChangeMessageVisibilityBatch");
    let [shown] = shown.as_slice() else {
        panic!("{shown:#?}");
    };
    let entries = shown.body["Entries"].as_array().unwrap();
    assert!(entries.len() == 2 && entries.iter().all(|entry| entry["VisibilityTimeout"] == 0), "{entries:#?}");
    // Not a second has passed, and both are received again.
    server.slack_requests("chat.postMessage", 2).await;
    drained(&sqs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_waits_does_not_hold_up_a_stop() {
    let (mut server, sqs) = polling(Some(TOPIC), |queue| queue.pollers = 3).await;
    eventually("all of them poll", async || (sqs.requests("ReceiveMessage").len() == 3).then_some(())).await;
    let began = Instant::now();
    server.restart_with(|settings| settings.ingest.sqs.clear()).await;
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}
