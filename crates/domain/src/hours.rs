//! Hours of the week in a time zone: when they are in force, and when they end.
//!
//! Quiet hours of rules and the hours of approvals are made of them. A window belongs to the day on which it begins, so Friday's
//! lasts into Saturday's morning. Days are the zone's own: the night in which clocks change is an hour longer or shorter. The time
//! zones are those of the build, not of the machine.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    from: Time,
    /// Not after `from`: on the next day.
    to: Time,
    zone: TimeZone,
    /// From Monday on.
    days: [bool; 7],
    /// `22:00 to 07:00 Europe/Vienna`
    written: String,
}

/// What is wrong with a table of the settings: of which key, and what.
pub type Wrong = (String, String);

pub const KEYS: [&str; 4] = ["from", "to", "zone", "days"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Hours {
    /// `{ from = "22:00", to = "07:00", zone = "Europe/Vienna", days = ["sat", "sun"] }` and nothing else.
    pub fn parse(table: &Map<String, Value>) -> Result<Self, Wrong> {
        if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err((unknown.clone(), format!("is no key of hours: {}", KEYS.join(", "))));
        }
        Self::among(table)
    }

    /// Of a table that has keys of others too.
    pub fn among(table: &Map<String, Value>) -> Result<Self, Wrong> {
        let wrong = |key: &str, problem: String| (key.to_owned(), problem);
        let needed = |key: &str| match table.get(key) {
            None => Err(wrong(key, "is missing".to_owned())),
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(_) => Err(wrong(key, "must be a text".to_owned())),
        };
        let time = |key: &str| {
            let text = needed(key)?;
            time_of_day(text)
                .ok_or_else(|| wrong(key, format!("must be a time of day like `22:00`, not `{}`", text.escape_debug())))
        };
        let (from, to, zone_name) = (time("from")?, time("to")?, needed("zone")?);
        let zone = TimeZoneDatabase::bundled().get(zone_name).map_err(|_| {
            wrong("zone", format!("must be a time zone like `Europe/Vienna`, not `{}`", zone_name.escape_debug()))
        })?;
        let days = days(table.get("days")).map_err(|problem| wrong("days", problem))?;
        if from == to && days == [true; 7] {
            return Err(wrong("to", "makes it every hour of the week: leave the hours out instead".to_owned()));
        }
        let written = format!("{} to {} {zone_name}", needed("from")?, needed("to")?);
        Ok(Self { from, to, zone, days, written })
    }

    /// When the window ends that is in force at a time; `None` outside of one.
    pub fn end_ms(&self, now_ms: i64) -> Option<i64> {
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

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
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
