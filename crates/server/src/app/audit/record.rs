//! One call as CloudTrail writes it.
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use serde::Serialize;
use serde_json::{Value, json};

use super::masking::element;
use super::user_identity::{UserIdentity, user_identity};
use super::{AuditedCall, CallOutcome};
use crate::clock::iso8601;

const EVENT_VERSION: &str = "1.11";
const EVENT_SOURCE: &str = "chatbot.amazonaws.com";
/// Bytes of `userAgent` and of `errorMessage`: CloudTrail's maximum for both.
const TEXT_BYTES_MAX: usize = 1024;

/// In the order of AWS's own records.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    user_identity: UserIdentity<'a>,
    event_time: String,
    event_source: &'static str,
    event_name: &'static str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    request_parameters: Value,
    response_elements: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_event_data: Option<Value>,
    #[serde(rename = "requestID")]
    request_id: &'a str,
    #[serde(rename = "eventID")]
    event_id: &'a str,
    read_only: bool,
    event_type: &'static str,
    management_event: bool,
    recipient_account_id: &'a str,
    event_category: &'static str,
}

pub(super) fn json(call: &AuditedCall<'_>, event_time_ms: i64, event_id: &str) -> String {
    let read_only = call.operation.is_read_only();
    let (refused, answer) = match call.outcome {
        CallOutcome::Succeeded { answer } => (None, answer.filter(|_| !read_only)),
        CallOutcome::Refused { code, message } => (Some((code, message)), None),
    };
    let record = Record {
        event_version: EVENT_VERSION,
        user_identity: user_identity(&call.caller.principal, call.caller.access_key_id.as_str()),
        event_time: iso8601(event_time_ms),
        event_source: EVENT_SOURCE,
        event_name: call.operation.name(),
        aws_region: &call.caller.origin.region,
        source_ip_address: call.caller.origin.source_ip.to_string(),
        user_agent: call.caller.origin.user_agent.as_deref().map(shortened),
        error_code: refused.map(|(code, _)| code),
        error_message: refused.map(|(_, message)| shortened(message)),
        request_parameters: element(call.request),
        response_elements: answer.map_or(Value::Null, element),
        // CloudTrail's place for what is neither of the request nor of the answer.
        additional_event_data: call.operation.is_own().then(|| json!({ "operationOf": "Bellhop" })),
        request_id: call.request_id,
        event_id,
        read_only,
        event_type: "AwsApiCall",
        management_event: true,
        recipient_account_id: call.caller.account_id.as_str(),
        event_category: "Management",
    };
    // Strings, numbers and what was parsed from JSON: nothing of it can fail to be written.
    serde_json::to_string(&record).unwrap_or_default()
}

/// Cut between two characters.
fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"x".repeat(2000)).len(), 1024);
        let text = format!("{}é", "x".repeat(1023));
        assert_eq!(shortened(&text).len(), 1023);
    }
}
