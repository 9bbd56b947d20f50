//! Slack's Web API, as far as Bellhop uses it. What an answer means is `domain::delivery`'s to say.

use std::time::Duration;

use domain::delivery::{DeliveryOutcome, SlackAnswer, slack_outcome};
use domain::notification::render::slack::SlackMessage;
use reqwest::{Method, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use tracing::Instrument as _;
use url::Url;

use super::http::{self, ExchangeError, HttpClient};
use crate::traces;

/// Slack's own, when the settings name no other.
pub const SLACK_API_URL: &str = "https://slack.com/api/";
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

pub struct SlackClient {
    http: HttpClient,
    api_url: Url,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub channel_id: &'a str,
    /// The thread's first message, for a reply.
    pub thread_ts: Option<&'a str>,
}

impl SlackClient {
    pub fn new(api_url: Url, timeout: Duration) -> reqwest::Result<Self> {
        Ok(Self { http: HttpClient::new(timeout)?, api_url })
    }

    /// `chat.postMessage`.
    pub async fn post_message(
        &self,
        token: &SecretString,
        place: Place<'_>,
        message: &SlackMessage,
    ) -> DeliveryOutcome {
        #[derive(Serialize)]
        struct Post<'a> {
            channel: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            thread_ts: Option<&'a str>,
            #[serde(flatten)]
            message: &'a SlackMessage,
            unfurl_links: bool,
        }
        let post = Post { channel: place.channel_id, thread_ts: place.thread_ts, message, unfurl_links: false };
        self.verdict("chat.postMessage", token, &post).await
    }

    /// `chat.update`.
    pub async fn update_message(
        &self,
        token: &SecretString,
        channel_id: &str,
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
        self.verdict("chat.update", token, &Update { channel: channel_id, ts, message }).await
    }

    /// The channel's name by `conversations.info`; `None` if Slack does not say it, for whatever reason.
    pub async fn channel_name(&self, token: &SecretString, channel_id: &str) -> Option<String> {
        let response = self.call("conversations.info", token, &json!({ "channel": channel_id })).await.ok()?;
        let body = http::body(response, ANSWER_BYTES_MAX).await.ok()?;
        let answer: Value = serde_json::from_slice(&body).ok()?;
        answer.pointer("/channel/name")?.as_str().filter(|name| !name.is_empty()).map(str::to_owned)
    }

    async fn verdict(&self, method: &str, token: &SecretString, body: &(impl Serialize + Sync)) -> DeliveryOutcome {
        match self.exchange(method, token, body).instrument(traces::slack_call(method)).await {
            Ok(outcome) => outcome,
            Err(error) => DeliveryOutcome::Retry { after_ms: None, reason: format!("Slack: {error}") },
        }
    }

    async fn exchange(
        &self,
        method: &str,
        token: &SecretString,
        body: &(impl Serialize + Sync),
    ) -> Result<DeliveryOutcome, ExchangeError> {
        let response = self.call(method, token, body).await?;
        let status = response.status().as_u16();
        let retry_after_seconds = retry_after_seconds(&response);
        // A 5xx or 429 says all with its head; the body may never come.
        let body = if status < 400 { http::body(response, ANSWER_BYTES_MAX).await? } else { Vec::new() };
        Ok(slack_outcome(SlackAnswer { status, retry_after_seconds, body: &body }))
    }

    async fn call(
        &self,
        method: &str,
        token: &SecretString,
        body: &(impl Serialize + Sync),
    ) -> Result<Response, ExchangeError> {
        let url = self.api_url.join(method).map_err(|error| ExchangeError::Network(error.to_string()))?;
        Ok(self.http.request(Method::POST, url).bearer_auth(token.expose_secret()).json(body).send().await?)
    }
}

fn retry_after_seconds(response: &Response) -> Option<i64> {
    response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()
}
