//! The token that a bot signs its requests with: asked for once, kept until shortly before it expires.
//!
//! `teams/connector` takes it, and `teams/graph` another of another scope. However many channels want one at a time, one request asks for it; the others wait for its
//! end, good or bad. Neither the app's secret nor a token is ever logged or part of a reason.
//!
//! Source: <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#bot-to-connector>.

use std::time::Duration;

use domain::delivery::{Broken, DeliveryOutcome, teams_token_outcome};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tracing::Instrument as _;
use url::{Url, form_urlencoded};

use super::{ANSWER_BYTES_MAX, TeamsBot};
use crate::clock::SharedClock;
use crate::outbound::http::{Answered, ExchangeError, HttpClient};
use crate::traces;

const FORM: &str = "application/x-www-form-urlencoded";
/// A token is renewed so long before it expires, or at half of its time if that is shorter.
const RENEWED_BEFORE_MS: i64 = 5 * 60 * 1000;
/// No token is believed for longer, whatever was said. Microsoft's live for an hour, some for a day.
const LIVES_MS_MAX: i64 = 24 * 60 * 60 * 1000;
/// So long, those who waited for a token are told why there is none, instead of asking for themselves.
const FAILURE_STAYS_MS: i64 = 1000;
/// Longer than any of Microsoft's, and too long for a header.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// A token, and whether it was there before it was asked for.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) text: SecretString,
    pub(super) was_kept: bool,
}

enum Kept {
    Nothing,
    Token { text: SecretString, until_ms: i64 },
    Failure { outcome: DeliveryOutcome, until_ms: i64 },
}

pub(super) struct Tokens {
    http: HttpClient,
    clock: SharedClock,
    login_url: Url,
    app_id: String,
    app_password: SecretString,
    tenant: String,
    scope: &'static str,
    kept: Mutex<Kept>,
}

impl Tokens {
    /// `timeout` is of a request as a whole: half of it is left for the request itself. `tenant` gives the token, which is good for
    /// the `scope`.
    pub(super) fn new(
        timeout: Duration,
        clock: SharedClock,
        bot: &TeamsBot,
        tenant: String,
        scope: &'static str,
    ) -> reqwest::Result<Self> {
        let TeamsBot { app_id, app_password, login_url, .. } = bot.clone();
        let http = HttpClient::new(timeout / 2)?;
        Ok(Self { http, clock, login_url, app_id, app_password, tenant, scope, kept: Mutex::new(Kept::Nothing) })
    }

    pub(super) fn app_id(&self) -> &str {
        &self.app_id
    }

    /// The token that is kept, or a new one. An `Err` is `Retry` or `Paused`.
    pub(super) async fn token(&self) -> Result<Token, DeliveryOutcome> {
        self.token_but(None).await
    }

    /// Another token than this one, which was refused. Many may find it refused: one of them asks.
    pub(super) async fn token_after(&self, refused: &SecretString) -> Result<Token, DeliveryOutcome> {
        self.token_but(Some(refused)).await
    }

    /// A new token, whatever is kept: whether the credentials work.
    pub(super) async fn new_token(&self) -> Result<Token, DeliveryOutcome> {
        let mut kept = self.kept.lock().await;
        self.ask(&mut kept).await
    }

    async fn token_but(&self, refused: Option<&SecretString>) -> Result<Token, DeliveryOutcome> {
        let mut kept = self.kept.lock().await;
        let now_ms = self.clock.now_ms();
        let is_refused =
            |text: &SecretString| refused.is_some_and(|refused| refused.expose_secret() == text.expose_secret());
        match &*kept {
            Kept::Token { text, until_ms } if *until_ms > now_ms && !is_refused(text) => {
                Ok(Token { text: text.clone(), was_kept: true })
            }
            Kept::Failure { outcome, until_ms } if *until_ms > now_ms => Err(outcome.clone()),
            _ => self.ask(&mut kept).await,
        }
    }

    async fn ask(&self, kept: &mut Kept) -> Result<Token, DeliveryOutcome> {
        // Whoever gives up waiting leaves nothing half-known behind.
        *kept = Kept::Nothing;
        let asked_at_ms = self.clock.now_ms();
        match self.answer().instrument(traces::chat_call("teams", "token")).await {
            Ok((text, lives_ms)) => {
                let renewed_before_ms = RENEWED_BEFORE_MS.min(lives_ms / 2);
                let until_ms = asked_at_ms.saturating_add(lives_ms - renewed_before_ms);
                *kept = Kept::Token { text: text.clone(), until_ms };
                Ok(Token { text, was_kept: false })
            }
            Err(outcome) => {
                let until_ms = self.clock.now_ms().saturating_add(FAILURE_STAYS_MS);
                *kept = Kept::Failure { outcome: outcome.clone(), until_ms };
                Err(outcome)
            }
        }
    }

    /// Asks, and answers a token and how many milliseconds it lives.
    async fn answer(&self) -> Result<(SecretString, i64), DeliveryOutcome> {
        #[derive(Deserialize)]
        struct Given {
            access_token: SecretString,
            expires_in: i64,
        }
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.app_id)
            .append_pair("client_secret", self.app_password.expose_secret())
            .append_pair("scope", self.scope)
            .finish();
        let exchange = async {
            let wrong = |error: url::ParseError| ExchangeError::Network(Broken::Connect, error.to_string());
            let url = self.login_url.join(&format!("{}/oauth2/v2.0/token", self.tenant)).map_err(wrong)?;
            let request = self.http.request(Method::POST, url).header(CONTENT_TYPE, FORM).body(form);
            Answered::of(request, ANSWER_BYTES_MAX).await
        };
        let answered = exchange.await.map_err(|error| match error.broken().outcome("Microsoft's login") {
            DeliveryOutcome::Retry { after_ms, .. } => {
                let reason = format!("no token for the bot from Microsoft's login: {error}");
                DeliveryOutcome::Retry { after_ms, reason }
            }
            other => other,
        })?;
        let answer = answered.answer(self.clock.now_ms());
        let given = serde_json::from_slice::<Given>(answer.body).ok().filter(|_| answer.status == 200);
        match given {
            Some(Given { access_token, expires_in }) if is_token(&access_token) && expires_in > 0 => {
                Ok((access_token, expires_in.saturating_mul(1000).min(LIVES_MS_MAX)))
            }
            _ => Err(teams_token_outcome(answer)),
        }
    }
}

/// Whether it can stand in a header.
fn is_token(text: &SecretString) -> bool {
    let text = text.expose_secret();
    (1..=TOKEN_BYTES_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}
