//! What chat says of roles: who is asked to link first, who chooses an account first, and that nobody else sees the link.

use super::*;
use crate::kit::{OTHER, TEAM};

async fn require(server: &TestServer, arn: &str) {
    let body = json!({ "ChatConfigurationArn": arn, "SlackChannelId": "C1", "UserAuthorizationRequired": true });
    server.call(O::UpdateSlackChannelConfiguration, body).await.ok(200);
}

/// The values of a message's buttons, by their labels.
fn buttons(message: &Value) -> Vec<(String, String)> {
    let (mut waiting, mut found) = (vec![message], Vec::new());
    while let Some(value) = waiting.pop() {
        if value["type"] == "button" {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            found.push((text(&value["text"]["text"]), text(&value["value"])));
        }
        waiting.extend(value.as_array().into_iter().flatten());
        waiting.extend(value.as_object().into_iter().flat_map(|object| object.values()));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn who_needs_a_role_and_has_none_gets_the_link_and_not_an_error() {
    let (server, alice, arn) = start(&[ON_CALL], |_| ()).await;
    say(&server, "Ev1", "lambda list-functions").await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1, "the channel's role is enough");
    require(&server, &arn).await;
    let told = say(&server, "Ev2", "lambda list-functions").await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1);
    let message = told.last().unwrap();
    assert!(message.body.to_string().contains("Let's get started"), "{}", message.body);
    let mut browser = Browser::at(&link_in(message));
    joined(&server, alice, &mut browser).await;
    browser.send(&server, "role", &[("role", ON_CALL)]).await;
    browser.send(&server, "confirm", &[("role", ON_CALL)]).await;
    say(&server, "Ev3", "lambda list-functions").await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 2, "a person with a role of their own is answered");
    // An administrator ends it: from then on the link comes again.
    let body = json!({ "ChatConfigurationArn": arn, "SlackTeamId": TEAM, "SlackUserId": "U0ANNA" });
    server.call(O::DeleteSlackUserIdentity, body).await.no_content();
    say(&server, "Ev4", "lambda list-functions").await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_accounts_preference_overrides_the_channels() {
    let (server, _, _) = start(&[ON_CALL], |_| ()).await;
    server.call(O::UpdateAccountPreferences, json!({ "UserAuthorizationRequired": true })).await.ok(200);
    let told = say(&server, "Ev1", "lambda list-functions").await;
    link_in(told.last().unwrap());
    assert!(server.slack.requests("chat.postMessage").is_empty());
}

/// Preferences are seen by everybody and changed by those who may act.
#[tokio::test(flavor = "multi_thread")]
async fn preferences_are_changed_by_those_who_have_a_role() {
    let (server, _, arn) = start(&[ON_CALL], |_| ()).await;
    require(&server, &arn).await;
    say(&server, "Ev1", "preferences").await;
    let shown = server.slack.requests("chat.postMessage").remove(0);
    let (_, ticket) = buttons(&shown.body).into_iter().find(|(label, _)| label.starts_with("Change")).unwrap();
    let post = APP.interaction(&APP.press("1.1", &ticket), server.clock.now_ms());
    assert_eq!(post.send(server.address()).await.status, 200);
    link_in(answered(&server).await.last().unwrap());
    assert!(server.slack.requests("views.open").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_several_accounts_share_a_channel_the_person_chooses_one() {
    let (server, _, _) = start(&[ON_CALL], |_| ()).await;
    server.configure_as(OTHER, "others", "C1", &[]).await;
    let message = say(&server, "Ev1", "switch-role").await.remove(0);
    let buttons = buttons(&message.body);
    assert_eq!(buttons.len(), 2, "{buttons:?}");
    let (_, ticket) = buttons.into_iter().find(|(label, _)| label.contains(OTHER.account_id)).unwrap();
    let press = async |trigger: &str, user: &str| {
        let mut payload = APP.press(trigger, &ticket);
        payload["user"]["id"] = json!(user);
        let post = APP.interaction(&payload, server.clock.now_ms());
        assert_eq!(post.send(server.address()).await.status, 200);
        answered(&server).await.last().unwrap().clone()
    };
    let refused = press("1.1", "U0BOB").await;
    assert!(refused.body.to_string().contains("not yours"), "{}", refused.body);
    let mut browser = Browser::at(&link_in(&press("1.2", "U0ANNA").await));
    let page = browser.see(&server).await;
    assert!(page.text.contains(OTHER.account_id) && page.text.contains("others"), "{}", page.text);
    assert!(!page.text.contains(OPS.account_id), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_comes_again_gives_no_second_link() {
    let (server, _, _) = start(&[ON_CALL], |_| ()).await;
    let first = ask(&server, "Ev1").await;
    let told = say(&server, "Ev1", "switch-role").await;
    assert_eq!(told.len(), 1);
    assert_eq!(Browser::at(&first).see(&server).await.status, 200);
}
