//! Amazon SQS: long polls, deletions, and for how long a message is hidden.
//!
//! `app/ingest` calls it. It does not retry a poll, since polling is a loop, and never deletes what it was not told to.

#![expect(clippy::indexing_slicing, reason = "members of JSON objects that are made here")]

use std::time::Duration;

use serde_json::{Map, Value, json};
use url::Url;

use super::aws::{Limits, OwnClient, call_of};

/// Messages of one call, all calls alike.
/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>.
const BATCH_MAX: usize = 10;
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Ten messages of the most that a queue can be set to, each character written as `\u0000`.
/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>.
const ANSWER_BYTES_MAX: usize = 10 * 1024 * 1024 * 6 + 1024 * 1024;

const SENT_TIMESTAMP: &str = "SentTimestamp";
const RECEIVE_COUNT: &str = "ApproximateReceiveCount";
const TRACE_HEADER: &str = "AWSTraceHeader";

/// How a queue is asked.
#[derive(Debug, Clone)]
pub struct SqsQueueAddress {
    pub queue_url: Url,
    pub region: String,
    pub wait_seconds: u16,
    /// The queue's own unless set.
    pub visibility_timeout_seconds: Option<u32>,
}

/// One message, received and not yet deleted.
#[derive(Debug, Clone)]
pub struct Received {
    pub message_id: String,
    /// Of this receive: what deletes it or hides it.
    pub receipt_handle: String,
    pub body: String,
    /// When it was put into the queue.
    pub sent_at_ms: Option<i64>,
    /// This one included; about right, as SQS says.
    pub receive_count: u32,
    /// X-Ray's, where the sender traces.
    pub trace_header: Option<String>,
}

/// A call that did not succeed, in a sentence for the log.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct SqsError(pub String);

pub struct SqsQueue {
    address: SqsQueueAddress,
    aws: OwnClient,
}

impl SqsQueue {
    pub fn new(address: SqsQueueAddress, aws: OwnClient) -> Self {
        Self { address, aws }
    }

    pub fn url(&self) -> &str {
        self.address.queue_url.as_str()
    }

    /// One long poll: up to ten messages, or none when nothing came in time. It may be dropped at any time; a message that
    /// SQS was just handing out then is seen again when its visibility timeout is over.
    pub async fn receive(&self) -> Result<Vec<Received>, SqsError> {
        let mut asked = json!({
            "MaxNumberOfMessages": BATCH_MAX,
            "WaitTimeSeconds": self.address.wait_seconds,
            "MessageSystemAttributeNames": [SENT_TIMESTAMP, RECEIVE_COUNT, TRACE_HEADER],
        });
        if let Some(seconds) = self.address.visibility_timeout_seconds {
            asked["VisibilityTimeout"] = seconds.into();
        }
        let wait = Duration::from_secs(u64::from(self.address.wait_seconds));
        let mut answer = self.call("ReceiveMessage", asked, wait.saturating_add(CALL_TIMEOUT)).await?;
        let Some(Value::Array(messages)) = answer.remove("Messages") else { return Ok(Vec::new()) };
        Ok(messages.iter().filter_map(received).collect())
    }

    /// Deletes messages by their receipt handles.
    pub async fn delete(&self, receipt_handles: &[&str]) -> Result<(), SqsError> {
        for handles in receipt_handles.chunks(BATCH_MAX) {
            let entries = handles.iter().enumerate();
            let entries = entries.map(|(index, handle)| json!({ "Id": index.to_string(), "ReceiptHandle": handle }));
            self.batch("DeleteMessageBatch", entries.collect()).await?;
        }
        Ok(())
    }

    /// Hides messages for so many seconds from now; 0 shows them at once.
    pub async fn change_visibility(&self, hidden: &[(&str, u32)]) -> Result<(), SqsError> {
        for some in hidden.chunks(BATCH_MAX) {
            let entries = some.iter().enumerate();
            let entries = entries.map(|(index, (handle, seconds))| {
                json!({ "Id": index.to_string(), "ReceiptHandle": handle, "VisibilityTimeout": seconds })
            });
            self.batch("ChangeMessageVisibilityBatch", entries.collect()).await?;
        }
        Ok(())
    }

    async fn batch(&self, operation: &str, entries: Vec<Value>) -> Result<(), SqsError> {
        let count = entries.len();
        let answer = self.call(operation, json!({ "Entries": entries }), CALL_TIMEOUT).await?;
        all_of(count, answer.get("Failed").and_then(Value::as_array).map_or(&[], Vec::as_slice))
    }

    /// Once: polling is a loop, and what was not deleted comes again.
    async fn call(&self, operation: &str, mut input: Value, timeout: Duration) -> Result<Map<String, Value>, SqsError> {
        input["QueueUrl"] = self.url().into();
        let call = call_of("sqs", operation, input).map_err(|error| SqsError(error.to_string()))?;
        let limits = Limits { answer_bytes_max: ANSWER_BYTES_MAX, ..Limits::default().once().within(timeout) };
        let endpoint = endpoint(&self.address.queue_url);
        let answer = self.aws.call_at(&call, &self.address.region, endpoint.as_deref(), &limits).await;
        answer.map_err(|error| SqsError(error.to_string()))
    }
}

/// Where a queue's requests go: to the host that its URL names, which is how VPC endpoints and emulators are reached. The
/// oldest URLs (`REGION.queue.amazonaws.com`) name hosts that are no endpoints any more: there AWS's rules know better.
fn endpoint(queue_url: &Url) -> Option<String> {
    let host = queue_url.host_str()?;
    let outdated = host == "queue.amazonaws.com" || host.ends_with(".queue.amazonaws.com");
    (!outdated).then(|| queue_url.origin().ascii_serialization())
}

/// `None`: nothing that could be deleted later.
fn received(message: &Value) -> Option<Received> {
    let attribute = |name: &str| message.get("Attributes")?.get(name)?.as_str();
    let text = |name: &str| message.get(name)?.as_str().map(str::to_owned);
    Some(Received {
        sent_at_ms: attribute(SENT_TIMESTAMP).and_then(|text| text.parse().ok()),
        receive_count: attribute(RECEIVE_COUNT).and_then(|text| text.parse().ok()).unwrap_or(1),
        trace_header: attribute(TRACE_HEADER).map(str::to_owned),
        message_id: text("MessageId")?,
        receipt_handle: text("ReceiptHandle")?,
        body: text("Body").unwrap_or_default(),
    })
}

/// A batch succeeds as a call when all of its entries failed.
fn all_of(count: usize, failed: &[Value]) -> Result<(), SqsError> {
    let Some(first) = failed.first() else {
        return Ok(());
    };
    let text = |name: &str| first.get(name).and_then(Value::as_str).unwrap_or_default();
    Err(SqsError(format!("{} of {count} messages: {} {}", failed.len(), text("Code"), text("Message"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_to_the_host_of_the_queues_url_unless_it_is_an_outdated_one() {
        for (url, expected) in [
            ("https://sqs.eu-west-1.amazonaws.com/123456789012/q", Some("https://sqs.eu-west-1.amazonaws.com")),
            ("http://localhost:4566/000000000000/q", Some("http://localhost:4566")),
            (
                "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/1/q",
                Some("https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com"),
            ),
            ("https://eu-west-1.queue.amazonaws.com/123456789012/q", None),
            ("https://queue.amazonaws.com/123456789012/q", None),
        ] {
            assert_eq!(endpoint(&Url::parse(url).unwrap()).as_deref(), expected, "{url}");
        }
    }
}
