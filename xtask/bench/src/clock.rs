//! The wall clock of the benchmark. Two processes on one machine compare their readings of it (the fake Slack and the
//! generator), which the monotonic clock of the standard library does not allow. Intervals inside one process never
//! use it: they are `Instant`s.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// The time now.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// Nanoseconds since the epoch; enough for the next two centuries.
pub fn unix_nanos() -> i64 {
    now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// The time now, as calendar date and time in UTC.
pub fn utc() -> OffsetDateTime {
    OffsetDateTime::from(now())
}
