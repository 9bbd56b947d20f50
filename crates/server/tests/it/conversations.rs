//! What is said in chat is answered: once, where it was said, to whom it is for; after a crash too, and by whoever may.

use serde_json::{Value, json};
use server::clock::Clock as _;
use store::ListedChatEvent;

use crate::kit::{APP, OTHER_APP, SlackAnswer, SlackRequest, TEAM, TOPIC, TestServer, eventually};

/// A server that hears one app, with `ops` configured in `C1`.
async fn talking() -> TestServer {
    let server = TestServer::start_with(|settings| settings.slack.apps = vec![APP.settings()]).await;
    server.configure("ops", "C1", &[TOPIC]).await;
    server
}

async fn mention(server: &TestServer, id: &str, text: &str) {
    let post = APP.event(&APP.mention(id, text), server.clock.now_ms());
    assert_eq!(post.send(server.address()).await.status, 200);
}

/// Waits until nothing that was heard waits for an answer.
async fn answered(server: &TestServer) -> Vec<ListedChatEvent> {
    eventually("everything is answered", async || {
        let events = server.store().chat_events(None, None, 100).await.unwrap();
        events.iter().all(|event| event.state != "pending").then_some(events)
    })
    .await
}

/// All that a person reads of a message.
fn words(message: &SlackRequest) -> String {
    message.body.to_string()
}

/// The value of the button of this label.
fn button(message: &Value, label: &str) -> String {
    let mut waiting = vec![message];
    while let Some(value) = waiting.pop() {
        if value["type"] == "button" && value["text"]["text"] == label {
            return value["value"].as_str().unwrap().to_owned();
        }
        waiting.extend(value.as_array().into_iter().flatten());
        waiting.extend(value.as_object().into_iter().flat_map(|object| object.values()));
    }
    panic!("there is no button `{label}` in {message:#}")
}

async fn press(server: &TestServer, trigger_id: &str, ticket: &str, user_id: &str) {
    let mut payload = APP.press(trigger_id, ticket);
    payload["user"]["id"] = json!(user_id);
    let post = APP.interaction(&payload, server.clock.now_ms());
    assert_eq!(post.send(server.address()).await.status, 200);
    answered(server).await;
}

async fn submit(server: &TestServer, trigger_id: &str, ticket: &str, values: Value) {
    let mut payload = APP.press(trigger_id, "");
    payload["type"] = json!("view_submission");
    payload["view"] = json!({ "private_metadata": ticket, "state": { "values": values } });
    // As Slack sends it: where the form was asked for, it does not say.
    payload.as_object_mut().unwrap().retain(|name, _| !["channel", "message", "actions"].contains(&name.as_str()));
    let post = APP.interaction(&payload, server.clock.now_ms());
    assert_eq!(post.send(server.address()).await.status, 200);
    answered(server).await;
}

