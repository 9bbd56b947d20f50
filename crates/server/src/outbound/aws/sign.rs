//! A request of `awscall` made into one that can be sent, and signed with AWS's own signer for each attempt.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use awscall::call::Call;
use awscall::endpoint::Endpoint;
use awscall::percent;
use awscall::protocol::Request;
use url::{Position, Url};

use super::checksum;

/// Services whose signature is none of SigV4's kind, with what it is. Source: `signatureVersion` of botocore's models.
const OTHERWISE_SIGNED: [(&str, &str); 3] =
    [("codecatalyst", "a bearer token"), ("importexport", "signature version 2"), ("sdb", "signature version 2")];

/// A request with its place, ready to be signed.
pub(super) struct Prepared {
    pub method: &'static str,
    pub url: Url,
    pub host: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    signing: Signing,
}

enum Signing {
    /// Anybody may ask.
    None,
    V4 {
        name: String,
        region: String,
        /// As S3 wants it: the path as it is, and the body's hash in a header.
        plain_path: bool,
        unsigned_payload: bool,
    },
}

impl Prepared {
    /// The `Err` is a sentence for whoever typed it.
    pub(super) fn new(call: &Call, request: &Request, endpoint: &Endpoint) -> Result<Self, String> {
        let signing = signing(call, endpoint)?;
        let url = target(endpoint, request)?;
        let host = url.host_str().ok_or("the endpoint names no host")?;
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let mut headers = request.headers.clone();
        headers.extend(endpoint.headers.iter().cloned());
        headers.extend(checksum::headers(call, &headers, &request.body)?);
        Ok(Self { method: request.method, url, host, headers, body: request.body.clone(), signing })
    }

