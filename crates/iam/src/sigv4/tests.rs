//! Requests signed by others must pass; the same requests, tampered with, must not.

mod attacks;
mod flips;
mod oracle;
mod presigned;
mod vectors;

use super::*;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{HeaderName, HeaderValue};
use proptest::prelude::*;
use std::sync::LazyLock;
use time::macros::datetime;

const KEY_ID: &str = "AKIDBELLHOP0EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// When every request of these tests was signed, unless it says otherwise.
const SIGNED_AT: OffsetDateTime = datetime!(2026-11-22 12:00:00 UTC);
/// What a presigned request of these tests is good for.
const EXPIRES: Duration = Duration::minutes(5);
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE//token+a==";

static KEYS: LazyLock<SigningKeys> = LazyLock::new(|| SigningKeys::new(SECRET));

fn long_term() -> SigningSecret<'static> {
    SigningSecret { keys: &KEYS, session_token: None }
}

fn temporary() -> SigningSecret<'static> {
    SigningSecret { keys: &KEYS, session_token: Some(TOKEN) }
}

/// A request as it comes off the socket.
#[derive(Debug, Clone)]
struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// What AWS's signer would have the client add, and the signature among it.
struct Instructions {
    headers: Vec<(String, String)>,
    parameters: Vec<(String, String)>,
    signature: String,
}

impl Request {
    fn new(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut request = Self {
            method: method.parse().unwrap(),
            uri: target.parse().unwrap(),
            headers: HeaderMap::new(),
            body: body.to_vec(),
        };
        for (name, value) in headers {
            request.append(name, value);
        }
        request
    }

    fn append(&mut self, name: &str, value: &str) {
        let name: HeaderName = name.parse().unwrap();
        self.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }

    fn authorization(&self) -> String {
        self.headers["authorization"].to_str().unwrap().to_owned()
    }

