//! Messages that are longer than a Slack message can be: cut, said, and whole in a file of their thread.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::kit::{SlackAnswer, TOPIC, TestServer, eventually};

/// What was uploaded last, as text.
async fn uploaded(server: &TestServer, count: usize) -> String {
    let uploads = eventually("an upload", async || {
        Some(server.slack.requests("upload")).filter(|uploads| uploads.len() >= count)
    })
    .await;
    let bytes = uploads[count - 1].body["bytes"].as_str().unwrap();
    String::from_utf8(STANDARD.decode(bytes).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_room_is_whole_in_a_file_of_the_thread() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    let text = format!("message-long {}the end", "a long line of a log\n".repeat(2_000));
    server.publish(TOPIC, &text).await;
    server.quiet().await;
    let posted = server.slack.posted("C1");
    assert!(posted[0].body.to_string().contains("more characters)"), "{:#}", posted[0].body);
    assert_eq!(uploaded(&server, 1).await, text);
    let shared = server.slack_requests("files.completeUploadExternal", 1).await;
    assert_eq!((&shared[0].body["channel_id"], &shared[0].body["thread_ts"]), (&json!("C1"), &json!(posted[0].posted)));
    // JSON is laid out, and what looks secret stays hidden.
    let list: Vec<_> = (0..900).map(|n| json!({"number": n, "password": "hunter2"})).collect();
    server.publish(TOPIC, &json!({ "list": list }).to_string()).await;
    server.pass(2000).await;
    let json = uploaded(&server, 2).await;
    assert!(json.contains("\"number\": 899") && !json.contains("hunter2"), "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_message_has_no_file_and_a_token_that_may_not_upload_costs_nothing() {
    let server = TestServer::start().await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server.slack.next("files.getUploadURLExternal", [SlackAnswer::Error("missing_scope")]);
    server.publish(TOPIC, "message-short").await;
    for number in 0..2 {
        server.publish(TOPIC, &format!("message-{number} {}", "long ".repeat(4_000))).await;
        server.pass(2000).await;
        server.slack_requests("files.getUploadURLExternal", 1).await;
    }
    server.quiet().await;
    assert_eq!(server.slack.posted("C1").len(), 3);
    assert_eq!(server.slack.requests("files.getUploadURLExternal").len(), 1, "it is not asked again");
    assert!(server.slack.requests("upload").is_empty());
}
