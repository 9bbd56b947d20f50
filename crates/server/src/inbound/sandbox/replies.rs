//! Response URLs: what Bellhop says by one, five times in half an hour. `tickets.rs` counts; `posting.rs` judges and keeps.
//!
//! Source: <https://docs.slack.dev/interactivity/handling-user-interaction#message_responses>. It takes no token: who knows the
//! URL may post, as with Slack's.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::channels::Message;
use super::slack_api::SlackError;
use super::tickets::ResponsePlace;
use super::{Sandbox, answer};

/// `POST /sandbox/slack/response/TICKET`
pub async fn post(State(sandbox): State<Arc<Sandbox>>, Path(ticket): Path<String>, body: Bytes) -> Response {
    let said = match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Object(members)) => Value::Object(members),
        _ => return refused(StatusCode::BAD_REQUEST, "invalid_payload"),
    };
    let place = match sandbox.tickets().respond(&ticket, (sandbox.now_ms)()) {
        Ok(place) => place,
        Err(code) => return refused(StatusCode::NOT_FOUND, code),
    };
    match sandbox.respond(&place, &Arguments::of_json(said)) {
        Ok(()) => (StatusCode::OK, "ok").into_response(),
        Err(error) => refused(StatusCode::BAD_REQUEST, error.code()),
    }
}

fn refused(status: StatusCode, code: &str) -> Response {
    answer(status, &json!({ "ok": false, "error": code }))
}

impl Sandbox {
    pub(super) fn respond(&self, place: &ResponsePlace, arguments: &Arguments) -> Result<(), SlackError> {
        let replaced = place.message_ts.filter(|_| arguments.flag("replace_original"));
        if let Some(ts) = place.message_ts.filter(|_| arguments.flag("delete_original")) {
            self.take_away(&place.channel, ts);
            return Ok(());
        }
        let content = self.content(arguments)?;
        if let Some(ts) = replaced {
            let mut channels = self.channels();
            let message = self.put(&mut channels, &place.channel, ts, content);
            return message.map(drop).ok_or_else(|| SlackError::new("message_not_found"));
        }
        let in_channel = arguments.text("response_type").as_deref() == Some("in_channel");
        let thread_ts = arguments.text("thread_ts").and_then(|ts| ts.parse().ok()).or(place.thread_ts);
        let message = content.posted(&place.channel, thread_ts);
        let ephemeral_to = (!in_channel).then(|| place.user.to_owned());
        self.keep(Message { ephemeral_to, ..message });
        Ok(())
    }
}
