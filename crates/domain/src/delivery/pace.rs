//! How fast messages may go out: one number of state per lane, workspace or method (GCRA).
//!
//! The worker that delivers asks before each request; the settings may replace every value. It never sleeps.

/// A steady rate with room for a burst after a quiet time. In any span of `s` milliseconds at most
/// `burst + s / interval_ms` requests go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub interval_ms: i64,
    /// How many may go out at once after a quiet time.
    pub burst: i64,
}

impl Default for Pace {
    fn default() -> Self {
        Self::slack()
    }
}

impl Pace {
    /// One Slack channel: one message a second, short bursts tolerated.
    /// Source: <https://docs.slack.dev/apis/web-api/rate-limits>. The burst's size is not documented (assumed).
    pub const fn slack() -> Self {
        Self { interval_ms: 1000, burst: 3 }
    }

    /// All channels of one Slack workspace together: "several hundred messages per minute per workspace", taken as 300.
    /// Source: the same page; the number is assumed, and Slack's 429 corrects it.
    pub const fn slack_workspace() -> Self {
        Self { interval_ms: 200, burst: 20 }
    }

    /// `chat.update` in one workspace: tier 3, at least 50 a minute.
    /// Source: <https://docs.slack.dev/reference/methods/chat.update>.
    pub const fn slack_update() -> Self {
        Self { interval_ms: 1200, burst: 5 }
    }

    /// A Teams bot in one conversation: at most 7 messages in 1 s, 8 in 2 s, 60 in 30 s and 1,800 in an hour. The hour decides
    /// the rate (it must be below one in two seconds, for the burst to fit too), the second decides the burst.
    /// Source: <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit>.
    pub const fn teams() -> Self {
        Self { interval_ms: 2010, burst: 7 }
    }

    /// A Teams bot in one tenant, all conversations together: 50 requests a second. Source: the same page (older editions: 30;
    /// this keeps below both).
    pub const fn teams_tenant() -> Self {
        Self { interval_ms: 50, burst: 10 }
    }

    /// A Teams webhook, of Workflows or a connector: 4 in 1 s and 60 in 30 s.
    /// Source: <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>. Older
    /// editions add 100 an hour and 1,800 a day: obeying these beforehand would hold an alarm for 36 seconds that Teams may
    /// well take at once, so they are left to Teams' 429.
    pub const fn teams_webhook() -> Self {
        Self { interval_ms: 520, burst: 3 }
    }

    /// A Chime webhook: one message a second (assumed: AWS documents no number; the service throttles bursts).
    pub const fn chime() -> Self {
        Self { interval_ms: 1000, burst: 1 }
    }

    /// The earliest time for the next request, given the lane's theoretical arrival time (GCRA's state, one number).
    pub fn ready_at_ms(&self, arrival_ms: i64) -> i64 {
        arrival_ms.saturating_sub(self.interval_ms.saturating_mul(self.burst.saturating_sub(1)))
    }

    /// The lane's new theoretical arrival time after a request at `now_ms`.
    pub fn spend(&self, arrival_ms: i64, now_ms: i64) -> i64 {
        arrival_ms.max(now_ms).saturating_add(self.interval_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When requests go out that are always ready to.
    fn sent_at(pace: Pace, count: usize) -> Vec<i64> {
        let (mut arrival, mut now) = (0, 10_000);
        let one = |_| {
            now = now.max(pace.ready_at_ms(arrival));
            arrival = pace.spend(arrival, now);
            now
        };
        (0..count).map(one).collect()
    }

    /// The most requests in any span of `span_ms`, both ends included.
    fn most_within(sent_at: &[i64], span_ms: i64) -> usize {
        let within = |start: usize| sent_at[start..].iter().take_while(|at| **at <= sent_at[start] + span_ms).count();
        (0..sent_at.len()).map(within).max().unwrap()
    }

    /// Slack as a bucket that holds `burst` requests and refills one a second: how many of ours would it refuse?
    #[test]
    fn a_burst_and_then_one_a_second_never_overflows_a_bucket_of_the_same_size() {
        let pace = Pace::slack();
        let sent_at = sent_at(pace, 60);
        assert_eq!(sent_at[..5], [10_000, 10_000, 10_000, 11_000, 12_000]);
        let (mut tokens, mut last) = (pace.burst * 1000, 10_000);
        for at in sent_at {
            tokens = (tokens + (at - last)).min(pace.burst * 1000);
            last = at;
            assert!(tokens >= 1000, "refused at {at}");
            tokens -= 1000;
        }
    }

    /// The vendors' numbers, written down again from their pages.
    #[test]
    fn every_pace_keeps_within_every_window_of_its_platform() {
        for (name, pace, windows) in [
            ("bot", Pace::teams(), &[(1_000, 7), (2_000, 8), (30_000, 60), (3_600_000, 1_800)][..]),
            ("tenant", Pace::teams_tenant(), &[(1_000, 30)]),
            ("webhook", Pace::teams_webhook(), &[(1_000, 4), (30_000, 60)]),
            ("chat.update", Pace::slack_update(), &[(60_000, 55)]),
            ("workspace", Pace::slack_workspace(), &[(60_000, 320)]),
            ("chime", Pace::chime(), &[(999, 1)]),
        ] {
            let sent_at = sent_at(pace, 4_000);
            for (span_ms, limit) in windows {
                let most = most_within(&sent_at, *span_ms);
                assert!(most <= *limit, "{name}: {most} in {span_ms} ms, {limit} allowed");
            }
            assert!(most_within(&sent_at, 0) == usize::try_from(pace.burst).unwrap());
        }
    }
}
