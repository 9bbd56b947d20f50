//! `[metrics]`: what `GET /metrics` tells.

use serde::Deserialize;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsSettings {
    /// `bellhop_events` names each configuration by its ARN. Without it, there is one count of all: for a `/metrics` that
    /// strangers can read.
    pub by_configuration: bool,
}

impl Default for MetricsSettings {
    fn default() -> Self {
        Self { by_configuration: true }
    }
}
