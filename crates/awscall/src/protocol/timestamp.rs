//! Times, in each of the ways that AWS writes them.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Number, Value};

use crate::model::TimestampFormat;

/// Seconds beyond which no time is meant, and arithmetic would no longer be exact: the year 9999.
const SECONDS_MAX: f64 = 253_402_300_799.0;

/// A number of seconds since 1970, or text as RFC 3339 has it.
pub(super) fn given(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(number) => from_seconds(number.as_f64()?),
        Value::String(text) => from_text(text),
        _ => None,
    }
}

/// To the microsecond: a double keeps no more of today's times.
pub(super) fn from_seconds(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() || seconds.abs() > SECONDS_MAX {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "its greatest was checked")]
    let micros = (seconds * 1e6).round() as i64;
    Timestamp::from_microsecond(micros).ok()
}

/// RFC 3339, an HTTP date, or a number in text: services answer in other formats than their model says.
pub(super) fn from_text(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    if let Ok(moment) = rfc2822::DateTimeParser::new().parse_timestamp(text) {
        return Some(moment);
    }
    if let Ok(seconds) = text.parse::<f64>() {
        return from_seconds(seconds);
    }
    // Without an offset, which means UTC; or a date alone.
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// For text on the wire. Fractions only where the format has them.
pub(super) fn text(moment: Timestamp, format: TimestampFormat) -> String {
    match format {
        TimestampFormat::Iso8601 if moment.subsec_nanosecond() == 0 => {
            moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
        }
        // Smithy: with as many digits as the fraction needs.
        TimestampFormat::Iso8601 => moment.strftime("%Y-%m-%dT%H:%M:%S%.fZ").to_string(),
        TimestampFormat::Rfc822 => moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        TimestampFormat::UnixTimestamp => seconds(moment).to_string(),
    }
}

/// Since 1970, with milliseconds if it has any: Smithy asks for no more.
pub(super) fn seconds(moment: Timestamp) -> Number {
    let milliseconds = moment.as_millisecond();
    if milliseconds % 1000 == 0 {
        return Number::from(milliseconds / 1000);
    }
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of the years that a time can have are exact")]
    let seconds = milliseconds as f64 / 1000.0;
    Number::from_f64(seconds).unwrap_or_else(|| Number::from(milliseconds / 1000))
}

/// As the AWS CLI shows it: `2026-11-23T10:00:00+00:00`, with six digits of a fraction if there is one.
pub(super) fn shown(moment: Timestamp) -> Value {
    let format =
        if moment.subsec_microsecond() == 0 { "%Y-%m-%dT%H:%M:%S+00:00" } else { "%Y-%m-%dT%H:%M:%S%.6f+00:00" };
    Value::String(moment.strftime(format).to_string())
}
