//! What a command comes to in its thread: tables, the whole of a long output as a file, help that is turned over, search.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Chat, button, words};
use crate::kit::{AwsAnswer, SlackAnswer};

const LIST: &str = "logs describe-log-streams --log-group-name /app --region eu-west-1";

fn streams(count: usize) -> AwsAnswer {
    let stream = |at: usize| json!({"logStreamName": format!("worker-{at:03}"), "storedBytes": 36_048_000, "arn": "a"});
    AwsAnswer::Body(json!({"logStreams": (0..count).map(stream).collect::<Vec<_>>()}).to_string())
}

fn table(message: &crate::kit::SlackRequest) -> Option<&Value> {
    message.body["blocks"].as_array()?.iter().find(|block| block["type"] == "table")
}

#[tokio::test(flavor = "multi_thread")]
async fn many_things_are_counted_in_a_table_and_all_of_them_are_in_a_file_of_the_thread() {
    let chat = Chat::start().await;
    chat.aws.answers("DescribeLogStreams", [streams(137)]);
    let told = chat.say("Ev1", LIST).await;
    assert!(words(&told).contains("137 log streams in eu-west-1"), "{}", words(&told));
    assert!(words(&told).contains("… and 117 more"), "{}", words(&told));
    assert_eq!(table(&told).unwrap()["rows"].as_array().unwrap().len(), 21);
    let shared = chat.server.slack_requests("files.completeUploadExternal", 1).await.remove(0);
    assert_eq!((&shared.body["channel_id"], &shared.body["thread_ts"]), (&json!("C1"), &told.body["thread_ts"]));
    let uploads = chat.server.slack_requests("upload", 1).await;
    let text = STANDARD.decode(uploads[0].body["bytes"].as_str().unwrap()).unwrap();
    let whole: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(whole["logStreams"].as_array().unwrap().len(), 137);
    assert_eq!(chat.posts().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_slack_does_not_take_is_said() {
    let chat = Chat::start().await;
    chat.aws.answers("DescribeLogStreams", [streams(137)]);
    chat.server.slack.next("files.getUploadURLExternal", [SlackAnswer::Error("missing_scope")]);
    chat.say("Ev1", LIST).await;
    let said = chat.post_after(1).await;
    assert!(words(&said).contains("files:write"), "{}", words(&said));
    assert!(chat.server.slack.requests("upload").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_slack_refuses_its_tables_lines_say_the_same() {
    let chat = Chat::start().await;
    chat.aws.answers("DescribeLogStreams", [streams(3)]);
    chat.server.slack.next("chat.postMessage", [SlackAnswer::Error("invalid_blocks")]);
    let refused = chat.say("Ev1", LIST).await;
    assert!(table(&refused).is_some());
    let told = chat.post_after(1).await;
    assert!(table(&told).is_none() && words(&told).contains("worker-002"), "{}", words(&told));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_answered_as_the_aws_cli_prints_it() {
    let chat = Chat::start().await;
    chat.aws.answers("DescribeLogStreams", [streams(2)]);
    let told = chat.say("Ev1", &format!("{LIST} --query logStreams[].logStreamName --output text")).await;
    assert!(words(&told).contains("worker-000\\tworker-001"), "{}", words(&told));
}

#[tokio::test(flavor = "multi_thread")]
async fn help_of_a_service_is_turned_over_by_its_buttons() {
    let chat = Chat::start().await;
    let first = chat.say("Ev1", "ec2 --help").await;
    assert!(words(&first).contains("Page 1 of"), "{}", words(&first));
    // Anybody's.
    chat.press("1.2.a", &button(&first, "Next page"), "U0BEN").await;
    let second = chat.replaced(1).await;
    assert!(words(&second).contains("Page 2 of"), "{}", words(&second));
    let operation = chat.say("Ev2", "lambda invoke --help").await;
    for word in ["--function-name", "RequestResponse", "may change something"] {
        assert!(words(&operation).contains(word), "{word}: {}", words(&operation));
    }
    assert!(chat.aws.requests().is_empty(), "AWS is not asked for help");
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_found_by_words_and_nothing_of_feedback_is_sent() {
    let chat = Chat::start_with(|settings| {
        settings.commands.feedback_url = Some("https://feedback.example.com/aws".to_owned());
    })
    .await;
    let found = chat.say("Ev1", "search list buckets").await;
    assert!(words(&found).contains("s3api list-buckets"), "{}", words(&found));
    chat.mention("Ev2", "feedback it is slow").await;
    chat.heard().await;
    let told = &chat.whispers()[0];
    assert!(words(told).contains("https://feedback.example.com/aws"), "{}", words(told));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_says_what_may_have_been_meant() {
    let chat = Chat::start().await;
    let told = chat.say("Ev1", "logs describe-log-grups --region eu-west-1").await;
    assert!(
        words(&told).contains("describe-log-groups") && words(&told).contains("Nothing was run"),
        "{}",
        words(&told)
    );
    let denied = chat.aws.requests();
    assert!(denied.is_empty(), "{}", denied.len());
}
