//! AWS STS: whose signature is this? The one thing that it is asked, with a request that somebody else signed.
//!
//! An endpoint is on the exact list of [`StsEndpoint::parse`] or is not called; no redirect is followed. What it answers is
//! read strictly: three texts at their places, or nothing.

use std::time::Duration;

use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};
use reqwest::Method;
use url::Url;

use super::http::{self, HttpClient};
use crate::config::StsHost;

const TIMEOUT: Duration = Duration::from_secs(5);
/// An answer has less than one kilobyte.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// ARNs, ids and error codes of STS are shorter:
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>.
const TEXT_BYTES_MAX: usize = 2048;

/// What AWS STS says of the one who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    pub arn: String,
    pub user_id: String,
    pub account: String,
}

/// Why there is no identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StsError {
    /// The signature or the credentials are not good; with STS's own error code.
    #[error("refused: {0}")]
    Refused(String),
    #[error("{0}")]
    Unavailable(String),
}

/// An endpoint of STS that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StsEndpoint(Url);

impl StsEndpoint {
    /// `https://sts.amazonaws.com/`, `https://sts.REGION.amazonaws.com/`, `https://sts-fips.REGION.amazonaws.com/`, the same
    /// with `.com.cn` in China, and `http://HOST/` of the hosts given. The final `/` may be missing; nothing else may differ.
    /// Source: <https://docs.aws.amazon.com/general/latest/gr/sts.html>.
    pub fn parse(text: &str, emulators: &[StsHost]) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let host = rest.strip_suffix('/').unwrap_or(rest);
        let allowed = match scheme {
            "https" => is_amazons(host),
            "http" => emulators.iter().any(|emulator| emulator.as_str() == host),
            _ => false,
        };
        // Made of what was compared, so that nobody else's reading of the text matters.
        let url = allowed.then(|| Url::parse(&format!("{scheme}://{host}/")))?;
        url.ok().map(Self)
    }
}

fn is_amazons(host: &str) -> bool {
    let Some((service, rest)) = host.split_once('.') else { return false };
    let region = match rest.strip_suffix("amazonaws.com.cn") {
        Some(region) => region.strip_suffix('.').filter(|region| region.starts_with("cn-")),
        None if rest == "amazonaws.com" => return service == "sts",
        None => rest.strip_suffix(".amazonaws.com").filter(|region| !region.starts_with("cn-")),
    };
    matches!(service, "sts" | "sts-fips") && region.is_some_and(is_region)
}

