//! What AWS's sources say of one matter is one thread: an alarm's changes, a pipeline's stages. What becomes critical shows in the
//! channel whatever is preferred.

use serde_json::{Value, json};
use server::config::{ConfigurationThreadSettings, Settings};
use wire::operations::Operation::DeleteSlackChannelConfiguration;

use crate::deliveries::listening;
use crate::kit::{SlackAnswer, SlackRequest, TOPIC, TestServer};

const MINUTE_MS: i64 = 60 * 1000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const OPS_ARN: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";

/// SNS alarm JSON. Shape: the CloudWatch User Guide.
fn alarm(state: &str) -> String {
    json!({
        "AlarmName": "cpu", "AWSAccountId": "123456789012", "NewStateValue": state, "NewStateReason": "because",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu", "Region": "EU (Ireland)",
    })
    .to_string()
}

/// An execution, or a stage of it. Shape: the CodePipeline User Guide.
fn pipeline(step: Option<&str>, state: &str) -> String {
    let kind = if step.is_some() { "Stage" } else { "Pipeline" };
    json!({
        "version": "0", "id": "1", "source": "aws.codepipeline", "region": "eu-west-1", "account": "123456789012",
        "detail-type": format!("CodePipeline {kind} Execution State Change"), "time": "2026-11-22T18:20:16Z", "resources": [],
        "detail": { "pipeline": "web", "execution-id": "e-1", "state": state, "stage": step },
    })
    .to_string()
}

/// Publishes, and lets time pass until the next.
async fn publish(server: &TestServer, message: &str, then_ms: i64) {
    server.publish(TOPIC, message).await;
    server.pass(10_000).await;
    server.pass(then_ms - 10_000).await;
}

async fn start_with(change: impl FnOnce(&mut Settings)) -> TestServer {
    let server = TestServer::start_with(change).await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server
}

fn prefer(settings: &mut Settings, updates: &str) {
    settings.threads.updates = updates.parse().unwrap();
}

/// Of each message: the number of the one that it replies to, and whether it shows in the channel too.
fn shape(posts: &[SlackRequest]) -> Vec<(Option<usize>, bool)> {
    let number = |ts: &str| posts.iter().position(|post| post.posted.as_deref() == Some(ts)).unwrap();
    posts.iter().map(|post| (post.thread_ts().map(number), post.body["reply_broadcast"] == json!(true))).collect()
}

