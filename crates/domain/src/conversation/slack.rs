//! Slack's payloads: which event it is, so that it is heard once, and what it says.
//!
//! The front doors (`/slack/…`, Socket Mode) read an [`Envelope`] and keep the payload; the worker that answers reads the
//! [`ChatEvent`]. A payload is the JSON of Socket Mode also where HTTP sends a form: there is one shape to store and to read.
//!
//! Sources: <https://docs.slack.dev/apis/events-api>, <https://docs.slack.dev/interactivity/handling-user-interaction>,
//! <https://docs.slack.dev/interactivity/implementing-slash-commands>, <https://docs.slack.dev/reference/events/app_rate_limited>.

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

/// A payload as HTTP brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// Slack asks at once whether the URL is ours.
    Challenge(String),
    /// Slack looks at the certificate and wants no more than an answer.
    CertificateCheck,
    /// Slack keeps events of a workspace to itself: there are too many, or too few were answered. It has no id.
    RateLimited {
        app_id: String,
        team_id: Option<String>,
    },
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
    #[error("the payload's name for itself is none of Slack's")]
    StrangeId,
}

/// Slack's ids have some eighty characters at most (a `trigger_id`); assumed.
const ID_BYTES_MAX: usize = 255;

/// Reads a body as HTTP brings it.
pub fn of_http(kind: PayloadKind, body: &str) -> Result<Payload, Malformed> {
    match kind {
        PayloadKind::Event => {
            let json: Value = serde_json::from_str(body).map_err(|_| Malformed::NotJson)?;
            if text_at(&json, "/type") == Some("url_verification") {
                let challenge = text_at(&json, "/challenge").ok_or(Malformed::Lacks("challenge"))?;
                return Ok(Payload::Challenge(challenge.to_owned()));
            }
            if text_at(&json, "/type") == Some("app_rate_limited") {
                let app_id = owned_at(&json, "/api_app_id").ok_or(Malformed::Lacks("api_app_id"))?;
                return Ok(Payload::RateLimited { app_id, team_id: owned_at(&json, "/team_id") });
            }
            of_json(kind, &json).map(Payload::Envelope)
        }
        PayloadKind::Command => {
            let json = command::of_form(body);
            if text_at(&json, "/ssl_check") == Some("1") {
                return Ok(Payload::CertificateCheck);
            }
            of_json(kind, &json).map(Payload::Envelope)
        }
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
    // It becomes a key of the store.
    if id.len() > ID_BYTES_MAX || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Malformed::StrangeId);
    }
    Ok(Envelope {
        app_id: app_id.to_owned(),
        team_id: team_at(kind, json).map(str::to_owned),
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

/// The workspace in which the app is installed, whom the door asks for and the answer goes to. In a channel that workspaces share,
/// people of another speak too: theirs is the outer `team_id`, ours that of the authorization.
/// Source: <https://docs.slack.dev/apis/events-api/using-slack-connect>; Bolt reads them in this order.
fn team_at(kind: PayloadKind, json: &Value) -> Option<&str> {
    let paths: &[&str] = match kind {
        PayloadKind::Event => &["/authorizations/0/team_id", "/team_id"],
        PayloadKind::Command => &["/team_id"],
        // Of an organisation's installation `team` may be null, and the person's own workspace another one.
        PayloadKind::Interaction => &["/view/app_installed_team_id", "/team/id", "/message/team", "/user/team_id"],
    };
    paths.iter().find_map(|path| text_at(json, path))
}

fn team_id(kind: PayloadKind, json: &Value) -> Result<SlackTeamId, Malformed> {
    team_at(kind, json).and_then(|text| text.parse().ok()).ok_or(Malformed::Lacks("team_id"))
}

#[cfg(test)]
mod oracle;
#[cfg(test)]
mod tests;
