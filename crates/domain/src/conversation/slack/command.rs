//! A slash command: `/aws help`.

use serde_json::{Map, Value};

use super::{Malformed, PayloadKind, owned_at, team_id, text, text_at};
use crate::conversation::{ChatEvent, Happening, Person, ResponseUrl, Scene, SlackScene};

/// The form of HTTP as the object that Socket Mode sends. Of a field that comes twice, the first counts.
pub(super) fn of_form(form: &str) -> Value {
    let mut object = Map::new();
    for (name, value) in url::form_urlencoded::parse(form.as_bytes()) {
        object.entry(name).or_insert_with(|| Value::String(value.into_owned()));
    }
    Value::Object(object)
}

pub(super) fn read(json: &Value) -> Result<ChatEvent, Malformed> {
    let scene = SlackScene {
        app_id: owned_at(json, "/api_app_id").ok_or(Malformed::Lacks("api_app_id"))?,
        team_id: team_id(PayloadKind::Command, json)?,
        enterprise_id: owned_at(json, "/enterprise_id"),
        channel_id: owned_at(json, "/channel_id"),
        thread_ts: None,
        is_in_thread: false,
        message_ts: None,
        response_url: text_at(json, "/response_url").and_then(ResponseUrl::parse),
        trigger_id: owned_at(json, "/trigger_id"),
    };
    let person = Person {
        user_id: owned_at(json, "/user_id").ok_or(Malformed::Lacks("user_id"))?,
        account: None,
        name: owned_at(json, "/user_name"),
    };
    let said = text_at(json, "/text").unwrap_or_default();
    let what = Happening::Said { text: text::as_typed(said) };
    Ok(ChatEvent { scene: Scene::Slack(scene), person: Some(person), what })
}
