//! `bellhop deliveries` beside a server that runs: what became of each message, and what is sent again.

use std::path::Path;
use std::process::Command;

use server::clock::{Clock as _, SystemClock, iso8601};
use store::outbox::DeliveryState;

use crate::kit::{OPS_TOKEN, OTHER_TOPIC, SlackAnswer, SlackRequest, TOPIC, TestServer, eventually};

/// One command on a server's data, which must go well: what it prints.
fn bellhop(data_dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .args(arguments)
        .args(["--data-dir", data_dir.to_str().unwrap()])
        .env_clear()
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(output.stderr));
    text(output.stdout)
}

/// A server whose clock is the command's, and whose channel C1 listens to [`TOPIC`].
async fn listening() -> TestServer {
    let server = TestServer::start_with(|settings| settings.delivery.digest_after = 0).await;
    server.clock.advance((SystemClock.now_ms() - server.clock.now_ms()).max(0));
    server.configure("ops", "C1", &[TOPIC]).await;
    server
}

/// What another process changed is seen when the server looks next: time passes until so many are posted.
async fn posted(server: &TestServer, count: usize) -> Vec<String> {
    eventually(&format!("{count} are posted"), async || {
        server.clock.advance(1000);
        let posted = server.slack.posted("C1");
        (posted.len() >= count).then(|| posted.iter().map(SlackRequest::marker).collect())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_sends_what_did_not_arrive_and_with_delivered_too_all_of_it() {
    let server = listening().await;
    let data = server.settings.store.data_dir.clone();
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    server.slack.next("chat.postMessage", [SlackAnswer::Error("is_archived")]);
    server.publish(TOPIC, "message-2").await;
    server.quiet().await;
    let replay = |more: &[&str]| {
        let hour_ms = 60 * 60 * 1000;
        let (since, until) = (iso8601(server.clock.now_ms() - hour_ms), iso8601(server.clock.now_ms() + hour_ms));
        bellhop(&data, &[&["deliveries", "replay", "--since", &since, "--until", &until], more].concat())
    };
    assert!(replay(&["--dry-run"]).starts_with("1 deliveries of "));
    assert_eq!(server.deliveries().await[1].state, DeliveryState::Dead, "it was only asked");
    assert!(replay(&["--topic", OTHER_TOPIC]).starts_with("0 deliveries of "));
    assert!(replay(&[]).starts_with("1 deliveries of "));
    assert_eq!(posted(&server, 2).await, ["message-1", "message-2"]);
    server.quiet().await;
    assert!(replay(&["--delivered-too"]).starts_with("2 deliveries of "));
    assert_eq!(posted(&server, 4).await, ["message-1", "message-2", "message-1", "message-2"]);
    let shown = bellhop(&data, &["deliveries", "show", "2"]);
    assert!(shown.contains("dead") && shown.contains("is_archived") && shown.contains("replayed"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_says_for_what_and_pauses_are_listed() {
    let server = listening().await;
    let data = server.settings.store.data_dir.clone();
    server.slack.token(OPS_TOKEN, Some(SlackAnswer::Error("token_revoked")));
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    let listed = bellhop(&data, &["deliveries", "list", "--state", "held"]);
    assert!(
        listed.contains("held since ") && listed.contains("Slack workspace") && listed.contains("token_revoked"),
        "{listed}"
    );
    assert!(listed.contains("tried again"), "{listed}");
    let pauses = bellhop(&data, &["deliveries", "pauses"]);
    assert!(pauses.contains("token_revoked") && pauses.contains("1 held"), "{pauses}");
    assert_eq!(bellhop(&data, &["deliveries", "list", "--state", "dead"]), "no deliveries\n");
    server.leaves_pending(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_listed_and_shown() {
    let server = listening().await;
    let data = server.settings.store.data_dir.clone();
    let post = server.sns.notification(OTHER_TOPIC, "nobody-listens").signed();
    assert_eq!(server.post_sns(&post).await.0, 404);
    eventually("it is written", async || {
        server.clock.advance(1000);
        let listed = bellhop(&data, &["deliveries", "list", "--refused"]);
        (listed.contains("unknown_topic") && listed.contains(OTHER_TOPIC) && listed.contains("127.0.0.1")).then_some(())
    })
    .await;
    assert!(bellhop(&data, &["deliveries", "show", "--refused", "1"]).contains("nobody-listens"));
}
