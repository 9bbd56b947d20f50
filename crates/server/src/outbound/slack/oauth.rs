//! Slack's side of an authorisation: whose a token is, which workspaces it opens, and tokens for codes and for refresh tokens.
//!
//! `app/slack_workspaces`, `app/slack_oauth` and `bellhop slack` call it. It judges nothing: what Slack refuses comes back as
//! Slack's code.

use std::fmt;

use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tracing::Instrument as _;
use url::{Url, form_urlencoded::Serializer};
use wire::ids::SlackTeamId;

use super::{ANSWER_BYTES_MAX, SlackClient};
use crate::outbound::http;
use crate::traces;

const FORM: &str = "application/x-www-form-urlencoded";
/// Workspaces of an organisation that are read: pages of a hundred, up to a bound against an answer without an end.
const TEAMS_PAGE: &str = "100";
const TEAMS_PAGES_MAX: usize = 100;
/// Characters of a name that Slack gives.
const NAME_MAX: usize = 255;
/// Characters of a code of Slack's; the longest documented one has 42.
const CODE_MAX: usize = 80;

/// Why Slack did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlackRefusal {
    /// Slack's code, bounded and printable.
    #[error("Slack answered `{0}`")]
    Code(String),
    /// It may be asked again: Slack was not reached, was in trouble, or had too much to do.
    #[error("Slack cannot be asked now: {0}")]
    Away(String),
}

/// What `auth.test` says of a token.
#[derive(Debug, Clone)]
pub struct TokenOwner {
    pub team_id: SlackTeamId,
    pub team_name: String,
    pub enterprise_id: Option<String>,
    /// It opens all workspaces of an organisation that added the app, not this one alone.
    pub is_of_organisation: bool,
    pub bot_user_id: Option<String>,
    /// `None`: Slack does not say, as when the token lacks `users:read`.
    pub app_id: Option<String>,
    /// As Slack's header has them, with commas; `None`: Slack does not say.
    pub scopes: Option<String>,
}

/// What a code, or a refresh token, was given for.
#[derive(Debug, Clone)]
pub struct Granted {
    pub bot_token: SecretString,
    /// Where tokens of the app expire: the next refresh token, and seconds until then.
    pub refresh: Option<(SecretString, i64)>,
    pub app_id: Option<String>,
    pub bot_user_id: Option<String>,
    /// `None` where the whole organisation installed the app.
    pub team: Option<(SlackTeamId, String)>,
    pub enterprise_id: Option<String>,
    pub is_of_organisation: bool,
    pub scopes: Option<String>,
}

/// The app that asks.
#[derive(Clone)]
pub struct OauthApp {
    pub app_id: String,
    pub client_id: String,
    pub client_secret: SecretString,
}

impl fmt::Debug for OauthApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OauthApp({})", self.app_id)
    }
}

impl SlackClient {
    /// Where a person is asked whether the app may be installed: beside the Web API, on Slack's host, `GovSlack`'s, the
    /// sandbox's. <https://docs.slack.dev/authentication/installing-with-oauth>
    pub fn authorize_url(&self, client_id: &str, scopes: &str, state: &str, redirect_url: &Url) -> Option<Url> {
        let mut url = self.api_url.join("../oauth/v2/authorize").ok()?;
        url.query_pairs_mut()
            .append_pair("client_id", client_id)
            .append_pair("scope", scopes)
            .append_pair("state", state)
            .append_pair("redirect_uri", redirect_url.as_str());
        Some(url)
    }

    /// `auth.test`, and `bots.info` for the app's id where the token may read it.
    pub async fn owner_of(&self, token: &SecretString) -> Result<TokenOwner, SlackRefusal> {
        let (scopes, answer) = self.ask("auth.test", self.bearer("auth.test", token, &[])?).await?;
        let (team_id, team_name) = team(&answer, "/team_id", "/team").ok_or_else(unreadable)?;
        let mut app_id = text(&answer, "/app_id");
        if let (None, Some(bot_id)) = (&app_id, text(&answer, "/bot_id")) {
            let bot = self.ask("bots.info", self.bearer("bots.info", token, &[("bot", &bot_id)])?).await;
            app_id = bot.ok().and_then(|(_, bot)| text(&bot, "/bot/app_id"));
        }
        Ok(TokenOwner {
            team_id,
            team_name,
            enterprise_id: text(&answer, "/enterprise_id"),
            is_of_organisation: answer.get("is_enterprise_install") == Some(&Value::Bool(true)),
            bot_user_id: text(&answer, "/user_id"),
            app_id,
            scopes,
        })
    }

    /// `auth.teams.list`: the workspaces of an organisation that added the app.
    /// <https://docs.slack.dev/reference/methods/auth.teams.list>
    pub async fn teams_of(&self, token: &SecretString) -> Result<Vec<(SlackTeamId, String)>, SlackRefusal> {
        let (mut teams, mut cursor) = (Vec::new(), String::new());
        for _ in 0..TEAMS_PAGES_MAX {
            let request = self.bearer("auth.teams.list", token, &[("limit", TEAMS_PAGE), ("cursor", &cursor)])?;
            let (_, answer) = self.ask("auth.teams.list", request).await?;
            let page = answer.get("teams").and_then(Value::as_array).ok_or_else(unreadable)?;
            teams.extend(page.iter().filter_map(|it| team(it, "/id", "/name")));
            match answer.pointer("/response_metadata/next_cursor").and_then(Value::as_str) {
                Some(next) if !next.is_empty() && next != cursor => next.clone_into(&mut cursor),
                _ => return Ok(teams),
            }
        }
        Ok(teams)
    }

