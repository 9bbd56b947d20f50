//! When a delivery is tried, how often, and when it is given up. Pure arithmetic over milliseconds.
//!
//! `worker/deliver_notification` asks, `store/outbox` keeps the answers. One destination (a channel) is one lane: its
//! messages go out in order, one at a time, paced; a lane never waits for another.

mod slack_answer;

pub use slack_answer::{SlackAnswer, slack_outcome};

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The platform took it. `posted` is the platform's name for the message (Slack's `ts`).
    Delivered { posted: String },
    /// Not now. The lane waits `after_ms` if the platform said how long, else as long as [`Backoff`] says.
    Retry { after_ms: Option<i64>, reason: String },
    /// Never, unless somebody mends the cause and revives it.
    Dead { reason: String },
}

/// Exponential back-off with jitter for causes that mend themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    pub first_ms: i64,
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
    /// The wait before the next attempt, after `attempts` (at least 1) failed ones: half fixed, half random, so that
    /// lanes that failed together do not come back together and none comes back at once. `random` is in `0.0..1.0`.
    pub fn delay_ms(&self, attempts: i64, random: f64) -> i64 {
        let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 40)).unwrap_or(0);
        let ceiling = self.first_ms.saturating_mul(1_i64 << doublings).min(self.max_ms);
        let half = ceiling / 2;
        half.saturating_add(scaled(half, random))
    }

    /// The reason to stop, if a delivery waiting since `since_ms` has waited long enough.
    pub fn given_up(&self, since_ms: i64, now_ms: i64, last_reason: &str) -> Option<DeliveryOutcome> {
        let waited = now_ms.saturating_sub(since_ms);
        (waited >= self.give_up_after_ms).then(|| DeliveryOutcome::Dead {
            reason: format!("gave up after {} of retries; last: {last_reason}", hours(self.give_up_after_ms)),
        })
    }
}

/// Slack allows about one message a second per channel and tolerates short bursts.
/// Source: <https://docs.slack.dev/apis/web-api/rate-limits>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub interval_ms: i64,
    /// How many may go out at once after a quiet time.
    pub burst: i64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { interval_ms: 1000, burst: 3 }
    }
}

impl Pace {
    /// The earliest time for the next request, given the lane's theoretical arrival time (GCRA's state, one number).
    pub fn ready_at_ms(&self, arrival_ms: i64) -> i64 {
        arrival_ms.saturating_sub(self.interval_ms.saturating_mul(self.burst.saturating_sub(1)))
    }

    /// The lane's new theoretical arrival time after a request at `now_ms`.
    pub fn spend(&self, arrival_ms: i64, now_ms: i64) -> i64 {
        arrival_ms.max(now_ms).saturating_add(self.interval_ms)
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
    fn the_wait_doubles_up_to_its_limit_and_never_shrinks_below_half() {
        let backoff = Backoff::default();
        let range = |attempts| (backoff.delay_ms(attempts, 0.0), backoff.delay_ms(attempts, 1.0));
        assert_eq!(range(1), (250, 500));
        assert_eq!(range(2), (500, 1000));
        assert_eq!(range(5), (4000, 8000));
        assert_eq!(range(11), (150_000, 300_000));
        assert_eq!(range(1_000_000), (150_000, 300_000));
    }

    #[test]
    fn it_gives_up_after_its_time_and_says_why() {
        let backoff = Backoff { give_up_after_ms: 3_600_000, ..Backoff::default() };
        assert_eq!(backoff.given_up(1000, 3_600_999, "HTTP 500"), None);
        assert_eq!(
            backoff.given_up(1000, 3_601_000, "HTTP 500"),
            Some(DeliveryOutcome::Dead { reason: "gave up after 1 h of retries; last: HTTP 500".to_owned() })
        );
    }

    /// Slack as a bucket that holds `burst` requests and refills one a second: how many of ours would it refuse?
    #[test]
    fn a_burst_and_then_one_a_second_never_overflows_a_bucket_of_the_same_size() {
        let pace = Pace::default();
        let (mut arrival, mut now, mut sent_at) = (0, 10_000, Vec::new());
        for _ in 0..60 {
            now = now.max(pace.ready_at_ms(arrival));
            arrival = pace.spend(arrival, now);
            sent_at.push(now);
        }
        assert_eq!(sent_at[..5], [10_000, 10_000, 10_000, 11_000, 12_000]);
        let (mut tokens, mut last) = (pace.burst * 1000, 10_000);
        for at in sent_at {
            tokens = (tokens + (at - last)).min(pace.burst * 1000);
            last = at;
            assert!(tokens >= 1000, "refused at {at}");
            tokens -= 1000;
        }
    }
}
