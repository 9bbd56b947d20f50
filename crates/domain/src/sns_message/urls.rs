//! Which URLs of an SNS message may be called at all.
//!
//! Both the certificate and the confirmation are fetched from a URL that a stranger wrote: this is the whole defence
//! against being sent elsewhere, so it compares hosts exactly and allows nothing that it does not know.

use url::{Host, Url};

use super::TopicArn;

/// A `host` or `host:port` that the settings trust beside Amazon's own. Plain http is allowed for these only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedHost {
    host: String,
    port: Option<u16>,
}

/// `sns.trusted_certificate_hosts` of the settings.
pub type TrustedHosts = Vec<TrustedHost>;

impl TrustedHost {
    /// Parses `localhost`, `localhost:4566`, `127.0.0.1:4566` or `[::1]:4566`.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(&format!("http://{text}/")).ok()?;
        let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/" && url.query().is_none();
        let port = match text.rsplit_once(':') {
            Some((_, port)) if !port.ends_with(']') => Some(port.parse().ok()?),
            _ => None,
        };
        bare.then_some(Self { host: url.host_str()?.to_owned(), port })
    }

    fn matches(&self, url: &Url) -> bool {
        let same_port = self.port.is_none_or(|port| url.port_or_known_default() == Some(port));
        url.host_str() == Some(self.host.as_str()) && same_port
    }
}

/// Why a URL is not called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UntrustedUrl {
    #[error("`{member}` is not a URL")]
    NotAUrl { member: &'static str },
    #[error(
        "`{member}` names the host `{host}`, not `{expected}`; an emulator's host must be listed in `sns.trusted_certificate_hosts`"
    )]
    Host { member: &'static str, host: String, expected: String },
    #[error("`{member}` must be a https URL without user, port or fragment")]
    Form { member: &'static str },
    #[error("`SigningCertURL` does not have the path of a certificate of Amazon SNS")]
    Path,
}

/// Checks `SigningCertURL`: the certificate may be fetched from what this answers.
pub fn certificate_url(text: &str, topic: &TopicArn, trusted: &[TrustedHost]) -> Result<Url, UntrustedUrl> {
    let (url, amazon) = checked("SigningCertURL", text, topic, trusted)?;
    let file = if amazon { url.path().strip_prefix('/') } else { url.path().rsplit('/').next() };
    let hexadecimal = file
        .and_then(|file| file.strip_prefix("SimpleNotificationService-"))
        .and_then(|file| file.strip_suffix(".pem"))
        .is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit()));
    if hexadecimal && url.query().is_none() { Ok(url) } else { Err(UntrustedUrl::Path) }
}

/// Checks `SubscribeURL`: the subscription may be confirmed by calling what this answers.
pub fn subscribe_url(text: &str, topic: &TopicArn, trusted: &[TrustedHost]) -> Result<Url, UntrustedUrl> {
    checked("SubscribeURL", text, topic, trusted).map(|(url, _)| url)
}

fn checked(
    member: &'static str,
    text: &str,
    topic: &TopicArn,
    trusted: &[TrustedHost],
) -> Result<(Url, bool), UntrustedUrl> {
    let url = Url::parse(text).map_err(|_| UntrustedUrl::NotAUrl { member })?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let form = UntrustedUrl::Form { member };
    if !plain {
        return Err(form);
    }
    if matches!(url.scheme(), "http" | "https") && trusted.iter().any(|host| host.matches(&url)) {
        return Ok((url, false));
    }
    let expected = amazon_host(topic);
    match url.host() {
        Some(Host::Domain(host)) if host == expected => {}
        host => {
            let host = host.map(|host| host.to_string()).unwrap_or_default();
            return Err(UntrustedUrl::Host { member, host, expected });
        }
    }
    // `port()` is None for https' own 443, however it was written.
    if url.scheme() == "https" && url.port().is_none() { Ok((url, true)) } else { Err(form) }
}

