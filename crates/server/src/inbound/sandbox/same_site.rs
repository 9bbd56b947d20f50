//! Keeps other sites' pages out of a developer's sandbox. The layer around every route of `sandbox.rs`.
//!
//! A server on loopback is still within reach of any page that the developer's browser has open: it may post forms
//! across sites, and by DNS rebinding it may even read the answers. This never looks at the body or the token.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header, uri::Authority};
use axum::middleware::Next;
use axum::response::Response;

use super::refusal;

/// Set by browsers alone, and out of reach of a page's scripts: <https://www.w3.org/TR/fetch-metadata/>
const SEC_FETCH_SITE: &str = "sec-fetch-site";

pub async fn refuse_strangers(request: Request, next: Next) -> Response {
    match stranger(&request) {
        Some(sentence) => refusal(StatusCode::FORBIDDEN, sentence),
        None => next.run(request).await,
    }
}

/// Why the request is refused, or `None`. A client that is no browser sends neither Origin nor Sec-Fetch-Site.
fn stranger(request: &Request) -> Option<&'static str> {
    let headers = request.headers();
    let Some(host) = text(headers, header::HOST.as_str()).filter(|host| is_loopback(host)) else {
        return Some("the sandbox answers to this machine alone: use http://127.0.0.1:PORT/sandbox");
    };
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host));
    if headers.contains_key(header::ORIGIN) && !text(headers, header::ORIGIN.as_str()).is_some_and(own) {
        return Some("the sandbox answers no page of another site: call it from its own page or from a command line");
    }
    let from_elsewhere =
        headers.contains_key(SEC_FETCH_SITE) && !matches!(text(headers, SEC_FETCH_SITE), Some("same-origin" | "none"));
    // A link to the pages may stand anywhere, a README for one: a page alone holds nothing, and cannot be framed.
    let follows_a_link =
        request.method() == Method::GET && matches!(request.uri().path(), "/sandbox" | "/sandbox/" | "/sandbox/teams");
    (from_elsewhere && !follows_a_link)
        .then_some("the sandbox answers no page of another site: open http://127.0.0.1:PORT/sandbox itself")
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// `localhost`, `*.localhost` (RFC 6761) or a loopback address, with or without a port.
fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host();
    if name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost") {
        return true;
    }
    let address = name.trim_start_matches('[').trim_end_matches(']');
    address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:4750", "127.9.9.9", "[::1]:4750", "bellhop.localhost:1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "example.com", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "[::2]:80"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
