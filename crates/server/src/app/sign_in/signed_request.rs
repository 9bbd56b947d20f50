//! The signed request that somebody signs in with: what of it may go on to AWS STS, decided before anything goes.
//!
//! Whether the signature is good only STS can tell. Here everything else is: that it asks `GetCallerIdentity` of STS and
//! nothing of nobody else, that it is fresh, and that it was signed for this server.

use std::collections::BTreeMap;

use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::{GET_CALLER_IDENTITY, NONCE_HEADER, SERVER_NAME_HEADER, SignInError};
use crate::config::StsHost;
use crate::outbound::sts::StsEndpoint;

/// How far the date of a signed request may lie from ours, either way; AWS's own.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>
pub const TOLERANCE_MS: i64 = 15 * 60 * 1000;

/// What goes on to STS, if it is there; `host` is set from the endpoint.
const FORWARDED: [&str; 6] =
    ["authorization", "content-type", "x-amz-date", "x-amz-security-token", SERVER_NAME_HEADER, NONCE_HEADER];
/// What the signature must cover.
const SIGNED: [&str; 3] = ["host", "x-amz-date", SERVER_NAME_HEADER];
/// Session tokens are the longest; STS gives no limit, and makes some of two kilobytes.
const HEADER_BYTES_MAX: usize = 8 * 1024;
const ALGORITHM: &str = "AWS4-HMAC-SHA256 ";
const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

/// As it came.
#[derive(Debug, Clone)]
pub struct SignedRequest {
    pub method: String,
    pub url: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// One that may go to STS.
#[derive(Debug)]
pub struct CheckedRequest {
    pub endpoint: StsEndpoint,
    pub headers: Vec<(&'static str, String)>,
    /// 64 hexadecimal digits, in lower case.
    pub signature: String,
    pub date_ms: i64,
}

impl CheckedRequest {
    pub fn check(
        request: SignedRequest,
        server_name: &str,
        sts_hosts: &[StsHost],
        now_ms: i64,
    ) -> Result<Self, SignInError> {
        let invalid = |problem: &str| SignInError::Invalid(problem.to_owned());
        if request.method != "POST" || request.body != GET_CALLER_IDENTITY {
            return Err(SignInError::Invalid(format!(
                "the signed request must be a `POST` with the body `{GET_CALLER_IDENTITY}`"
            )));
        }
        let endpoint = StsEndpoint::parse(&request.url, sts_hosts).ok_or_else(|| {
            invalid(
                "the signed request must be for `/` of an endpoint of AWS STS, like `https://sts.eu-central-1.amazonaws.com/`; \
                 an emulator's host must be listed in `sign_in.sts_hosts` of the server's settings",
            )
        })?;
        let headers = forwarded(request.headers)?;
        let header = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let authorization = Authorization::parse(header("authorization").unwrap_or_default())
            .ok_or_else(|| invalid("the `authorization` header must be one of `AWS4-HMAC-SHA256`"))?;
        if let Some(missing) = SIGNED.iter().find(|name| !authorization.signed_headers.contains(name)) {
            return Err(SignInError::Invalid(format!("the signature must cover the header `{missing}`")));
        }
        let named = header(SERVER_NAME_HEADER).unwrap_or_default();
        if named != server_name {
            return Err(SignInError::Refused(format!(
                "the request was signed for another server than this, which is called `{server_name}`: log in to the URL \
                 that it is known by, or have its operator set `sign_in.server_name`"
            )));
        }
        let date_ms = header("x-amz-date")
            .and_then(milliseconds)
            .ok_or_else(|| invalid("the `x-amz-date` header must be like `20261122T120000Z`"))?;
        if (now_ms - date_ms).abs() > TOLERANCE_MS {
            return Err(SignInError::Refused(
                "the request was signed more than 15 minutes away from the server's time: set the clock".to_owned(),
            ));
        }
        let signature = authorization.signature.to_owned();
        Ok(Self { endpoint, headers, signature, date_ms })
    }
}

/// The headers that go on; what else is sent is left out. If it was signed, STS will not find the signature good.
fn forwarded(mut headers: BTreeMap<String, String>) -> Result<Vec<(&'static str, String)>, SignInError> {
    let mut found = Vec::new();
    for name in FORWARDED {
        let Some(value) = headers.remove(name) else { continue };
        if value.len() > HEADER_BYTES_MAX || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(SignInError::Invalid(format!(
                "the header `{name}` must be at most {HEADER_BYTES_MAX} printable characters"
            )));
        }
        found.push((name, value));
    }
    Ok(found)
}

/// What of an `authorization` header matters here.
struct Authorization<'a> {
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=a;b, Signature=…`. Only this form, so that one signature has one
    /// spelling: a replay in another would be a new one.
    fn parse(header: &'a str) -> Option<Self> {
        let mut parts = header.strip_prefix(ALGORITHM)?.split(',').map(|part| part.trim_matches(' '));
        parts.next()?.strip_prefix("Credential=")?;
        let signed_headers = parts.next()?.strip_prefix("SignedHeaders=")?.split(';').collect();
        let signature = parts.next()?.strip_prefix("Signature=")?;
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let good = signature.len() == 64 && signature.bytes().all(hexadecimal) && parts.next().is_none();
        good.then_some(Self { signed_headers, signature })
    }
}

fn milliseconds(date: &str) -> Option<i64> {
    let date = PrimitiveDateTime::parse(date, DATE).ok()?;
    date.assume_utc().unix_timestamp().checked_mul(1000)
}
