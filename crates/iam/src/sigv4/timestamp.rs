//! A request's date: `X-Amz-Date`, `YYYYMMDDTHHMMSSZ`, or what a `Date` header says in its stead. `authorization.rs` and
//! `presigned.rs` parse it; how far it may lie from now is `claim.rs`'s to say. It never reads a clock.

use super::SignatureError;
use super::error::echoed;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

const BASIC: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
/// `Sun, 22 Nov 2026 23:59:58 +0000` has 31 characters. The grammar also allows comments.
const MAX_DATE_HEADER: usize = 40;

/// A date to the second, between the years 0 and 9999.
#[derive(Debug)]
pub(super) struct Timestamp {
    at: OffsetDateTime,
    basic: String,
}

impl Timestamp {
    /// ISO 8601's basic format and nothing else.
    pub(super) fn parse(text: &str) -> Result<Self, SignatureError> {
        let at = instant(text).ok_or_else(|| SignatureError::Date { date: echoed(text) })?;
        Ok(Self { at, basic: text.to_owned() })
    }

    /// The value of a `Date` header: the basic format (source: reference), or HTTP's own, RFC 9110, of which botocore
    /// writes the variant of RFC 2822 (`-0000` for `GMT`).
    pub(super) fn parse_date_header(text: &str) -> Result<Self, SignatureError> {
        if let Some(at) = instant(text) {
            return Ok(Self { at, basic: text.to_owned() });
        }
        let parsed = (text.len() <= MAX_DATE_HEADER).then(|| OffsetDateTime::parse(text, &Rfc2822));
        let at = parsed.and_then(Result::ok).and_then(|at| at.checked_to_offset(UtcOffset::UTC));
        // A leap second is parsed into the last fraction of the second before.
        let whole = at.filter(|at| (0..=9_999).contains(&at.year()) && at.nanosecond() == 0);
        let at = whole.ok_or_else(|| SignatureError::Date { date: echoed(text) })?;
        Ok(Self { at, basic: basic(at) })
    }

    pub(super) fn at(&self) -> OffsetDateTime {
        self.at
    }

    /// `YYYYMMDDTHHMMSSZ`.
    pub(super) fn basic(&self) -> &str {
        &self.basic
    }

    /// `YYYYMMDD`.
    pub(super) fn day(&self) -> &str {
        self.basic.get(..8).unwrap_or_default()
    }
}

/// By hand: it runs for every request, and the general parser would also take signs and blanks.
fn instant(text: &str) -> Option<OffsetDateTime> {
    let bytes: &[u8; 16] = text.as_bytes().try_into().ok()?;
    let [y1, y2, y3, y4, mo1, mo2, d1, d2, b'T', h1, h2, mi1, mi2, s1, s2, b'Z'] = bytes else {
        return None;
    };
    let two = |tens: &u8, ones: &u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
    };
    let year = i32::from(two(y1, y2)?) * 100 + i32::from(two(y3, y4)?);
    let date = Date::from_calendar_date(year, Month::try_from(two(mo1, mo2)?).ok()?, two(d1, d2)?).ok()?;
    let time = Time::from_hms(two(h1, h2)?, two(mi1, mi2)?, two(s1, s2)?).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc())
}

pub(super) fn basic(instant: OffsetDateTime) -> String {
    // Only a year of more than four digits fails to format, and no clock says one.
    instant.to_utc().format(BASIC).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn reads_the_basic_format_and_nothing_else() {
        let timestamp = Timestamp::parse("20261122T235958Z").unwrap();
        assert_eq!(timestamp.at(), datetime!(2026-11-22 23:59:58 UTC));
        assert_eq!(timestamp.day(), "20261122");
        for text in [
            "",
            "20261122",
            "20261122T235958",
            "20261122T235958z",
            "20261122 235958Z",
            "2026-11-22T23:59:58Z",
            "20261322T235958Z",
            "20260230T235958Z",
            "20261122T245958Z",
            "20261122T236058Z",
            "20261122T235960Z",
            "+0261122T235958Z",
            "2026112 T235958Z",
            "20261122T235958ZZ",
            "Sun, 22 Nov 2026 23:59:58 GMT",
        ] {
            assert_eq!(Timestamp::parse(text).unwrap_err(), SignatureError::Date { date: text.to_owned() });
        }
    }

    #[test]
    fn reads_a_date_header_in_https_formats_too() {
        for text in [
            "20261122T235958Z",
            "Sun, 22 Nov 2026 23:59:58 GMT",
            "Sun, 22 Nov 2026 23:59:58 -0000",
            "22 Nov 2026 23:59:58 +0000",
            "Mon, 23 Nov 2026 00:59:58 +0100",
        ] {
            let timestamp = Timestamp::parse_date_header(text).unwrap();
            assert_eq!((timestamp.at(), timestamp.basic()), (datetime!(2026-11-22 23:59:58 UTC), "20261122T235958Z"));
        }
        for text in [
            "",
            "2026-11-22T23:59:58Z",
            "Sunday, 22-Nov-26 23:59:58 GMT",
            "Sun Nov 22 23:59:58 2026",
            "Sat, 31 Dec 2016 23:59:60 GMT",
            "Fri, 31 Dec 9999 23:59:58 -0100",
            "Sun, 22 Nov 2026 23:59:58 (a comment) GMT",
            "Sun, 22 Nov 12026 23:59:58 GMT",
        ] {
            let date = echoed(text);
            assert_eq!(Timestamp::parse_date_header(text).unwrap_err(), SignatureError::Date { date }, "{text}");
        }
    }
}
