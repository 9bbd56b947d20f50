//! `X-Amz-Date`, `YYYYMMDDTHHMMSSZ`, and how far it may lie from now.

use super::SignatureError;
use super::error::echoed;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time};

const BASIC: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

/// A request's date, as it was written and as it is meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timestamp<'a> {
    text: &'a str,
    pub(super) at: OffsetDateTime,
}

impl<'a> Timestamp<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, SignatureError> {
        let at = instant(text).ok_or_else(|| SignatureError::Date { date: echoed(text) })?;
        Ok(Self { text, at })
    }

    /// `YYYYMMDD`.
    pub(super) fn day(&self) -> &'a str {
        self.text.get(..8).unwrap_or_default()
    }

    /// Both ends of the window belong to it.
    pub(super) fn check(&self, now: OffsetDateTime, tolerance: Duration) -> Result<(), SignatureError> {
        let (earliest, latest) = (now.saturating_sub(tolerance), now.saturating_add(tolerance));
        let date = self.text.to_owned();
        if self.at < earliest {
            Err(SignatureError::TooOld { date, bound: basic(earliest), now: basic(now) })
        } else if self.at > latest {
            Err(SignatureError::TooNew { date, bound: basic(latest), now: basic(now) })
        } else {
            Ok(())
        }
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

fn basic(instant: OffsetDateTime) -> String {
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
        assert_eq!(timestamp.at, datetime!(2026-11-22 23:59:58 UTC));
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
}
