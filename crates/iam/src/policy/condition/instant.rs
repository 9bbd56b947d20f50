//! The dates of the Date operators: the W3C's profile of ISO 8601 (<https://www.w3.org/TR/NOTE-datetime>) or epoch seconds.

use super::number::{Decimal, digits, fraction_billionths};
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

/// In nanoseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant(i128);

impl Instant {
    /// Four digits are a year: as seconds they would be an hour of 1970.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some((date, time)) = text.split_once('T') {
            let (time, offset) = time_and_offset(time)?;
            return Some(Self(
                PrimitiveDateTime::new(full_date(date)?, time).assume_offset(offset).unix_timestamp_nanos(),
            ));
        }
        if let Some(date) = partial_date(text) {
            return Some(Self(PrimitiveDateTime::new(date, Time::MIDNIGHT).assume_utc().unix_timestamp_nanos()));
        }
        Decimal::parse(text).map(|seconds| Self(seconds.billionths()))
    }
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: the first instant of it, in UTC.
fn partial_date(text: &str) -> Option<Date> {
    match text.len() {
        4 => date(text, "01", "01"),
        7 => text.split_once('-').and_then(|(year, month)| date(year, month, "01")),
        _ => full_date(text),
    }
}

fn full_date(text: &str) -> Option<Date> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    date(year, month, day)
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let year = i32::try_from(exactly(year, 4)?).ok()?;
    Date::from_calendar_date(year, Month::try_from(two(month)?).ok()?, two(day)?).ok()
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s`, and `Z` or `±hh:mm`, which the W3C's profile asks for.
fn time_and_offset(text: &str) -> Option<(Time, UtcOffset)> {
    let at = text.find(['Z', '+', '-'])?;
    let (time, zone) = text.split_at_checked(at)?;
    let offset = if zone == "Z" {
        UtcOffset::UTC
    } else {
        let (hours, minutes) = zone.get(1..)?.split_once(':')?;
        let (hours, minutes) = (i8::try_from(two(hours)?).ok()?, i8::try_from(two(minutes)?).ok()?);
        let sign = if zone.starts_with('-') { -1 } else { 1 };
        UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?
    };
    let (hour, rest) = time.split_once(':')?;
    let (minute, seconds) = rest.split_once(':').map_or((rest, None), |(minute, seconds)| (minute, Some(seconds)));
    let (second, nanosecond) = match seconds {
        None => (0, 0),
        Some(seconds) => match seconds.split_once('.') {
            None => (two(seconds)?, 0),
            Some((second, fraction)) => (two(second)?, u32::try_from(fraction_billionths(fraction)?).ok()?),
        },
    };
    Some((Time::from_hms_nano(two(hour)?, two(minute)?, second, nanosecond).ok()?, offset))
}

fn two(text: &str) -> Option<u8> {
    u8::try_from(exactly(text, 2)?).ok()
}

fn exactly(text: &str, length: usize) -> Option<u64> {
    if text.len() == length { digits(text, length) } else { None }
}
