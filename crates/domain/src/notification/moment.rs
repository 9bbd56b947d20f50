//! A point in time as AWS writes it, and as a card shows it.
//!
//! Services write `2026-11-22T18:20:16.588Z`, `…+0000` and `…+00:00`. What cannot be read is kept and shown as it was
//! said. Written by hand because it runs for every message and `time`'s format descriptions cost ten times as much.

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// As English writes them in short.
pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A point in time: what was said, and what it means if that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    said: String,
    at: Option<OffsetDateTime>,
}

impl Moment {
    /// Reads ISO 8601 with a zone. Never fails: an unreadable text stays what it is.
    pub fn parse(said: &str) -> Self {
        let said = said.trim();
        Self { said: said.to_owned(), at: instant(said) }
    }

    /// The point in time of milliseconds since 1970; one that no calendar holds is shown as the number.
    pub fn from_unix_ms(unix_ms: i64) -> Self {
        let seconds = unix_ms.div_euclid(1000);
        let at = OffsetDateTime::from_unix_timestamp(seconds).ok().filter(|at| (1..=9999).contains(&at.year()));
        let Some(at) = at else { return Self { said: unix_ms.to_string(), at: None } };
        let (date, time) = (at.date(), at.time());
        let (month, (hour, minute, second)) = (u8::from(date.month()), time.as_hms());
        let said = format!("{:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", date.year(), date.day());
        Self { said, at: Some(at) }
    }

    /// Seconds since 1970, if the text could be read.
    pub fn unix(&self) -> Option<i64> {
        self.at.map(OffsetDateTime::unix_timestamp)
    }

    /// `2026-11-22 18:20:16 UTC`, or what was said.
    pub fn utc(&self) -> String {
        let Some(at) = self.at else { return self.said.clone() };
        let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
        format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC", at.hour(), at.minute(), at.second())
    }

    /// `2026-11-22T18:20:16Z`, or what was said.
    pub fn iso8601(&self) -> String {
        self.utc().replacen(' ', "T", 1).replace(" UTC", "Z")
    }

    /// `22 Nov`, or what was said.
    pub(super) fn day_and_month(&self) -> String {
        let Some(at) = self.at else { return self.said.clone() };
        let month = at.month().to_string();
        format!("{} {}", at.day(), month.get(..3).unwrap_or_default())
    }

    /// Whether nothing at all was said.
    pub fn is_blank(&self) -> bool {
        self.said.is_empty()
    }
}

fn instant(said: &str) -> Option<OffsetDateTime> {
    let bytes = said.as_bytes();
    let number = |from: usize, to: usize| -> Option<u16> {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0u16, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0')))
    };
    let small = |from: usize, to: usize| number(from, to).and_then(|value| u8::try_from(value).ok());
    let is = |at: usize, wanted: u8| bytes.get(at) == Some(&wanted);
    if !(is(4, b'-') && is(7, b'-') && (is(10, b'T') || is(10, b' ')) && is(13, b':') && is(16, b':')) {
        return None;
    }
    let month = Month::try_from(small(5, 7)?).ok()?;
    let date = Date::from_calendar_date(i32::from(number(0, 4)?), month, small(8, 10)?).ok()?;
    let time = Time::from_hms(small(11, 13)?, small(14, 16)?, small(17, 19)?).ok()?;
    let zone = said.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let at = PrimitiveDateTime::new(date, time).assume_offset(offset(zone)?);
    at.checked_to_offset(UtcOffset::UTC)
}

/// `Z`, `+0000`, `-05:30`. No zone at all is no point in time.
fn offset(zone: &str) -> Option<UtcOffset> {
    if zone == "Z" || zone == "z" {
        return Some(UtcOffset::UTC);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.len() {
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let two = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i8>().ok()).flatten();
    UtcOffset::from_hms(sign * two(hours)?, sign * two(minutes)?, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form_that_aws_writes() {
        for said in [
            "2026-11-22T18:20:16.588Z",
            "2026-11-22T18:20:16Z",
            "2026-11-22T18:20:16.588+0000",
            "2026-11-22T19:50:16.1+01:30",
            " 2026-11-22T13:20:16-0500 ",
        ] {
            let moment = Moment::parse(said);
            assert_eq!(moment.utc(), "2026-11-22 18:20:16 UTC", "{said}");
            assert_eq!(moment.unix(), Some(1_795_371_616), "{said}");
        }
    }

    #[test]
    fn milliseconds_are_a_moment_too() {
        let moment = Moment::from_unix_ms(1_795_371_616_999);
        assert_eq!(moment, Moment::parse("2026-11-22T18:20:16Z"));
        assert_eq!(Moment::from_unix_ms(-1).utc(), "1969-12-31 23:59:59 UTC");
        assert_eq!(Moment::from_unix_ms(i64::MAX).utc(), i64::MAX.to_string());
    }

    #[test]
    fn keeps_what_it_cannot_read() {
        let said = [
            "",
            "date",
            "2026-11-22",
            "2026-13-22T18:20:16Z",
            "2026-11-22T18:20:16",
            "2026-11-22T18:20:16+ab00",
            "2026-11-22T18:20:16+0é",
            "2026-11-22T18:2é:16Z",
            "0000-01-01T00:00:00+2359",
            "2026-11-22T18:20:16+9999",
        ];
        for said in said {
            let moment = Moment::parse(said);
            if moment.unix().is_none() {
                assert_eq!(moment.utc(), said);
            }
        }
        assert_eq!(Moment::parse("2023-08-04T12: 56: 46.138+0000").unix(), None);
    }
}
