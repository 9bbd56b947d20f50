//! Queues of `ingest.sqs`: what they bring arrives once, what cannot be taken stays, and nothing is deleted before it is
//! committed.

mod faults;
mod trust;

use server::config::SqsQueueSettings;
use store::SubscriptionState;

use crate::kit::{FakeSqs, OTHER_TOPIC, SlackRequest, TOPIC, TestServer, eventually};

/// Longer than any pause of a poller.
const LONG_MS: i64 = 60_000;
/// SQS's own, which nobody changed here.
const VISIBILITY_TIMEOUT_MS: i64 = 30_000;

/// A server whose channel C1 listens to [`TOPIC`], and which polls a queue.
async fn polling(topic_arn: Option<&str>, change: impl FnOnce(&mut SqsQueueSettings)) -> (TestServer, FakeSqs) {
    let mut server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    let sqs = FakeSqs::start(std::sync::Arc::new(server.clock.clone())).await;
    let mut queue = sqs.settings(topic_arn);
    change(&mut queue);
    server.restart_with(|settings| settings.ingest.sqs.push(queue)).await;
    (server, sqs)
}

/// An envelope as SNS puts it into a queue: the text that it posts to an endpoint.
fn enveloped(server: &TestServer, topic_arn: &str, message: &str) -> String {
    server.sns.notification(topic_arn, message).signed().body
}

/// Waits until so many messages counted as `outcome`.
async fn counted(server: &TestServer, outcome: &str, count: u64) {
    let line = format!("bellhop_sqs_messages_total{{outcome=\"{outcome}\"}}");
    eventually(&format!("{count} × {outcome}"), async || {
        let found = server.metric(&line).await;
        assert!(found <= count, "{found} × {outcome}");
        (found == count).then_some(())
    })
    .await;
}

/// Waits until the queue is empty: all of it was deleted.
async fn drained(sqs: &FakeSqs) {
    eventually("the queue is empty", async || sqs.queued().is_empty().then_some(())).await;
}

