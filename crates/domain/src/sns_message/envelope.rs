//! The JSON envelope that SNS posts to an HTTP(S) endpoint, parsed once and strictly.

use std::fmt;

use serde::Deserialize;

/// What SNS allows a message to weigh, payload only.
/// Source: <https://docs.aws.amazon.com/general/latest/gr/sns.html>.
pub const MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// A topic name has at most 256 characters, an account 12, a region about 20: this is generous.
const TOPIC_ARN_BYTES_MAX: usize = 512;
const MESSAGE_ID_BYTES_MAX: usize = 128;
/// SNS's own limit on a subject is 100 characters; an emulator may be laxer.
const SUBJECT_BYTES_MAX: usize = 4 * 1024;
const URL_BYTES_MAX: usize = 4 * 1024;
const TIMESTAMP_BYTES_MAX: usize = 64;
const TOKEN_BYTES_MAX: usize = 4 * 1024;
const SIGNATURE_BYTES_MAX: usize = 4 * 1024;

/// The three kinds of message that SNS posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    SubscriptionConfirmation,
    Notification,
    UnsubscribeConfirmation,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SubscriptionConfirmation => "SubscriptionConfirmation",
            Self::Notification => "Notification",
            Self::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::SubscriptionConfirmation, Self::Notification, Self::UnsubscribeConfirmation]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// `arn:PARTITION:sns:REGION:ACCOUNT:NAME`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopicArn {
    text: String,
    partition_end: usize,
    region: std::ops::Range<usize>,
}

impl TopicArn {
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > TOPIC_ARN_BYTES_MAX {
            return None;
        }
        let mut parts = text.split(':');
        let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
        let label = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let well_formed = arn == "arn"
            && service == "sns"
            && label(partition)
            && label(region)
            && account.len() == 12
            && account.bytes().all(|b| b.is_ascii_digit())
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            && parts.next().is_none();
        let region_start = "arn:".len() + partition.len() + ":sns:".len();
        well_formed.then(|| Self {
            text: text.to_owned(),
            partition_end: "arn:".len() + partition.len(),
            region: region_start..region_start + region.len(),
        })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn partition(&self) -> &str {
        self.text.get("arn:".len()..self.partition_end).unwrap_or_default()
    }

    pub fn region(&self) -> &str {
        self.text.get(self.region.clone()).unwrap_or_default()
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The headers that SNS sends beside the body. They are not signed, so they may only repeat what the body says.
#[derive(Debug, Clone, Copy, Default)]
pub struct SnsHeaders<'a> {
    /// `x-amz-sns-message-type`
    pub message_type: Option<&'a str>,
    /// `x-amz-sns-message-id`
    pub message_id: Option<&'a str>,
    /// `x-amz-sns-topic-arn`
    pub topic_arn: Option<&'a str>,
}

/// A message as it arrived: well formed, not yet believed.
#[derive(Debug, Clone)]
pub struct SnsMessage {
    pub kind: Kind,
    pub message_id: String,
    pub topic_arn: TopicArn,
    pub subject: Option<String>,
    pub message: String,
    /// ISO 8601, as sent: it is part of what is signed.
    pub timestamp: String,
    pub signature_version: SignatureVersion,
    pub signature: String,
    pub signing_cert_url: String,
    /// Confirmations only.
    pub subscribe_url: Option<String>,
    /// Confirmations only.
    pub token: Option<String>,
}

/// `1` is SHA-1 with RSA, `2` is SHA-256 with RSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureVersion {
    V1,
    V2,
}

