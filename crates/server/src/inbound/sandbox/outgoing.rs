//! Slack's requests to Bellhop: signed as Slack signs them, over real HTTP, repeated as Slack repeats them.
//!
//! Called by `speech.rs`, `presses.rs` and `views.rs`. It says what Bellhop answered and decides nothing by it. Sources:
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack>, <https://docs.slack.dev/apis/events-api>.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::http::header;
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;
use url::Url;

use super::Sandbox;

/// Slack waits so long for any answer.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);
/// "The first retry will be sent nearly immediately. The second retry will be attempted after 1 minute. The third and final
/// retry will be sent after 5 minutes": <https://docs.slack.dev/apis/events-api#retries>
const REPEATED_AFTER: [Duration; 3] = [Duration::from_millis(500), Duration::from_mins(1), Duration::from_mins(5)];
/// As observed in what Slack sends.
const USER_AGENT: &str = "Slackbot 1.0 (+https://api.slack.com/robots)";
/// More of an answer is not read: it is a view, or a message.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// What is needed to reach Bellhop, which is the same process: by its own address all the same, as Slack would.
pub struct Outgoing {
    http: reqwest::Client,
    /// Ends with `/`.
    bellhop_url: Url,
    pub tasks: TaskTracker,
}

/// Where Slack sends what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Events,
    Commands,
    Interactivity,
}

/// Why there was no good answer, as `X-Slack-Retry-Reason` says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unheard {
    Timeout,
    Connection,
    /// It answered, but not 200.
    Status(u16),
}

/// Bellhop's answer of status 200.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    pub body: Vec<u8>,
    /// `X-Slack-No-Retry: 1`
    no_retry: bool,
}

impl Outgoing {
    pub fn new(bellhop_url: Url, tasks: TaskTracker) -> reqwest::Result<Self> {
        // To this machine alone, so without a proxy; and what Slack would not follow is not followed.
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(ANSWER_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .user_agent(USER_AGENT)
            .build()?;
        Ok(Self { http, bellhop_url, tasks })
    }

    pub fn url(&self, path: &str) -> Result<Url, url::ParseError> {
        self.bellhop_url.join(path)
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    async fn send(
        &self,
        door: Door,
        body: &str,
        signing: (&str, i64),
        repetition: Option<(usize, &Unheard)>,
    ) -> Result<Heard, Unheard> {
        let (secret, now_ms) = signing;
        let (path, content_type, accept) = match door {
            Door::Events => ("slack/events", JSON, "*/*"),
            Door::Commands => ("slack/commands", FORM, "application/json,*/*"),
            Door::Interactivity => ("slack/interactivity", FORM, "application/json,*/*"),
        };
        let url = self.url(path).map_err(|_| Unheard::Connection)?;
        let timestamp = now_ms.div_euclid(1_000).to_string();
        let mut request = self
            .http
            .post(url)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::ACCEPT, accept)
            .header("x-slack-signature", signature(secret, &timestamp, body))
            .header("x-slack-request-timestamp", timestamp)
            .body(body.to_owned());
        if let Some((number, reason)) = repetition {
            request = request.header("x-slack-retry-num", number).header("x-slack-retry-reason", reason.code());
        }
        let mut response = request.send().await.map_err(|error| Unheard::of(&error))?;
        let status = response.status().as_u16();
        let no_retry = response.headers().get("x-slack-no-retry").is_some_and(|value| value == "1");
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| Unheard::of(&error))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Unheard::Connection);
            }
            body.extend_from_slice(&chunk);
        }
        if status == 200 || no_retry { Ok(Heard { body, no_retry }) } else { Err(Unheard::Status(status)) }
    }
}

impl Unheard {
    fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() { Self::Timeout } else { Self::Connection }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Timeout => "http_timeout",
            Self::Connection => "connection_failed",
            Self::Status(_) => "http_error",
        }
    }

    /// For the page: what went wrong with what somebody did.
    pub fn sentence(&self) -> String {
        match self {
            Self::Timeout => "Bellhop did not answer within three seconds.".to_owned(),
            Self::Connection => "Bellhop could not be reached.".to_owned(),
            Self::Status(status) => format!("Bellhop answered with status {status}."),
        }
    }
}

