//! The certificate of the development key, where `SigningCertURL` of `bellhop events send` points to. In `dev` only.

use std::path::PathBuf;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::{MethodRouter, get};

use crate::development_key::DevelopmentKey;

/// Serves the certificate, and makes the key if nobody has signed with it yet.
pub fn certificate<S: Clone + Send + Sync + 'static>(data_dir: PathBuf) -> MethodRouter<S> {
    get(move || async move {
        // A new RSA key takes a tenth of a second of computing: not on the thread that serves others.
        let opened = tokio::task::spawn_blocking(move || DevelopmentKey::open_or_create(&data_dir)).await;
        match opened {
            Ok(Ok(key)) => {
                ([("content-type", "application/x-pem-file")], key.certificate_pem().to_owned()).into_response()
            }
            problem => {
                tracing::error!(?problem, "the development key cannot be used");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    })
}

impl std::fmt::Debug for DevelopmentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DevelopmentKey(withheld)")
    }
}