/// Of each update: the number of the message that was updated, its push line, its colour.
fn updates(server: &TestServer) -> Vec<(usize, String, String)> {
    let posts = server.slack.posted("C1");
    let number = |ts: &Value| posts.iter().position(|post| post.posted.as_deref() == ts.as_str()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |update: &SlackRequest| {
        let body = &update.body;
        (number(&body["ts"]), text(&body["text"]), text(&body["attachments"][0]["color"]))
    };
    server.slack.requests("chat.update").iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_that_rings_again_is_one_thread_and_is_seen_in_the_channel() {
    let server = listening().await;
    publish(&server, &alarm("ALARM"), 12 * MINUTE_MS).await;
    publish(&server, &alarm("OK"), 20 * HOUR_MS).await;
    publish(&server, &alarm("ALARM"), 3 * MINUTE_MS).await;
    publish(&server, &alarm("OK"), MINUTE_MS).await;
    assert_eq!(
        shape(&server.slack.posted("C1")),
        [(None, false), (Some(0), false), (Some(0), true), (Some(0), false)],
        "an alarm must not hide in an old thread"
    );
    let updates = updates(&server);
    let (red, green) = ("#d13212", "#1d8102");
    let expected = [
        ("🟢 OK: cpu · Resolved after 12 min", green),
        ("🔴 ALARM: cpu", red),
        // It took from when it began again.
        ("🟢 OK: cpu · Resolved after 3 min", green),
    ];
    assert_eq!(updates.len(), expected.len(), "{updates:#?}");
    for ((parent, text, colour), (begins, is)) in updates.iter().zip(expected) {
        assert!(*parent == 0 && text.starts_with(begins) && colour == is, "{updates:#?}");
    }
    let last = server.slack.requests("chat.update").pop().unwrap().body.to_string();
    for part in ["*Resolved after 3 min*", "🔴 *ALARM: cpu*", "because", "updates in this thread only"] {
        assert!(last.contains(part), "{part}: {last}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_window_a_new_thread_begins_but_an_end_joins_its_own() {
    let server = listening().await;
    publish(&server, &alarm("ALARM"), 25 * HOUR_MS).await;
    publish(&server, &alarm("OK"), 25 * HOUR_MS).await;
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    publish(&server, &alarm("OK"), MINUTE_MS).await;
    let posts = server.slack.posted("C1");
    assert_eq!(shape(&posts), [(None, false), (Some(0), false), (None, false), (Some(2), false)]);
    let updates = updates(&server);
    assert_eq!(updates.len(), 2);
    assert!(updates[0].1.contains("Resolved after 1 d 1 h"), "the first is not red for ever: {updates:#?}");
    assert!(updates[1].0 == 2 && updates[1].1.contains("Resolved after 1 min"), "{updates:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_shows_every_reply_in_the_channel_and_says_so() {
    let server = start_with(|settings| prefer(settings, "both")).await;
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    publish(&server, &alarm("OK"), MINUTE_MS).await;
    assert_eq!(shape(&server.slack.posted("C1")), [(None, false), (Some(0), true)]);
    let update = server.slack.requests("chat.update").pop().unwrap().body.to_string();
    assert!(update.contains("updates in this thread and the channel"), "{update}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipelines_stages_are_one_thread_and_a_failure_is_seen_in_the_channel() {
    let server = listening().await;
    for (step, state) in [
        (None, "STARTED"),
        (Some("Source"), "SUCCEEDED"),
        (Some("Build"), "STARTED"),
        (Some("Build"), "FAILED"),
        (None, "FAILED"),
    ] {
        publish(&server, &pipeline(step, state), MINUTE_MS).await;
    }
    let reply = (Some(0), false);
    assert_eq!(shape(&server.slack.posted("C1")), [(None, false), reply, reply, (Some(0), true), reply]);
    let updates = updates(&server);
    assert!(updates[3].1.starts_with("🔴 Pipeline web: FAILED · Failed after 4 min"), "{updates:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_of_nothing_threads_what_the_sender_threads_and_nothing_else() {
    let server = start_with(|settings| settings.threads.window_hours = 0).await;
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    publish(&server, &alarm("OK"), MINUTE_MS).await;
    publish(&server, &super::threaded("deploy", "message-1"), MINUTE_MS).await;
    publish(&server, &super::threaded("deploy", "message-2"), MINUTE_MS).await;
    let posts = server.slack.posted("C1");
    assert_eq!(shape(&posts), [(None, false), (None, false), (None, false), (Some(2), false)]);
    assert_eq!(updates(&server).len(), 1);
}

/// Who may publish to a topic must not be able to write over an alarm's message.
#[tokio::test(flavor = "multi_thread")]
async fn a_sender_cannot_choose_the_thread_of_an_alarm() {
    let server = listening().await;
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    let key = "alarm|arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu";
    publish(&server, &super::threaded(key, "message-1"), MINUTE_MS).await;
    assert_eq!(shape(&server.slack.posted("C1")), [(None, false), (None, false)]);
    assert!(updates(&server).is_empty());
}

/// SNS promises no order: a change that comes late is in the thread, and what the first message says stays the newest.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_does_not_turn_the_state_back() {
    let server = listening().await;
    let late = server.sns.notification(TOPIC, &alarm("INSUFFICIENT_DATA")).signed();
    server.pass(MINUTE_MS).await;
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    assert_eq!(server.post_sns(&late).await.0, 200);
    server.pass(10_000).await;
    assert_eq!(shape(&server.slack.posted("C1")), [(None, false), (Some(0), false)]);
    assert!(updates(&server).is_empty(), "{:#?}", updates(&server));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_between_reply_and_update_repeats_the_update_alone() {
    let mut server = listening().await;
    publish(&server, &alarm("ALARM"), 12 * MINUTE_MS).await;
    server.slack.next("chat.update", [SlackAnswer::Status(500)]);
    server.publish(TOPIC, &alarm("OK")).await;
    server.quiet().await;
    assert_eq!(server.slack.requests("chat.update").len(), 1);
    server.restart().await;
    server.pass(HOUR_MS).await;
    assert_eq!(shape(&server.slack.posted("C1")), [(None, false), (Some(0), false)]);
    let updates = updates(&server);
    assert_eq!(updates.len(), 2);
    // By when it happened, not by when it was told.
    assert!(updates[1].1.contains("Resolved after 12 min"), "{updates:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threads_first_message_that_is_deleted_is_replaced() {
    let server = listening().await;
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    server.slack.next("chat.postMessage", [SlackAnswer::Error("thread_not_found")]);
    publish(&server, &alarm("INSUFFICIENT_DATA"), MINUTE_MS).await;
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    // The second was told to Slack twice; that it failed as a reply is not a message.
    let posts = server.slack.posted("C1");
    assert_eq!(shape(&posts), [(None, false), (None, false), (Some(1), true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_are_set_beside_the_server_and_survive_the_configuration() {
    let server = listening().await;
    let data = &server.settings.store.data_dir;
    let set = ["preferences", "set", OPS_ARN, "--thread-updates", "both", "--thread-window", "2h"];
    let said = super::ok(data, &set);
    assert!(said.contains("thread updates `both`") && said.contains("2h"), "{said}");
    publish(&server, &alarm("ALARM"), HOUR_MS).await;
    publish(&server, &alarm("OK"), MINUTE_MS).await;
    let deleted = server.call(DeleteSlackChannelConfiguration, json!({ "ChatConfigurationArn": OPS_ARN })).await;
    assert_eq!(deleted.status, 204);
    server.configure("ops", "C1", &[TOPIC]).await;
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    publish(&server, &alarm("OK"), 3 * HOUR_MS).await;
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    let reply = (Some(0), true);
    assert_eq!(shape(&server.slack.posted("C1")), [(None, false), reply, reply, reply, (None, false)]);
    let listed = super::ok(data, &["preferences", "get", "--all", "--output", "json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let expected = json!([{
        "ChatConfigurationArn": OPS_ARN,
        "ThreadUpdates": { "Value": "both", "SetBy": "by hand" },
        "ThreadWindow": { "Value": "2h", "Seconds": 7200, "SetBy": "by hand" },
    }]);
    assert_eq!(listed["Preferences"], expected);
    super::ok(data, &["preferences", "reset", OPS_ARN]);
    let shown = super::ok(data, &["preferences", "get", OPS_ARN]);
    assert!(shown.contains("thread-only") && shown.contains("24h") && shown.contains("default"), "{shown}");
    super::refused(data, &["preferences", "reset", OPS_ARN], "nothing is set");
    super::refused(data, &["preferences", "set", OPS_ARN, "--thread-window", "31d"], "up to `30d`");
    super::refused(data, &["preferences", "set", OPS_ARN], "--thread-updates");
    let other = OPS_ARN.replace("ops", "none");
    let said = super::ok(data, &["preferences", "set", &other, "--thread-window", "0"]);
    assert!(said.contains("there is no such configuration now"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_settings_say_of_a_configuration_wins() {
    let server = start_with(|settings| {
        let both = ConfigurationThreadSettings { updates: Some("both".parse().unwrap()), window_hours: None };
        settings.threads.configurations.insert(OPS_ARN.to_owned(), both);
    })
    .await;
    let data = &server.settings.store.data_dir;
    super::ok(data, &["preferences", "set", OPS_ARN, "--thread-updates", "thread-only"]);
    publish(&server, &alarm("ALARM"), MINUTE_MS).await;
    publish(&server, &alarm("OK"), MINUTE_MS).await;
    assert_eq!(shape(&server.slack.posted("C1")), [(None, false), (Some(0), true)]);
}

/// The tool reads the same settings, and says when they win.
#[test]
fn a_set_that_the_settings_overrule_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bellhop.toml");
    let toml = format!(
        "[store]\ndata_dir = {:?}\n[threads]\nwindow_hours = 5\n[threads.configurations.\"{OPS_ARN}\"]\nupdates = \"both\"\n",
        directory.path()
    );
    std::fs::write(&file, toml).unwrap();
    let settings = ["--config", file.to_str().unwrap()];
    let run = |arguments: &[&str]| super::bellhop(&[arguments, &settings].concat());
    assert!(run(&["store", "migrate"]).0);
    let (good, said, error) = run(&["preferences", "set", OPS_ARN, "--thread-updates", "thread-only"]);
    assert!(good && said.contains("`both`") && said.contains("settings") && said.contains("wins"), "{said}{error}");
    let (_, said, _) = run(&["preferences", "set", OPS_ARN, "--thread-window", "7d"]);
    assert!(said.contains("7d") && !said.contains("wins"), "{said}");
    let (_, shown, _) = run(&["preferences", "get", OPS_ARN]);
    assert!(shown.contains("both") && shown.contains("settings") && shown.contains("by hand"), "{shown}");
    let (_, shown, _) = run(&["preferences", "get", &OPS_ARN.replace("ops", "other")]);
    assert!(shown.contains("5h") && shown.contains("default"), "{shown}");
}
