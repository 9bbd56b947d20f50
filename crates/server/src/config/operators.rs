//! `[operators]`: whom Bellhop tells what it finds wrong with itself.

use serde::{Deserialize, Deserializer};
use url::Url;
use wire::ids::ChatConfigurationArn;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OperatorSettings {
    /// The chat configuration whose channel is told. Nobody is, unless it is set.
    #[serde(deserialize_with = "arn")]
    pub configuration_arn: Option<ChatConfigurationArn>,
    /// A channel is behind when something has waited in it for so long.
    pub backlog_after_minutes: u32,
    /// Asked with GET once a minute while the store answers: a dead man's switch of somebody else's.
    pub heartbeat_url: Option<Url>,
}

impl Default for OperatorSettings {
    fn default() -> Self {
        Self { configuration_arn: None, backlog_after_minutes: 10, heartbeat_url: None }
    }
}

impl OperatorSettings {
    pub fn backlog_after_ms(&self) -> i64 {
        i64::from(self.backlog_after_minutes).saturating_mul(60 * 1000)
    }

    /// What a type alone cannot say: which key, and what it must be.
    pub(super) fn problem(&self) -> Option<(&'static str, &'static str)> {
        let url = self.heartbeat_url.as_ref();
        if url.is_some_and(|url| !matches!(url.scheme(), "http" | "https")) {
            return Some(("operators.heartbeat_url", "must be a http or https URL"));
        }
        (self.backlog_after_minutes == 0).then_some(("operators.backlog_after_minutes", "must be at least 1"))
    }
}

fn arn<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ChatConfigurationArn>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = |_| serde::de::Error::custom(format!("`{text}` is not the ARN of a chat configuration"));
    ChatConfigurationArn::parse(&text).map(Some).map_err(wrong)
}
