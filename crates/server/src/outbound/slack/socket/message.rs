//! What Slack says through a socket, and what it says instead of opening one.
//!
//! Anything may come: what is not understood is [`Said::Unknown`], and ends nothing.
//!
//! Source: <https://docs.slack.dev/apis/events-api/using-socket-mode>,
//! <https://docs.slack.dev/reference/methods/apps.connections.open>.

use domain::conversation::slack::PayloadKind;
use serde_json::Value;

use super::{NotOpened, failed};

/// Names of Slack's that are kept for a log line are cut here.
const NAME_LENGTH: usize = 80;

/// One message of Slack's.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The first: from now on it says what happens.
    Hello {
        app_id: Option<String>,
        connections: Option<u64>,
    },
    Envelope(SocketEnvelope),
    Disconnect(Farewell),
    /// A frame of the protocol: nothing is said, and Slack is there.
    StillThere,
    /// What this version does not know, or no JSON of Slack's.
    Unknown(String),
}

/// Something that happened, until it is acknowledged.
#[derive(Debug, Clone, PartialEq)]
pub struct SocketEnvelope {
    pub id: String,
    pub kind: PayloadKind,
    pub payload: Value,
    /// Set when Slack says it again.
    pub retry: Option<Retry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    pub attempt: u64,
    pub reason: String,
}

/// Why Slack is about to close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Farewell {
    /// `warning`, some seconds before; `refresh_requested`: another is to be opened, this is as good as closed.
    Refresh,
    /// `link_disabled`: somebody turned Socket Mode off in the app.
    LinkDisabled,
    /// `too_many_websockets`: an app has ten at most, on all nodes together.
    TooMany,
    Other(String),
}

pub(super) fn read(text: &str) -> Said {
    let Ok(mut json) = serde_json::from_str::<Value>(text) else { return Said::Unknown("no JSON".to_owned()) };
    let kind = match json.get("type").and_then(Value::as_str).unwrap_or_default() {
        "hello" => {
            return Said::Hello {
                app_id: json.pointer("/connection_info/app_id").and_then(Value::as_str).map(name),
                connections: json.get("num_connections").and_then(Value::as_u64),
            };
        }
        "disconnect" => {
            return Said::Disconnect(match json.get("reason").and_then(Value::as_str).unwrap_or_default() {
                "warning" | "refresh_requested" => Farewell::Refresh,
                "link_disabled" => Farewell::LinkDisabled,
                "too_many_websockets" => Farewell::TooMany,
                other => Farewell::Other(name(other)),
            });
        }
        "events_api" => PayloadKind::Event,
        "slash_commands" => PayloadKind::Command,
        "interactive" => PayloadKind::Interaction,
        other => return Said::Unknown(name(other)),
    };
    let Some(id) = json.get("envelope_id").and_then(Value::as_str).filter(|id| !id.is_empty()).map(name) else {
        return Said::Unknown("an envelope without `envelope_id`".to_owned());
    };
    let retry = json.get("retry_attempt").and_then(Value::as_u64).filter(|attempt| *attempt > 0).map(|attempt| {
        let reason = json.get("retry_reason").and_then(Value::as_str).map(name).unwrap_or_default();
        Retry { attempt, reason }
    });
    let payload = json.get_mut("payload").map(Value::take).unwrap_or_default();
    Said::Envelope(SocketEnvelope { id, kind, payload, retry })
}

/// What an error code of `apps.connections.open` means. A code that Slack has added since is taken for one that stays.
pub(super) fn refusal(code: &str) -> NotOpened {
    let meaning = match code {
        "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "ratelimited"
        | "team_added_to_org"
        | "accesslimited" => return failed(format!("Slack opens no socket for now (`{code}`)")),
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" => {
            "the app-level token is wrong or was revoked: make one with the scope `connections:write` under Basic \
             Information of the app, and set `slack.apps.app_token`"
        }
        "not_allowed_token_type" => {
            "this is no app-level token: `slack.apps.app_token` begins with `xapp-`; one is made under Basic Information \
             of the app"
        }
        "missing_scope" | "no_permission" => {
            "the app-level token lacks the scope `connections:write`: make another under Basic Information of the app"
        }
        "account_inactive" | "user_removed_from_team" | "team_disabled" => {
            "the app or the workspace that it is of is gone: look at the app in Slack"
        }
        _ => "Slack opens no socket for this app: is Socket Mode turned on in the app?",
    };
    NotOpened::Refused(format!("{meaning} (`{}`)", name(code)))
}

fn name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(NAME_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_slack_documents_is_understood() {
        // The shapes of the page above.
        let hello =
            r#"{"type":"hello","connection_info":{"app_id":"A1234"},"num_connections":1,"debug_info":{"host":"x"}}"#;
        assert_eq!(read(hello), Said::Hello { app_id: Some("A1234".to_owned()), connections: Some(1) });
        for (reason, farewell) in [
            ("warning", Farewell::Refresh),
            ("refresh_requested", Farewell::Refresh),
            ("link_disabled", Farewell::LinkDisabled),
            ("too_many_websockets", Farewell::TooMany),
            ("new", Farewell::Other("new".to_owned())),
        ] {
            let text = json!({ "type": "disconnect", "reason": reason, "debug_info": { "host": "x" } }).to_string();
            assert_eq!(read(&text), Said::Disconnect(farewell));
        }
        for (kind, expected) in [
            ("events_api", PayloadKind::Event),
            ("slash_commands", PayloadKind::Command),
            ("interactive", PayloadKind::Interaction),
        ] {
            let text =
                json!({ "type": kind, "envelope_id": "e1", "payload": { "a": 1 }, "accepts_response_payload": true });
            let envelope =
                SocketEnvelope { id: "e1".to_owned(), kind: expected, payload: json!({ "a": 1 }), retry: None };
            assert_eq!(read(&text.to_string()), Said::Envelope(envelope));
        }
        let again = json!({
            "type": "events_api", "envelope_id": "e2", "payload": {}, "retry_attempt": 2, "retry_reason": "timeout",
        });
        let Said::Envelope(envelope) = read(&again.to_string()) else { panic!("no envelope") };
        assert_eq!(envelope.retry, Some(Retry { attempt: 2, reason: "timeout".to_owned() }));
    }

    #[test]
    fn anything_else_is_unknown() {
        let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(1000));
        for text in
            ["", "[]", "1", "{", "null", r#"{"type":1}"#, r#"{"type":"events_api"}"#, r#"{"type":"new"}"#, &long]
        {
            let Said::Unknown(what) = read(text) else { panic!("`{text}` is understood") };
            assert!(what.len() <= NAME_LENGTH);
        }
    }

    #[test]
    fn what_stays_is_told_from_what_passes() {
        for code in ["invalid_auth", "not_allowed_token_type", "missing_scope", "forbidden_team", "new_code", ""] {
            assert!(matches!(refusal(code), NotOpened::Refused(_)), "{code}");
        }
        for code in ["internal_error", "ratelimited", "service_unavailable"] {
            assert!(matches!(refusal(code), NotOpened::Failed { .. }), "{code}");
        }
    }
}
