//! `POST /sandbox/say`: what somebody types, as a message, a mention, a direct message or a slash command; and `POST
//! /sandbox/event`: anything else that Slack's Events API tells. The page calls it, and users' own tests.
//!
//! It makes of words what Slack makes of them, and sends Bellhop what Slack would send. It never answers for Bellhop.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::channels::{Message, Ts, channel_name, is_channel_id};
use super::outgoing::{self, Door, Unheard};
use super::people::{self, BOT_USER_ID, PEOPLE, Person};
use super::tickets::ResponsePlace;
use super::{Sandbox, answer, refusal};

/// Of typed text: <https://slack.com/help/articles/360002283007>, "up to 12,000 characters"
const TYPED_MAX_CHARS: usize = 12_000;
const COMMAND: &str = "/aws";
/// Who says in Slack that a command failed, to the person alone.
const SLACKBOT: &str = "USLACKBOT";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    channel: String,
    user: String,
    text: String,
    #[serde(default)]
    thread_ts: Option<String>,
}

/// `{"message": the message or null, "heard": {"status", "event_id"} or null}`: null where nothing was for Bellhop.
pub async fn say(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, body: Bytes) -> Response {
    match understood(&body) {
        Ok((person, said, thread_ts)) => {
            let heard = sandbox.hear(person, &said, thread_ts, host(&headers)).await;
            answer(StatusCode::OK, &heard)
        }
        Err(sentence) => refusal(StatusCode::BAD_REQUEST, &sentence),
    }
}

/// `POST /sandbox/event {"event": {"type": "channel_rename", …}}`: told to Bellhop as it stands.
pub async fn event(State(sandbox): State<Arc<Sandbox>>, body: Bytes) -> Response {
    let inner = serde_json::from_slice::<Value>(&body).ok();
    let inner = inner.as_ref().and_then(|body| body.get("event")).filter(|event| event["type"].is_string());
    match inner {
        Some(inner) => answer(StatusCode::OK, &json!({ "heard": sandbox.tell(inner).await })),
        None => refusal(
            StatusCode::BAD_REQUEST,
            r#"give {"event": {"type": "channel_rename", …}}, as Slack's pages show it"#,
        ),
    }
}

/// `GET /sandbox/people`: who can type and press.
pub async fn people() -> Response {
    let people: Vec<Value> = PEOPLE.iter().map(Person::shown).collect();
    answer(StatusCode::OK, &json!({ "people": people, "bot": { "id": BOT_USER_ID, "name": "aws" } }))
}

/// The address under which the caller reached the sandbox: response URLs carry it.
pub fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost")
}

