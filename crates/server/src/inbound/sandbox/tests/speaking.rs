//! What people type: as a message, a mention, a direct message, a command; and what Slack makes of a Bellhop that does not hear.

use std::time::Duration;

use domain::conversation::slack::{Payload, PayloadKind, of_http, read};
use domain::conversation::{Happening, Scene};
use serde_json::{Value, json};

use super::bellhop::Told;
use super::{START_MS, Twin};

#[tokio::test]
async fn a_mention_is_told_as_slack_tells_it() {
    let twin = Twin::start().await;
    let said = twin.does("say", json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "@aws help" })).await;
    assert_eq!((&said["message"]["text"], &said["heard"]["status"]), (&json!("<@U0BELLHOP> help"), &json!(200)));
    let asked = twin.bellhop.only();
    assert_eq!(asked.path, "/slack/events");
    assert_eq!(asked.headers["content-type"], "application/json");
    assert_eq!(asked.headers["user-agent"], "Slackbot 1.0 (+https://api.slack.com/robots)");
    assert_eq!(asked.headers["x-slack-request-timestamp"], (START_MS / 1_000).to_string());
    assert!(!asked.headers.contains_key("x-slack-retry-num"));
    let json = asked.json();
    assert_eq!((&json["type"], &json["api_app_id"]), (&json!("event_callback"), &json!("A0SANDBOX")));
    assert_eq!((&json["event"]["type"], &json["event_id"]), (&json!("app_mention"), &said["heard"]["event_id"]));

    let Ok(Payload::Envelope(envelope)) = of_http(PayloadKind::Event, &asked.body) else { panic!("{}", asked.body) };
    assert_eq!((envelope.app_id.as_str(), envelope.team_id.as_deref()), ("A0SANDBOX", Some("T0SANDBOX")));
    let event = read(PayloadKind::Event, &envelope.json).unwrap();
    assert_eq!(event.what, Happening::Said { text: "help".to_owned() });
    assert_eq!(event.person.unwrap().user_id, "U0ANNA");
    let Scene::Slack(scene) = event.scene else { panic!("not Slack") };
    assert_eq!(scene.channel_id.as_deref(), Some("C0OPS"));
    assert_eq!(scene.thread_ts.as_deref(), said["message"]["ts"].as_str());
}

#[tokio::test]
async fn what_is_not_for_the_app_is_not_told() {
    let twin = Twin::start().await;
    let said = twin.does("say", json!({ "channel": "C0OPS", "user": "U0BEN", "text": "good morning @anna" })).await;
    assert_eq!((&said["heard"], &said["message"]["text"]), (&Value::Null, &json!("good morning <@U0ANNA>")));
    assert_eq!((&said["message"]["user"], &said["message"]["bot_id"]), (&json!("U0BEN"), &Value::Null));
    assert!(twin.bellhop.asked().is_empty());
    assert_eq!(twin.texts("?channel=C0OPS").await, ["good morning <@U0ANNA>"]);
}

#[tokio::test]
async fn a_direct_message_needs_no_mention_and_is_nobody_elses() {
    let twin = Twin::start().await;
    twin.does("say", json!({ "channel": "D0ANNA", "user": "U0ANNA", "text": "help" })).await;
    let json = twin.bellhop.only().json();
    assert_eq!((&json["event"]["type"], &json["event"]["channel_type"]), (&json!("message"), &json!("im")));
    let (status, refused) = twin.act("say", json!({ "channel": "D0ANNA", "user": "U0BEN", "text": "help" })).await;
    assert_eq!(status, 400);
    assert!(refused["error"].as_str().unwrap().contains("D0BEN"), "{refused}");
}

#[tokio::test]
async fn a_reply_is_told_with_its_thread() {
    let twin = Twin::start().await;
    let parent = twin.say("C0OPS", "alarm").await;
    twin.does("say", json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "@aws why", "thread_ts": parent })).await;
    assert_eq!(twin.bellhop.only().json()["event"]["thread_ts"], parent);
}

#[tokio::test]
async fn a_command_is_a_form_whose_answer_only_the_person_sees() {
    let twin = Twin::start().await;
    twin.bellhop.next([Told::Body(json!({ "text": "at once" }))]);
    twin.does("say", json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "/aws help me & all" })).await;
    let asked = twin.bellhop.only();
    assert_eq!(asked.path, "/slack/commands");
    assert_eq!(asked.headers["content-type"], "application/x-www-form-urlencoded");
    let form = asked.form();
    let of = |name: &str| form[name].as_str();
    assert_eq!((of("command"), of("text"), of("user_id")), ("/aws", "help me & all", "U0ANNA"));
    assert_eq!((of("channel_name"), of("api_app_id"), of("team_domain")), ("ops", "A0SANDBOX", "sandbox"));
    let Ok(Payload::Envelope(envelope)) = of_http(PayloadKind::Command, &asked.body) else { panic!("no command") };
    let event = read(PayloadKind::Command, &envelope.json).unwrap();
    assert_eq!(event.what, Happening::Said { text: "help me & all".to_owned() });

    let shown = &twin.get("messages?channel=C0OPS").await["messages"][0];
    assert_eq!((&shown["text"], &shown["ephemeral_to"]), (&json!("at once"), &json!("U0ANNA")));
    let post = async |body: Value| twin.http.post(of("response_url")).json(&body).send().await.unwrap().status();
    assert_eq!(post(json!({ "response_type": "in_channel", "text": "for all" })).await, 200);
    let all = twin.get("messages?channel=C0OPS").await;
    assert_eq!((&all["messages"][1]["text"], &all["messages"][1]["ephemeral_to"]), (&json!("for all"), &Value::Null));
    assert_eq!(post(json!({ "text": "x", "blocks": [{ "type": "confetti" }] })).await, 400);
    for _ in 0..3 {
        assert_eq!(post(json!({ "text": "more" })).await, 200);
    }
    assert_eq!(post(json!({ "text": "a sixth" })).await, 404);
}