/// As a browser sends a form.
pub fn form<'f>(pairs: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// What an own test reads of it: `{"status": 200}` or `{"status": null, "reason": "http_timeout"}`.
pub fn shown(answer: &Result<Heard, Unheard>) -> Value {
    match answer {
        Ok(_) => json!({ "status": 200 }),
        Err(Unheard::Status(status)) => json!({ "status": status, "reason": "http_error" }),
        Err(unheard) => json!({ "status": null, "reason": unheard.code() }),
    }
}

/// <https://docs.slack.dev/authentication/verifying-requests-from-slack#making>
fn signature(secret: &str, timestamp: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("v0:{timestamp}:{body}").as_bytes());
    let mut text = String::from("v0=");
    for byte in tag.as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl Sandbox {
    /// A command or an interaction: once, whatever becomes of it.
    pub(super) async fn ask(&self, door: Door, body: &str) -> Result<Heard, Unheard> {
        let signing = (self.workspace.app.signing_secret.as_str(), (self.now_ms)());
        self.outgoing.send(door, body, signing, None).await
    }

    /// An interaction's payload, in the form in which Slack sends it.
    pub(super) async fn interact(&self, payload: &Value) -> Result<Heard, Unheard> {
        let form = form([("payload", payload.to_string().as_str())]);
        self.ask(Door::Interactivity, &form).await
    }

    /// An event of the Events API. What came of the first attempt is answered; Slack's repetitions follow by themselves.
    pub(super) async fn tell(self: &Arc<Self>, inner: &Value) -> Value {
        let event_id = format!("Ev{}", uuid::Uuid::new_v4().simple().to_string().to_uppercase());
        let body = self.event(&event_id, inner).to_string();
        let signing = (self.workspace.app.signing_secret.as_str(), (self.now_ms)());
        let first = self.outgoing.send(Door::Events, &body, signing, None).await;
        let mut told = shown(&first);
        if let Some(members) = told.as_object_mut() {
            members.insert("event_id".to_owned(), json!(event_id));
        }
        if let Err(unheard) = first {
            let sandbox = Arc::clone(self);
            let closing = self.closing.clone();
            self.outgoing.tasks.spawn(async move {
                tokio::select! {
                    () = sandbox.repeat(&body, unheard) => {}
                    () = closing.cancelled() => {}
                }
            });
        }
        told
    }

    async fn repeat(&self, body: &str, mut why: Unheard) {
        for (index, after) in REPEATED_AFTER.into_iter().enumerate() {
            tokio::time::sleep(after).await;
            let signing = (self.workspace.app.signing_secret.as_str(), (self.now_ms)());
            match self.outgoing.send(Door::Events, body, signing, Some((index + 1, &why))).await {
                Ok(heard) => {
                    tracing::debug!(heard.no_retry, "the sandbox's event was heard after {} repetitions", index + 1);
                    return;
                }
                Err(unheard) => why = unheard,
            }
        }
        tracing::warn!(
            reason = why.code(),
            "an event of the sandbox was heard by nobody, and is given up as Slack does"
        );
    }

    /// <https://docs.slack.dev/apis/events-api#event-type-structure>
    fn event(&self, event_id: &str, inner: &Value) -> Value {
        json!({
            "token": "sandbox", "team_id": self.workspace.team_id, "api_app_id": self.workspace.app.app_id, "event": inner,
            "type": "event_callback", "event_id": event_id, "event_time": (self.now_ms)().div_euclid(1_000),
            "authorizations": [{
                "enterprise_id": null, "team_id": self.workspace.team_id, "user_id": super::people::BOT_USER_ID,
                "is_bot": true, "is_enterprise_install": false,
            }],
            "is_ext_shared_channel": false, "event_context": format!("4-{event_id}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn slacks_own_example_is_signed_as_slack_does() {
        // Of the page above.
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        assert_eq!(
            signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body),
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        );
    }
}
