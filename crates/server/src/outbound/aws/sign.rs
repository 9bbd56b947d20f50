//! A request of `awscall` made into one that can be sent, and signed with AWS's own signer for each attempt.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.

use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use awscall::call::Call;
use awscall::endpoint::Endpoint;
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
    pub(super) fn new(call: &Call, request: &Request, endpoint: &Endpoint, overridden: bool) -> Result<Self, String> {
        let signing = signing(call, endpoint)?;
        let url = target(endpoint, request, overridden)?;
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
fn target(endpoint: &Endpoint, request: &Request, overridden: bool) -> Result<Url, String> {
    let base = endpoint.url.trim_end_matches('/');
    let mut text = String::with_capacity(base.len() + request.path.len() + 64);
    match (base.split_once("://"), request.host_prefix.as_deref()) {
        // An emulator is one host, which knows itself by no other name.
        (Some((scheme, rest)), Some(prefix)) if !(overridden && is_one_host(rest)) => {
            text.extend([scheme, "://", prefix, rest]);
        }
        _ => text.push_str(base),
    }
    let path_begins = Url::parse(&text).map_err(|_| "the endpoint is not a URL".to_owned())?;
    let own_path = path_begins.path().trim_end_matches('/').len();
    let host_ends = text.len() - own_path;
    if !request.path.starts_with('/') && !request.path.is_empty() {
        return Err("the path does not begin with a slash".to_owned());
    }
    text.push_str(if request.path.is_empty() { "/" } else { &request.path });
    for (index, (name, value)) in request.query.iter().enumerate() {
        text.push(if index == 0 && !request.path.contains('?') { '?' } else { '&' });
        encode(&mut text, name);
        text.push('=');
        encode(&mut text, value);
    }
    let url = Url::parse(&text).map_err(|_| "the endpoint is not a URL".to_owned())?;
    let same_host = url.host() == path_begins.host() && url.port() == path_begins.port();
    if !same_host || Some(&url[Position::BeforePath..]) != text.get(host_ends..) {
        return Err("a path with `.` or `..` between its slashes cannot be sent".to_owned());
    }
    Ok(url)
}

fn is_one_host(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// As SigV4 wants a query: all but the unreserved characters of RFC 3986.
fn encode(text: &mut String, plain: &str) {
    for byte in plain.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            for nibble in [byte >> 4, byte & 0xf] {
                text.extend(char::from_digit(u32::from(nibble), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
}
