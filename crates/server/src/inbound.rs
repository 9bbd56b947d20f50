//! The front doors, and the one route table. Doors decode, authenticate, call `app` and encode; they decide nothing.

mod api;
mod body;
pub mod development_sns;
mod health;
mod link;
pub mod sandbox;
mod sign_in;
mod slack;
mod slack_oauth;
mod sns;
mod teams;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::SharedApp;
use crate::pages;

/// Every route of the server. The sandbox's are merged in `dev` only.
pub fn routes(app: SharedApp, sandbox: Option<Router>) -> Router {
    let routes = Router::new()
        .route("/sns", post(sns::receive))
        .route("/teams/messages", post(teams::receive))
        .route("/slack/events", post(slack::events))
        .route("/slack/commands", post(slack::commands))
        .route("/slack/interactivity", post(slack::interactivity))
        .route("/sign-in", post(sign_in::post))
        .route("/slack/install", get(slack_oauth::install))
        .route("/slack/oauth", get(slack_oauth::finish))
        .route("/link/{token}", get(link::show).post(link::step))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route(pages::STYLE_PATH, get(pages::style))
        // The 34 operations are paths of the root: what is nothing else is a request to the API.
        .fallback(api::answer)
        .with_state(app)
        // Each door reads bodies up to a limit of its own.
        .layer(DefaultBodyLimit::disable());
    match sandbox {
        Some(sandbox) => routes.merge(sandbox),
        None => routes,
    }
}
