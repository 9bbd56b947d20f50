//! Quiet hours: hours in which what is not severe enough waits, or stays out.

use std::fmt;

use serde_json::{Map, Value};

use super::attribute::{severity, severity_name};
use crate::hours::{self, Hours, Wrong};
use crate::notification::Severity;

/// What becomes of a message that comes in quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Mute,
    /// It is delivered when they end.
    Hold,
}

#[derive(Debug, Clone, PartialEq)]
pub struct QuietHours {
    hours: Hours,
    /// What is as severe as this is not quiet.
    below: Severity,
    then: Then,
}

const KEYS: [&str; 2] = ["below", "then"];

impl QuietHours {
    /// `{ from = "22:00", to = "07:00", zone = "Europe/Vienna", days = ["sat", "sun"], below = "critical", then = "hold" }`.
    pub fn parse(table: &Map<String, Value>) -> Result<Self, Wrong> {
        let wrong = |key: &str, problem: &str| (key.to_owned(), problem.to_owned());
        if let Some(unknown) = table.keys().find(|key| ![&hours::KEYS[..], &KEYS].concat().contains(&key.as_str())) {
            let known = [&hours::KEYS[..], &KEYS].concat().join(", ");
            return Err(wrong(unknown, &format!("is no key of quiet hours: {known}")));
        }
        let text = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(wrong(key, "must be a text")),
        };
        let hours = Hours::among(table)?;
        let below = match text("below")? {
            None => Severity::Critical,
            Some(name) => severity(name).map_err(|problem| wrong("below", &problem))?,
        };
        let then = match text("then")? {
            None | Some("hold") => Then::Hold,
            Some("mute") => Then::Mute,
            Some(_) => return Err(wrong("then", "must be `hold` or `mute`")),
        };
        Ok(Self { hours, below, then })
    }

    pub fn then(&self) -> Then {
        self.then
    }

    /// When the window ends that is in force at a time for a message of this severity; `None` outside of it.
    pub fn end_ms(&self, severity: Severity, now_ms: i64) -> Option<i64> {
        if severity >= self.below { None } else { self.hours.end_ms(now_ms) }
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} below {}", self.hours, severity_name(self.below))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn of(value: &Value) -> QuietHours {
        QuietHours::parse(value.as_object().unwrap()).unwrap()
    }

    fn ms(at: &str) -> i64 {
        at.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn end(hours: &QuietHours, at: &str) -> Option<String> {
        let end_ms = hours.end_ms(Severity::Warning, ms(at))?;
        Some(Timestamp::from_millisecond(end_ms).unwrap().to_string())
    }

    #[test]
    fn a_night_lasts_into_the_next_day() {
        let night = of(&json!({"from": "22:00", "to": "07:00", "zone": "Europe/Vienna"}));
        for (at, ends) in [
            ("2026-11-23T20:59:59Z", None),
            ("2026-11-23T21:00:00Z", Some("2026-11-24T06:00:00Z")),
            ("2026-11-24T05:59:59.999Z", Some("2026-11-24T06:00:00Z")),
            ("2026-11-24T06:00:00Z", None),
        ] {
            assert_eq!(end(&night, at).as_deref(), ends, "{at}");
        }
        assert_eq!(night.end_ms(Severity::Critical, ms("2026-11-23T22:00:00Z")), None);
        assert_eq!(night.to_string(), "22:00 to 07:00 Europe/Vienna below critical");
    }

    /// 2026-10-25 and 2026-03-29 in Vienna: the hour from two to three comes twice, and not at all.
    #[test]
    fn the_clocks_may_change_meanwhile() {
        let night = of(&json!({"from": "22:00", "to": "07:00", "zone": "Europe/Vienna"}));
        assert_eq!(end(&night, "2026-10-24T20:00:00Z").as_deref(), Some("2026-10-25T06:00:00Z"));
        assert_eq!(end(&night, "2026-03-28T21:00:00Z").as_deref(), Some("2026-03-29T05:00:00Z"));
        let skipped = of(&json!({"from": "02:30", "to": "04:00", "zone": "Europe/Vienna"}));
        assert_eq!(end(&skipped, "2026-03-29T00:45:00Z"), None);
        assert_eq!(end(&skipped, "2026-03-29T01:30:00Z").as_deref(), Some("2026-03-29T02:00:00Z"));
    }

    #[test]
    fn a_window_belongs_to_the_day_on_which_it_begins() {
        let friday = of(&json!({"from": "18:00", "to": "08:00", "zone": "UTC", "days": ["Fri"]}));
        assert_eq!(end(&friday, "2026-11-28T07:00:00Z").as_deref(), Some("2026-11-28T08:00:00Z"));
        assert_eq!(end(&friday, "2026-11-27T07:00:00Z"), None);
        assert_eq!(end(&friday, "2026-11-28T19:00:00Z"), None);
        let weekend = of(&json!({"from": "00:00", "to": "24:00", "zone": "UTC", "days": ["sat", "sun"]}));
        assert_eq!(end(&weekend, "2026-11-28T00:00:00Z").as_deref(), Some("2026-11-29T00:00:00Z"));
        assert_eq!(end(&weekend, "2026-11-29T23:59:59Z").as_deref(), Some("2026-11-30T00:00:00Z"));
        assert_eq!(end(&weekend, "2026-11-30T00:00:00Z"), None);
    }

    #[test]
    fn what_is_wrong_names_its_key() {
        let good = json!({"from": "22:00", "to": "07:00", "zone": "UTC"});
        for (key, value) in [
            ("from", json!("7:00")),
            ("from", json!("25:00")),
            ("from", json!(7)),
            ("to", json!("24:01")),
            ("to", json!("+7:00")),
            ("to", json!("22:00")),
            ("zone", json!("Europe/Wien")),
            ("zone", json!("../../etc/passwd")),
            ("days", json!([])),
            ("days", json!(["day"])),
            ("days", json!("sat")),
            ("below", json!("bad")),
            ("then", json!("wait")),
            ("until", json!("07:00")),
        ] {
            let mut table = good.as_object().unwrap().clone();
            table.insert(key.to_owned(), value);
            assert_eq!(QuietHours::parse(&table).unwrap_err().0, key);
        }
        assert_eq!(QuietHours::parse(&Map::new()).unwrap_err(), ("from".to_owned(), "is missing".to_owned()));
    }

    #[test]
    fn no_time_is_too_far() {
        let night = of(&json!({"from": "22:00", "to": "07:00", "zone": "Pacific/Apia"}));
        for at_ms in [i64::MIN, i64::MAX, 0, 253_402_207_200_000, -377_705_023_201_000] {
            night.end_ms(Severity::Good, at_ms);
        }
    }
}
