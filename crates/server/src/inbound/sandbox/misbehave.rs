//! How a fault looks from outside: what `faults.rs` decided, done to one request. Called by `slack_api.rs`.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::answer;

/// What happens instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// 429 and a Retry-After in whole seconds: <https://docs.slack.dev/apis/web-api/rate-limits>
    RateLimited { retry_after_seconds: u64 },
    /// A 5xx without JSON, as Slack's load balancers give it.
    ServerError { status: u16 },
    /// No answer for so long, then none at all: the connection ends.
    Hang { seconds: u64 },
    /// The connection ends without an answer.
    Reset,
    /// An ordinary `{"ok": false, "error": …}`.
    SlackError { error: String },
}

impl Misbehaviour {
    /// The name under which `GET /sandbox/faults` counts it.
    pub fn label(&self) -> String {
        match self {
            Self::RateLimited { .. } => "429".to_owned(),
            Self::ServerError { status } => status.to_string(),
            Self::Hang { .. } => "hang".to_owned(),
            Self::Reset => "reset".to_owned(),
            Self::SlackError { .. } => "200".to_owned(),
        }
    }

    pub async fn act(self, closing: &CancellationToken) -> Response {
        match self {
            Self::RateLimited { retry_after_seconds } => {
                let body = json!({ "ok": false, "error": "ratelimited" });
                let mut response = answer(StatusCode::TOO_MANY_REQUESTS, &body);
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
                response
            }
            Self::ServerError { status } => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (status, "the sandbox was told to fail").into_response()
            }
            Self::Hang { seconds } => {
                // A client that gives up drops this future, and with it the wait.
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
                    () = closing.cancelled() => {}
                }
                torn()
            }
            Self::Reset => torn(),
            Self::SlackError { error } => answer(StatusCode::OK, &json!({ "ok": false, "error": error })),
        }
    }
}

/// A response whose body fails before its first byte: hyper then closes the connection with the head still unsent.
fn torn() -> Response {
    let failure = io::Error::other("the sandbox was told to tear the connection");
    Body::from_stream(tokio_stream::once(Err::<Bytes, io::Error>(failure))).into_response()
}
