//! What the page and users' own tests read: `/sandbox/messages` and `/sandbox/channels`.
//!
//! The shape of a message is [`super::channels::Message`]; it only ever gains keys. Nothing here talks as Slack does.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::channels::{Selection, Ts, is_channel_id};
use super::live::LiveEvent;
use super::{Sandbox, answer, refusal};

/// `GET /sandbox/messages?channel=&thread_ts=&since=&limit=`, each optional: `{"messages": […]}`, oldest first.
///
/// `thread_ts` picks a thread's first message and its replies, `since` what is younger than this `ts`, `limit` the
/// newest so many. A channel without messages answers an empty list; a malformed query 400.
pub async fn messages(State(sandbox): State<Arc<Sandbox>>, RawQuery(query): RawQuery) -> Response {
    let mut channel = None;
    let mut selection = Selection::default();
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let understood = match &*name {
            "channel" => channel_argument(&value).map(|id| channel = Some(id)),
            "thread_ts" => ts_argument("thread_ts", &value).map(|ts| selection.thread_ts = Some(ts)),
            "since" => ts_argument("since", &value).map(|ts| selection.since = Some(ts)),
            "limit" => match value.parse::<usize>() {
                Ok(limit) if limit > 0 => {
                    selection.limit = Some(limit);
                    Ok(())
                }
                _ => Err(format!("`limit` is `{value}`: give a whole number from 1")),
            },
            other => Err(format!("there is no `{other}`: use channel, thread_ts, since or limit")),
        };
        if let Err(sentence) = understood {
            return refusal(StatusCode::BAD_REQUEST, &sentence);
        }
    }
    selection.channel = channel.as_deref();
    let messages = sandbox.channels().select(&selection);
    let messages: Vec<_> = messages.iter().map(|message| json!(**message)).collect();
    answer(StatusCode::OK, &json!({ "messages": messages }))
}

/// `DELETE /sandbox/messages?channel=`: forgets one channel's messages or all, `{"cleared": 3}`. The channels stay.
pub async fn clear(State(sandbox): State<Arc<Sandbox>>, RawQuery(query): RawQuery) -> Response {
    let mut channel = None;
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let understood = match &*name {
            "channel" => channel_argument(&value).map(|id| channel = Some(id)),
            other => Err(format!("there is no `{other}`: use channel")),
        };
        if let Err(sentence) = understood {
            return refusal(StatusCode::BAD_REQUEST, &sentence);
        }
    }
    let mut channels = sandbox.channels();
    let cleared = channels.clear(channel.as_deref());
    sandbox.announce(LiveEvent::Cleared(channel));
    answer(StatusCode::OK, &json!({ "cleared": cleared }))
}

/// `GET /sandbox/channels`: `{"team": {"id", "name"}, "channels": [{"id", "name", "is_private", "messages",
/// "latest_ts"}…]}`, in the order of their ids. A channel is there once a configuration or a message has named it.
pub async fn channels(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let team = json!({ "id": sandbox.workspace.team_id, "name": sandbox.workspace.team_name });
    let channels = sandbox.channels().summaries();
    answer(StatusCode::OK, &json!({ "team": team, "channels": channels }))
}

fn channel_argument(value: &str) -> Result<String, String> {
    if is_channel_id(value) {
        return Ok(value.to_owned());
    }
    Err(format!("`{value}` is no channel id: give one such as C0ALERTS"))
}

fn ts_argument(name: &str, value: &str) -> Result<Ts, String> {
    value.parse().map_err(|_| format!("`{name}` is `{value}`: give a ts such as 1700000000.000100"))
}