#[tokio::test]
async fn a_command_that_fails_says_so_to_the_person_and_is_not_repeated() {
    let twin = Twin::start().await;
    twin.bellhop.next([Told::Status(500)]);
    let said = twin.does("say", json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "/aws help" })).await;
    assert_eq!(said["heard"], json!({ "status": 500, "reason": "http_error" }));
    let shown = &twin.get("messages").await["messages"][0];
    assert!(shown["text"].as_str().unwrap().contains("dispatch_failed"), "{shown}");
    assert_eq!(shown["ephemeral_to"], "U0ANNA");
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(twin.bellhop.asked().len(), 1);
}

#[tokio::test]
async fn an_event_that_is_not_heard_is_repeated_with_number_and_reason() {
    let twin = Twin::start().await;
    twin.bellhop.next([Told::Status(503)]);
    let said = twin.does("say", json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "@aws help" })).await;
    assert_eq!(said["heard"]["status"], 503);
    for _ in 0..100 {
        if twin.bellhop.asked().len() > 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let asked = twin.bellhop.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].body, asked[1].body, "the same event");
    let of = |name: &str| asked[1].headers[name].as_str();
    assert_eq!((of("x-slack-retry-num"), of("x-slack-retry-reason")), ("1", "http_error"));
}

#[tokio::test]
async fn slack_waits_three_seconds() {
    let twin = Twin::start().await;
    twin.bellhop.next([Told::Late]);
    let said = twin.does("say", json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "@aws help" })).await;
    assert_eq!((&said["heard"]["status"], &said["heard"]["reason"]), (&Value::Null, &json!("http_timeout")));
}

#[tokio::test]
async fn any_other_event_is_told_as_it_stands() {
    let twin = Twin::start().await;
    let event = json!({ "type": "channel_rename", "channel": { "id": "C0OPS", "name": "operations", "created": 1 } });
    assert_eq!(twin.does("event", json!({ "event": event })).await["heard"]["status"], 200);
    assert_eq!(twin.bellhop.only().json()["event"], event);
    assert_eq!(twin.act("event", json!({ "event": {} })).await.0, 400);
}

#[tokio::test]
async fn what_nobody_could_type_is_refused_with_the_remedy() {
    let twin = Twin::start().await;
    for (body, remedy) in [
        (json!({ "channel": "C0OPS", "user": "U0ANNA" }), "missing field `text`"),
        (json!({ "channel": "ops", "user": "U0ANNA", "text": "x" }), "C0OPS"),
        (json!({ "channel": "C0OPS", "user": "U0EVE", "text": "x" }), "U0CHIARA"),
        (json!({ "channel": "C0OPS", "user": "U0ANNA", "text": " " }), "1 to 12000"),
        (json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "x".repeat(12_001) }), "1 to 12000"),
        (json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "/giphy x" }), "/aws"),
        (json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "x", "thread_ts": "1" }), "1700000000.000100"),
    ] {
        let (status, refused) = twin.act("say", body.clone()).await;
        assert_eq!(status, 400, "{body}");
        assert!(refused["error"].as_str().unwrap().contains(remedy), "{refused}");
    }
    assert!(twin.bellhop.asked().is_empty());
}

#[tokio::test]
async fn people_are_who_slack_says_they_are() {
    let twin = Twin::start().await;
    let anna = twin.slack("users.info", json!({ "user": "U0ANNA" })).await;
    assert_eq!((&anna["user"]["name"], &anna["user"]["is_bot"]), (&json!("anna"), &json!(false)));
    assert_eq!(twin.slack("users.info", json!({ "user": "U0EVE" })).await["error"], "user_not_found");
    assert_eq!(twin.slack("users.list", json!({})).await["members"].as_array().unwrap().len(), 4);
    let members = twin.slack("conversations.members", json!({ "channel": "C0OPS" })).await;
    assert_eq!(members["members"], json!(["U0ANNA", "U0BEN", "U0CHIARA", "U0BELLHOP"]));
    let members = twin.slack("conversations.members", json!({ "channel": "D0BEN" })).await;
    assert_eq!(members["members"], json!(["U0BEN", "U0BELLHOP"]));
    let posted = twin.slack("chat.postMessage", json!({ "channel": "U0ANNA", "text": "psst" })).await;
    assert_eq!(posted["channel"], "D0ANNA");
    let shown = twin.get("people").await;
    assert_eq!(shown["people"][1]["direct_channel"], "D0BEN");
}
