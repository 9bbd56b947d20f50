//! What a request's head must look like before anybody computes anything: one way of signing, every header that steers
//! us signed, nothing said twice, no byte that two parsers could read in two ways.

use super::error::echoed;
use super::{RequestHead, SignatureError};
use http::{HeaderMap, HeaderValue, Uri};
use percent_encoding::percent_decode_str;

/// An `Authorization` header is some 300 bytes long; ours is generous with signed headers.
const MAX_AUTHORIZATION: usize = 4_096;
/// SDKs sign fewer than ten.
const MAX_SIGNED_HEADERS: usize = 64;
/// Query parameters that belong to the query form of signing.
const QUERY_FORM: [&str; 3] = ["X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Credential"];

/// A header as it was received, proven to be printable ASCII and alone of its name.
pub(super) struct SignedHeader<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

/// The `Authorization` header, if that is the one way in which the request is signed.
pub(super) fn authorization(head: RequestHead<'_>) -> Result<&str, SignatureError> {
    let in_query = names_query_form(head.uri);
    let authorization = single(head.headers, "authorization")?;
    match (authorization, in_query) {
        (Some(_), true) => Err(SignatureError::TwoForms),
        (None, true) => Err(SignatureError::QueryForm),
        (None, false) => Err(SignatureError::NoAuthorization),
        (Some(value), false) if value.len() > MAX_AUTHORIZATION => {
            Err(SignatureError::AuthorizationTooLong { limit: MAX_AUTHORIZATION })
        }
        (Some(value), false) => Ok(value),
    }
}

/// Names are compared as a careless reader would: percent-decoded and whatever their case.
fn names_query_form(uri: &Uri) -> bool {
    uri.query().unwrap_or_default().split('&').any(|parameter| {
        let name = parameter.split_once('=').map_or(parameter, |(name, _)| name);
        let name = percent_decode_str(name).decode_utf8_lossy();
        QUERY_FORM.iter().any(|ours| name.eq_ignore_ascii_case(ours))
    })
}

/// The header of this name, if there is one; more than one is refused.
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, SignatureError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => printable(name, value).map(Some),
        (Some(_), Some(_)) => Err(SignatureError::RepeatedHeader { name: echoed(name) }),
    }
}

fn printable<'a>(name: &str, value: &'a HeaderValue) -> Result<&'a str, SignatureError> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) if text.bytes().all(|b| matches!(b, b' '..=b'~')) => Ok(text),
        _ => Err(SignatureError::HeaderCharacters { name: echoed(name) }),
    }
}

/// The headers that `names` (separated by `;`) lists, if the list is in order and leaves out none that must be signed.
pub(super) fn signed_headers<'a>(
    headers: &'a HeaderMap,
    names: &'a str,
) -> Result<Vec<SignedHeader<'a>>, SignatureError> {
    let mut signed: Vec<SignedHeader<'a>> = Vec::with_capacity(8);
    for name in names.split(';') {
        let in_order = signed.last().is_none_or(|last| last.name < name);
        if name.is_empty()
            || !in_order
            || name.bytes().any(|b| b.is_ascii_uppercase())
            || signed.len() == MAX_SIGNED_HEADERS
        {
            return Err(SignatureError::SignedHeaders { limit: MAX_SIGNED_HEADERS });
        }
        let Some(value) = single(headers, name)? else {
            return Err(SignatureError::SignedHeaderAbsent { name: echoed(name) });
        };
        signed.push(SignedHeader { name, value });
    }
    let is_signed = |name: &str| signed.binary_search_by(|header| header.name.cmp(name)).is_ok();
    if !is_signed("host") {
        return Err(SignatureError::HostNotSigned);
    }
    match headers.keys().map(http::HeaderName::as_str).find(|name| name.starts_with("x-amz-") && !is_signed(name)) {
        Some(name) => Err(SignatureError::HeaderNotSigned { name: echoed(name) }),
        None => Ok(signed),
    }
}

/// A path, and a query that decodes to text: the signer decodes leniently, and two broken queries could sign alike.
pub(super) fn check_query(uri: &Uri) -> Result<(), SignatureError> {
    let good = uri.path().starts_with('/') && percent_decode_str(uri.query().unwrap_or_default()).decode_utf8().is_ok();
    if good { Ok(()) } else { Err(SignatureError::Target) }
}
