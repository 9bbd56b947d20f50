//! Microsoft Teams as Bellhop's bot and as people meet it: the connector, the activities, the tokens.

use domain::conversation::teams::{Envelope, read};
use domain::conversation::{Happening, Scene};
use domain::teams_token::{Expected, KeySet, Unverified};
use serde_json::{Value, json};

use super::super::Tenant;
use super::Twin;

const BOT: &str = "22222222-3333-4444-8555-666666666666";
const TEAM: &str = "11111111-2222-4333-8444-555555555555";
const OPS: &str = "19:sandbox-ops@thread.tacv2";

pub fn tenant() -> Tenant {
    Tenant {
        tenant_id: "66666666-7777-4888-9999-aaaaaaaaaaaa".to_owned(),
        team_id: TEAM.to_owned(),
        team_name: "Sandbox".to_owned(),
        bot_app_id: BOT.to_owned(),
        bot_password: "the bot's password".to_owned(),
        issuer: "bellhop-sandbox".to_owned(),
    }
}

async fn login(twin: &Twin, secret: &str) -> (u16, Value) {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "client_credentials"),
            ("client_id", BOT),
            ("client_secret", secret),
            ("scope", "https://api.botframework.com/.default"),
        ])
        .finish();
    let response =
        twin.http.post(twin.url("teams/login/botframework.com/oauth2/v2.0/token")).body(form).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Calls the connector with a good token.
async fn call(twin: &Twin, method: reqwest::Method, path: &str, body: Value) -> (u16, Value) {
    let token = login(twin, "the bot's password").await.1["access_token"].as_str().unwrap().to_owned();
    let request = twin.http.request(method, twin.url(&format!("teams/connector/v3/{path}"))).bearer_auth(token);
    let response = request.json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn card() -> Value {
    json!({ "type": "message", "attachments": [{
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": { "type": "AdaptiveCard", "version": "1.5", "body": [{ "type": "Input.Text", "id": "hours" }], "actions": [
            { "type": "Action.Execute", "title": "Save", "verb": "press", "data": { "ticket": "the-ticket" } },
            { "type": "Action.Submit", "title": "Send", "data": { "ticket": "another" } },
            { "type": "Action.OpenUrl", "title": "Docs", "url": "https://example.com/" },
        ]},
    }]})
}

async fn posted(twin: &Twin) -> Value {
    let body = json!({ "isGroup": true, "channelData": { "channel": { "id": OPS } }, "activity": card() });
    let (status, begun) = call(twin, reqwest::Method::POST, "conversations", body).await;
    assert_eq!(status, 201, "{begun}");
    begun
}

#[tokio::test]
async fn the_bot_posts_replies_and_updates_with_a_token() {
    let twin = Twin::start().await;
    assert_eq!(login(&twin, "wrong").await.0, 401);
    let unsigned = twin.http.post(twin.url("teams/connector/v3/conversations")).json(&json!({})).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    let begun = posted(&twin).await;
    let conversation = begun["id"].as_str().unwrap();
    assert_eq!(conversation, format!("{OPS};messageid={}", begun["activityId"].as_str().unwrap()));
    let (status, reply) = call(
        &twin,
        reqwest::Method::POST,
        &format!("conversations/{conversation}/activities"),
        json!({ "text": "re" }),
    )
    .await;
    assert_eq!(status, 201);
    let path = format!("conversations/{conversation}/activities/{}", reply["id"].as_str().unwrap());
    assert_eq!(call(&twin, reqwest::Method::PUT, &path, json!({ "text": "changed" })).await.0, 200);
    assert_eq!(call(&twin, reqwest::Method::PUT, &format!("{path}9"), json!({ "text": "x" })).await.0, 404);
    let shown = twin.get(&format!("teams/messages?channel={OPS}")).await;
    let shown = shown["messages"].as_array().unwrap();
    assert_eq!((&shown[1]["text"], &shown[1]["reply_to"]), (&json!("changed"), &begun["activityId"]));
    let body = json!({ "members": [{ "id": "29:anna" }], "isGroup": false });
    assert_eq!(call(&twin, reqwest::Method::POST, "conversations", body).await.1["id"], "a:anna");
}

