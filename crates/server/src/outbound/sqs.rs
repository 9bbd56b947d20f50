//! Amazon SQS through AWS's own SDK: long polls, deletions, and for how long a message is hidden.
//!
//! `app/ingest` calls it. It does not retry a poll, since polling is a loop, and never deletes what it was not told to.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{DisplayErrorContext, SdkError};
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
    MessageSystemAttributeName as Attribute,
};
use tokio::sync::OnceCell;
use url::Url;

/// Messages of one call, all calls alike.
/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>.
const BATCH_MAX: usize = 10;
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// How a queue is asked.
#[derive(Debug, Clone)]
pub struct SqsQueueAddress {
    pub queue_url: Url,
    pub region: String,
    /// AWS's standard environment unless set.
    pub credentials: Option<Credentials>,
    /// The environment sends requests elsewhere than to the host of the URL.
    pub endpoint_is_overridden: bool,
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
    client: OnceCell<Client>,
}

impl SqsQueue {
    pub fn new(address: SqsQueueAddress) -> Self {
        Self { address, client: OnceCell::new() }
    }

    pub fn url(&self) -> &str {
        self.address.queue_url.as_str()
    }

    /// One long poll: up to ten messages, or none when nothing came in time. It may be dropped at any time; a message that
    /// SQS was just handing out then is seen again when its visibility timeout is over.
    pub async fn receive(&self) -> Result<Vec<Received>, SqsError> {
        let visibility_timeout = self.address.visibility_timeout_seconds;
        let call = self
            .client()
            .await
            .receive_message()
            .queue_url(self.url())
            .max_number_of_messages(i32::try_from(BATCH_MAX).unwrap_or(1))
            .wait_time_seconds(i32::from(self.address.wait_seconds))
            .set_visibility_timeout(visibility_timeout.and_then(|seconds| i32::try_from(seconds).ok()))
            .message_system_attribute_names(Attribute::SentTimestamp)
            .message_system_attribute_names(Attribute::ApproximateReceiveCount)
            .message_system_attribute_names(Attribute::AwsTraceHeader);
        let wait = Duration::from_secs(u64::from(self.address.wait_seconds));
        let answer = bounded(wait.saturating_add(CALL_TIMEOUT), call.send()).await?;
        Ok(answer.messages.unwrap_or_default().into_iter().filter_map(received).collect())
    }

    /// Deletes messages by their receipt handles.
    pub async fn delete(&self, receipt_handles: &[&str]) -> Result<(), SqsError> {
        for handles in receipt_handles.chunks(BATCH_MAX) {
            let entry = |(index, handle): (usize, &&str)| {
                DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(*handle).build()
            };
            let entries = handles.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>();
            let entries = entries.map_err(|error| SqsError(error.to_string()))?;
            let call = self.client().await.delete_message_batch().queue_url(self.url()).set_entries(Some(entries));
            all_of(handles.len(), bounded(CALL_TIMEOUT, call.send()).await?.failed())?;
        }
        Ok(())
    }

    /// Hides messages for so many seconds from now; 0 shows them at once.
    pub async fn change_visibility(&self, hidden: &[(&str, u32)]) -> Result<(), SqsError> {
        for some in hidden.chunks(BATCH_MAX) {
            let entry = |(index, (handle, seconds)): (usize, &(&str, u32))| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(index.to_string())
                    .receipt_handle(*handle)
                    .visibility_timeout(i32::try_from(*seconds).unwrap_or(i32::MAX))
                    .build()
            };
            let entries = some.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>();
            let entries = entries.map_err(|error| SqsError(error.to_string()))?;
            let client = self.client().await;
            let call = client.change_message_visibility_batch().queue_url(self.url()).set_entries(Some(entries));
            all_of(some.len(), bounded(CALL_TIMEOUT, call.send()).await?.failed())?;
        }
        Ok(())
    }

    async fn client(&self) -> &Client {
        self.client.get_or_init(|| self.connect()).await
    }

    async fn connect(&self) -> Client {
        let address = &self.address;
        // With the region said, the SDK asks no metadata service for it.
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(address.region.clone()));
        if let Some(credentials) = &address.credentials {
            loader = loader.credentials_provider(credentials.clone());
        }
        let mut config = aws_sdk_sqs::config::Builder::from(&loader.load().await).retry_config(RetryConfig::disabled());
        if let Some(endpoint) = endpoint(&address.queue_url).filter(|_| !address.endpoint_is_overridden) {
            config = config.endpoint_url(endpoint);
        }
        Client::from_conf(config.build())
    }
}

/// Where a queue's requests go: to the host that its URL names, which is how VPC endpoints and emulators are reached. The
/// oldest URLs (`REGION.queue.amazonaws.com`) name hosts that are no endpoints any more: there the SDK knows better.
fn endpoint(queue_url: &Url) -> Option<String> {
    let host = queue_url.host_str()?;
    let outdated = host == "queue.amazonaws.com" || host.ends_with(".queue.amazonaws.com");
    (!outdated).then(|| queue_url.origin().ascii_serialization())
}

/// `None`: nothing that could be deleted later.
fn received(message: Message) -> Option<Received> {
    let attribute = |name| message.attributes.as_ref()?.get(&name).cloned();
    Some(Received {
        sent_at_ms: attribute(Attribute::SentTimestamp).and_then(|text| text.parse().ok()),
        receive_count: attribute(Attribute::ApproximateReceiveCount).and_then(|text| text.parse().ok()).unwrap_or(1),
        trace_header: attribute(Attribute::AwsTraceHeader),
        message_id: message.message_id?,
        receipt_handle: message.receipt_handle?,
        body: message.body.unwrap_or_default(),
    })
}

/// A batch succeeds as a call when all of its entries failed.
fn all_of(count: usize, failed: &[BatchResultErrorEntry]) -> Result<(), SqsError> {
    let Some(first) = failed.first() else {
        return Ok(());
    };
    let (failed, message) = (failed.len(), first.message().unwrap_or_default());
    Err(SqsError(format!("{failed} of {count} messages: {} {message}", first.code())))
}

async fn bounded<T, E>(timeout: Duration, call: impl Future<Output = Result<T, SdkError<E>>>) -> Result<T, SqsError>
where
    E: std::error::Error + 'static,
{
    match tokio::time::timeout(timeout, call).await {
        Err(_) => Err(SqsError("SQS did not answer in time".to_owned())),
        Ok(answer) => answer.map_err(|error| SqsError(DisplayErrorContext(error).to_string())),
    }
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
