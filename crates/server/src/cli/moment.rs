//! Times as people type them and as they read them: an age or a date in, both out. `audit` and `deliveries` use it.

use anyhow::{Context as _, bail};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::clock::iso8601;

const SECOND_MS: i64 = 1000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A time on a command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Ago { ms: i64 },
    At { ms: i64 },
}

impl Moment {
    pub fn ms(self, now_ms: i64) -> i64 {
        match self {
            Self::Ago { ms } => now_ms.saturating_sub(ms),
            Self::At { ms } => ms,
        }
    }
}

/// `90s`, `15m`, `1h`, `7d`, or a date with a time and a zone.
pub fn moment(text: &str) -> anyhow::Result<Moment> {
    let wrong = || format!("`{text}` is no time: say one like `1h`, `7d` or `2026-11-22T18:20:16Z`");
    if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(Moment::At {
            ms: at.unix_timestamp().saturating_mul(1000).saturating_add(i64::from(at.millisecond())),
        });
    }
    let unit_at = text.len().saturating_sub(1);
    let (count, unit) = text.split_at_checked(unit_at).with_context(wrong)?;
    let unit_ms: i64 = match unit {
        "s" => SECOND_MS,
        "m" => MINUTE_MS,
        "h" => HOUR_MS,
        "d" => DAY_MS,
        _ => bail!(wrong()),
    };
    let count: u32 = count.parse().ok().with_context(wrong)?;
    Ok(Moment::Ago { ms: i64::from(count).saturating_mul(unit_ms) })
}

/// `2026-11-22T18:20:16Z (5 min ago)`.
pub fn told(at_ms: i64, now_ms: i64) -> String {
    let away_ms = at_ms.saturating_sub(now_ms);
    let away = away_ms.saturating_abs();
    let length = match away {
        ..SECOND_MS => return format!("{} (now)", iso8601(at_ms)),
        SECOND_MS..MINUTE_MS => format!("{} s", away / SECOND_MS),
        MINUTE_MS..HOUR_MS => format!("{} min", away / MINUTE_MS),
        HOUR_MS..DAY_MS => format!("{} h {} min", away / HOUR_MS, away % HOUR_MS / MINUTE_MS),
        _ => format!("{} d {} h", away / DAY_MS, away % DAY_MS / HOUR_MS),
    };
    let date = iso8601(at_ms);
    if away_ms > 0 { format!("{date} (in {length})") } else { format!("{date} ({length} ago)") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_age_or_a_date() {
        assert_eq!(moment("90s").unwrap(), Moment::Ago { ms: 90_000 });
        assert_eq!(moment("7d").unwrap(), Moment::Ago { ms: 604_800_000 });
        assert_eq!(moment("1970-01-01T00:00:01.5Z").unwrap(), Moment::At { ms: 1500 });
        assert_eq!(moment("1970-01-01T01:00:01+01:00").unwrap(), Moment::At { ms: 1000 });
        for text in ["", "h", "1", "1w", "-1h", "1.5h", "yesterday", "2026-11-22", "1é"] {
            let error = moment(text).unwrap_err().to_string();
            assert!(error.contains("is no time: say one like"), "{error}");
        }
    }

    #[test]
    fn a_time_is_told_as_a_date_and_from_now() {
        let now_ms = 100 * DAY_MS;
        let told = |away_ms: i64| told(now_ms + away_ms, now_ms);
        assert_eq!(told(0), "1970-04-11T00:00:00Z (now)");
        assert_eq!(told(59_999), "1970-04-11T00:00:59Z (in 59 s)");
        assert_eq!(told(-60_000), "1970-04-10T23:59:00Z (1 min ago)");
        assert_eq!(told(3 * HOUR_MS + 5 * MINUTE_MS), "1970-04-11T03:05:00Z (in 3 h 5 min)");
        assert_eq!(told(-49 * HOUR_MS), "1970-04-08T23:00:00Z (2 d 1 h ago)");
        assert!(super::told(i64::MIN, i64::MAX).ends_with("ago)"));
    }
}