fn understood(body: &[u8]) -> Result<(&'static Person, Said, Option<Ts>), String> {
    let said: Said = serde_json::from_slice(body)
        .map_err(|error| format!(r#"give {{"channel", "user", "text"}} and maybe "thread_ts": {error}"#))?;
    let person = someone(&said.user)?;
    if !is_channel_id(&said.channel) {
        return Err(format!("`{}` is no channel id: give one such as C0OPS", said.channel));
    }
    if people::of_direct_channel(&said.channel).is_some_and(|other| other != person) {
        return Err(format!(
            "`{}` is somebody else's direct conversation: give {}",
            said.channel,
            person.direct_channel()
        ));
    }
    if said.text.trim().is_empty() || said.text.chars().count() > TYPED_MAX_CHARS {
        return Err(format!("`text` must have 1 to {TYPED_MAX_CHARS} characters"));
    }
    let thread_ts = said
        .thread_ts
        .as_deref()
        .map(|ts| ts.parse::<Ts>().map_err(|_| format!("`thread_ts` is `{ts}`: give a ts such as 1700000000.000100")));
    let thread_ts = thread_ts.transpose()?;
    if said.text.starts_with('/') && said.text.split_whitespace().next() != Some(COMMAND) {
        return Err(format!("the sandbox's workspace has no such command: it has {COMMAND}"));
    }
    Ok((person, said, thread_ts))
}

/// One of the sandbox's people.
pub fn someone(id: &str) -> Result<&'static Person, String> {
    let ids = || PEOPLE.map(|person| person.id).join(", ");
    people::find(id).ok_or_else(|| format!("there is no person `{id}`: give one of {}", ids()))
}

impl Sandbox {
    async fn hear(self: &Arc<Self>, person: &'static Person, said: &Said, thread_ts: Option<Ts>, host: &str) -> Value {
        if let Some(text) = said.text.strip_prefix(COMMAND) {
            return json!({ "message": null, "heard": self.command(person, &said.channel, text.trim(), host).await });
        }
        let text = as_slack_writes(&said.text);
        let message = Message { text, ..Message::of_a_person(person.id, &said.channel, thread_ts) };
        let message = self.keep(message);
        let heard = match self.as_event(&message) {
            Some(event) => self.tell(&event).await,
            None => Value::Null,
        };
        json!({ "message": *message, "heard": heard })
    }

    /// What the app's event subscriptions (`app_mention`, `message.im`) tell of a message, if anything.
    fn as_event(&self, message: &Message) -> Option<Value> {
        let mut event = json!({
            "user": message.user, "ts": message.ts, "client_msg_id": uuid::Uuid::new_v4().to_string(), "text": message.text,
            "team": self.workspace.team_id, "channel": message.channel, "event_ts": message.ts,
            // As Slack's own clients write it: one section of plain text.
            "blocks": [{ "type": "rich_text", "block_id": "typed", "elements": [{
                "type": "rich_text_section", "elements": [{ "type": "text", "text": message.text }],
            }]}],
        });
        let members = event.as_object_mut()?;
        if let Some(ts) = message.thread_ts {
            members.insert("thread_ts".to_owned(), json!(ts));
        }
        // <https://docs.slack.dev/reference/events/app_mention>: "messages sent in direct messages … are not app_mention"
        if message.channel.starts_with('D') {
            members.insert("type".to_owned(), json!("message"));
            members.insert("channel_type".to_owned(), json!("im"));
        } else if message.text.contains(&format!("<@{BOT_USER_ID}>")) {
            members.insert("type".to_owned(), json!("app_mention"));
        } else {
            return None;
        }
        Some(event)
    }

    /// <https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling>
    async fn command(&self, person: &'static Person, channel: &str, text: &str, host: &str) -> Value {
        let place = ResponsePlace { user: person.id, channel: channel.to_owned(), thread_ts: None, message_ts: None };
        let response_url = self.response_url(place.clone(), host);
        let trigger_id = self.tickets().trigger(person.id, (self.now_ms)());
        let channel_name = if channel.starts_with('D') { "directmessage".to_owned() } else { channel_name(channel) };
        let body = outgoing::form([
            ("token", "sandbox"),
            ("team_id", &self.workspace.team_id),
            ("team_domain", &self.domain()),
            ("channel_id", channel),
            ("channel_name", &channel_name),
            ("user_id", person.id),
            ("user_name", person.name),
            ("command", COMMAND),
            ("text", text),
            ("api_app_id", &self.workspace.app.app_id),
            ("is_enterprise_install", "false"),
            ("response_url", &response_url),
            ("trigger_id", &trigger_id),
        ]);
        let heard = self.ask(Door::Commands, &body).await;
        match &heard {
            Ok(heard) => self.answered_at_once(&place, &heard.body),
            Err(unheard) => {
                let code = if *unheard == Unheard::Timeout { "operation_timeout" } else { "dispatch_failed" };
                let text = format!("{COMMAND} failed with the error “{code}”. {}", unheard.sentence());
                let message = Message::of_a_person(SLACKBOT, channel, None);
                self.keep(Message { text, ephemeral_to: Some(person.id.to_owned()), ..message });
            }
        }
        outgoing::shown(&heard)
    }

    /// A command's answer may itself be a message: text, or JSON as a response URL takes it.
    fn answered_at_once(&self, place: &ResponsePlace, body: &[u8]) {
        let said = match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(members)) => Value::Object(members),
            _ => match std::str::from_utf8(body).map(str::trim) {
                Ok(text) if !text.is_empty() => json!({ "text": text }),
                _ => return,
            },
        };
        if let Err(error) = self.respond(place, &Arguments::of_json(said)) {
            tracing::warn!(code = error.code(), "the sandbox cannot show what Bellhop answered to a command");
        }
    }

    pub(super) fn response_url(&self, place: ResponsePlace, host: &str) -> String {
        let ticket = self.tickets().response(place, (self.now_ms)());
        format!("http://{host}/sandbox/slack/response/{ticket}")
    }

    pub(super) fn domain(&self) -> String {
        self.workspace.team_name.to_lowercase().replace(' ', "-")
    }
}

/// Typed text as Slack keeps it: <https://docs.slack.dev/messaging/formatting-message-text#escaping>. `@aws` and `@anna` become
/// mentions, web addresses links, wherever they stand.
fn as_slack_writes(typed: &str) -> String {
    let mut out = String::with_capacity(typed.len());
    for word in typed.split_inclusive(char::is_whitespace) {
        let end = word.trim_end().len();
        let (word, space) = word.split_at(end);
        // A mention may have a comma behind it, and so may an address.
        let length = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']).len();
        let (said, punctuation) = word.split_at(length);
        match said.strip_prefix('@').and_then(mentioned) {
            Some(id) => out.extend(["<@", id, ">"]),
            None if said.starts_with("https://") || said.starts_with("http://") => {
                out.extend(["<", &escaped(said), ">"]);
            }
            None => out.push_str(&escaped(said)),
        }
        out.push_str(&escaped(punctuation));
        out.push_str(space);
    }
    out.trim().to_owned()
}

fn mentioned(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    if name == "aws" || name == "bellhop" {
        return Some(BOT_USER_ID);
    }
    PEOPLE.iter().find(|person| person.name == name).map(|person| person.id)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::as_slack_writes;

    #[test]
    fn words_become_what_slack_makes_of_them() {
        for (typed, written) in [
            ("@aws help", "<@U0BELLHOP> help"),
            ("please, @AWS: help", "please, <@U0BELLHOP>: help"),
            ("@ben look", "<@U0BEN> look"),
            ("@nobody a@aws.example", "@nobody a@aws.example"),
            ("a <b> & c", "a &lt;b&gt; &amp; c"),
            ("see https://example.com/?a=1&b=2, then", "see <https://example.com/?a=1&amp;b=2>, then"),
            ("@aws\n\n  lambda   list", "<@U0BELLHOP>\n\n  lambda   list"),
        ] {
            assert_eq!(as_slack_writes(typed), written);
        }
    }
}