    /// All headers of one attempt but `Host`, the signature among them. `more` is signed too.
    pub(super) fn signed(
        &self,
        more: &[(String, String)],
        credentials: &Credentials,
        now_ms: i64,
    ) -> Result<Vec<(String, String)>, String> {
        let mut headers: Vec<(String, String)> = self.headers.iter().chain(more).cloned().collect();
        let Signing::V4 { name, region, plain_path, unsigned_payload } = &self.signing else {
            return Ok(headers);
        };
        let mut settings = SigningSettings::default();
        if *plain_path {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        // Only TLS keeps a body that nobody signed.
        let unsigned_payload = *unsigned_payload && self.url.scheme() == "https";
        if *plain_path || unsigned_payload {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = credentials.clone().into();
        let cannot = |error: &dyn std::error::Error| format!("the request cannot be signed: {error}");
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(name)
            .time(UNIX_EPOCH + Duration::from_millis(now_ms.unsigned_abs()))
            .settings(settings)
            .build()
            .map_err(|error| cannot(&error))?
            .into();
        let body = if unsigned_payload { SignableBody::UnsignedPayload } else { SignableBody::Bytes(&self.body) };
        let plain = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let plain = plain.chain([("host", self.host.as_str())]);
        let request =
            SignableRequest::new(self.method, self.url.as_str(), plain, body).map_err(|error| cannot(&error))?;
        let instructions = sign(request, &parameters).map_err(|error| cannot(&error))?.into_parts().0;
        headers.extend(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(headers)
    }
}

/// Who signs, and for what; refused where it is nothing that can be done with keys alone.
fn signing(call: &Call, endpoint: &Endpoint) -> Result<Signing, String> {
    let operation = call.operation;
    let name = format!("{} {}", call.service.name, operation.command);
    if operation.event_stream {
        return Err(format!("`{name}` streams events for as long as it runs, which a chat cannot show"));
    }
    if let Some((_, what)) = OTHERWISE_SIGNED.iter().find(|(service, _)| *service == call.service.name) {
        return Err(format!("`{name}` wants {what}, which a role does not have"));
    }
    match (operation.auth, endpoint.other_scheme.as_deref()) {
        (Some("none"), _) => return Ok(Signing::None),
        (Some("bearer"), _) => return Err(format!("`{name}` wants a bearer token, which a role does not have")),
        (_, Some(scheme)) => {
            return Err(format!(
                "`{name}` must be signed by `{scheme}` there, which Bellhop does not do; name one region's endpoint"
            ));
        }
        (_, None) => {}
    }
    let unsigned_payload = operation.unsigned_payload || operation.auth == Some("v4-unsigned-body");
    Ok(Signing::V4 {
        name: endpoint.signing_name.clone(),
        region: endpoint.signing_region.clone(),
        plain_path: !endpoint.double_encode_path,
        unsigned_payload,
    })
}

/// The URL, exactly as it was put together: what a reader of URLs would tidy up (`..` in a key of S3) would go elsewhere than
/// was signed and shown, so it does not go at all.
fn target(endpoint: &Endpoint, request: &Request) -> Result<Url, String> {
    let mut text = endpoint.address(request).map_err(|error| error.to_string())?;
    for (index, (name, value)) in request.query.iter().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(&percent::all(name));
        text.push('=');
        text.push_str(&percent::all(value));
    }
    let url = Url::parse(&text).map_err(|_| "the endpoint is not a URL".to_owned())?;
    let rest = text.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
    if url[Position::BeforePath..].strip_prefix('/') != rest || url.fragment().is_some() {
        return Err("a path with `.` or `..` between its slashes, or with `#`, cannot be sent".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use awscall::endpoint::{Place, endpoint};
    use awscall::protocol;

    fn prepared(service: &str, operation: &str, input: &Value, request: Option<Request>) -> Result<Prepared, String> {
        let call = Call::of(service, operation, input.as_object().unwrap().clone()).unwrap();
        let place = Place { region: "eu-central-1".to_owned(), ..Place::default() };
        let to = endpoint(&call, &place).map_err(|error| error.to_string())?;
        let request = match request {
            Some(request) => request,
            None => protocol::request(&call, &mut || "token".to_owned()).map_err(|error| error.to_string())?,
        };
        Prepared::new(&call, &request, &to)
    }

    fn get(path: &str) -> Request {
        Request {
            method: "GET",
            path: path.to_owned(),
            query: vec![("list-type".to_owned(), "2".to_owned()), ("prefix".to_owned(), "a b/ä'+~".to_owned())],
            headers: Vec::new(),
            body: Vec::new(),
            host_prefix: None,
        }
    }

    fn credentials() -> Credentials {
        Credentials::new("ASIAROLE", "secret", Some("token".to_owned()), None, "test")
    }

    #[test]
    fn a_url_is_what_was_signed_or_is_not_sent() {
        let asked = json!({ "Bucket": "logs", "Key": "k" });
        let sent = prepared("s3api", "GetObject", &asked, Some(get("/a%20b//c"))).unwrap();
        let expected = "https://logs.s3.eu-central-1.amazonaws.com/a%20b//c?list-type=2&prefix=a%20b%2F%C3%A4%27%2B~";
        assert_eq!(sent.url.as_str(), expected);
        assert_eq!(sent.host, "logs.s3.eu-central-1.amazonaws.com");
        for path in ["/../other/k", "/a/./k", "/%2e%2E/k", "/a\\b", "/a b", "/a#b"] {
            assert!(prepared("s3api", "GetObject", &asked, Some(get(path))).is_err(), "{path}");
        }
    }

    #[test]
    fn s3_hashes_the_body_in_a_header_and_others_do_not() {
        let header = |sent: &Prepared, name: &str| {
            let headers = sent.signed(&[], &credentials(), 1_795_431_600_000).unwrap();
            headers.into_iter().find(|(header, _)| header == name).map(|(_, value)| value)
        };
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let s3 =
            prepared("s3api", "GetObject", &json!({ "Bucket": "logs", "Key": "k" }), Some(get("/logs/k"))).unwrap();
        assert_eq!(header(&s3, "x-amz-content-sha256").as_deref(), Some(empty));
        assert_eq!(header(&s3, "x-amz-security-token").as_deref(), Some("token"));
        let sts = prepared("sts", "GetCallerIdentity", &json!({}), None).unwrap();
        assert_eq!(header(&sts, "x-amz-content-sha256"), None);
        let authorization = header(&sts, "authorization").unwrap();
        assert!(
            authorization.contains("Credential=ASIAROLE/20261123/eu-central-1/sts/aws4_request"),
            "{authorization}"
        );
    }

    #[test]
    fn nobody_signs_what_anybody_may_ask() {
        let asked =
            json!({ "RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "x", "WebIdentityToken": "x" });
        let sent = prepared("sts", "AssumeRoleWithWebIdentity", &asked, None).unwrap();
        let headers = sent.signed(&[], &credentials(), 1_795_431_600_000).unwrap();
        assert!(
            headers.iter().all(|(name, _)| name != "authorization" && name != "x-amz-security-token"),
            "{headers:?}"
        );
    }

    #[test]
    fn what_keys_cannot_sign_is_refused_in_words() {
        let stream = json!({ "logGroupIdentifiers": ["arn:aws:logs:eu-central-1:123456789012:log-group:x"] });
        for (service, operation, input, word) in [
            ("logs", "StartLiveTail", stream, "streams events"),
            ("sdb", "ListDomains", json!({}), "signature version 2"),
            ("codecatalyst", "ListSpaces", json!({}), "bearer token"),
        ] {
            let refused = prepared(service, operation, &input, Some(get("/"))).err().unwrap();
            assert!(refused.contains(word), "{refused}");
        }
    }
}
