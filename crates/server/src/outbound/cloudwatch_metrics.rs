//! Amazon CloudWatch as the reader of a channel may read it: `GetMetricWidgetImage` and `GetMetricData`, in the alarm's
//! region, with the configuration's own role (AWS STS `AssumeRole`). `app::pictures` calls it and sets the time that it has.
//!
//! The credentials that assume roles are the server's own, of AWS's standard environment. What a role may not see is not
//! drawn: a channel never shows more than its role could read.

#![expect(clippy::indexing_slicing, reason = "members of JSON objects that are made here")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::notification::picture::{MetricData, MetricGraph, MetricLine, MetricQuery, Queried, Size};
use moka::future::Cache;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::aws::sts::{AssumeRole, Sts};
use super::aws::{AwsClient, AwsError, CommandCredentials, Limits, OwnClient, call_of};
use crate::clock::SharedClock;

/// Credentials that are kept: of so many roles and regions at one time.
const ROLES_MAX: u64 = 256;
/// A role that draws nothing for so long is forgotten.
const ROLE_IDLE: Duration = Duration::from_hours(1);
/// Credentials are renewed so long before they end.
const RENEW_BEFORE_MS: i64 = 5 * 60 * 1000;
/// A machine outside AWS has nobody who answers for its credentials.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(5);
/// What the role's owner finds in CloudTrail.
const SESSION_NAME: &str = "bellhop-pictures";
/// Answers of one graph that are read: a month of one metric is one page.
const PAGES_MAX: usize = 4;
/// In one answer, of all metrics together; the API would allow 100,800.
const DATAPOINTS_MAX: u32 = 10_000;
/// Larger than any picture of the size that is asked for.
const IMAGE_BYTES_MAX: usize = 1024 * 1024;
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Why CloudWatch gave nothing: a sentence for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoMetrics(pub String);

/// Reads metrics with the roles of configurations.
pub struct CloudWatchMetrics {
    own: OwnClient,
    aws: AwsClient,
    sts: Sts,
    clock: SharedClock,
    /// They were there once: what comes of them later, a call tells.
    had_credentials: AtomicBool,
    /// By role and region.
    roles: Cache<(String, String), CommandCredentials>,
}

impl CloudWatchMetrics {
    pub fn new(own: OwnClient, aws: AwsClient, sts: Sts, clock: SharedClock) -> Self {
        let roles = Cache::builder().max_capacity(ROLES_MAX).time_to_idle(ROLE_IDLE).build();
        Self { own, aws, sts, clock, had_credentials: AtomicBool::new(false), roles }
    }

    /// Whether AWS's standard environment has credentials at this moment.
    pub async fn has_credentials(&self) -> bool {
        if self.had_credentials.load(Ordering::Relaxed) {
            return true;
        }
        let found = tokio::time::timeout(CREDENTIALS_TIMEOUT, self.own.has_credentials()).await.unwrap_or(false);
        self.had_credentials.store(found, Ordering::Relaxed);
        found
    }

    /// The graph as CloudWatch itself draws it: a PNG.
    pub async fn widget_image(&self, role_arn: &str, graph: &MetricGraph, size: Size) -> Result<Vec<u8>, NoMetrics> {
        let graph = in_its_account(graph, role_arn);
        let input = json!({ "MetricWidget": graph.widget(size), "OutputFormat": "png" });
        let answer = self.call(role_arn, &graph.region, "GetMetricWidgetImage", input).await?;
        let image = answer.get("MetricWidgetImage").and_then(Value::as_str).unwrap_or_default();
        let image = STANDARD.decode(image).unwrap_or_default();
        if !image.starts_with(PNG_SIGNATURE) || image.len() > IMAGE_BYTES_MAX {
            return Err(NoMetrics("`GetMetricWidgetImage` answered no picture".to_owned()));
        }
        Ok(image)
    }

    /// The graph's numbers.
    pub async fn data(&self, role_arn: &str, graph: &MetricGraph) -> Result<MetricData, NoMetrics> {
        let graph = in_its_account(graph, role_arn);
        let queries: Vec<Value> = graph.queries.iter().map(query).collect();
        let (start, end) = graph.span();
        let mut input = json!({
            "MetricDataQueries": queries,
            "StartTime": start,
            "EndTime": end,
            "ScanBy": "TimestampAscending",
            "MaxDatapoints": DATAPOINTS_MAX,
        });
        let mut data = MetricData::default();
        for _ in 0..PAGES_MAX {
            let page = self.call(role_arn, &graph.region, "GetMetricData", input.clone()).await?;
            append(&mut data, &page);
            match page.get("NextToken").and_then(Value::as_str) {
                Some(token) => input["NextToken"] = token.into(),
                None => break,
            }
        }
        for line in &mut data.lines {
            line.points.sort_by_key(|(at, _)| *at);
        }
        Ok(data)
    }

    async fn call(
        &self,
        role_arn: &str,
        region: &str,
        operation: &str,
        input: Value,
    ) -> Result<Map<String, Value>, NoMetrics> {
        let call = call_of("cloudwatch", operation, input)?;
        let credentials = self.role(role_arn, region).await.map_err(|error| NoMetrics(error.to_string()))?;
        Ok(self.aws.call(&call, &credentials, region, &Limits::default()).await?)
    }

