//! Who signed this request? Nothing is decoded before that is known.

use axum::body::Bytes;
use axum::http::request::Parts;
use iam::sigv4::{self, Class, Policy, RequestHead, SignatureError, SigningSecret};
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;
use wire::errors::ErrorShape;

use super::errors::ApiError;
use crate::app::{Caller, NotIdentified, SharedApp};

pub async fn caller(app: &SharedApp, head: &Parts, body: &Bytes) -> Result<Caller, ApiError> {
    let request = RequestHead { method: &head.method, uri: &head.uri, headers: &head.headers };
    let presented = sigv4::parse(request, Policy::CHATBOT).map_err(|error| not_signed(&error))?;
    let identity = app.identify(presented.access_key_id()).await.map_err(|error| not_identified(&error))?;
    let secret = SigningSecret {
        secret_access_key: identity.secret_access_key.expose_secret(),
        session_token: identity.session_token.as_ref().map(SecretString::expose_secret),
    };
    presented.verify(secret, body, now(app)).map_err(|error| not_signed(&error))?;
    identity.may_call(app.clock.now_ms()).map_err(|error| not_identified(&error))?;
    Ok(identity.caller())
}

fn not_identified(error: &NotIdentified) -> ApiError {
    let shape = match error {
        NotIdentified::UnrecognizedClient => ErrorShape::UnrecognizedClientException,
        NotIdentified::ExpiredToken => ErrorShape::ExpiredTokenException,
        NotIdentified::OptInRequired => ErrorShape::OptInRequired,
        NotIdentified::Store(cause) => {
            tracing::error!(error = %cause, "no request can be authenticated");
            ErrorShape::ServiceUnavailable
        }
    };
    ApiError::new(shape, error.to_string())
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
