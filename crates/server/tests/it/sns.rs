//! `POST /sns`: what SNS is told, and that each answer is counted. 200 is a promise: the rows are there.

mod certificates;
mod confirmations;

use serde_json::json;
use store::outbox::DeliveryState;

use crate::kit::{OPS, OTHER, OTHER_TOPIC, SnsPost, TOPIC, TestServer, eventually};

/// Posts and answers the status, after checking that exactly one more request counts as `outcome`.
async fn outcome(server: &TestServer, post: &SnsPost, outcome: &str) -> u16 {
    let line = format!("bellhop_sns_messages_total{{outcome=\"{outcome}\"}}");
    let before = server.metric(&line).await;
    let (status, text) = server.post_sns(post).await;
    assert_eq!(server.metric(&line).await, before + 1, "{outcome}: {status} {text}");
    status
}

/// A server whose channel C1 listens to [`TOPIC`].
async fn listening() -> TestServer {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_is_accepted_and_arrives() {
    let server = listening().await;
    for version in ["1", "2"] {
        let envelope = server.sns.notification(TOPIC, &format!("message-{version}"));
        let post = envelope.with("SignatureVersion", version).with("Subject", "a\nsubject").signed();
        assert_eq!(outcome(&server, &post, "accepted").await, 200, "version {version}");
    }
    let posts = server.slack_requests("chat.postMessage", 2).await;
    assert_eq!((posts[0].channel(), posts[0].marker().as_str()), ("C1", "message-1"));
    assert_eq!(posts[1].marker(), "message-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_listening_configuration_gets_it_with_its_own_token() {
    let server = listening().await;
    server.configure("builds", "C2", &[OTHER_TOPIC, TOPIC]).await;
    server.configure("deaf", "C3", &[OTHER_TOPIC]).await;
    server.configure_as(OTHER, "theirs", "C4", &[TOPIC]).await;
    server.publish(TOPIC, "message-1").await;
    let posts = server.slack_requests("chat.postMessage", 3).await;
    let mut got: Vec<_> = posts.iter().map(|post| (post.channel(), post.token.as_str())).collect();
    got.sort_unstable();
    assert_eq!(got, [("C1", "xoxb-ops"), ("C2", "xoxb-ops"), ("C4", "xoxb-other")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_message_arrives_once() {
    let server = listening().await;
    let post = server.sns.notification(TOPIC, "message-1").signed();
    assert_eq!(outcome(&server, &post, "accepted").await, 200);
    assert_eq!(outcome(&server, &post, "repeated").await, 200);
    server.pass(60_000).await;
    assert_eq!(outcome(&server, &post, "repeated").await, 200);
    server.quiet().await;
    assert_eq!(server.deliveries().await.len(), 1);
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_repeated_at_the_same_moment_arrives_once() {
    let server = listening().await;
    let post = server.sns.notification(TOPIC, "message-1").signed();
    let [a, b, c, d] = [&post; 4].map(|post| server.post_sns(post));
    let statuses = tokio::join!(a, b, c, d);
    assert_eq!([statuses.0.0, statuses.1.0, statuses.2.0, statuses.3.0], [200; 4]);
    server.quiet().await;
    assert_eq!(server.deliveries().await.len(), 1);
}

/// The same `MessageId` of another topic is another message.
#[tokio::test(flavor = "multi_thread")]
async fn message_ids_are_the_topics_own() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC, OTHER_TOPIC]).await;
    for topic in [TOPIC, OTHER_TOPIC] {
        let post = server.sns.notification(topic, "message-1").with("MessageId", "the-same").signed();
        assert_eq!(outcome(&server, &post, "accepted").await, 200);
    }
    server.slack_requests("chat.postMessage", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_nobody_lists_is_404() {
    let server = listening().await;
    let post = server.sns.notification(OTHER_TOPIC, "message-1").signed();
    assert_eq!(outcome(&server, &post, "unknown_topic").await, 404);
    assert!(server.deliveries().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_after_it_was_signed_is_403() {
    let server = listening().await;
    let signed = server.sns.notification(TOPIC, "message-1").with("Subject", "s").signed();
    let forged = [
        signed.clone().tampered("Message", "message-2"),
        signed.clone().tampered("Subject", "t"),
        signed.clone().tampered("Timestamp", "2026-11-22T12:00:01Z"),
        signed.clone().tampered("MessageId", "another").header("x-amz-sns-message-id", Some("another")),
        signed.clone().tampered("SignatureVersion", "1"),
        signed.clone().tampered("Signature", "bm90IGEgc2lnbmF0dXJl"),
        signed.clone().tampered("Signature", "not base64"),
        signed.clone().tampered("Signature", ""),
    ];
    for post in forged {
        assert_eq!(outcome(&server, &post, "bad_signature").await, 403, "{}", post.body);
    }
    assert!(server.deliveries().await.is_empty());
    assert_eq!(outcome(&server, &signed, "accepted").await, 200);
    server.slack_requests("chat.postMessage", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_400() {
    let server = listening().await;
    let good = || server.sns.notification(TOPIC, "message-1");
    let raw = |body: &str| SnsPost { body: body.to_owned(), ..good().signed() };
    let malformed = [
        raw(""),
        raw("hello"),
        raw("{}"),
        raw("[]"),
        raw(&"[".repeat(100_000)),
        raw(&json!({ "Type": "Notification", "Message": 1 }).to_string()),
        good().with("Type", "Gossip").signed(),
        good().with("SignatureVersion", "3").signed(),
        good().with("TopicArn", "arn:aws:sqs:eu-west-1:123456789012:q").signed(),
        good().without("MessageId").signed(),
        good().with("MessageId", &"m".repeat(129)).signed(),
        server.sns.confirmation("SubscriptionConfirmation", TOPIC).without("Token").signed(),
    ];
    for post in malformed {
        let begin: String = post.body.chars().take(80).collect();
        assert_eq!(outcome(&server, &post, "malformed").await, 400, "{begin}");
    }
    assert_eq!(server.sns.certificate_fetches(), 0, "the signature of no message is asked about");
}

/// SNS does not sign it: whoever knew the URL could have sent it. The refusal says what to do instead.
#[tokio::test(flavor = "multi_thread")]
async fn a_raw_message_is_403_and_told_the_remedy() {
    let server = listening().await;
    let large = "x".repeat(300 * 1024);
    for body in ["message-1", "{\"AlarmName\":\"message-1\"}", &large] {
        let good = server.sns.notification(TOPIC, "message-1").signed();
        let raw = SnsPost { body: body.to_owned(), ..good }.header("x-amz-sns-rawdelivery", Some("true"));
        assert_eq!(outcome(&server, &raw, "bad_signature").await, 403);
        let (_, text) = server.post_sns(&raw).await;
        assert!(text.contains("`RawMessageDelivery` = `false`") && text.contains("`ingest.sqs`"), "{text}");
    }
    assert!(server.deliveries().await.is_empty());
}

/// What an `InputTransformer` of an event rule makes of an event is anything: it comes in an ordinary, signed envelope.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_input_transformer_made_is_accepted() {
    let server = listening().await;
    let made = [
        ("\"Instance i-0abc is now stopped.\"", "Instance i-0abc is now stopped."),
        ("{\"instance\": \"i-0abc\", \"state\": \"stopped\"}", "i-0abc"),
        ("[\"i-0abc\", null, 17]", "i-0abc"),
        ("Instance i-0abc: <detail.state>", "Instance i-0abc: &lt;detail.state&gt;"),
    ];
    for (index, (message, shown)) in made.into_iter().enumerate() {
        let post = server.sns.notification(TOPIC, message).signed();
        assert_eq!(outcome(&server, &post, "accepted").await, 200, "{message}");
        let posts = server.slack_requests("chat.postMessage", index + 1).await;
        assert!(posts[index].body.to_string().contains(shown), "{shown}: {:#}", posts[index].body);
        server.pass(1000).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_disagree_with_the_body_are_400() {
    let server = listening().await;
    let good = server.sns.notification(TOPIC, "message-1").signed();
    for (header, value) in [
        ("x-amz-sns-message-type", Some("SubscriptionConfirmation")),
        ("x-amz-sns-message-type", None),
        ("x-amz-sns-message-id", Some("another")),
        ("x-amz-sns-topic-arn", Some(OTHER_TOPIC)),
    ] {
        let post = good.clone().header(header, value);
        assert_eq!(outcome(&server, &post, "malformed").await, 400, "{header}: {value:?}");
    }
    // The type alone must be there: an emulator may leave out the others.
    let bare = good.header("x-amz-sns-message-id", None).header("x-amz-sns-topic-arn", None);
    assert_eq!(outcome(&server, &bare, "accepted").await, 200);
    server.slack_requests("chat.postMessage", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_message_of_sns_is_taken_and_a_larger_one_is_413() {
    const LARGEST: usize = 256 * 1024;
    let server = listening().await;
    let marked = |length: usize| format!("message-1 {}", "\u{1}".repeat(length - "message-1 ".len()));
    let larger = server.sns.notification(TOPIC, &marked(LARGEST + 1)).signed();
    assert_eq!(outcome(&server, &larger, "too_large").await, 413);
    let nothing = SnsPost { body: " ".repeat(2 * 1024 * 1024), ..larger };
    assert_eq!(outcome(&server, &nothing, "too_large").await, 413);
    // Each of its characters is six in JSON.
    let largest = server.sns.notification(TOPIC, &marked(LARGEST)).signed();
    assert!(largest.body.len() > 6 * LARGEST - 100);
    assert_eq!(outcome(&server, &largest, "accepted").await, 200);
    server.slack_requests("chat.postMessage", 1).await;
}

/// 200 is said after the commit only: what a caller saw accepted is there when the server is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_in_the_store_and_without_a_store_nothing_is_accepted() {
    let server = listening().await;
    server.slack.always("C1", crate::kit::SlackAnswer::Status(500));
    server.publish(TOPIC, "message-1").await;
    assert_eq!(server.deliveries().await.len(), 1);
    server.leaves_pending(1);
    // The attempt that is under way needs the store too.
    server.slack_requests("chat.postMessage", 1).await;
    server.quiet().await;
    server.store().close().await;
    let (status, text) = server.post_sns(&server.sns.notification(TOPIC, "message-2").signed()).await;
    assert_eq!(status, 503, "{text}");
    assert_eq!(server.deliveries().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_for_a_configuration_of_another_account_does_not_leak() {
    let server = listening().await;
    server.configure_as(OTHER, "theirs", "C2", &[OTHER_TOPIC]).await;
    server.publish(OTHER_TOPIC, "message-1").await;
    let posts = server.slack_requests("chat.postMessage", 1).await;
    assert_eq!((posts[0].channel(), posts[0].token.as_str()), ("C2", "xoxb-other"));
    let delivered = eventually("it is delivered", async || {
        let deliveries = server.deliveries().await;
        deliveries.iter().all(|found| found.state == DeliveryState::Delivered).then_some(deliveries)
    })
    .await;
    assert!(delivered[0].configuration_arn.contains(OTHER.account_id));
    assert!(!delivered[0].configuration_arn.contains(OPS.account_id));
}
