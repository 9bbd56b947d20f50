//! `GET /sandbox`: the page that looks like a chat client, and its files, which are inside the binary.
//!
//! No build step and no file from elsewhere: what is in `assets/sandbox/` is what the browser runs. Nothing here holds
//! data; the page reads `viewer.rs` and `live.rs`.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::refusal;

/// Own files alone, no inline script or style, in nobody's frame. Pictures of messages are shown as links, so that
/// looking at a message tells nobody.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const INDEX: &str = include_str!("../../../assets/sandbox/index.html");
/// The same, but for pictures inside cards, which are in the message itself: they tell nobody either.
const TEAMS_CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TEAMS: &str = include_str!("../../../assets/sandbox/teams.html");
/// Microsoft's renderer of Adaptive Cards (MIT), which `build.rs` finds; empty where it was not to be had.
const ADAPTIVE_CARDS: &str = include_str!(concat!(env!("OUT_DIR"), "/adaptivecards.min.js"));

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Name, type and text of every file of the page.
pub const ASSETS: &[(&str, &str, &str)] = &[
    ("style.css", CSS, include_str!("../../../assets/sandbox/style.css")),
    ("message.css", CSS, include_str!("../../../assets/sandbox/message.css")),
    ("bell.svg", SVG, include_str!("../../../assets/sandbox/bell.svg")),
    ("lock.svg", SVG, include_str!("../../../assets/sandbox/lock.svg")),
    ("picture.svg", SVG, include_str!("../../../assets/sandbox/picture.svg")),
    ("app.js", JS, include_str!("../../../assets/sandbox/app.js")),
    ("composer.js", JS, include_str!("../../../assets/sandbox/composer.js")),
    ("modal.js", JS, include_str!("../../../assets/sandbox/modal.js")),
    ("interactive.js", JS, include_str!("../../../assets/sandbox/interactive.js")),
    ("teams.css", CSS, include_str!("../../../assets/sandbox/teams.css")),
    ("teams_page.js", JS, include_str!("../../../assets/sandbox/teams_page.js")),
    ("teams_card.js", JS, include_str!("../../../assets/sandbox/teams_card.js")),
    ("workspace.js", JS, include_str!("../../../assets/sandbox/workspace.js")),
    ("messages.js", JS, include_str!("../../../assets/sandbox/messages.js")),
    ("attachments.js", JS, include_str!("../../../assets/sandbox/attachments.js")),
    ("blocks.js", JS, include_str!("../../../assets/sandbox/blocks.js")),
    ("rich_text.js", JS, include_str!("../../../assets/sandbox/rich_text.js")),
    ("mrkdwn.js", JS, include_str!("../../../assets/sandbox/mrkdwn.js")),
    ("emoji.js", JS, include_str!("../../../assets/sandbox/emoji.js")),
    ("dom.js", JS, include_str!("../../../assets/sandbox/dom.js")),
    ("time.js", JS, include_str!("../../../assets/sandbox/time.js")),
];

pub async fn index() -> Response {
    file(HTML, INDEX, CONTENT_SECURITY_POLICY)
}

/// `GET /sandbox/teams`: the same for Microsoft Teams.
pub async fn teams() -> Response {
    file(HTML, TEAMS, TEAMS_CONTENT_SECURITY_POLICY)
}

/// `GET /sandbox/teams/adaptivecards.js`: 404 says how to get it.
pub async fn adaptive_cards() -> Response {
    if ADAPTIVE_CARDS.is_empty() {
        let sentence = "this bellhop was built without Microsoft's renderer of cards: build it with npm on the machine, or with \
                        BELLHOP_ADAPTIVECARDS_JS naming adaptivecards.min.js of version 3.0.6";
        return refusal(StatusCode::NOT_FOUND, sentence);
    }
    file(JS, ADAPTIVE_CARDS, CONTENT_SECURITY_POLICY)
}

pub async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, _, _)| *known == name) {
        Some((_, content_type, text)) => file(content_type, text, CONTENT_SECURITY_POLICY),
        None => refusal(StatusCode::NOT_FOUND, "the sandbox's page has no such file: open /sandbox"),
    }
}

fn file(content_type: &'static str, text: &'static str, policy: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // The files belong to the binary: after an update the old ones must not linger.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, text).into_response()
}
