//! Slack's Socket Mode: a WebSocket that Bellhop opens, through which Slack says what it would else post to a public URL.
//!
//! `worker/slack_socket` opens it, reads it and acknowledges. The connection is made by the HTTP client of all other
//! calls and then upgraded (RFC 6455, section 4.1): so TLS, its roots, time-outs and the environment's proxy are theirs,
//! and `tokio-tungstenite` has the frames alone. Nothing here decides what is acknowledged, or when to come back.
//!
//! Source: <https://docs.slack.dev/apis/events-api/using-socket-mode>.

mod message;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::header::{CONNECTION, HeaderMap, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{Method, StatusCode, Upgraded};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;
use uuid::Uuid;

pub use self::message::{Farewell, Said, SocketEnvelope};

use super::{ANSWER_BYTES_MAX, SlackClient};
use crate::outbound::http::{self, Answered};

/// The longest message that is read, as long as the longest body of `/slack/events`: a view with all its values has some
/// hundred KiB. Slack names no bound.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Most of the time nothing is said: a connection that waits need not hold the 128 KiB that are usual.
const READ_BUFFER_BYTES: usize = 8 * 1024;
/// What is sent is an acknowledgement or a pong.
const WRITE_BUFFER_BYTES_MAX: usize = 64 * 1024;
/// RFC 6455, section 1.3.
const ACCEPT_SALT: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Where Slack's sockets are, besides the host of its API.
const SOCKET_HOST_SUFFIXES: [&str; 2] = [".slack.com", ".slack-gov.com"];

/// Why there is no socket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// The token, or the app: it stays so until somebody acts.
    #[error("{0}")]
    Refused(String),
    /// Slack or the way to it: it mends itself.
    #[error("{reason}")]
    Failed { reason: String, wait_ms: Option<i64> },
}

/// What ends a connection, as it is told in the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Ended(String);

/// An open connection. Dropping it closes it without a word.
pub struct SlackSocket(WebSocketStream<Upgraded>);

impl SlackClient {
    /// `apps.connections.open`: whether Slack takes the app's token, and the address of a socket. It holds for one
    /// connection, within seconds.
    pub async fn socket_url(&self, app_token: &SecretString) -> Result<Url, NotOpened> {
        const METHOD: &str = "apps.connections.open";
        let call = self.call(METHOD, app_token, &json!({})).map_err(failed)?;
        let answered = Answered::of(call, ANSWER_BYTES_MAX).await.map_err(failed)?;
        let answer = answered.answer(self.clock.now_ms());
        if answer.status == 429 {
            return Err(NotOpened::Failed {
                reason: "Slack opens no more sockets for now (429)".to_owned(),
                wait_ms: answer.asked_ms(),
            });
        }
        let Ok(said) = serde_json::from_slice::<Value>(answer.body) else {
            let status = answer.status;
            return Err(failed(format!("`{METHOD}` answered HTTP {status} without the JSON of Slack's API")));
        };
        if said.get("ok") != Some(&Value::Bool(true)) {
            return Err(message::refusal(said.get("error").and_then(Value::as_str).unwrap_or_default()));
        }
        let url = said.get("url").and_then(Value::as_str).and_then(|url| self.allowed_socket_url(url));
        url.ok_or_else(|| failed(format!("`{METHOD}` answered no address of Slack's: check `slack.api_url`")))
    }

    /// A socket of the app whose token it is.
    pub async fn open_socket(&self, app_token: &SecretString) -> Result<SlackSocket, NotOpened> {
        let url = self.socket_url(app_token).await?;
        let key = STANDARD.encode(Uuid::new_v4().into_bytes());
        let request = self
            .http
            .request(Method::GET, url)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let response = request.send().await.map_err(|error| failed(http::ExchangeError::from(error)))?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS || !accepts(response.headers(), &key) {
            let status = response.status().as_u16();
            return Err(failed(format!(
                "the socket was not opened (HTTP {status}): does a proxy let WebSockets through?"
            )));
        }
        let upgraded = response.upgrade().await.map_err(|error| failed(http::ExchangeError::from(error)))?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_BYTES_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_MAX))
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX);
        Ok(SlackSocket(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await))
    }

    /// As the HTTP client takes it, which knows `wss` by its other name. The ticket in it opens the socket: it goes to Slack
    /// alone, and only in the clear if the API is this machine's.
    fn allowed_socket_url(&self, url: &str) -> Option<Url> {
        let (is_tls, rest) = match url.split_once("://")? {
            ("wss", rest) => (true, rest),
            ("ws", rest) => (false, rest),
            _ => return None,
        };
        let url = Url::parse(&format!("{}://{rest}", if is_tls { "https" } else { "http" })).ok()?;
        let host = url.host_str()?;
        let is_slacks =
            Some(host) == self.api_url.host_str() || SOCKET_HOST_SUFFIXES.iter().any(|suffix| host.ends_with(suffix));
        let may_be_clear = http::is_loopback(&self.api_url) && http::is_loopback(&url);
        (is_slacks && (is_tls || may_be_clear)).then_some(url)
    }
}

