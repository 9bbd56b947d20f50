//! Time and number: what takes long says so and ends, what is too much is refused, what AWS refuses is told.

use std::process::Command;

use serde_json::{Value, json};

use super::{Chat, DELETE, LIST, button, words};
use crate::kit::{AwsAnswer, SlackAnswer, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_command_says_that_it_runs_and_ends_at_its_deadline() {
    let chat = Chat::start().await;
    chat.aws.answers("DescribeAlarms", [AwsAnswer::Hang]);
    chat.mention("Ev1", "cloudwatch describe-alarms --region eu-west-1").await;
    chat.heard().await;
    chat.calls("DescribeAlarms", 1).await;
    assert!(chat.posts().is_empty());
    chat.server.clock.advance(3_000);
    let still = chat.post_after(0).await;
    assert!(words(&still).contains("Still running"), "{}", words(&still));
    chat.server.clock.advance(12_000);
    let ended = chat.server.slack_requests("chat.update", 1).await.remove(0);
    assert!(words(&ended).contains("within 15 s"), "{}", words(&ended));
    assert_eq!(ended.body["ts"].as_str(), still.posted.as_deref(), "in the place of the message that said so");
    assert_eq!(chat.posts().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_may_have_changed_something_nobody_claims_more_than_is_known() {
    let chat = Chat::start().await;
    chat.aws.answers("CreateLogGroup", [AwsAnswer::Break]);
    let shown = chat.say("Ev1", "logs create-log-group --log-group-name new --region eu-west-1").await;
    chat.press("1.2.a", &button(&shown, "Run command"), "U0ANNA").await;
    let told = chat.post_after(1).await;
    for word in ["may have run", "cloudtrail lookup-events", "AttributeValue=CreateLogGroup"] {
        assert!(words(&told).contains(word), "{word}: {}", words(&told));
    }
    assert_eq!(chat.aws.of("CreateLogGroup").len(), 1, "what may have happened is not asked for twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn awss_own_no_is_told_in_its_words() {
    let chat = Chat::start().await;
    chat.aws.answers("ListTagsForResource", [AwsAnswer::Refused(400, "ResourceNotFoundException")]);
    let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:x";
    let told = chat.say("Ev1", &format!("logs list-tags-for-resource --resource-arn {arn} --region eu-west-1")).await;
    for word in ["ResourceNotFoundException", "as the test says"] {
        assert!(words(&told).contains(word), "{word}: {}", words(&told));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_commands_run_at_once_and_the_next_is_told() {
    let chat = Chat::start_with(|settings| settings.commands.per_channel = 2).await;
    chat.aws.answers("DescribeAlarms", [AwsAnswer::Hang]);
    for id in ["Ev1", "Ev2"] {
        chat.mention(id, "cloudwatch describe-alarms --region eu-west-1").await;
    }
    chat.calls("DescribeAlarms", 2).await;
    chat.mention("Ev3", LIST).await;
    chat.heard().await;
    assert!(words(&chat.whispers()[0]).contains("2 commands of this channel"), "{}", words(&chat.whispers()[0]));
    let shown = chat.say("Ev4", DELETE).await;
    chat.press("1.2.a", &button(&shown, "Run command"), "U0ANNA").await;
    assert!(words(&chat.whispers()[1]).contains("2 commands of this channel"), "{}", words(&chat.whispers()[1]));
    chat.server.clock.advance(15_000);
    eventually("both end", async || {
        (chat.posts().len() + chat.server.slack.requests("chat.update").len() >= 3).then_some(())
    })
    .await;
    // The button is good still: nothing was run by it.
    eventually("it runs", async || {
        chat.press(&format!("1.2.{}", chat.whispers().len()), &button(&shown, "Run command"), "U0ANNA").await;
        (chat.aws.of("DeleteLogGroup").len() == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_waits_for_a_slack_that_is_busy_and_the_call_is_not_repeated() {
    let chat = Chat::start().await;
    chat.server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 30 }, SlackAnswer::Ok]);
    chat.mention("Ev1", LIST).await;
    chat.post_after(0).await;
    eventually("it waits as it was told", async || {
        let found = chat.server.store().chat_commands(None, 1).await.unwrap();
        (found.first()?.attempts == 1).then_some(())
    })
    .await;
    chat.server.clock.advance(30_000);
    let again = chat.post_after(1).await;
    assert_eq!(again.body["client_msg_id"], chat.posts()[0].body["client_msg_id"]);
    assert!(words(&again).contains("/app"), "{}", words(&again));
    chat.calls("DescribeLogGroups", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_is_in_the_audit_trail_without_what_is_secret() {
    let chat = Chat::start().await;
    let before = chat.server.audit_records().await.len();
    let shown = chat.say("Ev1", DELETE).await;
    chat.press("1.2.a", &button(&shown, "Run command"), "U0ANNA").await;
    chat.post_after(1).await;
    let records = chat.server.audited(before + 3).await.split_off(before);
    let step = |record: &Value| record["additionalEventData"]["step"].as_str().unwrap().to_owned();
    assert_eq!(records.iter().map(step).collect::<Vec<_>>(), ["asked", "started", "ended"]);
    for record in &records {
        assert_eq!(record["eventName"], "RunCommand");
        assert_eq!(record["requestParameters"]["service"], "logs");
        assert_eq!(record["requestParameters"]["operation"], "DeleteLogGroup");
        assert_eq!(record["userIdentity"]["principalId"], "T0OPS/U0ANNA");
        assert_eq!(record["readOnly"], json!(false));
    }
    let shown = chat
        .say("Ev2", "rds modify-db-instance --db-instance-identifier x --master-user-password hush --region eu-west-1")
        .await;
    chat.press("1.2.b", &button(&shown, "Cancel command"), "U0ANNA").await;
    let records = chat.server.audited(before + 5).await.split_off(before + 3);
    assert_eq!(records.iter().map(step).collect::<Vec<_>>(), ["asked", "cancelled"]);
    assert!(!records.iter().any(|record| record.to_string().contains("hush")), "{records:#?}");
    assert!(!words(&shown).contains("hush"), "{}", words(&shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_what_was_run_and_count_it() {
    let chat = Chat::start().await;
    chat.say("Ev1", LIST).await;
    let secret = "ssm put-parameter --name /db --value hunter2 --region eu-west-1";
    chat.server.clock.advance(1);
    let shown = chat.say("Ev2", secret).await;
    let list = |more: &[&str]| {
        let arguments = [
            "commands",
            "list",
            "--output",
            "json",
            "--data-dir",
            chat.server.settings.store.data_dir.to_str().unwrap(),
        ];
        let output =
            Command::new(env!("CARGO_BIN_EXE_bellhop")).args(arguments).args(more).env_clear().output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let listed: Value = serde_json::from_slice(&output.stdout).unwrap();
        listed["ChatCommands"].as_array().unwrap().clone()
    };
    let listed = list(&[]);
    let [waits, answered] = &listed[..] else { panic!("{listed:#?}") };
    assert_eq!((&waits["State"], &answered["State"]), (&json!("asked"), &json!("answered")));
    assert_eq!((&answered["By"], &answered["Command"]), (&json!("U0ANNA"), &json!(LIST)));
    let line = waits["Command"].as_str().unwrap();
    assert!(line.starts_with("ssm put-parameter --name") && !line.contains("hunter2"), "{line}");
    assert_eq!(list(&["--after", waits["Id"].as_str().unwrap()]), std::slice::from_ref(answered));
    chat.press("1.2.a", &button(&shown, "Cancel command"), "U0ANNA").await;
    let cancelled = list(&["--max-items", "1"]).remove(0);
    assert_eq!((&cancelled["State"], &cancelled["Command"]), (&json!("cancelled"), &json!("")));
    for (outcome, count) in [("started", 1), ("done", 1), ("asked", 1), ("cancelled", 1)] {
        let line = format!("bellhop_commands_total{{outcome=\"{outcome}\"}}");
        assert_eq!(chat.server.metric(&line).await, count, "{line}");
    }
    assert_eq!(chat.server.metric("bellhop_command_seconds_count").await, 1);
}

/// The model calls a deletion idempotent: sent again, it is told `not found` of what the first one did.
#[tokio::test(flavor = "multi_thread")]
async fn what_changes_something_is_sent_once_whatever_the_model_calls_it() {
    let chat = Chat::start().await;
    let deletion = "DELETE /2015-03-31/functions/old";
    chat.aws.answers(deletion, [AwsAnswer::Break]);
    let shown = chat.say("Ev1", "lambda delete-function --function-name old --region eu-west-1").await;
    chat.press("1.2.a", &button(&shown, "Run command"), "U0ANNA").await;
    let told = chat.post_after(1).await;
    assert!(words(&told).contains("It may have run, or not"), "{}", words(&told));
    assert_eq!(chat.aws.of(deletion).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_by_its_name_is_in_the_audit_trail() {
    let chat = Chat::start().await;
    let before = chat.server.audit_records().await.len();
    chat.mention("Ev1", "ecr get-login-password --region eu-west-1").await;
    chat.heard().await;
    let record = chat.server.audited(before + 1).await.remove(before);
    assert_eq!((&record["eventName"], &record["errorCode"]), (&json!("RunCommand"), &json!("AccessDenied")));
    assert_eq!(record["additionalEventData"]["step"], "refused");
    assert!(chat.aws.requests().is_empty());
}
