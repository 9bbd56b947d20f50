//! The sandbox of `bellhop dev`: a Slack workspace in the same process, and a page that looks like a chat client.
//!
//! Bellhop's ordinary Slack client reaches it over real HTTP (`slack.api_url` points at `/sandbox/slack/api/`), so that
//! what is tried here is the code that talks to Slack; and what people do on the page reaches Bellhop's own front doors over
//! HTTP, signed as Slack signs it (`outgoing.rs`). Merged into the route table by `inbound.rs`, in `dev` alone.
//! Everything is kept in memory and bounded: a restart begins with an empty workspace. It never reads a Bellhop store,
//! never reaches another machine, and never listens to a request from another site's page (`same_site.rs`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use serde_json::json;
use tokio::sync::{Semaphore, broadcast};
use tokio_util::sync::CancellationToken;

use self::channels::Channels;
use self::faults::Faults;
use self::files::Files;
use self::live::LiveEvent;
use self::oauth::Codes;
pub use self::outgoing::Outgoing;
pub use self::page::ASSETS;
use self::teams::Teams;
pub use self::teams::Tenant;
use self::tickets::Tickets;
use self::views::Views;

mod arguments;
mod blocks;
mod channels;
mod elements;
mod fault_request;
mod faults;
mod files;
mod form_state;
mod inputs;
mod live;
mod members;
mod misbehave;
mod oauth;
mod outgoing;
mod page;
mod people;
mod posting;
mod presses;
mod replies;
mod same_site;
mod slack_api;
mod speech;
mod teams;
mod tickets;
mod view_rules;
mod viewer;
mod views;

#[cfg(test)]
mod tests;

/// A request body larger than this is refused. Slack documents no limit; a message of 50 blocks is far smaller.
const REQUEST_BODY_MAX_BYTES: usize = 1024 * 1024;
/// Pages that listen for new messages at one time.
const SUBSCRIBERS_MAX: usize = 32;
/// Events that a slow listener may lag behind before it is told to read everything again.
const LIVE_EVENTS_BUFFERED: usize = 256;

/// What the sandbox answers about itself, and the token that it takes.
#[derive(Clone)]
pub struct Workspace {
    /// Slack's team id, `T…`.
    pub team_id: String,
    /// The name shown on the page and in `auth.test`.
    pub team_name: String,
    /// The one bot token that the Slack methods accept, `xoxb-…`. Never shown or logged.
    pub bot_token: String,
    pub app: SlackApp,
    /// Without it, there is no Microsoft Teams in the sandbox.
    pub teams: Option<Tenant>,
}

/// The app of the workspace, which Bellhop is to Slack.
#[derive(Clone)]
pub struct SlackApp {
    pub app_id: String,
    pub client_id: String,
    /// Never shown or logged, as the next.
    pub client_secret: String,
    pub signing_secret: String,
}

/// The time in milliseconds since 1970, handed in so that a test can move it.
pub type NowMs = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The routes under `/sandbox`, with absolute paths.
///
/// `closing` ends the live streams and the hangs: without it a graceful shutdown would wait for every open page.
pub fn router(workspace: Workspace, now_ms: NowMs, outgoing: Outgoing, closing: CancellationToken) -> Router {
    let sandbox = Arc::new(Sandbox::new(workspace, now_ms, outgoing, closing));
    Router::new()
        .route("/sandbox", get(page::index))
        .route("/sandbox/", get(async || Redirect::permanent("/sandbox")))
        .route("/sandbox/assets/{name}", get(page::asset))
        .route("/sandbox/slack/api/{method}", get(slack_api::call).post(slack_api::call))
        .route("/sandbox/slack/upload/{ticket}", post(files::upload))
        .route("/sandbox/files/{id}", get(files::file))
        .route("/sandbox/messages", get(viewer::messages).delete(viewer::clear))
        .route("/sandbox/channels", get(viewer::channels))
        .route("/sandbox/slack/response/{ticket}", post(replies::post))
        .route("/sandbox/slack/oauth/v2/authorize", get(oauth::authorize))
        .route("/sandbox/people", get(speech::people))
        .route("/sandbox/say", post(speech::say))
        .route("/sandbox/event", post(speech::event))
        .route("/sandbox/press", post(presses::press))
        .route("/sandbox/views", get(views::show))
        .route("/sandbox/submit", post(views::submit))
        .route("/sandbox/close", post(views::close))
        .merge(teams_routes())
        .route("/sandbox/live", get(live::subscribe))
        .route("/sandbox/faults", get(faults::show).post(faults::arm).delete(faults::clear))
        .layer(DefaultBodyLimit::max(REQUEST_BODY_MAX_BYTES))
        .layer(axum::middleware::from_fn(same_site::refuse_strangers))
        .with_state(sandbox)
}

