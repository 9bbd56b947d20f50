//! A request of Slack to Bellhop: proven by its signature, or by the socket that it came through.
//!
//! The front doors make a [`Verified`] and nothing else does, so that no request reaches `app` unproven.
//! Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.

use aws_lc_rs::hmac;

/// Slack's own bound, and ours: what is older may be a copy.
pub const TOLERANCE_SECONDS: i64 = 5 * 60;
const VERSION: &str = "v0";
/// Of a request to a server that has no secret to verify it with.
const NO_SECRET: &str = "no app of `slack.apps` has a `signing_secret`, so that no request of Slack can be verified: give \
    the app its own, of \"Basic Information\"";

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
    #[error("{NO_SECRET}")]
    NoSecret,
    #[error("the request has no `X-Slack-Signature` and `X-Slack-Request-Timestamp`, or has them twice")]
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
        let signed_at = seconds(timestamp).ok_or(NotVerified::Unsigned)?;
        if now_ms.abs_diff(signed_at.saturating_mul(1000)) > TOLERANCE_SECONDS.unsigned_abs() * 1000 {
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

/// Digits and nothing else: no sign, no space, no fraction.
fn seconds(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// As Slack writes it, in small letters: of two ways to write a signature, one would be another's.
fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 64 || !text.bytes().all(is_digit) {
        return None;
    }
    (0..32).map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests;
