//! `GET /healthz`, `/readyz` and `/metrics`: for load balancers and Prometheus. They say nothing of any tenant,
//! but that `bellhop_events` names configurations unless `metrics.by_configuration` is off.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::app::SharedApp;

const PROMETHEUS_TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The store answers too: send requests here.
pub async fn ready(State(app): State<SharedApp>) -> Response {
    match app.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store is unavailable; see the log\n").into_response()
        }
    }
}

pub async fn metrics(State(app): State<SharedApp>) -> Response {
    match app.metrics_text().await {
        Ok(text) => ([("content-type", PROMETHEUS_TEXT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "no metrics");
            (StatusCode::SERVICE_UNAVAILABLE, "the store is unavailable; see the log\n").into_response()
        }
    }
}
