//! Threads: notifications of one `threadId` are one thread, whose first message tells the latest.

mod alarms;

use std::path::Path;
use std::process::Command;

use serde_json::json;

use store::Picture;

use super::listening;
use crate::kit::{MIDDAY_MS, OTHER_TOPIC, SlackAnswer, SlackRequest, TEAM, TOPIC, TestServer};

/// A custom notification of a thread. Schema: AWS's documentation of custom notifications.
fn threaded(thread_id: &str, marker: &str) -> String {
    json!({
        "version": "1.0",
        "source": "custom",
        "content": { "title": marker, "description": format!("The description of {marker}") },
        "metadata": { "threadId": thread_id, "summary": format!("summary of {marker}") },
    })
    .to_string()
}

/// One command: whether it went well, stdout, stderr.
fn bellhop(arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bellhop")).args(arguments).env_clear().output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// One that goes well, on a server's data.
#[track_caller]
fn ok(data_dir: &Path, arguments: &[&str]) -> String {
    let (good, out, error) = bellhop(&[arguments, &["--data-dir", data_dir.to_str().unwrap()]].concat());
    assert!(good, "{arguments:?}: {error}");
    out
}

#[track_caller]
fn refused(data_dir: &Path, arguments: &[&str], contains: &str) {
    let (good, out, error) = bellhop(&[arguments, &["--data-dir", data_dir.to_str().unwrap()]].concat());
    assert!(!good && error.contains(contains), "{arguments:?}: {out}{error}");
}

async fn publish(server: &TestServer, thread_id: &str, marker: &str) {
    server.publish(TOPIC, &threaded(thread_id, marker)).await;
    server.quiet().await;
    // Whatever the pace allows: threads are not about time.
    server.pass(10_000).await;
}

/// Which message hangs on which.
fn threads(posts: &[SlackRequest]) -> Vec<(String, Option<&str>)> {
    posts.iter().map(|post| (post.marker(), post.thread_ts())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_is_a_reply_to_the_first_and_the_first_tells_it() {
    let server = listening().await;
    for marker in ["message-1", "message-2", "message-3"] {
        publish(&server, "deploy", marker).await;
    }
    publish(&server, "another", "message-4").await;
    let posts = server.slack.posted("C1");
    let parent = posts[0].posted.as_deref();
    let expected = [("message-1", None), ("message-2", parent), ("message-3", parent), ("message-4", None)];
    assert_eq!(threads(&posts), expected.map(|(marker, thread_ts)| (marker.to_owned(), thread_ts)));
    let updates = server.slack.requests("chat.update");
    assert_eq!(updates.len(), 2);
    for (update, latest) in updates.iter().zip(["message-2", "message-3"]) {
        assert_eq!((update.channel(), update.body["ts"].as_str()), ("C1", parent));
        assert_eq!(update.marker(), "message-1");
        let body = update.body.to_string();
        assert!(body.contains("Latest Update") && body.contains(&format!("summary of {latest}")), "{body}");
        assert!(body.contains("The description of message-1"), "its own text stays: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_keeps_its_picture_when_it_is_updated() {
    let server = listening().await;
    publish(&server, "deploy", "message-1").await;
    let posted = server.slack.posted("C1")[0].posted.clone().unwrap();
    let picture = Picture { file: "F0FILE".to_owned(), alt_text: "Graph of cpu".to_owned() };
    server.store().keep_picture(&format!("slack/{TEAM}/C1"), &posted, &picture, MIDDAY_MS).await.unwrap();
    publish(&server, "deploy", "message-2").await;
    // The file was deleted in Slack: the words are told all the same.
    server.slack.next("chat.update", [SlackAnswer::Error("invalid_blocks")]);
    publish(&server, "deploy", "message-3").await;
    let updates = server.slack.requests("chat.update");
    let files: Vec<_> = updates.iter().map(|update| update.body["blocks"][1]["slack_file"]["id"].as_str()).collect();
    assert_eq!(files, [Some("F0FILE"), Some("F0FILE"), None]);
    assert!(updates[2].body.to_string().contains("summary of message-3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_the_channels_own_and_outlives_a_restart() {
    let mut server = listening().await;
    server.configure("builds", "C2", &[OTHER_TOPIC]).await;
    publish(&server, "deploy", "message-1").await;
    server.publish(OTHER_TOPIC, &threaded("deploy", "message-2")).await;
    server.quiet().await;
    assert_eq!(server.slack.posted("C2")[0].thread_ts(), None);
    server.restart().await;
    publish(&server, "deploy", "message-3").await;
    let posts = server.slack.posted("C1");
    assert_eq!(posts[1].thread_ts(), posts[0].posted.as_deref());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_fails_is_tried_again_and_the_reply_is_not() {
    let server = listening().await;
    publish(&server, "deploy", "message-1").await;
    server.slack.next("chat.update", [SlackAnswer::Status(500), SlackAnswer::RateLimited { retry_after_seconds: 5 }]);
    publish(&server, "deploy", "message-2").await;
    server.pass(10_000).await;
    assert_eq!(server.slack.requests("chat.update").len(), 3);
    assert_eq!(server.slack.requests("chat.postMessage").len(), 2);
}

/// The first message was changed or deleted by a person: the reply stands all the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_slack_refuses_leaves_the_reply_delivered() {
    let server = listening().await;
    publish(&server, "deploy", "message-1").await;
    server.slack.next("chat.update", [SlackAnswer::Error("message_not_found")]);
    publish(&server, "deploy", "message-2").await;
    assert_eq!(server.slack.posted("C1").len(), 2);
    assert_eq!(server.slack.requests("chat.update").len(), 1);
}

/// What Slack says nothing of: somebody deleted the first message.
#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_stands_beside_its_thread_begins_a_new_one() {
    let server = listening().await;
    publish(&server, "deploy", "message-1").await;
    server.slack.next("chat.postMessage", [SlackAnswer::OkBesideThread]);
    publish(&server, "deploy", "message-2").await;
    assert!(server.slack.requests("chat.update").is_empty(), "there is nothing to update");
    publish(&server, "deploy", "message-3").await;
    let posts = server.slack.posted("C1");
    let [first, second] = [0, 1].map(|index: usize| posts[index].posted.as_deref());
    let expected = [("message-1", None), ("message-2", first), ("message-3", second)];
    assert_eq!(threads(&posts), expected.map(|(marker, thread_ts)| (marker.to_owned(), thread_ts)));
    assert_eq!(server.slack.requests("chat.update")[0].marker(), "message-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_to_a_thread_that_is_gone_opens_a_new_one() {
    let server = listening().await;
    publish(&server, "deploy", "message-1").await;
    server.slack.next("chat.postMessage", [SlackAnswer::Error("thread_not_found")]);
    publish(&server, "deploy", "message-2").await;
    publish(&server, "deploy", "message-3").await;
    let posts = server.slack.posted("C1");
    let expected = [("message-1", None), ("message-2", None), ("message-3", posts[1].posted.as_deref())];
    assert_eq!(threads(&posts), expected.map(|(marker, thread_ts)| (marker.to_owned(), thread_ts)));
    let updates = server.slack.requests("chat.update");
    assert_eq!(updates.len(), 1);
    assert_eq!(updates[0].marker(), "message-2");
}
