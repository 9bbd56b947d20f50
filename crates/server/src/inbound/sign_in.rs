//! `POST /sign-in`: a request of `sts:GetCallerIdentity`, signed by the caller and not sent, for temporary credentials.
//!
//! In and out as JSON; a refusal is `{"message": …}`. What may be taken and what AWS says of it, `app` decides.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{self, BodyError};
use crate::app::{SharedApp, SignInError, SignedRequest};
use crate::clock::iso8601;

/// A session token of AWS and some headers.
const BODY_BYTES_MAX: usize = 32 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
}

struct Refusal {
    status: StatusCode,
    message: String,
}

pub async fn post(State(app): State<SharedApp>, body: Body) -> Response {
    // No cache on the way may keep what is answered.
    let no_store = [("cache-control", "no-store")];
    match sign_in(&app, body).await {
        Ok(credentials) => (no_store, Json(credentials)).into_response(),
        Err(Refusal { status, message }) => {
            tracing::warn!(status = status.as_u16(), reason = message, "nobody signed in");
            (status, no_store, Json(json!({ "message": message }))).into_response()
        }
    }
}

async fn sign_in(app: &SharedApp, body: Body) -> Result<Value, Refusal> {
    let body = body::read(body, BODY_BYTES_MAX, app.clock.as_ref()).await?;
    // The error would quote what was sent.
    let Request { method, url, headers, body } = serde_json::from_slice(&body).map_err(|_| Refusal {
        status: StatusCode::BAD_REQUEST,
        message: "the body must be a JSON object with `method`, `url`, `headers` and `body` of the signed request; \
                  `bellhop login` makes it"
            .to_owned(),
    })?;
    let signed_in = app.sign_in(SignedRequest { method, url, headers, body }).await?;
    Ok(json!({
        "AccessKeyId": signed_in.access_key_id,
        "SecretAccessKey": signed_in.secret_access_key.expose_secret(),
        "SessionToken": signed_in.session_token.expose_secret(),
        "Expiration": iso8601(signed_in.expires_at_ms),
        "Arn": signed_in.principal_arn,
    }))
}

impl From<SignInError> for Refusal {
    fn from(error: SignInError) -> Self {
        let status = match &error {
            SignInError::Disabled => StatusCode::NOT_FOUND,
            SignInError::Invalid(_) => StatusCode::BAD_REQUEST,
            SignInError::Refused(_) => StatusCode::FORBIDDEN,
            SignInError::Busy | SignInError::StsUnavailable(_) | SignInError::NoRandomness(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            SignInError::Store(cause) => {
                tracing::error!(error = %cause, "nobody can sign in");
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        Self { status, message: error.to_string() }
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        let (status, message) = match error {
            BodyError::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, format!("the body has more than {BODY_BYTES_MAX} bytes"))
            }
            BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body took too long".to_owned()),
            BodyError::Aborted | BodyError::Broken => {
                (StatusCode::BAD_REQUEST, "the body did not arrive whole".to_owned())
            }
        };
        Self { status, message }
    }
}
