//! Approve and Reject under what a pipeline waits for: what a press asks, shows and runs, and what never shows its token.

use serde_json::{Value, json};
use server::config::{ApprovalRuleSettings, ApprovalSettings};
use wire::operations::Operation::UpdateSlackChannelConfiguration;

use super::{Chat, button, has_button, words};
use crate::kit::{AwsAnswer, SlackRequest, TOPIC};

const CONFIGURATION: &str = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";
const TOKEN: &str = "1a2b3c4d-1111-4222-8333-abcdefabcdef";
const OPERATION: &str = "PutApprovalResult";
const HOUR_MS: i64 = 60 * 60 * 1000;

/// A channel that hears of a topic, before an AWS that takes answers.
async fn chat(rules: Vec<ApprovalRuleSettings>) -> Chat {
    let chat = Chat::start_with(|settings| settings.approvals = ApprovalSettings { rules }).await;
    let update = json!({ "ChatConfigurationArn": CONFIGURATION, "SlackChannelId": "C1", "SnsTopicArns": [TOPIC] });
    chat.server.call(UpdateSlackChannelConfiguration, update).await.ok(200);
    chat.aws.answers(OPERATION, [AwsAnswer::Body(json!({"approvedAt": 1_795_348_800}).to_string())]);
    chat
}

/// Source: CodePipeline User Guide, "JSON data format for manual approval notifications". It is midday of the 22nd.
fn asked_for(expires: &str) -> String {
    json!({
        "region": "eu-west-1",
        "consoleLink": "https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/shop/view",
        "approval": {
            "pipelineName": "shop", "stageName": "Live", "actionName": "Sign-off", "token": TOKEN, "expires": expires,
            "externalEntityLink": null, "customData": "Check the basket first",
            "approvalReviewLink": format!("https://eu-west-1.console.aws.amazon.com/x#/Live/Sign-off/approve/{TOKEN}"),
        },
    })
    .to_string()
}

async fn notified(chat: &Chat, message: &str) -> SlackRequest {
    let before = chat.posts().len();
    chat.server.publish(TOPIC, message).await;
    chat.post_after(before).await
}