/// Waits until the queue's only message is hidden for so long.
async fn hidden(sqs: &FakeSqs, seconds: i64) {
    eventually(&format!("hidden for {seconds} s"), async || {
        let queued = sqs.queued();
        (queued.len() == 1 && queued[0].hidden_seconds == seconds).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_arrives_and_is_deleted_with_and_without_the_queues_topic() {
    for topic_arn in [None, Some(TOPIC)] {
        let (server, sqs) = polling(topic_arn, |queue| queue.visibility_timeout_seconds = Some(120)).await;
        sqs.send(&enveloped(&server, TOPIC, "message-1"));
        let posts = server.slack_requests("chat.postMessage", 1).await;
        assert_eq!((posts[0].channel(), posts[0].marker().as_str()), ("C1", "message-1"));
        drained(&sqs).await;
        counted(&server, "accepted", 1).await;
        let receive = sqs.requests("ReceiveMessage")[0].body.clone();
        assert_eq!(
            (&receive["MaxNumberOfMessages"], &receive["WaitTimeSeconds"], &receive["VisibilityTimeout"]),
            (&10.into(), &20.into(), &120.into())
        );
        assert_eq!(server.sns.certificate_fetches(), 0, "what is in the queue is believed");
    }
}

/// A raw message is whatever somebody sent: of SNS with raw delivery, of an event rule without any SNS, by hand.
#[tokio::test(flavor = "multi_thread")]
async fn raw_messages_of_all_kinds_arrive_as_messages_of_the_queues_topic() {
    let (server, sqs) = polling(Some(TOPIC), |_| ()).await;
    for (raw, shown) in [
        (include_str!("../../assets/samples/cloudwatch-alarm.json"), "ALARM"),
        (include_str!("../../assets/samples/eventbridge.json"), "Instance i-0c8a41d7be29f5360: stopped"),
        ("\"Instance i-0abc is now \\\"stopped\\\".\"", "i-0abc is now"),
        ("{\"order\": \"o-17\", \"state\": \"shipped\"}", "o-17"),
        ("Backup done\nwith \u{1f514} and \u{1}", "Backup done"),
    ] {
        let before = server.slack.requests("chat.postMessage").len();
        sqs.send(raw);
        let posts = server.slack_requests("chat.postMessage", before + 1).await;
        assert!(posts[before].body.to_string().contains(shown), "{shown}: {:#}", posts[before].body);
        drained(&sqs).await;
        server.pass(1000).await;
    }
    counted(&server, "accepted", 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_came_together_arrive_in_their_order() {
    let (server, sqs) = polling(Some(TOPIC), |_| ()).await;
    let texts: Vec<_> = (1..=12).map(|number| format!("message-{number}")).collect();
    sqs.send_all(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    drained(&sqs).await;
    for _ in &texts {
        server.pass(1000).await;
    }
    let arrived: Vec<_> =
        server.slack_requests("chat.postMessage", 12).await.iter().map(SlackRequest::marker).collect();
    assert_eq!(arrived, texts);
}

/// The same message by the queue twice, and over HTTP too.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_again_arrives_once() {
    let (server, sqs) = polling(None, |_| ()).await;
    let post = server.sns.notification(TOPIC, "message-1").signed();
    sqs.send(&post.body);
    counted(&server, "accepted", 1).await;
    sqs.send(&post.body);
    counted(&server, "repeated", 1).await;
    assert_eq!(server.post_sns(&post).await.0, 200);
    drained(&sqs).await;
    server.quiet().await;
    assert_eq!(server.deliveries().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_taken_stays_and_is_hidden_for_longer_each_time() {
    let (server, sqs) = polling(None, |_| ()).await;
    sqs.send(&enveloped(&server, OTHER_TOPIC, "message-1"));
    for (count, seconds) in [(1, 60), (2, 120), (3, 240)] {
        counted(&server, "unknown_topic", count).await;
        hidden(&sqs, seconds).await;
        server.clock.advance(seconds * 1000);
    }
    assert!(sqs.requests("DeleteMessageBatch").is_empty());
    // Until somebody listens.
    counted(&server, "unknown_topic", 4).await;
    hidden(&sqs, 480).await;
    server.configure("builds", "C2", &[OTHER_TOPIC]).await;
    server.clock.advance(480_000);
    assert_eq!(server.slack_requests("chat.postMessage", 1).await[0].channel(), "C2");
    drained(&sqs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_the_queue_or_no_message_stays_with_its_outcome() {
    let large = "x".repeat(256 * 1024 + 1);
    for (topic_arn, body, outcome) in [
        (None, Some("message-1"), "no_topic"),
        (Some(OTHER_TOPIC), None, "other_topic"),
        (Some(TOPIC), Some(large.as_str()), "too_large"),
    ] {
        let (server, sqs) = polling(topic_arn, |_| ()).await;
        let envelope = enveloped(&server, TOPIC, "message-1");
        sqs.send(body.unwrap_or(&envelope));
        counted(&server, outcome, 1).await;
        hidden(&sqs, 60).await;
        assert!(server.deliveries().await.is_empty());
        assert!(sqs.requests("DeleteMessageBatch").is_empty());
    }
    let (server, sqs) = polling(None, |_| ()).await;
    sqs.send(&server.sns.notification(TOPIC, "message-1").with("SignatureVersion", "3").signed().body);
    counted(&server, "malformed", 1).await;
    hidden(&sqs, 60).await;
}

/// One that cannot be taken holds up no other.
#[tokio::test(flavor = "multi_thread")]
async fn the_others_of_a_batch_are_taken() {
    let (server, sqs) = polling(None, |_| ()).await;
    let (first, second) = (enveloped(&server, TOPIC, "message-1"), enveloped(&server, TOPIC, "message-2"));
    sqs.send_all(&[&first, "raw", &second]);
    server.slack_requests("chat.postMessage", 2).await;
    counted(&server, "no_topic", 1).await;
    hidden(&sqs, 60).await;
    assert_eq!(sqs.queued()[0].body, "raw");
}

/// The server is on a loopback address: a topic that no queue brings is manual for that reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_a_queue_brings_is_not_subscribed() {
    let (server, _sqs) = polling(Some(TOPIC), |_| ()).await;
    server.configure("builds", "C2", &[OTHER_TOPIC]).await;
    let reason = async |topic_arn: &str| {
        let row = server.store().topic_subscription(topic_arn).await.unwrap().unwrap();
        (row.state == SubscriptionState::Manual).then(|| row.reason.unwrap())
    };
    let other = eventually("the other topic was looked at", async || reason(OTHER_TOPIC).await).await;
    assert_eq!(other, "Amazon SNS cannot reach a loopback address");
    // It was manual for that reason too before the queue was there; it is looked at again after some minutes.
    eventually("the queue is the reason", async || {
        server.clock.advance(LONG_MS);
        reason(TOPIC).await.filter(|reason| reason == "a queue of `ingest.sqs` brings its messages")
    })
    .await;
}
