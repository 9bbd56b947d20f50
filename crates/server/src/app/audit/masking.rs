//! What must not stand in a record: the values of sensitive members, at any depth; and more than a record should hold.

use serde_json::{Value, json};

/// The members that the model marks sensitive, and those of Bellhop's own operations. Source: model.
const SENSITIVE: [&str; 7] =
    ["WebhookUrl", "WebhookDescription", "SlackChannelName", "ChannelName", "TeamName", "BotToken", "OneTimeNumber"];

/// In AWS's own words. Source: observed in CloudTrail's records of many services.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// Bytes of parameters or of response elements in one record. CloudTrail has 100 KB; what fits no 32 KiB here is a request
/// that no client of ours makes, and a flood of such must not fill the memory.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
const ELEMENT_BYTES_MAX: usize = 32 * 1024;

/// A JSON body as it may stand in a record: null where there is none, or nothing in it, or nothing that can be read.
pub(super) fn element(body: &[u8]) -> Value {
    if body.len() > ELEMENT_BYTES_MAX {
        return json!({ "omitted": true, "originalSize": body.len(), "reason": "too large" });
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) if members.is_empty() => Value::Null,
        Ok(mut value @ Value::Object(_)) => {
            mask(&mut value);
            value
        }
        _ => Value::Null,
    }
}

/// The parser allows no more than 128 levels, so this goes no deeper.
fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                // Whatever the case: `webhookUrl` is refused, but what it holds is the same secret.
                if SENSITIVE.iter().any(|sensitive| sensitive.eq_ignore_ascii_case(name)) && !member.is_null() {
                    *member = Value::from(HIDDEN);
                } else {
                    mask(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wire::operations::Operation;

    use super::*;

    /// The names of the members that the wire marks sensitive, at any depth.
    fn sensitive_members(shape: &Value, found: &mut BTreeSet<String>) {
        for (name, member) in shape.get("members").and_then(Value::as_object).into_iter().flatten() {
            if member["sensitive"] == true {
                found.insert(name.clone());
            }
            sensitive_members(member, found);
        }
        shape.get("member").into_iter().for_each(|member| sensitive_members(member, found));
    }

    #[test]
    fn what_the_wire_marks_sensitive_is_hidden() {
        let mut marked = BTreeSet::new();
        for described in [Operation::describe_all(), Operation::describe_own()] {
            for operation in described.as_array().unwrap() {
                sensitive_members(&operation["request"], &mut marked);
                sensitive_members(&operation["result"], &mut marked);
            }
        }
        assert_eq!(marked, SENSITIVE.map(str::to_owned).into());
    }

    #[test]
    fn sensitive_members_are_hidden_at_any_depth_whatever_they_hold() {
        let body = json!({
            "WebhookUrl": "hush", "WebhookDescription": 7, "TeamName": null,
            "ChannelConfiguration": { "SlackChannelName": "hush", "SlackChannelId": "C1" },
            "List": [[{ "ChannelName": { "TeamName": "hush" } }, "plain"]],
            "webhookurl": ["hush"],
        });
        let masked = element(body.to_string().as_bytes());
        let expected = json!({
            "WebhookUrl": HIDDEN, "WebhookDescription": HIDDEN, "TeamName": null,
            "ChannelConfiguration": { "SlackChannelName": HIDDEN, "SlackChannelId": "C1" },
            "List": [[{ "ChannelName": HIDDEN }, "plain"]],
            "webhookurl": HIDDEN,
        });
        assert_eq!(masked, expected);
    }

    #[test]
    fn what_is_no_structure_or_an_empty_one_is_null() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        for body in ["", "{}", "[]", "[1]", "null", "\"hush\"", "{", "\u{1f}\u{8b}", deep.as_str()] {
            assert_eq!(element(body.as_bytes()), Value::Null, "{body}");
        }
    }

    #[test]
    fn what_is_too_large_is_left_out_and_says_so() {
        let of_size = |size: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(size - 8));
        assert_eq!(element(of_size(ELEMENT_BYTES_MAX).as_bytes())["omitted"], Value::Null);
        let omitted = element(of_size(ELEMENT_BYTES_MAX + 1).as_bytes());
        assert_eq!(omitted, json!({ "omitted": true, "originalSize": ELEMENT_BYTES_MAX + 1, "reason": "too large" }));
    }
}
