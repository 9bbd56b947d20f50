//! `[threads]`: which messages of a matter are one thread, and where its replies show.

use std::collections::BTreeMap;

use domain::delivery::{THREAD_WINDOW_DEFAULT_MS, THREAD_WINDOW_MAX_MS, ThreadPreferences, ThreadUpdates};
use serde::Deserialize;
use wire::ids::ChatConfigurationArn;

use super::parsed;

const HOUR_MS: i64 = 60 * 60 * 1000;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThreadSettings {
    /// Where replies show: `thread_only` or `both`.
    #[serde(deserialize_with = "parsed")]
    pub updates: ThreadUpdates,
    /// How long a matter may be quiet before its next message opens a new thread, up to 720 hours; 0: only custom notifications
    /// with a `threadId` are threaded.
    pub window_hours: u16,
    /// The same for one configuration, by its ARN. It wins over `bellhop preferences`.
    pub configurations: BTreeMap<String, ConfigurationThreadSettings>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfigurationThreadSettings {
    #[serde(deserialize_with = "chosen")]
    pub updates: Option<ThreadUpdates>,
    pub window_hours: Option<u16>,
}

impl Default for ThreadSettings {
    fn default() -> Self {
        let ThreadPreferences { updates, .. } = ThreadPreferences::default();
        let window_hours = u16::try_from(THREAD_WINDOW_DEFAULT_MS / HOUR_MS).unwrap_or(u16::MAX);
        Self { updates, window_hours, configurations: BTreeMap::new() }
    }
}

impl ConfigurationThreadSettings {
    pub fn window_ms(&self) -> Option<i64> {
        self.window_hours.map(|hours| i64::from(hours).saturating_mul(HOUR_MS))
    }
}

impl ThreadSettings {
    /// What configurations have for which nobody prefers anything.
    pub fn preferences(&self) -> ThreadPreferences {
        ThreadPreferences { updates: self.updates, window_ms: i64::from(self.window_hours).saturating_mul(HOUR_MS) }
    }

    /// What a type alone cannot say: which key, and what it must be.
    pub(super) fn problem(&self) -> Option<(&'static str, String)> {
        let declared = self.configurations.values().filter_map(|declared| declared.window_hours);
        let longest = declared.chain([self.window_hours]).max().unwrap_or(0);
        let longest_allowed = THREAD_WINDOW_MAX_MS / HOUR_MS;
        if i64::from(longest) > longest_allowed {
            return Some(("threads.window_hours", format!("must be at most {longest_allowed}, which is 30 days")));
        }
        let wrong = self.configurations.keys().find(|arn| ChatConfigurationArn::parse(arn).is_err())?;
        Some(("threads.configurations", format!("names `{wrong}`, which is not the ARN of a chat configuration")))
    }
}

fn chosen<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<ThreadUpdates>, D::Error> {
    parsed(deserializer).map(Some)
}
