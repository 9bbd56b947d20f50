//! `[pictures]`: the graphs of alarms.

use serde::Deserialize;

const TIMEOUT_SECONDS_MAX: u8 = 60;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PictureSettings {
    /// Nothing is drawn where AWS's standard environment has no credentials, whatever this says.
    pub enabled: bool,
    pub source: PictureSource,
    /// How long it may take from the message to its picture; after that the message stays without.
    pub timeout_seconds: u8,
}

/// Who draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureSource {
    /// CloudWatch, and Bellhop where it cannot.
    Auto,
    /// CloudWatch: `GetMetricWidgetImage`.
    Widget,
    /// Bellhop, from the numbers of `GetMetricData`.
    Data,
}

impl Default for PictureSettings {
    fn default() -> Self {
        Self { enabled: true, source: PictureSource::Auto, timeout_seconds: 15 }
    }
}

impl PictureSettings {
    /// What a type alone cannot say.
    pub(super) fn problem(self) -> Option<(&'static str, &'static str)> {
        let bounds = 1..=TIMEOUT_SECONDS_MAX;
        (!bounds.contains(&self.timeout_seconds)).then_some(("pictures.timeout_seconds", "must be between 1 and 60"))
    }
}
