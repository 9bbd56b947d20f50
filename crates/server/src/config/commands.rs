//! `[commands]`: what people may have run in AWS from chat, how long it may take and how much of it at once.

use serde::Deserialize;

/// As AWS Chatbot: <https://docs.aws.amazon.com/chatbot/latest/adminguide/chatbot-troubleshooting.html>.
const TIMEOUT_SECONDS: u16 = 15;
/// The longest that a Lambda function runs. Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const TIMEOUT_SECONDS_MAX: u16 = 900;
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CommandSettings {
    pub enabled: bool,
    /// From the first byte to AWS to its answer.
    pub timeout_seconds: u16,
    /// Commands that one node runs at the same time.
    pub concurrency: u16,
    /// And of one channel.
    pub per_channel: u16,
    /// Where commands run that name no region, in channels that have not chosen one. Unless set, people are asked.
    pub default_region: Option<String>,
    /// Nothing that changes anything, whatever roles and guardrails allow.
    pub read_only_only: bool,
    /// Aliases of one configuration.
    pub aliases_max: u16,
    /// A page where people say what is good and what is not; `@aws feedback` leads there.
    pub feedback_url: Option<String>,
}

impl Default for CommandSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            timeout_seconds: TIMEOUT_SECONDS,
            concurrency: 32,
            per_channel: 8,
            default_region: None,
            read_only_only: false,
            aliases_max: 500,
            feedback_url: None,
        }
    }
}

impl CommandSettings {
    pub fn timeout_ms(&self) -> i64 {
        i64::from(self.timeout_seconds).saturating_mul(1000)
    }

    /// What a type alone cannot say.
    pub(super) fn problem(&self) -> Option<(&'static str, &'static str)> {
        let is_region = |region: &String| {
            let all = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            (1..=63).contains(&region.len()) && region.chars().all(all)
        };
        if !(1..=TIMEOUT_SECONDS_MAX).contains(&self.timeout_seconds) {
            return Some(("commands.timeout_seconds", "must be between 1 and 900"));
        }
        if self.concurrency == 0 || self.per_channel == 0 {
            return Some(("commands", "must have a `concurrency` and a `per_channel` of at least 1"));
        }
        let region_is_wrong = self.default_region.as_ref().is_some_and(|region| !is_region(region));
        region_is_wrong.then_some(("commands.default_region", "must be a region, like `eu-central-1`"))
    }
}
