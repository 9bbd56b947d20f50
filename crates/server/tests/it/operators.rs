//! Bellhop watches itself: what it finds is told in the operators' channel, and a heartbeat says that it looks.

use store::outbox::DeliveryState;

use crate::kit::{FakeWebhook, ManualClock, OTHER, SlackAnswer, TOPIC, TestServer, eventually};

const OPERATORS: &str = "arn:aws:chatbot::210987654321:chat-configuration/slack-channel/operators";
const MINUTE_MS: i64 = 60_000;

async fn watched() -> TestServer {
    let server = TestServer::start_with(|settings| {
        settings.operators.configuration_arn = Some(OPERATORS.parse().unwrap());
        settings.delivery.digest_after = 0;
    })
    .await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.configure_as(OTHER, "operators", "COPERATORS", &[]).await;
    server
}

fn told(server: &TestServer) -> Vec<String> {
    let posts = server.slack.posted("COPERATORS");
    posts.iter().map(|post| post.body["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_died_is_told_once_a_minute_with_the_reason() {
    let server = watched().await;
    server.slack.always("C1", SlackAnswer::Error("is_archived"));
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    server.pass(5000).await;
    server.pass(MINUTE_MS).await;
    eventually("operators are told", async || (!told(&server).is_empty()).then_some(())).await;
    let first = told(&server);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0].contains('3') && first[0].contains("ops"), "{first:?}");
    server.pass(5 * MINUTE_MS).await;
    assert_eq!(told(&server).len(), 1, "the same is told again");
    server.leaves_dead(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_falls_behind_is_told_once_and_when_it_has_caught_up() {
    let server = watched().await;
    server.slack.always("C1", SlackAnswer::Status(500));
    server.publish_numbered(TOPIC, 3).await;
    server.quiet().await;
    for _ in 0..15 {
        server.pass(MINUTE_MS).await;
    }
    eventually("operators are told", async || (!told(&server).is_empty()).then_some(())).await;
    assert_eq!(told(&server).len(), 1, "{:?}", told(&server));
    assert!(told(&server)[0].contains("C1"), "{:?}", told(&server));
    server.slack.always("C1", SlackAnswer::Ok);
    for _ in 0..12 {
        server.pass(MINUTE_MS).await;
    }
    eventually("operators are told of the end", async || (told(&server).len() == 2).then_some(())).await;
    eventually("all is delivered", async || {
        let deliveries = server.deliveries().await;
        deliveries.iter().all(|delivery| delivery.state == DeliveryState::Delivered).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heart_beats_while_the_store_answers() {
    let clock = ManualClock::at_midday();
    let switch = FakeWebhook::start(std::sync::Arc::new(clock.clone()), (200, "")).await;
    let url = switch.url("/beat");
    let server = TestServer::start_at(clock, |settings| settings.operators.heartbeat_url = Some(url)).await;
    for beats in 1..=3 {
        server.pass(MINUTE_MS).await;
        eventually("a beat", async || (switch.beats() == beats).then_some(())).await;
    }
    server.store().close().await;
    server.clock.advance(MINUTE_MS);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(switch.beats(), 3);
}
