//! Who signed this request? Nothing is decoded before that is known.

use axum::body::Bytes;
use axum::http::request::Parts;
use iam::sigv4::{self, Class, Policy, RequestHead, SignatureError, SigningKeys, SigningSecret};
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;
use wire::errors::ErrorShape;

use super::errors::ApiError;
use crate::app::{Caller, NotIdentified, SharedApp};

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
    let access_key_id = presented.access_key_id();
    let identity = app.identify(access_key_id).await.map_err(|error| not_identified(&error))?;
    let secret = SigningSecret {
        keys: &identity.signing_keys,
        session_token: identity.session_token.as_ref().map(|token| token.expose_secret()),
    };
    presented.verify(secret, body, now(app)).map_err(|error| not_signed(&error))?;
    identity.may_call(app.clock.now_ms()).map_err(|error| not_identified(&error))?;
    Ok(Signer { identity, access_key_id: access_key_id.to_owned(), region: presented.region().to_owned() })
}

fn not_identified(error: &NotIdentified) -> ApiError {
    let shape = match error {
        NotIdentified::UnrecognizedClient => ErrorShape::UnrecognizedClientException,
        NotIdentified::ExpiredToken => ErrorShape::ExpiredTokenException,
        NotIdentified::OptInRequired => ErrorShape::OptInRequired,
        NotIdentified::Store(cause) => {
            tracing::error!(error = %cause, "no request can be authenticated");
            return ApiError::unavailable();
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