    /// `oauth.v2.access` with the code that a browser brought.
    /// <https://docs.slack.dev/reference/methods/oauth.v2.access>
    pub async fn exchange_code(&self, app: &OauthApp, code: &str, redirect_url: &Url) -> Result<Granted, SlackRefusal> {
        self.grant(app, &[("code", code), ("redirect_uri", redirect_url.as_str())]).await
    }

    /// `oauth.v2.access` with a refresh token, which is none any more once Slack has answered.
    /// <https://docs.slack.dev/authentication/using-token-rotation>
    pub async fn renew_token(&self, app: &OauthApp, refresh_token: &SecretString) -> Result<Granted, SlackRefusal> {
        self.grant(app, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose_secret())]).await
    }

    async fn grant(&self, app: &OauthApp, arguments: &[(&str, &str)]) -> Result<Granted, SlackRefusal> {
        const METHOD: &str = "oauth.v2.access";
        let request = self.form_request(METHOD, arguments)?;
        let request = request.basic_auth(&app.client_id, Some(app.client_secret.expose_secret()));
        let (_, answer) = self.ask(METHOD, request).await?;
        let bot_token = answer.get("access_token").and_then(Value::as_str).ok_or_else(unreadable)?;
        if text(&answer, "/token_type").as_deref() != Some("bot") {
            return Err(SlackRefusal::Code("not_a_bot_token".to_owned()));
        }
        let refresh_token = answer.get("refresh_token").and_then(Value::as_str);
        let expires_in = answer.get("expires_in").and_then(Value::as_i64).filter(|seconds| *seconds > 0);
        Ok(Granted {
            bot_token: bot_token.into(),
            refresh: refresh_token.zip(expires_in).map(|(token, seconds)| (token.into(), seconds)),
            app_id: text(&answer, "/app_id"),
            bot_user_id: text(&answer, "/bot_user_id"),
            team: team(&answer, "/team/id", "/team/name"),
            enterprise_id: text(&answer, "/enterprise/id"),
            is_of_organisation: answer.get("is_enterprise_install") == Some(&Value::Bool(true)),
            scopes: text(&answer, "/scope"),
        })
    }

    pub(super) fn bearer(
        &self,
        method: &str,
        token: &SecretString,
        arguments: &[(&str, &str)],
    ) -> Result<RequestBuilder, SlackRefusal> {
        Ok(self.form_request(method, arguments)?.bearer_auth(token.expose_secret()))
    }

    fn form_request(&self, method: &str, arguments: &[(&str, &str)]) -> Result<RequestBuilder, SlackRefusal> {
        let url = self.api_url.join(method).map_err(|error| SlackRefusal::Away(error.to_string()))?;
        let body = Serializer::new(String::new()).extend_pairs(arguments).finish();
        Ok(self.http.request(Method::POST, url).header("content-type", FORM).body(body))
    }

    /// The answer of a success, and the scopes that its head names.
    pub(super) async fn ask(
        &self,
        method: &str,
        request: RequestBuilder,
    ) -> Result<(Option<String>, Value), SlackRefusal> {
        let exchange = async {
            let response = request.send().await?;
            let status = response.status();
            let scopes = response.headers().get("x-oauth-scopes").and_then(|scopes| scopes.to_str().ok());
            let scopes = scopes.map(str::to_owned);
            Ok::<_, http::ExchangeError>((status, scopes, http::body(response, ANSWER_BYTES_MAX).await?))
        };
        let answered = exchange.instrument(traces::chat_call("slack", method)).await;
        let (status, scopes, body) = answered.map_err(|error| SlackRefusal::Away(error.to_string()))?;
        if status.as_u16() == 429 || status.is_server_error() {
            return Err(SlackRefusal::Away(format!("it answered HTTP {}", status.as_u16())));
        }
        let answer: Value = serde_json::from_slice(&body).map_err(|_| unreadable())?;
        if answer.get("ok") == Some(&Value::Bool(true)) {
            return Ok((scopes, answer));
        }
        let code = answer.get("error").and_then(Value::as_str).ok_or_else(unreadable)?;
        let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(CODE_MAX).collect();
        Err(match code.as_str() {
            "internal_error"
            | "fatal_error"
            | "service_unavailable"
            | "ratelimited"
            | "rate_limited"
            | "request_timeout"
            | "team_added_to_org" => SlackRefusal::Away(format!("it answered `{code}`")),
            _ => SlackRefusal::Code(code),
        })
    }
}

fn unreadable() -> SlackRefusal {
    SlackRefusal::Away("its answer cannot be read".to_owned())
}

fn text(answer: &Value, pointer: &str) -> Option<String> {
    let text = answer.pointer(pointer)?.as_str()?;
    (!text.is_empty() && text.len() <= 1024).then(|| text.to_owned())
}

/// A workspace's id and name; the id stands in for a name that is not there.
fn team(answer: &Value, id: &str, name: &str) -> Option<(SlackTeamId, String)> {
    let team_id: SlackTeamId = answer.pointer(id)?.as_str()?.parse().ok()?;
    let name: Option<String> =
        answer.pointer(name).and_then(Value::as_str).map(|name| name.chars().take(NAME_MAX).collect());
    let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| team_id.as_str().to_owned());
    Some((team_id, name))
}
