//! How urgent a message is, and which others it repeats.
//!
//! The readers of `source` fill it in when a message is accepted; the store orders by the priority and compares keys. No card
//! is built here, and no key says that a message is worth nothing: what to do about likeness is the settings' choice.

use super::text::is_hazard;
use crate::delivery::Priority;

/// What the outbox needs to know of a message before anybody reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triage {
    pub priority: Priority,
    /// None for messages that are like no other.
    pub similarity: Option<Similarity>,
}

/// Of what a message speaks, and what it says of it. A message that says of a matter what was said of it last says it again;
/// an alarm that flaps says ALARM, OK, ALARM, and the last of these is news. Each at most [`SIMILARITY_KEY_BYTES_MAX`] long,
/// without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similarity {
    pub matter: String,
    pub says: String,
}

/// The longest key; a column and its index hold it. An alarm's ARN may have 300 characters and more.
pub const SIMILARITY_KEY_BYTES_MAX: usize = 256;

impl Triage {
    /// Neither urgent nor like another.
    pub(super) fn ordinary() -> Self {
        Self { priority: Priority::Notification, similarity: None }
    }

    /// A message that says something of a matter. What can be long or strange comes last.
    pub(super) fn alike(priority: Priority, matter: &[&str], says: &[&str]) -> Self {
        Self { priority, similarity: Some(Similarity { matter: key(matter), says: key(says) }) }
    }
}

/// The parts between bars; a key that is too long or holds what a database or a terminal may not ends with a digest of the
/// whole instead.
pub(super) fn key(parts: &[&str]) -> String {
    let whole = parts.join("|");
    if whole.len() <= SIMILARITY_KEY_BYTES_MAX && !whole.chars().any(is_unfit) {
        return whole;
    }
    let digest = format!("|{:032x}", fnv_1a(whole.as_bytes()));
    let near = whole.get(..whole.floor_char_boundary(SIMILARITY_KEY_BYTES_MAX)).unwrap_or_default();
    let clean: String = near.chars().filter(|c| !is_unfit(*c)).collect();
    let kept = clean.get(..clean.floor_char_boundary(SIMILARITY_KEY_BYTES_MAX - digest.len())).unwrap_or_default();
    format!("{kept}{digest}")
}

/// PostgreSQL takes no NUL in a text.
fn is_unfit(c: char) -> bool {
    is_hazard(c) || c.is_control()
}

