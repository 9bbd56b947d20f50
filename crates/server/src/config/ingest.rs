//! `[[ingest.sqs]]`: the queues that are polled beside `POST /sns`.

use std::collections::BTreeSet;

use aws_credential_types::Credentials;
use domain::sns_message::TopicArn;
use serde::{Deserialize, Deserializer};
use url::Url;

/// `WaitTimeSeconds`: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>.
/// Zero would be a short poll, which is a hot loop and a bill.
const WAIT_SECONDS: std::ops::RangeInclusive<u16> = 1..=20;
/// Twelve hours is the limit of Amazon SQS. Less than a commit may take would give every message out twice.
const VISIBILITY_TIMEOUT_SECONDS: std::ops::RangeInclusive<u32> = 10..=43_200;
/// Each holds a connection and up to ten messages.
const POLLERS: std::ops::RangeInclusive<u16> = 1..=64;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IngestSettings {
    pub sqs: Vec<SqsQueueSettings>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqsQueueSettings {
    /// `https://sqs.eu-central-1.amazonaws.com/123456789012/bellhop`, as Amazon SQS names the queue.
    pub queue_url: Url,
    /// The topic of raw messages, which do not name theirs. An envelope must name the same one.
    #[serde(default, deserialize_with = "topic_arn")]
    pub topic_arn: Option<TopicArn>,
    /// The queue's region, where its URL does not say it.
    #[serde(default)]
    pub region: Option<String>,
    /// How long a poll waits for a message to come.
    #[serde(default = "default_wait_seconds")]
    pub wait_seconds: u16,
    /// How long a message that was received is hidden from others: the queue's own time unless set.
    #[serde(default)]
    pub visibility_timeout_seconds: Option<u32>,
    /// Polls of this queue at the same time, by one node.
    #[serde(default = "default_pollers")]
    pub pollers: u16,
    #[serde(default)]
    pub trust: QueueTrust,
    /// What signs the requests instead of AWS's standard environment. Nothing in a file sets it.
    #[serde(skip)]
    pub credentials: Option<Credentials>,
}

/// Why a message of a queue is believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueueTrust {
    /// The queue's policy says who may send to it: what is in it may be believed.
    #[default]
    Queue,
    /// The signature of Amazon SNS, as over HTTP. Raw messages have none.
    Signature,
}

impl SqsQueueSettings {
    /// The region that requests are signed for.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref().or_else(|| region_of(self.queue_url.host_str()?))
    }

    fn problem(&self) -> Option<String> {
        let wrong = |what: &str| Some(format!("of `{}` {what}", self.queue_url));
        if !matches!(self.queue_url.scheme(), "http" | "https") {
            return wrong("must be a http or https URL");
        }
        if !self.queue_url.username().is_empty() || self.queue_url.path().len() <= 1 {
            return wrong("must end with the account and the name of the queue, like `/123456789012/bellhop`");
        }
        match self.region() {
            None => return wrong("does not name its region: say it with `region`"),
            Some(region) if !is_region(region) => return wrong("must have a `region` like `eu-central-1`"),
            Some(_) => {}
        }
        if !WAIT_SECONDS.contains(&self.wait_seconds) {
            return wrong("must have `wait_seconds` between 1 and 20");
        }
        if self.visibility_timeout_seconds.is_some_and(|seconds| !VISIBILITY_TIMEOUT_SECONDS.contains(&seconds)) {
            return wrong("must have `visibility_timeout_seconds` between 10 and 43200");
        }
        if !POLLERS.contains(&self.pollers) {
            return wrong("must have `pollers` between 1 and 64");
        }
        None
    }
}

impl IngestSettings {
    /// What a type alone cannot say.
    pub(super) fn problem(&self) -> Option<String> {
        let mut seen = BTreeSet::new();
        self.sqs.iter().find_map(|queue| {
            let twice = || Some(format!("names `{}` twice: `pollers` polls a queue more often", queue.queue_url));
            queue.problem().or_else(|| if seen.insert(queue.queue_url.as_str()) { None } else { twice() })
        })
    }
}

fn default_wait_seconds() -> u16 {
    20
}

fn default_pollers() -> u16 {
    1
}

fn topic_arn<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TopicArn>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = || serde::de::Error::custom(format!("`{text}` is not the arn of an Amazon SNS topic"));
    TopicArn::parse(&text).map(Some).ok_or_else(wrong)
}

/// `sqs.REGION.amazonaws.com` and its kind (FIPS, dual stack, VPC endpoints, emulators), and `REGION.queue.amazonaws.com`.
/// Source: <https://docs.aws.amazon.com/general/latest/gr/sqs-service.html>.
fn region_of(host: &str) -> Option<&str> {
    let labels: Vec<&str> = host.split('.').collect();
    let region = labels.windows(2).find_map(|pair| match pair {
        ["sqs" | "sqs-fips", region] | [region, "queue"] if is_region(region) => Some(*region),
        _ => None,
    });
    // The oldest form of all.
    region.or((host == "queue.amazonaws.com").then_some("us-east-1"))
}

/// `eu-central-1`, `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    (2..=4).contains(&words.len()) && words.iter().all(word) && matches!(number.as_bytes(), [b'0'..=b'9'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queues_url_names_its_region() {
        for (host, region) in [
            ("sqs.eu-central-1.amazonaws.com", Some("eu-central-1")),
            ("sqs.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("sqs-fips.us-gov-west-1.amazonaws.com", Some("us-gov-west-1")),
            ("sqs.eu-west-1.api.aws", Some("eu-west-1")),
            ("vpce-0123-abc.sqs.us-east-2.vpce.amazonaws.com", Some("us-east-2")),
            ("ap-south-1.queue.amazonaws.com", Some("ap-south-1")),
            ("queue.amazonaws.com", Some("us-east-1")),
            ("sqs.us-east-1.localhost.localstack.cloud", Some("us-east-1")),
            ("localhost", None),
            ("sqs.example.com", None),
            ("eu-west-1.example.com", None),
        ] {
            assert_eq!(region_of(host), region, "{host}");
        }
    }
}
