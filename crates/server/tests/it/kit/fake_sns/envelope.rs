//! One message of SNS: first its members, then signed and ready to post, then perhaps tampered with.

use serde_json::{Map, Value};
use server::clock::iso8601;

use super::Signer;

/// The members in the order in which SNS signs them, after its developer guide: written out here so that a mistake in
/// `domain::sns_message` cannot hide itself.
const SIGNED_NOTIFICATION: &[&str] = &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const SIGNED_CONFIRMATION: &[&str] =
    &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

/// A message before it is signed.
#[derive(Clone)]
pub struct SnsEnvelope {
    members: Map<String, Value>,
    signer: &'static Signer,
}

impl SnsEnvelope {
    pub(super) fn new(signer: &'static Signer, now_ms: i64) -> Self {
        let envelope = Self { members: Map::new(), signer };
        envelope.with("Timestamp", &iso8601(now_ms)).with("SignatureVersion", "2")
    }

    pub fn with(mut self, member: &str, value: &str) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    pub fn without(mut self, member: &str) -> Self {
        self.members.remove(member);
        self
    }

    pub fn member(&self, name: &str) -> &str {
        self.members.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Signs what is there and adds the headers that SNS sends.
    pub fn signed(mut self) -> SnsPost {
        let signed = match self.member("Type") {
            "Notification" => SIGNED_NOTIFICATION,
            _ => SIGNED_CONFIRMATION,
        };
        let lines: String = signed
            .iter()
            .filter_map(|name| Some(format!("{name}\n{}\n", self.members.get(*name)?.as_str()?)))
            .collect();
        let signature = match self.member("SignatureVersion") {
            "1" => self.signer.sha1(&lines),
            _ => self.signer.sha256(&lines),
        };
        self.members.insert("Signature".to_owned(), signature.into());
        let headers = [
            ("x-amz-sns-message-type", "Type"),
            ("x-amz-sns-message-id", "MessageId"),
            ("x-amz-sns-topic-arn", "TopicArn"),
        ];
        SnsPost {
            headers: headers.map(|(header, name)| (header.to_owned(), self.member(name).to_owned())).to_vec(),
            body: Value::Object(self.members).to_string(),
        }
    }
}

/// A signed message on its way to `POST /sns`.
#[derive(Clone)]
pub struct SnsPost {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl SnsPost {
    /// Changes a member after it was signed.
    pub fn tampered(mut self, member: &str, value: &str) -> Self {
        let mut body: Value = serde_json::from_str(&self.body).unwrap();
        body[member] = value.into();
        self.body = body.to_string();
        self
    }

    /// Sends another header than the body says, or with `None` no such header.
    pub fn header(mut self, name: &str, value: Option<&str>) -> Self {
        self.headers.retain(|(header, _)| header != name);
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        self
    }
}
