//! How long something took, as a person says it. Readers of builds, jobs and executions call it, and all that Bellhop says
//! of time that passed.

use crate::notification::Moment;

/// `42 s`, `4 min 12 s`, `2 h 5 min`, `3 d 4 h`: the two largest units.
pub fn in_words(seconds: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let (large, unit, small, smaller) = match seconds {
        0..MINUTE => return format!("{seconds} s"),
        MINUTE..HOUR => (seconds / MINUTE, "min", seconds % MINUTE, "s"),
        HOUR..DAY => (seconds / HOUR, "h", seconds % HOUR / MINUTE, "min"),
        DAY.. => (seconds / DAY, "d", seconds % DAY / HOUR, "h"),
    };
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {smaller}") }
}

/// The same of milliseconds, below a minute with a tenth of a second: `5.7 s`.
pub fn of_ms(milliseconds: u64) -> String {
    match milliseconds {
        0..60_000 => format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => in_words(milliseconds / 1_000),
    }
}

/// For what nobody times by the second: `45 s`, `12 min`, `3 h 5 min`.
pub fn to_the_minute(milliseconds: i64) -> String {
    let seconds = u64::try_from(milliseconds / 1000).unwrap_or_default();
    in_words(if seconds < 60 { seconds } else { seconds - seconds % 60 })
}

/// Between two points in time in ISO 8601; nothing if either cannot be read or the end is before the start.
pub fn between(start: Option<&str>, end: Option<&str>) -> Option<String> {
    let seconds = Moment::parse(end?).unix()?.checked_sub(Moment::parse(start?).unix()?)?;
    u64::try_from(seconds).ok().map(in_words)
}

/// Between two points in time in milliseconds since 1970.
pub fn between_ms(start: Option<u64>, end: Option<u64>) -> Option<String> {
    Some(in_words(end?.checked_sub(start?)? / 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_units_at_most() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (252, "4 min 12 s"),
            (7_500, "2 h 5 min"),
            (86_400, "1 d"),
            (277_259, "3 d 5 h"),
        ] {
            assert_eq!(in_words(seconds), words);
        }
    }

    #[test]
    fn short_ones_have_tenths() {
        assert_eq!([0, 5_753, 723_000, 7_500_000].map(of_ms), ["0.0 s", "5.7 s", "12 min 3 s", "2 h 5 min"]);
        assert!(of_ms(u64::MAX).ends_with(" h"));
    }

    #[test]
    fn to_the_minute_nobody_counts_seconds() {
        for (milliseconds, text) in [
            (-5, "0 s"),
            (59_999, "59 s"),
            (12 * 60_000 + 3_000, "12 min"),
            (3 * 3_600_000, "3 h"),
            (3 * 3_600_000 + 5 * 60_000, "3 h 5 min"),
            (52 * 3_600_000, "2 d 4 h"),
        ] {
            assert_eq!(to_the_minute(milliseconds), text);
        }
    }

    #[test]
    fn an_end_before_the_start_says_nothing() {
        let (early, late) = (Some("2026-11-22T18:20:16Z"), Some("2026-11-22T19:24:28+01:00"));
        assert_eq!(between(early, late).as_deref(), Some("4 min 12 s"));
        assert_eq!(between(late, early), None);
        assert_eq!(between(early, Some("soon")), None);
        assert_eq!(between_ms(Some(5), Some(4)), None);
    }
}
