//! Who signed this request? Nothing is decoded before that is known.

use axum::body::Bytes;
use axum::http::request::Parts;
use iam::sigv4::{self, Class, Policy, RequestHead, SignatureError, SigningSecret};
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;
use wire::errors::ErrorShape;

use super::errors::ApiError;
use crate::app::{Caller, SharedApp};

/// Who signed a request, and with what.
pub struct Signer {
    pub caller: Caller,
    pub access_key_id: String,
    /// The region of the credential's scope.
    pub region: String,
}

pub async fn signer(app: &SharedApp, head: &Parts, body: &Bytes) -> Result<Signer, ApiError> {
    let request = RequestHead { method: &head.method, uri: &head.uri, headers: &head.headers };
    let presented = sigv4::parse(request, Policy::CHATBOT).map_err(|error| not_signed(&error))?;
    let key = app.signing_key(presented.access_key_id()).await.map_err(|error| {
        tracing::error!(%error, "no request can be authenticated");
        ApiError::unavailable()
    })?;
    let key = key.ok_or_else(|| {
        let text = "The security token included in the request is invalid.";
        ApiError::new(ErrorShape::UnrecognizedClientException, text)
    })?;
    let secret = SigningSecret { secret_access_key: key.secret_access_key.expose_secret(), session_token: None };
    presented.verify(secret, body, now(app)).map_err(|error| not_signed(&error))?;
    Ok(Signer {
        caller: key.caller,
        access_key_id: presented.access_key_id().to_owned(),
        region: presented.region().to_owned(),
    })
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
