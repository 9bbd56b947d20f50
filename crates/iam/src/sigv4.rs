//! Verifies AWS Signature Version 4 on an incoming request, in two steps with the look-up of the key between them:
//! [`parse`] the head, find the secret of [`Presented::access_key_id`], then [`Presented::verify`].
//!
//! The policy is ours and strict; the signature itself is rebuilt by AWS's own signer and compared in constant time.
//! Credentials in the `Authorization` header only: the query form is recognised and refused. A second form would be a
//! file beside `sigv4/authorization.rs` that yields the same `Claim`. No secret is ever in an error.
//!
//! What AWS does: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.

mod authorization;
mod error;
mod head;
mod rebuild;
mod timestamp;

pub use error::{Class, SignatureError};

use aws_lc_rs::digest;
use head::SignedHeader;
use http::{HeaderMap, Method, Uri};
use std::fmt;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};
use timestamp::Timestamp;

/// How far a request's date may lie from ours, either way. Source: reference, common error `RequestExpired`.
pub const TOLERANCE: Duration = Duration::minutes(15);

/// What a signature has to be for. The server uses [`Policy::CHATBOT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The service of the credential scope. The region is left to the client: configuration is global.
    pub service: &'static str,
}

impl Policy {
    pub const CHATBOT: Self = Self { service: "chatbot" };
}

/// What is signed, bar the body, exactly as it was received.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
}

/// What the store knows about an access key.
#[derive(Clone, Copy)]
pub struct SigningSecret<'a> {
    pub secret_access_key: &'a str,
    /// The token of temporary credentials, which the request must then carry. `None` for a long-term key, with which it
    /// must carry none.
    pub session_token: Option<&'a str>,
}

/// A request whose head makes sense and obeys the policy. Its signature and date are not verified yet.
pub struct Presented<'a> {
    head: RequestHead<'a>,
    policy: Policy,
    claim: authorization::Claim<'a>,
    date: Timestamp<'a>,
    /// The headers that `SignedHeaders` names, each there exactly once.
    headers: Vec<SignedHeader<'a>>,
}

/// Reads the credentials that a request presents and checks all of the policy that needs neither secret nor body.
pub fn parse(head: RequestHead<'_>, policy: Policy) -> Result<Presented<'_>, SignatureError> {
    let authorization = head::authorization(head)?;
    let date = head::single(head.headers, "x-amz-date")?;
    let claim = authorization::Claim::parse(authorization, date.is_some())?;
    let date = Timestamp::parse(date.ok_or(SignatureError::NoDate)?)?;
    claim.scope.check(policy.service, date)?;
    let headers = head::signed_headers(head.headers, claim.signed_headers)?;
    head::check_query(head.uri)?;
    Ok(Presented { head, policy, claim, date, headers })
}

impl Presented<'_> {
    /// Whose secret to look up: 1 to 128 of `A-Za-z0-9_`. Not to be believed before [`verify`](Self::verify).
    pub fn access_key_id(&self) -> &str {
        self.claim.scope.access_key_id
    }

    /// The region that the request was signed for; any is accepted.
    pub fn region(&self) -> &str {
        self.claim.scope.region
    }

    /// `Ok` if whoever signed held the secret and signed this very request within [`TOLERANCE`] of `now`.
    pub fn verify(&self, secret: SigningSecret<'_>, body: &[u8], now: OffsetDateTime) -> Result<(), SignatureError> {
        self.date.check(now, TOLERANCE)?;
        self.check_session_token(secret.session_token)?;
        let body_hash = lower_hex(digest::digest(&digest::SHA256, body).as_ref());
        self.check_declared_body_hash(&body_hash)?;
        let expected = rebuild::signature(self, secret.secret_access_key, body_hash)?;
        if bool::from(expected.as_bytes().ct_eq(self.claim.signature.as_bytes())) {
            Ok(())
        } else {
            Err(SignatureError::Mismatch)
        }
    }

    fn check_session_token(&self, expected: Option<&str>) -> Result<(), SignatureError> {
        // Every x-amz-* header is signed, so what is not among the signed ones is not in the request.
        let good = match (self.header("x-amz-security-token"), expected) {
            (None, None) => true,
            (Some(presented), Some(expected)) => presented.as_bytes().ct_eq(expected.as_bytes()).into(),
            (Some(_), None) | (None, Some(_)) => false,
        };
        if good { Ok(()) } else { Err(SignatureError::SecurityToken) }
    }

    /// A hash in `x-amz-content-sha256` is what the client signed in place of the body, so it must be the body's;
    /// `UNSIGNED-PAYLOAD` would leave the body to anybody.
    fn check_declared_body_hash(&self, body_hash: &str) -> Result<(), SignatureError> {
        match self.header("x-amz-content-sha256") {
            Some("UNSIGNED-PAYLOAD") => Err(SignatureError::UnsignedPayload),
            Some(declared) if declared != body_hash => Err(SignatureError::BodyHash),
            _ => Ok(()),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.name == name).map(|header| header.value)
    }
}

/// Without headers: a security token is among them.
impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented").field("access_key_id", &self.access_key_id()).finish_non_exhaustive()
    }
}

fn lower_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xf])
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests;
