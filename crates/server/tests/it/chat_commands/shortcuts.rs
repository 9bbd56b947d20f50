//! What the guide to custom actions offers for functions, runbooks, incidents and support cases, as it stands there.

use serde_json::{Value, json};

use super::{Chat, button, words};
use crate::kit::AwsAnswer;

const PLAN: &str = "arn:aws:ssm-incidents::123456789012:response-plan/checkout";

/// Says it, presses [Run command] if it is shown first, and answers what AWS was asked.
async fn asked(chat: &Chat, command: &str, operation: &str, answer: &Value, reads: bool) -> Value {
    chat.aws.usually_answers(operation, AwsAnswer::Body(answer.to_string()));
    let before = chat.posts().len();
    let event = format!("Ev{}", chat.aws.requests().len() + 10);
    chat.mention(&event, command).await;
    let shown = chat.post_after(before).await;
    if !reads {
        assert!(!words(&shown).contains("*****"), "nobody agrees to what they do not see: {}", words(&shown));
        let trigger_id = format!("1.2.{event}");
        chat.press(&trigger_id, &button(&shown, "Run command"), "U0ANNA").await;
        let told = chat.post_after(before + 1).await;
        assert!(!words(&told).contains("cannot"), "{}", words(&told));
    }
    let call = chat.calls(operation, 1).await.remove(0);
    if call.body.is_empty() { Value::Null } else { call.json() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_run_with_its_payload() {
    let chat = Chat::start().await;
    let command = r#"lambda invoke --function-name restock --payload {"sku": "a b"} --region eu-west-1"#;
    let sent =
        asked(&chat, command, "POST /2015-03-31/functions/restock/invocations", &json!({"done": 3}), false).await;
    assert_eq!(sent, json!({"sku": "a b"}));
    assert!(words(chat.posts().last().unwrap()).contains("done"), "{}", words(chat.posts().last().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runbook_is_started_and_looked_after() {
    let chat = Chat::start().await;
    let id = "4105a4fc-f944-11e6-9d32-0a1b2c3d495h";
    let start = "ssm start-automation-execution --document-name AWS-RestartEC2Instance --parameters InstanceId=i-0123 \
                 --region eu-west-1";
    let answer = json!({"AutomationExecutionId": id});
    let sent = asked(&chat, start, "StartAutomationExecution", &answer, false).await;
    assert_eq!(sent["DocumentName"], "AWS-RestartEC2Instance");
    assert_eq!(sent["Parameters"], json!({"InstanceId": ["i-0123"]}));
    assert!(words(chat.posts().last().unwrap()).contains(id), "{}", words(chat.posts().last().unwrap()));
    let look = format!("ssm get-automation-execution --automation-execution-id {id} --region eu-west-1");
    let answer =
        json!({"AutomationExecution": {"AutomationExecutionId": id, "AutomationExecutionStatus": "InProgress"}});
    let sent = asked(&chat, &look, "GetAutomationExecution", &answer, true).await;
    assert_eq!(sent, json!({"AutomationExecutionId": id}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_started() {
    let chat = Chat::start().await;
    let command = format!(
        "ssm-incidents start-incident --response-plan-arn {PLAN} --title \"Checkout is down\" --region eu-west-1"
    );
    let answer = json!({"incidentRecordArn": "arn:aws:ssm-incidents::123456789012:incident-record/checkout/1"});
    let sent = asked(&chat, &command, "POST /startIncident", &answer, false).await;
    assert_eq!((&sent["responsePlanArn"], &sent["title"]), (&json!(PLAN), &json!("Checkout is down")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_support_case_is_opened_by_a_form_answered_and_resolved() {
    let chat = Chat::start().await;
    chat.aws.usually_answers("CreateCase", AwsAnswer::Body(json!({"caseId": "case-1"}).to_string()));
    let shown = chat.say("Ev1", "support create-case --region us-east-1").await;
    chat.press("1.2.a", &button(&shown, "Fill in parameters"), "U0ANNA").await;
    let view = chat.server.slack_requests("views.open", 1).await.remove(0).body;
    let ticket = view["view"]["private_metadata"].as_str().unwrap().to_owned();
    let given = [("subject", "Invoices"), ("communication-body", "The last one is not ours.")];
    chat.submit("1.2.b", &ticket, &given).await;
    chat.press("1.2.c", &button(&chat.post_after(1).await, "Run command"), "U0ANNA").await;
    let sent = chat.calls("CreateCase", 1).await.remove(0).json();
    assert_eq!(sent, json!({"subject": "Invoices", "communicationBody": "The last one is not ours."}));
    assert!(words(&chat.post_after(2).await).contains("case-1"));

    let answer =
        "support add-communication-to-case --case-id case-1 --communication-body \"It is.\" --region us-east-1";
    let sent = asked(&chat, answer, "AddCommunicationToCase", &json!({"result": true}), false).await;
    assert_eq!(sent, json!({"caseId": "case-1", "communicationBody": "It is."}));
    let resolve = "support resolve-case --case-id case-1 --region us-east-1";
    let sent = asked(&chat, resolve, "ResolveCase", &json!({"finalCaseStatus": "resolved"}), false).await;
    assert_eq!(sent, json!({"caseId": "case-1"}));
}
