//! `GET /slack/install` and `GET /slack/oauth`: a browser goes to Slack to authorise a workspace, and comes back.
//!
//! A cookie ties the one request to the other. What a link is good for, and what Slack's answer means, `app` decides; the pages
//! are plain and run nothing.

use std::borrow::Cow;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use crate::app::{Installed, NotInstalled, Returned, SharedApp};
use crate::pages::Page;

const COOKIE: &str = "bellhop_slack_install";
/// As long as what it belongs to.
const COOKIE_SECONDS: u32 = 10 * 60;
/// Longer than any that Slack sends.
const QUERY_BYTES_MAX: usize = 8 * 1024;

/// Begins: `?ticket=…`.
pub async fn install(State(app): State<SharedApp>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = bounded(query);
    let ticket = parameter(&query, "ticket").unwrap_or_default();
    match app.begin_slack_install(&ticket, browser(&headers)).await {
        Ok(departure) => {
            let cookie = cookie(&departure.browser, app.slack_redirect_url());
            let Ok((cookie, location)) = both(&cookie, departure.url.as_str()) else {
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            };
            let head: [(HeaderName, HeaderValue); 4] = [
                (header::SET_COOKIE, cookie),
                (header::LOCATION, location),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                // The address holds the ticket.
                (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            ];
            (StatusCode::SEE_OTHER, head).into_response()
        }
        Err(refused) => refusal(&refused),
    }
}

/// Ends: `?code=…&state=…`, or `?error=…&state=…`.
pub async fn finish(State(app): State<SharedApp>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = bounded(query);
    let (code, state, error) = (parameter(&query, "code"), parameter(&query, "state"), parameter(&query, "error"));
    let (code, state, error) = (code.map(Cow::into_owned), state.map(Cow::into_owned), error.map(Cow::into_owned));
    let browser = browser(&headers).map(str::to_owned);
    // When the browser goes away, what Slack has answered must be stored all the same.
    let ending = app.clone();
    let ended = app.tasks.spawn(async move {
        let (code, state, error) = (code.as_deref(), state.as_deref(), error.as_deref());
        ending.finish_slack_install(Returned { code, state, error, browser: browser.as_deref() }).await
    });
    match ended.await {
        Ok(Ok(installed)) => done(&installed).into_response(),
        Ok(Err(refused)) => refusal(&refused),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn done(installed: &Installed) -> Page {
    let title = match installed.workspaces.as_slice() {
        [(_, name)] => format!("{name} is authorized"),
        several => format!("{} workspaces are authorized", several.len()),
    };
    let account = [("AWS account", installed.account_id.as_str())];
    let workspaces = installed.workspaces.iter().map(|(id, name)| (name.as_str(), id.as_str()));
    let page = Page::new(title)
        .paragraph("This AWS account may now post to channels of the workspace, and be asked there.")
        .facts(account.into_iter().chain(workspaces));
    let page = if installed.missing_scopes.is_empty() {
        page
    } else {
        page.alarm(&format!(
            "The app may not do all that Bellhop is for. It lacks these scopes: {}. Add them on the app's page in Slack and install it \
             again.",
            installed.missing_scopes.join(", ")
        ))
    };
    page.paragraph("Next, configure a channel. Invite the app to it first if it is private.")
        .command("aws chatbot create-slack-channel-configuration")
        .note("You can close this page.")
}

fn refusal(refused: &NotInstalled) -> Response {
    tracing::warn!(reason = %refused, "no Slack workspace was authorised");
    let words = refused.words();
    let status = if refused.may_pass() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::BAD_REQUEST };
    Page::refusal(status, words.title, &words.what_happened, &words.what_to_do).into_response()
}

/// Lax: Slack sends the browser back by a link, and nobody else's page sends the cookie along with a form.
fn cookie(browser: &str, redirect_url: &url::Url) -> String {
    let secure = if redirect_url.scheme() == "https" { "; Secure" } else { "" };
    let path = redirect_url.path().trim_end_matches("oauth");
    format!("{COOKIE}={browser}; Path={path}; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}")
}

fn both(cookie: &str, location: &str) -> Result<(HeaderValue, HeaderValue), header::InvalidHeaderValue> {
    Ok((HeaderValue::from_str(cookie)?, HeaderValue::from_str(location)?))
}

fn browser(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

fn bounded(query: Option<String>) -> String {
    query.filter(|query| query.len() <= QUERY_BYTES_MAX).unwrap_or_default()
}

/// The first of a name, if it is not empty.
fn parameter<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    found.next().map(|(_, value)| value).filter(|value| !value.is_empty())
}
