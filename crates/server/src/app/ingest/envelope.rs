//! The envelope of a message that came without one. The outbox keeps envelopes; this is the one place that makes some.

use domain::sns_message::TopicArn;
use serde_json::json;

use crate::clock::iso8601;

/// As SNS would write it, had it delivered the text in one. The signature's members are empty: no certificate has such a
/// URL, so this is never mistaken for a message that SNS signed.
pub(super) fn of_raw(topic_arn: &TopicArn, message_id: &str, text: &str, sent_at_ms: i64) -> String {
    let envelope = json!({
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": topic_arn.as_str(),
        "Message": text,
        "Timestamp": iso8601(sent_at_ms),
        "SignatureVersion": "1",
        "Signature": "",
        "SigningCertURL": "",
    });
    envelope.to_string()
}

#[cfg(test)]
mod tests {
    use domain::sns_message::{SnsMessage, certificate_url};

    use super::*;

    #[test]
    fn it_is_read_like_any_other_and_never_verified() {
        let topic_arn = TopicArn::parse("arn:aws:sns:eu-west-1:123456789012:alarms").unwrap();
        let text = "{\"quoted\": \"\u{1}\n\"}";
        let body = of_raw(&topic_arn, "m-1", text, 1_795_348_800_000);
        let message = SnsMessage::parse(body.as_bytes()).unwrap();
        assert_eq!((message.message.as_str(), message.message_id.as_str()), (text, "m-1"));
        assert_eq!((message.topic_arn.as_str(), message.subject), (topic_arn.as_str(), None));
        assert_eq!(message.timestamp, "2026-11-22T12:00:00Z");
        assert!(certificate_url(&message.signing_cert_url, &topic_arn, &Vec::new()).is_err());
    }
}
