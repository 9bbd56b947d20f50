//! A good request of each form, with one byte changed, added or taken away: every place, many bytes. What is still
//! accepted must mean the same by a reading of its own, and is listed here by kind, so that no new kind goes unseen.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes with a meaning somewhere, beside each bit of the byte that was there.
const TELLING: &[u8] = b" \t\r\n\0/.%+&=;,:?#-aA0\x7f\x80\xff";

/// Where a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Method,
    Target,
    HeaderName,
    HeaderValue,
    Authorization,
    Body,
}

/// A change that leaves the request as good as it was: where, what was there, what is there instead.
type Harmless = (Part, String, String);

fn good(presigned: bool) -> Request {
    let mut request = Request::new("POST", "/a/list-tags?b=x%20y&a=%C3%A9", &[("x-custom", "one two")], b"{\"A\": 1}");
    request.set("host", "h:80");
    if presigned { request.presigned(Some(TOKEN)) } else { request.signed("us-west-2", "chatbot") }
}

fn secret(presigned: bool) -> SigningSecret<'static> {
    if presigned { temporary() } else { long_term() }
}

/// Each `text` that is one byte away from this one, with what was exchanged for what.
fn neighbours(text: &[u8]) -> impl Iterator<Item = (Vec<u8>, String, String)> {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (0..=text.len()).flat_map(move |at| {
        let was = text.get(at).copied();
        let bytes = (0..8).filter_map(move |bit| was.map(|was| was ^ (1 << bit))).chain(TELLING.iter().copied());
        let (before, from) = text.split_at(at);
        let after = from.get(1..).unwrap_or_default();
        let changed = bytes
            .clone()
            .filter(move |byte| was.is_some_and(|was| was != *byte))
            .map(move |byte| ([before, &[byte], after].concat(), shown(&from[..1]), shown(&[byte])));
        let added = bytes.map(move |byte| ([before, &[byte], from].concat(), String::new(), shown(&[byte])));
        let removed = was.map(|was| ([before, after].concat(), shown(&[was]), String::new()));
        changed.chain(added).chain(removed)
    })
}

/// As a server does it that knows one key: the id of another selects another secret, or none.
fn accepted(request: &Request, secret: SigningSecret<'_>) -> bool {
    parse(request.head(), Policy::CHATBOT).is_ok_and(|presented| {
        presented.access_key_id() == KEY_ID && presented.verify(secret, &request.body, SIGNED_AT).is_ok()
    })
}

/// Tries every neighbour of the good request and returns the kinds of change that it survives.
fn survived(presigned: bool) -> BTreeSet<Harmless> {
    let good = good(presigned);
    assert_eq!(good.verify_with(secret(presigned), SIGNED_AT), Ok(()));
    let meant = meaning(&good);
    let (mut harmless, mut tried) = (BTreeSet::new(), 0);
    let mut attempt = |part: Part, changed: Request, from: String, to: String| {
        tried += 1;
        if accepted(&changed, secret(presigned)) {
            assert_eq!(meaning(&changed), meant, "{part:?}, `{from}` -> `{to}`: {changed:?}");
            harmless.insert((part, from, to));
        }
    };
    for (text, from, to) in neighbours(good.method.as_str().as_bytes()) {
        // What is no method, no target or no header does not come past the HTTP parser.
        let Ok(method) = Method::from_bytes(&text) else { continue };
        attempt(Part::Method, Request { method, ..good.clone() }, from, to);
    }
    for (text, from, to) in neighbours(good.uri.to_string().as_bytes()) {
        let Ok(uri) = Uri::try_from(text) else { continue };
        attempt(Part::Target, Request { uri, ..good.clone() }, from, to);
    }
    for (name, value) in &good.headers {
        for (text, from, to) in neighbours(name.as_str().as_bytes()) {
            let Ok(other) = HeaderName::from_bytes(&text) else { continue };
            let mut changed = good.clone();
            changed.headers.remove(name);
            changed.headers.append(other, value.clone());
            attempt(Part::HeaderName, changed, from, to);
        }
        for (text, from, to) in neighbours(value.as_bytes()) {
            let Ok(other) = HeaderValue::from_bytes(&text) else { continue };
            let mut changed = good.clone();
            changed.headers.insert(name, other);
            let part = if name == "authorization" { Part::Authorization } else { Part::HeaderValue };
            attempt(part, changed, from, to);
        }
    }
    for (body, from, to) in neighbours(&good.body) {
        attempt(Part::Body, Request { body, ..good.clone() }, from, to);
    }
    assert!(tried > 10_000, "{tried} requests");
    harmless
}

