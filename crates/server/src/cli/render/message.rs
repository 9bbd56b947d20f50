//! A message of a file, whatever form it was saved in: what `render`, `rules test` and `templates` are tried on.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use domain::notification::{AccountNames, Incoming};
use domain::sns_message::TopicArn;
use serde_json::Value;

/// An envelope may escape each byte of its message, and has more beside it.
const FILE_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// Where a message comes from that does not say so.
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alerts";

/// One SNS message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    topic_arn: String,
    subject: Option<String>,
    text: String,
    timestamp: String,
}

impl Message {
    /// Reads a file, or standard input for `-`.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let shown = file.display();
        let mut bytes = Vec::new();
        let limit = FILE_BYTES_MAX + 1;
        if file.as_os_str() == "-" {
            std::io::stdin().lock().take(limit).read_to_end(&mut bytes).context("cannot read standard input")?;
        } else {
            let file = std::fs::File::open(file).with_context(|| format!("cannot read `{shown}`"))?;
            file.take(limit).read_to_end(&mut bytes).with_context(|| format!("cannot read `{shown}`"))?;
        }
        if bytes.len() as u64 > FILE_BYTES_MAX {
            bail!("`{shown}` is larger than {FILE_BYTES_MAX} bytes: Amazon SNS would not carry it");
        }
        Ok(Self::of(&String::from_utf8_lossy(&bytes)))
    }

    /// An envelope is opened; anything else is the message itself, sent when it says it happened.
    pub fn of(text: &str) -> Self {
        let json: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
        let member = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        // AWS's own pages show some messages in their envelopes as JSON, not as the text that is sent.
        let within = |message: &Value| (message.is_object() || message.is_array()).then(|| message.to_string());
        let message = member("Message").or_else(|| json.get("Message").and_then(within));
        match (member("Type").as_deref(), message) {
            (Some("Notification"), Some(message)) => Self {
                topic_arn: member("TopicArn").unwrap_or_else(|| TOPIC.to_owned()),
                subject: member("Subject"),
                text: message,
                timestamp: member("Timestamp").unwrap_or_default(),
            },
            _ => Self {
                topic_arn: TOPIC.to_owned(),
                subject: None,
                text: text.to_owned(),
                timestamp: member("time").or_else(|| member("StateChangeTime")).unwrap_or_default(),
            },
        }
    }

    /// With what the command line says in place of the envelope.
    pub fn with(mut self, subject: Option<String>, topic: Option<String>) -> anyhow::Result<Self> {
        if let Some(topic) = topic {
            TopicArn::parse(&topic).with_context(|| format!("`{topic}` is not the ARN of a topic, like {TOPIC}"))?;
            self.topic_arn = topic;
        }
        self.subject = subject.or(self.subject);
        Ok(self)
    }

    pub fn incoming<'a>(&'a self, account_names: &'a AccountNames) -> Incoming<'a> {
        Incoming {
            topic_arn: &self.topic_arn,
            subject: self.subject.as_deref(),
            message: &self.text,
            timestamp: &self.timestamp,
            account_names,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_are_opened_and_all_else_is_the_message() {
        let envelope = r#"{"Type":"Notification","TopicArn":"arn:aws:sns:eu-west-1:1:t","Subject":"s","Message":"{\"a\":1}","Timestamp":"2026-11-22T18:20:17.012Z"}"#;
        let message = Message::of(envelope);
        assert_eq!((message.text.as_str(), message.subject.as_deref()), (r#"{"a":1}"#, Some("s")));
        assert_eq!(message.topic_arn, "arn:aws:sns:eu-west-1:1:t");
        let documented = Message::of(r#"{"Type":"Notification","Message":{"a":1}}"#);
        assert_eq!((documented.text.as_str(), documented.topic_arn.as_str()), (r#"{"a":1}"#, TOPIC));
        let event = Message::of(r#"{"source":"aws.ec2","time":"2026-11-22T18:20:17Z"}"#);
        assert_eq!((event.timestamp.as_str(), event.topic_arn.as_str()), ("2026-11-22T18:20:17Z", TOPIC));
        let subscription = r#"{"Type":"SubscriptionConfirmation","Message":"x"}"#;
        assert_eq!(Message::of(subscription).text, subscription);
        assert_eq!(Message::of("hello\n").text, "hello\n");
        assert!(Message::of("x").with(None, Some("topic".to_owned())).is_err());
    }
}
