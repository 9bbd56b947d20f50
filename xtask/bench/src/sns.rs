//! Notifications as Amazon SNS posts them: a CloudWatch alarm in the SNS envelope, signed with version 2 of its signature by a
//! key of this run's own. Used by the measurements; everything is signed before a clock starts. Nothing here is shared
//! with Bellhop's own reading of SNS: a mistake in one must not be repeated in the other.

use anyhow::anyhow;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use uuid::Uuid;

use crate::http;

/// How SNS writes a time: `2026-11-22T10:15:30.123Z`.
const SNS_TIME: &[BorrowedFormatItem] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
/// How CloudWatch writes `StateChangeTime`: `2026-11-22T10:15:30.123+0000`.
const CLOUDWATCH_TIME: &[BorrowedFormatItem] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]+0000");

/// What every mark begins with. Letters and digits only, so that no rendering escapes or breaks it.
const MARK_PREFIX: &str = "benchmark";
const MARK_DIGITS: usize = 12;

/// The word in an alarm's name by which its message is recognised in the chat.
pub fn mark(number: u32) -> String {
    format!("{MARK_PREFIX}{number:0MARK_DIGITS$}")
}

/// The first mark in what was posted to the chat.
pub fn find_mark(post: &[u8]) -> Option<String> {
    let length = MARK_PREFIX.len() + MARK_DIGITS;
    post.windows(length)
        .find(|window| {
            window.strip_prefix(MARK_PREFIX.as_bytes()).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
        })
        .map(|window| String::from_utf8_lossy(window).into_owned())
}

/// The key of this run and where its certificate is served.
pub struct Signer {
    key: rsa::KeyPair,
    certificate_pem: String,
    /// The id in the certificate's file name; Amazon's is hexadecimal.
    certificate_id: String,
}

impl Signer {
    /// A fresh RSA-2048 key, as Amazon SNS uses, with a self-signed certificate.
    pub fn generate() -> anyhow::Result<Self> {
        let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)?;
        let certificate =
            rcgen::CertificateParams::new(["sns.us-east-1.amazonaws.com".to_owned()])?.self_signed(&key)?;
        Ok(Self {
            key: rsa::KeyPair::from_pkcs8(&key.serialize_der()).map_err(|error| anyhow!("the new key: {error}"))?,
            certificate_pem: certificate.pem(),
            certificate_id: Uuid::new_v4().simple().to_string(),
        })
    }

    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The path of the certificate on the host that serves it, in the form of Amazon's.
    pub fn certificate_path(&self) -> String {
        format!("/SimpleNotificationService-{}.pem", self.certificate_id)
    }

    fn signature(&self, string_to_sign: &str) -> anyhow::Result<String> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), string_to_sign.as_bytes(), &mut signature)
            .map_err(|error| anyhow!("cannot sign: {error}"))?;
        Ok(STANDARD.encode(signature))
    }
}

/// One notification before it is signed.
pub struct Notification {
    message_id: String,
    topic_arn: String,
    subject: String,
    message: String,
    timestamp: String,
}

impl Notification {
    /// An alarm as CloudWatch sends it to its alarm action.
    /// Source: observed shape; the fields are those of the metric alarm's notification in the CloudWatch user guide.
    pub fn alarm(topic_arn: &str, mark: &str, now: OffsetDateTime) -> anyhow::Result<Self> {
        let name = format!("checkout-latency-p99-{mark}");
        let threshold = "Threshold Crossed: 1 out of the last 1 datapoints [1243.7 (22/11/26 10:14:00)] was greater than \
                         the threshold (800.0) (minimum 1 datapoint for OK -> ALARM transition).";
        let message = json!({
            "AlarmName": name,
            "AlarmDescription": "The slowest hundredth of checkouts takes longer than 800 ms; runbook: checkout/latency",
            "AWSAccountId": "123456789012",
            "AlarmConfigurationUpdatedTimestamp": "2026-10-02T08:11:45.310+0000",
            "NewStateValue": "ALARM",
            "NewStateReason": threshold,
            "StateChangeTime": now.format(CLOUDWATCH_TIME)?,
            "Region": "US East (N. Virginia)",
            "AlarmArn": format!("arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"),
            "OldStateValue": "OK",
            "OKActions": [topic_arn],
            "AlarmActions": [topic_arn],
            "InsufficientDataActions": [],
            "Trigger": {
                "MetricName": "TargetResponseTime",
                "Namespace": "AWS/ApplicationELB",
                "StatisticType": "ExtendedStatistic",
                "ExtendedStatistic": "p99",
                "Unit": null,
                "Dimensions": [
                    { "value": "app/checkout/50dc6c495c0c9188", "name": "LoadBalancer" },
                    { "value": "targetgroup/checkout/943f017f100becff", "name": "TargetGroup" },
                ],
                "Period": 60,
                "EvaluationPeriods": 1,
                "DatapointsToAlarm": 1,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": 800.0,
                "TreatMissingData": "missing",
                "EvaluateLowSampleCountPercentile": "",
            },
        });
        Ok(Self {
            message_id: Uuid::new_v4().to_string(),
            topic_arn: topic_arn.to_owned(),
            subject: format!("ALARM: \"{name}\" in US East (N. Virginia)"),
            message: message.to_string(),
            timestamp: now.format(SNS_TIME)?,
        })
    }

