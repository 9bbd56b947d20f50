//! The canonical request and the string to sign, as a client must have written them. `Presented::verify` is the one
//! caller. Nothing here decides whether a request is good: what is ambiguous was refused before.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>; what that leaves
//! open (empty path segments, `+`) is as AWS's signer has it, with which the tests compare every line.

use super::claim::{ALGORITHM, Claim};
use super::presigned;
use super::query::Parameter;
use super::{RequestHead, hash, lower_hex};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;

/// All but the unreserved characters of RFC 3986.
const QUERY_SET: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH_SET: &AsciiSet = &QUERY_SET.remove(b'/');
/// A request of an SDK makes some 300 bytes; more only means that the text grows.
const USUAL_LENGTH: usize = 512;

/// What the signature is the HMAC of. `values` are those of the signed headers, in their order; `body_hash` is
/// lower-case hexadecimal.
pub(super) fn string_to_sign(
    head: RequestHead<'_>,
    query: &[Parameter<'_>],
    claim: &Claim<'_>,
    values: &[&str],
    service: &str,
    body_hash: &str,
) -> String {
    let request = request(head, query, &claim.signed_headers, values, body_hash);
    let request_hash = lower_hex(hash(request.as_bytes()).as_ref());
    let (date, day, region) = (claim.date.basic(), claim.date.day(), &claim.scope.region);
    format!("{ALGORITHM}\n{date}\n{day}/{region}/{service}/aws4_request\n{request_hash}")
}

fn request(
    head: RequestHead<'_>,
    parameters: &[Parameter<'_>],
    signed_headers: &str,
    values: &[&str],
    body_hash: &str,
) -> String {
    let mut text = String::with_capacity(USUAL_LENGTH);
    text.push_str(head.method.as_str());
    text.push('\n');
    // The path is encoded as received already, and once more: every service but S3 does that.
    text.extend(utf8_percent_encode(&normalized(head.uri.path()), PATH_SET));
    text.push('\n');
    query(&mut text, parameters);
    text.push('\n');
    for (name, value) in signed_headers.split(';').zip(values) {
        text.push_str(name);
        text.push(':');
        header_value(&mut text, value);
        text.push('\n');
    }
    text.push('\n');
    text.push_str(signed_headers);
    text.push('\n');
    text.push_str(body_hash);
    text
}

/// Without empty and `.` segments, and each `..` taken with the segment before it. `%2E` is no dot.
fn normalized(path: &str) -> Cow<'_, str> {
    if !path.contains('.') && !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let names_a_directory = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
    let end = if names_a_directory && !segments.is_empty() { "/" } else { "" };
    Cow::Owned(format!("/{}{end}", segments.join("/")))
}

/// Sorted by encoded name, then encoded value. The signature itself is not in it.
fn query(text: &mut String, parameters: &[Parameter<'_>]) {
    let encoded = |text| Cow::from(utf8_percent_encode(text, QUERY_SET));
    let mut pairs: Vec<_> = parameters
        .iter()
        .filter(|parameter| !presigned::is_signature(parameter))
        .map(|parameter| (encoded(&parameter.name), encoded(&parameter.value)))
        .collect();
    pairs.sort_unstable();
    for (position, (name, value)) in pairs.iter().enumerate() {
        if position > 0 {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
}

/// Without blanks at the ends, and with one where there are several.
fn header_value(text: &mut String, value: &str) {
    let value = value.trim_matches(' ');
    if !value.contains("  ") {
        text.push_str(value);
        return;
    }
    for (position, word) in value.split(' ').filter(|word| !word.is_empty()).enumerate() {
        if position > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
}
