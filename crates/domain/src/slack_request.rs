//! A request of Slack to Bellhop: proven by its signature, or by the socket that it came through.
//!
//! The front doors make a [`Verified`] and nothing else does, so that no request reaches `app` unproven.
//! Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.

use aws_lc_rs::hmac;

/// Slack's own bound, and ours: what is older may be a copy.
pub const TOLERANCE_SECONDS: i64 = 5 * 60;
const VERSION: &str = "v0";

/// What came, before anybody vouched for it.
#[derive(Debug, Clone, Copy)]
pub struct SlackRequest<'a> {
    /// `X-Slack-Request-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `X-Slack-Signature`.
    pub signature: Option<&'a str>,
    pub body: &'a [u8],
}

/// A body that Slack vouched for, to one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    app_id: String,
    body: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    #[error("the request has no `X-Slack-Signature` and `X-Slack-Request-Timestamp`")]
    Unsigned,
    #[error("the request was signed more than five minutes ago or ahead: look at the server's clock")]
    Stale,
    #[error("the signature does not match: is `signing_secret` of `slack.apps` that of this app?")]
    BadSignature,
    #[error("the body is not text")]
    NotText,
}

impl Verified {
    /// Of a request over HTTP, by an app's signing secret.
    pub fn by_signature(
        request: SlackRequest<'_>,
        app_id: &str,
        signing_secret: &str,
        now_ms: i64,
    ) -> Result<Self, NotVerified> {
        let (Some(timestamp), Some(signature)) = (request.timestamp, request.signature) else {
            return Err(NotVerified::Unsigned);
        };
        let signed_at: i64 = timestamp.parse().map_err(|_| NotVerified::Unsigned)?;
        if now_ms.div_euclid(1000).abs_diff(signed_at) > TOLERANCE_SECONDS.unsigned_abs() {
            return Err(NotVerified::Stale);
        }
        let tag = signature.strip_prefix("v0=").and_then(from_hexadecimal).ok_or(NotVerified::BadSignature)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, signing_secret.as_bytes());
        let signed = [VERSION.as_bytes(), b":", timestamp.as_bytes(), b":", request.body].concat();
        // In constant time.
        hmac::verify(&key, &signed, &tag).map_err(|_| NotVerified::BadSignature)?;
        let body = std::str::from_utf8(request.body).map_err(|_| NotVerified::NotText)?;
        Ok(Self { app_id: app_id.to_owned(), body: body.to_owned() })
    }

    /// What came through a socket that was opened with the app's own token, over TLS.
    pub fn by_socket(app_id: &str, body: String) -> Self {
        Self { app_id: app_id.to_owned(), body }
    }

    /// The app whose secret or socket proved it.
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    pub fn body(&self) -> &str {
        &self.body
    }
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..32).map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slack's own example, of the page above.
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const SIGNED_AT_MS: i64 = 1_531_420_618_000;

    fn verify(timestamp: &str, signature: &str, body: &str, now_ms: i64) -> Result<Verified, NotVerified> {
        let request = SlackRequest { timestamp: Some(timestamp), signature: Some(signature), body: body.as_bytes() };
        Verified::by_signature(request, "A1", SECRET, now_ms)
    }

    #[test]
    fn slacks_own_example_is_verified() {
        let verified = verify("1531420618", SIGNATURE, BODY, SIGNED_AT_MS).unwrap();
        assert_eq!((verified.app_id(), verified.body()), ("A1", BODY));
        for now_ms in [SIGNED_AT_MS - 300_000, SIGNED_AT_MS + 300_999] {
            assert!(verify("1531420618", SIGNATURE, BODY, now_ms).is_ok());
        }
    }

    #[test]
    fn what_is_stale_changed_or_unsigned_is_not() {
        for now_ms in [SIGNED_AT_MS - 301_000, SIGNED_AT_MS + 301_000, 0, i64::MAX] {
            assert_eq!(verify("1531420618", SIGNATURE, BODY, now_ms), Err(NotVerified::Stale));
        }
        let changed = BODY.replace("roadrunner", "coyote");
        let upper = SIGNATURE.to_uppercase();
        for (timestamp, signature, body) in [
            ("1531420618", SIGNATURE, changed.as_str()),
            ("1531420619", SIGNATURE, BODY),
            ("1531420618", &SIGNATURE[3..], BODY),
            ("1531420618", &SIGNATURE[..66], BODY),
            ("1531420618", "v0=", BODY),
            ("1531420618", &upper, BODY),
        ] {
            assert_eq!(verify(timestamp, signature, body, SIGNED_AT_MS), Err(NotVerified::BadSignature), "{signature}");
        }
        for timestamp in ["", "now", "1531420618.0", "99999999999999999999"] {
            assert_eq!(verify(timestamp, SIGNATURE, BODY, SIGNED_AT_MS), Err(NotVerified::Unsigned));
        }
        let none = SlackRequest { timestamp: None, signature: Some(SIGNATURE), body: b"" };
        assert_eq!(Verified::by_signature(none, "A1", SECRET, SIGNED_AT_MS), Err(NotVerified::Unsigned));
    }
}