/// What a request says, read without the code under test: equal meanings are one request in two spellings.
#[derive(Debug, PartialEq)]
struct Meaning {
    method: String,
    path: Vec<String>,
    query: Vec<(Vec<u8>, Vec<u8>)>,
    headers: BTreeMap<String, Vec<String>>,
    authorization: BTreeSet<String>,
    body: Vec<u8>,
}

fn meaning(request: &Request) -> Meaning {
    let words = |text: &str| text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let mut headers: BTreeMap<_, _> = BTreeMap::new();
    let mut authorization = BTreeSet::new();
    for (name, value) in &request.headers {
        let value = value.to_str().unwrap();
        if name == "authorization" {
            authorization = value.split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        } else {
            headers.insert(name.as_str().to_owned(), words(value));
        }
    }
    // Single dots and empty segments go nowhere. Nothing here goes up.
    let segments = request.uri.path().split('/').filter(|segment| !segment.is_empty() && *segment != ".");
    let mut query: Vec<_> = request
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (unescaped(name.as_bytes()), unescaped(value.as_bytes())))
        .collect();
    query.sort();
    Meaning {
        method: request.method.as_str().to_owned(),
        path: segments.map(str::to_owned).collect(),
        query,
        headers,
        authorization,
        body: request.body.clone(),
    }
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    match text {
        [] => Vec::new(),
        [b'+', rest @ ..] => [b" ", unescaped(rest).as_slice()].concat(),
        [b'%', high, low, rest @ ..] => {
            let digit = |b: u8| u8::try_from(char::from(b).to_digit(16).unwrap()).unwrap();
            [&[digit(*high) * 16 + digit(*low)], unescaped(rest).as_slice()].concat()
        }
        [byte, rest @ ..] => [&[*byte], unescaped(rest).as_slice()].concat(),
    }
}

/// The kinds of change in `harmless` bar the case of header names, which HTTP gives no meaning.
fn but_for_the_case_of_names(harmless: BTreeSet<Harmless>) -> Vec<(Part, String, String)> {
    let is_case =
        |(part, from, to): &Harmless| *part == Part::HeaderName && from.as_str() != to && from.eq_ignore_ascii_case(to);
    assert!(harmless.iter().any(is_case));
    harmless.into_iter().filter(|change| !is_case(change)).collect()
}

fn listed(changes: &[(Part, &str, &str)]) -> Vec<Harmless> {
    changes.iter().map(|(part, from, to)| (*part, (*from).to_owned(), (*to).to_owned())).collect()
}

#[test]
fn every_byte_of_the_header_form_counts_but_for_these() {
    let harmless = listed(&[
        (Part::Target, "", "#"),  // At the end: the HTTP parser drops an empty fragment.
        (Part::Target, "", "&"),  // An empty parameter.
        (Part::Target, "", "/"),  // An empty segment: signatures are over the normalised path.
        (Part::Target, "A", "a"), // The digits of an escape.
        (Part::Target, "C", "c"),
        (Part::HeaderValue, "", " "),   // At an end or beside another blank.
        (Part::Authorization, "", " "), // Around a separator, or another separator beside it.
        (Part::Authorization, "", ","),
        (Part::Authorization, " ", ""),
        (Part::Authorization, " ", ","),
    ]);
    assert_eq!(but_for_the_case_of_names(survived(false)), harmless);
}

#[test]
fn every_byte_of_the_query_form_counts_but_for_these() {
    let harmless = listed(&[
        (Part::Target, "", "#"), // As above.
        (Part::Target, "", "&"),
        (Part::Target, "", "/"),
        (Part::Target, "A", "a"), // The digits of escapes; the signature's own are lower-case for good.
        (Part::Target, "B", "b"),
        (Part::Target, "C", "c"),
        (Part::Target, "D", "d"),
        (Part::Target, "F", "f"),
        (Part::HeaderValue, "", " "),
    ]);
    assert_eq!(but_for_the_case_of_names(survived(true)), harmless);
}

