//! A timestamp as the AWS CLI takes it, made what a [`crate::call::Input`] holds: seconds since 1970, or RFC 3339.

use serde_json::{Number, Value};

/// `1700000000`, `2026-01-31`, `2026-01-31T12:00`, `2026-01-31 12:00:00.5+01:00`. Without an offset it is UTC: the AWS CLI would take
/// the zone of its computer, and there is none here.
pub(super) fn read(text: &str) -> Option<Value> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.') {
        return number(text);
    }
    let (year, rest) = digits_then(text, 4)?;
    let (month, rest) = digits_then(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = digits_then(rest.strip_prefix('-')?, 2)?;
    if !(1..=12).contains(&month) || day == 0 || day > days(year, month) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.is_empty() {
        return Some(Value::String(format!("{date}T00:00:00Z")));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (hour, rest) = digits_then(rest, 2)?;
    let (minute, rest) = digits_then(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits_then(rest, 2)?,
        None => (0, rest),
    };
    let (fraction, rest) = fraction(rest)?;
    let zone = zone(rest.trim_start())?;
    (hour < 24 && minute < 60 && second < 60)
        .then(|| Value::String(format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}")))
}

fn number(text: &str) -> Option<Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let seconds: f64 = text.parse().ok()?;
    Number::from_f64(seconds).map(Value::Number)
}

fn digits_then(text: &str, count: usize) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(count)?;
    digits
        .bytes()
        .all(|digit| digit.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
        .map(|number| (number, rest))
}

/// With its point; nine digits are all that RFC 3339's readers keep.
fn fraction(text: &str) -> Option<(&str, &str)> {
    const DIGITS_MAX: usize = 9;
    let Some(rest) = text.strip_prefix('.') else { return Some(("", text)) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > DIGITS_MAX { None } else { text.split_at_checked(digits + 1) }
}

fn zone(text: &str) -> Option<String> {
    if matches!(text, "" | "Z" | "z") {
        return Some("Z".to_owned());
    }
    let sign = text.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
    let (hours, rest) = digits_then(text.get(1..)?, 2)?;
    let (minutes, rest) = match rest {
        "" => (0, ""),
        _ => digits_then(rest.strip_prefix(':').unwrap_or(rest), 2)?,
    };
    (rest.is_empty() && hours < 24 && minutes < 60).then(|| format!("{sign}{hours:02}:{minutes:02}"))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;

    #[test]
    fn what_the_aws_cli_takes_is_taken() {
        for (text, read_as) in [
            ("1700000000", json!(1_700_000_000)),
            ("1700000000.5", json!(1_700_000_000.5)),
            ("-5", json!(-5)),
            ("2026-01-31", json!("2026-01-31T00:00:00Z")),
            ("2024-02-29", json!("2024-02-29T00:00:00Z")),
            ("2026-01-31T12:00", json!("2026-01-31T12:00:00Z")),
            ("2026-01-31T12:00Z", json!("2026-01-31T12:00:00Z")),
            ("2026-01-31 12:00:01.25+0130", json!("2026-01-31T12:00:01.25+01:30")),
            ("2026-01-31T12:00:01-05:00", json!("2026-01-31T12:00:01-05:00")),
        ] {
            assert_eq!(read(text), Some(read_as), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "now",
            "-1h",
            "yesterday",
            "2026-13-01",
            "2026-02-29",
            "2026-01-31T25:00",
            "2026-01-31T12:00:00.",
            "1.2.3",
            "–5",
            "2026-01-31T12:00:00+1",
        ] {
            assert_eq!(read(text), None::<Value>, "{text}");
        }
    }
}
