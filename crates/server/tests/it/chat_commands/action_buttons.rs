//! Buttons of notifications: which show, what a press runs, and where its result stands.

use serde_json::{Value, json};
use wire::operations::Operation::{
    AssociateToConfiguration, CreateCustomAction, DeleteCustomAction, UpdateCustomAction,
    UpdateSlackChannelConfiguration,
};

use super::{Chat, button, has_button, words};
use crate::kit::{AwsAnswer, SlackRequest, TOPIC, eventually};

const CONFIGURATION: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";

/// A channel that hears of a topic, with one action of custom notifications.
async fn chat() -> Chat {
    let chat = Chat::start().await;
    let update = json!({
        "ChatConfigurationArn": CONFIGURATION, "SlackChannelId": "C1", "SnsTopicArns": [TOPIC],
    });
    chat.server.call(UpdateSlackChannelConfiguration, update).await.ok(200);
    chat
}

async fn associated(chat: &Chat, action: Value) -> String {
    let created = chat.server.call(CreateCustomAction, action).await.ok(201);
    let arn = created["CustomActionArn"].as_str().unwrap().to_owned();
    let both = json!({"Resource": arn, "ChatConfiguration": CONFIGURATION});
    chat.server.call(AssociateToConfiguration, both).await.ok(201);
    arn
}

fn remove() -> Value {
    json!({
        "ActionName": "remove",
        "Definition": {"CommandText": "logs delete-log-group --log-group-name $Group --region eu-west-1"},
        "Attachments": [{
            "NotificationType": "Custom", "ButtonText": "Remove it",
            "Criteria": [{"Operator": "EQUALS", "VariableName": "Kind", "Value": "log-group"}],
            "Variables": {
                "Kind": "event.metadata.additionalContext.Kind", "Group": "$.metadata.additionalContext.Group",
            },
        }],
    })
}

fn custom(context: &Value) -> String {
    json!({
        "version": "1.0", "source": "custom", "content": {"title": "Old logs", "description": "d"},
        "metadata": {"additionalContext": context},
    })
    .to_string()
}