impl SlackSocket {
    /// The next that Slack says. It may be dropped and asked again: nothing is lost.
    pub async fn next(&mut self) -> Result<Said, Ended> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Ok(message::read(text.as_str())),
            // A ping is answered by the next read.
            Some(Ok(_)) => Ok(Said::StillThere),
            Some(Err(error)) => Err(ended(&error)),
            None => Err(Ended("Slack closed it".to_owned())),
        }
    }

    /// Tells Slack that an envelope was heard: it is not said again.
    pub async fn acknowledge(&mut self, envelope_id: &str) -> Result<(), Ended> {
        let acknowledgement = json!({ "envelope_id": envelope_id }).to_string();
        self.0.send(Message::text(acknowledgement)).await.map_err(|error| ended(&error))
    }

    pub async fn ping(&mut self) -> Result<(), Ended> {
        self.0.send(Message::Ping(Vec::new().into())).await.map_err(|error| ended(&error))
    }

    /// Says goodbye. Slack need not be waited for.
    pub async fn close(mut self) {
        let _ = self.0.close(None).await;
    }
}

/// What was said wrongly is not repeated: it may be what somebody wrote.
fn ended(error: &Error) -> Ended {
    Ended(match error {
        Error::ConnectionClosed | Error::AlreadyClosed => "Slack closed it".to_owned(),
        Error::Io(error) => format!("the connection failed ({})", error.kind()),
        Error::Capacity(_) => format!("a message is longer than {MESSAGE_BYTES_MAX} bytes"),
        Error::Protocol(error) => format!("that is no WebSocket of Slack's ({error})"),
        _ => "that is no WebSocket of Slack's".to_owned(),
    })
}

fn accepts(headers: &HeaderMap, key: &str) -> bool {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{ACCEPT_SALT}").as_bytes());
    headers.get(SEC_WEBSOCKET_ACCEPT).is_some_and(|accept| accept.as_bytes() == STANDARD.encode(digest).as_bytes())
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of `map_err`")]
fn failed(reason: impl ToString) -> NotOpened {
    NotOpened::Failed { reason: reason.to_string(), wait_ms: None }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::clock::SystemClock;

    fn allowed(api_url: &str, url: &str) -> Option<String> {
        let api_url = Url::parse(api_url).unwrap();
        let client = SlackClient::new(api_url, Duration::from_secs(1), Arc::new(SystemClock)).unwrap();
        client.allowed_socket_url(url).map(String::from)
    }

    #[test]
    fn tickets_go_to_slack_alone_and_never_in_the_clear() {
        let (slack, gov) = ("https://slack.com/api/", "https://slack-gov.com/api/");
        for (api_url, url, taken) in [
            (
                slack,
                "wss://wss-primary.slack.com/link/?ticket=1&app_id=2",
                "https://wss-primary.slack.com/link/?ticket=1&app_id=2",
            ),
            (slack, "wss://slack.com/link", "https://slack.com/link"),
            (gov, "wss://wss.slack-gov.com/link", "https://wss.slack-gov.com/link"),
            ("http://127.0.0.1:80/api/", "ws://127.0.0.1:81/link", "http://127.0.0.1:81/link"),
        ] {
            assert_eq!(allowed(api_url, url).as_deref(), Some(taken));
        }
        for (api_url, url) in [
            (slack, "ws://wss-primary.slack.com/link"),
            (slack, "wss://slack.com.example.org/link"),
            (slack, "wss://slack.com@example.org/link"),
            (slack, "wss://notslack.com/link"),
            (slack, "ws://127.0.0.1/link"),
            (slack, "https://wss-primary.slack.com/link"),
            ("http://127.0.0.1:80/api/", "ws://169.254.169.254/link"),
            (slack, "wss://"),
            (slack, ""),
        ] {
            assert_eq!(allowed(api_url, url), None, "{url}");
        }
    }

    /// RFC 6455, section 1.3, has the example.
    #[test]
    fn the_answer_to_the_key_is_that_of_the_rfc() {
        let headers = |accept: &str| HeaderMap::from_iter([(SEC_WEBSOCKET_ACCEPT, accept.parse().unwrap())]);
        assert!(accepts(&headers("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "dGhlIHNhbXBsZSBub25jZQ=="));
        assert!(!accepts(&headers("s3pPLMBiTxaQ9kYGzzhZRbK+xOp="), "dGhlIHNhbXBsZSBub25jZQ=="));
        assert!(!accepts(&HeaderMap::new(), "dGhlIHNhbXBsZSBub25jZQ=="));
    }
}