/// The good request of each form with its target changed, and whether it should pass.
#[test]
fn a_path_or_a_query_in_other_words() {
    for (from, to, passes) in [
        ("/a/list-tags", "//a//list-tags", true),
        ("/a/list-tags", "/./a/./list-tags", true),
        ("/a/list-tags", "/b/../a/list-tags", true),
        ("/a/list-tags", "/../a/list-tags", true),
        ("/a/list-tags", "/a/list-tags/", false),
        ("/a/list-tags", "/a/list-tags/.", false),
        ("/a/list-tags", "/%2e/a/list-tags", false),
        ("/a/list-tags", "/b/%2e%2e/a/list-tags", false),
        ("/a/list-tags", "/a%2flist-tags", false),
        ("/a/list-tags", "/a/list%2Dtags", false),
        ("/a/list-tags", "/%61/list-tags", false),
        ("/a/list-tags", "/A/list-tags", false),
        ("/a/list-tags", "/a/list-tags;x", false),
        ("/a/list-tags", "/a\\list-tags", false),
        ("/a/list-tags", "/list-tags", false),
        ("b=x%20y", "b=x+y", true),
        ("b=x%20y", "b=x%2By", false),
        ("b=x%20y", "b=x%2520y", false),
        ("b=x%20y", "%62=%78%20y", true),
        ("b=x%20y", "B=x%20y", false),
        ("b=x%20y", "b=x%20y&", true),
        ("b=x%20y", "&&b=x%20y", true),
        ("b=x%20y", "b=x%20y&=", false),
        ("b=x%20y", "b=x%20y&b=x%20y", false),
        ("b=x%20y", "b=x%20y&b", false),
        ("b=x%20y", "b=x%20y;", false),
        ("b=x%20y", "b=x%20y%00", false),
        ("b=x%20y", "b=x%20y%26c=", false),
        ("b=x%20y", "b=x%20y&X-Amz-Foo=1", false),
        ("b=x%20y&a=%C3%A9", "a=%C3%A9&b=x%20y", true),
        ("b=x%20y&a=%C3%A9", "b=%C3%A9&a=x%20y", false),
        ("a=%C3%A9", "a=e%CC%81", false),
        ("a=%C3%A9", "a=%E9", false),
        ("a=%C3%A9", "a%3D%C3%A9", false),
    ] {
        for presigned in [false, true] {
            let mut request = good(presigned);
            let target = request.uri.to_string();
            assert!(target.contains(from), "`{from}` is there to be replaced in {target}");
            let Ok(uri) = target.replacen(from, to, 1).parse() else {
                assert!(!passes, "{to} is refused by the HTTP parser");
                continue;
            };
            let meant = meaning(&request);
            request.uri = uri;
            assert_eq!(accepted(&request, secret(presigned)), passes, "{from} -> {to}, presigned: {presigned}");
            // The one thing that `meaning` leaves out is `..`.
            assert!(!passes || to.contains("..") || meaning(&request) == meant, "{from} -> {to}");
        }
    }
}

#[test]
fn headers_added_removed_doubled_and_reordered() {
    for presigned in [false, true] {
        let good = good(presigned);
        let passes = |request: &Request| accepted(request, secret(presigned));
        for name in ["x-amz-target", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token", "x-amz-", "x-amz-z"]
        {
            for value in ["", "1", "20261122T120000Z"] {
                let mut added = good.clone();
                added.append(name, value);
                assert!(!passes(&added), "{name}: {value}");
            }
        }
        for name in good.headers.keys() {
            let mut removed = good.clone();
            removed.headers.remove(name);
            assert!(!passes(&removed), "without {name}");
            for value in ["", good.headers[name].to_str().unwrap()] {
                let mut doubled = good.clone();
                doubled.append(name.as_str(), value);
                assert!(!passes(&doubled), "{name} twice");
            }
        }
        let mut reordered = Request { headers: HeaderMap::new(), ..good.clone() };
        let mut pairs: Vec<_> = good.headers.iter().collect();
        pairs.reverse();
        for (name, value) in pairs {
            reordered.headers.append(name, value.clone());
        }
        assert!(passes(&reordered), "the order of headers is HTTP's own");
        let mut swapped = good.clone();
        swapped.headers.insert("x-custom", good.headers["host"].clone());
        swapped.headers.insert("host", good.headers["x-custom"].clone());
        assert!(!passes(&swapped));
    }
}

#[test]
fn values_that_are_empty_or_huge() {
    for presigned in [false, true] {
        let good = good(presigned);
        for value in [String::new(), "a".repeat(100_000), ",".repeat(100_000), "a=".repeat(50_000), "/".repeat(4_000)] {
            for name in good.headers.keys() {
                let mut changed = good.clone();
                changed.headers.insert(name, HeaderValue::try_from(value.as_str()).unwrap());
                assert!(!accepted(&changed, secret(presigned)), "{name}");
            }
            let mut changed = good.clone();
            changed.body = value.clone().into_bytes();
            assert!(!accepted(&changed, secret(presigned)));
            let Ok(uri) = format!("/a/list-tags?{value}").parse() else { continue };
            changed = Request { uri, ..good.clone() };
            assert!(!accepted(&changed, secret(presigned)));
        }
    }
}
