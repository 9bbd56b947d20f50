//! Buttons and menus of messages, ephemeral messages, and what a response URL does to them.

use domain::conversation::slack::{Payload, PayloadKind, of_http, read};
use domain::conversation::{Happening, Scene};
use serde_json::{Value, json};

use super::Twin;

fn blocks() -> Value {
    json!([
        { "type": "section", "text": { "type": "mrkdwn", "text": "*Sure?*" } },
        { "type": "actions", "elements": [
            { "type": "button", "action_id": "yes", "text": { "type": "plain_text", "text": "Yes" }, "value": "ticket-yes" },
            { "type": "button", "action_id": "docs", "text": { "type": "plain_text", "text": "Docs" }, "url": "https://example.com/" },
            { "type": "static_select", "action_id": "region", "options": [
                { "text": { "type": "plain_text", "text": "Ohio" }, "value": "us-east-2" },
                { "text": { "type": "plain_text", "text": "Ireland" }, "value": "eu-west-1" },
            ]},
        ]},
    ])
}

async fn posted(twin: &Twin) -> Value {
    twin.slack("chat.postMessage", json!({ "channel": "C0OPS", "text": "Sure?", "blocks": blocks() })).await["ts"]
        .clone()
}

#[tokio::test]
async fn a_press_is_told_with_the_message_its_value_and_who() {
    let twin = Twin::start().await;
    let ts = posted(&twin).await;
    let press =
        json!({ "user": "U0BEN", "channel": "C0OPS", "ts": ts, "label": "Yes", "values": { "region": "eu-west-1" } });
    let pressed = twin.does("press", press).await;
    assert_eq!((&pressed["heard"], &pressed["url"]), (&json!({ "status": 200 }), &Value::Null));
    let asked = twin.bellhop.only();
    assert_eq!((asked.path.as_str(), asked.form().len()), ("/slack/interactivity", 1));
    let json = asked.json();
    assert_eq!(json["actions"][0]["action_id"], "yes");
    assert_eq!((&json["message"]["ts"], &json["container"]["is_ephemeral"]), (&ts, &json!(false)));
    assert_eq!(json["state"]["values"]["block-1"]["region"]["selected_option"]["value"], "eu-west-1");

    let Ok(Payload::Envelope(envelope)) = of_http(PayloadKind::Interaction, &asked.body) else { panic!("no press") };
    let event = read(PayloadKind::Interaction, &envelope.json).unwrap();
    let Happening::Pressed { ticket, values } = event.what else { panic!("{:?}", event.what) };
    assert_eq!((ticket.as_str(), values["region"].as_str()), ("ticket-yes", "eu-west-1"));
    assert_eq!(event.person.unwrap().user_id, "U0BEN");
    let Scene::Slack(scene) = event.scene else { panic!("not Slack") };
    assert_eq!(scene.message_ts.as_deref(), ts.as_str());

    let url = scene.response_url.unwrap();
    let body = json!({ "replace_original": true, "text": "Done." });
    assert_eq!(twin.http.post(url.as_str()).json(&body).send().await.unwrap().status(), 200);
    assert_eq!(twin.texts("?channel=C0OPS").await, ["Done."]);
    let body = json!({ "delete_original": true });
    assert_eq!(twin.http.post(url.as_str()).json(&body).send().await.unwrap().status(), 200);
    assert_eq!(twin.texts("?channel=C0OPS").await, [""; 0]);
}

#[tokio::test]
async fn a_link_opens_and_a_choice_is_told() {
    let twin = Twin::start().await;
    let ts = posted(&twin).await;
    let opened =
        twin.does("press", json!({ "user": "U0BEN", "channel": "C0OPS", "ts": ts, "action_id": "docs" })).await;
    assert_eq!(opened["url"], "https://example.com/");
    assert_eq!(twin.bellhop.only().json()["actions"][0]["url"], "https://example.com/");
    let chosen = json!({ "user": "U0BEN", "channel": "C0OPS", "ts": ts, "action_id": "region", "value": "us-east-2" });
    twin.does("press", chosen).await;
    let json = twin.bellhop.only().json();
    assert_eq!(json["actions"][0]["selected_option"]["text"]["text"], "Ohio");
    assert_eq!(json["state"]["values"]["block-1"]["region"]["selected_option"]["value"], "us-east-2");
}

#[tokio::test]
async fn an_ephemeral_message_is_one_persons() {
    let twin = Twin::start().await;
    let body = json!({ "channel": "C0OPS", "user": "U0ANNA", "text": "Only you", "blocks": blocks() });
    let ts = twin.slack("chat.postEphemeral", body).await["message_ts"].clone();
    assert_eq!(twin.get("messages").await["messages"][0]["ephemeral_to"], "U0ANNA");
    let press = |user: &str| json!({ "user": user, "channel": "C0OPS", "ts": ts, "action_id": "yes" });
    let (status, refused) = twin.act("press", press("U0BEN")).await;
    assert_eq!(status, 400, "{refused}");
    assert!(twin.bellhop.asked().is_empty());
    twin.does("press", press("U0ANNA")).await;
    let json = twin.bellhop.only().json();
    assert_eq!(json["container"]["is_ephemeral"], true);
    assert_eq!(json.get("message"), None, "Slack does not show it again");
    let update = json!({ "channel": "C0OPS", "ts": ts, "text": "changed" });
    assert_eq!(twin.slack("chat.update", update).await["error"], "message_not_found");
    let body = json!({ "replace_original": true, "text": "Changed" });
    twin.http.post(json["response_url"].as_str().unwrap()).json(&body).send().await.unwrap();
    let shown = &twin.get("messages").await["messages"][0];
    assert_eq!((&shown["text"], &shown["ephemeral_to"]), (&json!("Changed"), &json!("U0ANNA")));
    let body = json!({ "channel": "C0OPS", "user": "U0EVE", "text": "x" });
    assert_eq!(twin.slack("chat.postEphemeral", body).await["error"], "user_not_in_channel");
}

#[tokio::test]
async fn what_is_not_there_cannot_be_pressed() {
    let twin = Twin::start().await;
    let ts = posted(&twin).await;
    for (press, remedy) in [
        (json!({ "user": "U0BEN", "channel": "C0OPS", "ts": "1.0", "label": "Yes" }), "sees no message"),
        (json!({ "user": "U0BEN", "channel": "C0OPS", "ts": ts, "label": "No" }), "[yes, docs, region]"),
        (json!({ "user": "U0BEN", "channel": "C0OPS", "ts": ts }), "action_id"),
        (json!({ "user": "U0BEN", "channel": "C0OPS", "label": "Yes" }), "`ts`"),
        (json!({ "user": "U0BEN", "label": "Yes" }), "view"),
        (json!({ "user": "U0BEN", "channel": "C0OPS", "ts": ts, "action_id": "region", "value": "x" }), "no option"),
    ] {
        let (status, refused) = twin.act("press", press).await;
        assert_eq!(status, 400);
        assert!(refused["error"].as_str().unwrap().contains(remedy), "{refused}");
    }
    assert!(twin.bellhop.asked().is_empty());
}
