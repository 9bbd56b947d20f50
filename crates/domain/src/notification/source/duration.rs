//! How long something took, as a person says it. Readers of builds, jobs and executions call it.

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
    fn an_end_before_the_start_says_nothing() {
        let (early, late) = (Some("2026-11-22T18:20:16Z"), Some("2026-11-22T19:24:28+01:00"));
        assert_eq!(between(early, late).as_deref(), Some("4 min 12 s"));
        assert_eq!(between(late, early), None);
        assert_eq!(between(early, Some("soon")), None);
        assert_eq!(between_ms(Some(5), Some(4)), None);
    }
}
