//! One HTTP answer of a chat platform, and how long it asks us to wait.
//!
//! `outbound` fills it in; the tables of the platforms read it. It never decides what an answer means.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// An answer as it came back, whatever the platform.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    pub status: u16,
    /// The `Retry-After` header as it stands: seconds, a fraction of seconds, or a date.
    pub retry_after: Option<&'a str>,
    /// When the answer arrived: what a date in `Retry-After` is measured from.
    pub now_ms: i64,
    /// As much of the body as was read; may be empty for statuses that say all with their head.
    pub body: &'a [u8],
}

/// Longest wait that a `Retry-After` is believed for (assumed: the platforms ask for seconds, a broken proxy or a stranger
/// might ask for a year).
pub const RETRY_AFTER_MAX_MS: i64 = 60 * 60 * 1000;
/// A `Retry-After` longer than this is no number and no date.
const HEADER_BYTES_MAX: usize = 64;

impl Answer<'_> {
    /// How long the platform asks us to wait: exact, rounded up to a whole millisecond, at most [`RETRY_AFTER_MAX_MS`]. A
    /// date that has passed is no wait at all; what cannot be read is not said.
    ///
    /// Forms: RFC 9110 §10.2.3 (seconds, IMF-fixdate), and the fractions of seconds that some proxies send.
    pub fn asked_ms(&self) -> Option<i64> {
        let said = self.retry_after?.trim();
        if said.len() > HEADER_BYTES_MAX {
            return None;
        }
        let asked = if said.starts_with(|c: char| c.is_ascii_digit()) {
            seconds_in_ms(said)?
        } else {
            let date = OffsetDateTime::parse(said, &Rfc2822).ok()?;
            date.unix_timestamp().saturating_mul(1000).saturating_sub(self.now_ms)
        };
        Some(asked.clamp(0, RETRY_AFTER_MAX_MS))
    }
}

/// `30` or `1.5`, in milliseconds, rounded up.
fn seconds_in_ms(said: &str) -> Option<i64> {
    let (whole, fraction) = said.split_once('.').unwrap_or((said, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    // More digits than fit mean more than the bound.
    let seconds = whole.parse::<i64>().unwrap_or(i64::MAX);
    let mut digits = fraction.bytes().map(|b| i64::from(b - b'0'));
    let thousandths = (0..3).fold(0, |sum, _| sum * 10 + digits.next().unwrap_or(0));
    let rounded_up = i64::from(digits.any(|digit| digit > 0));
    Some(seconds.saturating_mul(1000).saturating_add(thousandths + rounded_up))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23 08:00:00.250 UTC.
    const NOW_MS: i64 = 1_795_420_800_250;

    fn asked(said: &str) -> Option<i64> {
        Answer { status: 429, retry_after: Some(said), now_ms: NOW_MS, body: b"" }.asked_ms()
    }

    #[test]
    fn seconds_are_obeyed_exactly_and_fractions_are_rounded_up() {
        for (said, expected) in [
            ("30", 30_000),
            (" 1 ", 1_000),
            ("0", 0),
            ("1.5", 1_500),
            ("0.0001", 1),
            ("0.1230", 123),
            ("0.1231", 124),
            ("2.", 2_000),
            ("3600", 3_600_000),
            ("3601", RETRY_AFTER_MAX_MS),
            ("99999999999999999999999", RETRY_AFTER_MAX_MS),
        ] {
            assert_eq!(asked(said), Some(expected), "{said}");
        }
    }

    #[test]
    fn dates_are_measured_from_the_answer() {
        for (said, expected) in [
            ("Mon, 23 Nov 2026 08:00:30 GMT", 29_750),
            ("Mon, 23 Nov 2026 08:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Tue, 24 Nov 2026 08:00:00 GMT", RETRY_AFTER_MAX_MS),
        ] {
            assert_eq!(asked(said), Some(expected), "{said}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_said() {
        for said in ["", "-1", "soon", "1e3", "1,5", "NaN", "12a", "1.5.2", "Mon, 99 Nov 2026 08:00:00 GMT"] {
            assert_eq!(asked(said), None, "{said}");
        }
        assert_eq!(asked(&"1".repeat(65)), None);
        assert_eq!(Answer { status: 200, retry_after: None, now_ms: 0, body: b"" }.asked_ms(), None);
    }
}