/// `eu-central-1`, `us-gov-west-1`. Strict, for `sts.s3-website-us-east-1.amazonaws.com` would be somebody's bucket.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.as_slice() {
        [area, middle @ .., number] => {
            area.len() == 2
                && letters(area)
                && (1..=2).contains(&middle.len())
                && middle.iter().all(letters)
                && (1..=2).contains(&number.len())
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

pub struct Sts {
    http: HttpClient,
}

impl Sts {
    pub fn new() -> reqwest::Result<Self> {
        Ok(Self { http: HttpClient::new(TIMEOUT)? })
    }

    /// Hands a signed `GetCallerIdentity` on and reads who signed it.
    pub async fn caller_identity(
        &self,
        endpoint: &StsEndpoint,
        headers: &[(&'static str, String)],
        body: &'static str,
    ) -> Result<CallerIdentity, StsError> {
        let mut request = self.http.request(Method::POST, endpoint.0.clone()).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let unavailable = |error: http::ExchangeError| StsError::Unavailable(error.to_string());
        let response = request.send().await.map_err(|error| unavailable(error.into()))?;
        let status = response.status().as_u16();
        let answer = http::body(response, ANSWER_BYTES_MAX).await.map_err(unavailable)?;
        let answer =
            String::from_utf8(answer).map_err(|_| StsError::Unavailable("its answer is not text".to_owned()))?;
        match status {
            200 => identity(&answer)
                .ok_or_else(|| StsError::Unavailable("its answer is not one of `GetCallerIdentity`".to_owned())),
            400..=403 => Err(StsError::Refused(error_code(&answer).unwrap_or_else(|| format!("HTTP {status}")))),
            _ => Err(StsError::Unavailable(format!("it answered HTTP {status}"))),
        }
    }
}

/// `<GetCallerIdentityResponse><GetCallerIdentityResult>` with `Arn`, `UserId` and `Account` once each.
fn identity(xml: &str) -> Option<CallerIdentity> {
    let mut document = Document::new(xml);
    let mut root = document.root_element().ok()?;
    if !root.start_el().matches("GetCallerIdentityResponse") {
        return None;
    }
    let (mut arn, mut user_id, mut account) = (None, None, None);
    let mut results = 0;
    while let Some(mut result) = root.next_tag() {
        if !result.start_el().matches("GetCallerIdentityResult") {
            continue;
        }
        results += 1;
        while let Some(mut member) = result.next_tag() {
            let place = match member.start_el().local() {
                "Arn" => &mut arn,
                "UserId" => &mut user_id,
                "Account" => &mut account,
                _ => continue,
            };
            if place.replace(text(&mut member)?).is_some() {
                return None;
            }
        }
    }
    if results != 1 {
        return None;
    }
    Some(CallerIdentity { arn: arn?, user_id: user_id?, account: account? })
}

/// `<ErrorResponse><Error><Code>`, if it is a word.
fn error_code(xml: &str) -> Option<String> {
    let mut document = Document::new(xml);
    let mut root = document.root_element().ok()?;
    while let Some(mut error) = root.next_tag() {
        if !error.start_el().matches("Error") {
            continue;
        }
        while let Some(mut member) = error.next_tag() {
            if member.start_el().matches("Code") {
                return text(&mut member).filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            }
        }
    }
    None
}

/// The text of an element that has nothing else. A comment would cut it in two, and the first half may be another's name.
fn text(element: &mut ScopedDecoder<'_, '_>) -> Option<String> {
    let text = try_data(element).ok()?.into_owned();
    let alone = element.next().is_none();
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    (alone && printable && (1..=TEXT_BYTES_MAX).contains(&text.len())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::123456789012:user/alice</Arn>
    <UserId>AIDAEXAMPLE</UserId>
    <Account>123456789012</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>"#;

    #[test]
    fn only_the_endpoints_of_sts_are_called() {
        let emulators = [StsHost::parse("localhost:4566").unwrap()];
        for text in [
            "https://sts.amazonaws.com/",
            "https://sts.amazonaws.com",
            "https://sts.eu-central-1.amazonaws.com/",
            "https://sts.ap-southeast-4.amazonaws.com/",
            "https://sts.us-gov-west-1.amazonaws.com/",
            "https://sts-fips.us-east-1.amazonaws.com/",
            "https://sts.cn-north-1.amazonaws.com.cn/",
            "http://localhost:4566/",
        ] {
            let endpoint = StsEndpoint::parse(text, &emulators).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(endpoint.0.as_str().trim_end_matches('/'), text.trim_end_matches('/'));
        }
        for text in [
            "http://sts.amazonaws.com/",
            "https://localhost:4566/",
            "http://localhost:4567/",
            "http://localhost/",
            "HTTPS://sts.amazonaws.com/",
            "https://STS.amazonaws.com/",
            "https://sts.amazonaws.com:443/",
            "https://sts.amazonaws.com:8443/",
            "https://sts.amazonaws.com/x",
            "https://sts.amazonaws.com//",
            "https://sts.amazonaws.com/?x",
            "https://sts.amazonaws.com?x",
            "https://sts.amazonaws.com#x",
            "https://sts.amazonaws.com\\@evil.example/",
            "https://evil.example/sts.amazonaws.com/",
            "https://sts.amazonaws.com.evil.example/",
            "https://sts.amazonaws.com@evil.example/",
            "https://evil@sts.amazonaws.com/",
            "https://sts.evil.amazonaws.com/",
            "https://sts.s3.amazonaws.com/",
            "https://sts.s3-website-us-east-1.amazonaws.com/",
            "https://sts.us-east-1.s3.amazonaws.com/",
            "https://sts.us-east-1.amazonaws.com.cn/",
            "https://sts.cn-north-1.amazonaws.com/",
            "https://sts.amazonaws.com.cn/",
            "https://sts-fips.amazonaws.com/",
            "https://stsus-east-1.amazonaws.com/",
            "https://sts..amazonaws.com/",
            "https://ststamazonaws.com/",
            "https://iam.amazonaws.com/",
            "https://sts.eu-central-1.amazonaws.com./",
            "sts.amazonaws.com",
            "",
        ] {
            assert_eq!(StsEndpoint::parse(text, &emulators), None, "{text}");
        }
    }

    #[test]
    fn the_three_texts_are_read() {
        let found = identity(ANSWER).unwrap();
        assert_eq!(found.arn, "arn:aws:iam::123456789012:user/alice");
        assert_eq!((found.user_id.as_str(), found.account.as_str()), ("AIDAEXAMPLE", "123456789012"));
    }

    #[test]
    fn an_answer_that_is_not_quite_one_is_none() {
        assert!(identity(ANSWER).is_some());
        for (from, to) in [
            ("GetCallerIdentityResponse", "GetSessionTokenResponse"),
            ("GetCallerIdentityResult", "GetSessionTokenResult"),
            ("<Account>123456789012</Account>", ""),
            ("<Account>123456789012</Account>", "<Account/>"),
            ("user/alice</Arn>", "user/alice<!-- --></Arn>"),
            ("user/alice</Arn>", "user/alice<!-- -->-not</Arn>"),
            ("user/alice</Arn>", "user/<b>alice</b></Arn>"),
            ("user/alice</Arn>", "user/alice </Arn>"),
            ("user/alice</Arn>", "user/alice</Arn><Arn>arn:aws:iam::123456789012:root</Arn>"),
            ("arn:aws:iam::123456789012:user/alice", "<![CDATA[arn:aws:iam::123456789012:root]]>"),
            ("<ResponseMetadata>", "<GetCallerIdentityResult><Arn>x</Arn></GetCallerIdentityResult><ResponseMetadata>"),
        ] {
            let altered = ANSWER.replace(from, to);
            assert_ne!(altered, ANSWER, "{from}");
            assert_eq!(identity(&altered), None, "{to}");
        }
        let long = ANSWER.replace("alice", &"a".repeat(TEXT_BYTES_MAX));
        assert_eq!(identity(&long), None);
        for text in ["", "<", "<html></html>", "null", "<GetCallerIdentityResponse>"] {
            assert_eq!(identity(text), None, "{text}");
        }
    }

    #[test]
    fn the_code_of_an_error_is_a_word() {
        let error = |code: &str| {
            format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>")
        };
        assert_eq!(error_code(&error("SignatureDoesNotMatch")).as_deref(), Some("SignatureDoesNotMatch"));
        assert_eq!(error_code(&error("a b")), None);
        assert_eq!(error_code("no xml"), None);
    }
}
