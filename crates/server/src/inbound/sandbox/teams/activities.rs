//! What people say and press in the sandbox's Teams, sent to Bellhop as the Bot Framework would: `POST /sandbox/teams/say`,
//! `/sandbox/teams/press`, `/sandbox/teams/install`. The page calls them, and users' own tests.
//!
//! It shows what Bellhop answers to a press and decides nothing by it. Sources:
//! <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object>,
//! <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations>.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub use super::issuer::{keys, openid};

use super::super::members;
use super::super::people::Person;
use super::super::speech::{host, someone};
use super::super::{Sandbox, answer, refusal};
use super::{GENERAL, TeamsMessage, account, channel_name, channel_of, is_channel, person_of, personal_conversation};
use crate::clock::iso8601;

const TYPED_MAX_CHARS: usize = 12_000;
/// An answer to a press may be a card; more is not read.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
const BOT_NAME: &str = "Bellhop";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    user: String,
    /// A channel's id, in either form; without it, the person's own conversation with the app.
    channel: Option<String>,
    /// The first message of a thread.
    reply_to: Option<String>,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    user: String,
    conversation: String,
    id: String,
    /// What is written on the button, or which of the card's it is, from 0.
    title: Option<String>,
    index: Option<usize>,
    #[serde(default)]
    inputs: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Installation {
    user: String,
    is_installed: bool,
}

