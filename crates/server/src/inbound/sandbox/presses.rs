//! `POST /sandbox/press`: somebody presses a button or chooses of a menu, in a message or in an open view. The page calls it,
//! and users' own tests.
//!
//! It sends Bellhop Slack's `block_actions`: <https://docs.slack.dev/reference/interaction-payloads/block_actions-payload>. It
//! changes no message: whatever happens next is Bellhop's to do.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::channels::{Message, Ts, channel_name};
use super::form_state::{self, Typed};
use super::members;
use super::outgoing;
use super::people::Person;
use super::speech::{host, someone};
use super::tickets::ResponsePlace;
use super::{Sandbox, answer, refusal};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    user: String,
    /// Where the message is; without it, the view that the person has open is meant.
    channel: Option<String>,
    ts: Option<String>,
    block_id: Option<String>,
    action_id: Option<String>,
    /// What is written on the button.
    label: Option<String>,
    /// What was chosen, of a menu.
    value: Option<Value>,
    /// What stands in the other inputs.
    #[serde(default)]
    values: Typed,
}

/// `{"heard": {"status": 200}, "url": the address that the button opens, or null}`
pub async fn press(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, body: Bytes) -> Response {
    let understood = serde_json::from_slice::<Press>(&body).map_err(|error| {
        format!(r#"give {{"user", "channel", "ts"}} and "action_id" or "label", maybe "value" and "values": {error}"#)
    });
    let told = understood.and_then(|press| {
        let person = someone(&press.user)?;
        sandbox.block_actions(person, &press, host(&headers))
    });
    match told {
        Ok((payload, url)) => {
            let heard = sandbox.interact(&payload).await;
            let failed = heard.as_ref().err().map(outgoing::Unheard::sentence);
            answer(StatusCode::OK, &json!({ "heard": outgoing::shown(&heard), "url": url, "failed": failed }))
        }
        Err(sentence) => refusal(StatusCode::BAD_REQUEST, &sentence),
    }
}

impl Sandbox {
    /// The payload, and the address that the button opens besides.
    fn block_actions(&self, person: &'static Person, press: &Press, host: &str) -> Result<(Value, Value), String> {
        let mut payload = self.interaction("block_actions", person);
        let (blocks, more) = match (&press.channel, &press.ts) {
            (Some(channel), Some(ts)) => {
                let message = self.seen_by(person, channel, ts)?;
                let mut blocks = form_state::with_ids(&message.blocks, "");
                let more = self.of_message(person, &message, &blocks, host);
                for (index, attachment) in message.attachments.iter().enumerate() {
                    let inside =
                        attachment.get("blocks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                    blocks.extend(form_state::with_ids(inside, &format!("attachment-{index}-")));
                }
                (blocks, more)
            }
            (None, None) => {
                let view = self.views().open_by(person.id).ok_or("nobody has a view open: give `channel` and `ts`")?;
                let blocks = view.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
                (blocks, json!({ "container": { "type": "view", "view_id": view.get("id") }, "view": view }))
            }
            _ => return Err("give `channel` and `ts` of a message, or neither for the view that is open".to_owned()),
        };
        let elements = form_state::elements(&blocks);
        let (block_id, action_id) = (press.block_id.as_deref(), press.action_id.as_deref());
        let element = form_state::find(&elements, block_id, action_id, press.label.as_deref());
        let element = element.filter(|_| action_id.is_some() || press.label.is_some()).ok_or_else(|| {
            let ids: Vec<&str> = elements.iter().map(|element| element.action_id).collect();
            format!("there is nothing such to press: give `action_id`, one of [{}], or `label`", ids.join(", "))
        })?;
        let mut typed = press.values.clone();
        if let Some(value) = &press.value {
            typed.insert(format!("{}/{}", element.block_id, element.action_id), value.clone());
        }
        let state = form_state::state(&elements, &typed)?;
        let action_ts = self.channels().next_ts(self.now_us()).to_string();
        let action = form_state::action(&element, press.value.as_ref(), &action_ts)?;
        let Some(said) = payload.as_object_mut() else { return Err("no payload".to_owned()) };
        if let Value::Object(more) = more {
            said.extend(more);
        }
        match said.get_mut("view") {
            Some(view) => members::set(view, "state", state),
            None => drop(said.insert("state".to_owned(), state)),
        }
        said.insert("actions".to_owned(), json!([action]));
        let url = element.json.get("url").cloned().unwrap_or(Value::Null);
        Ok((payload, url))
    }

    /// What every interaction says.
    pub(super) fn interaction(&self, kind: &str, person: &'static Person) -> Value {
        let team_id = &self.workspace.team_id;
        json!({
            "type": kind,
            "user": { "id": person.id, "username": person.name, "name": person.name, "team_id": team_id },
            "api_app_id": self.workspace.app.app_id, "token": "sandbox",
            "trigger_id": self.tickets().trigger(person.id, (self.now_ms)()),
            "team": { "id": team_id, "domain": self.domain() }, "enterprise": null, "is_enterprise_install": false,
        })
    }

    fn of_message(&self, person: &'static Person, message: &Message, blocks: &[Value], host: &str) -> Value {
        let is_ephemeral = message.ephemeral_to.is_some();
        let place = ResponsePlace {
            user: person.id,
            channel: message.channel.clone(),
            thread_ts: message.thread_ts,
            message_ts: Some(message.ts),
        };
        let mut more = json!({
            "container": {
                "type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": is_ephemeral,
            },
            "channel": { "id": message.channel, "name": channel_name(&message.channel) },
            "response_url": self.response_url(place, host),
        });
        if let (Some(ts), Some(container)) = (message.thread_ts, more.get_mut("container")) {
            members::set(container, "thread_ts", json!(ts));
        }
        // Slack does not show an app its ephemeral messages again.
        if !is_ephemeral {
            let mut shown = self.as_slack(message);
            members::set(&mut shown, "blocks", json!(blocks));
            members::set(&mut more, "message", shown);
        }
        more
    }

    /// The message, if the person sees it.
    fn seen_by(&self, person: &'static Person, channel: &str, ts: &str) -> Result<Message, String> {
        let parsed: Ts = ts.parse().map_err(|_| format!("`ts` is `{ts}`: give one such as 1700000000.000100"))?;
        let channels = self.channels();
        let message = channels.get(channel, parsed).filter(|message| {
            message.ephemeral_to.as_deref().is_none_or(|to| to == person.id)
                && super::people::of_direct_channel(channel).is_none_or(|other| other == person)
        });
        message.cloned().ok_or_else(|| format!("{} sees no message `{ts}` in `{channel}`", person.real_name))
    }
}
