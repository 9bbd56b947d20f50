//! The ways other than ISO 8601 in which AWS writes a point in time, made ISO 8601.
//!
//! The readers of sources call it before they hand a time to the draft. What it cannot read stays as it was said.

use std::borrow::Cow;

use serde_json::Value;

use crate::notification::Moment;
use crate::notification::moment::MONTHS;

/// `Thu, 26 Jan 2023 13:19:03 GMT` (Health) and `Wed Sep 04 16:59:44.356 UTC 2024` (Inspector; `CodeDeploy` and
/// Elastic Beanstalk without the fraction).
pub fn iso(said: &str) -> Cow<'_, str> {
    converted(said).map_or(Cow::Borrowed(said), Cow::Owned)
}

/// Milliseconds or seconds since 1970 as a number, or any text that [`iso`] takes.
pub fn iso_of(value: &Value) -> Option<Cow<'_, str>> {
    /// The year 5138 in seconds, March 1973 in milliseconds.
    const FIRST_MS: i64 = 100_000_000_000;
    match value {
        Value::String(said) => Some(iso(said)),
        Value::Number(number) => {
            let unix = number.as_i64()?;
            let unix_ms = if unix < FIRST_MS { unix.checked_mul(1000)? } else { unix };
            Some(Cow::Owned(Moment::from_unix_ms(unix_ms).utc().replacen(' ', "T", 1).replace(" UTC", "Z")))
        }
        _ => None,
    }
}

fn converted(said: &str) -> Option<String> {
    let mut words = said.split([' ', ',']).filter(|word| !word.is_empty());
    let (_weekday, second, third) = (words.next()?, words.next()?, words.next()?);
    let (fourth, fifth, sixth) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    let (day, month, year, time, zone) = if second.starts_with(|c: char| c.is_ascii_digit()) {
        (second, third, fourth, fifth, sixth)
    } else {
        (third, second, sixth, fourth, fifth)
    };
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let (day, year) = (day.parse::<u8>().ok()?, year.parse::<u16>().ok()?);
    matches!(zone, "GMT" | "UTC").then(|| format!("{year:04}-{month:02}-{day:02}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn other_spellings_become_iso_8601() {
        for (said, iso_8601) in [
            ("Thu, 26 Jan 2023 13:19:03 GMT", "2023-01-26T13:19:03Z"),
            ("Sun, 5 Nov 2023 01:02:03 GMT", "2023-11-05T01:02:03Z"),
            ("Wed Sep 04 16:59:44.356 UTC 2024", "2024-09-04T16:59:44.356Z"),
            ("Sun Nov 2 18:20:11 UTC 2026", "2026-11-02T18:20:11Z"),
            ("2023-01-26T13:19:03Z", "2023-01-26T13:19:03Z"),
            ("Sun Foo 22 18:20:11 UTC 2026", "Sun Foo 22 18:20:11 UTC 2026"),
            ("Wed Sep 04 16:59:44 CEST 2024", "Wed Sep 04 16:59:44 CEST 2024"),
            ("a b c d e f", "a b c d e f"),
            ("soon", "soon"),
        ] {
            assert_eq!(iso(said), iso_8601);
        }
    }

    #[test]
    fn numbers_are_seconds_or_milliseconds() {
        let of = |value: &Value| iso_of(value).map(Cow::into_owned);
        assert_eq!(of(&json!(1_636_147_920_000_i64)).as_deref(), Some("2021-11-05T21:32:00Z"));
        assert_eq!(of(&json!(1_636_147_920)).as_deref(), Some("2021-11-05T21:32:00Z"));
        assert_eq!(of(&json!(null)), None);
    }
}
