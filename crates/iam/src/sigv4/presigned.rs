//! The query form: `?X-Amz-Algorithm=…&X-Amz-Credential=…&X-Amz-Date=…&X-Amz-Expires=…&X-Amz-SignedHeaders=…`
//! `[&X-Amz-Security-Token=…]&X-Amz-Signature=…`, as `presign` of the SDKs makes it. `sigv4::parse` calls it for a query
//! that has any of these names. It judges no date.
//!
//! The body is signed in this form too, whatever presigned it: AWS leaves it out (`UNSIGNED-PAYLOAD`) for S3 alone.
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use super::SignatureError;
use super::claim::{ALGORITHM, Claim, Form, Scope};
use super::error::echoed;
use super::query::Parameter;
use super::timestamp::Timestamp;
use http::HeaderMap;
use std::borrow::Cow;
use time::Duration;

/// Seven days. Source:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html#query-string-auth-v4-signing>.
const MAX_EXPIRES_SECONDS: u32 = 604_800;

const ALGORITHM_NAME: &str = "X-Amz-Algorithm";
const CREDENTIAL: &str = "X-Amz-Credential";
const DATE: &str = "X-Amz-Date";
const EXPIRES: &str = "X-Amz-Expires";
const SECURITY_TOKEN: &str = "X-Amz-Security-Token";
const SIGNATURE: &str = "X-Amz-Signature";
const SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";
/// What JavaScript's presigner makes of an `x-amz-content-sha256` header. Alone it presigns nothing.
const CONTENT_SHA256: &str = "X-Amz-Content-Sha256";

/// In the order in which AWS would miss them.
const REQUIRED: [&str; 6] = [ALGORITHM_NAME, CREDENTIAL, SIGNATURE, SIGNED_HEADERS, DATE, EXPIRES];
/// A request that says these in its query and in a header says them twice.
const NOT_ALSO_HEADERS: [&str; 2] = ["x-amz-date", "x-amz-security-token"];

/// Whether the query claims to sign the request. Names count as a careless reader would see them: decoded, and in any
/// case, so that none slips past us that another would act upon.
pub(super) fn is_used(query: &[Parameter<'_>]) -> bool {
    query.iter().any(|parameter| {
        // Most queries have no such name at all.
        parameter.name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("X-Amz-"))
            && REQUIRED.iter().chain([&SECURITY_TOKEN]).any(|name| parameter.name.eq_ignore_ascii_case(name))
    })
}

pub(super) fn claim<'a>(query: &[Parameter<'a>], headers: &HeaderMap) -> Result<Claim<'a>, SignatureError> {
    let missing: Vec<_> = REQUIRED
        .iter()
        .filter(|name| !query.iter().any(|parameter| parameter.name.eq_ignore_ascii_case(name)))
        .map(|name| format!("AWS query-string parameters must include '{name}'."))
        .collect();
    if !missing.is_empty() {
        let missing = format!("{} Re-examine the query-string parameters.", missing.join(" "));
        return Err(SignatureError::MissingParameters { missing });
    }
    if let Some(name) = NOT_ALSO_HEADERS.iter().find(|name| headers.contains_key(**name)) {
        return Err(SignatureError::HeaderBesideQuery { name });
    }
    let required = |name| value(query, name)?.ok_or(SignatureError::QueryParameter { name });
    if required(ALGORITHM_NAME)? != ALGORITHM {
        return Err(SignatureError::QueryAlgorithm);
    }
    let expires = expires(&required(EXPIRES)?)?;
    // Looked at here for being there once; believed by `security_token` and `content_sha256` below.
    value(query, SECURITY_TOKEN)?;
    value(query, CONTENT_SHA256)?;
    Ok(Claim {
        form: Form::Query { expires },
        scope: Scope::parse(&required(CREDENTIAL)?)?,
        date: Timestamp::parse(&required(DATE)?)?,
        signed_headers: required(SIGNED_HEADERS)?,
        signature: required(SIGNATURE)?,
    })
}

pub(super) fn security_token<'q>(query: &'q [Parameter<'_>]) -> Option<&'q str> {
    query.iter().find(|parameter| parameter.name == SECURITY_TOKEN).map(|parameter| &*parameter.value)
}

pub(super) fn content_sha256<'q>(query: &'q [Parameter<'_>]) -> Option<&'q str> {
    query.iter().find(|parameter| parameter.name == CONTENT_SHA256).map(|parameter| &*parameter.value)
}

/// The one parameter that the signature cannot be over.
pub(super) fn is_signature(parameter: &Parameter<'_>) -> bool {
    parameter.name == SIGNATURE
}

/// The value of the parameter of this name, which must come once and be written just so.
fn value<'a>(query: &[Parameter<'a>], name: &'static str) -> Result<Option<Cow<'a, str>>, SignatureError> {
    let mut named = query.iter().filter(|parameter| parameter.name.eq_ignore_ascii_case(name));
    match (named.next(), named.next()) {
        (None, _) => Ok(None),
        (Some(parameter), None) if parameter.written == name => Ok(Some(parameter.value.clone())),
        _ => Err(SignatureError::QueryParameter { name }),
    }
}

fn expires(text: &str) -> Result<Duration, SignatureError> {
    // `parse` would take a sign.
    let is_number = (1..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<u32>() {
        Ok(seconds) if is_number && (1..=MAX_EXPIRES_SECONDS).contains(&seconds) => {
            Ok(Duration::seconds(seconds.into()))
        }
        _ => Err(SignatureError::Expires { given: echoed(text), limit: MAX_EXPIRES_SECONDS }),
    }
}