/// What Slack was told for one person.
fn whispers(server: &TestServer) -> Vec<SlackRequest> {
    server.slack.requests("chat.postEphemeral")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_answered_in_its_thread_and_once() {
    let server = talking().await;
    mention(&server, "Ev1", "help").await;
    mention(&server, "Ev1", "help").await;
    answered(&server).await;
    let posts = server.slack_requests("chat.postMessage", 1).await;
    assert_eq!((posts[0].channel(), posts[0].thread_ts()), ("C1", Some("1795348800.000100")));
    for word in ["switch-role", "preferences", "ops", "123456789012"] {
        assert!(words(&posts[0]).contains(word), "{word}: {}", words(&posts[0]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_without_a_configuration_is_told_how_to_get_one() {
    let server = TestServer::start_with(|settings| settings.slack.apps = vec![APP.settings()]).await;
    mention(&server, "Ev1", "help").await;
    answered(&server).await;
    let posts = server.slack_requests("chat.postMessage", 1).await;
    let told = words(&posts[0]);
    for word in ["create-slack-channel-configuration", TEAM, "--slack-channel-id C1"] {
        assert!(told.contains(word), "{word}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_alone_with_the_app_is_sent_to_a_channel() {
    let server = talking().await;
    let mut direct = APP.mention("Ev1", "");
    direct["event"] = json!({"type": "message", "channel_type": "im", "channel": "D1", "user": "U0ANNA", "text": "switch-role", "ts": "1.0"});
    APP.event(&direct, server.clock.now_ms()).send(server.address()).await;
    answered(&server).await;
    let posts = server.slack_requests("chat.postMessage", 1).await;
    assert!(words(&posts[0]).contains("ask me in a channel"), "{}", words(&posts[0]));
    assert_eq!(posts[0].channel(), "D1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_waits_for_a_slack_that_is_busy_and_has_one_name() {
    let server = talking().await;
    server.slack.next(
        "chat.postMessage",
        [SlackAnswer::RateLimited { retry_after_seconds: 30 }, SlackAnswer::Status(500), SlackAnswer::Ok],
    );
    mention(&server, "Ev1", "help").await;
    server.slack_requests("chat.postMessage", 1).await;
    eventually("it waits as it was told", async || {
        let events = server.store().chat_events(Some("pending"), None, 10).await.unwrap();
        (events.first()?.attempts == 1).then_some(())
    })
    .await;
    server.clock.advance(29_000);
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1);
    server.clock.advance(1_000);
    server.slack_requests("chat.postMessage", 2).await;
    eventually("it comes again after the error", async || {
        server.clock.advance(1_000);
        (server.slack.requests("chat.postMessage").len() == 3).then_some(())
    })
    .await;
    assert_eq!(answered(&server).await[0].state, "answered");
    let names: Vec<_> =
        server.slack.requests("chat.postMessage").iter().map(|r| r.body["client_msg_id"].clone()).collect();
    assert!(names[0].is_string() && names.iter().all(|name| *name == names[0]), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_answered_says_why() {
    let server = talking().await;
    server.slack.always("C1", SlackAnswer::Error("is_archived"));
    mention(&server, "Ev1", "help").await;
    let events = answered(&server).await;
    assert_eq!(events[0].state, "failed");
    assert!(events[0].reason.as_ref().unwrap().contains("is_archived"), "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_heard_before_a_restart_is_answered_after_it() {
    let mut server = talking().await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 60 }]);
    mention(&server, "Ev1", "help").await;
    server.slack_requests("chat.postMessage", 1).await;
    server.restart().await;
    server.clock.advance(60_000);
    answered(&server).await;
    server.slack_requests("chat.postMessage", 2).await;
}

/// Addresses to answer by are good for half an hour, and nobody waits longer.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_answered_for_half_an_hour_is_given_up_with_the_reason() {
    let mut server = talking().await;
    server.slack.next("chat.postMessage", [SlackAnswer::RateLimited { retry_after_seconds: 1700 }]);
    mention(&server, "Ev1", "help").await;
    server.slack_requests("chat.postMessage", 1).await;
    server.restart().await;
    server.clock.advance(31 * 60 * 1000);
    let events = answered(&server).await;
    let reason = events[0].reason.as_deref().unwrap();
    assert!(events[0].state == "failed" && reason.contains("gave up") && reason.contains("429"), "{events:?}");
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_command_is_answered_to_whoever_typed_it_by_its_own_address() {
    let server = talking().await;
    let mut fields = APP.command("1.2.a", "switch-role");
    let url = server.slack.api_url().join("/api/response").unwrap();
    fields.iter_mut().find(|(name, _)| *name == "response_url").unwrap().1 = url.to_string();
    let post = APP.slash(&fields, server.clock.now_ms());
    assert_eq!(post.send(server.address()).await.status, 200);
    answered(&server).await;
    let responses = server.slack_requests("response", 1).await;
    assert_eq!(
        (&responses[0].body["response_type"], &responses[0].body["replace_original"]),
        (&json!("ephemeral"), &json!(false))
    );
    assert_eq!(responses[0].token, "", "the address is the permission");
}

/// Slack shows it to nobody in a thread that has no replies.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_one_person_stands_in_a_thread_that_there_is_and_else_in_the_channel() {
    let server = talking().await;
    mention(&server, "Ev1", "switch-role").await;
    answered(&server).await;
    let mut in_a_thread = APP.mention("Ev2", "switch-role");
    in_a_thread["event"]["thread_ts"] = json!("1795348000.000100");
    assert_eq!(APP.event(&in_a_thread, server.clock.now_ms()).send(server.address()).await.status, 200);
    answered(&server).await;
    let threads: Vec<_> = whispers(&server).iter().map(|it| it.thread_ts().map(str::to_owned)).collect();
    assert_eq!(threads, [None, Some("1795348000.000100".to_owned())]);
}

/// The address that a press brings answers in the channel.
#[tokio::test(flavor = "multi_thread")]
async fn a_press_in_a_thread_is_answered_there_and_by_its_address_where_the_app_may_not() {
    let server = talking().await;
    let mut payload = APP.press("1.2.a", "no-ticket-of-ours");
    payload["message"]["thread_ts"] = json!("1795348800.000100");
    payload["response_url"] = json!(server.slack.api_url().join("/api/response").unwrap());
    APP.interaction(&payload, server.clock.now_ms()).send(server.address()).await;
    answered(&server).await;
    assert_eq!(whispers(&server)[0].thread_ts(), Some("1795348800.000100"));
    assert!(server.slack.requests("response").is_empty());

    server.slack.next("chat.postEphemeral", [SlackAnswer::Error("user_not_in_channel")]);
    payload["trigger_id"] = json!("1.2.b");
    APP.interaction(&payload, server.clock.now_ms()).send(server.address()).await;
    answered(&server).await;
    assert!(words(&server.slack_requests("response", 1).await[0]).contains("not one that I know"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_command_is_answered_where_the_app_is_no_member_too() {
    let server = talking().await;
    let mut fields = APP.command("1.2.a", "help");
    let url = server.slack.api_url().join("/api/response").unwrap();
    fields.iter_mut().find(|(name, _)| *name == "response_url").unwrap().1 = url.to_string();
    server.slack.next("chat.postMessage", [SlackAnswer::Error("channel_not_found")]);
    APP.slash(&fields, server.clock.now_ms()).send(server.address()).await;
    answered(&server).await;
    let told = server.slack_requests("response", 1).await.remove(0);
    assert!(told.body["response_type"] == "ephemeral" && words(&told).contains("/invite"), "{}", words(&told));
}

/// Slack tells of it as of a new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_mention_that_is_edited_is_not_said_again() {
    let server = talking().await;
    mention(&server, "Ev1", "help").await;
    let mut edited = APP.mention("Ev2", "help me");
    edited["event"]["edited"] = json!({ "user": "U0ANNA", "ts": "1795348801.000000" });
    assert_eq!(APP.event(&edited, server.clock.now_ms()).send(server.address()).await.status, 200);
    answered(&server).await;
    assert_eq!(server.slack.requests("chat.postMessage").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_slacks_is_not_called() {
    let server = talking().await;
    let mut fields = APP.command("1.2.a", "switch-role");
    let (_, address) = fields.iter_mut().find(|(name, _)| *name == "response_url").unwrap();
    *address = "https://hooks.slack.com.example.org/commands/1".to_owned();
    APP.slash(&fields, server.clock.now_ms()).send(server.address()).await;
    let events = answered(&server).await;
    assert!(events[0].reason.as_ref().unwrap().contains("not Slack's"), "{events:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_are_asked_for_in_a_form_and_kept_once() {
    let server = talking().await;
    mention(&server, "Ev1", "preferences").await;
    answered(&server).await;
    let shown = server.slack_requests("chat.postMessage", 1).await.remove(0);
    press(&server, "1.2.a", &button(&shown.body, "Change ops"), "U0ANNA").await;
    let view = server.slack_requests("views.open", 1).await.remove(0).body;
    assert_eq!(view["trigger_id"], "1.2.a");
    let ticket = view["view"]["private_metadata"].as_str().unwrap();
    let chosen = json!({
        "0": {"updates": {"type": "static_select", "selected_option": {"value": "both"}}},
        "1": {"window": {"type": "static_select", "selected_option": {"value": "3600000"}}},
    });
    submit(&server, "1.2.b", ticket, chosen.clone()).await;
    assert!(words(&whispers(&server)[0]).contains("in the channel"), "{:?}", whispers(&server));
    let arn = "arn:aws:chatbot::123456789012:chat-configuration/slack-channel/ops";
    let kept = server.store().configuration_preferences(arn).await.unwrap();
    assert_eq!((kept.thread_updates.unwrap().as_str(), kept.thread_window_ms), ("both", Some(3_600_000)));
    submit(&server, "1.2.c", ticket, chosen).await;
    assert!(words(&whispers(&server)[1]).contains("pressed before"), "{:?}", whispers(&server)[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_is_no_strangers_and_not_for_ever() {
    let server = talking().await;
    mention(&server, "Ev1", "preferences").await;
    answered(&server).await;
    let shown = server.slack_requests("chat.postMessage", 1).await.remove(0);
    let change = button(&shown.body, "Change ops");
    press(&server, "1.2.a", &change, "U0ANNA").await;
    let form = server.slack_requests("views.open", 1).await.remove(0).body;
    let annas = form["view"]["private_metadata"].as_str().unwrap().to_owned();
    // The form was Anna's; Ben sends it.
    press(&server, "1.2.b", &annas, "U0BEN").await;
    assert!(words(&whispers(&server)[0]).contains("not yours"), "{:?}", whispers(&server)[0]);
    assert_eq!(whispers(&server)[0].body["user"], "U0BEN");
    press(&server, "1.2.c", "a ticket of one's own", "U0ANNA").await;
    assert!(words(&whispers(&server)[1]).contains("not one that I know"));
    let mut changed = change.clone().into_bytes();
    changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
    press(&server, "1.2.d", &String::from_utf8(changed).unwrap(), "U0ANNA").await;
    assert!(words(&whispers(&server)[2]).contains("not one that I know"));
    server.clock.advance(24 * 60 * 60 * 1000);
    press(&server, "1.2.e", &change, "U0ANNA").await;
    assert!(words(&whispers(&server)[3]).contains("expired"));
    assert_eq!(server.slack.requests("views.open").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_came_too_late_is_asked_for_again() {
    let server = talking().await;
    mention(&server, "Ev1", "preferences").await;
    answered(&server).await;
    let shown = server.slack_requests("chat.postMessage", 1).await.remove(0);
    server.slack.next("views.open", [SlackAnswer::Error("expired_trigger_id")]);
    press(&server, "1.2.a", &button(&shown.body, "Change ops"), "U0ANNA").await;
    assert!(words(&whispers(&server)[0]).contains("press the button again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_channel_is_called_by_its_new_name() {
    let server = talking().await;
    let mut renamed = APP.mention("Ev1", "");
    renamed["event"] = json!({"type": "channel_rename", "channel": {"id": "C1", "name": "on-call", "created": 1}});
    APP.event(&renamed, server.clock.now_ms()).send(server.address()).await;
    answered(&server).await;
    let described = server.call(wire::operations::Operation::DescribeSlackChannelConfigurations, json!({})).await;
    assert_eq!(described.ok(200)["SlackChannelConfigurations"][0]["SlackChannelName"], "on-call");
    assert!(server.slack.requests("chat.postMessage").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_channel_could_not_be_told_comes_when_the_app_is_let_in() {
    let server = talking().await;
    server.slack.always("C1", SlackAnswer::Error("not_in_channel"));
    server.publish(TOPIC, "message-1").await;
    server.quiet().await;
    server.slack.always("C1", SlackAnswer::Ok);
    let mut joined = APP.mention("Ev1", "");
    joined["event"] = json!({"type": "member_joined_channel", "user": "U0BOT", "channel": "C1"});
    APP.event(&joined, server.clock.now_ms()).send(server.address()).await;
    answered(&server).await;
    server.clock.advance(1_000);
    server.quiet().await;
    assert_eq!(server.slack.posted("C1").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_the_workspace_was_not_authorised_with_hears_nothing() {
    let server = TestServer::start_with(|settings| {
        settings.slack.apps = vec![APP.settings(), OTHER_APP.settings()];
        for workspace in &mut settings.slack.workspaces {
            workspace.app_id = Some(OTHER_APP.id.to_owned());
        }
    })
    .await;
    mention(&server, "Ev1", "help").await;
    assert!(server.store().chat_events(None, None, 10).await.unwrap().is_empty());
}
