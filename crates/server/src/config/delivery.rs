//! `[delivery]`: how fast messages go out, how long they are tried, and what becomes of a queue that grows.

use domain::delivery::{Backoff, Breaker, Pace};
use serde::Deserialize;
use store::outbox::AcceptRules;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeliverySettings {
    /// Requests a second to one Slack channel once its burst is spent.
    pub slack_messages_per_second: f64,
    /// Requests to one Slack channel at once after a quiet time.
    pub slack_burst: u16,
    /// Messages a second to all channels of one Slack workspace together, by one node.
    pub slack_workspace_messages_per_second: f64,
    /// `chat.update` a second in one Slack workspace, by one node: the first messages of threads.
    pub slack_updates_per_second: f64,
    /// Requests a second to one webhook of Microsoft Teams.
    pub teams_messages_per_second: f64,
    /// Requests a second of the bot to one channel of Microsoft Teams once its burst is spent.
    pub teams_bot_messages_per_second: f64,
    /// Requests a second of the bot to one tenant of Microsoft Teams, by one node.
    pub teams_tenant_messages_per_second: f64,
    /// Requests a second to one webhook of Amazon Chime.
    pub chime_messages_per_second: f64,
    /// How long causes that mend themselves are retried.
    pub give_up_after_hours: u16,
    /// Attempts of a channel that failed one after the other, from which on it counts as failing.
    pub failing_after_attempts: u16,
    /// How long one request to a chat platform may take.
    pub request_timeout_seconds: u16,
    /// Waiting messages of a channel from which on they are folded into one digest; 0: never.
    pub digest_after: u32,
    /// A channel that was told the same of the same matter within this time is not told again; 0: it is.
    pub suppress_similar_seconds: u32,
    /// Events a second of one account, as AWS Chatbot's limit of 10; 0: no limit.
    pub events_per_second: u32,
    /// Days that a message stays in the ledger after it arrived; 0: for ever.
    pub retention_days: u32,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            slack_messages_per_second: per_second(Pace::slack()),
            slack_burst: u16::try_from(Pace::slack().burst).unwrap_or(1),
            slack_workspace_messages_per_second: per_second(Pace::slack_workspace()),
            slack_updates_per_second: per_second(Pace::slack_update()),
            teams_messages_per_second: per_second(Pace::teams_webhook()),
            teams_bot_messages_per_second: per_second(Pace::teams()),
            teams_tenant_messages_per_second: per_second(Pace::teams_tenant()),
            chime_messages_per_second: per_second(Pace::chime()),
            give_up_after_hours: 24,
            failing_after_attempts: 5,
            request_timeout_seconds: 10,
            digest_after: 100,
            suppress_similar_seconds: 0,
            events_per_second: 0,
            retention_days: 30,
        }
    }
}

impl DeliverySettings {
    /// What a type alone cannot say: which key, and what it must be.
    pub(super) fn problem(&self) -> Option<(&'static str, &'static str)> {
        let rates = [
            ("delivery.slack_messages_per_second", self.slack_messages_per_second),
            ("delivery.slack_workspace_messages_per_second", self.slack_workspace_messages_per_second),
            ("delivery.slack_updates_per_second", self.slack_updates_per_second),
            ("delivery.teams_messages_per_second", self.teams_messages_per_second),
            ("delivery.teams_bot_messages_per_second", self.teams_bot_messages_per_second),
            ("delivery.teams_tenant_messages_per_second", self.teams_tenant_messages_per_second),
            ("delivery.chime_messages_per_second", self.chime_messages_per_second),
        ];
        let counts = [
            ("delivery.slack_burst", self.slack_burst),
            ("delivery.failing_after_attempts", self.failing_after_attempts),
            ("delivery.request_timeout_seconds", self.request_timeout_seconds),
        ];
        let wrong_rate = rates.into_iter().find(|(_, rate)| !(0.001..=1000.0).contains(rate));
        let wrong_count = counts.into_iter().find(|(_, count)| *count == 0);
        wrong_rate
            .map(|(key, _)| (key, "must be between 0.001 and 1000"))
            .or_else(|| wrong_count.map(|(key, _)| (key, "must be at least 1")))
            .or_else(|| {
                let too_long = self.request_timeout_seconds > 300;
                too_long.then_some(("delivery.request_timeout_seconds", "must be at most 300"))
            })
    }

    /// Of a Slack channel, a Slack workspace, its updates, a webhook of Teams, a Teams bot in a channel, in a tenant, and a
    /// webhook of Chime.
    pub fn paces(&self) -> [Pace; 7] {
        let pace = |per_second, Pace { burst, .. }| Pace { interval_ms: interval_ms(per_second), burst };
        [
            Pace { burst: i64::from(self.slack_burst), ..pace(self.slack_messages_per_second, Pace::slack()) },
            pace(self.slack_workspace_messages_per_second, Pace::slack_workspace()),
            pace(self.slack_updates_per_second, Pace::slack_update()),
            pace(self.teams_messages_per_second, Pace::teams_webhook()),
            pace(self.teams_bot_messages_per_second, Pace::teams()),
            pace(self.teams_tenant_messages_per_second, Pace::teams_tenant()),
            pace(self.chime_messages_per_second, Pace::chime()),
        ]
    }

    pub fn backoff(&self) -> Backoff {
        let give_up_after_ms = i64::from(self.give_up_after_hours).saturating_mul(60 * 60 * 1000);
        Backoff { give_up_after_ms, ..Backoff::default() }
    }

    pub fn breaker(&self) -> Breaker {
        Breaker { open_after: i64::from(self.failing_after_attempts) }
    }

    pub fn accept_rules(&self) -> AcceptRules {
        AcceptRules {
            similar_within_ms: i64::from(self.suppress_similar_seconds).saturating_mul(1000),
            events_per_second: i64::from(self.events_per_second),
        }
    }

    /// The longest that one attempt can take: two requests, when a thread is gone.
    pub fn attempt_ms(&self) -> i64 {
        i64::from(self.request_timeout_seconds).saturating_mul(2 * 1000)
    }
}

#[expect(clippy::cast_precision_loss, reason = "an interval of milliseconds is far below 2^52")]
fn per_second(pace: Pace) -> f64 {
    1000.0 / pace.interval_ms as f64
}

#[expect(clippy::cast_possible_truncation, reason = "the rate was checked to be between 0.001 and 1000")]
fn interval_ms(per_second: f64) -> i64 {
    (1000.0 / per_second).round() as i64
}
