//! Whose certificate is believed: from a trusted host, of RSA, valid now, fetched when needed and not more often.

use super::{listening, outcome};
use crate::kit::{FakeSns, Served, TOPIC};

/// A key that does not fit is asked for again after so long.
const REFETCH_AFTER_MS: i64 = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_fetched_once() {
    let server = listening().await;
    server.publish_numbered(TOPIC, 3).await;
    assert_eq!(server.sns.certificate_fetches(), 1);
    server.slack_requests("chat.postMessage", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_replaced_under_its_url_is_fetched_again_but_not_at_a_strangers_pace() {
    let server = listening().await;
    server.publish(TOPIC, "message-1").await;
    server.sns.rotate_key();
    let rotated = server.sns.notification(TOPIC, "message-2").signed();
    server.pass(REFETCH_AFTER_MS - 1).await;
    for _ in 0..3 {
        assert_eq!(outcome(&server, &rotated, "bad_signature").await, 403);
    }
    assert_eq!(server.sns.certificate_fetches(), 1, "a forged message must not make us fetch");
    server.pass(1).await;
    assert_eq!(outcome(&server, &rotated, "accepted").await, 200);
    assert_eq!(server.sns.certificate_fetches(), 2);
    server.slack_requests("chat.postMessage", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_expired_or_of_another_kind_is_403() {
    for served in [Served::Expired, Served::Elliptic] {
        let server = listening().await;
        server.sns.serve(served);
        let post = server.sns.notification(TOPIC, "message-1").signed();
        assert_eq!(outcome(&server, &post, "bad_signature").await, 403, "{served:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_down_or_fails_is_503_and_worth_another_try() {
    let server = listening().await;
    let post = server.sns.notification(TOPIC, "message-1").signed();
    for status in [500, 404, 302] {
        server.sns.serve(Served::Status(status));
        assert_eq!(outcome(&server, &post, "unavailable").await, 503, "{status}");
    }
    server.sns.serve(Served::Current);
    assert_eq!(outcome(&server, &post, "accepted").await, 200);
    server.slack_requests("chat.postMessage", 1).await;

    let server = listening().await;
    let post = server.sns.notification(TOPIC, "message-1").signed();
    server.sns.go_away().await;
    assert_eq!(outcome(&server, &post, "unavailable").await, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_trusted_is_403_and_never_asked() {
    let server = listening().await;
    let stranger = FakeSns::start(std::sync::Arc::new(server.clock.clone())).await;
    let by_stranger = stranger.notification(TOPIC, "message-1").signed();
    assert_eq!(outcome(&server, &by_stranger, "bad_signature").await, 403);
    assert_eq!(stranger.certificate_fetches(), 0);
    for url in [
        format!("http://{}/", server.sns.host()),
        format!("http://{}/x.pem", server.sns.host()),
        format!("http://user@{}/SimpleNotificationService-00.pem", server.sns.host()),
        format!("http://{}@{}/SimpleNotificationService-00.pem", server.sns.host(), stranger.host()),
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-00.pem".to_owned(),
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-00.pem".to_owned(),
        "https://sns.eu-west-1.amazonaws.com.evil.test/SimpleNotificationService-00.pem".to_owned(),
        "file:///etc/passwd".to_owned(),
        String::new(),
    ] {
        let post = server.sns.notification(TOPIC, "message-1").with("SigningCertURL", &url).signed();
        assert_eq!(outcome(&server, &post, "bad_signature").await, 403, "{url}");
    }
    assert_eq!((server.sns.certificate_fetches(), stranger.certificate_fetches()), (0, 0));
}
