//! What a request says about its own signature, in whichever form it says it: the common ground of `authorization.rs`
//! and `presigned.rs`, which make a [`Claim`], and of `sigv4.rs`, which tests it. Nothing in it is believed here.

use super::SignatureError;
use super::error::echoed;
use super::timestamp::{Timestamp, basic};
use std::borrow::Cow;
use time::{Duration, OffsetDateTime};

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";
/// An access key ID's most characters. Source: IAM's `AccessKeyId`,
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>.
const MAX_ACCESS_KEY_ID: usize = 128;
/// Region names are host name labels.
const MAX_REGION: usize = 63;
/// `KEYID/YYYYMMDD/REGION/SERVICE/aws4_request`.
const SCOPE_ELEMENTS: usize = 5;

/// Borrowed from the request where nothing had to be decoded.
pub(super) struct Claim<'a> {
    pub(super) form: Form,
    pub(super) scope: Scope<'a>,
    pub(super) date: Timestamp,
    /// Names separated by `;`, not looked at yet.
    pub(super) signed_headers: Cow<'a, str>,
    /// Whatever was given: it is only ever compared.
    pub(super) signature: Cow<'a, str>,
}

/// Where the signature stands, and what follows from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In the `Authorization` header. `date_header`: the date was taken from `Date`, for want of `X-Amz-Date`.
    Header { date_header: bool },
    /// In the query: presigned, and good for this long after its date.
    Query { expires: Duration },
}

impl Claim<'_> {
    /// Both ends of the window belong to it.
    pub(super) fn check_date(&self, now: OffsetDateTime, tolerance: Duration) -> Result<(), SignatureError> {
        let lifetime = match self.form {
            Form::Header { .. } => tolerance,
            Form::Query { expires } => expires,
        };
        let (earliest, latest) = (now.saturating_sub(lifetime), now.saturating_add(tolerance));
        let date = || self.date.basic().to_owned();
        if self.date.at() < earliest {
            let (bound, now) = (basic(earliest), basic(now));
            Err(match self.form {
                Form::Header { .. } => SignatureError::TooOld { date: date(), bound, now },
                Form::Query { expires } => {
                    SignatureError::PresignedTooOld { date: date(), bound, now, seconds: expires.whole_seconds() }
                }
            })
        } else if self.date.at() > latest {
            Err(SignatureError::TooNew { date: date(), bound: basic(latest), now: basic(now) })
        } else {
            Ok(())
        }
    }
}

/// What a signing key is derived for, and whose it is.
pub(super) struct Scope<'a> {
    pub(super) access_key_id: Cow<'a, str>,
    pub(super) region: Cow<'a, str>,
    date: Cow<'a, str>,
    service: Cow<'a, str>,
    terminator: Cow<'a, str>,
}

impl<'a> Scope<'a> {
    /// `credential` as it was meant: decoded already.
    pub(super) fn parse(credential: &Cow<'a, str>) -> Result<Self, SignatureError> {
        let malformed = |credential: &str| SignatureError::Credential { credential: echoed(credential) };
        // One more than there should be is enough to tell that there are too many.
        let elements: Vec<Cow<'a, str>> = match credential {
            Cow::Borrowed(text) => text.split('/').take(SCOPE_ELEMENTS + 1).map(Cow::Borrowed).collect(),
            Cow::Owned(text) => {
                text.split('/').take(SCOPE_ELEMENTS + 1).map(|part| Cow::Owned(part.to_owned())).collect()
            }
        };
        let Ok([access_key_id, date, region, service, terminator]) = <[_; SCOPE_ELEMENTS]>::try_from(elements) else {
            return Err(malformed(credential));
        };
        let is_key = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let is_region = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=MAX_ACCESS_KEY_ID).contains(&access_key_id.len())
            || !access_key_id.bytes().all(is_key)
            || !(1..=MAX_REGION).contains(&region.len())
            || !region.bytes().all(is_region)
        {
            return Err(SignatureError::CredentialCharacters);
        }
        Ok(Self { access_key_id, region, date, service, terminator })
    }

    /// For `service`, and signed with the key of the day that the request is dated.
    pub(super) fn check(&self, service: &'static str, date: &Timestamp) -> Result<(), SignatureError> {
        if self.terminator != TERMINATOR {
            Err(SignatureError::ScopeTerminator)
        } else if self.service != service {
            Err(SignatureError::ScopeService { service })
        } else if self.date != date.day() {
            Err(SignatureError::ScopeDate { scope: echoed(&self.date), request: echoed(date.day()) })
        } else {
            Ok(())
        }
    }
}
