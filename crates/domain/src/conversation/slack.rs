//! Slack's payloads: which event it is, so that it is heard once, and what it says.
//!
//! The front doors (`/slack/…`, Socket Mode) read an [`Envelope`] and keep the payload; the worker that answers reads the
//! [`ChatEvent`]. A payload is the JSON of Socket Mode also where HTTP sends a form: there is one shape to store and to read.
//!
//! Sources: <https://docs.slack.dev/apis/events-api>, <https://docs.slack.dev/interactivity/handling-user-interaction>,
//! <https://docs.slack.dev/interactivity/implementing-slash-commands>.

mod command;
mod event;
mod interaction;
mod text;

use serde_json::Value;
use wire::ids::SlackTeamId;

use super::ChatEvent;

/// How a payload came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadKind {
    /// The Events API.
    Event,
    Command,
    /// A press, a submitted view, a shortcut.
    Interaction,
}

/// What a front door needs to know of a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub app_id: String,
    pub team_id: Option<String>,
    /// Slack's own name for it: the same each time that Slack says it.
    pub id: String,
    /// The payload as JSON.
    pub json: String,
}

/// Slack asks at once whether the URL is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    Challenge(String),
    Envelope(Envelope),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the body is not the JSON that Slack sends")]
    NotJson,
    #[error("the form has no `{0}`")]
    NoField(&'static str),
    #[error("the payload names no `{0}`")]
    Lacks(&'static str),
}

/// Reads a body as HTTP brings it.
pub fn of_http(kind: PayloadKind, body: &str) -> Result<Payload, Malformed> {
    match kind {
        PayloadKind::Event => {
            let json: Value = serde_json::from_str(body).map_err(|_| Malformed::NotJson)?;
            if text_at(&json, "/type") == Some("url_verification") {
                let challenge = text_at(&json, "/challenge").ok_or(Malformed::Lacks("challenge"))?;
                return Ok(Payload::Challenge(challenge.to_owned()));
            }
            of_json(kind, &json).map(Payload::Envelope)
        }
        PayloadKind::Command => of_json(kind, &command::of_form(body)).map(Payload::Envelope),
        PayloadKind::Interaction => {
            let payload = url::form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "payload");
            let payload = payload.ok_or(Malformed::NoField("payload"))?.1;
            let json: Value = serde_json::from_str(&payload).map_err(|_| Malformed::NotJson)?;
            of_json(kind, &json).map(Payload::Envelope)
        }
    }
}

/// Reads a payload as Socket Mode brings it.
pub fn of_json(kind: PayloadKind, json: &Value) -> Result<Envelope, Malformed> {
    let app_id = text_at(json, "/api_app_id").ok_or(Malformed::Lacks("api_app_id"))?;
    let id = match kind {
        PayloadKind::Event => text_at(json, "/event_id").ok_or(Malformed::Lacks("event_id"))?,
        // Slack makes one for each command and each press.
        PayloadKind::Command | PayloadKind::Interaction => {
            let id = text_at(json, "/trigger_id").or_else(|| text_at(json, "/view/hash"));
            id.ok_or(Malformed::Lacks("trigger_id"))?
        }
    };
    let team_id = ["/team_id", "/team/id", "/user/team_id"].into_iter().find_map(|path| text_at(json, path));
    Ok(Envelope {
        app_id: app_id.to_owned(),
        team_id: team_id.map(str::to_owned),
        id: id.to_owned(),
        json: json.to_string(),
    })
}

/// What a stored payload says. What is of no use to Bellhop is `Happening::Nothing`.
pub fn read(kind: PayloadKind, json: &str) -> Result<ChatEvent, Malformed> {
    let json: Value = serde_json::from_str(json).map_err(|_| Malformed::NotJson)?;
    match kind {
        PayloadKind::Event => event::read(&json),
        PayloadKind::Command => command::read(&json),
        PayloadKind::Interaction => interaction::read(&json),
    }
}

fn text_at<'a>(json: &'a Value, path: &str) -> Option<&'a str> {
    json.pointer(path)?.as_str().filter(|text| !text.is_empty())
}

fn owned_at(json: &Value, path: &str) -> Option<String> {
    text_at(json, path).map(str::to_owned)
}

fn team_id(text: Option<&str>) -> Result<SlackTeamId, Malformed> {
    text.and_then(|text| text.parse().ok()).ok_or(Malformed::Lacks("team_id"))
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
