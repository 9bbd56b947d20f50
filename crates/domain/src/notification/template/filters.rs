//! The filters of our own: `duration`, `short_arn`, `date`.
//!
//! What they cannot read they give back as it is: a filter never loses a value.

use minijinja::Value;

use crate::notification::Moment;
use crate::notification::arn::Arn;
use crate::notification::duration::to_the_minute;
use crate::notification::moment::MONTHS;

const DATE: &str = "%Y-%m-%d %H:%M UTC";
/// Numbers from here on are milliseconds: as seconds they would lie after the year 5000.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// Seconds as a person says them: `45 s`, `12 min`, `3 h 5 min`.
pub fn duration(seconds: &Value) -> Value {
    match number(seconds) {
        Some(seconds) => Value::from(to_the_minute(seconds.saturating_mul(1000))),
        None => seconds.clone(),
    }
}

/// What an ARN is about: `instance/i-0abc`, or a topic's name.
pub fn short_arn(arn: &Value) -> Value {
    let short = arn.as_str().and_then(Arn::parse).map(|arn| arn.short().to_owned());
    short.map_or_else(|| arn.clone(), Value::from)
}

/// A point in time, in UTC: ISO 8601, or seconds or milliseconds since 1970. The form has `%Y %m %d %H %M %S %b`.
pub fn date(moment: &Value, form: Option<&str>) -> Value {
    let read = match number(moment) {
        Some(ms) if ms >= MILLISECONDS_FROM => Some(Moment::from_unix_ms(ms)),
        Some(seconds) => Some(Moment::from_unix_ms(seconds.saturating_mul(1000))),
        None => moment.as_str().map(as_moment),
    };
    let utc = read.filter(|read| read.unix().is_some()).map(|read| read.utc());
    let written = utc.as_deref().and_then(|utc| written(utc, form.unwrap_or(DATE)));
    written.map_or_else(|| moment.clone(), Value::from)
}

/// Our own `2026-11-22 18:20:16 UTC` beside the forms of AWS.
pub fn as_moment(text: &str) -> Moment {
    match text.strip_suffix(" UTC") {
        Some(text) => Moment::parse(&format!("{text}Z")),
        None => Moment::parse(text),
    }
}

fn number(value: &Value) -> Option<i64> {
    if let Some(text) = value.as_str() {
        return text.trim().parse().ok();
    }
    value.as_i64().or_else(|| f64::try_from(value.clone()).ok().and_then(whole))
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(number: f64) -> Option<i64> {
    (number.abs() < 1e15).then_some(number as i64)
}

/// `utc` is `2026-11-22 18:20:16 UTC`.
fn written(utc: &str, form: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = form.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let piece = match chars.next()? {
            'Y' => utc.get(..4)?,
            'm' => utc.get(5..7)?,
            'd' => utc.get(8..10)?,
            'H' => utc.get(11..13)?,
            'M' => utc.get(14..16)?,
            'S' => utc.get(17..19)?,
            'b' => MONTHS.get(utc.get(5..7)?.parse::<usize>().ok()?.checked_sub(1)?)?,
            '%' => "%",
            _ => return None,
        };
        out.push_str(piece);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn say_what_a_person_says() {
        assert_eq!(duration(&Value::from(754)).to_string(), "12 min");
        assert_eq!(duration(&Value::from("11100")).to_string(), "3 h 5 min");
        assert_eq!(duration(&Value::from("soon")).to_string(), "soon");
        assert_eq!(duration(&Value::from(f64::NAN)).to_string(), "NaN");
        let arn = "arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc";
        assert_eq!(short_arn(&Value::from(arn)).to_string(), "instance/i-0abc");
        assert_eq!(short_arn(&Value::from("web")).to_string(), "web");
    }

    #[test]
    fn dates_of_every_form() {
        let moments = ["2026-11-22T18:20:16Z", "2026-11-22 18:20:16 UTC", "1795371616", "1795371616000"];
        for moment in moments {
            assert_eq!(date(&Value::from(moment), None).to_string(), "2026-11-22 18:20 UTC", "{moment}");
        }
        assert_eq!(date(&Value::from(moments[0]), Some("%d %b, %H:%M:%S %%")).to_string(), "22 Nov, 18:20:16 %");
        assert_eq!(date(&Value::from(moments[0]), Some("%x")).to_string(), moments[0]);
        assert_eq!(date(&Value::from("later"), None).to_string(), "later");
    }
}