#[tokio::test]
async fn a_mention_is_an_activity_that_the_sandboxs_issuer_vouches_for() {
    let twin = Twin::start().await;
    let said = twin.does("teams/say", json!({ "user": "U0ANNA", "channel": OPS, "text": "@aws help <b>" })).await;
    assert_eq!(said["heard"]["status"], 200);
    let asked = twin.bellhop.only();
    assert_eq!(asked.path, "/teams/messages");
    let metadata = twin.get("teams/openid").await;
    assert_eq!(metadata["issuer"], "bellhop-sandbox");
    let keys = twin.http.get(metadata["jwks_uri"].as_str().unwrap()).send().await.unwrap().bytes().await.unwrap();
    let unverified = Unverified::of_header(Some(&asked.headers["authorization"])).unwrap();
    let keys = KeySet::of_json(&keys).unwrap();
    let expected = Expected { app_id: BOT, issuer: "bellhop-sandbox", now_ms: super::START_MS };
    let verified = unverified.verify(keys.find(unverified.kid()).unwrap(), expected, asked.body.as_bytes()).unwrap();
    assert_eq!(verified.service_url(), twin.url("teams/connector/"));

    assert_eq!(Envelope::of(verified.body()).unwrap().tenant_id.as_str(), "66666666-7777-4888-9999-aaaaaaaaaaaa");
    let event = read(verified.body()).unwrap();
    assert_eq!(event.what, Happening::Said { text: "help <b>".to_owned() });
    assert_eq!(event.person.unwrap().user_id, "aaaaaaaa-0000-4000-8000-000000000001");
    let Scene::Teams(scene) = event.scene else { panic!("not Teams") };
    assert_eq!(
        (scene.team_id.unwrap().as_str(), scene.channel_id.unwrap().as_str()),
        (TEAM, "19%3Asandbox-ops%40thread.tacv2")
    );
}

#[tokio::test]
async fn chatter_is_not_the_bots_and_a_chat_is() {
    let twin = Twin::start().await;
    let said = twin.does("teams/say", json!({ "user": "U0BEN", "channel": OPS, "text": "good morning" })).await;
    assert_eq!(said["heard"], Value::Null);
    assert!(twin.bellhop.asked().is_empty());
    twin.does("teams/say", json!({ "user": "U0BEN", "text": "help" })).await;
    let json = twin.bellhop.only().json();
    assert_eq!(
        (&json["conversation"]["conversationType"], &json["conversation"]["id"]),
        (&json!("personal"), &json!("a:ben"))
    );
}

#[tokio::test]
async fn presses_come_with_the_buttons_data_and_the_inputs() {
    let twin = Twin::start().await;
    let begun = posted(&twin).await;
    let press = |more: Value| {
        let mut press = json!({ "user": "U0ANNA", "conversation": begun["id"], "id": begun["activityId"] });
        press.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        press
    };
    twin.does("teams/press", press(json!({ "title": "Save", "inputs": { "hours": "12" } }))).await;
    let asked = twin.bellhop.only();
    let json = asked.json();
    assert_eq!((&json["type"], &json["name"]), (&json!("invoke"), &json!("adaptiveCard/action")));
    assert_eq!(json["replyToId"], begun["activityId"]);
    let Happening::Pressed { ticket, values } = read(&asked.body).unwrap().what else { panic!("{json}") };
    assert_eq!((ticket.as_str(), values["hours"].as_str()), ("the-ticket", "12"));

    twin.does("teams/press", press(json!({ "index": 1 }))).await;
    let json = twin.bellhop.only().json();
    assert_eq!((&json["type"], &json["value"]["ticket"]), (&json!("message"), &json!("another")));
    let opened = twin.does("teams/press", press(json!({ "title": "Docs" }))).await;
    assert_eq!(opened["url"], "https://example.com/");
    let (status, refused) = twin.act("teams/press", press(json!({ "title": "No" }))).await;
    assert_eq!((status, refused["error"].as_str().unwrap().contains("Save, Send, Docs")), (400, true));
    assert!(twin.bellhop.asked().is_empty());
}

#[tokio::test]
async fn installing_is_told() {
    let twin = Twin::start().await;
    twin.does("teams/install", json!({ "user": "U0ANNA", "is_installed": true })).await;
    let asked = twin.bellhop.only();
    assert_eq!((&asked.json()["type"], &asked.json()["action"]), (&json!("installationUpdate"), &json!("add")));
    assert!(matches!(read(&asked.body).unwrap().what, Happening::Installation(_)));
}
