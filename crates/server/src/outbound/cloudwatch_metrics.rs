//! Amazon CloudWatch as the reader of a channel may read it: `GetMetricWidgetImage` and `GetMetricData`, in the alarm's
//! region, with the configuration's own role (AWS STS `AssumeRole`). `app::pictures` calls it and sets the time that it has.
//!
//! The credentials that assume roles are the server's own, of AWS's standard environment. What a role may not see is not
//! drawn: a channel never shows more than its role could read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{IdentityCache, ProvideCredentials as _};
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy, StandardUnit};
use domain::notification::picture::{MetricData, MetricGraph, MetricLine, MetricQuery, Queried, Size};
use moka::future::Cache;
use tokio::sync::OnceCell;

use super::cloudwatch::sentence;

/// Clients that are kept, each with its role's credentials: for so many roles and regions at one time.
const CLIENTS_MAX: u64 = 256;
/// A role that draws nothing for so long is forgotten.
const CLIENT_IDLE: Duration = Duration::from_hours(1);
/// Credentials are renewed so long before they end.
const RENEW_BEFORE: Duration = Duration::from_mins(5);
/// A machine outside AWS has nobody who answers for its credentials.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(5);
/// What the role's owner finds in CloudTrail.
const SESSION_NAME: &str = "bellhop-pictures";
/// Answers of one graph that are read: a month of one metric is one page.
const PAGES_MAX: usize = 4;
/// In one answer, of all metrics together; the API would allow 100,800.
const DATAPOINTS_MAX: i32 = 10_000;
/// Larger than any picture of the size that is asked for.
const IMAGE_BYTES_MAX: usize = 1024 * 1024;
const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Why CloudWatch gave nothing: a sentence for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoMetrics(pub String);

/// Reads metrics with the roles of configurations.
pub struct CloudWatchMetrics {
    config: OnceCell<SdkConfig>,
    /// They were there once: what comes of them later, a call tells.
    had_credentials: AtomicBool,
    /// By role and region.
    clients: Cache<(String, String), Client>,
}

impl Default for CloudWatchMetrics {
    fn default() -> Self {
        let clients = Cache::builder().max_capacity(CLIENTS_MAX).time_to_idle(CLIENT_IDLE).build();
        Self { config: OnceCell::new(), had_credentials: AtomicBool::new(false), clients }
    }
}

impl CloudWatchMetrics {
    /// Whether AWS's standard environment has credentials at this moment.
    pub async fn has_credentials(&self) -> bool {
        if self.had_credentials.load(Ordering::Relaxed) {
            return true;
        }
        let found = async {
            let provider = self.config().await.credentials_provider()?;
            provider.provide_credentials().await.ok()
        };
        let found = tokio::time::timeout(CREDENTIALS_TIMEOUT, found).await.is_ok_and(|found| found.is_some());
        self.had_credentials.store(found, Ordering::Relaxed);
        found
    }

    /// The graph as CloudWatch itself draws it: a PNG.
    pub async fn widget_image(&self, role_arn: &str, graph: &MetricGraph, size: Size) -> Result<Vec<u8>, NoMetrics> {
        let graph = in_its_account(graph, role_arn);
        let client = self.client(role_arn, &graph.region).await;
        let call = client.get_metric_widget_image().metric_widget(graph.widget(size)).output_format("png");
        let answer = Box::pin(call.send()).await.map_err(|error| NoMetrics(sentence(&error)))?;
        let image =
            answer.metric_widget_image.map(aws_sdk_cloudwatch::primitives::Blob::into_inner).unwrap_or_default();
        if !image.starts_with(PNG_SIGNATURE) || image.len() > IMAGE_BYTES_MAX {
            return Err(NoMetrics("`GetMetricWidgetImage` answered no picture".to_owned()));
        }
        Ok(image)
    }

    /// The graph's numbers.
    pub async fn data(&self, role_arn: &str, graph: &MetricGraph) -> Result<MetricData, NoMetrics> {
        let graph = in_its_account(graph, role_arn);
        let queries = graph.queries.iter().map(query).collect();
        let (start, end) = graph.span();
        let client = self.client(role_arn, &graph.region).await;
        let call = client
            .get_metric_data()
            .set_metric_data_queries(Some(queries))
            .start_time(DateTime::from_secs(start))
            .end_time(DateTime::from_secs(end))
            .scan_by(ScanBy::TimestampAscending)
            .max_datapoints(DATAPOINTS_MAX);
        let mut data = MetricData::default();
        let mut next_token = None;
        for _ in 0..PAGES_MAX {
            let page = Box::pin(call.clone().set_next_token(next_token.take()).send()).await;
            let mut page = page.map_err(|error| NoMetrics(sentence(&error)))?;
            next_token = page.next_token.take();
            append(&mut data, page);
            if next_token.is_none() {
                break;
            }
        }
        for line in &mut data.lines {
            line.points.sort_by_key(|(at, _)| *at);
        }
        Ok(data)
    }

