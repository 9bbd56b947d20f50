//! `/healthz`, `/readyz`, `/metrics`.

use crate::kit::{SlackAnswer, TOPIC, TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn it_is_ready_as_long_as_the_store_is() {
    let server = TestServer::start().await;
    assert_eq!(server.get("/healthz").await, (200, "ok\n".to_owned()));
    assert_eq!(server.get("/readyz").await, (200, "ready\n".to_owned()));
    server.store().close().await;
    assert_eq!(server.get("/healthz").await.0, 200);
    let (status, text) = server.get("/readyz").await;
    assert_eq!(status, 503);
    assert_eq!(text, "the store is unavailable; see the log\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_tell_attempts_and_how_long_the_oldest_has_waited() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }]);
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    server.pass(29_000).await;
    let (_, text) = server.get("/metrics").await;
    assert!(text.contains("bellhop_oldest_pending_seconds 29.0\n"), "{text}");
    server.pass(1000).await;
    let attempts = |outcome| format!("bellhop_delivery_attempts_total{{platform=\"slack\",outcome=\"{outcome}\"}}");
    assert_eq!(server.metric(&attempts("retry")).await, 1);
    assert_eq!(server.metric(&attempts("delivered")).await, 1);
    let (_, text) = server.get("/metrics").await;
    assert!(text.contains("bellhop_oldest_pending_seconds 0.0\n") && text.ends_with("# EOF\n"), "{text}");
}
