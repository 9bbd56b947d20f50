//! What people press and fill in: buttons of our messages, our views, shortcuts of the app.

use serde_json::Value;

use super::{Malformed, PayloadKind, owned_at, team_id, text_at};
use crate::conversation::{ChatEvent, Happening, Person, ResponseUrl, Scene, SlackScene, Values};

pub(super) fn read(json: &Value) -> Result<ChatEvent, Malformed> {
    let first = |paths: &[&str]| paths.iter().find_map(|path| owned_at(json, path));
    let scene = SlackScene {
        app_id: owned_at(json, "/api_app_id").ok_or(Malformed::Lacks("api_app_id"))?,
        team_id: team_id(PayloadKind::Interaction, json)?,
        enterprise_id: first(&["/enterprise/id", "/team/enterprise_id"]),
        channel_id: first(&["/channel/id", "/container/channel_id"]),
        thread_ts: first(&["/message/thread_ts", "/container/thread_ts", "/message/ts", "/container/message_ts"]),
        is_in_thread: first(&["/message/thread_ts", "/container/thread_ts"]).is_some(),
        message_ts: first(&["/message/ts", "/container/message_ts"]),
        response_url: text_at(json, "/response_url")
            .or_else(|| text_at(json, "/response_urls/0/response_url"))
            .and_then(ResponseUrl::parse),
        trigger_id: owned_at(json, "/trigger_id"),
    };
    let person = Person {
        user_id: owned_at(json, "/user/id").ok_or(Malformed::Lacks("user"))?,
        account: None,
        name: first(&["/user/username", "/user/name"]),
    };
    Ok(ChatEvent { scene: Scene::Slack(scene), person: Some(person), what: happening(json) })
}

fn happening(json: &Value) -> Happening {
    match text_at(json, "/type").unwrap_or_default() {
        // A button that opens a page has no value: pressing it is told, and nothing to us.
        "block_actions" => match owned_at(json, "/actions/0/value") {
            Some(ticket) => Happening::Pressed { ticket, values: values(json.pointer("/state/values")) },
            None => Happening::Nothing,
        },
        "view_submission" => Happening::Submitted {
            ticket: owned_at(json, "/view/private_metadata").unwrap_or_default(),
            values: values(json.pointer("/view/state/values")),
        },
        "shortcut" | "message_action" => {
            Happening::Shortcut { callback_id: owned_at(json, "/callback_id").unwrap_or_default() }
        }
        _ => Happening::Nothing,
    }
}

/// `{block: {action: {…}}}`: our fields have one action each, of the field's name.
fn values(state: Option<&Value>) -> Values {
    let blocks = state.and_then(Value::as_object).into_iter().flatten();
    let actions = blocks.filter_map(|(_, actions)| actions.as_object()).flatten();
    let value = |action: &Value| {
        owned_at(action, "/selected_option/value").or_else(|| owned_at(action, "/value")).unwrap_or_default()
    };
    actions.map(|(name, action)| (name.clone(), value(action))).collect()
}