    fn head(&self) -> RequestHead<'_> {
        RequestHead { method: &self.method, uri: &self.uri, headers: &self.headers }
    }

    fn verify_with(&self, secret: SigningSecret<'_>, now: OffsetDateTime) -> Result<(), SignatureError> {
        parse(self.head(), Policy::CHATBOT)?.verify(secret, &self.body, now)
    }

    fn verify(&self) -> Result<(), SignatureError> {
        self.verify_with(long_term(), SIGNED_AT)
    }

    /// Signs all headers with AWS's signer, for `service` in `region`, as any client would.
    fn signed(mut self, region: &str, service: &str) -> Self {
        let instructions = self.instructions(region, service, SignatureLocation::Headers, None);
        for (name, value) in instructions.headers {
            self.headers.insert(HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        self
    }

    /// Presigns the request, all headers too, with AWS's signer.
    fn presigned(mut self, session_token: Option<&str>) -> Self {
        let instructions = self.instructions("us-west-2", "chatbot", SignatureLocation::QueryParams, session_token);
        let mut target = self.uri.to_string();
        for (name, value) in instructions.parameters {
            let separator = if target.contains('?') { "&" } else { "?" };
            let value = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
            target.extend([separator, &name, "=", &value.to_string()]);
        }
        self.uri = target.parse().unwrap();
        self
    }

    fn instructions(
        &self,
        region: &str,
        service: &str,
        location: SignatureLocation,
        session_token: Option<&str>,
    ) -> Instructions {
        let mut settings = SigningSettings::default();
        settings.excluded_headers = None;
        settings.signature_location = location;
        settings.expires_in = Some(EXPIRES.unsigned_abs());
        let identity = Credentials::new(KEY_ID, SECRET, session_token.map(str::to_owned), None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(service)
            .time(SIGNED_AT.into())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let body = SignableBody::Bytes(&self.body);
        let request = SignableRequest::new(self.method.as_str(), self.uri.to_string(), headers, body).unwrap();
        let (instructions, signature) = sign(request, &params).unwrap().into_parts();
        let (headers, parameters) = instructions.into_parts();
        let headers = headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect();
        let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
        Instructions { headers, parameters, signature }
    }
}

/// A request of the API, signed for it, with these headers signed too.
fn signed_with(headers: &[(&str, &str)]) -> Request {
    let mut request = Request::new("POST", "/describe-slack-workspaces", headers, b"{\"MaxResults\": 10}");
    request.set("host", "127.0.0.1:4750");
    request.signed("us-west-2", "chatbot")
}

fn signed() -> Request {
    signed_with(&[("content-type", "application/json")])
}

#[test]
fn a_good_request_tells_who_and_where() {
    let request = signed();
    let presented = parse(request.head(), Policy::CHATBOT).unwrap();
    assert_eq!((presented.access_key_id(), presented.region()), (KEY_ID, "us-west-2"));
    assert_eq!(presented.verify(long_term(), &request.body, SIGNED_AT), Ok(()));
}

#[test]
fn any_region_is_accepted_and_no_other_service() {
    let request = || Request::new("POST", "/", &[("host", "h")], b"");
    assert_eq!(request().signed("mars-north-1", "chatbot").verify(), Ok(()));
    let error = request().signed("us-west-2", "sns").verify().unwrap_err();
    assert_eq!(error.to_string(), "Credential should be scoped to correct service: 'chatbot'.");
    assert_eq!(error.class(), Class::Mismatch);
}

#[test]
fn the_window_is_fifteen_minutes_either_way_to_the_second() {
    let request = signed();
    let at = |offset: i64| request.verify_with(long_term(), SIGNED_AT + Duration::seconds(offset));
    assert_eq!((at(-900), at(900)), (Ok(()), Ok(())));

    let old = at(901).unwrap_err();
    assert_eq!(old.class(), Class::Expired);
    assert_eq!(
        old.to_string(),
        "Signature expired: 20261122T120000Z is now earlier than 20261122T120001Z (20261122T121501Z - 15 min.)"
    );
    let new = at(-901).unwrap_err();
    assert_eq!(new.class(), Class::Expired);
    assert_eq!(
        new.to_string(),
        "Signature not yet current: 20261122T120000Z is still later than 20261122T115959Z (20261122T114459Z + 15 min.)"
    );
}

#[test]
fn the_parameters_may_stand_in_any_order() {
    let mut request = signed();
    let authorization = request.authorization();
    let (algorithm, parameters) = authorization.split_once(' ').unwrap();
    let mut parameters: Vec<_> = parameters.split(", ").collect();
    parameters.reverse();
    request.set("authorization", &format!("{algorithm} {}", parameters.join(",")));
    assert_eq!(request.verify(), Ok(()));
}

#[test]
fn headers_that_proxies_add_need_no_signature() {
    let mut request = signed();
    request.append("x-forwarded-for", "10.0.0.1");
    request.append("x-amzn-trace-id", "Root=1-2-3");
    request.append("user-agent", "größe");
    assert_eq!(request.verify(), Ok(()));
}

#[test]
fn a_header_that_sdks_leave_out_counts_where_a_client_signed_it() {
    let mut request = signed_with(&[("user-agent", "aws-cli/2")]);
    assert_eq!(request.verify(), Ok(()));
    request.set("user-agent", "aws-cli/3");
    assert_eq!(request.verify(), Err(SignatureError::Mismatch));
}

#[test]
fn a_declared_body_hash_must_be_the_bodys() {
    let hash = lower_hex(hash(b"{\"MaxResults\": 10}").as_ref());
    assert_eq!(signed_with(&[("x-amz-content-sha256", &hash)]).verify(), Ok(()));
    let other = signed_with(&[("x-amz-content-sha256", &hash.replace('0', "1"))]).verify().unwrap_err();
    assert_eq!((other.class(), other), (Class::Mismatch, SignatureError::BodyHash));
    let unsigned = signed_with(&[("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]).verify();
    assert_eq!(unsigned, Err(SignatureError::UnsignedPayload));
}

#[test]
fn a_security_token_belongs_to_temporary_credentials_alone() {
    let request = signed_with(&[("x-amz-security-token", TOKEN)]);
    assert_eq!(request.verify_with(temporary(), SIGNED_AT), Ok(()));
    assert_eq!(request.verify(), Err(SignatureError::SecurityToken), "with a long-term key");
    assert_eq!(signed().verify_with(temporary(), SIGNED_AT), Err(SignatureError::SecurityToken), "left out");
    let other = signed_with(&[("x-amz-security-token", "another")]);
    assert_eq!(other.verify_with(temporary(), SIGNED_AT), Err(SignatureError::SecurityToken), "another");
}

#[test]
fn a_token_stays_out_of_debug() {
    let request = signed_with(&[("x-amz-security-token", TOKEN)]);
    let shown = format!("{:?}", parse(request.head(), Policy::CHATBOT).unwrap());
    assert!(shown.contains(KEY_ID) && !shown.contains("token"), "{shown}");
}

proptest! {
    #[test]
    fn no_authorization_header_panics(value in "[ -~]{0,200}") {
        let mut request = signed();
        request.set("authorization", &value);
        prop_assert!(request.verify().is_err());
    }

    #[test]
    fn no_likely_authorization_header_panics(
        parts in prop::collection::vec("(Credential|SignedHeaders|Signature|X)=?[a-z0-9/;=-]{0,40}", 0..5),
        date in "[0-9TZ]{14,18}",
    ) {
        let mut request = signed();
        request.set("authorization", &format!("AWS4-HMAC-SHA256 {}", parts.join(",")));
        request.set("x-amz-date", &date);
        prop_assert!(request.verify().is_err());
    }
}
