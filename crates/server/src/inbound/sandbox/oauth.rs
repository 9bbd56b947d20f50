//! Slack's OAuth, played: the page on which somebody lets an app into the workspace, and `oauth.v2.access`, so that
//! `/slack/install` can be tried in the twin. Source: <https://docs.slack.dev/authentication/installing-with-oauth>.
//!
//! The one token that it gives is the workspace's. It sends nobody to another site: `redirect_uri` must be of this machine.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use url::{Host, Url};

use super::arguments::Arguments;
use super::people::{BOT_USER_ID, PEOPLE};
use super::slack_api::SlackError;
use super::{Sandbox, refusal};

pub const OAUTH_ACCESS: &str = "oauth.v2.access";
/// What the workspace's token may do: all that Bellhop asks for.
pub const SCOPES: &str = "app_mentions:read,channels:read,chat:write,chat:write.public,commands,files:write,groups:read,\
    im:history,team:read,usergroups:read,users:read";
/// "expires in 10 minutes"
const CODE_MS: i64 = 10 * 60 * 1_000;
const CODES_MAX: usize = 100;
const PAGE: &str = include_str!("../../../assets/sandbox/authorize.html");
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Codes that were given out and not taken back yet, the oldest first.
#[derive(Debug, Default)]
pub struct Codes(VecDeque<Code>);

#[derive(Debug)]
struct Code {
    word: String,
    redirect_uri: String,
    until_ms: i64,
    is_used: bool,
}

/// `GET /sandbox/slack/oauth/v2/authorize`: a person in a browser is asked; a program, which takes any content, is let in.
pub async fn authorize(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let argument = |wanted: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    if argument("client_id").as_deref() != Some(sandbox.workspace.app.client_id.as_str()) {
        return refusal(StatusCode::BAD_REQUEST, "there is no app of this `client_id` in the sandbox's workspace");
    }
    let given = argument("redirect_uri").unwrap_or_default();
    let Some(redirect_uri) = Url::parse(&given).ok().filter(is_of_this_machine) else {
        return refusal(StatusCode::BAD_REQUEST, "`redirect_uri` must be an address of this machine");
    };
    let state = argument("state").unwrap_or_default();
    let back = |name: &str, value: &str| {
        let mut url = redirect_uri.clone();
        url.query_pairs_mut().append_pair(name, value).append_pair("state", &state);
        url
    };
    let code = sandbox.codes().give(&given, (sandbox.now_ms)());
    let yes = back("code", &code);
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accepts.contains("text/html") {
        return (StatusCode::FOUND, [(header::LOCATION, yes.to_string())]).into_response();
    }
    let scopes = argument("scope").unwrap_or_default();
    let scopes: String =
        scopes.split(',').flat_map(|scope| ["<li><code>".into(), escaped(scope), "</code></li>".into()]).collect();
    let page = PAGE
        .replace("{team}", &escaped(&sandbox.workspace.team_name))
        .replace("{allow}", &escaped(yes.as_str()))
        .replace("{cancel}", &escaped(back("error", "access_denied").as_str()))
        .replace("{scopes}", &scopes);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, page).into_response()
}

impl Codes {
    fn give(&mut self, redirect_uri: &str, now_ms: i64) -> String {
        let code = uuid::Uuid::new_v4().simple().to_string();
        if self.0.len() >= CODES_MAX {
            self.0.pop_front();
        }
        let until_ms = now_ms + CODE_MS;
        self.0.push_back(Code { word: code.clone(), redirect_uri: redirect_uri.to_owned(), until_ms, is_used: false });
        code
    }

    fn take(&mut self, code: &str, redirect_uri: Option<&str>, now_ms: i64) -> Result<(), &'static str> {
        let given = self.0.iter_mut().find(|given| given.word == code).ok_or("invalid_code")?;
        if given.is_used {
            return Err("code_already_used");
        }
        if given.until_ms <= now_ms {
            return Err("invalid_code");
        }
        if redirect_uri.is_some_and(|uri| uri != given.redirect_uri) {
            return Err("bad_redirect_uri");
        }
        given.is_used = true;
        Ok(())
    }
}

impl Sandbox {
    /// <https://docs.slack.dev/reference/methods/oauth.v2.access>
    pub(super) fn oauth_access(&self, arguments: &Arguments, headers: &HeaderMap) -> Result<Value, SlackError> {
        let app = &self.workspace.app;
        let (id, secret) = client(arguments, headers);
        if id != app.client_id {
            return Err(SlackError::new("invalid_client_id"));
        }
        if secret != app.client_secret {
            return Err(SlackError::new("bad_client_secret"));
        }
        let (code, uri) = (arguments.required("code")?, arguments.text("redirect_uri"));
        self.codes().take(&code, uri.as_deref(), (self.now_ms)()).map_err(SlackError::new)?;
        let installer = PEOPLE.first().map(|person| person.id);
        Ok(json!({
            "ok": true, "access_token": self.workspace.bot_token, "token_type": "bot", "scope": SCOPES,
            "bot_user_id": BOT_USER_ID, "app_id": app.app_id, "enterprise": null, "is_enterprise_install": false,
            "team": { "name": self.workspace.team_name, "id": self.workspace.team_id },
            "authed_user": { "id": installer },
        }))
    }
}

/// The client's id and secret, by HTTP Basic authentication, else of the form.
fn client(arguments: &Arguments, headers: &HeaderMap) -> (String, String) {
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let decoded = basic.and_then(|text| String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok());
    match decoded.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((id, secret)) => (id.to_owned(), secret.to_owned()),
        None => (arguments.text("client_id").unwrap_or_default(), arguments.text("client_secret").unwrap_or_default()),
    }
}

fn is_of_this_machine(url: &Url) -> bool {
    let is_near = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_near && matches!(url.scheme(), "http" | "https")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_token_may_do_what_the_app_asks_for() {
        let asked: Vec<&str> = domain::slack_app::BOT_SCOPES.iter().map(|scope| scope.name).collect();
        assert_eq!(super::SCOPES, asked.join(","));
    }
}
