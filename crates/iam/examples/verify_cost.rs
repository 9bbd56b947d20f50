//! What it costs to verify one request of each form, on one core, with the signing key kept. It prints the fastest of
//! five rounds; run it by hand, from the workspace: `cargo run --release -p iam --example verify_cost`.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{HeaderMap, HeaderName, Method, Uri};
use iam::sigv4::{Policy, RequestHead, SigningKeys, SigningSecret, parse};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::error::Error;
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use time::macros::datetime;

const SIGNED_AT: OffsetDateTime = datetime!(2026-11-22 12:00:00 UTC);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const PATH: &str = "/describe-slack-workspaces";
const BODY: &[u8] = b"{\"MaxResults\": 10}";
const ROUND: u32 = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    for (form, location) in [("header", SignatureLocation::Headers), ("query", SignatureLocation::QueryParams)] {
        let (uri, headers) = signed(location)?;
        let keys = SigningKeys::new(SECRET);
        let secret = SigningSecret { keys: &keys, session_token: None };
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            for _ in 0..ROUND {
                let head = RequestHead { method: &Method::POST, uri: &uri, headers: &headers };
                parse(head, Policy::CHATBOT)?.verify(secret, BODY, SIGNED_AT)?;
            }
            fastest = fastest.min(start.elapsed());
        }
        println!("{form} form: {} ns", (fastest / ROUND).as_nanos());
    }
    Ok(())
}

/// The target and the headers of a request that AWS's signer signed.
fn signed(location: SignatureLocation) -> Result<(Uri, HeaderMap), Box<dyn Error>> {
    let mut headers = HeaderMap::new();
    headers.insert("host", "127.0.0.1:4750".parse()?);
    headers.insert("content-type", "application/json".parse()?);
    let mut settings = SigningSettings::default();
    settings.signature_location = location;
    settings.expires_in = Some(Duration::from_mins(5));
    let identity = Credentials::new("AKIDBELLHOP0EXAMPLE", SECRET, None, None, "example").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-west-2")
        .name("chatbot")
        .time(SIGNED_AT.into())
        .settings(settings)
        .build()?
        .into();
    let mut pairs = Vec::new();
    for (name, value) in &headers {
        pairs.push((name.as_str(), value.to_str()?));
    }
    let request = SignableRequest::new("POST", PATH, pairs.into_iter(), SignableBody::Bytes(BODY))?;
    let (signed_headers, parameters) = sign(request, &params)?.into_parts().0.into_parts();
    for header in &signed_headers {
        headers.insert(HeaderName::try_from(header.name())?, header.value().parse()?);
    }
    let query: Vec<_> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    Ok((format!("{PATH}?{}", query.join("&")).parse()?, headers))
}
