//! What a request's headers must look like before anybody computes anything: every header that steers us signed, nothing
//! said twice, no byte that two parsers could read in two ways. `sigv4::parse` and `authorization.rs` call it.

use super::error::echoed;
use super::{RequestHead, SignatureError};
use http::{HeaderMap, HeaderName, HeaderValue};

/// SDKs sign fewer than ten.
const MAX_SIGNED_HEADERS: usize = 64;

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

/// The values of the headers that `names` (separated by `;`) lists, in that order, if the list is in order and leaves out
/// none that must be signed. `dated_by_date`: the request takes its date from `Date`.
pub(super) fn signed_values<'a>(
    headers: &'a HeaderMap,
    names: &str,
    dated_by_date: bool,
) -> Result<Vec<&'a str>, SignatureError> {
    let mut listed: Vec<&str> = Vec::with_capacity(8);
    let mut values = Vec::with_capacity(8);
    for name in names.split(';') {
        let in_order = listed.last().is_none_or(|last| *last < name);
        if name.is_empty()
            || !in_order
            || name.bytes().any(|b| b.is_ascii_uppercase())
            || listed.len() == MAX_SIGNED_HEADERS
        {
            return Err(SignatureError::SignedHeaders { limit: MAX_SIGNED_HEADERS });
        }
        let Some(value) = single(headers, name)? else {
            return Err(SignatureError::SignedHeaderAbsent { name: echoed(name) });
        };
        listed.push(name);
        values.push(value);
    }
    let is_signed = |name: &str| listed.binary_search(&name).is_ok();
    if !is_signed("host") {
        return Err(SignatureError::HostNotSigned);
    }
    let must_be_signed = |name: &str| name.starts_with("x-amz-") || (dated_by_date && name == "date");
    match headers.keys().map(HeaderName::as_str).find(|name| must_be_signed(name) && !is_signed(name)) {
        Some(name) => Err(SignatureError::HeaderNotSigned { name: echoed(name) }),
        None => Ok(values),
    }
}

/// A path; and, where the target is a whole URL, for the host that the signature is for.
pub(super) fn check_target(head: RequestHead<'_>) -> Result<(), SignatureError> {
    if !head.uri.path().starts_with('/') {
        return Err(SignatureError::Target);
    }
    match head.uri.authority() {
        // RFC 9112, 3.2.2: the URL's host would count, and the header is what is signed.
        Some(authority) if single(head.headers, "host")? != Some(authority.as_str()) => Err(SignatureError::Target),
        _ => Ok(()),
    }
}
