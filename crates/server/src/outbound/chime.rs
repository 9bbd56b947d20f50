//! Webhooks of Amazon Chime. What an answer means is `domain::delivery`'s to say.

use std::time::Duration;

use domain::delivery::{DeliveryOutcome, chime_outcome};
use domain::notification::render::chime::ChimeMessage;
use reqwest::Method;
use tracing::Instrument as _;
use url::Url;
use wire::ids::ChimeWebhookUrl;

use super::http::{Answered, HttpClient};
use crate::clock::SharedClock;
use crate::traces;

const ANSWER_BYTES_MAX: usize = 64 * 1024;

pub struct ChimeClient {
    http: HttpClient,
    /// In place of `https://hooks.chime.aws/`, for a test of one's own.
    api_url: Option<Url>,
    clock: SharedClock,
}

impl ChimeClient {
    pub fn new(api_url: Option<Url>, timeout: Duration, clock: SharedClock) -> reqwest::Result<Self> {
        Ok(Self { http: HttpClient::new(timeout)?, api_url, clock })
    }

    /// Where a configuration's webhook is.
    pub fn webhook(&self, url: &ChimeWebhookUrl) -> Option<Url> {
        let url = Url::parse(url.as_str()).ok()?;
        let Some(mut elsewhere) = self.api_url.clone() else { return Some(url) };
        elsewhere.set_path(url.path());
        elsewhere.set_query(url.query());
        Some(elsewhere)
    }

    pub async fn post(&self, webhook: &Url, message: &ChimeMessage) -> DeliveryOutcome {
        let request = self.http.request(Method::POST, webhook.clone()).json(message);
        let exchange = Answered::of(request, ANSWER_BYTES_MAX).instrument(traces::chat_call("chime", "webhook"));
        match exchange.await {
            Ok(answered) => chime_outcome(answered.answer(self.clock.now_ms())),
            Err(error) => error.broken().outcome("Chime"),
        }
    }
}