async fn notified(chat: &Chat, message: &str) -> SlackRequest {
    let before = chat.posts().len();
    // A channel takes one message a second.
    chat.server.clock.advance(2_000);
    chat.server.publish(TOPIC, message).await;
    chat.post_after(before).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_shows_what_runs_below_the_notification_and_runs_it_there() {
    let chat = chat().await;
    associated(&chat, remove()).await;
    let notification = notified(&chat, &custom(&json!({"Kind": "log-group", "Group": "old"}))).await;
    chat.press("1.2.a", &button(&notification, "Remove it"), "U0BEN").await;
    let shown = chat.post_after(1).await;
    assert_eq!((shown.channel(), shown.thread_ts()), ("C1", Some("1795348800.000100")));
    for word in ["action remove", "logs delete-log-group --log-group-name old --region eu-west-1", "123456789012"] {
        assert!(words(&shown).contains(word), "{word}: {}", words(&shown));
    }
    assert!(chat.aws.of("DeleteLogGroup").is_empty(), "nothing runs before it is shown");
    assert!(chat.server.slack.requests("chat.update").is_empty(), "the notification stays");
    chat.press("1.2.b", &button(&shown, "Run command"), "U0BEN").await;
    assert_eq!(chat.calls("DeleteLogGroup", 1).await[0].json(), json!({"logGroupName": "old"}));
    let answer = chat.post_after(2).await;
    assert_eq!(answer.thread_ts(), Some("1795348800.000100"));
    let role = chat.calls("AssumeRole", 1).await.remove(0).form();
    assert!(role["RoleSessionName"].contains("U0BEN"), "as whoever pressed: {role:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_shows_only_where_it_belongs() {
    let chat = chat().await;
    let arn = associated(&chat, remove()).await;
    let fitting = custom(&json!({"Kind": "log-group", "Group": "old"}));
    for message in [custom(&json!({"Kind": "bucket"})), custom(&json!({})), "just text".to_owned()] {
        assert!(!has_button(&notified(&chat, &message).await), "{message}");
    }
    let mut unwanted: Value = serde_json::from_str(&fitting).unwrap();
    unwanted["metadata"]["enableCustomActions"] = json!(false);
    assert!(!has_button(&notified(&chat, &unwanted.to_string()).await));
    let with_button = notified(&chat, &fitting).await;
    assert!(has_button(&with_button));
    // Gone since: the press says so, and nothing runs.
    chat.server.call(DeleteCustomAction, json!({"CustomActionArn": arn})).await.no_content();
    chat.press("1.2.a", &button(&with_button, "Remove it"), "U0ANNA").await;
    assert!(
        words(&chat.whispers()[0]).contains("not one of this notification any more"),
        "{}",
        words(&chat.whispers()[0])
    );
    assert!(!has_button(&notified(&chat, &fitting).await));
    assert!(chat.aws.of("DeleteLogGroup").is_empty() && chat.aws.of("AssumeRole").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_value_stays_one() {
    let chat = chat().await;
    associated(&chat, remove()).await;
    let hostile = "--region=us-gov-west-1 --log-group-name other";
    let notification = notified(&chat, &custom(&json!({"Kind": "log-group", "Group": hostile}))).await;
    chat.press("1.2.a", &button(&notification, "Remove it"), "U0ANNA").await;
    let shown = chat.post_after(1).await;
    chat.press("1.2.b", &button(&shown, "Run command"), "U0ANNA").await;
    let calls = chat.calls("DeleteLogGroup", 1).await;
    assert_eq!((calls[0].json(), calls[0].region.as_str()), (json!({"logGroupName": hostile}), "eu-west-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_notification_does_not_say_is_asked() {
    let chat = chat().await;
    associated(&chat, remove()).await;
    let notification = notified(&chat, &custom(&json!({"Kind": "log-group"}))).await;
    chat.press("1.2.a", &button(&notification, "Remove it"), "U0ANNA").await;
    let form = chat.server.slack_requests("views.open", 1).await.remove(0);
    let view = &form.body["view"];
    assert!(view.to_string().contains("value-Group") && !view.to_string().contains("value-Kind"), "{view}");
    chat.submit("1.2.b", view["private_metadata"].as_str().unwrap(), &[("value-Group", "old"), ("value-Kind", "x")])
        .await;
    let shown = chat.post_after(1).await;
    assert!(words(&shown).contains("--log-group-name old"), "{}", words(&shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_actions_than_have_room_stand_behind_a_button() {
    let chat = chat().await;
    for number in 1..=6 {
        let action = json!({
            "ActionName": format!("a{number}"), "Definition": {"CommandText": "logs describe-log-groups"},
            "Attachments": [{"NotificationType": "Custom", "ButtonText": format!("Action {number}")}],
        });
        associated(&chat, action).await;
    }
    let notification = notified(&chat, &custom(&json!({}))).await;
    let text = words(&notification);
    assert!(text.contains("Action 4") && !text.contains("Action 5"), "{text}");
    chat.press("1.2.a", &button(&notification, "More actions"), "U0ANNA").await;
    let all = chat.whispers().remove(0);
    for number in 1..=6 {
        button(&all, &format!("Action {number}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_was_changed_runs_as_it_is_now() {
    let chat = chat().await;
    let arn = associated(&chat, remove()).await;
    let notification = notified(&chat, &custom(&json!({"Kind": "log-group", "Group": "old"}))).await;
    let update = json!({
        "CustomActionArn": arn,
        "Definition": {"CommandText": "logs describe-log-groups --log-group-name-prefix $Group --region eu-west-1"},
    });
    chat.server.call(UpdateCustomAction, update).await.ok(200);
    chat.press("1.2.a", &button(&notification, "Remove it"), "U0ANNA").await;
    let shown = chat.post_after(1).await;
    assert!(words(&shown).contains("describe-log-groups") && has_button(&shown), "also what only reads is shown first");
}

fn alarm(dimensions: &Value) -> String {
    json!({
        "AlarmName": "errors", "NewStateValue": "ALARM", "OldStateValue": "OK", "AWSAccountId": "123456789012",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors", "Region": "EU (Ireland)",
        "StateChangeTime": "2026-11-22T11:55:00.000+0000", "NewStateReason": "Threshold Crossed",
        "Trigger": {
            "MetricName": "Errors", "Namespace": "AWS/Lambda", "Statistic": "SUM", "Dimensions": dimensions, "Period": 60,
            "EvaluationPeriods": 5, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 0.0,
        },
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logs_of_a_function_are_a_press_away() {
    let chat = chat().await;
    let rows = |status: &str| {
        AwsAnswer::Body(json!({
        "status": status,
        "results": [[
            {"field": "@timestamp", "value": "2026-11-22 11:54:00.000"}, {"field": "@message", "value": "Error: no such order"},
        ]],
    }).to_string())
    };
    let group = json!({"FunctionName": "checkout", "LoggingConfig": {"LogGroup": "/shop/checkout"}});
    chat.aws.answers("GET /2015-03-31/functions/checkout/configuration", [AwsAnswer::Body(group.to_string())]);
    chat.aws.answers("StartQuery", [AwsAnswer::Body(json!({"queryId": "q-1"}).to_string())]);
    chat.aws.answers("GetQueryResults", [rows("Complete")]);
    let alarm = notified(&chat, &alarm(&json!([{"name": "FunctionName", "value": "checkout"}]))).await;
    button(&alarm, "Show logs");
    chat.press("1.2.a", &button(&alarm, "Show error logs"), "U0ANNA").await;
    let started = chat.calls("StartQuery", 1).await.remove(0).json();
    assert_eq!(started["logGroupName"], "/shop/checkout");
    assert!(started["queryString"].as_str().unwrap().contains("exception"), "{started}");
    // Five periods of a minute before the alarm.
    assert_eq!(started["startTime"], 1_795_348_200);
    assert_eq!(chat.calls("GetQueryResults", 1).await[0].json(), json!({"queryId": "q-1"}));
    let answer = chat.post_after(1).await;
    assert!(words(&answer).contains("no such order"), "{}", words(&answer));
    assert_eq!(answer.thread_ts(), Some("1795348800.000100"));
    let recorded = chat.server.audit_records().await;
    let recorded = serde_json::to_string(&recorded).unwrap();
    assert!(
        recorded.contains("get-function-configuration") || recorded.contains("GetFunctionConfiguration"),
        "{recorded}"
    );
}

/// AWS may have started it.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_whose_answer_is_lost_is_not_started_again() {
    let chat = chat().await;
    chat.aws.answers("StartQuery", [AwsAnswer::Break, AwsAnswer::Body(json!({"queryId": "q-2"}).to_string())]);
    let alarm = notified(&chat, &alarm(&json!([{"name": "FunctionName", "value": "checkout"}]))).await;
    chat.press("1.2.a", &button(&alarm, "Show logs"), "U0ANNA").await;
    let answer = chat.post_after(1).await;
    assert!(words(&answer).contains("did not answer"), "{}", words(&answer));
    assert_eq!(chat.aws.of("StartQuery").len(), 1);
}

/// A query goes on, and costs, when nobody waits for it any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_takes_longer_is_told_of_with_its_number() {
    let chat = chat().await;
    let running = || AwsAnswer::Body(json!({"status": "Running", "results": []}).to_string());
    chat.aws.answers("StartQuery", [AwsAnswer::Body(json!({"queryId": "q-1"}).to_string())]);
    chat.aws.answers("GetQueryResults", [running(), running()]);
    let alarm = notified(&chat, &alarm(&json!([{"name": "FunctionName", "value": "checkout"}]))).await;
    chat.press("1.2.a", &button(&alarm, "Show logs"), "U0ANNA").await;
    chat.calls("GetQueryResults", 1).await;
    chat.server.clock.advance(13_500);
    chat.calls("GetQueryResults", 2).await;
    eventually("what there is is told", async || {
        // In the place of the word that it still runs.
        let told = chat.server.slack.requests("chat.update");
        told.iter().any(|post| words(post).contains("logs get-query-results --query-id q-1 --region")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_may_not_be_looked_at_has_its_usual_log_group() {
    let chat = chat().await;
    chat.aws.answers("StartQuery", [AwsAnswer::Body(json!({"queryId": "q-1"}).to_string())]);
    chat.aws.answers("GetQueryResults", [AwsAnswer::Body(json!({"status": "Complete", "results": []}).to_string())]);
    let alarm = notified(&chat, &alarm(&json!([{"name": "FunctionName", "value": "checkout"}]))).await;
    chat.press("1.2.a", &button(&alarm, "Show logs"), "U0ANNA").await;
    let started = chat.calls("StartQuery", 1).await.remove(0).json();
    assert_eq!(started["logGroupName"], "/aws/lambda/checkout");
    assert!(!started["queryString"].as_str().unwrap().contains("exception"), "{started}");
    chat.post_after(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_of_something_else_has_no_logs_to_show() {
    let chat = chat().await;
    assert!(!has_button(&notified(&chat, &alarm(&json!([{"name": "Resource", "value": "x"}]))).await));
}
