//! A second person's yes, by the button of an Adaptive Card; and a form that is answered in a person's own conversation.

use std::sync::Arc;

use serde_json::{Value, json};
use server::config::{ApprovalRuleSettings, ApprovalSettings};
use store::PersonId;

use super::{Spoken, THREAD, button, spoken_with};
use crate::kit::{AwsAnswer, FakeAws, ManualClock, OPS, TENANT, TOPIC, eventually, with};

const BEN: &str = "cccccccc-2222-4222-8333-444444444444";
const CONFIGURATION: &str = "arn:aws:chatbot::123456789012:chat-configuration/microsoft-teams-channel/ops";
const TOKEN: &str = "1a2b3c4d-1111-4222-8333-abcdefabcdef";

async fn before_aws() -> (Spoken, FakeAws) {
    // Its own clock stands at the same midday as the server's.
    let aws = FakeAws::start(Arc::new(ManualClock::at_midday())).await;
    let environment = aws.environment();
    let spoken = spoken_with(|settings| {
        let rule = ApprovalRuleSettings {
            name: "deletions".to_owned(),
            operations: vec!["logs:Delete*".to_owned()],
            ..ApprovalRuleSettings::default()
        };
        settings.approvals = ApprovalSettings { rules: vec![rule] };
        settings.aws = environment;
    })
    .await;
    spoken.configure().await;
    (spoken, aws)
}

async fn called(aws: &FakeAws, operation: &str) -> Value {
    eventually(operation, async || aws.of(operation).first().map(crate::kit::AwsRequest::json)).await
}

/// What stands in the place of a message of the thread now.
fn now(spoken: &Spoken, activity_id: &str) -> Value {
    spoken.teams.message(THREAD, activity_id).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_press_runs_it() {
    let (spoken, aws) = before_aws().await;
    aws.answers("DeleteLogGroup", [AwsAnswer::Body(String::new())]);
    spoken.server.link(OPS, CONFIGURATION, &PersonId::MicrosoftTeams(BEN.parse().unwrap())).await;
    spoken.say(&spoken.mention("1", "logs delete-log-group --log-group-name old --region eu-west-1")).await;
    spoken.answered().await;
    let activity_id = "1700000000001";
    let ask = button(&now(&spoken, activity_id), "Ask for approval");
    spoken.say(&spoken.press("f:2", &ask, activity_id)).await;
    spoken.answered().await;
    let approve = button(&now(&spoken, activity_id), "Approve");
    // Anna's own yes is none.
    spoken.say(&spoken.press("f:3", &approve, activity_id)).await;
    spoken.answered().await;
    assert!(spoken.messages("a:29:anna")[0].to_string().contains("asked for it yourself"));
    assert!(aws.of("DeleteLogGroup").is_empty());
    let ben = json!({"from": {"id": "29:ben", "name": "Ben", "aadObjectId": BEN}});
    spoken.say(&with(spoken.press("f:4", &approve, activity_id), ben)).await;
    assert_eq!(called(&aws, "DeleteLogGroup").await, json!({"logGroupName": "old"}));
    spoken.answered().await;
    let approved = now(&spoken, activity_id).to_string();
    assert!(approved.contains("Approved by") && approved.contains("Ben"), "{approved}");
    assert_eq!(aws.of("DeleteLogGroup").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipelines_approval_is_answered_from_a_persons_own_conversation() {
    let (spoken, aws) = before_aws().await;
    aws.answers("PutApprovalResult", [AwsAnswer::Body("{}".to_owned())]);
    let message = json!({
        "region": "eu-west-1",
        "approval": {
            "pipelineName": "shop", "stageName": "Live", "actionName": "Sign-off", "token": TOKEN,
            "expires": "2026-11-29T18:20Z",
        },
    });
    spoken.server.publish(TOPIC, &message.to_string()).await;
    let notification = eventually("the notification", async || spoken.teams.messages().into_iter().next()).await;
    let approve = button(&notification, "Approve");
    spoken.say(&spoken.press("f:1", &approve, "1700000000001")).await;
    spoken.answered().await;
    let form = spoken.messages("a:29:anna").remove(0);
    assert!(form.to_string().contains("Comment"), "{form}");
    // Teams sends nothing of a field that was left empty, and says nothing of the channel.
    let conversation = json!({"conversationType": "personal", "tenantId": TENANT, "id": "a:29:anna"});
    let there = json!({"conversation": conversation, "channelData": {"tenant": {"id": TENANT}}});
    spoken.say(&with(spoken.press("f:2", &button(&form, "Continue"), "1700000000002"), there)).await;
    spoken.answered().await;
    let shown = spoken.messages(THREAD).remove(0);
    spoken.say(&spoken.press("f:3", &button(&shown, "Run command"), "1700000000003")).await;
    let sent = called(&aws, "PutApprovalResult").await;
    assert_eq!((&sent["token"], &sent["result"]), (&json!(TOKEN), &json!({"summary": "", "status": "Approved"})));
    let all =
        format!("{:?}", spoken.teams.requests().iter().map(|request| request.body.to_string()).collect::<Vec<_>>());
    assert!(!all.contains(TOKEN), "{all}");
}
