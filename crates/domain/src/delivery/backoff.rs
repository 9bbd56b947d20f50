//! How long to wait between attempts, when to give up, and when a destination counts as broken.
//!
//! The worker that delivers keeps one number per lane, its failures in a row, and asks here. Nothing is random by itself.

/// No wait is shorter than this: a random number near nothing must not make a hot loop.
const DELAY_FLOOR_MS: i64 = 50;

/// Exponential back-off with full jitter for causes that mend themselves: a wait is anywhere between the floor and a
/// ceiling that doubles, so that lanes that failed together come back spread over the whole time.
/// Source: <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The ceiling of the first wait.
    pub first_ms: i64,
    /// The ceiling of the ceilings.
    pub max_ms: i64,
    /// Counted from the moment the delivery was accepted or revived.
    pub give_up_after_ms: i64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first_ms: 500, max_ms: 5 * 60 * 1000, give_up_after_ms: 24 * 60 * 60 * 1000 }
    }
}

impl Backoff {
    /// The wait before the next attempt, after `failures` (at least 1) in a row. `random` is in `0.0..1.0`.
    pub fn delay_ms(&self, failures: i64, random: f64) -> i64 {
        let ceiling = self.ceiling_ms(failures);
        let floor = DELAY_FLOOR_MS.min(ceiling);
        floor.saturating_add(scaled(ceiling - floor, random))
    }

    /// The longest wait that [`Self::delay_ms`] may give.
    pub fn ceiling_ms(&self, failures: i64) -> i64 {
        let doublings = u32::try_from(failures.saturating_sub(1).clamp(0, 40)).unwrap_or(0);
        self.first_ms.saturating_mul(1_i64 << doublings).min(self.max_ms).max(0)
    }

    /// The reason to stop, if a delivery waiting since `since_ms` has waited long enough.
    pub fn given_up(&self, since_ms: i64, now_ms: i64, last_reason: &str) -> Option<String> {
        let waited = now_ms.saturating_sub(since_ms);
        (waited >= self.give_up_after_ms)
            .then(|| format!("gave up after {} of retries; last: {last_reason}", hours(self.give_up_after_ms)))
    }
}

/// The circuit breaker of a destination. It has no state of its own: a lane counts its failures in a row, whichever of its
/// messages they befell, and a delivery sets the count to nought.
///
/// Closed, a failure costs one message its turn. Open, the whole lane waits, and each back-off lets one message out as the
/// probe that shows whether the destination is back. So a dead destination costs one request per back-off however long its
/// queue is, and one success opens the way for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row at which it opens; less than one counts as one.
    pub open_after: i64,
}

impl Default for Breaker {
    /// Five in a row are no coincidence at 30 % errors (0.2 %), and take about eight seconds at the default back-off.
    fn default() -> Self {
        Self { open_after: 5 }
    }
}

impl Breaker {
    pub fn is_open(&self, consecutive_failures: i64) -> bool {
        consecutive_failures >= self.open_after.max(1)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a back-off of minutes in milliseconds is far below 2^52"
)]
fn scaled(milliseconds: i64, random: f64) -> i64 {
    (milliseconds as f64 * random.clamp(0.0, 1.0)) as i64
}

fn hours(milliseconds: i64) -> String {
    const HOUR_MS: i64 = 60 * 60 * 1000;
    if milliseconds % HOUR_MS == 0 {
        format!("{} h", milliseconds / HOUR_MS)
    } else {
        format!("{} s", milliseconds / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_up_to_its_limit_and_the_wait_is_anywhere_below_it() {
        let backoff = Backoff::default();
        let range = |failures| (backoff.delay_ms(failures, 0.0), backoff.delay_ms(failures, 1.0));
        assert_eq!(range(1), (50, 500));
        assert_eq!(range(2), (50, 1000));
        assert_eq!(range(5), (50, 8000));
        assert_eq!(range(11), (50, 300_000));
        assert_eq!(range(1_000_000), (50, 300_000));
        assert_eq!(range(i64::MIN), (50, 500));
        assert_eq!(backoff.delay_ms(2, 0.5), 525);
        assert_eq!(backoff.delay_ms(1, f64::NAN), 50);
    }

    #[test]
    fn the_floor_gives_way_to_a_shorter_setting() {
        let backoff = Backoff { first_ms: 10, max_ms: 20, ..Backoff::default() };
        assert_eq!((backoff.delay_ms(1, 0.0), backoff.delay_ms(9, 1.0)), (10, 20));
        let nothing = Backoff { first_ms: 0, max_ms: 0, ..Backoff::default() };
        assert_eq!(nothing.delay_ms(3, 0.9), 0);
    }

    #[test]
    fn it_gives_up_after_its_time_and_says_why() {
        let backoff = Backoff { give_up_after_ms: 3_600_000, ..Backoff::default() };
        assert_eq!(backoff.given_up(1000, 3_600_999, "HTTP 500"), None);
        assert_eq!(
            backoff.given_up(1000, 3_601_000, "HTTP 500"),
            Some("gave up after 1 h of retries; last: HTTP 500".to_owned())
        );
    }

    #[test]
    fn a_breaker_opens_at_its_number_of_failures() {
        let breaker = Breaker { open_after: 3 };
        assert_eq!([0, 2, 3, 4].map(|failures| breaker.is_open(failures)), [false, false, true, true]);
        let eager = Breaker { open_after: 0 };
        assert!(!eager.is_open(0) && eager.is_open(1));
    }
}
