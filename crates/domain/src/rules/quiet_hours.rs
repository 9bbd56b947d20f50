//! Quiet hours: when they are in force in a time zone, and when they end.
//!
//! A window belongs to the day on which it begins, so Friday's lasts into Saturday's morning. Days are the zone's own: the
//! night in which clocks change is an hour longer or shorter. The time zones are those of the build, not of the machine.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::{Map, Value};

use super::attribute::{severity, severity_name};
use super::condition::Wrong;
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
    from: Time,
    /// Not after `from`: on the next day.
    to: Time,
    zone: TimeZone,
    /// From Monday on.
    days: [bool; 7],
    /// What is as severe as this is not quiet.
    below: Severity,
    then: Then,
    /// `22:00 to 07:00 Europe/Vienna`
    written: String,
}

const KEYS: [&str; 6] = ["from", "to", "zone", "days", "below", "then"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl QuietHours {
    /// `{ from = "22:00", to = "07:00", zone = "Europe/Vienna", days = ["sat", "sun"], below = "critical", then = "hold" }`.
    pub fn parse(table: &Map<String, Value>) -> Result<Self, Wrong> {
        let wrong = |key: &str, problem: String| (key.to_owned(), problem);
        if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(wrong(unknown, format!("is no key of quiet hours: {}", KEYS.join(", "))));
        }
        let text = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(wrong(key, "must be a text".to_owned())),
        };
        let needed = |key: &str| text(key)?.ok_or_else(|| wrong(key, "is missing".to_owned()));
        let time = |key: &str| {
            let text = needed(key)?;
            time_of_day(text)
                .ok_or_else(|| wrong(key, format!("must be a time of day like `22:00`, not `{}`", text.escape_debug())))
        };
        let (from, to, zone_name) = (time("from")?, time("to")?, needed("zone")?);
        let zone = TimeZoneDatabase::bundled().get(zone_name).map_err(|_| {
            wrong("zone", format!("must be a time zone like `Europe/Vienna`, not `{}`", zone_name.escape_debug()))
        })?;
        let below = match text("below")? {
            None => Severity::Critical,
            Some(name) => severity(name).map_err(|problem| wrong("below", problem))?,
        };
        let then = match text("then")? {
            None | Some("hold") => Then::Hold,
            Some("mute") => Then::Mute,
            Some(_) => return Err(wrong("then", "must be `hold` or `mute`".to_owned())),
        };
        let days = days(table.get("days")).map_err(|problem| wrong("days", problem))?;
        if from == to && days == [true; 7] {
            return Err(wrong("to", "makes every hour of the week quiet: use `mute`".to_owned()));
        }
        let written = format!("{} to {} {zone_name}", needed("from")?, needed("to")?);
        Ok(Self { from, to, zone, days, below, then, written })
    }

    pub fn then(&self) -> Then {
        self.then
    }

    /// When the window ends that is in force at a time for a message of this severity; `None` outside of it.
    pub fn end_ms(&self, severity: Severity, now_ms: i64) -> Option<i64> {
        if severity >= self.below {
            return None;
        }
        let now = Timestamp::from_millisecond(now_ms).ok()?;
        let today = now.to_zoned(self.zone.clone()).date();
        let of = |date: Date| {
            let (start_ms, end_ms) = self.window(date)?;
            (start_ms <= now_ms && now_ms < end_ms).then_some(end_ms)
        };
        [today.yesterday().ok().and_then(of), of(today)].into_iter().flatten().max()
    }

    /// The window that begins on a date, in milliseconds.
    fn window(&self, date: Date) -> Option<(i64, i64)> {
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).ok()?;
        if !self.days.get(weekday).copied().unwrap_or(false) {
            return None;
        }
        let last = if self.to <= self.from { date.tomorrow().ok()? } else { date };
        // An hour that a change of clocks leaves out begins when the clocks have changed; one that comes twice is the first.
        let ms = |date: Date, time: Time| {
            Some(date.to_datetime(time).to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond())
        };
        Some((ms(date, self.from)?, ms(last, self.to)?))
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} below {}", self.written, severity_name(self.below))
    }
}

/// `07:00`; `24:00` is the end of the day.
fn time_of_day(text: &str) -> Option<Time> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |digits: &str| -> Option<i8> {
        (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
    };
    match (two(hours)?, two(minutes)?) {
        (24, 0) => Some(Time::midnight()),
        (hour, minute) => Time::new(hour, minute, 0, 0).ok(),
    }
}

fn days(value: Option<&Value>) -> Result<[bool; 7], String> {
    let Some(value) = value else { return Ok([true; 7]) };
    let wrong = || format!("must be a list of days: {}", DAYS.join(", "));
    let mut days = [false; 7];
    for name in value.as_array().ok_or_else(wrong)? {
        let name = name.as_str().ok_or_else(wrong)?;
        let day = DAYS.iter().position(|day| day.eq_ignore_ascii_case(name)).and_then(|at| days.get_mut(at));
        *day.ok_or_else(wrong)? = true;
    }
    if days == [false; 7] { Err(wrong()) } else { Ok(days) }
}

#[cfg(test)]
mod tests {
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
