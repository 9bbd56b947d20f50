//! A second person's yes: who may give it, that it is asked for, and that nothing runs without it.

use server::config::{ApprovalRuleSettings, ApprovalSettings, ApproverSettings, Settings};

use store::PersonId;

use crate::kit::{OPS, SlackRequest};

use super::{Chat, DELETE, LIST, button, has_button, words};

/// Whatever deletes needs somebody else's yes.
fn deletions(settings: &mut Settings) {
    let rule = ApprovalRuleSettings {
        name: "deletions".to_owned(),
        operations: vec!["logs:Delete*".to_owned()],
        ..ApprovalRuleSettings::default()
    };
    settings.approvals = ApprovalSettings { rules: vec![rule] };
}

/// A channel in which Ben and Carl have roles of their own, and Anna's command waits for one of them.
async fn waiting(change: impl FnOnce(&mut ApprovalRuleSettings)) -> (Chat, SlackRequest) {
    let chat = Chat::start_with(|settings| {
        deletions(settings);
        change(&mut settings.approvals.rules[0]);
    })
    .await;
    for person in ["U0BEN", "U0CARL"] {
        let arn = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";
        chat.server.link(OPS, arn, &PersonId::Slack(person.parse().unwrap())).await;
    }
    let shown = chat.say("Ev1", DELETE).await;
    assert!(words(&shown).contains("deletions"), "{}", words(&shown));
    chat.press("1.2.ask", &button(&shown, "Ask for approval"), "U0ANNA").await;
    let asked = chat.replaced(1).await;
    assert!(words(&asked).contains("waits for approval") && words(&asked).contains("<@U0ANNA>"), "{}", words(&asked));
    assert!(chat.aws.of("DeleteLogGroup").is_empty(), "it ran without a yes");
    (chat, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_names_runs_when_somebody_else_says_yes() {
    let (chat, asked) = waiting(|_| ()).await;
    let approve = button(&asked, "Approve");
    chat.press("1.2.own", &approve, "U0ANNA").await;
    assert!(words(&chat.whispers()[0]).contains("asked for it yourself"), "{}", words(&chat.whispers()[0]));
    chat.press("1.2.nobody", &approve, "U0DORA").await;
    assert!(words(&chat.whispers()[1]).contains("no role of your own"), "{}", words(&chat.whispers()[1]));
    assert!(chat.aws.of("DeleteLogGroup").is_empty());
    chat.press("1.2.ben", &approve, "U0BEN").await;
    chat.calls("DeleteLogGroup", 1).await;
    let approved = chat.replaced(2).await;
    assert!(words(&approved).contains("<@U0BEN>") && !has_button(&approved), "{}", words(&approved));
    // It runs as Anna, not as Ben.
    assert!(chat.calls("AssumeRole", 1).await[0].form()["RoleSessionName"].contains("U0ANNA"));
    chat.press("1.2.carl", &approve, "U0CARL").await;
    assert!(words(&chat.whispers()[2]).contains("started already"), "{}", words(&chat.whispers()[2]));
    assert_eq!(chat.aws.of("DeleteLogGroup").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_ends_it_and_a_reason_may_be_needed() {
    let (chat, asked) = waiting(|rule| rule.reason = true).await;
    chat.press("1.2.ben", &button(&asked, "Reject"), "U0BEN").await;
    let view = chat.server.slack_requests("views.open", 1).await.remove(0).body;
    let ticket = view["view"]["private_metadata"].as_str().unwrap().to_owned();
    assert!(chat.aws.of("DeleteLogGroup").is_empty());
    chat.submit_as("U0BEN", "1.2.why", &ticket, &[("reason", "not on a Friday")]).await;
    let told = chat.post_after(1).await;
    assert!(words(&told).contains("Rejected") && words(&told).contains("not on a Friday"), "{}", words(&told));
    chat.press("1.2.carl", &button(&asked, "Approve"), "U0CARL").await;
    chat.heard().await;
    assert!(chat.aws.of("DeleteLogGroup").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_is_named_approves_and_not_for_ever() {
    let (chat, asked) = waiting(|rule| {
        rule.approvers = ApproverSettings { people: vec!["U0CARL".to_owned()], ..ApproverSettings::default() };
        rule.expires_minutes = Some(5);
    })
    .await;
    let approve = button(&asked, "Approve");
    chat.press("1.2.ben", &approve, "U0BEN").await;
    assert!(words(&chat.whispers()[0]).contains("not among the approvers"), "{}", words(&chat.whispers()[0]));
    chat.server.clock.advance(5 * 60 * 1000);
    chat.press("1.2.carl", &approve, "U0CARL").await;
    assert!(words(&chat.whispers()[1]).contains("expired"), "{}", words(&chat.whispers()[1]));
    assert!(chat.aws.of("DeleteLogGroup").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_rule_names_needs_nobody_else() {
    let chat = Chat::start_with(deletions).await;
    assert!(words(&chat.say("Ev1", LIST).await).contains("/app"));
    let shown =
        chat.say("Ev2", "logs put-retention-policy --log-group-name x --retention-in-days 3 --region eu-west-1").await;
    button(&shown, "Run command");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_under_one_rule_is_not_approved_under_another() {
    let (mut chat, asked) = waiting(|_| ()).await;
    let stricter = |settings: &mut Settings| {
        let mut rule = settings.approvals.rules[0].clone();
        rule.name = "nights".to_owned();
        settings.approvals.rules.insert(0, rule);
    };
    chat.server.restart_with(stricter).await;
    chat.press("1.2.ben", &button(&asked, "Approve"), "U0BEN").await;
    assert!(words(&chat.whispers()[0]).contains("Another rule decides"), "{}", words(&chat.whispers()[0]));
    // Nor once all commands are switched off.
    chat.server.restart_with(|settings| settings.commands.enabled = false).await;
    chat.press("1.2.carl", &button(&asked, "Approve"), "U0CARL").await;
    assert!(words(&chat.whispers()[1]).contains("switched commands"), "{}", words(&chat.whispers()[1]));
    assert!(chat.aws.of("DeleteLogGroup").is_empty());
    chat.press("1.2.no", &button(&asked, "Reject"), "U0BEN").await;
    assert!(words(&chat.replaced(2).await).contains("Rejected"));
}
