//! `iam::sigv4` on any head and body: the first thing that reads an API call. The input is a request as HTTP/1.1 writes
//! it, with bare newlines. Nothing may panic, and no answer may be long or carry control characters.

#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use iam::sigv4::{Policy, RequestHead, SigningKeys, SigningSecret, parse};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use time::macros::datetime;

/// The seeds were signed with it.
static KEYS: LazyLock<SigningKeys> =
    LazyLock::new(|| SigningKeys::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));

/// Far above the longest that any refusal says.
const LONGEST_ANSWER: usize = 1_000;

fuzz_target!(|input: &[u8]| {
    let Some((method, uri, headers, body)) = request(input) else { return };
    let head = RequestHead { method: &method, uri: &uri, headers: &headers };
    let answer = parse(head, Policy::CHATBOT).and_then(|presented| {
        assert!((1..=128).contains(&presented.access_key_id().len()) && (1..=63).contains(&presented.region().len()));
        let secret = SigningSecret { keys: &KEYS, session_token: None };
        presented.verify(secret, body, datetime!(2026-11-22 12:00 UTC))
    });
    if let Err(error) = answer {
        let text = error.to_string();
        assert!(text.len() < LONGEST_ANSWER && !text.contains(char::is_control), "{text:?}");
    }
});

/// `METHOD target`, header lines, an empty line, the body. `None`: the HTTP parser would not have let it in.
fn request(input: &[u8]) -> Option<(Method, Uri, HeaderMap, &[u8])> {
    let end = input.windows(2).position(|pair| pair == b"\n\n")?;
    let (head, body) = (&input[..end], &input[end + 2..]);
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let space = first.iter().position(|byte| *byte == b' ')?;
    let method = Method::from_bytes(&first[..space]).ok()?;
    let uri = Uri::try_from(&first[space + 1..]).ok()?;
    let mut headers = HeaderMap::new();
    for line in lines.take(100) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        headers.append(name, value);
    }
    Some((method, uri, headers, body))
}