fn teams_routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/sandbox/teams", get(page::teams))
        .route("/sandbox/teams/adaptivecards.js", get(page::adaptive_cards))
        .route("/sandbox/teams/messages", get(teams::messages).delete(teams::clear))
        .route("/sandbox/teams/channels", get(teams::channels))
        .route("/sandbox/teams/say", post(teams::activities::say))
        .route("/sandbox/teams/press", post(teams::activities::press))
        .route("/sandbox/teams/install", post(teams::activities::install))
        .route("/sandbox/teams/openid", get(teams::activities::openid))
        .route("/sandbox/teams/keys", get(teams::activities::keys))
        .route("/sandbox/teams/login/{tenant}/oauth2/v2.0/token", post(teams::connector::login))
        .route("/sandbox/teams/connector/v3/{*path}", any(teams::connector::call))
}

/// All that the sandbox remembers.
struct Sandbox {
    workspace: Workspace,
    now_ms: NowMs,
    closing: CancellationToken,
    outgoing: Outgoing,
    channels: Mutex<Channels>,
    faults: Mutex<Faults>,
    files: Mutex<Files>,
    tickets: Mutex<Tickets>,
    views: Mutex<Views>,
    codes: Mutex<Codes>,
    teams: Teams,
    live: broadcast::Sender<LiveEvent>,
    subscribers: Arc<Semaphore>,
}

impl Sandbox {
    fn new(workspace: Workspace, now_ms: NowMs, outgoing: Outgoing, closing: CancellationToken) -> Self {
        let teams = Teams::new(workspace.teams.clone());
        Self {
            workspace,
            now_ms,
            closing,
            outgoing,
            channels: Mutex::new(Channels::default()),
            faults: Mutex::new(Faults::default()),
            files: Mutex::new(Files::default()),
            tickets: Mutex::new(Tickets::default()),
            views: Mutex::new(Views::default()),
            codes: Mutex::new(Codes::default()),
            teams,
            live: broadcast::Sender::new(LIVE_EVENTS_BUFFERED),
            subscribers: Arc::new(Semaphore::new(SUBSCRIBERS_MAX)),
        }
    }

    /// Now, in microseconds since 1970: the unit of Slack's `ts`. A clock before 1970 counts as 1970.
    fn now_us(&self) -> u64 {
        u64::try_from((self.now_ms)()).unwrap_or(0).saturating_mul(1_000)
    }

    // A panic while a lock was held leaves values that are still whole (every change is one insert or one pop):
    // going on is better than a sandbox that answers 500 for ever.
    fn channels(&self) -> MutexGuard<'_, Channels> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tickets(&self) -> MutexGuard<'_, Tickets> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn views(&self) -> MutexGuard<'_, Views> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn codes(&self) -> MutexGuard<'_, Codes> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the open pages. Called with the channels locked, so that the order of events is the order of changes.
    fn announce(&self, event: LiveEvent) {
        // The only error is that nobody listens, which is the usual case.
        drop(self.live.send(event));
    }
}

/// The sandbox's own refusals (not Slack's): `{"error": "<a sentence that names the remedy>"}`.
fn refusal(status: StatusCode, sentence: &str) -> Response {
    answer(status, &json!({ "error": sentence }))
}

/// JSON that no cache keeps and no browser takes for anything else.
fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, body.to_string()).into_response()
}