/// FNV-1a of 128 bits: the same on every machine and in every version. It need not withstand anybody: who may publish to a
/// topic may as well repeat a key.
/// Source: RFC 9923, "The FNV Non-Cryptographic Hash Algorithm".
fn fnv_1a(bytes: &[u8]) -> u128 {
    const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(OFFSET_BASIS, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::super::{AccountNames, Incoming, triage};
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn of(message: &Value) -> Triage {
        of_text(&message.to_string())
    }

    fn of_text(message: &str) -> Triage {
        let topic_arn = "arn:aws:sns:eu-west-1:123456789012:t";
        triage(&Incoming { topic_arn, subject: None, message, timestamp: "", account_names: AccountNames::NONE })
    }

    fn alike(priority: Priority, matter: &str, says: &str) -> Triage {
        Triage { priority, similarity: Some(Similarity { matter: matter.to_owned(), says: says.to_owned() }) }
    }

    fn event(source: &str, detail_type: &str, detail: &Value) -> Value {
        json!({"source": source, "detail-type": detail_type, "account": "123456789012", "region": "eu-west-1", "detail": detail})
    }

    macro_rules! fixture {
        ($name:literal) => {
            include_str!(concat!("../../tests/fixtures/notification/", $name))
        };
    }

    #[test]
    fn an_alarm_is_urgent_and_has_one_key_by_both_ways() {
        let matter = "alarm|arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-db-cpu-high";
        assert_eq!(of_text(fixture!("cloudwatch_alarm/metric.json")), alike(Priority::Alarm, matter, "ALARM"));
        assert_eq!(of_text(fixture!("cloudwatch_alarm/by_eventbridge.json")), alike(Priority::Alarm, matter, "ALARM"));
    }

    #[test]
    fn an_alarms_end_is_as_urgent_as_its_beginning_and_another_matter() {
        let ok = of_text(fixture!("cloudwatch_alarm/ok.json"));
        assert_eq!(ok.priority, Priority::Alarm);
        let ok = ok.similarity.unwrap();
        assert!(ok.matter.starts_with("alarm|arn:aws-cn:cloudwatch:") && ok.says == "OK", "{ok:?}");
        let without_arn =
            json!({"AlarmName": "cpu", "NewStateValue": "OK", "Region": "EU (Ireland)", "AWSAccountId": "1"});
        assert_eq!(of(&without_arn), alike(Priority::Alarm, "alarm|EU (Ireland)|1|cpu", "OK"));
    }

    #[test]
    fn findings_are_urgent_by_their_severity_and_alike_until_it_changes() {
        let matter = "guardduty|16afba5c5c43e07c9e3e5e2e544e95df";
        assert_eq!(of_text(fixture!("guardduty/finding.json")), alike(Priority::Alarm, matter, "8"));
        let low = event("aws.guardduty", "GuardDuty Finding", &json!({"id": "f", "severity": 2, "updatedAt": "now"}));
        assert_eq!(of(&low), alike(Priority::Notification, "guardduty|f", "2"));
        let medium = event("aws.guardduty", "GuardDuty Finding", &json!({"id": "f", "severity": 6.9}));
        assert_eq!(of(&medium), alike(Priority::Notification, "guardduty|f", "6.9"));
        let finding = json!({"Id": "arn:x", "Severity": {"Label": "HIGH"}, "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE"});
        let hub = |findings: Value| {
            event("aws.securityhub", "Security Hub Findings - Imported", &json!({"findings": findings}))
        };
        assert_eq!(of(&hub(json!([finding]))), alike(Priority::Alarm, "securityhub|arn:x", "HIGH|NEW|ACTIVE"));
        let two = of(&hub(json!([finding, finding])));
        assert_eq!(two, Triage { priority: Priority::Alarm, similarity: None });
        assert_eq!(of(&hub(json!([]))), Triage::ordinary());
    }

    #[test]
    fn healths_issues_are_urgent_open_or_closed() {
        let health = |category: &str, status: &str| {
            let detail = json!({"eventArn": "arn:aws:health:e", "eventTypeCategory": category, "statusCode": status, "communicationId": "c-1"});
            of(&event("aws.health", "AWS Health Event", &detail))
        };
        assert_eq!(health("issue", "open"), alike(Priority::Alarm, "health|123456789012|c-1|arn:aws:health:e", "open"));
        assert_eq!(health("issue", "closed").priority, Priority::Alarm);
        assert_eq!(health("scheduledChange", "upcoming").priority, Priority::Notification);
    }

    #[test]
    fn a_custom_notification_is_alike_by_its_id_within_topic_and_thread() {
        let matter = "custom|arn:aws:sns:eu-west-1:123456789012:t|web-eu-502|c-weyfiv2q";
        assert_eq!(of_text(fixture!("custom_notification/whole.json")), alike(Priority::Notification, matter, ""));
        assert_eq!(of_text(fixture!("custom_notification/minimal.json")), Triage::ordinary());
    }

    #[test]
    fn everything_else_is_like_nothing() {
        for message in [
            fixture!("cloudformation/resource_failed.txt"),
            fixture!("ec2/state.json"),
            fixture!("eventbridge_event/partner.json"),
            "",
            "42",
            "{",
            "[{}]",
            "{\"a\":1}",
        ] {
            assert_eq!(of_text(message), Triage::ordinary(), "{message}");
        }
    }

    #[test]
    fn long_and_strange_keys_end_with_a_digest() {
        let of_name = |name: &str| {
            of(&json!({"AlarmName": name, "NewStateValue": "OK", "AlarmArn": name})).similarity.unwrap().matter
        };
        let (one, other) = (of_name(&format!("{}a", "é".repeat(300))), of_name(&format!("{}b", "é".repeat(300))));
        assert_ne!(one, other);
        assert!(one.len() <= SIMILARITY_KEY_BYTES_MAX && one.len() > 250, "{one}");
        assert_eq!(one, of_name(&format!("{}a", "é".repeat(300))));
        let nul = of_name("a\u{0}b\u{202e}");
        assert!(nul.starts_with("alarm|ab|") && nul.len() == "alarm|ab|".len() + 32, "{nul}");
        // RFC 9923's vectors of 128 bits.
        assert_eq!(fnv_1a(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv_1a(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        #[test]
        fn every_key_is_bounded_and_clean(name in "\\PC{0,300}", state in any::<String>(), arn in any::<Option<String>>()) {
            let message = json!({"AlarmName": name, "NewStateValue": state, "AlarmArn": arn});
            let similarity = of(&message).similarity;
            for key in similarity.iter().flat_map(|similarity| [&similarity.matter, &similarity.says]) {
                prop_assert!(key.len() <= SIMILARITY_KEY_BYTES_MAX, "{key}");
                prop_assert!(!key.chars().any(is_unfit), "{key:?}");
            }
        }
    }
}
