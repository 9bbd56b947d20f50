//! Amazon CloudWatch through AWS's own SDK: `PutMetricData`. `app::events` calls it.
//!
//! A call whose answer was lost is made again, so an event may be counted twice; none is counted before it happened.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::error::ProvideErrorMetadata;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit, StatisticSet};
use tokio::sync::OnceCell;

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
    region: Option<String>,
    namespace: String,
    client: OnceCell<Client>,
}

impl CloudWatch {
    pub fn new(region: Option<String>, namespace: String) -> Self {
        Self { region, namespace, client: OnceCell::new() }
    }

    /// `PutMetricData` with at most [`METRICS_PER_CALL`] of them.
    pub async fn put(&self, counts: &[MetricCount]) -> Result<(), CloudWatchError> {
        let call = self
            .client()
            .await
            .put_metric_data()
            .namespace(&self.namespace)
            .set_metric_data(Some(counts.iter().map(datum).collect()));
        match bounded(Box::pin(call.send())).await {
            Err(CloudWatchError::Refused(error)) if self.namespace.starts_with("AWS/") => {
                Err(CloudWatchError::Refused(format!(
                    "{error}; namespaces that begin with `AWS/` are AWS's own: name another in cloudwatch.metrics.namespace"
                )))
            }
            answer => answer.map(|_| ()),
        }
    }

    async fn client(&self) -> &Client {
        self.client
            .get_or_init(async || {
                let mut config = aws_config::defaults(BehaviorVersion::latest());
                if let Some(region) = &self.region {
                    config = config.region(Region::new(region.clone()));
                }
                Client::new(&config.load().await)
            })
            .await
    }
}

/// Each event is a value of 1, so the sum is how many there were; AWS Chatbot's metrics are counts too.
#[expect(
    clippy::cast_precision_loss,
    reason = "nobody sees so many events in a minute that a double cannot count them"
)]
fn datum(count: &MetricCount) -> MetricDatum {
    let events = count.events as f64;
    let statistics = StatisticSet::builder().sample_count(events).sum(events).minimum(1.0).maximum(1.0).build();
    MetricDatum::builder()
        .metric_name(count.metric_name)
        .dimensions(Dimension::builder().name(DIMENSION).value(&count.configuration_name).build())
        .timestamp(DateTime::from_millis(count.minute_ms))
        .statistic_values(statistics)
        .unit(StandardUnit::Count)
        .build()
}

/// An SDK's call with its retries, ended after [`CALL_TIMEOUT`].
pub(super) async fn bounded<T, E>(call: impl Future<Output = Result<T, E>>) -> Result<T, CloudWatchError>
where
    E: std::error::Error + ProvideErrorMetadata,
{
    match tokio::time::timeout(CALL_TIMEOUT, call).await {
        Err(_) => Err(CloudWatchError::Away("CloudWatch did not answer in time".to_owned())),
        Ok(answer) => answer.map_err(|error| {
            let refused = error.code().is_some_and(is_refusal);
            let said = sentence(&error);
            if refused { CloudWatchError::Refused(said) } else { CloudWatchError::Away(said) }
        }),
    }
}

/// What the service said, or what kept the call from it; not the SDK's whole inside.
pub(super) fn sentence<E: std::error::Error + ProvideErrorMetadata>(error: &E) -> String {
    if let (Some(code), Some(message)) = (error.code(), error.message()) {
        return format!("{code}: {message}");
    }
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    said
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
