//! Who signed this request? Nothing is decoded before that is known.

use axum::body::Bytes;
use axum::http::request::Parts;
use iam::sigv4::{self, Class, Policy, RequestHead, SignatureError, SigningSecret};
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;
use wire::errors::ErrorShape;

use super::errors::ApiError;
use super::origin;
use crate::app::{Caller, NotIdentified, SharedApp};

/// The caller, if the request is signed as AWS's clients sign, with a key of somebody who may call.
pub async fn caller(app: &SharedApp, head: &Parts, body: &Bytes) -> Result<Caller, ApiError> {
    let request = RequestHead { method: &head.method, uri: &head.uri, headers: &head.headers };
    let presented = sigv4::parse(request, Policy::CHATBOT).map_err(|error| not_signed(&error))?;
    let (access_key_id, region) = (presented.access_key_id(), presented.region());
    if !app.serves_region(region) {
        let text = format!("Credential should be scoped to a valid region, not '{region}'.");
        return Err(ApiError::new(ErrorShape::InvalidSignatureException, text));
    }
    let identity = app.identify(access_key_id).await.map_err(|error| not_identified(&error))?;
    let secret = SigningSecret {
        keys: &identity.signing_keys,
        session_token: identity.session_token.as_ref().map(SecretString::expose_secret),
    };
    let now_ms = app.clock.now_ms();
    presented.verify(secret, body, instant(now_ms)).map_err(|error| not_signed(&error))?;
    identity.may_call(now_ms).map_err(|error| not_identified(&error))?;
    Ok(Caller::new(&identity, access_key_id, origin::of(app, head, region.to_owned()), now_ms))
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

fn instant(now_ms: i64) -> OffsetDateTime {
    let nanoseconds = i128::from(now_ms).saturating_mul(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