/// The one host that speaks for a topic: that of its own region and partition.
fn amazon_host(topic: &TopicArn) -> String {
    let suffix = if topic.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("sns.{}.{suffix}", topic.region())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(arn: &str) -> TopicArn {
        TopicArn::parse(arn).unwrap()
    }

    const PATH: &str = "/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem";

    #[test]
    fn amazons_own_host_of_the_topics_region_is_trusted() {
        for (arn, host) in [
            ("arn:aws:sns:eu-west-1:123456789012:t", "sns.eu-west-1.amazonaws.com"),
            ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:t", "sns.us-gov-west-1.amazonaws.com"),
            ("arn:aws-cn:sns:cn-north-1:123456789012:t", "sns.cn-north-1.amazonaws.com.cn"),
        ] {
            assert!(certificate_url(&format!("https://{host}{PATH}"), &topic(arn), &[]).is_ok(), "{host}");
            assert!(certificate_url(&format!("https://{host}:443{PATH}"), &topic(arn), &[]).is_ok(), "{host}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let topic = topic("arn:aws:sns:eu-west-1:123456789012:t");
        for url in [
            format!("http://sns.eu-west-1.amazonaws.com{PATH}"),
            format!("https://sns.us-east-1.amazonaws.com{PATH}"),
            format!("https://sns.eu-west-1.amazonaws.com.cn{PATH}"),
            format!("https://sns.eu-west-1.amazonaws.com.evil.example{PATH}"),
            format!("https://evil.example/sns.eu-west-1.amazonaws.com{PATH}"),
            format!("https://sns.eu-west-1.amazonaws.com@evil.example{PATH}"),
            format!("https://evil.example#@sns.eu-west-1.amazonaws.com{PATH}"),
            format!("https://sns.eu-west-1.amazonaws.com:8443{PATH}"),
            format!("https://sns.eu-west-1.amazonaws.com/bucket{PATH}"),
            format!("https://sns.eu-west-1.amazonaws.com{PATH}?x=1"),
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-.pem".to_owned(),
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem/../x".to_owned(),
            "https://sns.eu-west-1.amazonaws.com/".to_owned(),
            format!("http://localhost:4566{PATH}"),
            format!("file://{PATH}"),
            "not a url".to_owned(),
        ] {
            assert!(certificate_url(&url, &topic, &[]).is_err(), "{url}");
        }
    }

    #[test]
    fn a_host_of_the_settings_is_trusted_by_name_and_port_only() {
        let topic = topic("arn:aws:sns:us-east-1:000000000000:t");
        let trusted = [TrustedHost::parse("localhost:4566").unwrap()];
        let at = |url: &str| certificate_url(url, &topic, &trusted).is_ok();
        assert!(at(&format!("http://localhost:4566/_aws/sns{PATH}")));
        assert!(at(&format!("https://localhost:4566/_aws/sns{PATH}")));
        assert!(!at(&format!("http://localhost:4567/_aws/sns{PATH}")));
        assert!(!at(&format!("http://localhost/_aws/sns{PATH}")));
        assert!(!at("http://localhost:4566/_aws/sns/other.pem"));
        assert!(!at(&format!("http://user@localhost:4566{PATH}")));
        assert!(subscribe_url("http://localhost:4566/?Action=ConfirmSubscription", &topic, &trusted).is_ok());
        let any_port = [TrustedHost::parse("localhost").unwrap()];
        assert!(certificate_url(&format!("http://localhost:4567{PATH}"), &topic, &any_port).is_ok());
    }

    #[test]
    fn a_setting_that_is_not_a_host_is_not_taken_for_one() {
        for text in ["", "http://localhost", "localhost/path", "a b", "localhost:port", "user@host"] {
            assert_eq!(TrustedHost::parse(text), None, "{text}");
        }
        assert!(TrustedHost::parse("[::1]:4566").is_some());
        assert!(TrustedHost::parse("[::1]").is_some());
    }
}
