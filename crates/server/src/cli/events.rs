//! `bellhop events send`: what Amazon SNS would send, to the local twin, signed with its development key.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use domain::sns_message::{MESSAGE_BYTES_MAX, SnsMessage, TopicArn};
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::say;
use crate::clock::{Clock as _, SystemClock, iso8601};
use crate::development_key::{CERTIFICATE_PATH, DevelopmentKey};
use crate::outbound::http::{self, HttpClient};

const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, Subcommand)]
pub enum Events {
    /// Publish a message to a topic, as `aws sns publish` would.
    Send(Send),
}

#[derive(Debug, Args)]
pub struct Send {
    /// ARN of the topic that the message comes from.
    #[arg(long)]
    topic: String,
    /// The message: a file, or `-` for standard input.
    #[arg(required_unless_present = "sample", conflicts_with = "sample")]
    file: Option<PathBuf>,
    /// A ready message instead of a file.
    #[arg(long, value_enum)]
    sample: Option<Sample>,
    /// SNS's `Subject`.
    #[arg(long)]
    subject: Option<String>,
    /// Where the local twin listens.
    #[arg(long, default_value = "http://127.0.0.1:4750")]
    endpoint: Url,
    /// Its data directory: the development key is there.
    #[arg(long, default_value = "./bellhop-data")]
    data_dir: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sample {
    /// A CloudWatch metric alarm that went to ALARM.
    CloudwatchAlarm,
    /// The same alarm, back to OK.
    CloudwatchOk,
    /// A custom notification with next steps and keywords.
    Custom,
    /// The first message of a thread of custom notifications; send it again for a reply.
    CustomThread,
    /// An EventBridge event: an EC2 instance stopped.
    Eventbridge,
    /// Plain text.
    Text,
}

impl Sample {
    fn message(self) -> &'static str {
        match self {
            Self::CloudwatchAlarm => include_str!("../../assets/samples/cloudwatch-alarm.json"),
            Self::CloudwatchOk => include_str!("../../assets/samples/cloudwatch-ok.json"),
            Self::Custom => include_str!("../../assets/samples/custom.json"),
            Self::CustomThread => include_str!("../../assets/samples/custom-thread.json"),
            Self::Eventbridge => include_str!("../../assets/samples/eventbridge.json"),
            Self::Text => include_str!("../../assets/samples/text.txt"),
        }
    }
}

impl Events {
    pub async fn run(self) -> anyhow::Result<()> {
        let Self::Send(send) = self;
        send.run().await
    }
}

impl Send {
    async fn run(self) -> anyhow::Result<()> {
        let topic = TopicArn::parse(&self.topic).with_context(|| {
            format!("`{}` is not the ARN of a topic, like arn:aws:sns:us-east-1:123456789012:alarms", self.topic)
        })?;
        let message = self.message(&topic)?;
        let envelope = self.envelope(&topic, &message)?;
        let message_id = envelope.pointer("/MessageId").and_then(serde_json::Value::as_str).unwrap_or_default();
        let url = self.endpoint.join("/sns")?;
        let response = HttpClient::new(TIMEOUT)?
            .request(reqwest::Method::POST, url)
            .header("content-type", "text/plain; charset=UTF-8")
            .header("x-amz-sns-message-type", "Notification")
            .header("x-amz-sns-message-id", message_id)
            .header("x-amz-sns-topic-arn", topic.as_str())
            .body(envelope.to_string())
            .send()
            .await
            .with_context(|| format!("nothing answers at {}; start it with `bellhop dev`", self.endpoint))?;
        let status = response.status();
        let answer = http::body(response, 4096).await.unwrap_or_default();
        if !status.is_success() {
            bail!("not accepted (HTTP {}): {}", status.as_u16(), String::from_utf8_lossy(&answer).trim());
        }
        say(&format!("accepted as {message_id}; see it at {}", self.endpoint.join("/sandbox")?));
        Ok(())
    }

    fn message(&self, topic: &TopicArn) -> anyhow::Result<String> {
        let message = match (&self.sample, &self.file) {
            (Some(sample), _) => {
                let account_id = topic.as_str().split(':').nth(4).unwrap_or_default();
                sample
                    .message()
                    .replace("{{now}}", &iso8601(SystemClock.now_ms()))
                    .replace("{{region}}", topic.region())
                    .replace("{{account}}", account_id)
            }
            (None, Some(file)) if file.as_os_str() == "-" => {
                let mut text = String::new();
                let limit = u64::try_from(MESSAGE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
                std::io::stdin().take(limit).read_to_string(&mut text).context("cannot read standard input as text")?;
                text
            }
            (None, Some(file)) => {
                std::fs::read_to_string(file).with_context(|| format!("cannot read `{}` as text", file.display()))?
            }
            (None, None) => bail!("name a file or a --sample"),
        };
        if message.len() > MESSAGE_BYTES_MAX {
            bail!("the message is larger than Amazon SNS allows ({MESSAGE_BYTES_MAX} bytes)");
        }
        Ok(message)
    }

    /// The JSON that SNS posts, signed.
    fn envelope(&self, topic: &TopicArn, message: &str) -> anyhow::Result<serde_json::Value> {
        if !self.data_dir.is_dir() {
            bail!(
                "there is no `{}`: name the data directory of `bellhop dev` with --data-dir",
                self.data_dir.display()
            );
        }
        let key = DevelopmentKey::open_or_create(&self.data_dir)?;
        let mut envelope = json!({
            "Type": "Notification",
            "MessageId": Uuid::new_v4().to_string(),
            "TopicArn": topic.as_str(),
            "Message": message,
            "Timestamp": iso8601(SystemClock.now_ms()),
            "SignatureVersion": "2",
            "Signature": "",
            "SigningCertURL": self.endpoint.join(CERTIFICATE_PATH)?.as_str(),
        });
        if let (Some(subject), Some(members)) = (&self.subject, envelope.as_object_mut()) {
            members.insert("Subject".to_owned(), subject.as_str().into());
        }
        let parsed = SnsMessage::parse(envelope.to_string().as_bytes())?;
        let signature = key.sign(&parsed.string_to_sign())?;
        if let Some(members) = envelope.as_object_mut() {
            members.insert("Signature".to_owned(), signature.into());
        }
        Ok(envelope)
    }
}
