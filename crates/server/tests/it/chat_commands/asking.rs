//! What is asked before a command runs, and who may answer.

use serde_json::json;

use super::{Chat, DELETE, LIST, button, has_button, words};
use crate::kit::{AwsAnswer, OWN_KEY, ROLE};

#[tokio::test(flavor = "multi_thread")]
async fn what_only_reads_runs_at_once_under_the_channels_role_and_answers_in_the_thread() {
    let chat = Chat::start().await;
    let answer = chat.say("Ev1", LIST).await;
    assert!(words(&answer).contains("/app"), "{}", words(&answer));
    assert_eq!((answer.channel(), answer.thread_ts()), ("C1", Some("1795348800.000100")));
    let calls = chat.calls("DescribeLogGroups", 1).await;
    assert_eq!((calls[0].service.as_str(), calls[0].region.as_str()), ("logs", "eu-west-1"));
    assert_ne!(calls[0].access_key_id, OWN_KEY, "a command never signs as the server");
    let role = chat.calls("AssumeRole", 1).await.remove(0).form();
    assert_eq!(role["RoleArn"], ROLE);
    assert!(role["RoleSessionName"].contains("U0ANNA"), "{role:?}");
    chat.mention("Ev1", LIST).await;
    chat.heard().await;
    chat.calls("DescribeLogGroups", 1).await;
    assert!(chat.aws.badly_signed().is_empty(), "{:?}", chat.aws.badly_signed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_something_is_shown_and_runs_when_its_asker_says_so() {
    let chat = Chat::start().await;
    let shown = chat.say("Ev1", DELETE).await;
    for word in [
        "logs delete-log-group --log-group-name old",
        "--region eu-west-1",
        "123456789012",
        ROLE,
        "AdministratorAccess",
    ] {
        assert!(words(&shown).contains(word), "{word}: {}", words(&shown));
    }
    chat.press("1.2.a", &button(&shown, "Run command"), "U0BEN").await;
    assert!(words(&chat.whispers()[0]).contains("not yours"), "{}", words(&chat.whispers()[0]));
    assert!(chat.aws.of("DeleteLogGroup").is_empty());
    chat.press("1.2.b", &button(&shown, "Run command"), "U0ANNA").await;
    let calls = chat.calls("DeleteLogGroup", 1).await;
    assert_eq!(calls[0].json(), json!({"logGroupName": "old"}));
    let started = chat.replaced(1).await;
    assert!(words(&started).contains("Started") && !has_button(&started), "{}", words(&started));
    let answer = chat.post_after(1).await;
    assert!(words(&answer).contains("logs delete-log-group"), "{}", words(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presses_run_it_once() {
    let chat = Chat::start().await;
    let shown = chat.say("Ev1", DELETE).await;
    let run = button(&shown, "Run command");
    chat.press("1.2.a", &run, "U0ANNA").await;
    chat.press("1.2.b", &run, "U0ANNA").await;
    assert!(words(&chat.whispers()[0]).contains("runs once"), "{}", words(&chat.whispers()[0]));
    // The same press, told twice by Slack.
    chat.press("1.2.a", &run, "U0ANNA").await;
    chat.post_after(1).await;
    assert_eq!(chat.aws.of("DeleteLogGroup").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_or_waited_for_too_long_never_runs() {
    let chat = Chat::start().await;
    let shown = chat.say("Ev1", DELETE).await;
    chat.press("1.2.a", &button(&shown, "Cancel command"), "U0ANNA").await;
    let cancelled = chat.replaced(1).await;
    assert!(words(&cancelled).contains("Cancelled") && !has_button(&cancelled), "{}", words(&cancelled));
    chat.press("1.2.b", &button(&shown, "Run command"), "U0ANNA").await;
    assert!(words(&chat.whispers()[0]).contains("was cancelled"), "{}", words(&chat.whispers()[0]));
    let late = chat.say("Ev2", DELETE).await;
    chat.server.clock.advance(60 * 60 * 1000);
    chat.press("1.2.c", &button(&late, "Run command"), "U0ANNA").await;
    assert!(words(&chat.whispers()[1]).contains("expired"), "{}", words(&chat.whispers()[1]));
    assert!(chat.aws.of("DeleteLogGroup").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_parameters_are_asked_for_in_a_form_and_shown_before_it_runs() {
    let chat = Chat::start().await;
    let needs = chat.say("Ev1", "logs put-retention-policy --retention-in-days 3 --region eu-west-1").await;
    assert!(words(&needs).contains("--log-group-name"), "{}", words(&needs));
    chat.press("1.2.a", &button(&needs, "Fill in parameters"), "U0ANNA").await;
    let view = chat.server.slack_requests("views.open", 1).await.remove(0).body;
    let ticket = view["view"]["private_metadata"].as_str().unwrap().to_owned();
    // A value is a value, whatever it looks like.
    chat.submit("1.2.b", &ticket, &[("log-group-name", "x --region us-east-1")]).await;
    let shown = chat.post_after(1).await;
    assert!(words(&shown).contains("x --region us-east-1"), "{}", words(&shown));
    chat.aws.answers("PutRetentionPolicy", [AwsAnswer::Body(String::new())]);
    chat.press("1.2.c", &button(&shown, "Run command"), "U0ANNA").await;
    let call = chat.calls("PutRetentionPolicy", 1).await.remove(0);
    assert_eq!(call.json(), json!({"logGroupName": "x --region us-east-1", "retentionInDays": 3}));
    assert_eq!(call.region, "eu-west-1");
}

/// Nothing runs that was not shown: a button is good for the words that it stood under.
#[tokio::test(flavor = "multi_thread")]
async fn a_button_under_other_words_does_nothing() {
    let chat = Chat::start().await;
    let shown = chat.say("Ev1", "logs create-log-group --log-group-name new --region eu-west-1").await;
    chat.aws.answers("CreateLogGroup", [AwsAnswer::Body(String::new())]);
    chat.press("1.2.a", &button(&shown, "Add optional parameters"), "U0ANNA").await;
    let view = chat.server.slack_requests("views.open", 1).await.remove(0).body;
    let ticket = view["view"]["private_metadata"].as_str().unwrap().to_owned();
    chat.submit("1.2.b", &ticket, &[("kms-key-id", "a-key")]).await;
    let changed = chat.post_after(1).await;
    assert!(words(&changed).contains("a-key"), "{}", words(&changed));
    chat.press("1.2.c", &button(&shown, "Run command"), "U0ANNA").await;
    assert!(words(&chat.whispers()[0]).contains("changed after this button"), "{}", words(&chat.whispers()[0]));
    assert!(chat.aws.of("CreateLogGroup").is_empty());
    chat.press("1.2.d", &button(&changed, "Run command"), "U0ANNA").await;
    assert_eq!(chat.calls("CreateLogGroup", 1).await[0].json()["kmsKeyId"], "a-key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_explained_and_nothing_runs() {
    let chat = Chat::start().await;
    let told = chat.say("Ev1", "logs describe-log-group --region eu-west-1").await;
    assert!(words(&told).contains("describe-log-groups"), "{}", words(&told));
    let told = chat.say("Ev2", "logs describe-log-groups --region eu-wset-1").await;
    assert!(words(&told).contains("eu-west-1"), "{}", words(&told));
    assert!(chat.aws.requests().is_empty(), "{:?}", chat.aws.requests());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_needs_a_role_of_their_own_gets_the_link_first() {
    let chat = Chat::start().await;
    let body = json!({"UserAuthorizationRequired": true});
    chat.server.call(wire::operations::Operation::UpdateAccountPreferences, body).await.ok(200);
    chat.mention("Ev1", LIST).await;
    chat.heard().await;
    assert!(words(&chat.whispers()[0]).contains("role of your own"), "{}", words(&chat.whispers()[0]));
    assert!(chat.aws.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_can_be_switched_off_and_kept_to_reading() {
    let chat = Chat::start_with(|settings| settings.commands.enabled = false).await;
    chat.mention("Ev1", LIST).await;
    chat.heard().await;
    assert!(words(&chat.whispers()[0]).contains("switched"), "{}", words(&chat.whispers()[0]));
    let chat = Chat::start_with(|settings| settings.commands.read_only_only = true).await;
    chat.mention("Ev1", DELETE).await;
    chat.heard().await;
    assert!(words(&chat.whispers()[0]).contains("change nothing"), "{}", words(&chat.whispers()[0]));
    chat.say("Ev2", LIST).await;
    assert!(chat.aws.of("DeleteLogGroup").is_empty());
}

/// Slack's messages have room for so much, and escaped signs take more.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_shown_whole_cannot_be_run() {
    let chat = Chat::start().await;
    let long = "x".repeat(4_500);
    let shown = chat.say("Ev1", &format!("logs create-log-group --log-group-name {long}y --region eu-west-1")).await;
    let blocks = shown.body["blocks"].as_array().unwrap();
    let texts = blocks.iter().filter_map(|block| block["text"]["text"].as_str());
    let whole: String = texts.flat_map(str::chars).filter(|c| ['x', 'y'].contains(c)).collect();
    assert!(whole.contains(&format!("{long}y")), "{}", words(&shown));
    let signs = "&amp;".repeat(4_500);
    chat.mention("Ev2", &format!("logs create-log-group --log-group-name {signs} --region eu-west-1")).await;
    chat.heard().await;
    assert!(words(&chat.whispers()[0]).contains("too long to be shown"), "{}", words(&chat.whispers()[0]));
}
