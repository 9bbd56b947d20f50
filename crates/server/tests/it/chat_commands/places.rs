//! Which account, which region: asked once, then remembered.

use super::{Chat, DELETE, LIST, button, words};
use crate::kit::OTHER;

const ANYWHERE: &str = "logs describe-log-groups";

#[tokio::test(flavor = "multi_thread")]
async fn the_region_is_asked_once_and_remembered_for_the_channel() {
    let chat = Chat::start().await;
    let question = chat.say("Ev1", ANYWHERE).await;
    assert!(words(&question).contains("which region"), "{}", words(&question));
    chat.press("1.2.a", &button(&question, "eu-central-1"), "U0ANNA").await;
    assert_eq!(chat.calls("DescribeLogGroups", 1).await[0].region, "eu-central-1");
    chat.post_after(1).await;
    chat.say("Ev2", ANYWHERE).await;
    assert_eq!(chat.calls("DescribeLogGroups", 2).await[1].region, "eu-central-1");
    chat.say("Ev3", LIST).await;
    assert_eq!(chat.calls("DescribeLogGroups", 3).await[2].region, "eu-west-1", "what is typed goes before");
    chat.say("Ev4", "set default-region us-west-2").await;
    chat.say("Ev5", ANYWHERE).await;
    assert_eq!(chat.calls("DescribeLogGroups", 4).await[3].region, "us-west-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_region_can_be_chosen_from_the_form() {
    let chat = Chat::start().await;
    let question = chat.say("Ev1", ANYWHERE).await;
    chat.press("1.2.a", &button(&question, "Another region"), "U0ANNA").await;
    let view = chat.server.slack_requests("views.open", 1).await.remove(0).body;
    let text = view.to_string();
    assert!(text.contains("ap-northeast-3") && !text.contains("cn-north-1"), "{text}");
    let ticket = view["view"]["private_metadata"].as_str().unwrap().to_owned();
    chat.submit("1.2.b", &ticket, &[("region", "ap-northeast-3")]).await;
    assert_eq!(chat.calls("DescribeLogGroups", 1).await[0].region, "ap-northeast-3");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_may_name_a_region_and_what_is_one_for_all_needs_none() {
    let chat = Chat::start_with(|settings| settings.commands.default_region = Some("eu-north-1".to_owned())).await;
    chat.say("Ev1", ANYWHERE).await;
    assert_eq!(chat.calls("DescribeLogGroups", 1).await[0].region, "eu-north-1");
    let chat = Chat::start().await;
    let answer = chat.say("Ev1", "organizations describe-organization").await;
    assert!(!words(&answer).contains("which region"), "{}", words(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_accounts_one_is_chosen_and_remembered_for_a_week() {
    let chat = Chat::start().await;
    let theirs = chat.server.configure_as(OTHER, "theirs", "C1", &[]).await;
    let question = chat.say("Ev1", LIST).await;
    chat.press("1.2.a", &button(&question, "210987654321 · theirs"), "U0ANNA").await;
    chat.calls("DescribeLogGroups", 1).await;
    chat.post_after(1).await;
    let shown = chat.say("Ev2", DELETE).await;
    assert!(words(&shown).contains("210987654321"), "{}", words(&shown));
    let chosen = chat.server.store().chosen_account("slack/T0OPS/C1", "slack/U0ANNA", 0).await.unwrap();
    assert_eq!(chosen, Some(theirs));
    chat.say("Ev3", "set default-account ops").await;
    let shown = chat.say("Ev4", DELETE).await;
    assert!(words(&shown).contains("123456789012"), "{}", words(&shown));
    chat.server.clock.advance(7 * 24 * 60 * 60 * 1000);
    let question = chat.say("Ev5", DELETE).await;
    assert!(words(&question).contains("Several AWS accounts"), "{}", words(&question));
}
