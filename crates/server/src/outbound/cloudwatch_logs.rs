//! Amazon CloudWatch Logs: lines into a configuration's log group, made when it is missing.
//! `app::events` calls it.

use serde_json::{Map, Value, json};

use super::aws::{AwsError, OwnClient};
use super::cloudwatch::{CloudWatchError, called, told};

/// The limits of one call. Source:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>.
const BATCH_LINES_MAX: usize = 10_000;
const BATCH_BYTES_MAX: usize = 1_048_576;
/// What CloudWatch adds to the text of each line when it weighs a batch.
const LINE_OVERHEAD_BYTES: usize = 26;
const BATCH_SPAN_MS: i64 = 24 * 60 * 60 * 1000;

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub at_ms: i64,
    pub text: String,
}

/// Where lines go: a group for each configuration's name, a stream for each account that has one of that name.
#[derive(Debug, Clone, Copy)]
pub struct LogStream<'a> {
    pub configuration_name: &'a str,
    pub account_id: &'a str,
}

pub struct CloudWatchLogs {
    aws: OwnClient,
    region: Option<String>,
    group_prefix: String,
    retention_days: Option<u16>,
}

impl CloudWatchLogs {
    pub fn new(aws: OwnClient, region: Option<String>, group_prefix: String, retention_days: Option<u16>) -> Self {
        Self { aws, region, group_prefix, retention_days }
    }

    /// Sends one batch of [`batches`]. Answers how many lines CloudWatch took no more: they were too old.
    pub async fn put(&self, stream: LogStream<'_>, lines: &[LogLine]) -> Result<u64, CloudWatchError> {
        if let Some(rejected) = self.put_once(stream, lines).await? {
            return Ok(rejected);
        }
        self.make(stream).await?;
        let missing = || CloudWatchError::Away("the log group that was just made is not there".to_owned());
        self.put_once(stream, lines).await?.ok_or_else(missing)
    }

    /// `None`: there is no such group or stream.
    async fn put_once(&self, stream: LogStream<'_>, lines: &[LogLine]) -> Result<Option<u64>, CloudWatchError> {
        let events: Vec<Value> =
            lines.iter().map(|line| json!({ "timestamp": line.at_ms, "message": line.text })).collect();
        let input = json!({
            "logGroupName": self.group(stream), "logStreamName": stream.account_id, "logEvents": events,
        });
        match self.call("PutLogEvents", input).await {
            Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
            answer => answer.map(|answer| Some(rejected(&answer, lines.len()))).map_err(|error| told(&error)),
        }
    }

    /// Makes the group and the stream. The retention of a group that was there before stays what its owner made it.
    async fn make(&self, stream: LogStream<'_>) -> Result<(), CloudWatchError> {
        let group = self.group(stream);
        if self.made("CreateLogGroup", json!({ "logGroupName": group })).await?
            && let Some(days) = self.retention_days
        {
            let retention = json!({ "logGroupName": group, "retentionInDays": days });
            self.call("PutRetentionPolicy", retention).await.map_err(|error| told(&error))?;
        }
        let stream = json!({ "logGroupName": group, "logStreamName": stream.account_id });
        self.made("CreateLogStream", stream).await.map(|_| ())
    }

    /// `false`: it was there.
    async fn made(&self, operation: &str, input: Value) -> Result<bool, CloudWatchError> {
        match self.call(operation, input).await {
            Err(error) if error.code() == Some("ResourceAlreadyExistsException") => Ok(false),
            answer => answer.map(|_| true).map_err(|error| told(&error)),
        }
    }

    fn group(&self, stream: LogStream<'_>) -> String {
        format!("{}{}", self.group_prefix, stream.configuration_name)
    }

    async fn call(&self, operation: &str, input: Value) -> Result<Map<String, Value>, AwsError> {
        called(&self.aws, self.region.as_deref(), "logs", operation, input).await
    }
}

/// Lines in order of time, cut into what one call may carry. No line may be longer than a batch.
pub fn batches(mut lines: Vec<LogLine>) -> Vec<Vec<LogLine>> {
    // A clock may have been set back in between.
    lines.sort_by_key(|line| line.at_ms);
    let mut batches: Vec<Vec<LogLine>> = Vec::new();
    let mut bytes = 0;
    for line in lines {
        let weight = line.text.len().saturating_add(LINE_OVERHEAD_BYTES);
        let joins = batches.last().is_some_and(|batch| {
            let began_ms = batch.first().map_or(line.at_ms, |first| first.at_ms);
            batch.len() < BATCH_LINES_MAX
                && weight.saturating_add(bytes) <= BATCH_BYTES_MAX
                && line.at_ms.saturating_sub(began_ms) < BATCH_SPAN_MS
        });
        if let Some(batch) = batches.last_mut().filter(|_| joins) {
            bytes += weight;
            batch.push(line);
        } else {
            bytes = weight;
            batches.push(vec![line]);
        }
    }
    batches
}

/// Lines before an "end index" and from a "start index" on were not taken.
fn rejected(answer: &Map<String, Value>, lines: usize) -> u64 {
    let Some(info) = answer.get("rejectedLogEventsInfo") else {
        return 0;
    };
    let index = |name: &str| {
        let index = info.get(name).and_then(Value::as_i64);
        index.map(|index| usize::try_from(index).unwrap_or(0).min(lines))
    };
    let old = |name| index(name).unwrap_or(0);
    let too_old = old("tooOldLogEventEndIndex").max(old("expiredLogEventEndIndex"));
    let too_new = index("tooNewLogEventStartIndex").map_or(0, |from| lines - from);
    u64::try_from(too_old.saturating_add(too_new).min(lines)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at_ms: i64, bytes: usize) -> LogLine {
        LogLine { at_ms, text: "x".repeat(bytes) }
    }

    fn shape(lines: Vec<LogLine>) -> Vec<Vec<i64>> {
        batches(lines).iter().map(|batch| batch.iter().map(|line| line.at_ms).collect()).collect()
    }

    #[test]
    fn a_batch_is_in_order_of_time_and_spans_less_than_a_day() {
        let day = BATCH_SPAN_MS;
        assert_eq!(shape(vec![line(3, 1), line(1, 1), line(2, 1)]), [vec![1, 2, 3]]);
        assert_eq!(shape(vec![line(1, 1), line(day, 1), line(day + 1, 1)]), [vec![1, day], vec![day + 1]]);
        assert!(shape(Vec::new()).is_empty());
    }

    #[test]
    fn a_batch_weighs_no_more_than_a_call_may() {
        let half = BATCH_BYTES_MAX / 2 - LINE_OVERHEAD_BYTES;
        assert_eq!(shape(vec![line(1, half), line(2, half), line(3, 1)]), [vec![1, 2], vec![3]]);
        assert_eq!(shape(vec![line(1, half), line(2, half + 1)]), [vec![1], vec![2]]);
        let counts: Vec<_> = batches(vec![line(1, 0); 25_000]).iter().map(Vec::len).collect();
        assert_eq!(counts, [10_000, 10_000, 5_000]);
    }

    #[test]
    fn lines_that_were_not_taken_are_counted() {
        let rejected = |info: Value| rejected(&Map::from_iter([("rejectedLogEventsInfo".to_owned(), info)]), 10);
        assert_eq!(rejected(json!({ "tooOldLogEventEndIndex": 3 })), 3);
        assert_eq!(rejected(json!({ "expiredLogEventEndIndex": 2, "tooNewLogEventStartIndex": 9 })), 3);
        assert_eq!(rejected(json!({})), 0);
        assert_eq!(super::rejected(&Map::new(), 10), 0);
    }
}