/// Why a body is not an SNS message. Each sentence goes back to the sender with the 400 or 413.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the body is not an SNS message: {0}; post the JSON that Amazon SNS sends, with raw message delivery off")]
    NotAnEnvelope(String),
    #[error("`{member}` is missing or not of the right form")]
    Member { member: &'static str },
    #[error("`{member}` is longer than {max} bytes")]
    TooLong { member: &'static str, max: usize },
    #[error("the header `{header}` is missing")]
    HeaderMissing { header: &'static str },
    #[error("the header `{header}` says something else than the body")]
    HeaderDisagrees { header: &'static str },
    #[error("the message is {bytes} bytes; Amazon SNS allows {MESSAGE_BYTES_MAX}")]
    TooLarge { bytes: usize },
}

/// The members as they stand in the JSON. Unknown ones (`MessageAttributes`, `UnsubscribeURL`) are not signed and not used.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    r#type: String,
    message_id: String,
    topic_arn: String,
    subject: Option<String>,
    message: String,
    timestamp: String,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    token: Option<String>,
}

/// Says where, and which member is missing; never repeats what the sender wrote, since this is logged.
fn not_an_envelope(error: &serde_json::Error) -> Malformed {
    let text = error.to_string();
    let what = match text.split(" at line").next() {
        _ if !error.is_data() => "it is not JSON",
        Some(missing) if missing.starts_with("missing field") => missing,
        _ => "a member is of the wrong type",
    };
    Malformed::NotAnEnvelope(format!("{what} (line {}, column {})", error.line(), error.column()))
}

impl SnsMessage {
    /// Parses a body. Call [`SnsMessage::agrees_with`] before believing the headers.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let envelope: Envelope = serde_json::from_slice(body).map_err(|error| not_an_envelope(&error))?;
        let kind = Kind::parse(&envelope.r#type).ok_or(Malformed::Member { member: "Type" })?;
        let topic_arn = TopicArn::parse(&envelope.topic_arn).ok_or(Malformed::Member { member: "TopicArn" })?;
        let signature_version = match envelope.signature_version.as_str() {
            "1" => SignatureVersion::V1,
            "2" => SignatureVersion::V2,
            _ => {
                return Err(Malformed::Member { member: "SignatureVersion" });
            }
        };
        if envelope.message.len() > MESSAGE_BYTES_MAX {
            return Err(Malformed::TooLarge { bytes: envelope.message.len() });
        }
        if envelope.message_id.is_empty() || !envelope.message_id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Malformed::Member { member: "MessageId" });
        }
        if kind != Kind::Notification {
            let missing = |member| Malformed::Member { member };
            envelope.subscribe_url.as_ref().ok_or_else(|| missing("SubscribeURL"))?;
            envelope.token.as_ref().ok_or_else(|| missing("Token"))?;
        }
        let message = Self {
            kind,
            message_id: envelope.message_id,
            topic_arn,
            subject: envelope.subject,
            message: envelope.message,
            timestamp: envelope.timestamp,
            signature_version,
            signature: envelope.signature,
            signing_cert_url: envelope.signing_cert_url,
            subscribe_url: envelope.subscribe_url,
            token: envelope.token,
        };
        message.check_lengths()?;
        Ok(message)
    }

    /// SNS repeats type, id and topic in headers. The type must be there; whatever is there must agree.
    pub fn agrees_with(&self, headers: SnsHeaders<'_>) -> Result<(), Malformed> {
        let message_type = headers.message_type.ok_or(Malformed::HeaderMissing { header: "x-amz-sns-message-type" })?;
        let pairs = [
            ("x-amz-sns-message-type", Some(message_type), self.kind.as_str()),
            ("x-amz-sns-message-id", headers.message_id, self.message_id.as_str()),
            ("x-amz-sns-topic-arn", headers.topic_arn, self.topic_arn.as_str()),
        ];
        match pairs.into_iter().find(|(_, said, is)| said.is_some_and(|said| said != *is)) {
            Some((header, _, _)) => Err(Malformed::HeaderDisagrees { header }),
            None => Ok(()),
        }
    }

    fn check_lengths(&self) -> Result<(), Malformed> {
        let optional = |value: &Option<String>| value.as_ref().map_or(0, String::len);
        let lengths = [
            ("MessageId", self.message_id.len(), MESSAGE_ID_BYTES_MAX),
            ("Subject", optional(&self.subject), SUBJECT_BYTES_MAX),
            ("Timestamp", self.timestamp.len(), TIMESTAMP_BYTES_MAX),
            ("Signature", self.signature.len(), SIGNATURE_BYTES_MAX),
            ("SigningCertURL", self.signing_cert_url.len(), URL_BYTES_MAX),
            ("SubscribeURL", optional(&self.subscribe_url), URL_BYTES_MAX),
            ("Token", optional(&self.token), TOKEN_BYTES_MAX),
        ];
        match lengths.into_iter().find(|(_, length, max)| length > max) {
            Some((member, _, max)) => Err(Malformed::TooLong { member, max }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"Type":"Notification","MessageId":"m-1","TopicArn":"arn:aws:sns:eu-west-1:123456789012:alarms",
        "Message":"hello","Timestamp":"2026-11-22T18:20:16.623Z","SignatureVersion":"1","Signature":"c2ln",
        "SigningCertURL":"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem","MessageAttributes":{"a":{"Type":"String","Value":"b"}}}"#;

    #[test]
    fn a_notification_is_read() {
        let message = SnsMessage::parse(BODY.as_bytes()).unwrap();
        assert_eq!(message.kind, Kind::Notification);
        assert_eq!((message.topic_arn.partition(), message.topic_arn.region()), ("aws", "eu-west-1"));
        assert_eq!(message.subject, None);
    }

    #[test]
    fn headers_must_repeat_the_body() {
        let message = SnsMessage::parse(BODY.as_bytes()).unwrap();
        let agreeing = SnsHeaders { message_type: Some("Notification"), message_id: Some("m-1"), topic_arn: None };
        assert_eq!(message.agrees_with(agreeing), Ok(()));
        let lying = SnsHeaders { message_type: Some("SubscriptionConfirmation"), ..agreeing };
        assert_eq!(message.agrees_with(lying), Err(Malformed::HeaderDisagrees { header: "x-amz-sns-message-type" }));
        let other_topic = SnsHeaders { topic_arn: Some("arn:aws:sns:eu-west-1:123456789012:other"), ..agreeing };
        assert_eq!(message.agrees_with(other_topic), Err(Malformed::HeaderDisagrees { header: "x-amz-sns-topic-arn" }));
        assert_eq!(
            message.agrees_with(SnsHeaders::default()),
            Err(Malformed::HeaderMissing { header: "x-amz-sns-message-type" })
        );
    }

    #[test]
    fn a_member_of_the_wrong_form_is_named() {
        for (from, to, member) in [
            ("\"Type\":\"Notification\"", "\"Type\":\"Other\"", "Type"),
            ("arn:aws:sns:eu-west-1:123456789012:alarms", "arn:aws:sqs:eu-west-1:123456789012:alarms", "TopicArn"),
            ("arn:aws:sns:eu-west-1", "arn:aws:sns:evil.com/", "TopicArn"),
            ("\"SignatureVersion\":\"1\"", "\"SignatureVersion\":\"3\"", "SignatureVersion"),
            ("\"MessageId\":\"m-1\"", "\"MessageId\":\"\"", "MessageId"),
            ("\"Type\":\"Notification\"", "\"Type\":\"SubscriptionConfirmation\"", "SubscribeURL"),
        ] {
            let body = BODY.replace(from, to);
            assert_eq!(SnsMessage::parse(body.as_bytes()).unwrap_err(), Malformed::Member { member }, "{to}");
        }
    }

    #[test]
    fn the_largest_message_that_sns_sends_is_read_and_one_byte_more_is_not() {
        let largest = BODY.replace("hello", &"\\\"".repeat(MESSAGE_BYTES_MAX));
        assert_eq!(SnsMessage::parse(largest.as_bytes()).unwrap().message.len(), MESSAGE_BYTES_MAX);
        let larger = BODY.replace("hello", &"x".repeat(MESSAGE_BYTES_MAX + 1));
        assert_eq!(
            SnsMessage::parse(larger.as_bytes()).unwrap_err(),
            Malformed::TooLarge { bytes: MESSAGE_BYTES_MAX + 1 }
        );
    }
}
