//! `[audit]`: how long records of API calls are kept, and where else they go.

use std::path::PathBuf;

use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditSettings {
    /// Days that a record is kept; 0 keeps all for ever.
    pub retention_days: u32,
    /// A file to which each record is appended as a line of JSON; `-` is standard output.
    pub json_lines: Option<PathBuf>,
}

impl Default for AuditSettings {
    fn default() -> Self {
        // CloudTrail's event history: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
        Self { retention_days: 90, json_lines: None }
    }
}
