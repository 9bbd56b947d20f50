//! Who signed this request? Nothing is decoded before that is known.

use axum::body::Bytes;
use axum::http::request::Parts;
use iam::sigv4::{self, Class, Policy, RequestHead, SignatureError, SigningKeys, SigningSecret};
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;
use wire::errors::ErrorShape;

use super::errors::ApiError;
use crate::app::{Caller, SharedApp};

pub async fn caller(app: &SharedApp, head: &Parts, body: &Bytes) -> Result<Caller, ApiError> {
    let request = RequestHead { method: &head.method, uri: &head.uri, headers: &head.headers };
    let presented = sigv4::parse(request, Policy::CHATBOT).map_err(|error| not_signed(&error))?;
    let key = app.signing_key(presented.access_key_id()).await.map_err(|error| {
        tracing::error!(%error, "no request can be authenticated");
        ApiError::new(
            ErrorShape::ServiceUnavailable,
            "The request has failed due to a temporary failure of the server.",
        )
    })?;
    let key = key.ok_or_else(|| {
        let text = "The security token included in the request is invalid.";
        ApiError::new(ErrorShape::UnrecognizedClientException, text)
    })?;
    let keys = SigningKeys::new(key.secret_access_key.expose_secret());
    let secret = SigningSecret { keys: &keys, session_token: None };
    presented.verify(secret, body, now(app)).map_err(|error| not_signed(&error))?;
    Ok(key.caller)
}

fn not_signed(error: &SignatureError) -> ApiError {
    let shape = match error.class() {
        Class::Missing => ErrorShape::NotAuthorized,
        Class::Malformed => ErrorShape::IncompleteSignature,
        Class::Mismatch => ErrorShape::InvalidSignatureException,
        Class::Expired => ErrorShape::RequestExpired,
    };
    ApiError::new(shape, error.to_string())
}

fn now(app: &SharedApp) -> OffsetDateTime {
    let nanoseconds = i128::from(app.clock.now_ms()).saturating_mul(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
