//! `[cloudwatch.metrics]` and `[cloudwatch.logs]`: what goes to Amazon CloudWatch as AWS Chatbot's own metrics and logs do.

use serde::Deserialize;

/// What `PutRetentionPolicy` takes.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>.
const RETENTION_DAYS: [u16; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
/// Of a namespace. Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>.
const NAMESPACE_CHARACTERS_MAX: usize = 255;
/// A log group has 512 characters at most, the name of a configuration 128.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>.
const GROUP_PREFIX_CHARACTERS_MAX: usize = 512 - 128;
const EVERY_SECONDS_MAX: u16 = 300;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CloudWatchSettings {
    pub metrics: CloudWatchMetricsSettings,
    pub logs: CloudWatchLogsSettings,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CloudWatchMetricsSettings {
    pub enabled: bool,
    /// The standard AWS environment's unless set.
    pub region: Option<String>,
    pub namespace: String,
    /// How often what was counted is sent.
    pub every_seconds: u16,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CloudWatchLogsSettings {
    pub enabled: bool,
    /// The standard AWS environment's unless set.
    pub region: Option<String>,
    /// Of groups that Bellhop makes; none keeps for ever, which is what CloudWatch does by itself.
    pub retention_days: Option<u16>,
    /// Before the configuration's name.
    pub group_prefix: String,
    pub every_seconds: u16,
}

impl Default for CloudWatchMetricsSettings {
    fn default() -> Self {
        // Not AWS/Chatbot: the prefix `AWS/` is reserved to AWS's own services.
        Self { enabled: false, region: None, namespace: "Chatbot".to_owned(), every_seconds: 60 }
    }
}

impl Default for CloudWatchLogsSettings {
    fn default() -> Self {
        // AWS Chatbot's own. Source: reference.
        let group_prefix = "/aws/chatbot/".to_owned();
        Self { enabled: false, region: None, retention_days: None, group_prefix, every_seconds: 5 }
    }
}

impl CloudWatchSettings {
    /// What a type alone cannot say.
    pub(super) fn problem(&self) -> Option<(&'static str, String)> {
        let (metrics, logs) = (&self.metrics, &self.logs);
        let namespace = &metrics.namespace;
        let printable = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        if namespace.trim().is_empty()
            || namespace.len() > NAMESPACE_CHARACTERS_MAX
            || namespace.starts_with(':')
            || !printable(namespace)
        {
            return Some((
                "cloudwatch.metrics.namespace",
                "must be 1 to 255 ASCII characters, like `Chatbot`".to_owned(),
            ));
        }
        let of_group = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'#' | b'.');
        if logs.group_prefix.len() > GROUP_PREFIX_CHARACTERS_MAX || !logs.group_prefix.bytes().all(of_group) {
            let problem = "must be up to 384 of `A-Za-z0-9-_/#.`, like `/aws/chatbot/`".to_owned();
            return Some(("cloudwatch.logs.group_prefix", problem));
        }
        if logs.retention_days.is_some_and(|days| !RETENTION_DAYS.contains(&days)) {
            let days = RETENTION_DAYS.map(|days| days.to_string()).join(", ");
            return Some(("cloudwatch.logs.retention_days", format!("must be one of {days}")));
        }
        [
            ("cloudwatch.metrics.every_seconds", metrics.every_seconds),
            ("cloudwatch.logs.every_seconds", logs.every_seconds),
        ]
        .into_iter()
        .find(|(_, seconds)| !(1..=EVERY_SECONDS_MAX).contains(seconds))
        .map(|(key, _)| (key, format!("must be between 1 and {EVERY_SECONDS_MAX}")))
    }
}