/// Presses, and sends the form with a comment.
async fn answered(chat: &Chat, notification: &SlackRequest, label: &str, comment: &[(&str, &str)]) -> SlackRequest {
    let forms = chat.server.slack.requests("views.open").len();
    chat.press(&format!("1.2.press{forms}"), &button(notification, label), "U0BEN").await;
    let form = chat.server.slack_requests("views.open", forms + 1).await.remove(forms);
    let view = &form.body["view"];
    assert!(view.to_string().contains("Comment") && !view.to_string().contains(TOKEN), "{view}");
    let before = chat.posts().len();
    chat.submit_as("U0BEN", &format!("1.2.form{forms}"), view["private_metadata"].as_str().unwrap(), comment).await;
    chat.post_after(before).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_asks_for_a_comment_shows_the_command_and_runs_it_as_whoever_pressed() {
    let chat = chat(Vec::new()).await;
    let notification = notified(&chat, &asked_for("2026-11-29T18:20Z")).await;
    button(&notification, "Reject");
    assert!(!words(&notification).contains(TOKEN), "{}", words(&notification));
    let shown = answered(&chat, &notification, "Approve", &[("value-comment", "basket checked")]).await;
    assert_eq!((shown.channel(), shown.thread_ts()), ("C1", Some("1795348800.000100")));
    for word in
        ["codepipeline put-approval-result", "shop", "Sign-off", "basket checked", "--region eu-west-1", "*****"]
    {
        assert!(words(&shown).contains(word), "{word}: {}", words(&shown));
    }
    assert!(chat.aws.of(OPERATION).is_empty(), "nothing runs before it is shown");
    chat.press("1.2.run", &button(&shown, "Run command"), "U0BEN").await;
    let call = chat.calls(OPERATION, 1).await.remove(0);
    let sent = json!({
        "pipelineName": "shop", "stageName": "Live", "actionName": "Sign-off", "token": TOKEN,
        "result": {"summary": "basket checked", "status": "Approved"},
    });
    assert_eq!((call.json(), call.region.as_str()), (sent, "eu-west-1"));
    assert!(chat.calls("AssumeRole", 1).await[0].form()["RoleSessionName"].contains("U0BEN"));
    chat.post_after(2).await;
    for message in chat.posts().iter().chain(&chat.server.slack.requests("chat.update")) {
        assert!(!words(message).contains(TOKEN), "{}", words(message));
    }
    let trail = serde_json::to_string(&chat.server.audit_records().await).unwrap();
    assert!(trail.contains("put-approval-result") && !trail.contains(TOKEN), "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_only_ever_the_comment() {
    let chat = chat(Vec::new()).await;
    let notification = notified(&chat, &asked_for("2026-11-29T18:20Z")).await;
    for (number, comment) in ["", "--region us-gov-west-1 --token x", "no', status=Approved \",\"status\":\"Approved"]
        .into_iter()
        .enumerate()
    {
        let shown = answered(&chat, &notification, "Reject", &[("value-comment", comment)]).await;
        chat.press(&format!("1.2.run{number}"), &button(&shown, "Run command"), "U0BEN").await;
        let call = chat.calls(OPERATION, number + 1).await.remove(number);
        assert_eq!(call.json()["result"], json!({"summary": comment, "status": "Rejected"}));
        assert_eq!((call.json()["token"].as_str(), call.region.as_str()), (Some(TOKEN), "eu-west-1"));
        chat.aws.answers(OPERATION, [AwsAnswer::Body("{}".to_owned())]);
    }
    let long = "x".repeat(513);
    chat.press("1.2.press", &button(&notification, "Reject"), "U0BEN").await;
    let form = chat.server.slack_requests("views.open", 4).await.remove(3);
    let ticket = form.body["view"]["private_metadata"].as_str().unwrap().to_owned();
    chat.submit_as("U0BEN", "1.2.long", &ticket, &[("value-comment", &long)]).await;
    assert!(words(&chat.whispers()[0]).contains("513 characters"), "{}", words(&chat.whispers()[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_that_has_expired_says_so() {
    let chat = chat(Vec::new()).await;
    let notification = notified(&chat, &asked_for("2026-11-22T13:00Z")).await;
    chat.press("1.2.a", &button(&notification, "Approve"), "U0BEN").await;
    let form = chat.server.slack_requests("views.open", 1).await.remove(0);
    let ticket = form.body["view"]["private_metadata"].as_str().unwrap().to_owned();
    chat.server.clock.advance(HOUR_MS);
    chat.submit_as("U0BEN", "1.2.late", &ticket, &[("value-comment", "ok")]).await;
    chat.press("1.2.b", &button(&notification, "Approve"), "U0BEN").await;
    for whisper in chat.whispers() {
        assert!(words(&whisper).contains("has expired") && words(&whisper).contains("Retry"), "{}", words(&whisper));
    }
    assert_eq!(chat.whispers().len(), 2);
    assert!(!has_button(&notified(&chat, &asked_for("2026-11-22T13:00Z")).await), "what is over has no buttons");
    assert!(chat.aws.of(OPERATION).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_token_has_no_buttons() {
    let chat = chat(Vec::new()).await;
    let mut tokenless: Value = serde_json::from_str(&asked_for("2026-11-29T18:20Z")).unwrap();
    tokenless["approval"]["token"] = json!("--region");
    let event = json!({
        "version": "0", "id": "6c5b3f6e-0000-4000-8000-000000000000", "source": "aws.codepipeline",
        "detail-type": "CodePipeline Action Execution State Change", "account": "123456789012",
        "time": "2026-11-22T11:59:00Z", "region": "eu-west-1", "resources": [],
        "detail": {
            "pipeline": "shop", "execution-id": "e", "stage": "Live", "action": "Sign-off", "state": "STARTED",
            "type": {"owner": "AWS", "provider": "Manual", "category": "Approval", "version": "1"},
        },
    });
    for message in [tokenless.to_string(), event.to_string()] {
        let notification = notified(&chat, &message).await;
        assert!(words(&notification).contains("waits for approval"), "{}", words(&notification));
        assert!(!has_button(&notification), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_may_need_somebody_elses_yes_and_whoami_and_help_say_so() {
    let rule = |name: &str, operation: &str| ApprovalRuleSettings {
        name: name.to_owned(),
        operations: vec![operation.to_owned()],
        ..ApprovalRuleSettings::default()
    };
    let elsewhere = ApprovalRuleSettings { configurations: vec!["dev".to_owned()], ..rule("elsewhere", "*") };
    let chat = chat(vec![rule("releases", "codepipeline:PutApprovalResult"), elsewhere]).await;
    let notification = notified(&chat, &asked_for("2026-11-29T18:20Z")).await;
    let shown = answered(&chat, &notification, "Approve", &[]).await;
    assert!(words(&shown).contains("releases"), "{}", words(&shown));
    chat.press("1.2.ask", &button(&shown, "Ask for approval"), "U0BEN").await;
    assert!(words(&chat.replaced(1).await).contains("waits for approval"));
    assert!(chat.aws.of(OPERATION).is_empty());
    let help = chat.say("Ev1", "help").await;
    assert!(words(&help).contains("somebody else's yes"), "{}", words(&help));
    chat.mention("Ev2", "whoami").await;
    chat.heard().await;
    let told = words(&chat.whispers()[0]);
    assert!(told.contains("by the rules releases") && !told.contains("elsewhere"), "{told}");
}
