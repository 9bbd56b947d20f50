//! Amazon CloudWatch: `PutMetricData`. `app::events` calls it.
//!
//! A call whose answer was lost is made again, so an event may be counted twice; none is counted before it happened.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::aws::{AwsError, Limits, OwnClient, call_of};

/// In one call. A whole call stays far below the other limit, 1 MB: each has two names and six numbers.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>.
pub const METRICS_PER_CALL: usize = 1000;
/// The only dimension. Source: <https://docs.aws.amazon.com/chatbot/latest/adminguide/monitoring-cloudwatch.html>.
const DIMENSION: &str = "ConfigurationName";
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Events of one kind, configuration and minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricCount {
    pub metric_name: &'static str,
    pub configuration_name: String,
    /// When the minute began.
    pub minute_ms: i64,
    pub events: u64,
}

/// Why nothing was taken. Both are sentences for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloudWatchError {
    /// The same call would be refused again.
    #[error("{0}")]
    Refused(String),
    /// It may be taken later: no network, no permission yet, too many calls.
    #[error("{0}")]
    Away(String),
}

pub struct CloudWatch {
    aws: OwnClient,
    region: Option<String>,
    namespace: String,
}

impl CloudWatch {
    pub fn new(aws: OwnClient, region: Option<String>, namespace: String) -> Self {
        Self { aws, region, namespace }
    }

    /// `PutMetricData` with at most [`METRICS_PER_CALL`] of them.
    pub async fn put(&self, counts: &[MetricCount]) -> Result<(), CloudWatchError> {
        let data: Vec<Value> = counts.iter().map(datum).collect();
        let input = json!({ "Namespace": self.namespace, "MetricData": data });
        match called(&self.aws, self.region.as_deref(), "cloudwatch", "PutMetricData", input)
            .await
            .map_err(|error| told(&error))
        {
            Err(CloudWatchError::Refused(error)) if self.namespace.starts_with("AWS/") => {
                Err(CloudWatchError::Refused(format!(
                    "{error}; namespaces that begin with `AWS/` are AWS's own: name another in cloudwatch.metrics.namespace"
                )))
            }
            answer => answer.map(|_| ()),
        }
    }
}

/// Each event is a value of 1, so the sum is how many there were; AWS Chatbot's metrics are counts too.
fn datum(count: &MetricCount) -> Value {
    let events = count.events;
    json!({
        "MetricName": count.metric_name,
        "Dimensions": [{ "Name": DIMENSION, "Value": count.configuration_name }],
        "Timestamp": count.minute_ms.div_euclid(1000),
        "StatisticValues": { "SampleCount": events, "Sum": events, "Minimum": 1, "Maximum": 1 },
        "Unit": "Count",
    })
}

/// A call by the server itself, with its retries, ended after [`CALL_TIMEOUT`].
pub(super) async fn called(
    aws: &OwnClient,
    region: Option<&str>,
    service: &str,
    operation: &str,
    input: Value,
) -> Result<Map<String, Value>, AwsError> {
    let call = call_of(service, operation, input)?;
    aws.call(&call, &aws.region(region).await?, &Limits::default().within(CALL_TIMEOUT)).await
}

/// What a failure means for what was to be put.
pub(super) fn told(error: &AwsError) -> CloudWatchError {
    if error.code().is_some_and(is_refusal) {
        CloudWatchError::Refused(error.to_string())
    } else {
        CloudWatchError::Away(error.to_string())
    }
}

/// Codes that blame the request itself, of both services. A missing permission is not one: it can be given.
/// Source: the errors of `PutMetricData` and `PutLogEvents` in their references.
fn is_refusal(code: &str) -> bool {
    [
        "InvalidParameter",
        "MissingRequiredParameter",
        "MissingParameter",
        "InvalidFormat",
        "ValidationError",
        "ValidationException",
    ]
    .iter()
    .any(|refusal| code.starts_with(refusal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_request_is_blamed_for_is_not_worth_another_try() {
        for code in ["InvalidParameterValueException", "InvalidParameterValue", "InvalidParameterException"] {
            assert!(is_refusal(code), "{code}");
        }
        for code in ["ThrottlingException", "AccessDenied", "InternalServiceFault", "ResourceNotFoundException"] {
            assert!(!is_refusal(code), "{code}");
        }
    }
}
