//! Slack's Web API, as far as Bellhop uses it. What an answer means is `domain::delivery`'s to say.

mod channels;
mod files;
pub mod oauth;
mod replies;
mod socket;
mod user_groups;

use std::time::Duration;

use domain::delivery::{Broken, DeliveryOutcome, slack_outcome};
use domain::notification::render::slack::SlackMessage;
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use tracing::Instrument as _;
use url::Url;
use uuid::Uuid;

pub use self::channels::ChannelStanding;
pub use self::files::{NotUploaded, Upload, UploadThread};
pub use self::replies::Respond;
pub use self::socket::{Farewell, NotOpened, Said, SlackSocket, SocketEnvelope};

use super::http::{Answered, ExchangeError, HttpClient};
use crate::clock::SharedClock;
use crate::traces;

/// Slack's own, when the settings name no other.
pub const SLACK_API_URL: &str = "https://slack.com/api/";
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

pub struct SlackClient {
    http: HttpClient,
    api_url: Url,
    clock: SharedClock,
}

/// A channel, and the token that it is written to with.
#[derive(Debug, Clone, Copy)]
pub struct SlackChannelCall<'a> {
    pub token: &'a SecretString,
    pub channel_id: &'a str,
}

/// Where a message goes in its channel, and by what it is known again.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The thread's first message, for a reply.
    pub thread_ts: Option<&'a str>,
    /// Of a reply: it shows in the channel too.
    pub reply_broadcast: bool,
    pub client_msg_id: Uuid,
}

/// What came of a message.
#[derive(Debug)]
pub struct Posted {
    pub outcome: DeliveryOutcome,
    /// A reply that stands in the channel itself: of a first message that somebody deleted Slack says nothing else
    /// (<https://github.com/slack-go/slack/issues/1571>).
    pub beside_thread: bool,
}

impl SlackClient {
    pub fn new(api_url: Url, timeout: Duration, clock: SharedClock) -> reqwest::Result<Self> {
        Ok(Self { http: HttpClient::new(timeout)?, api_url, clock })
    }

    /// `chat.postMessage`.
    pub async fn post_message(&self, call: &SlackChannelCall<'_>, place: Place<'_>, message: &SlackMessage) -> Posted {
        #[derive(Serialize)]
        struct Post<'a> {
            channel: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            thread_ts: Option<&'a str>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            reply_broadcast: bool,
            client_msg_id: String,
            #[serde(flatten)]
            message: &'a SlackMessage,
            unfurl_links: bool,
        }
        let Place { thread_ts, reply_broadcast, client_msg_id } = place;
        let (channel, client_msg_id) = (call.channel_id, client_msg_id.to_string());
        let post = Post { channel, thread_ts, reply_broadcast, client_msg_id, message, unfurl_links: false };
        let answered = self.exchange("chat.postMessage", call.token, &post).await;
        let beside_thread =
            thread_ts.is_some() && answered.as_ref().is_ok_and(|answered| is_beside_thread(answered.body()));
        Posted { outcome: self.outcome_of("chat.postMessage", answered), beside_thread }
    }

    /// `chat.update`.
    pub async fn update_message(
        &self,
        call: &SlackChannelCall<'_>,
        ts: &str,
        message: &SlackMessage,
    ) -> DeliveryOutcome {
        #[derive(Serialize)]
        struct Update<'a> {
            channel: &'a str,
            ts: &'a str,
            #[serde(flatten)]
            message: &'a SlackMessage,
        }
        self.verdict("chat.update", call.token, &Update { channel: call.channel_id, ts, message }).await
    }

    /// The channel's name by `conversations.info`; `None` if Slack does not say it, for whatever reason.
    pub async fn channel_name(&self, token: &SecretString, channel_id: &str) -> Option<String> {
        let channel = self.channel_info(token, channel_id).await?;
        channel.get("name")?.as_str().filter(|name| !name.is_empty()).map(str::to_owned)
    }

    /// Whether `conversations.info` says that the channel is private; `None` if Slack does not say it, for whatever reason: it
    /// does not know the channel, or the app is not in it.
    pub async fn channel_is_private(&self, token: &SecretString, channel_id: &str) -> Option<bool> {
        let channel = self.channel_info(token, channel_id).await?;
        let is = |member: &str| channel.get(member).and_then(Value::as_bool);
        // A direct message has no `is_private`.
        if is("is_im") == Some(true) || is("is_mpim") == Some(true) { Some(true) } else { is("is_private") }
    }

    async fn channel_info(&self, token: &SecretString, channel_id: &str) -> Option<Value> {
        let mut answer = self.conversation(token, channel_id).await.ok()?;
        answer.get_mut("channel").map(Value::take)
    }

    /// `auth.test`: whether Slack takes the token. An `Err` says what it answered; a Slack that cannot be reached says
    /// nothing of the token.
    pub async fn token_works(&self, token: &SecretString) -> Result<(), String> {
        match self.verdict("auth.test", token, &json!({})).await {
            DeliveryOutcome::Delivered { .. } => Ok(()),
            DeliveryOutcome::Retry { reason, .. }
            | DeliveryOutcome::Paused { reason }
            | DeliveryOutcome::Dead { reason } => Err(reason),
        }
    }

    async fn verdict(&self, method: &str, token: &SecretString, body: &(impl Serialize + Sync)) -> DeliveryOutcome {
        let answered = self.exchange(method, token, body).await;
        self.outcome_of(method, answered)
    }

    async fn exchange(
        &self,
        method: &str,
        token: &SecretString,
        body: &(impl Serialize + Sync),
    ) -> Result<Answered, ExchangeError> {
        let exchange = async { Answered::of(self.call(method, token, body)?, ANSWER_BYTES_MAX).await };
        exchange.instrument(traces::chat_call("slack", method)).await
    }

    fn outcome_of(&self, method: &str, answered: Result<Answered, ExchangeError>) -> DeliveryOutcome {
        match answered {
            Ok(answered) => slack_outcome(answered.answer(self.clock.now_ms())),
            Err(error) => {
                tracing::debug!(%error, method, "Slack did not answer");
                error.broken().outcome("Slack")
            }
        }
    }

    fn call(
        &self,
        method: &str,
        token: &SecretString,
        body: &(impl Serialize + Sync),
    ) -> Result<RequestBuilder, ExchangeError> {
        let wrong = |error: url::ParseError| ExchangeError::Network(Broken::Connect, error.to_string());
        let url = self.api_url.join(method).map_err(wrong)?;
        Ok(self.http.request(Method::POST, url).bearer_auth(token.expose_secret()).json(body))
    }
}

/// Of the answer to a reply that was posted: the message that it shows is in no thread.
fn is_beside_thread(body: &[u8]) -> bool {
    let answer: Option<Value> = serde_json::from_slice(body).ok();
    let message = answer.as_ref().and_then(|answer| answer.get("message")).and_then(Value::as_object);
    message.is_some_and(|message| !message.contains_key("thread_ts"))
}

/// Whether Slack has refused how a message is laid out: what it says may be taken in plain text.
pub fn refuses_layout(outcome: &DeliveryOutcome) -> bool {
    const CODES: [&str; 5] = [
        "`invalid_blocks",
        "`invalid_attachments",
        "`msg_blocks_too_long",
        "`msg_too_long",
        "`attachment_payload_limit",
    ];
    matches!(outcome, DeliveryOutcome::Dead { reason } if CODES.iter().any(|code| reason.contains(code)))
}
