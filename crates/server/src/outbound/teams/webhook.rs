//! Webhooks of Microsoft Teams: of a Workflow, or of a connector. Each is a credential of its own channel.

use std::time::Duration;

use domain::delivery::{DeliveryOutcome, TeamsRoute, teams_outcome};
use domain::notification::render::teams::TeamsMessage;
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use tracing::Instrument as _;
use url::Url;

use super::ANSWER_BYTES_MAX;
use crate::clock::SharedClock;
use crate::outbound::http::{Answered, HttpClient};
use crate::traces;

pub(super) struct Webhooks {
    http: HttpClient,
    clock: SharedClock,
}

impl Webhooks {
    pub(super) fn new(timeout: Duration, clock: SharedClock) -> reqwest::Result<Self> {
        Ok(Self { http: HttpClient::new(timeout)?, clock })
    }

    pub(super) async fn post(&self, webhook: &SecretString, message: &TeamsMessage) -> DeliveryOutcome {
        let Ok(url) = Url::parse(webhook.expose_secret()) else {
            let reason = "the webhook's URL in `microsoft_teams.webhooks` is none; correct it and retry".to_owned();
            return DeliveryOutcome::Dead { reason };
        };
        let request = self.http.request(Method::POST, url).json(message);
        let exchange = Answered::of(request, ANSWER_BYTES_MAX).instrument(traces::chat_call("teams", "webhook"));
        match exchange.await {
            Ok(answered) => teams_outcome(TeamsRoute::Webhook, answered.answer(self.clock.now_ms())),
            Err(error) => error.broken().outcome("Teams"),
        }
    }
}
