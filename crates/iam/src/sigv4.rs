//! Verifies AWS Signature Version 4 on an incoming request, in two steps with the look-up of the key between them:
//! [`parse`] the head, find the [`SigningKeys`] of [`Presented::access_key_id`], then [`Presented::verify`].
//!
//! The signature stands in the `Authorization` header (`sigv4/authorization.rs`) or in the query, presigned
//! (`sigv4/presigned.rs`); both make a `Claim`. The policy is ours and strict, and so is the text that is signed
//! (`sigv4/canonical.rs`); keys and HMAC are AWS's, and AWS's whole signer is what the tests compare with. No secret, no
//! token and no signature is ever in an error. Called by the server's API front door; it never reads a clock.
//!
//! What AWS does: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.

mod authorization;
mod canonical;
mod claim;
mod error;
mod head;
mod presigned;
mod query;
mod signing_keys;
mod timestamp;

pub use error::{Class, SignatureError};
pub use signing_keys::SigningKeys;

use aws_lc_rs::digest::{Digest, SHA256, digest};
use claim::{Claim, Form};
use http::{HeaderMap, Method, Uri};
use query::Parameter;
use signing_keys::Purpose;
use std::fmt;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};

/// How far a request's date may lie from ours, either way; a presigned one's may lie further back, by its
/// `X-Amz-Expires`. Source: reference, common error `RequestExpired`.
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

/// What is known of the access key that a request names.
#[derive(Clone, Copy)]
pub struct SigningSecret<'a> {
    pub keys: &'a SigningKeys,
    /// The token of temporary credentials, which the request must then carry. `None` for a long-term key, with which it
    /// must carry none.
    pub session_token: Option<&'a str>,
}

/// A request whose head makes sense and obeys the policy. Its signature and date are not verified yet.
pub struct Presented<'a> {
    head: RequestHead<'a>,
    policy: Policy,
    claim: Claim<'a>,
    query: Vec<Parameter<'a>>,
    /// The values of the headers that `SignedHeaders` names, each there exactly once, in its order.
    signed_values: Vec<&'a str>,
}

/// Reads the credentials that a request presents and checks all of the policy that needs neither secret nor body.
pub fn parse(head: RequestHead<'_>, policy: Policy) -> Result<Presented<'_>, SignatureError> {
    let query = query::parameters(head.uri.query().unwrap_or_default())?;
    let authorization = head::single(head.headers, "authorization")?;
    let claim = match (authorization, presigned::is_used(&query)) {
        (Some(_), true) => return Err(SignatureError::TwoForms),
        (Some(header), false) => authorization::claim(header, head.headers)?,
        (None, true) => presigned::claim(&query, head.headers)?,
        (None, false) => return Err(SignatureError::NoAuthorization),
    };
    claim.scope.check(policy.service, &claim.date)?;
    let dated_by_date = claim.form == Form::Header { date_header: true };
    let signed_values = head::signed_values(head.headers, &claim.signed_headers, dated_by_date)?;
    head::check_target(head)?;
    Ok(Presented { head, policy, claim, query, signed_values })
}

impl Presented<'_> {
    /// Whose keys to look up: 1 to 128 of `A-Za-z0-9_`. Not to be believed before [`verify`](Self::verify).
    pub fn access_key_id(&self) -> &str {
        &self.claim.scope.access_key_id
    }

    /// The region that the request was signed for; any is accepted.
    pub fn region(&self) -> &str {
        &self.claim.scope.region
    }

    /// `Ok` if whoever signed held the secret, signed this very request with this body, and `now` is within the
    /// signature's time. `body` is as received, before any content-encoding is undone.
    pub fn verify(&self, secret: SigningSecret<'_>, body: &[u8], now: OffsetDateTime) -> Result<(), SignatureError> {
        self.claim.check_date(now, TOLERANCE)?;
        self.check_session_token(secret.session_token)?;
        let body_hash = lower_hex(hash(body).as_ref());
        self.check_declared_body_hash(&body_hash)?;
        let Self { head, query, claim, signed_values, policy: Policy { service } } = self;
        let text = canonical::string_to_sign(*head, query, claim, signed_values, service, &body_hash);
        let purpose = Purpose { at: claim.date.at(), region: &claim.scope.region, service };
        if secret.keys.made(&claim.signature, &text, purpose) { Ok(()) } else { Err(SignatureError::Mismatch) }
    }

    fn check_session_token(&self, expected: Option<&str>) -> Result<(), SignatureError> {
        let presented = match self.claim.form {
            // Every x-amz-* header is signed, so what is not among the signed ones is not in the request.
            Form::Header { .. } => self.signed_header("x-amz-security-token"),
            Form::Query { .. } => presigned::security_token(&self.query),
        };
        let good = match (presented, expected) {
            (None, None) => true,
            (Some(presented), Some(expected)) => presented.as_bytes().ct_eq(expected.as_bytes()).into(),
            (Some(_), None) | (None, Some(_)) => false,
        };
        if good { Ok(()) } else { Err(SignatureError::SecurityToken) }
    }

    /// A declared hash is what the client signed in place of the body, so it must be the body's; `UNSIGNED-PAYLOAD`
    /// would leave the body to anybody.
    fn check_declared_body_hash(&self, body_hash: &str) -> Result<(), SignatureError> {
        let in_query = match self.claim.form {
            Form::Header { .. } => None,
            Form::Query { .. } => presigned::content_sha256(&self.query),
        };
        for declared in [self.signed_header("x-amz-content-sha256"), in_query].into_iter().flatten() {
            if declared == "UNSIGNED-PAYLOAD" {
                return Err(SignatureError::UnsignedPayload);
            }
            if declared != body_hash {
                return Err(SignatureError::BodyHash);
            }
        }
        Ok(())
    }

    fn signed_header(&self, name: &str) -> Option<&str> {
        let mut signed = self.claim.signed_headers.split(';').zip(&self.signed_values);
        signed.find(|(signed, _)| *signed == name).map(|(_, value)| *value)
    }
}

/// Without headers and query: a security token may be among them.
impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented").field("access_key_id", &self.access_key_id()).finish_non_exhaustive()
    }
}

fn hash(bytes: &[u8]) -> Digest {
    digest(&SHA256, bytes)
}

fn lower_hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(bytes.len() * 2);
    for nibble in bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]) {
        text.extend(DIGITS.get(usize::from(nibble)));
    }
    text
}

#[cfg(test)]
mod tests;
