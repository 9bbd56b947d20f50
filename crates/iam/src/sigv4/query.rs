//! The query of a request, decoded once: the names and values that are signed, and among them the ones that sign.
//! `sigv4::parse` makes it; `presigned.rs` looks parameters up in it and `canonical.rs` writes it out again.
//! It refuses what two decoders could read in two ways, and knows nothing of what a parameter means.

use super::SignatureError;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The longest query that we read. A presigned one is some 400 bytes plus its session token (AWS's are below 4,096
/// bytes and grow by encoding).
const MAX_QUERY: usize = 16_384;
/// The API itself has two query parameters and the query form eight; sorting is what the limit keeps cheap.
const MAX_PARAMETERS: usize = 128;

/// `name=value`, both decoded as HTML forms are (`+` is a space), which is how AWS's own signer reads a query.
pub(super) struct Parameter<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
    /// The name as it was written.
    pub(super) written: &'a str,
}

/// In the order received. `a` alone is `a` with an empty value; empty parameters (`&&`) are none.
pub(super) fn parameters(query: &str) -> Result<Vec<Parameter<'_>>, SignatureError> {
    if query.len() > MAX_QUERY {
        return Err(SignatureError::QueryTooLong { bytes: MAX_QUERY, parameters: MAX_PARAMETERS });
    }
    let mut parameters = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        if parameters.len() == MAX_PARAMETERS {
            return Err(SignatureError::QueryTooLong { bytes: MAX_QUERY, parameters: MAX_PARAMETERS });
        }
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        parameters.push(Parameter { name: decoded(name)?, value: decoded(value)?, written: name });
    }
    Ok(parameters)
}

/// Lenient decoders let a stray `%` pass and replace what is no UTF-8: then two queries would sign alike.
fn decoded(text: &str) -> Result<Cow<'_, str>, SignatureError> {
    let escapes_whole = text.split('%').skip(1).all(|after| {
        let mut digits = after.bytes();
        let mut is_digit = || digits.next().is_some_and(|b| b.is_ascii_hexdigit());
        is_digit() && is_digit()
    });
    if !escapes_whole {
        return Err(SignatureError::Target);
    }
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| SignatureError::Target)?;
        return Ok(Cow::Owned(decoded.into_owned()));
    }
    percent_decode_str(text).decode_utf8().map_err(|_| SignatureError::Target)
}