    async fn config(&self) -> &SdkConfig {
        self.config.get_or_init(async || aws_config::defaults(BehaviorVersion::latest()).load().await).await
    }

    async fn client(&self, role_arn: &str, region: &str) -> Client {
        let key = (role_arn.to_owned(), region.to_owned());
        let client = async {
            let config = self.config().await;
            let region = Region::new(region.to_owned());
            // STS of the same region: that of another partition knows nothing of the role.
            let role = AssumeRoleProvider::builder(role_arn)
                .session_name(SESSION_NAME)
                .region(region.clone())
                .configure(config)
                .build()
                .await;
            let of_role = aws_sdk_cloudwatch::config::Builder::from(config)
                .region(region)
                .credentials_provider(role)
                .identity_cache(IdentityCache::lazy().buffer_time(RENEW_BEFORE).build());
            Client::from_conf(of_role.build())
        };
        self.clients.get_with(key, Box::pin(client)).await
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

fn query(query: &MetricQuery) -> MetricDataQuery {
    let built = MetricDataQuery::builder().id(&query.id).label(&query.label).return_data(query.is_shown);
    match &query.of {
        Queried::Expression(expression) => built.expression(expression).build(),
        Queried::Metric { namespace, name, dimensions, statistic, period_seconds, unit, account } => {
            let dimensions =
                dimensions.iter().map(|(name, value)| Dimension::builder().name(name).value(value).build());
            let metric =
                Metric::builder().namespace(namespace).metric_name(name).set_dimensions(Some(dimensions.collect()));
            let stat = MetricStat::builder()
                .metric(metric.build())
                .period(i32::try_from(*period_seconds).unwrap_or(i32::MAX))
                .stat(statistic)
                .set_unit(unit.as_deref().map(StandardUnit::from))
                .build();
            built.metric_stat(stat).set_account_id(account.clone()).build()
        }
    }
}

/// Lines go on over pages: by their place among those of one id (a band has two).
fn append(data: &mut MetricData, page: GetMetricDataOutput) {
    let mut seen: Vec<String> = Vec::new();
    for result in page.metric_data_results.unwrap_or_default() {
        let (id, label) = (result.id.unwrap_or_default(), result.label.unwrap_or_default());
        let place = seen.iter().filter(|earlier| **earlier == id).count();
        let times = result.timestamps.unwrap_or_default();
        let points = times.iter().map(DateTime::secs).zip(result.values.unwrap_or_default());
        match data.lines.iter_mut().filter(|line| line.id == id).nth(place) {
            Some(line) => line.points.extend(points),
            None => data.lines.push(MetricLine { id: id.clone(), label, points: points.collect() }),
        }
        seen.push(id);
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::MetricDataResult;

    use super::*;

    fn page(results: &[(&str, i64, f64)]) -> GetMetricDataOutput {
        let result = |(id, at, value): &(&str, i64, f64)| {
            let result = MetricDataResult::builder().id(*id).timestamps(DateTime::from_secs(*at));
            result.values(*value).build()
        };
        GetMetricDataOutput::builder().set_metric_data_results(Some(results.iter().map(result).collect())).build()
    }

    #[test]
    fn lines_go_on_over_pages_and_a_band_stays_two() {
        let mut data = MetricData::default();
        append(&mut data, page(&[("m1", 60, 1.0), ("ad1", 60, 2.0), ("ad1", 60, 3.0)]));
        append(&mut data, page(&[("m1", 120, 4.0), ("ad1", 120, 5.0), ("ad1", 120, 6.0)]));
        let lines: Vec<_> = data.lines.iter().map(|line| (line.id.as_str(), line.points.as_slice())).collect();
        let expected: [(&str, &[(i64, f64)]); 3] =
            [("m1", &[(60, 1.0), (120, 4.0)]), ("ad1", &[(60, 2.0), (120, 5.0)]), ("ad1", &[(60, 3.0), (120, 6.0)])];
        assert_eq!(lines, expected);
    }
}