    /// Those that are kept, or new ones: asked for once by all who wait for them.
    async fn role(&self, role_arn: &str, region: &str) -> Result<CommandCredentials, Arc<AwsError>> {
        let key = (role_arn.to_owned(), region.to_owned());
        if let Some(kept) = self.roles.get(&key).await
            && kept.expires_at_ms().saturating_sub(self.clock.now_ms()) <= RENEW_BEFORE_MS
        {
            self.roles.invalidate(&key).await;
        }
        let asked = AssumeRole {
            role_arn: role_arn.to_owned(),
            // That of another partition knows nothing of the role.
            region: region.to_owned(),
            session_name: SESSION_NAME.to_owned(),
            source_identity: None,
            policy_arns: Vec::new(),
            policy: None,
            tags: Vec::new(),
            duration: None,
        };
        self.roles.try_get_with(key, Box::pin(self.sts.assume_role(&asked))).await
    }
}

impl From<AwsError> for NoMetrics {
    fn from(error: AwsError) -> Self {
        Self(error.to_string())
    }
}

/// An alarm of another account than the role's is drawn from that account's metrics, if the role's account monitors it; never
/// from metrics of the same name.
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html> (`AccountId`).
fn in_its_account(graph: &MetricGraph, role_arn: &str) -> MetricGraph {
    let mut graph = graph.clone();
    let of_role = role_arn.split(':').nth(4);
    let Some(of_alarm) = graph.account.clone().filter(|account| Some(account.as_str()) != of_role) else {
        return graph;
    };
    for query in &mut graph.queries {
        if let Queried::Metric { account, .. } = &mut query.of {
            account.get_or_insert_with(|| of_alarm.clone());
        }
    }
    graph
}

fn query(query: &MetricQuery) -> Value {
    let mut asked = json!({ "Id": query.id, "Label": query.label, "ReturnData": query.is_shown });
    match &query.of {
        Queried::Expression(expression) => asked["Expression"] = expression.as_str().into(),
        Queried::Metric { namespace, name, dimensions, statistic, period_seconds, unit, account } => {
            let dimensions: Vec<Value> =
                dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
            let metric = json!({ "Namespace": namespace, "MetricName": name, "Dimensions": dimensions });
            asked["MetricStat"] = json!({ "Metric": metric, "Period": period_seconds, "Stat": statistic });
            if let Some(unit) = unit {
                asked["MetricStat"]["Unit"] = unit.as_str().into();
            }
            if let Some(account) = account {
                asked["AccountId"] = account.as_str().into();
            }
        }
    }
    asked
}

/// Lines go on over pages: by their place among those of one id (a band has two).
fn append(data: &mut MetricData, page: &Map<String, Value>) {
    let mut seen: Vec<&str> = Vec::new();
    for result in page.get("MetricDataResults").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| result.get(name).and_then(Value::as_str).unwrap_or_default();
        let list = |name: &str| result.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let id = text("Id");
        let place = seen.iter().filter(|earlier| **earlier == id).count();
        let points = list("Timestamps").iter().zip(list("Values"));
        let points = points.filter_map(|(at, value)| Some((seconds(at)?, value.as_f64()?)));
        if let Some(line) = data.lines.iter_mut().filter(|line| line.id == id).nth(place) {
            line.points.extend(points);
        } else {
            let (id, label) = (id.to_owned(), text("Label").to_owned());
            data.lines.push(MetricLine { id, label, points: points.collect() });
        }
        seen.push(id);
    }
}

fn seconds(at: &Value) -> Option<i64> {
    Some(OffsetDateTime::parse(at.as_str()?, &Rfc3339).ok()?.unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(results: &[(&str, &str, f64)]) -> Map<String, Value> {
        let result = |(id, at, value): &(&str, &str, f64)| json!({ "Id": id, "Timestamps": [at], "Values": [value] });
        let results: Vec<Value> = results.iter().map(result).collect();
        Map::from_iter([("MetricDataResults".to_owned(), Value::Array(results))])
    }

    #[test]
    fn lines_go_on_over_pages_and_a_band_stays_two() {
        let mut data = MetricData::default();
        let (first, second) = ("1970-01-01T00:01:00+00:00", "1970-01-01T00:02:00+00:00");
        append(&mut data, &page(&[("m1", first, 1.0), ("ad1", first, 2.0), ("ad1", first, 3.0)]));
        append(&mut data, &page(&[("m1", second, 4.0), ("ad1", second, 5.0), ("ad1", second, 6.0)]));
        let lines: Vec<_> = data.lines.iter().map(|line| (line.id.as_str(), line.points.as_slice())).collect();
        let expected: [(&str, &[(i64, f64)]); 3] =
            [("m1", &[(60, 1.0), (120, 4.0)]), ("ad1", &[(60, 2.0), (120, 5.0)]), ("ad1", &[(60, 3.0), (120, 6.0)])];
        assert_eq!(lines, expected);
    }
}