    /// <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html>
    fn string_to_sign(&self) -> String {
        format!(
            "Message\n{}\nMessageId\n{}\nSubject\n{}\nTimestamp\n{}\nTopicArn\n{}\nType\nNotification\n",
            self.message, self.message_id, self.subject, self.timestamp, self.topic_arn
        )
    }

    fn envelope(&self, signer: &Signer, certificate_host: &str) -> anyhow::Result<String> {
        let subscription = self.subscription_arn();
        let envelope = json!({
            "Type": "Notification",
            "MessageId": self.message_id,
            "TopicArn": self.topic_arn,
            "Subject": self.subject,
            "Message": self.message,
            "Timestamp": self.timestamp,
            "SignatureVersion": "2",
            "Signature": signer.signature(&self.string_to_sign())?,
            "SigningCertURL": format!("http://{certificate_host}{}", signer.certificate_path()),
            "UnsubscribeURL":
                format!("https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription}"),
        });
        Ok(serde_json::to_string_pretty(&envelope)?)
    }

    fn subscription_arn(&self) -> String {
        format!("{}:6b2f1a4e-51c3-4d0a-9f0e-0c5a2f6f7d11", self.topic_arn)
    }

    /// The whole request, signed.
    pub fn request(&self, signer: &Signer, certificate_host: &str, host: &str) -> anyhow::Result<Vec<u8>> {
        let headers = [
            ("x-amz-sns-message-type", "Notification"),
            ("x-amz-sns-message-id", self.message_id.as_str()),
            ("x-amz-sns-topic-arn", self.topic_arn.as_str()),
            ("x-amz-sns-subscription-arn", &self.subscription_arn()),
            ("content-type", "text/plain; charset=UTF-8"),
            ("host", host),
            ("user-agent", "Amazon Simple Notification Service Agent"),
        ];
        Ok(http::prepare("POST", "/sns", &headers, self.envelope(signer, certificate_host)?.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::Value;
    use time::macros::datetime;

    use super::*;

    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:bench";

    fn envelope_of(request: &[u8]) -> Value {
        let body = request.windows(4).position(|w| w == b"\r\n\r\n").expect("a head") + 4;
        serde_json::from_slice(&request[body..]).expect("the body is JSON")
    }

    /// Rebuilt from what is on the wire, member by member, as the developer guide says; not by `string_to_sign`.
    fn lines_of(envelope: &Value) -> String {
        ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
            .map(|name| format!("{name}\n{}\n", envelope[name].as_str().expect("a string")))
            .concat()
    }

    #[test]
    fn a_notification_on_the_wire_verifies_and_a_changed_one_does_not() {
        let signer = Signer::generate().expect("a key");
        let now = datetime!(2026-11-22 10:15:30.123 UTC);
        let notification = Notification::alarm(TOPIC, &mark(7), now).expect("an alarm");
        let request = notification.request(&signer, "127.0.0.1:9", "127.0.0.1:8").expect("a request");
        let mut envelope = envelope_of(&request);

        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, signer.key.public_key().as_ref());
        let signature = STANDARD.decode(envelope["Signature"].as_str().expect("a string")).expect("base64");
        key.verify(lines_of(&envelope).as_bytes(), &signature).expect("the signature matches");

        envelope["Message"] = "another message".into();
        assert!(key.verify(lines_of(&envelope).as_bytes(), &signature).is_err());
    }

    #[test]
    fn the_headers_repeat_the_envelope() {
        let signer = Signer::generate().expect("a key");
        let notification =
            Notification::alarm(TOPIC, &mark(7), datetime!(2026-11-22 10:15:30.123 UTC)).expect("an alarm");
        let request = notification.request(&signer, "127.0.0.1:9", "127.0.0.1:8").expect("a request");
        let envelope = envelope_of(&request);
        let text = String::from_utf8(request).expect("text");
        for (header, member) in [
            ("x-amz-sns-message-id", "MessageId"),
            ("x-amz-sns-topic-arn", "TopicArn"),
            ("x-amz-sns-message-type", "Type"),
        ] {
            let value = envelope[member].as_str().expect("a string");
            assert!(text.contains(&format!("\r\n{header}: {value}\r\n")), "{header} is not {value}");
        }
        assert_eq!(envelope["Timestamp"], "2026-11-22T10:15:30.123Z");
        let url = envelope["SigningCertURL"].as_str().expect("a string");
        assert_eq!(url, format!("http://127.0.0.1:9{}", signer.certificate_path()));
    }

    #[test]
    fn the_certificate_carries_the_key_that_signs() {
        let signer = Signer::generate().expect("a key");
        let pem: String = signer.certificate_pem().lines().filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(pem).expect("base64");
        let key = signer.key.public_key().as_ref();
        assert!(der.windows(key.len()).any(|window| window == key));
    }

    #[test]
    fn a_mark_is_found_in_rendered_text() {
        let post = format!("{{\"text\":\"*ALARM*: a benchmark of checkout-{} &amp; more\"}}", mark(1042));
        assert_eq!(find_mark(post.as_bytes()), Some(mark(1042)));
        assert_eq!(find_mark(b"benchmark12"), None);
        assert_eq!(find_mark(b""), None);
    }
}