/// `{"message", "heard": {"status"} or null}`: in a channel only what mentions `@Bellhop` or `@aws` is for the bot.
pub async fn say(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, body: Bytes) -> Response {
    let said = serde_json::from_slice::<Said>(&body)
        .map_err(|error| format!(r#"give {{"user", "text"}} and maybe "channel" and "reply_to": {error}"#));
    match said.and_then(|said| sandbox.spoken(&said)) {
        Ok((person, message, is_for_the_bot)) => {
            let mut heard = Value::Null;
            if is_for_the_bot {
                let activity = sandbox.message_activity(person, &message);
                heard = sandbox.bring(activity, host(&headers)).await;
            }
            answer(StatusCode::OK, &json!({ "message": message, "heard": heard }))
        }
        Err(sentence) => refusal(StatusCode::BAD_REQUEST, &sentence),
    }
}

/// `{"heard": {"status", "body"}, "url": the address that the button opens, or null}`
pub async fn press(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, body: Bytes) -> Response {
    let press = serde_json::from_slice::<Press>(&body).map_err(|error| {
        format!(r#"give {{"user", "conversation", "id"}} and "title" or "index", maybe "inputs": {error}"#)
    });
    match press.and_then(|press| sandbox.pressed(&press)) {
        Ok(Pressed::Opens(url)) => answer(StatusCode::OK, &json!({ "heard": null, "url": url })),
        Ok(Pressed::Tells(activity)) => {
            let heard = sandbox.bring(activity, host(&headers)).await;
            answer(StatusCode::OK, &json!({ "heard": heard, "url": null }))
        }
        Err(sentence) => refusal(StatusCode::BAD_REQUEST, &sentence),
    }
}

/// `POST /sandbox/teams/install {"user", "is_installed": true}`: somebody adds the app to the team, or takes it away.
pub async fn install(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, body: Bytes) -> Response {
    let read = serde_json::from_slice::<Installation>(&body)
        .map_err(|error| format!(r#"give {{"user", "is_installed": true}}: {error}"#));
    match read.and_then(|read| Ok((someone(&read.user)?, read.is_installed))) {
        Ok((person, is_installed)) => {
            let conversation = json!({ "isGroup": true, "conversationType": "channel", "id": GENERAL });
            let mut activity = sandbox.activity(person, "installationUpdate", conversation, Some(GENERAL));
            members::set(&mut activity, "action", json!(if is_installed { "add" } else { "remove" }));
            let heard = sandbox.bring(activity, host(&headers)).await;
            answer(StatusCode::OK, &json!({ "heard": heard }))
        }
        Err(sentence) => refusal(StatusCode::BAD_REQUEST, &sentence),
    }
}

enum Pressed {
    Opens(Value),
    Tells(Value),
}

impl Sandbox {
    fn spoken(&self, said: &Said) -> Result<(&'static Person, TeamsMessage, bool), String> {
        let person = someone(&said.user)?;
        if said.text.trim().is_empty() || said.text.chars().count() > TYPED_MAX_CHARS {
            return Err(format!("`text` must have 1 to {TYPED_MAX_CHARS} characters"));
        }
        let channel = said.channel.as_ref().map(|id| id.replace("%3A", ":").replace("%3a", ":").replace("%40", "@"));
        if let Some(id) = channel.as_ref().filter(|id| !is_channel(id)) {
            return Err(format!("`{id}` is no channel id: give one of GET /sandbox/teams/channels"));
        }
        let is_mention = said.text.split_whitespace().any(is_mention);
        let conversation = match (&channel, &said.reply_to) {
            (Some(channel), Some(root)) => {
                let is_there =
                    self.teams.conversations().find(channel, root).is_some_and(|found| found.reply_to.is_none());
                if !is_there {
                    return Err(format!("`{channel}` has no thread `{root}`"));
                }
                format!("{channel};messageid={root}")
            }
            // Its own id names a new thread.
            (Some(channel), None) => channel.clone(),
            (None, _) => personal_conversation(person),
        };
        let is_for_the_bot = channel.is_none() || is_mention;
        let message = TeamsMessage {
            conversation,
            id: String::new(),
            reply_to: channel.as_ref().and(said.reply_to.clone()),
            channel,
            user: Some(person.id.to_owned()),
            text: said.text.trim().to_owned(),
            attachments: Vec::new(),
            is_edited: false,
        };
        Ok((person, self.keep_in_teams(message), is_for_the_bot))
    }

    fn message_activity(&self, person: &'static Person, message: &TeamsMessage) -> Value {
        let mut activity = self.activity(person, "message", conversation(message), message.channel.as_deref());
        members::set(&mut activity, "id", json!(message.id));
        // Teams sends text and the names in it as HTML would have them.
        let escaped = |word: &str| word.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let written = |word: &str| {
            if is_mention(word.trim()) {
                word.replace(word.trim(), &format!("<at>{BOT_NAME}</at>"))
            } else {
                escaped(word)
            }
        };
        let text: String = message.text.split_inclusive(char::is_whitespace).map(written).collect();
        let bot = members::of(&activity, "recipient");
        let mention = json!({ "type": "mention", "mentioned": bot, "text": format!("<at>{BOT_NAME}</at>") });
        let has_mention = text.contains("<at>");
        members::set(&mut activity, "text", json!(text));
        members::set(&mut activity, "textFormat", json!("plain"));
        members::set(&mut activity, "entities", if has_mention { json!([mention]) } else { json!([]) });
        activity
    }

    fn pressed(&self, press: &Press) -> Result<Pressed, String> {
        let person = someone(&press.user)?;
        if person_of(&press.conversation).is_some_and(|other| other != person) {
            return Err(format!("`{}` is somebody else's conversation", press.conversation));
        }
        let message = self.teams.conversations().find(&press.conversation, &press.id).cloned();
        let message =
            message.ok_or_else(|| format!("there is no message `{}` in `{}`", press.id, press.conversation))?;
        let mut actions = Vec::new();
        for attachment in &message.attachments {
            collect_actions(&attachment["content"], &mut actions);
        }
        let titles: Vec<&str> = actions.iter().filter_map(|action| action["title"].as_str()).collect();
        let by_title = || actions.iter().find(|action| action["title"].as_str() == press.title.as_deref());
        let action = match press.index {
            Some(index) => actions.get(index),
            None => press.title.as_ref().and_then(|_| by_title()),
        };
        let action = action.ok_or_else(|| format!("there is no such button: there is {}", titles.join(", ")))?;
        if action["type"] == "Action.OpenUrl" {
            return Ok(Pressed::Opens(action["url"].clone()));
        }
        // What stands in the inputs comes back beside the button's own data.
        let mut data = action["data"].as_object().cloned().unwrap_or_default();
        data.extend(press.inputs.clone());
        let is_execute = action["type"] == "Action.Execute";
        let kind = if is_execute { "invoke" } else { "message" };
        let mut activity = self.activity(person, kind, conversation(&message), message.channel.as_deref());
        members::set(&mut activity, "replyToId", json!(message.id));
        let value = if is_execute {
            let pressed = json!({ "type": "Action.Execute", "id": action["id"], "verb": action["verb"], "data": data });
            json!({ "action": pressed, "trigger": "manual" })
        } else {
            json!(data)
        };
        members::set(&mut activity, "value", value);
        if is_execute {
            members::set(&mut activity, "name", json!("adaptiveCard/action"));
        }
        Ok(Pressed::Tells(activity))
    }

    /// What every activity says; its service URL is put in when it is sent.
    fn activity(&self, person: &'static Person, kind: &str, mut conversation: Value, channel: Option<&str>) -> Value {
        let Some(tenant) = &self.teams.tenant else { return Value::Null };
        members::set(&mut conversation, "tenantId", json!(tenant.tenant_id));
        let mut channel_data = json!({ "tenant": { "id": tenant.tenant_id } });
        if let Some(channel) = channel {
            members::set(&mut channel_data, "teamsTeamId", json!(GENERAL));
            members::set(&mut channel_data, "teamsChannelId", json!(channel));
            members::set(
                &mut channel_data,
                "team",
                json!({ "id": GENERAL, "aadGroupId": tenant.team_id, "name": tenant.team_name }),
            );
            members::set(&mut channel_data, "channel", json!({ "id": channel, "name": channel_name(channel) }));
        }
        json!({
            "type": kind, "id": uuid::Uuid::new_v4().to_string(), "timestamp": iso8601((self.now_ms)()), "channelId": "msteams",
            "from": { "id": account(person), "name": person.real_name, "aadObjectId": person.aad_object_id },
            "conversation": conversation, "channelData": channel_data, "locale": "en-US",
            "recipient": { "id": format!("28:{}", tenant.bot_app_id), "name": BOT_NAME },
        })
    }

    /// Sends it with a token, and says what Bellhop answered.
    async fn bring(&self, mut activity: Value, host: &str) -> Value {
        let service_url = format!("http://{host}/sandbox/teams/connector/");
        members::set(&mut activity, "serviceUrl", json!(service_url));
        let token = self.teams.tenant.as_ref().and_then(|tenant| {
            self.teams.issuer()?.token(&tenant.issuer, &tenant.bot_app_id, &service_url, (self.now_ms)())
        });
        let (Some(token), Ok(url)) = (token, self.outgoing.url("teams/messages")) else {
            return json!({ "status": null, "reason": "the settings name no `microsoft_teams.bot`" });
        };
        let request =
            self.outgoing.http().post(url).bearer_auth(token).header(header::CONTENT_TYPE, "application/json");
        let mut response = match request.body(activity.to_string()).send().await {
            Ok(response) => response,
            Err(error) => return json!({ "status": null, "reason": error.without_url().to_string() }),
        };
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = response.chunk().await {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                break;
            }
            body.extend_from_slice(&chunk);
        }
        let said = serde_json::from_slice(&body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&body).trim()));
        json!({ "status": response.status().as_u16(), "body": said })
    }
}

fn conversation(message: &TeamsMessage) -> Value {
    match channel_of(&message.conversation) {
        Some(_) => json!({ "isGroup": true, "conversationType": "channel", "id": message.conversation }),
        None => json!({ "conversationType": "personal", "id": message.conversation }),
    }
}

fn is_mention(word: &str) -> bool {
    let word = word.trim_end_matches([',', ':', '.', '!', '?']);
    word.eq_ignore_ascii_case("@aws") || word.eq_ignore_ascii_case("@bellhop")
}

/// A card's actions in the order in which they stand, however deep. The JSON reader bounds the nesting.
fn collect_actions<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_actions(item, found)),
        Value::Object(members) => {
            if members.get("type").and_then(Value::as_str).is_some_and(|kind| kind.starts_with("Action.")) {
                found.push(value);
            }
            members.values().for_each(|member| collect_actions(member, found));
        }
        _ => {}
    }
}
